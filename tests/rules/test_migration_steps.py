"""What the rules about a revision's steps must leave alone, and what they say (MIG013, MIG014, MIG015)."""

from __future__ import annotations

import pytest

from support import outcome, told

HEAD = '''"""Change something particular"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "{name}"
down_revision = {parent}


'''
TABLE = """op.create_table("users", sa.Column("id", sa.Uuid(), primary_key=True))
op.create_table(
    "tasks",
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("title", sa.String(50), nullable=False),
    sa.Column("note", sa.Text()),
    sa.Column("price", sa.Numeric(10, 2)),
    sa.Column("count", sa.Integer()),
    sa.Column("kind", sa.String(10), server_default="x"),
    sa.Column("seen", sa.DateTime()),
    sa.Column("owner_id", sa.Uuid()),
    sa.Column("mood", sa.Enum("a", "b", name="mood")),
)"""


def history(*upgrades: str) -> dict[str, str]:
    """A history of which the first revision makes the tables, and the others do what is given."""
    files = {"m/env.py": "from alembic import context\n"}
    for number, upgrade in enumerate((TABLE, *upgrades), 1):
        body = "\n".join(f"    {line}" for line in upgrade.strip().splitlines())
        head = HEAD.format(name=f"{number}a", parent=repr(f"{number - 1}a") if number > 1 else None)
        files[f"m/versions/{number}a.py"] = f"{head}def upgrade():\n{body}\n"
    return files


@pytest.mark.parametrize(
    "upgrades",
    [
        ["op.add_column('tasks', sa.Column('due', sa.DateTime()))\nop.drop_column('tasks', 'due')"],
        ["op.create_table('old', sa.Column('id', sa.Uuid()))\nop.drop_table('old')"],
        ["op.execute('UPDATE tasks SET title = note')\nop.drop_column('tasks', 'note')"],
        ["op.create_table('new')\nop.execute('INSERT INTO new SELECT * FROM tasks')\nop.drop_table('tasks')"],
        ["op.rename_table('tasks', 'todos')\nop.execute('CREATE VIEW tasks AS SELECT * FROM todos')"],
        ["op.alter_column('tasks', 'title', type_=sa.String(80))"],
        ["op.alter_column('tasks', 'title', type_=sa.Text())"],
        ["op.alter_column('tasks', 'count', type_=sa.BigInteger())"],
        ["op.execute('DELETE FROM tasks WHERE note IS NULL')"],
        ["op.drop_index('ix', 'tasks')\nop.drop_constraint('c', 'tasks')"],
        ["if op.get_bind().dialect.name == 'mysql':\n    op.drop_table('tasks')"],
        ["op.execute('UPDATE tasks SET note = title')"],
        ["op.execute('UPDATE tasks SET count = count + 1')"],
        ["op.execute('UPDATE tasks SET count = 0 WHERE count IS NULL')"],
        ["op.add_column('tasks', sa.Column('n', sa.Integer()))\nop.execute('UPDATE tasks SET n = 0')"],
        ["op.add_column('tasks', sa.Column('n', sa.Integer()))", "op.execute('UPDATE tasks SET n = 0')"],
        ["op.create_table('new', sa.Column('n', sa.Integer()))\nop.execute('UPDATE new SET n = 0')"],
        ["op.drop_constraint('users_pkey', 'users')", "op.execute('DROP VIEW seen')"],
        ["op.execute('CREATE VIEW seen AS SELECT 1')\nop.execute('DROP VIEW seen CASCADE')"],
        ["op.execute('DROP TYPE nobodys CASCADE')"],
        ["op.add_column('new', sa.Column('m', sa.Enum('a', name='mine')))\nop.drop_column('new', 'm')\n"
         "op.execute('DROP TYPE mine CASCADE')"],
        ["op.execute(\"ALTER TYPE mood ADD VALUE 'c'\")"],
    ],
)  # fmt: skip
def test_nothing_is_lost(upgrades: list[str]) -> None:
    assert told(history(*upgrades), "MIG013") == []


