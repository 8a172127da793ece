"""What the rules about `env.py` must leave alone, and what they say."""

from __future__ import annotations

import msgspec
import pytest

from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import Replay
from schema_lint.readers.migrations import with_histories
from schema_lint.readers.source import read
from schema_lint.readers.source.application.urls import parse_url
from schema_lint.readers.source.options import ReadOptions
from support import codes, findings, told

HEAD = "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine, text\n"
ENGINE = "engine = create_engine('postgresql://localhost/x')\n"
CONFIGURE = "    context.configure(connection=connection)\n    context.run_migrations()\n"
CONNECTED = "with engine.connect() as connection:\n"
BLOCK = "    with op.get_context().autocommit_block():\n        op.execute('VACUUM t')\n"
NEON = "postgresql+psycopg://app@ep-cool-dew-123456{}.eu-central-1.aws.neon.tech/todo"
POOLED, DIRECT = NEON.format("-pooler"), NEON.format("")


def revision(body: str) -> str:
    head = '"""Do something particular"""\nfrom alembic import op\n\nrevision = "a"\ndown_revision = None\n\n\n'
    return f"{head}def upgrade():\n{body}"


def history(env: str, body: str = BLOCK, **files: str) -> dict[str, str]:
    return {"m/env.py": HEAD + ENGINE + env, "m/versions/a.py": revision(body), **files}


HELPED = "    from tools import prepare\n    prepare(op)\n"
BEGUN = "with engine.begin() as connection:\n" + CONFIGURE
EXECUTED = CONNECTED + "    connection.execute(text('SET lock_timeout = 1'))\n" + CONFIGURE


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(history(CONNECTED + CONFIGURE), id="Alembic's own transaction"),
        pytest.param(history(BEGUN, "    op.execute('VACUUM t')\n"), id="no block"),
        pytest.param(history(BEGUN, "    op.get_bind().commit()\n" + BLOCK), id="ended before by the revision"),
        pytest.param(history(BEGUN, HELPED + BLOCK), id="something that is not read before it"),
        pytest.param(history("if x:\n" + BEGUN.replace("\n", "\n    ").replace("with", "    with", 1)
                             + "\n" + CONNECTED + CONFIGURE), id="one way of two"),
        pytest.param(history("def run(connection):\n" + CONFIGURE), id="a connection of somebody else's"),
        pytest.param({**history(EXECUTED), "requirements.txt": "sqlalchemy==1.4.50\n"}, id="before SQLAlchemy 2.0"),
    ],
)  # fmt: skip
def test_blocks_that_work(files: dict[str, str]) -> None:
    assert told(files, "ENV017") == []


@pytest.mark.parametrize(("env", "by"), [(BEGUN, "engine.begin()"), (EXECUTED, "connection.execute()")])
def test_blocks_that_fail(env: str, by: str) -> None:
    [found] = findings(history(env), select=["ENV017"])
    assert found.severity == "error" and found.message.startswith(f"{by} begins a transaction before")
    assert found.related[0].path == "m/versions/a.py"


def test_a_statement_that_commits_ends_no_transaction_of_sqlalchemys() -> None:
    assert codes(history(BEGUN, "    op.execute('COMMIT')\n" + BLOCK), select=["ENV017"]) == ["ENV017"]


MODEL = (
    "from sqlmodel import Field, SQLModel\n\n\nclass Task(SQLModel, table=True):\n    __tablename__ = 'task'\n{table}"
    "    id: int | None = Field(default=None, primary_key=True)\n"
)
DEFAULT = "    title: str = Field(sa_column_kwargs={'server_default': 'new'})\n"
COMPARED = CONNECTED + "    context.configure(connection=connection, target_metadata=Base.metadata{})\n"


@pytest.mark.parametrize(
    "env",
    [
        COMPARED.format(", compare_server_default=True"),
        COMPARED.format(", compare_type=compare, compare_server_default=compare"),
        COMPARED.format(", **options"),
        CONNECTED + "    context.configure(connection=connection, target_metadata=None, compare_type=False)\n",
        "context.configure(url='x', target_metadata=Base.metadata, compare_type=False)\n",
    ],
)
def test_comparisons_that_are_on_or_not_known(env: str) -> None:
    assert told(history(env, **{"app/models.py": MODEL.format(table="") + DEFAULT}), "ENV018") == []


