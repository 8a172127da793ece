"""What MIG019 to MIG026 must leave alone, and what they say."""

from __future__ import annotations

import pytest

from support import told

HEAD = (
    '"""Change something particular{more}"""\nimport datetime\nimport uuid\n\n'
    "import sqlalchemy as sa\nfrom alembic import op\n"
)
TABLES = """op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))
op.create_table(
    "tasks",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("note", sa.String(50)),
    sa.Column("owner_id", sa.Integer()),
)"""
BLOCK = "with op.get_context().autocommit_block():\n    "
ADD = "op.add_column('tasks', sa.Column('a', sa.Integer()))\n"
BUILD = BLOCK + "op.create_index('ix', 'tasks', ['note'], postgresql_concurrently=True)\n"


def history(*upgrades: str, down: str = "raise NotImplementedError", more: str = "", **files: str) -> dict[str, str]:
    """A history of which the first revision makes the tables, and the others do what is given."""
    made = {"m/env.py": "from alembic import context\n", **files}
    for number, upgrade in enumerate((TABLES, *upgrades), 1):
        body = "\n".join(f"    {line}" for line in upgrade.strip().splitlines())
        back = "\n".join(f"    {line}" for line in down.splitlines())
        head = HEAD.format(more=more) + f'revision = "{number}a"\n'
        parent = repr(f"{number - 1}a") if number > 1 else "None"
        made[f"m/versions/{number}a.py"] = (
            f"{head}down_revision = {parent}\n\n\ndef upgrade():\n{body}\n\n\ndef downgrade():\n{back}\n"
        )
    return made


@pytest.mark.parametrize(
    "upgrade",
    [
        ADD,
        BUILD,
        BUILD + "op.execute('ALTER TABLE tasks ADD CONSTRAINT u UNIQUE USING INDEX ix')",
        "op.execute('SET lock_timeout = 0')\n" + BUILD,
        "op.execute(\"UPDATE tasks SET note = 'x' WHERE note IS NULL\")\n" + BUILD,
        "op.alter_column('tasks', 'note', nullable=True)\n" + BUILD,
        "op.add_column('tasks', sa.Column('a', sa.Integer()), if_not_exists=True)\n" + BUILD,
        "op.execute('COMMIT')\n" + ADD,
        "if not sa.inspect(op.get_bind()).has_table('x'):\n    op.create_table('x')\n" + BUILD,
    ],
)
def test_revisions_that_are_whole(upgrade: str) -> None:
    assert told(history(upgrade), "MIG019") == []


@pytest.mark.parametrize(
    ("upgrade", "message"),
    [
        (ADD + BUILD, "revision 2a goes on outside of its transaction after it adds the column tasks.a"),
        ("op.create_table('x')\n" + BUILD, "goes on outside of its transaction after it creates the table x"),
        (ADD + "op.execute('COMMIT')", "revision 2a commits by itself after it adds the column tasks.a"),
        (ADD + "op.get_bind().commit()\n" + BUILD, "revision 2a commits by itself after it adds the column tasks.a"),
        (
            "op.alter_column('tasks', 'note', new_column_name='text')\n" + BUILD,
            "after it changes the column tasks.note",
        ),
    ],
)
def test_revisions_that_commit_in_the_middle(upgrade: str, message: str) -> None:
    [(severity, found)] = told(history(upgrade), "MIG019")
    assert severity == "warning" and message in found


CHECK = "op.create_check_constraint('c', 'tasks', 'id > 0', postgresql_not_valid=True)"


@pytest.mark.parametrize(
    "upgrades",
    [
        [CHECK],
        [CHECK, "op.execute('ALTER TABLE tasks VALIDATE CONSTRAINT c')", ADD],
        [CHECK, "op.drop_constraint('c', 'tasks')", ADD],
        [CHECK, "op.execute('ALTER TABLE tasks RENAME CONSTRAINT c TO d')", ADD],
        [CHECK, "op.drop_table('tasks')", "op.create_table('x')"],
        [CHECK, "op.execute(open('validate.sql').read())", ADD],
        [CHECK, "op.execute('DO $$ BEGIN ALTER TABLE tasks VALIDATE CONSTRAINT c; END $$')", ADD],
        [CHECK.replace(", postgresql_not_valid=True", ""), ADD],
    ],
)
def test_constraints_that_are_validated(upgrades: list[str]) -> None:
    assert told(history(*upgrades), "MIG020") == []


