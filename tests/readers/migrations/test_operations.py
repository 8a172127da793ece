"""What is read of a revision's functions."""

from __future__ import annotations

import pytest

from schema_lint.facts.operations import Operation
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.operations import OperationReader
from support import project_tree

HEAD = """
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2a"
down_revision = "1a"


"""


def operations(upgrade: str, *, head: str = HEAD, files: dict[str, str] | None = None) -> tuple[Operation, ...]:
    """The operations of an upgrade whose body is given."""
    body = "\n".join(f"    {line}" for line in upgrade.strip().splitlines())
    with project_tree({"migrations/2a.py": f"{head}def upgrade():\n{body}\n", **(files or {})}) as tree:
        found = OperationReader(tree, (), (2, 0)).upgrade("migrations/2a.py")
    assert not isinstance(found, Unknown)
    return found


def kinds(upgrade: str, *, head: str = HEAD) -> list[str]:
    """The kinds of the operations."""
    return [operation.kind for operation in operations(upgrade, head=head)]


@pytest.mark.parametrize(
    "upgrade",
    [
        "pass",
        "op.get_bind()",
        "op.get_context()",
        "op.f('x')",
        "sa.inspect(op.get_bind()).get_table_names()",
        "print('hello')",
        "if op.get_bind().dialect.name == 'sqlite':\n    op.drop_table('tasks')",
        "if op.get_context().dialect.name != 'postgresql':\n    return\n",
    ],
)
def test_what_does_nothing_on_postgresql(upgrade: str) -> None:
    assert kinds(upgrade) == []


def test_a_table_is_read_whole() -> None:
    [found] = operations("""
op.create_table(
    "tasks",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("owner_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
    sa.Column("status", sa.Enum("open", "done", name="status"), server_default="open", nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    schema="app",
)
""")
    assert (found.kind, found.table, found.guarded) == ("create_table", "app.tasks", False)
    assert found.declared is not None
    assert [column.name for column in found.declared.columns.complete()] == ["id", "owner_id", "status"]
    assert found.declared.primary_key.columns == ("id",)
    assert found.declared.foreign_keys.complete()[0].target == "users.id"
    assert [enum.labels for enum in found.enums] == [("open", "done")]


def test_the_arguments_of_operations() -> None:
    found = operations("""
op.create_index("ix_tasks_title", "tasks", ["title"], unique=True, postgresql_concurrently=True, if_not_exists=True)
op.create_foreign_key("fk_owner", "tasks", "users", ["owner_id"], ["id"], postgresql_not_valid=True)
op.alter_column("tasks", "title", existing_type=sa.String(50), type_=sa.Text(), nullable=False, server_default="")
op.alter_column("tasks", "title", new_column_name="name", server_default=None)
op.drop_constraint(op.f("uq_tasks_title"), "tasks", type_="unique")
op.rename_table("tasks", "todos")
""")
    index, key, altered, renamed, dropped, table = found
    assert (index.name, index.table, index.columns) == ("ix_tasks_title", "tasks", ("title",))
    assert (index.unique, index.concurrently, index.if_exists) == (True, True, True)
    assert (key.table, key.target, key.columns, key.unvalidated) == ("tasks", "users", ("owner_id",), True)
    assert (altered.type.sql, altered.was.sql, altered.nullable) == ("TEXT", "VARCHAR(50)", False)  # type: ignore[union-attr]
    assert altered.default is not None
    assert (renamed.new_name, renamed.drops_default) == ("name", True)
    assert (dropped.name, dropped.constraint) == ("uq_tasks_title", "unique")
    assert (table.table, table.name) == ("tasks", "todos")


def test_a_batch_knows_its_table() -> None:
    found = operations("""
with op.batch_alter_table("tasks", schema=None) as batch_op:
    batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True)))
    batch_op.create_index(batch_op.f("ix_tasks_due_at"), ["due_at"])
    batch_op.create_foreign_key("fk", "users", ["owner_id"], ["id"])
    batch_op.drop_column("old")
""")
    assert {operation.table for operation in found} == {"tasks"}
    assert [operation.name for operation in found] == ["due_at", "ix_tasks_due_at", "fk", "old"]
    assert found[2].target == "users"
    assert all(operation.batch for operation in found)


