"""What MIG007, MIG011 and MIG017 must leave alone, and what they say."""

from __future__ import annotations

import pytest

from support import told

HEAD = (
    '"""Change something particular"""\nimport sqlalchemy as sa\nfrom alembic import op\n{more}\nrevision = "{name}"\n'
)
MODELS = (
    "from sqlmodel import Field, SQLModel\n\n\nclass Kind(str):\n    pass\n\n\nclass Task(SQLModel, table=True):\n"
    "    __tablename__ = 'tasks'\n    id: int | None = Field(default=None, primary_key=True)\n"
)


def history(
    upgrade: str, *, more: str = "", env: str = "from alembic import context\n", **files: str
) -> dict[str, str]:
    """A history of two revisions: one makes two tables, the other does what is given."""
    first = HEAD.format(name="1a", more="") + "down_revision = None\n\n\ndef upgrade():\n"
    first += "    op.create_table('tasks', sa.Column('id', sa.Integer(), primary_key=True))\n"
    body = "\n".join(f"    {line}" for line in upgrade.splitlines())
    second = HEAD.format(name="2a", more=more) + f'down_revision = "1a"\n\n\ndef upgrade():\n{body}\n'
    made = {"m/env.py": env, "m/versions/1a.py": first, "m/versions/2a.py": second, "app/models.py": MODELS}
    return {**made, "app/__init__.py": "", **files}


ADD = "op.add_column('tasks', sa.Column('a', sa.Integer()))\n"


@pytest.mark.parametrize(
    "upgrade",
    [
        ADD,
        "op.execute('UPDATE tasks SET id = 1 WHERE id = 2')",
        "op.execute('UPDATE tasks SET id = 1')\n" + ADD,
        ADD + "op.bulk_insert(sa.table('tasks'), [{}])",
        ADD + "op.execute('INSERT INTO tasks (id) VALUES (1)')",
        "op.create_table('new')\nop.drop_column('new', 'b')\nop.execute('UPDATE new SET a = 1')",
        ADD + "op.create_table('new')\nop.execute('INSERT INTO new SELECT * FROM tasks')",
        ADD + "with op.get_context().autocommit_block():\n    op.execute('UPDATE tasks SET a = 1')",
    ],
)
def test_schema_or_data(upgrade: str) -> None:
    assert told(history(upgrade), "MIG007") == []


@pytest.mark.parametrize(
    "changed",
    [
        "op.execute('UPDATE tasks SET a = 1')",
        "op.execute('DELETE FROM tasks WHERE a IS NULL')",
        "op.get_bind().execute(sa.text('INSERT INTO tasks (a) SELECT id FROM tasks'))",
        "op.execute(sa.table('tasks', sa.column('a')).update().values(a=1))",
    ],
)
def test_schema_and_data(changed: str) -> None:
    [(severity, message)] = told(history(ADD + changed), "MIG007")
    assert severity == "info"
    assert message.startswith("revision 2a changes rows of tasks while it holds ACCESS EXCLUSIVE on tasks")


@pytest.mark.parametrize(
    ("upgrade", "more"),
    [
        ("op.execute(sa.update(sa.table('tasks')).values(id=1))", ""),
        ("op.add_column('tasks', sa.Column('k', Kind()))", "from app.models import Kind\n"),
        ("op.execute(sa.delete(Old))", "from m.frozen import Old\n"),
        ("sa.MetaData().create_all(op.get_bind())", ""),
        ("Task", "from app.models import Task\n"),
    ],
)
def test_revisions_of_their_own(upgrade: str, more: str) -> None:
    frozen = MODELS.replace("Task", "Old").replace("tasks", "old")
    assert told(history(upgrade, more=more, **{"m/__init__.py": "", "m/frozen.py": frozen}), "MIG011") == []


@pytest.mark.parametrize(
    ("upgrade", "more", "message"),
    [
        ("op.execute(sa.update(Task).values(id=1))", "from app.models import Task\n", "revision 2a uses Task as the"),
        ("op.get_bind().execute(sa.select(models.Task))", "from app import models\n", "revision 2a uses Task as the"),
        ("from app.models import Task\nop.execute(sa.select(Task))", "", "revision 2a uses Task as the"),
        ("Task.__table__.create(op.get_bind())", "from app.models import Task\n", "revision 2a uses Task as the"),
        ("SQLModel.metadata.create_all(op.get_bind())", "from sqlmodel import SQLModel\n", "calls create_all()"),
    ],
)
def test_revisions_that_use_models(upgrade: str, more: str, message: str) -> None:
    [(_, found)] = told(history(upgrade, more=more), "MIG011")
    assert message in found


@pytest.mark.parametrize(
    "files",
    [
        history("pass"),
        history("op.create_table('new')\nop.add_column('new', sa.Column('a', sa.Integer()))"),
        history("op.execute('UPDATE tasks SET id = 1')"),
        history("with op.get_context().autocommit_block():\n"
                "    op.create_index('ix', 'tasks', ['id'], postgresql_concurrently=True)"),
        history("op.execute(\"SET LOCAL lock_timeout = '5s'\")\n" + ADD),
        history(ADD, env="from alembic import context\nSQL = \"SET lock_timeout = '5s'\"\n"),
        history(ADD, **{"app/db.py": "ARGS = {'options': '-c lock_timeout=5s'}\n"}),
    ],
)  # fmt: skip
def test_locks_that_are_limited(files: dict[str, str]) -> None:
    assert told(files, "MIG017") == []


def test_locks_without_a_limit() -> None:
    assert told(history(ADD), "MIG017") == [
        ("warning", "m sets no lock_timeout: revision 2a would wait for the lock, and reads and writes of the table "
         "behind it (2a: ACCESS EXCLUSIVE on tasks)"),
    ]  # fmt: skip


ENV = "from alembic import context\n"
GIVEN = "context.configure(connection=connection, target_metadata=target_metadata)\n"


@pytest.mark.parametrize(
    "env",
    [
        ENV,
        ENV + "from app.models import SQLModel\ntarget_metadata = SQLModel.metadata\n" + GIVEN,
        ENV + "from app.models import target_metadata\n" + GIVEN,
        ENV + "target_metadata = None\nfor part in (1, 2):\n    target_metadata = part\n" + GIVEN,
        ENV + "context.configure(connection=connection, **options)\n",
        ENV + "context.configure(target_metadata=find())\ncontext.configure(url='x')\n",
        "def broken(:\n",
    ],
)
def test_metadata_that_is_given(env: str) -> None:
    assert told(history("pass", env=env), "MIG008") == []


@pytest.mark.parametrize(
    ("env", "why"),
    [
        (ENV + "target_metadata = None\n" + GIVEN, "target_metadata is None"),
        (ENV + "target_metadata: object = None\n" + GIVEN, "target_metadata is None"),
        (ENV + "context.configure(connection=connection)\n", "it names no target_metadata"),
    ],
)
def test_metadata_that_is_missing(env: str, why: str) -> None:
    [(severity, message)] = told(history("pass", env=env), "MIG008")
    assert (severity, message.rpartition(": ")[2]) == ("error", why)


def test_an_environment_without_models() -> None:
    files = history("pass", env=ENV + "target_metadata = None\n" + GIVEN)
    moved = {f"other/{path}" if path.startswith("m/") else path: text for path, text in files.items()}
    assert told(moved, "MIG008") == []