def test_a_constraint_that_is_never_validated() -> None:
    assert told(history(CHECK, ADD), "MIG020") == [
        ("warning", "revision 2a adds c to tasks as NOT VALID, and no later revision validates it")
    ]
    foreign = "op.execute('ALTER TABLE tasks ADD CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES users NOT VALID')"
    [(_, found)] = told(history(foreign, "op.execute('ALTER TABLE tasks VALIDATE CONSTRAINT other')"), "MIG020")
    assert found.startswith("revision 2a adds f to tasks")


MODELS = (
    "from sqlalchemy import MetaData\nfrom sqlmodel import Field, SQLModel\n\n\nclass Base(SQLModel):\n"
    "    metadata = MetaData(naming_convention={{{0}}})\n\n\nclass Task(Base, table=True):\n"
    "    id: int = Field(primary_key=True)\n"
)
CONVENTION = MODELS.format("'uq': 'uq_%(table_name)s_%(column_0_name)s'")
UNNAMED = "op.create_unique_constraint(None, 'tasks', ['note'])"


@pytest.mark.parametrize(
    "files",
    [
        history("op.create_unique_constraint('u', 'tasks', ['note'])", **{"models.py": MODELS.format("")}),
        history("op.create_unique_constraint(op.f('u'), 'tasks', ['note'])", **{"models.py": MODELS.format("")}),
        history("op.create_unique_constraint(name(), 'tasks', ['note'])", **{"models.py": MODELS.format("")}),
        history(UNNAMED, **{"models.py": CONVENTION}),
        history(UNNAMED),
        history(UNNAMED, down="op.drop_constraint(None, 'tasks')", **{"models.py": MODELS.format("")}),
        history("op.create_table('x')\n" + UNNAMED.replace("tasks", "x"), **{"models.py": MODELS.format("")}),
        history("op.execute('ALTER TABLE tasks ADD UNIQUE USING INDEX ix')", **{"models.py": MODELS.format("")}),
    ],
)
def test_constraints_that_have_a_name(files: dict[str, str]) -> None:
    assert told(files, "MIG021") == []


@pytest.mark.parametrize(
    ("upgrade", "message"),
    [
        (UNNAMED, "revision 2a adds a unique constraint of tasks without a name"),
        ("op.create_foreign_key(None, 'tasks', 'users', ['owner_id'], ['id'])", "adds a foreign key of tasks without"),
        ("op.execute('ALTER TABLE tasks ADD CHECK (id > 0)')", "adds a CHECK of tasks without a name"),
        (BLOCK + "op.execute('CREATE INDEX CONCURRENTLY ON tasks (note)')", "adds an index of tasks without a name"),
        (UNNAMED + "\nop.create_primary_key(None, 'users', ['id'])", "a unique constraint of tasks and a primary key"),
    ],
)
def test_constraints_without_a_name(upgrade: str, message: str) -> None:
    [(_, found)] = told(history(upgrade, **{"models.py": MODELS.format("")}), "MIG021")
    assert message in found


