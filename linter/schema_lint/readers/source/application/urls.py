"""Database URLs, taken apart as SQLAlchemy's `make_url` does; importing that would cost more than the whole check."""

from __future__ import annotations

import functools
import re

from schema_lint.facts.application import DatabaseUrl

DIALECTS = (
    "postgresql|postgres|mysql|mariadb|sqlite|oracle|mssql|cockroachdb|redshift|snowflake|timescaledb|db2|firebird"
)
"""Names that a database URL may begin with, as an alternation."""

HOLE = "{…}"
"""Stands for an interpolated part."""


@functools.cache
def _parts() -> re.Pattern[str]:
    return re.compile(
        r"(?P<name>[\w+{}…]+)://"
        r"(?:(?P<user>[^:/?#]*)(?::(?P<password>.*))?@)?"
        r"(?:\[(?P<ipv6>[^\]/?]+)\]|(?P<host>[^/:?#]+)?)(?::(?P<port>[^/?]*))?"
        r"(?:/(?P<database>[^?#]*))?(?:\?(?P<query>.*))?$",
        re.DOTALL,
    )


@functools.cache
def _beginning() -> re.Pattern[str]:
    return re.compile(rf"(?:{DIALECTS})(?:\+[\w{{}}…]+)?://", re.IGNORECASE)


@functools.cache
def _placeholders() -> re.Pattern[str]:
    return re.compile(
        r"""
        $ | [<\[({$%*•.] | x{2,} | …
        | (?:your|my|the|some|db|database|postgres|pg|user|test|dummy|fake|example|sample|insert|replace|enter|put|set)?
          [-_ ]? (?:strong|secure|secret|real|actual|db|database|postgres|super)? [-_ ]?
          (?:password|passwd|passw0rd|pass|pw|pwd|secret|changeme|change[-_]?(?:me|this|it)|placeholder|example|dummy
            |redacted|masked|hidden|here|todo|fixme|none|null|test|demo|tiger|admin|root|postgres|user|username
            |foo|bar|foobar|abc|masterkey|manager|scott|guest|letmein|hunter2|123\d*)
          [-_ ]?(?:here|\d{0,3})? $
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def is_database_url(text: str) -> bool:
    """Whether the text begins like the URL of a database."""
    return _beginning().match(text.strip()) is not None


def parse_url(text: str) -> DatabaseUrl | None:
    """The URL's parts; `None` for text that is no database URL. `HOLE` may stand for any part.

    Source: SQLAlchemy, `sqlalchemy.engine.url._parse_url`.
    """
    text = text.strip()
    if not is_database_url(text):
        return None
    match = _parts().match(text)
    if match is None:
        return DatabaseUrl(dialect=text.partition(":")[0], masked=_masked_head(text), problem="it has no such form")
    dialect, _, driver = match["name"].lower().partition("+")
    password = match["password"]
    host = match["ipv6"] or match["host"]
    return DatabaseUrl(
        dialect=dialect,
        driver=driver or None,
        user=match["user"] or None,
        has_password=bool(password),
        password_is_placeholder=_is_placeholder(password, match["user"]),
        host=host,
        port=match["port"] or None,
        database=match["database"] or None,
        query=_query(match["query"] or ""),
        masked=_masked(text, match),
        problem=_problem(match),
    )


def _is_placeholder(password: str | None, user: str | None) -> bool:
    if not password:
        return False
    plain = _decoded(password)
    return HOLE in plain or plain == _decoded(user or "") or _placeholders().match(plain) is not None


def _query(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return tuple((_decoded(name), _decoded(value.replace("+", " "))) for name, _, value in pairs)


def _decoded(text: str) -> str:
    """With `%41` and the like replaced. `urllib.parse` costs more start-up time than reading a project's URLs."""
    head, *rest = text.split("%")
    pieces = [head.encode(errors="surrogatepass")]
    for piece in rest:
        try:
            pieces.append(bytes.fromhex(piece[:2]) + piece[2:].encode(errors="surrogatepass"))
        except ValueError:
            pieces.append(b"%" + piece.encode(errors="surrogatepass"))
    return b"".join(pieces).decode("utf-8", "replace")


def _problem(match: re.Match[str]) -> str | None:
    port = match["port"]
    if port and HOLE not in port and not port.startswith(("$", "<", "{", "%")):
        if not port.isdigit():
            return "its port is not a number"
        if not 0 < int(port) < 65536:
            return "its port is not between 1 and 65535"
    return None


def _masked(text: str, match: re.Match[str]) -> str:
    if not match["password"] or match["password"] == HOLE:
        return text
    start, end = match.span("password")
    return f"{text[:start]}***{text[end:]}"


def _masked_head(text: str) -> str:
    return text.partition("://")[0] + "://…"
