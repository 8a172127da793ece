from __future__ import annotations

import pytest

from memory_tree import MemoryTree
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.readers.migrations import read_histories
from schema_lint.readers.migrations.revisions import is_revision
from support import codes, project_facts


def revision(name: str, parent: str, body: str = "    op.drop_table('t')") -> str:
    return (
        f"import sqlalchemy as sa\n\nrevision = {name}\ndown_revision = {parent}\n\n\ndef upgrade() -> None:\n{body}\n"
    )


def histories(files: dict[str, str]) -> tuple[MigrationEnvironment, ...]:
    return read_histories(MemoryTree(files), [path for path, text in files.items() if is_revision(text.encode())])


def one(text: str) -> Revision:
    [environment] = histories({"m/a.py": text})
    [found] = environment.revisions
    return found


def test_a_straight_history() -> None:
    [found] = histories({
        "alembic/env.py": "", "alembic/versions/a.py": revision("'a'", "None"),
        "alembic/versions/2024/b_template.py": "revision: str = 'b'\ndown_revision: str | None = 'a'\n",
        "app/models.py": "down_revision = 3\n", "app/x.py": "def revision(): ...\nx = 'down_revision'\n",
    })  # fmt: skip
    assert (found.folder, found.heads, len(found.revisions), found.unread) == ("alembic", ("b",), 2, ())


def test_a_revision_s_own_file_leads_to_all_of_its_history() -> None:
    files = {"m/env.py": "", "m/versions/a.py": revision("'a'", "None"), "m/versions/b.py": revision("'b'", "'a'")}
    [found] = read_histories(MemoryTree(files), ["m/versions/b.py"])
    assert [each.identifier for each in found.revisions] == ["a", "b"]


def test_branches_and_merges() -> None:
    files = {
        "m/a.py": revision("'a'", "None"), "m/b.py": revision("'b'", "'a'"), "m/c.py": revision("'c'", "('a',)"),
    }  # fmt: skip
    assert histories(files)[0].heads == ("b", "c")
    assert histories({**files, "m/d.py": revision("'d'", "['b', 'c']")})[0].heads == ("d",)


def test_each_environment_has_a_history_of_its_own_and_tests_have_none() -> None:
    found = histories({
        "one/env.py": "", "one/versions/a.py": revision("'a'", "None"), "two/migrations/env.py": "",
        "two/migrations/versions/x/b.py": revision("'b'", "None"), "tests/versions/t.py": revision("'t'", "None"),
    })  # fmt: skip
    assert [(history.folder, history.heads) for history in found] == [("one", ("a",)), ("two/migrations", ("b",))]


def test_folders_that_alembic_ini_names_belong_to_its_environment() -> None:
    [found] = histories({
        "alembic.ini": """[alembic]
            script_location = %(here)s/db
            version_locations =
                %(here)s/plugins/one/versions
                plugins/two/versions ../outside pkg:versions
            """.replace("\n            ", "\n"),
        "db/env.py": "", "plugins/one/versions/a.py": revision("'a'", "None"),
        "plugins/two/versions/b.py": revision("'b'", "'a'"),
    })  # fmt: skip
    assert (found.folder, found.heads) == ("db", ("b",))


def test_a_circle_has_no_head() -> None:
    assert histories({"m/a.py": revision("'a'", "'b'"), "m/b.py": revision("'b'", "'a'")})[0].heads == ()


def test_what_is_computed_is_told() -> None:
    for text in (revision("make()", "None"), revision("'b'", "PARENT"), revision("3", "None"),
                 revision("'b'", "[x]"), "revision = 'b'\nif x:\n    down_revision = 'a'\n",
                 "revision = 'b'\ndown_revision = (\n"):  # fmt: skip
        [found] = histories({"m/a.py": revision("'a'", "None"), "m/b.py": text})
        assert found.heads == ("a",)
        assert [unread.path for unread in found.unread] == ["m/b.py"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("revision = 'b'\ndown_revision = 'a'\ndef upgrade(:\n    pass\n", 3, "invalid syntax"),
        ("revision = 'b'\ndown_revision = 'a'\n\0\n", 1, "null bytes"),
        ("# coding: ascii\nrevision = 'b'\ndown_revision = 'a'\nx = 'ü'\n", 4, "is not valid ascii"),
    ],
)
def test_a_file_that_does_not_parse_is_told(text: str, line: int, message: str) -> None:
    files = {"m/versions/a.py": revision("'a'", "None"), "m/env.py": "import alembic\n", "m/versions/b.py": text}
    project = project_facts(files)
    assert [(file.path, file.place.line) for file in project.unread] == [("m/versions/b.py", line)]
    assert message in project.unread[0].message