def test_comparisons_that_are_off() -> None:
    [found] = told(history(COMPARED.format(", compare_type=False")), "ENV018")
    assert found == ("warning", "autogenerate leaves out changed types of columns: env.py says compare_type=False")
    with_default = history(COMPARED.format(""), **{"app/models.py": MODEL.format(table="") + DEFAULT})
    assert told(with_default, "ENV018") == [("info", "autogenerate leaves out changed server defaults")]
    assert told(history(COMPARED.format(""), **{"app/models.py": MODEL.format(table="")}), "ENV018") == []


TODO = "    __table_args__ = {'schema': 'todo'}\n"
CREATED = "    op.create_table('task', sa.Column('id', sa.Integer(), primary_key=True){})\n"


def schemas(more: str = "", *, model: str = TODO, there: str = ", schema='todo'", env: str = "") -> dict[str, str]:
    body = "    import sqlalchemy as sa\n" + CREATED.format(there)
    return history(env + COMPARED.format(more), body, **{"app/models.py": MODEL.format(table=model)})


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(schemas(", include_schemas=True"), id="compared"),
        pytest.param(schemas(", include_schemas=everywhere"), id="computed"),
        pytest.param(schemas(", include_object=mine"), id="some are left out"),
        pytest.param(schemas(env="engine.execution_options(schema_translate_map={})\n"), id="moved"),
        pytest.param(schemas(model="", there=""), id="the default schema"),
        pytest.param(schemas(model="    __table_args__ = {'schema': 'public'}\n"), id="public"),
        pytest.param(schemas(there=""), id="no revision makes it there"),
    ],
)
def test_schemas_that_are_compared(files: dict[str, str]) -> None:
    assert told(files, "ENV019") == []


def test_schemas_that_are_not_compared() -> None:
    [(severity, message)] = told(schemas(), "ENV019")
    assert severity == "warning" and "todo.task" in message


FROM_VARIABLE = HEAD + "create_engine(os.environ['URL'])\n"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"m/env.py": HEAD + f"create_engine('{DIRECT}')\n"}, id="direct"),
        pytest.param({"m/env.py": HEAD + f"create_engine('{POOLED}'.replace('-pooler', ''))\n"}, id="made direct"),
        pytest.param({"m/env.py": FROM_VARIABLE, ".env": f"OTHER={POOLED}\n"}, id="other"),
        pytest.param(
            {"m/env.py": FROM_VARIABLE, ".env": f"URL={POOLED}\n", ".env.ci": f"URL={DIRECT}\n"},
            id="now one, now the other",
        ),
        pytest.param({"app.py": HEAD + f"create_engine('{POOLED}')\n", "m/env.py": HEAD}, id="the application's"),
        pytest.param(
            {"m/env.py": HEAD + "create_engine('postgresql://u@aws-0-x.pooler.supabase.com:5432/postgres')\n"},
            id="pools sessions",
        ),
    ],
)  # fmt: skip
def test_addresses_that_are_direct(files: dict[str, str]) -> None:
    assert told({**files, "m/versions/a.py": revision("    pass\n")}, "ENV012") == []


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({"m/env.py": HEAD + f"create_engine('{POOLED}')\n"}, "warning"),
        ({"m/env.py": HEAD + f"context.config.set_main_option('sqlalchemy.url', '{POOLED}')\n"}, "warning"),
        ({"m/env.py": FROM_VARIABLE, ".env": f"URL={POOLED}\n"}, "info"),
        ({"m/env.py": HEAD + f"create_engine(os.environ.get('URL', '{POOLED}'))\n"}, "info"),
        ({"m/env.py": HEAD + "create_engine('postgresql://u@aws-0-x.pooler.supabase.com:6543/postgres')\n"}, "warning"),
        ({"m/env.py": HEAD + "create_engine('postgresql://u@pgbouncer:6432/todo')\n"}, "info"),
        (
            {"m/env.py": HEAD, "alembic.ini": f"[alembic]\nscript_location = m\nsqlalchemy.url = {POOLED}\n"},
            "warning",
        ),
    ],
)
def test_addresses_of_poolers(files: dict[str, str], severity: str) -> None:
    [found] = told({**files, "m/versions/a.py": revision("    pass\n")}, "ENV012")
    assert found[0] == severity


def test_the_address_that_was_asked_for_in_a_replay() -> None:
    url = parse_url(POOLED)
    assert url is not None

    def replayed(tree: SourceTree) -> Project:
        project = with_histories(read(tree, ["."], options=ReadOptions()), tree)
        replay = Replay(folder="m", server="a server", asked=(url,))
        return msgspec.structs.replace(project, replays=(replay,), evidence=f"{project.evidence}R")

    files = {"m/env.py": HEAD + "from app.db import engine\n", "m/versions/a.py": revision("    pass\n")}
    assert told(files, "ENV012") == []
    [(severity, message)] = told(files, "ENV012", reader=replayed)
    assert severity == "warning" and message.endswith("(replayed: env.py asked for it)")