@pytest.mark.parametrize(
    "upgrade",
    [
        "op.add_column('tasks', sa.Column('a', sa.DateTime(), server_default=sa.func.now()))",
        "op.add_column('tasks', sa.Column('a', sa.DateTime(), default=datetime.datetime.now))",
        "op.add_column('tasks', sa.Column('a', sa.DateTime(), default=datetime.datetime.now()))",
        "op.add_column('tasks', sa.Column('a', sa.String(), server_default=str(uuid.uuid4())))\n"
        "op.alter_column('tasks', 'a', server_default=None)",
        "op.bulk_insert(sa.table('tasks'), [{'note': str(uuid.uuid4())}])",
        "op.execute(sa.table('tasks').insert().values(note=str(uuid.uuid4())))",
        "op.execute(sa.table('tasks').update().values(note=datetime.datetime.now()))",
        "t = sa.table('tasks', sa.column('id'))\n"
        "for row in op.get_bind().execute(sa.select(t.c.id)):\n"
        "    op.execute(t.update().where(t.c.id == row.id).values(note=str(uuid.uuid4())))",
        "op.execute(f\"UPDATE tasks SET note = '{uuid.uuid4()}' WHERE id = 1\")",
    ],
)
def test_values_that_are_meant(upgrade: str) -> None:
    assert told(history(upgrade), "MIG022") == []


@pytest.mark.parametrize(
    ("upgrade", "message"),
    [
        ("op.add_column('tasks', sa.Column('a', sa.DateTime(), server_default=str(datetime.datetime.utcnow())))",
         "gives tasks.a for a default what datetime.datetime.utcnow() returned when it ran"),
        ("op.alter_column('tasks', 'note', server_default=uuid.uuid4().hex)", "what uuid.uuid4() returned when it ran"),
        ("op.execute(sa.table('tasks').update().values(note=uuid.uuid4().hex))",
         "gives every row of tasks one and the same value of uuid.uuid4()"),
        ("op.execute(f\"UPDATE tasks SET note = '{uuid.uuid4()}'\")", "one and the same value of uuid.uuid4()"),
    ],
)  # fmt: skip
def test_values_that_are_frozen(upgrade: str, message: str) -> None:
    [(_, found)] = told(history(upgrade), "MIG022")
    assert message in found


@pytest.mark.parametrize(
    ("code", "upgrade"),
    [
        ("MIG023", "op.execute('ALTER TABLE tasks ENABLE TRIGGER ALL')"),
        ("MIG023", "op.create_table('x')\nop.execute('ALTER TABLE x DISABLE TRIGGER ALL')"),
        ("MIG023", "op.execute(\"SET session_replication_role = 'origin'\")"),
        ("MIG024", "op.execute('GRANT SELECT ON tasks TO reporting')"),
        ("MIG024", "op.execute('GRANT EXECUTE ON FUNCTION f() TO PUBLIC')"),
        ("MIG024", "op.execute('GRANT USAGE ON SCHEMA app TO PUBLIC')"),
        ("MIG024", "op.execute('ALTER TABLE tasks ENABLE ROW LEVEL SECURITY')"),
        ("MIG024", "op.execute('ALTER TABLE tasks DISABLE ROW LEVEL SECURITY')\n"
         "op.execute('ALTER TABLE tasks ENABLE ROW LEVEL SECURITY')"),
        ("MIG024", "op.execute('CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$')"),
        ("MIG024", "op.execute('CREATE FUNCTION f() RETURNS int SECURITY DEFINER SET search_path TO a AS $$ $$')"),
    ],
)  # fmt: skip
def test_what_stays_protected(code: str, upgrade: str) -> None:
    assert told(history(upgrade), code) == []


