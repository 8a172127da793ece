"""Which database is meant: URLs in SQLAlchemy's forms and libpq's, `key=value` words, and the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from schema_lint.facts.secrets import mask

VARIABLE = "DATABASE_URL"
_ENCODED = "in a password, : is written %3A, / %2F and @ %40"
_SCHEMES = ("postgresql", "postgres")
_LIBPQ_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE")

# SQLAlchemy's `sqlalchemy.engine.url._parse_url`: a password may hold anything but an @, and is percent-encoded.
_URL = re.compile(
    r"(?P<scheme>[\w+]+)://"
    r"(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?P<hosts>[^/?]*)(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?",
    re.DOTALL,
)
_HOST = re.compile(r"(?:\[(?P<ipv6>[^\]]+)\]|(?P<host>[^:]*))(?::(?P<port>[0-9]*))?")

# What the drivers' own parameters are called in libpq. SQLAlchemy hands a URL's parameters to the driver.
_RENAMED = {"timeout": "connect_timeout", "ssl": "sslmode", "database": "dbname"}
_SSL_MODES = {"true": "require", "1": "require", "false": "disable", "0": "disable"}


class AddressError(Exception):
    """What was given names no PostgreSQL database; `hint` says what would."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a database is, in libpq's words."""

    parameters: dict[str, str] = {}
    """By keyword; empty where libpq's own environment says all."""

    source: str
    """Who says so: `the argument`, `DATABASE_URL`, `libpq's environment`."""

    def __str__(self) -> str:
        """As a reader may see it: `app@db.example.com:5432/todo`, never with a password."""
        say = self.parameters.get
        user = f"{say('user')}@" if say("user") else ""
        host = say("host") or say("hostaddr") or ""
        host = f"[{host}]" if ":" in host else host
        port = f":{say('port')}" if say("port") else ""
        shown = f"{user}{host}{port}/{say('dbname') or ''}"
        return shown if shown != "/" else self.source

    def __repr__(self) -> str:
        # The parameters hold the password.
        return f"Address({self})"


def find_address(given: str | None, environment: Mapping[str, str], *, variable: str = VARIABLE) -> Address:
    """The database that is meant: what was given, else the variable's URL, else what libpq's environment says.

    Raises:
        AddressError: if nothing says, or what does is no address of a PostgreSQL.
    """
    if given is not None:
        return parse_address(given, "the argument")
    if environment.get(variable):
        return parse_address(environment[variable], variable)
    if any(environment.get(name) for name in _LIBPQ_VARIABLES):
        return Address(source="libpq's environment")
    raise AddressError("no database is named", hint=f"give a URL, or set {variable}, or PGHOST and its like")


def parse_address(text: str, source: str) -> Address:
    """A database's address out of a URL as SQLAlchemy or libpq has it, or of libpq's `key=value` words.

    Raises:
        AddressError: if it is neither, or is another kind of database.
    """
    text = text.strip()
    match = _URL.fullmatch(text)
    if match is None:
        return Address(parameters=_words(text, source), source=source)
    scheme, _, driver = match["scheme"].partition("+")
    if scheme not in _SCHEMES:
        raise AddressError(f"{source} names a database of {scheme}", hint="schema-lint reads PostgreSQL")
    if "@" in match["hosts"]:
        # The rest of a password, which would be told as the host.
        raise AddressError(f"{source} has an @ too many", hint=_ENCODED)
    from urllib.parse import parse_qsl, unquote

    query = parse_qsl(match["query"] or "", keep_blank_values=True)
    hosts = match["hosts"].split(",") if match["hosts"] else []
    # SQLAlchemy names several hosts, each with its port, by as many parameters.
    several = [value for name, value in query if name == "host" and not value.startswith("/")]
    places = _places([unquote(host) for host in hosts] or several, source)
    named = {"user": match["user"], "password": match["password"], "dbname": match["database"]}
    parameters = _parameters(dict(query), driver)
    parameters |= {name: unquote(value) for name, value in named.items() if value} | places
    if any("\0" in value for value in parameters.values()):
        # libpq would take the address to end there, and connect to wherever the rest does not say.
        raise AddressError(f"{source} has a %00, which no address has")
    return Address(parameters=parameters, source=source)


def _places(hosts: list[str], source: str) -> dict[str, str]:
    """Hosts and ports as libpq lists them, by commas."""
    matches = [_HOST.fullmatch(host) for host in hosts]
    found = [match for match in matches if match is not None]
    if len(found) < len(hosts):
        raise AddressError(f"{source} has a port that is no number", hint=_ENCODED)
    names = [match["ipv6"] or match["host"] for match in found]
    ports = [match["port"] or "" for match in found]
    return {name: ",".join(values) for name, values in (("host", names), ("port", ports)) if any(values)}


def _parameters(query: dict[str, str], driver: str) -> dict[str, str]:
    """A URL's parameters that libpq understands; those of other drivers are theirs alone."""
    renamed = {_RENAMED.get(name, name): value for name, value in query.items()}
    if "sslmode" in renamed:
        renamed["sslmode"] = _SSL_MODES.get(renamed["sslmode"].lower(), renamed["sslmode"])
    if driver in ("", "psycopg", "psycopg2"):
        return {name: value for name, value in renamed.items() if name not in _SQLALCHEMY}
    known = words_of_libpq()
    return {name: value for name, value in renamed.items() if name in known}


def words_of_libpq() -> frozenset[str]:
    """Parameters of a connection that libpq knows."""
    from psycopg.pq import Conninfo

    return frozenset(option.keyword.decode() for option in Conninfo.get_defaults())


_SQLALCHEMY = frozenset({"executemany_mode", "executemany_batch_page_size", "use_native_hstore", "prepare_threshold"})
"""Parameters that SQLAlchemy's dialects keep for themselves."""


def _words(text: str, source: str) -> dict[str, str]:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if "=" in text:
        try:
            return {name: str(value) for name, value in conninfo_to_dict(text).items()}
        except ProgrammingError as error:
            raise AddressError(f"{source} is no address of a database: {mask(str(error).strip())}") from None
    shown = "" if "@" in text or ":" in text else f" ({text[:80]})"
    raise AddressError(
        f"{source} is no URL of a database{shown}", hint="postgresql://USER:PASSWORD@HOST:5432/DATABASE is one"
    )
