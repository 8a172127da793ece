"""How rules speak of tables, columns and classes, and how names relate to each other."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.schema import Table

_RESERVED = """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema
    current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for
    foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral
    leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps
    placing primary references returning right select session_user similar some symmetric system_user table
    tablesample then to trailing true union unique user using variadic verbose when where window with
"""
RESERVED = frozenset(_RESERVED.split())
"""Words that PostgreSQL takes as names of tables and columns only in quotes: catcode R and T of `pg_get_keywords()` on
servers 15 and 18 (`system_user` came with 16)."""

_LOG_WORDS = """
    archive archives audit audits event events history histories log logs outbox snapshot snapshots tombstone
    tombstones version versions
"""
LOG_WORDS = frozenset(_LOG_WORDS.split())
"""Words in the names of tables that keep what was true once, of rows that may be gone by now."""

_IRREGULAR = {"people": "person", "children": "child", "statuses": "status", "aliases": "alias", "series": "series"}


def quoted(identifier: str) -> str:
    """The identifier as SQL needs it."""
    plain = identifier.isascii() and identifier.replace("_", "a").isalnum() and identifier == identifier.lower()
    if plain and not identifier[0].isdigit() and identifier not in RESERVED:
        return identifier
    doubled = identifier.replace('"', '""')
    return f'"{doubled}"'


def qualified(schema: str | None, name: str) -> str:
    """A name as SQL needs it, with its schema if that is stated."""
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def quoted_table(table: Table) -> str:
    """The table as SQL needs it, with its schema if that is stated."""
    return qualified(table.schema, table.name)


def short(key: str) -> str:
    """A class's own name: the last part of its dotted path."""
    return key.rpartition(".")[2]


def columns_of(table: str, columns: Collection[str]) -> str:
    """`tasks.owner_id`, or `tasks (a, b)`."""
    return f"{table}.{next(iter(columns))}" if len(columns) == 1 else f"{table} ({', '.join(columns)})"


def declaring_class(table: Table) -> str:
    """The class that a change to the whole table goes into, or the table's name in Core."""
    return short(table.models[0]) if table.models and table.form == "declarative" else table.key


def relationship_name(relationship: Relationship) -> str:
    """`User.tasks`; a mixin's relationship by the mapped class it became part of."""
    return f"{short(relationship.model)}.{relationship.name}"


@functools.lru_cache(maxsize=16384)
def words(name: str) -> tuple[str, ...]:
    """A name's words, lower case: of `user_id`, `userId` and `UserID` the same two."""
    spaced = []
    for position, character in enumerate(name):
        previous = name[position - 1] if position else "_"
        if character.isupper() and (previous.islower() or previous.isdigit()):
            spaced.append("_")
        spaced.append(character.lower())
    return tuple(word for word in "".join(spaced).replace("-", "_").split("_") if word)


def singular(word: str) -> str:
    """An English noun's singular, lower case, as far as its ending tells; the word itself where it is none."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


@functools.lru_cache(maxsize=4096)
def singular_name(name: str) -> str:
    """The name with its last word in the singular: `task_tags` → `task_tag`."""
    *first, last = words(name) or (name.lower(),)
    return "_".join((*first, singular(last)))


def keeps_a_log(table: Table) -> bool:
    """By its name the table keeps what was true once: references in it outlive what they point to."""
    return not LOG_WORDS.isdisjoint(words(table.name))


_SPOKEN_AS_CONSONANTS = ("use", "uni", "uui", "one", "eu")


def with_article(name: str) -> str:
    """`a Task`, `an Order`, `a User`."""
    word = name.lower()
    return f"{'an' if word[:1] in tuple('aeiou') and not word.startswith(_SPOKEN_AS_CONSONANTS) else 'a'} {name}"
