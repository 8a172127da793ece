"""Which database a command reads, and reading it: what `live` and the other commands with one have in common."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from schema_lint.cli.failures import Failure
from schema_lint.cli.options import option, split

if TYPE_CHECKING:
    from psycopg import Connection

    from schema_lint.cli.progress import Progress
    from schema_lint.config.settings import Settings
    from schema_lint.facts.project import Schema
    from schema_lint.readers.catalog.addresses import Address

F = TypeVar("F", bound=Callable[..., Any])
_SECTION = "Database"


def database_options(command: F) -> F:
    """`--database-url` and `--schema`."""
    for decorate in (
        option("--schema", "schemas", multiple=True, callback=split, metavar="NAME", section=_SECTION,
               help="Read these schemas only; commas or repeated. Default: all but PostgreSQL's own."),
        option("--database-url", metavar="URL", section=_SECTION,
               help="The database: a URL as SQLAlchemy or libpq has it, or libpq's words (host=… dbname=…). Default: "
               "the variable DATABASE_URL, or that which databases.NAME.url-variable names, else PGHOST, PGSERVICE "
               "and the like."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def database_evidence(command: F) -> F:
    """`--database` and `--schema`, for commands that read a project where no database is asked for."""
    for decorate in (
        option("--schema", "schemas", multiple=True, callback=split, metavar="NAME", section=_SECTION,
               help="Read these schemas of the database only; commas or repeated."),
        option("--database", is_flag=False, flag_value="", metavar="[URL]", section=_SECTION,
               help="Read this database instead of the source. Without a URL, the one that the environment names, as "
               "in `schema-lint live --help`."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def read_evidence(
    given: str,
    settings: Settings,
    *,
    schemas: Sequence[str],
    progress: Progress,
    usage: bool = False,
    sample: bool = False,
) -> Schema:
    """What `--database` asks for.

    Raises:
        Failure: if it cannot be read.
    """
    address = find_database(given or None, settings)
    progress.say(f"reading {address}")
    with opened(address) as connection:
        return read_schema(connection, schemas=schemas, usage=usage, sample=sample)


def find_database(given: str | None, settings: Settings) -> Address:
    """The database that is meant. A URL comes from the command line or the environment, never from the settings or the
    source; a name of `databases` stands for its variable.

    Raises:
        Failure: if nothing says which one is meant, or what does is no address of a PostgreSQL.
    """
    from schema_lint.readers.catalog.addresses import AddressError, find_address

    databases = settings.databases
    if given is not None and given in databases:
        variable = databases[given].url_variable
        if not variable:
            raise Failure(
                f"nothing says where the database {given} is", hint=f"set databases.{given}.url-variable, or give a URL"
            )
        if not os.environ.get(variable):
            raise Failure(f"{variable} is not set", hint=f"databases.{given}.url-variable names it")
        given = None
    else:
        variable = _variable(settings) if given is None else None
    try:
        return find_address(given, os.environ, **({"variable": variable} if variable else {}))
    except AddressError as error:
        raise Failure(str(error), hint=error.hint) from None


def name_of_database(given: str | None, settings: Settings) -> str:
    """What the configuration calls the database that is meant; `default` where it has no name for it."""
    databases = settings.databases
    if given is not None and given in databases:
        return given
    return next(iter(databases)) if len(databases) == 1 else "default"


def _variable(settings: Settings) -> str | None:
    """The environment variable that the settings name; `None` where they name none."""
    named = {name: database.url_variable for name, database in settings.databases.items() if database.url_variable}
    if len(set(named.values())) > 1:
        raise Failure(f"the project has several databases: {', '.join(named)}", hint="give the name of one, or a URL")
    return next(iter(named.values()), None)


@contextlib.contextmanager
def opened(address: Address) -> Iterator[Connection[Any]]:
    """A connection in a transaction that changes nothing and sees one moment.

    Raises:
        Failure: where connecting or reading fails; it names the stage.
    """
    from schema_lint.readers.catalog.connecting import DatabaseError, reading

    try:
        with reading(address) as connection:
            yield connection
    except DatabaseError as error:
        raise Failure(str(error), hint=error.hint) from None


def read_schema(
    connection: Connection[Any], *, schemas: Sequence[str] = (), usage: bool = False, sample: bool = False
) -> Schema:
    """What the database holds, as its tables of these schemas (all but PostgreSQL's own where none is named); with
    `usage` also what the server counted, with `sample` what some rows say.

    Raises:
        Failure: if there is no such schema.
        psycopg.Error: where the server refuses; `opened` makes a failure of it.
    """
    from schema_lint.readers.catalog import read

    if schemas:
        _check_schemas(connection, schemas)
    schema = read(connection, schemas=schemas or None, usage=usage)
    if not sample:
        return schema
    import msgspec

    from schema_lint.readers.catalog.sampling import samples

    return msgspec.structs.replace(schema, samples=tuple(samples(connection, schema)))


def _check_schemas(connection: Connection[Any], wanted: Sequence[str]) -> None:
    found = connection.execute(b"SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY nspname")
    known = [name for (name,) in found.fetchall()]
    for name in wanted:
        if name not in known:
            from schema_lint.config.problems import nearest, printable

            close = nearest(name, known)
            raise Failure(
                f"there is no schema {printable(name)} in the database",
                hint=f"did you mean {close}?" if close else f"there are: {printable(', '.join(known), 200)}",
            )
