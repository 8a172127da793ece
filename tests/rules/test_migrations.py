"""What the rules about Alembic's revisions must leave alone, and what they say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from support import codes, findings

OP = "from alembic import op"
ENV = {"m/env.py": "from alembic import context\n"}


def revision(
    name: str, parents: str = "None", *, more: str = "", up: str = "op.drop_table('t')", down: str = ""
) -> str:
    text = f'"""Change something particular"""\nrevision = "{name}"\ndown_revision = {parents}\n{more}\n\n'
    return text + f"def upgrade():\n    {up}\n\n\ndef downgrade():\n    {down or 'op.create_table()'}\n"


def history(**revisions: str) -> dict[str, str]:
    return {**ENV, **{f"m/versions/{name}.py": text for name, text in revisions.items()}}


A, B, C = revision("a"), revision("b", "'a'"), revision("c", "'a'")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(history(a=A, b=B), id="a straight history"),
        pytest.param(history(a=A, b=B, c=C, d=revision("d", "('b', 'c')")), id="branches that are merged"),
        pytest.param(history(a=A, b=B, c=revision("c", "'a'", more="branch_labels = 'x'")), id="a labelled branch"),
        pytest.param(
            history(a=A, x=revision("x", more="branch_labels = ('plugin',)"), y=revision("y", "'x'")), id="another base"
        ),
        pytest.param(history(a=A, b=revision("b", "'a'", more="depends_on = 'x'"), x=revision("x")), id="a dependency"),
        pytest.param(history(a=A, b=revision("b", "make()"), c=revision("c", "'b'")), id="a parent that is computed"),
        pytest.param({**history(a=A), "n/env.py": "", "n/versions/b.py": B}, id="a parent in another environment"),
        pytest.param(
            {**ENV, "m/versions/pg/a.py": A, "m/versions/pg/b.py": B, "m/versions/lite/a.py": A}, id="one for each kind"
        ),
        pytest.param({"tests/versions/b.py": B, "tests/versions/c.py": C}, id="a test's"),
        pytest.param(history(add_template_x=revision("a"), b=B), id="a name like an example's"),
    ],
)
def test_graphs_that_alembic_takes(files: Mapping[str, str]) -> None:
    assert [f.message for f in findings(files, select=["MIG004"])] == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (history(a=A, b=B, c=C), "m has 2 heads: b and c"),
        (history(a=A, b=B, c=revision("c", "'gone'")), "revision c follows gone, which is no revision of m"),
        (history(a=A, again=A), "two files are revision a: m/versions/a.py and m/versions/again.py"),
        (history(a=revision("a", "'b'"), b=B), "revisions follow one another in a circle: a → b → a"),
    ],
)
def test_broken_graphs(files: Mapping[str, str], message: str) -> None:
    assert message in [f.message for f in findings(files, select=["MIG004"])]


def test_many_heads_are_one_finding() -> None:
    files = history(a=A, **{name: revision(name, "'a'") for name in ("b", "c", "d", "e", "f", "g")})
    [found] = findings(files, select=["MIG004"])
    assert found.message == "m has 6 heads: b, c, d, e, f and 1 more"
    assert len(found.related) == 5


@pytest.mark.parametrize(
    "text",
    [
        revision("a", "('b', 'c')", down="pass"),
        revision("a", up="pass", down="pass"),
        revision("a", up="connection = op.get_bind()  # noqa\n    pass", down="pass"),
        revision("a", up="print('Run the import by hand')", down="pass"),
        revision("a", more="import logging", up="logging.getLogger().info('By {}'.format('hand'))", down="pass"),
        revision("a", up="print('No way on')\n    raise RuntimeError('restore the backup')", down="pass"),
        revision("a", more=OP, up="if op.get_bind().dialect.name == 'x':\n        op.drop_table('t')", down="pass"),
        revision("a", down="raise NotImplementedError"),
        revision("a", up="op.execute('UPDATE t SET a = 1')", down="# The old values are gone.\n    pass"),
        revision("a", down="globals()['downgrade_x']()"),
    ],
)
def test_downgrades_that_do_or_need_not(text: str) -> None:
    assert findings(history(a=text), select=["MIG001"]) == []


@pytest.mark.parametrize(
    "text",
    [
        revision("a", down="pass"),
        revision("a", down="...").replace("downgrade", "undo"),
        revision("a", up="op.execute('UPDATE t SET a = 1')", down="pass"),
        revision("a", down="# Cannot be undone.\n    pass"),
        revision("a", more=OP, up="print('Dropping t')\n    op.drop_table('t')", down="pass"),
        revision("a", more=OP, up="if op.get_bind().execute('SELECT 1'):\n        op.drop_table('t')", down="pass"),
        revision("a", more="import tool", up="print('Filling')\n    tool.fill()", down="pass"),
        revision("a", more=OP, up="op.get_bind().connection.cursor().copy_from('t.csv', 't')", down="pass"),
    ],
)
def test_downgrades_that_leave_the_schema(text: str) -> None:
    assert codes(history(a=text), select=["MIG001"]) == ["MIG001"]


@pytest.mark.parametrize(
    "message",
    ["Add a due date", "add_due_date", "add index on log", "is_featured", "Fix owner of tasks", "Ошибка задач"],
)
def test_messages_that_say_something(message: str) -> None:
    assert findings(history(b=B.replace("Change something particular", message)), select=["MIG005"]) == []


@pytest.mark.parametrize("message", ["fix", "empty message", "New fixes", "update 2", "schema changes", "0.8 changes"])
def test_messages_that_say_nothing(message: str) -> None:
    [found] = findings(history(b=B.replace("Change something particular", message)), select=["MIG005"])
    assert repr(message) in found.message


def test_the_first_revision_may_call_itself_initial() -> None:
    assert findings(history(a=A.replace("Change something particular", "Initial migration")), select=["MIG005"]) == []
    named = {**ENV, "m/versions/b_add_due_date.py": 'revision = "b"\ndown_revision = "a"\n'}
    assert findings(named, select=["MIG005"]) == []


def test_a_date_in_the_file_s_name_is_enough() -> None:
    named = {**ENV, "m/versions/2026_03_01_1021-b_add.py": B}
    assert findings(named, select=["MIG016"]) == []