def test_loops_and_helpers_are_followed() -> None:
    head = HEAD + "def add(table, *names):\n    for name in names:\n        op.drop_column(table, name)\n\n\n"
    found = operations("for table in ('a', 'b'):\n    add(table, 'x', 'y')", head=head)
    assert [(o.table, o.name, o.guarded) for o in found] == [
        ("a", "x", False), ("a", "y", False), ("b", "x", False), ("b", "y", False),
    ]  # fmt: skip


def test_what_another_module_does_stands_where_it_is_called() -> None:
    head = "from helpers import add\n" + HEAD
    files = {"migrations/helpers.py": "from alembic import op\n\n\ndef add(name):\n    op.drop_table(name)\n"}
    [found] = operations("add('tasks')", head=head, files=files)
    assert (found.table, found.place.path if found.place else None) == ("tasks", "migrations/2a.py")


def test_a_condition_of_the_database_guards() -> None:
    found = operations("""
if "tasks" in sa.inspect(op.get_bind()).get_table_names():
    op.drop_table("tasks")
op.drop_table("users")
if not sa.inspect(op.get_bind()).has_table("old"):
    return
op.drop_table("old")
""")
    assert [(o.table, o.guarded) for o in found] == [("tasks", True), ("users", False), ("old", True)]


def test_autocommit_blocks() -> None:
    found = operations("""
with op.get_context().autocommit_block():
    op.execute("ALTER TYPE status ADD VALUE IF NOT EXISTS 'late' BEFORE 'done'")
op.execute("SELECT 1")
""")
    assert [(o.kind, o.autocommit) for o in found] == [("add_value", True), ("select", False)]
    assert (found[0].name, found[0].labels, found[0].if_exists) == ("status", ("late",), True)


@pytest.mark.parametrize(
    ("executed", "kind"),
    [
        ('op.execute("UPDATE tasks SET done = false")', "update"),
        ('op.execute(sa.text("UPDATE tasks SET done = :x").bindparams(x=1))', "update"),
        ('op.get_bind().execute(sa.text("DELETE FROM tasks"))', "delete"),
        ('op.get_bind().exec_driver_sql("DELETE FROM tasks")', "delete"),
        ("op.execute(sa.table('tasks', sa.column('done')).update().values(done=False))", "update"),
        ("op.execute(sa.update(sa.table('tasks')).values({'done': False}))", "update"),
        ("op.get_bind().execute(sa.select(sa.table('tasks')))", "select"),
        ("op.bulk_insert(sa.table('tasks'), [{}])", "bulk_insert"),
        ("sa.Enum('a', name='status').create(op.get_bind())", "create_type"),
        ("postgresql.ENUM('a', name='status').drop(op.get_bind(), checkfirst=True)", "drop_type"),
        ("sa.MetaData().create_all(op.get_bind())", "unread"),
        ("from sqlmodel import SQLModel\nSQLModel.metadata.create_all(op.get_bind())", "all"),
        ("op.execute(open('x.sql').read())", "unread"),
        ("op.execute('DO $$ BEGIN END $$')", "unread"),
        ("op.create_materialized_thing('x')", "unread"),
        ("op.execute(f'ALTER TABLE {open(1)} DROP COLUMN x')", "unread"),
        ("op.execute(f'UPDATE {open(1)} SET x = 1')", "update"),
    ],
)
def test_what_is_executed(executed: str, kind: str) -> None:
    assert kinds(executed) == [kind]


def test_rows_of_a_construct() -> None:
    [found] = operations("op.execute(sa.table('tasks').update().where(sa.column('a') == 1).values(done=False))")
    assert (found.table, found.columns) == ("tasks", ("done",))
    assert found.condition is not None


def test_f_strings_of_constants() -> None:
    [found] = operations('op.execute(f"DROP TABLE {NAME}")', head=HEAD + 'NAME = "tasks"\n\n\n')
    assert (found.kind, found.table) == ("drop_table", "tasks")


def test_a_file_that_does_not_parse() -> None:
    with project_tree({"migrations/2a.py": "def upgrade(:"}) as tree:
        assert isinstance(OperationReader(tree, (), (2, 0)).upgrade("migrations/2a.py"), Unknown)


def test_what_does_not_parse_is_unknown() -> None:
    with project_tree({"migrations/2a.py": HEAD + "def upgrade():\n    (\n"}) as tree:
        found = OperationReader(tree, (), (2, 0)).read("migrations/2a.py")
    assert isinstance(found.upgrade, Unknown) and isinstance(found.downgrade, Unknown) and not found.idle