@pytest.mark.parametrize(
    ("upgrade", "message"),
    [
        ("op.drop_table('tasks')", "drops the table tasks with its rows"),
        ("op.drop_column('tasks', 'note')", "drops the column tasks.note with its values"),
        ("with op.batch_alter_table('tasks') as b:\n    b.drop_column('note')", "drops the column tasks.note"),
        ("op.execute('ALTER TABLE tasks DROP note')", "drops the column tasks.note with its values"),
        ("op.rename_table('tasks', 'todos')", "renames the table tasks to todos"),
        ("op.alter_column('tasks', 'note', new_column_name='notes')", "renames the column tasks.note to notes"),
        ("op.alter_column('tasks', 'title', type_=sa.String(20))", "which longer values do not fit"),
        ("op.alter_column('tasks', 'price', type_=sa.Numeric(10, 1))", "which rounds the values"),
        ("op.alter_column('tasks', 'seen', type_=sa.Date())", "which takes away the time of day"),
        ("op.execute('TRUNCATE tasks CASCADE')", "empties the table tasks and of all tables that refer to it"),
        ("op.execute('DELETE FROM tasks')", "deletes every row of tasks"),
        ("op.execute('DROP SCHEMA app CASCADE')", "drops the schema app"),
        ("for t in ['tasks']:\n    op.drop_table(t)", "drops the table tasks"),
        ("op.execute('UPDATE tasks SET count = 0')", "writes one value over tasks.count in every row"),
        ("op.execute(\"UPDATE tasks SET note = 'a''b', count = NULL;\")", "over tasks.note and tasks.count in every"),
        ("op.execute('DROP TYPE mood CASCADE')", "drops the type mood with the columns tasks.mood (CASCADE)"),
        ("op.execute('DROP DOMAIN email CASCADE')", "drops the domain email with every column that uses it"),
        ("op.execute('DROP VIEW seen CASCADE')", "drops the view seen with all that depends on it"),
        ("op.execute('ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE')", "with the foreign keys of other tables"),
        ("op.execute('ALTER TABLE tasks DROP note CASCADE')", "with its values and all that depends on it (CASCADE)"),
        ("op.execute(\"ALTER TYPE mood RENAME VALUE 'a' TO 'c'\")\n"
         "op.execute(\"ALTER TYPE mood RENAME VALUE 'b' TO 'd'\")", "renames 'a' and 'b' of mood, while running code"),
        ("op.execute('ALTER SCHEMA app RENAME TO shop')", "renames the schema app to shop"),
    ],
)  # fmt: skip
def test_what_is_lost(upgrade: str, message: str) -> None:
    [(_, found)] = told(history(upgrade), "MIG013")
    assert message in found


@pytest.mark.parametrize(
    "upgrades",
    [
        ["op.add_column('tasks', sa.Column('due', sa.Integer()))"],
        ["op.add_column('tasks', sa.Column('due', sa.Integer(), server_default='0', nullable=False))"],
        ["op.add_column('tasks', sa.Column('n', sa.Integer(), sa.Identity(), nullable=False))"],
        ["op.add_column('tasks', sa.Column('n', sa.Integer(), sa.Computed('count + 1'), nullable=False))"],
        ["op.execute('ALTER TABLE tasks ADD n bigserial')"],
        ["op.execute('DELETE FROM tasks')\nop.add_column('tasks', sa.Column('due', sa.Integer(), nullable=False))"],
        ["op.execute('DELETE FROM tasks')\nop.rename_table('tasks', 'x')\n"
         "op.add_column('x', sa.Column('due', sa.Integer(), nullable=False))"],
        ["op.create_table('new')\nop.add_column('new', sa.Column('due', sa.Integer(), nullable=False))"],
        ["op.execute('UPDATE tasks SET note = 1')\nop.alter_column('tasks', 'note', nullable=False)"],
        ["op.execute(sa.table('tasks', sa.column('note')).update().values(note='x'))\n"
         "op.alter_column('tasks', 'note', nullable=False)"],
        ["op.get_bind().execute(sa.text('UPDATE tasks SET note = 1'))",
         "op.alter_column('tasks', 'note', nullable=False)"],
        ["with op.batch_alter_table('tasks') as b:\n    b.execute('UPDATE tasks SET note = 0')\n"
         "    b.alter_column('note', nullable=False)"],
        ["op.execute(open('fill.sql').read())\nop.alter_column('tasks', 'note', nullable=False)"],
        ["op.alter_column('tasks', 'title', nullable=False)"],
        ["op.alter_column('tasks', 'kind', nullable=False)"],
        ["op.alter_column('unknown', 'note', nullable=False)"],
        ["op.execute('ALTER TABLE tasks ADD CONSTRAINT c CHECK (note IS NOT NULL) NOT VALID')",
         "op.execute('ALTER TABLE tasks VALIDATE CONSTRAINT c')", "op.alter_column('tasks', 'note', nullable=False)"],
    ],
)  # fmt: skip
def test_rows_have_values(upgrades: list[str]) -> None:
    assert told(history(*upgrades), "MIG014") == []


