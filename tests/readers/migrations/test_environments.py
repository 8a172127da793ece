"""What an `env.py` says, read without running it."""

from __future__ import annotations

import pytest

from schema_lint.facts.environments import Begun, Configuration
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.environments import read_environment
from support import project_facts

REVISION = {"m/versions/a.py": 'revision = "a"\ndown_revision = None\n'}
ONLINE = "with engine.connect() as connection:\n    context.configure(connection=connection, {})\n"


def configured(source: str) -> Configuration:
    [found] = read_environment("env.py", source).configurations
    return found


def environment(source: str, **files: str) -> MigrationEnvironment:
    [found] = project_facts({"m/env.py": source, **REVISION, **files}).migrations
    return found


def test_what_is_given_and_what_is_not() -> None:
    found = configured(ONLINE.format("compare_type=False, include_schemas=True, version_table='v'"))
    assert (found.offline, found.compare_type, found.include_schemas, found.version_table) == (False, False, True, "v")
    assert found.compare_server_default is None and found.include_object is None and found.begun is None
    assert configured("context.configure(url='x', literal_binds=True)").offline
    assert configured("alembic.context.configure(url='x')").offline


def test_values_are_followed_as_far_as_they_are_plain() -> None:
    found = configured(
        "TABLE = 'v'\noptions = {'compare_type': True}\n" + ONLINE.format("version_table=TABLE, **options")
    )
    assert found.version_table == "v" and found.compare_type is True
    batch = configured(ONLINE.format("render_as_batch=connection.dialect.name == 'sqlite'")).render_as_batch
    assert batch is False
    assert configured("def same(*a): ...\n" + ONLINE.format("compare_type=same")).compare_type is True
    assert configured("def mine(*a): ...\n" + ONLINE.format("include_object=mine")).include_object == "mine"


@pytest.mark.parametrize(
    "source",
    [
        ONLINE.format("**options"),
        "options = {}\noptions.update(other)\n" + ONLINE.format("**options"),
        "options = {}\nif x:\n    options = {'compare_type': False}\n" + ONLINE.format("**options"),
        ONLINE.format("compare_type=settings.compare"),
        "if x:\n    flag = True\nelse:\n    flag = False\n" + ONLINE.format("compare_type=flag"),
    ],
)
def test_what_is_computed_is_unknown(source: str) -> None:
    assert isinstance(configured(source).compare_type, Unknown)


def test_what_cannot_be_parsed_says_nothing() -> None:
    assert read_environment("env.py", "context.configure(").configurations == ()
    deep = "x = " + "a." * 20_000 + "a\n" + "context.configure(url='x')"
    assert read_environment("env.py", deep).target_metadata in ("missing", "unknown")


CONFIGURE = "    context.configure(connection=connection)\n"
CONNECTED = "with engine.connect() as connection:\n"
EXECUTE = "    connection.execute(text('SET x = 1'))\n"
COMMIT = "        connection.commit()\n"


@pytest.mark.parametrize(
    "source",
    [
        CONNECTED + CONFIGURE,
        CONNECTED + "    connection.execute(1)\n    connection.commit()\n" + CONFIGURE,
        CONNECTED + "    with connection.begin():\n        connection.execute(text('SET x = 1'))\n" + CONFIGURE,
        CONNECTED + CONFIGURE + "    connection.execute(text('SELECT pg_advisory_lock(1)'))\n",
        CONNECTED
        + CONFIGURE
        + "    with context.begin_transaction():\n        connection.execute(text('SET x = 1'))\n",
        CONNECTED
        + "    if connection.dialect.name == 'sqlite':\n        connection.execute(text('PRAGMA'))\n"
        + CONFIGURE,
        CONNECTED
        + "    connection.begin()\n    if connection.in_transaction():\n        connection.commit()\n"
        + CONFIGURE,
        "async def main():\n    async with engine.connect() as c:\n        await c.run_sync(run)\n\n\n"
        "def run(connection):\n" + CONFIGURE,
        "def other(connection):\n    connection.execute(1)\n\n\n" + CONNECTED + CONFIGURE,
    ],
)
def test_alembic_begins_the_transaction(source: str) -> None:
    assert configured(source).begun is None


