"""Words that are no names in SQL unless they are quoted."""

from __future__ import annotations

import re

RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
    collation column concurrently constraint create cross current_catalog current_date current_role
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
    except false fetch for foreign freeze from full grant group having ilike in initially inner intersect
    into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null
    offset on only or order outer overlaps placing primary references returning right select session_user
    similar some symmetric system_user table tablesample then to trailing true union unique user using
    variadic verbose when where window with
    """.split()  # noqa: SIM905 - a hundred quotes would hide the words
)
"""Words that PostgreSQL takes as a name only in quotes: catcode R and T of `pg_get_keywords()` on servers 15 and 18
(`system_user` came with 16)."""


def quoted(name: str) -> str:
    """The name as SQL has it: in quotes where it must be."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'