@pytest.mark.parametrize(
    ("upgrade", "severity"),
    [
        ("op.add_column('tasks', sa.Column('due', sa.Integer(), nullable=False))", "error"),
        ("op.add_column('tasks', sa.Column('due', sa.Integer(), nullable=False, default=0))", "error"),
        ("op.add_column('elsewhere', sa.Column('due', sa.Integer(), nullable=False))", "error"),
        ("op.execute('ALTER TABLE tasks ADD COLUMN due int NOT NULL')", "error"),
        ("op.alter_column('tasks', 'note', nullable=False)", "warning"),
        ("op.execute('ALTER TABLE tasks ALTER note SET NOT NULL')", "warning"),
    ],
)
def test_rows_without_values(upgrade: str, severity: str) -> None:
    assert [found for found, _ in told(history(upgrade), "MIG014")] == [severity]


CONCURRENTLY = "op.create_index('ix', 'tasks', ['note'], postgresql_concurrently=True)"


@pytest.mark.parametrize(
    "upgrades",
    [
        [CONCURRENTLY],
        ["op.create_table('new')\nop.create_index('ix', 'new', ['a'])\n"
         "op.create_foreign_key('f', 'new', 'tasks', [], [])"],
        ["op.create_foreign_key('f', 'tasks', 'users', ['owner_id'], ['id'], postgresql_not_valid=True)"],
        ["op.execute('ALTER TABLE tasks ADD CONSTRAINT c CHECK (count > 0) NOT VALID')",
         "op.execute('ALTER TABLE tasks VALIDATE CONSTRAINT c')"],
        ["op.execute('ALTER TABLE tasks ADD CONSTRAINT u UNIQUE USING INDEX ix')"],
        ["op.add_column('tasks', sa.Column('due', sa.DateTime(), server_default=sa.func.now()))"],
        ["op.add_column('tasks', sa.Column('due', sa.Integer(), server_default=sa.text('0')))"],
        ["op.add_column('tasks', sa.Column('due', sa.Integer()))\nop.alter_column('tasks', 'due', nullable=False)"],
        ["op.alter_column('tasks', 'title', type_=sa.String(80))"],
        ["op.alter_column('tasks', 'title', type_=sa.Text())"],
        ["op.alter_column('tasks', 'price', type_=sa.Numeric(12, 2))"],
        ["op.alter_column('tasks', 'price', type_=sa.Numeric())"],
        ["op.alter_column('tasks', 'title', nullable=False)"],
        ["op.alter_column('tasks', 'note', nullable=True)"],
        ["op.alter_column('elsewhere', 'note', type_=sa.Text())"],
        ["op.drop_table('tasks')\nop.drop_index('ix', 'tasks')"],
        ["op.execute('ALTER TABLE tasks ADD CONSTRAINT c CHECK (\"note\" IS NOT NULL) NOT VALID')",
         "op.execute('ALTER TABLE tasks VALIDATE CONSTRAINT c')", "op.alter_column('tasks', 'note', nullable=False)"],
        ["op.execute('VACUUM tasks')\nop.execute('REINDEX INDEX CONCURRENTLY ix')"],
        ["op.execute('UPDATE tasks SET note = 1')"],
    ],
)  # fmt: skip
def test_nothing_waits(upgrades: list[str]) -> None:
    assert told(history(*upgrades), "MIG015") == []