@pytest.mark.parametrize(
    "source",
    [
        "connection = config.attributes['connection']\n" + CONFIGURE.strip(),
        "def run(connection):\n" + CONFIGURE,
        CONNECTED + "    prepare(connection)\n" + CONFIGURE,
        CONNECTED + "    if x:\n    " + EXECUTE + CONFIGURE,
        "with make(engine) as connection:\n" + CONFIGURE,
        "context.configure(connection=make())",
        "async def main():\n    await c.run_sync(lambda connection: context.configure(connection=connection))\n",
    ],
)
def test_who_begins_it_is_not_known(source: str) -> None:
    assert isinstance(configured(source).begun, Unknown)


@pytest.mark.parametrize(
    ("source", "by"),
    [
        ("with engine.begin() as connection:\n" + CONFIGURE, "engine.begin()"),
        (CONNECTED + EXECUTE + CONFIGURE, "connection.execute()"),
        (CONNECTED + "    connection.begin()\n" + CONFIGURE, "connection.begin()"),
        (
            CONNECTED + "    with connection.begin():\n        context.configure(connection=connection)\n",
            "connection.begin()",
        ),
        (
            CONNECTED + "    if connection.dialect.name == 'postgresql':\n        connection.execute(1)\n" + CONFIGURE,
            "connection.execute()",
        ),
        (
            "async def main():\n    async with engine.begin() as c:\n        await c.run_sync(run)\n\n\n"
            "def run(connection):\n" + CONFIGURE,
            "engine.begin()",
        ),
        (
            "with engine.begin() as c:\n    run(c)\n\n\ndef run(connection):\n    go(connection)\n\n\n"
            "def go(connection):\n" + CONFIGURE,
            "engine.begin()",
        ),
    ],
)
def test_env_py_begins_it(source: str, by: str) -> None:
    begun = configured(source).begun
    assert isinstance(begun, Begun) and begun.by == by


def test_many_callers_take_no_time() -> None:
    chain = "".join(f"def f{n}(connection):\n" + f"    f{n + 1}(connection)\n" * 9 for n in range(9))
    begun = configured(chain + "def f9(connection):\n" + CONFIGURE).begun
    assert isinstance(begun, Unknown)


HEAD = "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine, engine_from_config\n"


@pytest.mark.parametrize(
    ("source", "known"),
    [
        (HEAD + "create_engine('postgresql://a/b')", [("literal", None, "postgresql://a/b")]),
        (HEAD + "create_engine(os.environ['URL'])", [("environment", "URL", None)]),
        (
            HEAD + "context.config.set_main_option('sqlalchemy.url', os.environ['URL'].replace('%', '%%'))\n"
            "engine_from_config(context.config.get_section('alembic'), prefix='sqlalchemy.')",
            [("environment", "URL", None)],
        ),
        (
            HEAD + "section = context.config.get_section('alembic')\nsection['sqlalchemy.url'] = 'postgresql://a/b'\n"
            "engine_from_config(section, prefix='sqlalchemy.')",
            [("literal", None, "postgresql://a/b")],
        ),
        (
            HEAD + "config = context.config\n\n\ndef run():\n    config.set_main_option('sqlalchemy.url', "
            "'postgresql://a/b')\n    engine_from_config(config.get_section('alembic'), prefix='sqlalchemy.')",
            [("literal", None, "postgresql://a/b")],
        ),
    ],
)
def test_addresses(source: str, known: list[tuple[str, str | None, str | None]]) -> None:
    found = environment(source).addresses
    assert found.rest is None
    assert [(s.kind, s.name, s.url.masked if s.url is not None else None) for s in found.known] == known


def test_an_address_that_is_only_in_alembic_ini() -> None:
    source = HEAD + "engine_from_config(context.config.get_section('alembic'), prefix='sqlalchemy.')"
    ini = "[alembic]\nscript_location = m\nsqlalchemy.url = postgresql://a/b\n"
    found = environment(source, **{"alembic.ini": ini}).addresses
    assert [source.kind for source in found] == ["file"] and found.rest is None
    assert environment(source).addresses.rest is not None
    assert environment("from app.db import engine\n").addresses.rest is not None
