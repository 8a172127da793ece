"""MIG002 and MIG003 by reading alone: what they must leave alone, and what they say."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import ProgrammingError

from histories import make, replayed
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import Replay, ReplayedStep
from schema_lint.readers.migrations import with_histories
from schema_lint.readers.source import read
from support import told

HEAD = '"""Change something particular"""\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "{name}"\n'
TABLES = """op.create_table(
    "users",
    sa.Column("id", sa.Integer()),
    sa.Column("a", sa.Integer()),
    sa.Column("b", sa.Integer()),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    sa.UniqueConstraint("id", name="users_id_key"),
    sa.UniqueConstraint("a", "b", name=op.f("uq_users")),
)
op.create_table(
    "tasks",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("note", sa.String(50)),
    sa.Column("count", sa.Integer(), nullable=False),
    sa.Column("kind", sa.Enum("a", "b", name="kind")),
    sa.Column("state", sa.String(9), server_default="1"),
)
op.create_index("ix_note", "tasks", ["note"], unique=True)
op.create_table("days", sa.Column("day", sa.Date()), postgresql_partition_by="RANGE (day)")"""


def body(name: str, statements: str) -> str:
    lines = "\n".join(f"    {line}" for line in statements.strip().splitlines())
    return f"\n\ndef {name}():\n{lines}\n"


def history(upgrade: str, downgrade: str = "raise NotImplementedError", *, env: str = "") -> dict[str, str]:
    """A history of two revisions: one makes tables, the other does what is given."""
    first = HEAD.format(name="1a") + "down_revision = None\n" + body("upgrade", TABLES)
    second = HEAD.format(name="2a") + 'down_revision = "1a"\n' + body("upgrade", upgrade) + body("downgrade", downgrade)
    made = first + body("downgrade", "raise NotImplementedError")
    return {"m/env.py": f"from alembic import context\n{env}", "m/versions/1a.py": made, "m/versions/2a.py": second}


@pytest.mark.parametrize(
    ("upgrade", "downgrade"),
    [
        ("op.add_column('tasks', sa.Column('due', sa.Date()))", "op.drop_column('tasks', 'due')"),
        ("op.drop_column('tasks', 'note')",
         "op.add_column('tasks', sa.Column('note', sa.String(50)))\n"
         "op.create_index('ix_note', 'tasks', ['note'], unique=True)"),
        ("op.rename_table('tasks', 'todos')", "op.rename_table('todos', 'tasks')"),
        ("op.alter_column('tasks', 'note', new_column_name='text')",
         "op.alter_column('tasks', 'text', new_column_name='note')"),
        ("op.alter_column('tasks', 'note', nullable=False)", "op.alter_column('tasks', 'note', nullable=True)"),
        ("op.alter_column('tasks', 'note', type_=sa.Text())",
         "op.alter_column('tasks', 'note', type_=sa.VARCHAR(length=50))"),
        ("op.drop_index('ix_note', 'tasks')", "op.create_index('ix_note', 'tasks', ['note'], unique=True)"),
        ("op.create_unique_constraint('u', 'tasks', ['note'])", "op.drop_constraint('u', 'tasks')"),
        ("op.create_unique_constraint('u', 'tasks', ['note'])", "op.drop_constraint(find(), 'tasks')"),
        ("op.create_table('new', sa.Column('k', sa.Enum('x', name='new_kind')))",
         "op.drop_table('new')\nsa.Enum(name='new_kind').drop(op.get_bind())"),
        ("op.create_table('new', sa.Column('k', sa.Enum('x', name='new_kind')))",
         "op.drop_table('new')\nop.execute('DROP TYPE new_kind')"),
        ("op.create_table('new', sa.Column('k', sa.Enum('x', name='t', native_enum=False)))", "op.drop_table('new')"),
        ("op.drop_table('bygone')", "op.create_table('bygone', sa.Column('id', sa.Integer()))"),
        ("op.execute('DO $$ x $$')\nop.add_column('tasks', sa.Column('due', sa.Date()))", "op.drop_table('users')"),
        ("try:\n    op.drop_column('tasks', 'note')\nexcept Exception:\n    pass", "print('x')"),
        ("op.drop_column('tasks', 'note')", "raise NotImplementedError"),
        ("op.execute('UPDATE tasks SET count = 1')", "op.execute('UPDATE tasks SET count = 0')"),
        ("op.alter_column('tasks', 'kind', type_=sa.Text(), postgresql_using='kind::text')",
         "op.execute('ALTER TABLE tasks ALTER COLUMN kind TYPE kind USING kind::kind')"),
        # PostgreSQL leaves out a unique constraint over the columns of the primary key.
        ("op.create_unique_constraint('users_id_key', 'users', ['id'])", "op.drop_constraint('users_id_key', 'users')"),
        ("op.drop_constraint(op.f('uq_users'), 'users')",
         "op.create_unique_constraint(op.f('uq_users'), 'users', ['a', 'b'])"),
    ],
)  # fmt: skip
def test_inverses(upgrade: str, downgrade: str) -> None:
    assert told(history(upgrade, downgrade), "MIG002") == []


@pytest.mark.parametrize(
    ("upgrade", "downgrade", "what"),
    [
        ("op.add_column('tasks', sa.Column('a', sa.Date()))\nop.add_column('tasks', sa.Column('b', sa.Date()))",
         "op.drop_column('tasks', 'a')", "column tasks.b is left behind"),
        ("op.drop_column('tasks', 'note')", "op.execute('SELECT 1')", "column tasks.note is gone and index ix_note is"),
        ("op.drop_constraint(op.f('uq_users'), 'users')", "op.execute('SELECT 1')", "constraint uq_users is gone"),
        ("op.create_table('new')", "op.execute('SELECT 1')", "table new is left behind"),
        ("op.drop_table('users')", "op.execute('SELECT 1')", "table users is gone"),
        ("op.alter_column('tasks', 'count', nullable=True)", "op.execute('SELECT 1')",
         "column tasks.count was NOT NULL, is NULL"),
        ("op.alter_column('tasks', 'note', type_=sa.Text())", "op.alter_column('tasks', 'note', type_=sa.String(20))",
         "column tasks.note was VARCHAR(50), is VARCHAR(20)"),
        ("op.drop_index('ix_note', 'tasks')", "op.create_index('ix_note', 'tasks', ['note'])",
         "index ix_note was unique, and is not"),
        ("op.create_table('new', sa.Column('k', sa.Enum('x', name='new_kind')))", "op.drop_table('new')",
         "enum new_kind is left behind"),
    ],
)  # fmt: skip
def test_no_inverses(upgrade: str, downgrade: str, what: str) -> None:
    [(severity, message)] = told(history(upgrade, downgrade), "MIG002")
    assert severity == "error"
    assert f"the downgrade of revision 2a is not the inverse of its upgrade: {what}" in message


ADDED = "op.execute(\"ALTER TYPE kind ADD VALUE 'c'\")\n"
TYPED = "op.add_column('tasks', sa.Column('k', sa.Enum('x', name='e')))"
BLOCK = "with op.get_context().autocommit_block():\n    "
ENUM = "sa.dialects.postgresql.ENUM('a', name='kind'"
CREATED = "op.create_table('new', sa.Column('k', sa.Enum('a', name='kind')))"
RUNS = [
    "op.add_column('tasks', sa.Column('k', sa.Uuid(), server_default=sa.text(\"gen_random_uuid()\")))",
    "def keys(row: 'Row'):\n    return [k for k in row]\nkeys([])\nglobals()",
    "op.execute('UPDATE tasks SET note = \\'{\"a\" :1}\\' WHERE note = \\'08:30\\'::text')".replace(" :1", " : 1"),
    "op.execute('UPDATE tasks SET note = \\'a\\\\\\\\:1\\'')",
    "op.execute(sa.text('UPDATE tasks SET note = :n').bindparams(n='x'))",
    "op.get_bind().execute(sa.text('UPDATE tasks SET note = :n'), {'n': 'x'})",
    "op.execute('CREATE TABLE arrays (a int[])')\nop.execute('UPDATE arrays SET a[1] = 1, a[2] = 2')",
    BLOCK + ADDED + "op.execute(\"UPDATE tasks SET kind = 'c'\")",
    ADDED + "op.execute(\"UPDATE tasks SET note = 'c'\")",
    ADDED + "op.alter_column('tasks', 'kind', server_default='a')",
    "op.execute('DROP TYPE kind CASCADE')\nop.execute(\"CREATE TYPE kind AS ENUM ('a')\")",
    "op.alter_column('tasks', 'state', server_default=None)\n"
    "op.alter_column('tasks', 'state', type_=sa.Integer(), postgresql_using='state::int')",
    "op.create_index('ix', 'days', ['day'])",
    "op.execute('CREATE INDEX ix ON ONLY days (day)')",
    f"op.create_table('new', sa.Column('k', {ENUM}, create_type=False)))",
    "op.create_table('new', sa.Column('k', sa.Enum('a', name='kind', native_enum=False)))",
    "op.execute('CREATE SCHEMA s')\nop.create_table('new', sa.Column('k', sa.Enum('a', name='kind', schema='s')))",
    f"{ENUM}).create(op.get_bind())",
    "sa.Enum('a', name='kind').create(op.get_bind(), checkfirst=True)",
    "op.create_table('a', sa.Column('k', sa.Enum('x', name='e')))\n"
    "op.create_table('b', sa.Column('k', sa.Enum('x', name='e')))",
]
"""What only looks as if it failed."""


@pytest.mark.parametrize(
    ("upgrade", "env"),
    [
        (BLOCK + "op.create_index('ix', 'tasks', ['note'], postgresql_concurrently=True)", ""),
        ("op.execute('COMMIT')\nop.execute('CREATE INDEX CONCURRENTLY ix ON tasks (note)')", ""),
        ("op.create_index('ix', 'tasks', ['note'], postgresql_concurrently=True)", "isolation_level='AUTOCOMMIT'"),
        ("op.drop_constraint('u', 'tasks')", ""),
        ("if op.get_bind().dialect.name == 'sqlite':\n    op.drop_constraint(None, 'tasks')", ""),
        ("op.alter_column('tasks', 'note', type_=sa.Integer(), postgresql_using='note::integer')", ""),
        ("op.alter_column('tasks', 'note', type_=sa.Text())", ""),
        ("op.alter_column('tasks', 'note', type_=sa.Enum('a', name='e', native_enum=False))", ""),
        ("op.alter_column('tasks', 'count', type_=sa.BigInteger())", ""),
        ("op.alter_column('elsewhere', 'note', existing_type=sa.String(), type_=sa.Integer())", ""),
        ("op.add_column('tasks', sa.Column('k', sa.Enum('a', 'b', name='kind')))", ""),
        ("sa.Enum('x', name='e').create(op.get_bind())\n" + TYPED, ""),
        ("op.execute(\"CREATE TYPE e AS ENUM ('x')\")\n" + TYPED, ""),
        ("op.add_column('tasks', sa.Column('k', sa.Enum('x', name='e')))", "import alembic_postgresql_enum"),
        ("op.add_column('elsewhere', sa.Column('k', sa.Enum('x', name='e')))", ""),
        # What made the table that no revision makes may have made the type.
        (TYPED + "\nop.create_index('ix_e', 'elsewhere', ['id'])", ""),
        (CREATED, "EnumGenerator.visit_enum = find()"),
        (CREATED, "connection.execute(text('SET search_path TO tenant'))\nsearch_path"),
        ("from app import f\nif f():\n    op.create_table('new', sa.Column('k', sa.Enum('a', name='kind')))", ""),
        ("from app import f\nif f():\n    op.execute('DROP TYPE kind')\n" + CREATED, ""),
        ("op.execute('DO $$ BEGIN DROP TYPE kind; END $$')\n" + CREATED, ""),
        ("op.execute('ALTER TYPE kind SET SCHEMA old')\n" + CREATED, ""),
        ("op.execute('SET search_path TO other')\n" + CREATED, ""),
        ("from app import f\nf().create(op.get_bind())\n" + TYPED, ""),
        ("from app import f\nsa.Enum(f()).create(op.get_bind())\n" + TYPED, ""),
        ("from app import f\nsa.Table('t', sa.MetaData(), sa.Column('k', f())).create(op.get_bind())\n" + TYPED, ""),
        ("from app import f\nop.create_table('new', sa.Column('k', f()))\n" + TYPED, ""),
        *((each, "") for each in RUNS),
    ],
)  # fmt: skip
def test_what_runs(upgrade: str, env: str) -> None:
    assert told(history(upgrade, env=env), "MIG003") == []


FAILS = [
        ("op.create_index('ix', 'tasks', ['note'], postgresql_concurrently=True)", "runs CREATE INDEX CONCURRENTLY in"),
        ("op.execute('VACUUM tasks')", "runs VACUUM in its upgrade inside of a transaction"),
        (
            "op.drop_constraint(None, 'tasks', type_='unique')",
            "drops a constraint of tasks without a name in its upgrade",
        ),
        (
            "op.drop_constraint(None, 'tasks')\nop.drop_constraint(None, 'users')",
            "drops 2 constraints of tasks and users",
        ),
        (
            "op.alter_column('tasks', 'note', type_=sa.Integer())",
            "from VARCHAR(50) to INTEGER, which PostgreSQL does not",
        ),
        ("op.alter_column('tasks', 'note', type_=sa.Uuid())", "from VARCHAR(50) to UUID"),
        ("op.add_column('tasks', sa.Column('k', sa.Enum('x', name='e')))", "of the type e, which no step creates"),
        ("op.add_column('tasks', sa.Column('k', sqlmodel.AutoString()))", "uses the name sqlmodel, which nothing in"),
        ("op.execute('UPDATE tasks SET note = \\'{\"a\":1}\\'')", "takes :1 for a parameter that gets no value"),
        ("op.get_bind().execute(sa.text('UPDATE tasks SET note = :n'))", "takes :n for a parameter that gets no value"),
        ("op.execute('UPDATE tasks SET note = 1::text, note = 2::text')", "gives tasks.note two values in one UPDATE"),
        ("op.execute(\"CREATE TYPE kind AS ENUM ('a')\")", "creates the type kind, which is there since revision 1a"),
        ("sa.Enum('a', name='kind').create(op.get_bind())", "creates the type kind, which is there since revision 1a"),
        ("e = sa.Enum('x', name='e')\ne.create(op.get_bind())\nop.create_table('new', sa.Column('k', e))",
         "creates the type e, which is there since an earlier step"),
        ("op.alter_column('tasks', 'note', type_=sa.Enum('x', name='e'), postgresql_using='note::e')",
         "makes tasks.note of the type e, which no step creates: alter_column() does not"),
        (ADDED + "op.execute(\"UPDATE tasks SET kind = 'c'\")", "uses the label 'c' of kind in the transaction that"),
        (ADDED + "op.alter_column('tasks', 'kind', server_default='c')", "uses the label 'c' of kind in the"),
        ("op.alter_column('tasks', 'state', type_=sa.Integer(), postgresql_using='state::int')",
         "from VARCHAR(9) to INTEGER while it has a default, which PostgreSQL does not cast"),
        (BLOCK + "op.create_index('ix', 'days', ['day'], postgresql_concurrently=True)",
         "runs CREATE INDEX CONCURRENTLY on days in its upgrade, which PostgreSQL refuses of a partitioned"),
]  # fmt: skip


@pytest.mark.parametrize(("upgrade", "message"), FAILS)
def test_what_fails(upgrade: str, message: str) -> None:
    [(severity, found)] = told(history(upgrade, env="context.configure(target_metadata=None)\n"), "MIG003")
    assert severity == "error"
    assert found.startswith("revision 2a ") and message in found


IMPORTED = """
E = sa.dialects.postgresql.ENUM("x", name="e")
try:
    E.create(op.get_bind(), checkfirst=True)
