"""Names as SQL text has them."""

from __future__ import annotations

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
_LEGAL = re.compile(r"[a-z_][a-z0-9_$]*\Z")


def quoted(name: str) -> str:
    """An identifier as SQLAlchemy's PostgreSQL dialect writes it."""
    if name in RESERVED or not _LEGAL.match(name):
        return '"' + name.replace('"', '""') + '"'
    return name