def test_nothing_is_said_of_what_a_file_does_that_does_not_parse() -> None:
    text = revision("'a'", "None") + "\n\ndef other(:\n"
    files = {"m/versions/a.py": text, "m/env.py": "import alembic\n"}
    assert codes(files, select=["MIG001", "MIG026", "SRC001"]) == ["SRC001"]


def test_what_a_file_says_of_itself() -> None:
    found = one(
        '# Copyright\n"""Add a due date\n\nRevision ID: b\nCreate Date: 2026-03-01 10:21:00\n"""\n'
        "revision = 'b'\ndown_revision = (\n    'a',\n    'x',\n)\nbranch_labels = ('plugin',)\ndepends_on = 'z'\n"
    )
    assert (found.message, found.created) == ("Add a due date", "2026-03-01 10:21:00")
    assert (found.parents, found.labels, found.depends_on) == (("a", "x"), ("plugin",), ("z",))
    assert found.place is not None and found.place.line == 7
    assert one("revision = 'b'\ndown_revision = None\n").message == ""
    assert one('"""Revision ID: b\n"""\nrevision = \'b\'\ndown_revision = None\n').message == ""


def test_what_functions_do() -> None:
    head = "revision = 'b'\ndown_revision = None\n"
    effects = {
        "": "missing",
        "def downgrade() -> None: ...\n": "empty",
        "def downgrade():\n    # Nothing to do.\n    pass\n\nX = 1\n": "empty",
        'def downgrade():\n    """Nothing."""\n    return\n    op.drop_table("x")\n': "empty",
        "def downgrade():\n    import x\n    return None\n": "empty",
        "def downgrade(\n    engine: str = '',\n) -> None:\n    pass\n": "empty",
        "def downgrade():\n    raise NotImplementedError\n": "raises",
        "def downgrade():\n    op.drop_table('x')\n": "acts",
        "def downgrade():\n\n    globals()['downgrade_x']()\n": "acts",
        "def downgrade():\n    if x:\n        pass\n": "acts",
        "def downgrade():\n    (\n": "acts",
    }
    assert {text: one(head + text).downgrade for text in effects} == effects


def test_a_downgrade_that_says_why_it_does_nothing() -> None:
    head = "revision = 'b'\ndown_revision = None\n\n\ndef upgrade():\n    {}\n\n\ndef downgrade():\n    {}\n    pass\n"
    found = one(head.format("op.execute('UPDATE t SET a = 1')", "# The old values are gone."))
    assert found.downgrade_explained and not found.changes_schema
    found = one(head.format("op.execute('ALTER TABLE t ADD a int')", "# ### commands auto generated by Alembic ###"))
    assert not found.downgrade_explained and found.changes_schema
    assert one(head.format("with op.batch_alter_table('t') as b: b.drop_column('a')", "")).changes_schema


def test_folders_for_one_kind_of_database_each_are_histories_of_their_own() -> None:
    found = histories({
        "m/env.py": "", "m/versions/postgresql/a.py": revision("'a'", "None"), "m/versions/postgresql/b.py":
        revision("'b'", "'a'"), "m/versions/sqlite/a.py": revision("'a'", "None"),
        "m/versions/2024/c.py": revision("'c'", "'d'"), "m/versions/2023/d.py": revision("'d'", "None"),
    })  # fmt: skip
    assert [(history.heads, len(history.revisions)) for history in found] == [(("c",), 2), (("b",), 2), (("a",), 1)]