except NameError:
    pass
"""


def test_a_type_that_importing_a_revision_creates() -> None:
    files = history("op.add_column('tasks', sa.Column('k', E))", "op.drop_column('tasks', 'k')\nE.drop(op.get_bind())")
    files["m/versions/2a.py"] = files["m/versions/2a.py"].replace('revision = "2a"', f'{IMPORTED}revision = "2a"', 1)
    assert told(files, "MIG003") == told(files, "MIG002") == []


APART = [
    CREATED,
    f"op.create_table('new', sa.Column('k', sa.ARRAY({ENUM}))))",
    "op.create_table('tasks', sa.Column('k', sa.Enum('a', name='kind')), if_not_exists=True)",
    f"{ENUM}).create(op.get_bind())\n{CREATED}",
]
"""What fails in a run of its own, and is remembered in one that applied the revision before it."""


@pytest.mark.parametrize("upgrade", APART)
def test_a_type_that_another_revision_made(upgrade: str) -> None:
    [(severity, message)] = told(history(upgrade, env="context.configure(target_metadata=None)\n"), "MIG003")
    assert severity == "error"
    assert message == (
        "revision 2a creates the type kind, which is there since revision 1a: it fails where that was applied by an "
        "earlier run of Alembic"
    )


@pytest.mark.parametrize("upgrade", APART)
def test_it_fails_in_a_run_of_its_own(upgrade: str, tmp_path: Path, database_url: str) -> None:
    steps = [(body, "raise NotImplementedError") for body in (TABLES, upgrade)]
    config = Config(make(tmp_path, steps, ini="[alembic]\nscript_location = %(here)s/migrations\n") / "alembic.ini")
    config.set_main_option("sqlalchemy.url", database_url)
    command.upgrade(config, "r1")
    with pytest.raises(ProgrammingError, match='type "kind" already exists'):
        command.upgrade(config, "r2")


@pytest.mark.parametrize("upgrade", APART)
def test_one_run_remembers_it(upgrade: str, tmp_path: Path, database: str) -> None:
    done = replay(upgrade, tmp_path, database)
    assert done.failure is None
    assert [step.remembered for step in done.steps] == [(), ("kind",)]


@pytest.mark.parametrize("upgrade", RUNS[-5:])
def test_nothing_to_remember(upgrade: str, tmp_path: Path, database: str) -> None:
    assert {step.remembered for step in replay(upgrade, tmp_path, database).steps} == {()}


def test_what_a_replay_remembered_is_told() -> None:
    def with_replay(tree: SourceTree) -> Project:
        project = with_histories(read(tree, ["."]), tree)
        steps = [ReplayedStep(revision=f"{n}a", title="", path=f"m/versions/{n}a.py") for n in (1, 2)]
        steps[1] = msgspec.structs.replace(steps[1], remembered=("kind",))
        replays = (Replay(folder="m", server="", steps=tuple(steps)),)
        return msgspec.structs.replace(project, replays=replays, evidence=f"{project.evidence}R")

    [(severity, message)] = told(history(CREATED), "MIG003", reader=with_replay)
    assert severity == "error"
    assert message == (
        "revision 2a creates the type kind, which is there since an earlier revision: it fails where that was applied "
        "by an earlier run of Alembic"
    )


@pytest.mark.parametrize(
    ("upgrade", "downgrade", "expected"),
    [
        ("op.drop_table('tasks')\nop.execute('DROP TYPE kind')", CREATED, []),
        ("op.drop_table('tasks')", f"{ENUM}).drop(op.get_bind())\n{CREATED}", []),
        ("op.drop_table('tasks')", f"op.create_table('new', sa.Column('k', {ENUM}, create_type=False)))", []),
        ("op.drop_table('tasks')", CREATED,
         ["revision 2a creates the type kind in its downgrade, which is there still"]),
    ],
)  # fmt: skip
def test_a_type_that_the_downgrade_makes_again(upgrade: str, downgrade: str, expected: list[str]) -> None:
    assert [message for _, message in told(history(upgrade, downgrade), "MIG003")] == expected


CONVENTION = """
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData({})


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        ("naming_convention={'pk': 'pk_%(table_name)s'}", 0),
        ("naming_convention=conventions()", 0),
        ("naming_convention={'ix': 'ix_%(column_0_label)s'}", 1),
        ("", 1),
    ],
)
def test_a_convention_names_what_is_dropped_by_none(convention: str, expected: int) -> None:
    files = history("op.drop_constraint(None, 'tasks', type_='primary')")
    found = told({**files, "models.py": CONVENTION.format(convention)}, "MIG003")
    assert len(found) == expected


def replay(upgrade: str, folder: Path, server: str) -> Replay:
    first = (TABLES, "raise NotImplementedError")
    return replayed(make(folder, [first, (upgrade, "raise NotImplementedError")]), server=server)


@pytest.mark.parametrize("upgrade", RUNS)
def test_what_runs_is_run(upgrade: str, tmp_path: Path, database: str) -> None:
    assert replay(upgrade, tmp_path, database).failure is None


@pytest.mark.parametrize("upgrade", [upgrade for upgrade, _ in FAILS])
def test_what_fails_is_run(upgrade: str, tmp_path: Path, database: str) -> None:
    failure = replay(upgrade, tmp_path, database).failure
    assert failure is not None and failure.revision == "r2"
