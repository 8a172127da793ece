"""Names as SQL text has them."""

from __future__ import annotations

import functools
import re

RESERVED = frozenset({
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check",
    "collate", "column", "constraint", "create", "current_catalog", "current_date", "current_role", "current_time",
    "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except",
    "false", "fetch", "for", "foreign", "from", "grant", "group", "having", "in", "initially", "intersect", "into",
    "leading", "limit", "localtime", "localtimestamp", "new", "not", "null", "of", "off", "offset", "old", "on",
    "only", "or", "order", "placing", "primary", "references", "returning", "select", "session_user", "some",
    "symmetric", "table", "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "when",
    "where", "window", "with", "authorization", "between", "binary", "cross", "current_schema", "freeze", "full",
    "ilike", "inner", "is", "isnull", "join", "left", "like", "natural", "notnull", "outer", "over", "overlaps",
    "right", "similar", "verbose",
})  # fmt: skip
"""Words that SQLAlchemy's PostgreSQL dialect puts in quotes."""
NAME_LENGTH = 63
"""Of a name in PostgreSQL, unless it was compiled otherwise."""
_LEGAL = re.compile(r"[a-z_][a-z0-9_$]*\Z")


@functools.lru_cache(maxsize=16384)
def quoted(name: str) -> str:
    """An identifier as SQLAlchemy's PostgreSQL dialect writes it."""
    if name in RESERVED or not _LEGAL.match(name):
        return '"' + name.replace('"', '""') + '"'
    return name


def qualified(schema: str | None, name: str) -> str:
    """A name in SQL, with its schema if it has one."""
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def shortened(name: str) -> str:
    """A name that SQLAlchemy makes by a naming convention, as it stands in DDL: cut where it is too long, with four
    digits of its MD5 in place of the rest. Names that the source states are never cut: SQLAlchemy refuses them.

    Source: `IdentifierPreparer._truncate_and_render_maxlen_name` of SQLAlchemy 1.4 to 2.1.
    """
    if len(name) <= NAME_LENGTH:
        return name
    from hashlib import md5

    digest = md5(name.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()
    return f"{name[: NAME_LENGTH - 8]}_{digest[-4:]}"


def cut(name: str) -> str:
    """A name as PostgreSQL keeps it: cut to 63 bytes, between characters."""
    if len(name) * 4 <= NAME_LENGTH:
        return name
    return name.encode(errors="surrogatepass")[:NAME_LENGTH].decode(errors="ignore")