@pytest.mark.parametrize(
    ("upgrade", "message"),
    [
        ("op.create_index('ix', 'tasks', ['note'])", "builds ix on tasks without CONCURRENTLY: writes of tasks wait"),
        ("op.execute('CREATE INDEX ix ON tasks (lower(note))')", "builds ix on tasks without CONCURRENTLY"),
        ("op.drop_index('ix', 'tasks')", "drops the index ix without CONCURRENTLY"),
        ("op.create_foreign_key('f', 'tasks', 'users', ['owner_id'], ['id'])", "writes of tasks and users wait"),
        ("op.create_foreign_key(None, 'tasks', 'users', ['owner_id'], ['id'])", "adds the foreign key of owner_id to"),
        ("op.create_check_constraint('c', 'tasks', 'count > 0')", "adds the CHECK c to tasks and validates it at once"),
        ("op.create_unique_constraint('u', 'tasks', ['note'])", "adds the unique constraint u to tasks"),
        ("op.create_primary_key('p', 'tasks', ['id'])", "adds the primary key constraint p to tasks"),
        ("op.alter_column('tasks', 'count', type_=sa.BigInteger())", "from INTEGER to BIGINT: reads and writes"),
        ("op.alter_column('tasks', 'title', type_=sa.String(20))", "while all rows are written anew"),
        ("op.alter_column('tasks', 'seen', type_=sa.DateTime(timezone=True))", "whose time zone is UTC"),
        ("op.alter_column('tasks', 'note', nullable=False)", "sets tasks.note NOT NULL"),
        ("op.add_column('tasks', sa.Column('u', sa.Uuid(), server_default=sa.text('gen_random_uuid()')))",
         "gen_random_uuid() gives each row that is there a value of its own"),
        ("op.add_column('tasks', sa.Column('n', sa.Integer(), sa.Identity()))", "an identity numbers the rows"),
        ("op.execute('ALTER TABLE tasks ADD n bigserial')", "a sequence numbers the rows"),
        ("op.add_column('tasks', sa.Column('n', sa.Integer(), sa.Computed('count + 1')))", "a stored generated column"),
        ("op.add_column('tasks', sa.Column('u', sa.Uuid(), sa.ForeignKey('users.id')))", "with a foreign key to users"),
        ("op.add_column('tasks', sa.Column('n', sa.Integer(), index=True))", "with an index that is built without"),
        ("op.add_column('tasks', sa.Column('n', sa.Integer(), unique=True))", "with a unique constraint"),
        ("op.execute('ALTER TABLE tasks ADD CONSTRAINT c CHECK (count > 0) NOT VALID; "
         "ALTER TABLE tasks VALIDATE CONSTRAINT c')", "validates c in the transaction that adds it"),
        ("op.execute('REINDEX TABLE tasks')", "runs REINDEX without CONCURRENTLY"),
        ("op.execute('CLUSTER tasks USING ix')", "runs CLUSTER"),
        ("op.execute('VACUUM FULL tasks')", "runs VACUUM FULL"),
    ],
)  # fmt: skip
def test_what_waits(upgrade: str, message: str) -> None:
    [(_, found)] = told(history(upgrade), "MIG015")
    assert message in found


def test_a_project_for_other_databases_too_is_not_told_of_locks() -> None:
    models = (
        "import sqlalchemy as sa\nfrom sqlalchemy.dialects import mysql\nfrom sqlalchemy.orm import declarative_base\n"
        "Base = declarative_base()\n\n\nclass Task(Base):\n    __tablename__ = 'tasks'\n    id = sa.Column(sa.Integer, "
        "primary_key=True)\n    note = sa.Column(sa.Text().with_variant(mysql.LONGTEXT(), 'mysql'))\n"
    )
    files = {**history("op.create_index('ix', 'tasks', ['note'])"), "app/models.py": models}
    assert told(files, "MIG015") == []


def test_a_drop_and_an_addition_may_be_one_column() -> None:
    steps = "op.drop_column('tasks', 'note')\nop.add_column('tasks', sa.Column({}))"
    [finding] = outcome(history(steps.format("'text', sa.Text()")), select=["MIG013"]).findings
    assert finding.suggestion is not None
    assert finding.suggestion.endswith('op.alter_column("tasks", "note", new_column_name="text")')
    [finding] = outcome(history(steps.format("'text', sa.Integer()")), select=["MIG013"]).findings
    assert "new_column_name" not in (finding.suggestion or "")


def test_a_step_is_known_by_its_revision() -> None:
    files = history("op.drop_column('tasks', 'note')", "op.add_column('tasks', sa.Column('note', sa.Text()))",
                    "op.drop_column('tasks', 'note')")  # fmt: skip
    found = outcome(files, select=["MIG013"]).findings
    assert [finding.subject.revision for finding in found] == ["2a", "4a"]
    assert len({finding.fingerprint for finding in found}) == 2


