"""What `include_object` and `include_name` leave out."""

from __future__ import annotations

import pytest

from schema_lint.readers.migrations.filters import Compared, Filters

TABLE = Compared(kind="table", name="audit_log", table="audit_log")
COLUMN = Compared(kind="column", name="note", table="audit_log")
ONLY_THERE = Compared(kind="table", name="audit_log", table="audit_log", in_models=False)
ELSEWHERE = Compared(kind="table", name="job", table="job", schema="cron", in_models=False)


def filters(body: str, *, arguments: str = "object, name, type_, reflected, compare_to", head: str = "") -> Filters:
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    option = "include_name" if arguments == NAME else "include_object"
    return Filters(
        f"{head}\ndef mine({arguments}):\n{indented}\n"
        f"context.configure(connection=engine.connect(), target_metadata=Base.metadata, {option}=mine)\n"
    )


NAME = "name, type_, parent_names"


@pytest.mark.parametrize(
    "body",
    [
        "return True",
        "if type_ == 'table' and name == 'other':\n    return False\nreturn True",
        "if type_ == 'index':\n    return False\nreturn True",
        "if type_ == 'table' and reflected and compare_to is None:\n    return False\nreturn True",
        "return not (type_ == 'table' and object.info.get('skip'))",
        "if type_ == 'table' and is_mine(name):\n    return False\nreturn True",
        "for table in tables:\n    if name == table:\n        return False\nreturn True",
        "return name in settings.tables",
        "if type_ == 'table' and name not in target_metadata.tables:\n    return False\nreturn True",
        "if connection.dialect.name == 'sqlite' and type_ == 'table':\n    return False\nreturn True",
        "if object.schema == 'cron':\n    return False\nreturn True",
        "raise ValueError",
        "return 1 / 0",
    ],
)
def test_what_is_compared_or_not_known(body: str) -> None:
    assert not filters(body).leave_out(TABLE)


@pytest.mark.parametrize(
    "body",
    [
        "return False",
        "return",
        "if type_ == 'table' and name == 'audit_log':\n    return False\nreturn True",
        "if type_ == 'table' and name in EXCLUDED:\n    return False\nelse:\n    return True",
        "return not (type_ == 'table' and name.startswith(('audit_', 'tmp_')))",
        "if type_ == 'table':\n    return name == 'task'\nreturn True",
        "left_out = name.endswith('_log')\nif left_out and type_ == 'table':\n    return False\nreturn True",
        "if is_mine(name):\n    return False\nreturn False",
        "return False if name == 'audit_log' else unknown()",
        "if connection.dialect.name == 'postgresql' and object.name == 'audit_log':\n    return False\nreturn True",
    ],
)
def test_what_is_left_out(body: str) -> None:
    found = filters(body, head="EXCLUDED = {'audit_log', 'spatial_ref_sys'}")
    assert found.leave_out(TABLE) and found.leave_out(COLUMN)


def test_what_only_the_database_has() -> None:
    reflected = filters("return not (type_ == 'table' and reflected and compare_to is None)")
    assert reflected.leave_out(ONLY_THERE) and not reflected.leave_out(TABLE)
    strange = filters("if type_ == 'table' and name not in target_metadata.tables:\n    return False\nreturn True")
    assert strange.leave_out(ONLY_THERE) and not strange.leave_out(TABLE)


def test_arguments_are_known_by_their_place() -> None:
    named = filters(
        "if kind == 'table' and what == 'audit_log':\n    return False\nreturn True", arguments="_, what, kind, *rest"
    )
    assert named.leave_out(TABLE)


def test_names_and_schemas() -> None:
    schemas = filters("if type_ == 'schema':\n    return name in (None, 'todo')\nreturn True", arguments=NAME)
    assert schemas.leave_out(ELSEWHERE) and not schemas.leave_out(TABLE)
    tables = filters("return not (type_ == 'table' and parent_names['schema_name'] == 'cron')", arguments=NAME)
    assert tables.leave_out(ELSEWHERE) and not tables.leave_out(TABLE)
    columns = filters("return not (type_ == 'column' and name == 'note')", arguments=NAME)
    assert columns.leave_out(COLUMN) and not columns.leave_out(TABLE)


def test_a_column_by_its_table() -> None:
    found = filters("return not (type_ == 'column' and object.table.name == 'audit_log' and name == 'note')")
    assert found.leave_out(COLUMN) and not found.leave_out(TABLE)


def test_two_ways_that_differ_leave_nothing_out() -> None:
    one = "context.configure(connection=c, target_metadata=m, include_object=mine)\n"
    both = "def mine(*_):\n    return False\n\n\n" + one + one.replace(", include_object=mine", "")
    assert not Filters(both).leave_out(TABLE)
    assert not Filters("context.configure(").leave_out(TABLE)


def test_long_functions_end() -> None:
    nested = "".join(f"{'    ' * depth}if x{depth}():\n" for depth in range(60)) + "    " * 60 + "return False"
    assert not filters(nested).leave_out(TABLE)
    doubling = "x = 'a'\n" + "x = x * 9999\n" * 40 + "return x"
    assert not filters(doubling).leave_out(TABLE)