OFFLINE = "context.configure(url='postgresql://localhost/x')\ncontext.run_migrations()\n"
ASKED = "    import sqlalchemy as sa\n    bind = op.get_bind()\n"


@pytest.mark.parametrize(
    ("env", "body"),
    [
        (CONNECTED + CONFIGURE, ASKED + "    bind.execute(sa.text('SELECT 1')).scalar()\n"),
        (OFFLINE, ASKED + "    bind.execute(sa.text('SELECT 1'))\n"),
        (OFFLINE, "    op.execute('UPDATE t SET a = 1')\n"),
        (
            OFFLINE,
            ASKED + "    if not context.is_offline_mode():\n        bind.scalar(sa.text('SELECT 1'))\n",
        ),
        (
            OFFLINE,
            ASKED + "    if context.is_offline_mode():\n        return\n    sa.inspect(bind).tables()\n",
        ),
        (OFFLINE, ASKED + "    sa.inspect(sa.table('t'))\n"),
        (OFFLINE, "    result = load()\n    result.first()\n"),
    ],
)
def test_revisions_of_which_a_script_can_be_written(env: str, body: str) -> None:
    body = body.replace("    import", "    from alembic import context\n    import")
    assert told(history(env, body), "MIG030") == []


@pytest.mark.parametrize(
    "body",
    [
        "    bind.execute(sa.text('SELECT 1')).scalar()\n",
        "    bind.execute(sa.text('SELECT 1')).mappings().all()\n",
        "    bind.scalar(sa.text('SELECT 1'))\n",
        "    if 't' in sa.inspect(bind).get_table_names():\n        op.drop_table('t')\n",
        "    rows = bind.execute(sa.text('SELECT 1'))\n    for row in rows.fetchall():\n        op.execute(row)\n",
    ],
)
def test_revisions_that_want_an_answer(body: str) -> None:
    [(severity, message)] = told(history(OFFLINE, ASKED + body), "MIG030")
    assert severity == "info" and message.startswith("revision a wants an answer of the database")


ADDS, USES = "op.execute(\"ALTER TYPE state ADD VALUE 'waiting'\")", "op.execute(\"UPDATE task SET state = 'waiting'\")"
TYPED = "op.create_table('task', sa.Column('state', sa.Enum('open', name='state')))"
ONE = CONNECTED + CONFIGURE


def labels(*steps: str, env: str = ONE) -> dict[str, str]:
    """A history in which each step is a revision of its own, the first of which makes the table."""
    files = {"m/env.py": HEAD + ENGINE + env}
    for at, step in enumerate((TYPED, *steps)):
        head = f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'r{at}'\n"
        parent = f"down_revision = {f'r{at - 1}' if at else None!r}\n\n\n"
        files[f"m/versions/r{at}.py"] = f"{head}{parent}def upgrade():\n    {step}\n"
    return files


@pytest.mark.parametrize(
    "files",
    [
        labels(ADDS, USES, env=ONE.replace("connection)", "connection, transaction_per_migration=True)")),
        labels(ADDS, USES, env=ONE.replace("connection)", "connection, **options)")),
        labels(ADDS, USES, env=BEGUN),
        labels(ADDS, "op.execute('UPDATE task SET state = NULL')"),
        labels(ADDS, "op.execute(\"UPDATE note SET title = 'waiting'\")"),
        labels(f"with op.get_context().autocommit_block():\n        {ADDS}", USES),
        labels(ADDS, "with op.get_context().autocommit_block():\n        op.execute('VACUUM task')", USES),
        labels(ADDS, "op.get_bind().commit()", USES),
        labels(ADDS, "op.execute(open('x.sql').read())", USES),
        labels(USES, ADDS),
    ],
)
def test_labels_that_are_committed_before_they_are_used(files: dict[str, str]) -> None:
    assert told(files, "ENV020") == []


def test_labels_that_are_used_in_the_transaction_that_adds_them() -> None:
    [found] = findings(labels(ADDS, "op.execute('SELECT 1')", USES), select=["ENV020"])
    assert found.severity == "warning"
    assert found.message.startswith("revision r3 uses the label 'waiting' of state that r1 adds, and env.py runs both")