PARTITIONED = "op.create_table('days', sa.Column('day', sa.Date()), postgresql_partition_by='RANGE (day)')"
PART = "op.create_table('part', sa.Column('day', sa.Date()){})"
ATTACH = "op.execute(\"ALTER TABLE days ATTACH PARTITION part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')\")"
BUILD = "op.execute('CREATE UNIQUE INDEX pk ON tasks (title, note)')"
KEY = "op.execute('ALTER TABLE tasks ADD CONSTRAINT pk PRIMARY KEY USING INDEX pk')"
ANEW = (
    "op.execute('ALTER TYPE mood RENAME TO mood_old')\n"
    "mood = sa.Enum('a', 'b', 'c', name='mood')\nmood.create(op.get_bind())\n"
    "op.alter_column('tasks', 'mood', type_=mood, postgresql_using='mood::text::mood')"
)
CHECKED = "op.create_check_constraint('c', 'tasks', 'count > 0', postgresql_not_valid=True)"
VALIDATED = "op.execute('ALTER TABLE tasks VALIDATE CONSTRAINT c')"


@pytest.mark.parametrize(
    "upgrades",
    [
        [PARTITIONED, "op.execute('CREATE INDEX ix ON ONLY days (day)')"],
        [PARTITIONED, PART.format("") + "\n" + ATTACH],
        [PARTITIONED + "\n" + PART.format(", sa.CheckConstraint(\"day >= '2026-01-01'\")"), ATTACH],
        [PARTITIONED, ATTACH],
        [CHECKED, VALIDATED],
        [CHECKED, VALIDATED + "\nop.drop_column('tasks', 'seen')"],
        [CHECKED, "op.drop_column('users', 'id')\n" + VALIDATED],
        [CHECKED, "op.drop_column('tasks', 'seen')\nwith op.get_context().autocommit_block():\n    " + VALIDATED],
        [BUILD.replace("title, note", "title"), KEY],
        [ANEW.partition("\n")[2]],
    ],
)
def test_partitions_and_proofs_that_hold_nobody_up(upgrades: list[str]) -> None:
    assert of_last(upgrades) == []


@pytest.mark.parametrize(
    ("upgrades", "message"),
    [
        (
            [PARTITIONED, "op.create_index('ix', 'days', ['day'])"],
            "builds ix on days, which is partitioned: writes",
        ),
        (
            [PARTITIONED + "\n" + PART.format(""), ATTACH],
            "attaches part to days: reads and writes of part wait",
        ),
        (
            [CHECKED, "op.drop_column('tasks', 'seen')\n" + VALIDATED],
            "validates c in the transaction that holds ACCESS EXCLUSIVE on tasks",
        ),
        ([ANEW], "changes tasks.mood to a new type of the name mood: reads and writes of tasks wait"),
        ([BUILD, KEY], "makes tasks.note part of the primary key while it takes NULL"),
    ],
)
def test_partitions_and_proofs_that_hold_others_up(upgrades: list[str], message: str) -> None:
    [found] = of_last(upgrades)
    assert message in found


def of_last(upgrades: list[str]) -> list[str]:
    """What MIG015 says of the last revision."""
    last = f"revision {len(upgrades) + 1}a "
    return [message for _, message in told(history(*upgrades), "MIG015") if message.startswith(last)]


def test_steps_of_one_kind_are_one_finding() -> None:
    steps = "op.create_index('a', 'tasks', ['note'])\nop.create_index('b', 'tasks', ['seen'])\n"
    more = "op.create_index('c', 'users', ['id'])\nop.alter_column('tasks', 'note', nullable=False)"
    first, second = outcome(history(steps + more), select=["MIG015"]).findings
    assert first.message == (
        "revision 2a builds a on tasks without CONCURRENTLY: writes of tasks wait until it is done; likewise b on "
        "tasks and c on users"
    )
    assert [subject.name for subject in first.subjects] == ["a", "b", "c"]
    assert first.fix is not None and len(first.fix.edits) == 9
    assert second.message.startswith("revision 2a sets tasks.note NOT NULL")