@pytest.mark.parametrize(
    ("code", "upgrade", "severity", "message"),
    [
        ("MIG023", "op.execute('ALTER TABLE tasks DISABLE TRIGGER ALL')", "warning",
         "switches off the triggers of tasks, and foreign keys with them, and not on again"),
        ("MIG023", "op.execute('ALTER TABLE tasks DISABLE TRIGGER audit')", "warning",
         "switches off the trigger audit of tasks, and not on again"),
        ("MIG023", "op.execute('ALTER TABLE tasks DISABLE TRIGGER audit')\n"
         "op.execute('ALTER TABLE tasks ENABLE TRIGGER audit')", "info", "the trigger audit of tasks while it writes"),
        ("MIG023", "op.execute('SET session_replication_role TO replica')", "warning", "the triggers of all tables"),
        ("MIG024", "op.execute('GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC')", "warning",
         "grants ALL ON ALL TABLES IN SCHEMA public to PUBLIC: to every role"),
        ("MIG024", "op.execute('ALTER TABLE tasks DISABLE ROW LEVEL SECURITY')", "warning",
         "switches off row-level security of tasks"),
        ("MIG024", "op.execute('ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY')", "warning", "stops forcing row-level"),
        ("MIG024", "op.execute('CREATE FUNCTION f() RETURNS int SECURITY DEFINER AS $$ $$')", "warning",
         "makes the SECURITY DEFINER function f without a search_path of its own"),
    ],
)  # fmt: skip
def test_what_is_switched_off(code: str, upgrade: str, severity: str, message: str) -> None:
    [(found, text)] = told(history(upgrade), code)
    assert found == severity and message in text


UNIQUE = "op.create_unique_constraint('u', 'tasks', ['note'])"


@pytest.mark.parametrize(
    "upgrades",
    [
        ["op.create_index('ix', 'tasks', ['note'])"],
        ["op.execute('ALTER TABLE tasks ADD CONSTRAINT u UNIQUE USING INDEX ix')"],
        ["op.create_index('ix', 'tasks', [sa.text('lower(note)')], unique=True)"],
        ["op.create_index('ix', 'tasks', ['note'], unique=True, postgresql_where=sa.text('note > 1'))"],
        ["op.create_unique_constraint('u', 'tasks', ['id', 'note'])"],
        ["op.execute('DELETE FROM tasks WHERE note IS NULL')\n" + UNIQUE],
        ["op.execute('DELETE FROM tasks WHERE note IS NULL')", UNIQUE],
        ["op.execute(open('x').read())\n" + UNIQUE],
        ["op.create_table('x', sa.Column('note', sa.Text()))\n" + UNIQUE.replace("tasks", "x")],
        ["op.add_column('tasks', sa.Column('a', sa.Text()))\nop.create_unique_constraint('u', 'tasks', ['a'])"],
        ["op.add_column('tasks', sa.Column('a', sa.Uuid(), server_default=sa.text('gen_random_uuid()')))\n"
         "op.create_unique_constraint('u', 'tasks', ['a'])"],
        ["op.execute('DELETE FROM tasks')\n" + UNIQUE, "op.drop_constraint('u', 'tasks')\n" + UNIQUE],
    ],
)  # fmt: skip
def test_rows_that_may_well_differ(upgrades: list[str]) -> None:
    assert told(history(*upgrades), "MIG025") == []


@pytest.mark.parametrize(
    ("upgrade", "severity", "message"),
    [
        (UNIQUE, "info", "makes tasks.note unique, and nothing before it sees to rows that are equal"),
        ("op.create_index('ix', 'tasks', ['owner_id', 'note'], unique=True)", "info", "owner_id and note of tasks uni"),
        ("op.add_column('tasks', sa.Column('a', sa.Text(), server_default='x'))\n"
         "op.create_unique_constraint('u', 'tasks', ['a'])", "warning", "with the default 'x' in every row"),
    ],
)  # fmt: skip
def test_rows_that_may_be_equal(upgrade: str, severity: str, message: str) -> None:
    [(found, text)] = told(history(upgrade), "MIG025")
    assert found == severity and message in text


@pytest.mark.parametrize(
    "files",
    [
        history(ADD, down="pass"),
        history("pass", down="pass", more="\n\nThe table went with another revision.\n"),
        history("# nothing to do on PostgreSQL\npass", down="pass"),
        history("raise RuntimeError('run 3.0 first')", down="pass"),
        history("pass", down="op.drop_table('tasks')"),
    ],
)
def test_revisions_that_may_be_empty(files: dict[str, str]) -> None:
    assert told(files, "MIG026") == []


def test_a_revision_that_does_nothing() -> None:
    assert told(history("pass", down="pass"), "MIG026") == [("warning", "revision 2a does nothing")]
