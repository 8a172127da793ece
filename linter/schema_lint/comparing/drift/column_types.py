"""Whether a column has the type that the model gives it."""

from __future__ import annotations

import functools
import re

import msgspec

from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.type_names import bare

_ARGUMENTS = re.compile(r"\(([^)]*)\)")
_FIRST_SIZE = {"char": "1", "bit": "1"}
"""Types that have this size where none is given."""

_LARGEST = {"timestamp": "6", "time": "6", "interval": "6"}
"""Types that are as exact as this where nothing is said."""

_OBJECTS = frozenset({"oid", "regclass", "regconfig", "regtype", "regproc", "name"})


class Form(msgspec.Struct, frozen=True):
    """A type in the one spelling that stands for all of it."""

    name: str
    sizes: tuple[str, ...]
    array: bool


@functools.cache
def form_of(sql: str) -> Form:
    """A type's text, as SQLAlchemy or PostgreSQL writes it, in one spelling: `INT`, `int4` and `INTEGER` are one."""
    text = sql.partition(" COLLATE ")[0].strip()
    array = text.endswith("[]")
    while text.endswith("[]"):
        # PostgreSQL keeps no number of dimensions.
        text = text[:-2]
    match = _ARGUMENTS.search(text)
    sizes = tuple(part.strip().lower() for part in match[1].split(",")) if match else ()
    name = bare(text)
    if "." in name:
        name = name.rpartition(".")[2]
    name = name.strip('"')
    if name in ("double precision", "real"):
        # The size of FLOAT(n) says which of the two it is.
        sizes = ()
    sizes = sizes or ((_FIRST_SIZE[name],) if name in _FIRST_SIZE else ())
    if name == "numeric" and len(sizes) == 1:
        sizes = (sizes[0], "0")
    if sizes == (_LARGEST.get(name.partition(" ")[0]),):
        sizes = ()
    return Form(name, sizes, array)


def same_type(left: ColumnType, right: ColumnType, domains: frozenset[str]) -> bool | Unknown:
    """Whether a model's type is the database's. Enums are compared by what they hold, elsewhere.

    Args:
        domains: names of the database's domains.
    """
    one, other = form_of(left.sql), form_of(right.sql)
    if one == other:
        return True
    if one.array != other.array:
        return False
    if one.name == other.name:
        # The type of a library may leave out what its extension fills in.
        known = bool(one.sizes) == bool(other.sizes) or one.name in _SIZED
        return False if known else Unknown("the one type has a size, the other says none")
    if left.domain is None and (other.name in domains or one.name in domains):
        return Unknown("a domain may stand for its type")
    if {one.name, other.name} <= _OBJECTS:
        return Unknown("both are names of PostgreSQL's own objects")
    return False


def collation_of(kind: ColumnType) -> str | None:
    """The collation that a type states."""
    return kind.sql.partition(" COLLATE ")[2].strip().strip('"') or None


def same_collation(one: str, other: str) -> bool:
    """Whether two names are of one collation: `en_US.UTF-8` and `en_US.utf8`, C and POSIX."""
    names = [name.rpartition('"."')[2].lower().replace("-", "") for name in (one, other)]
    return names[0] == names[1] or set(names) <= _BYTES


_BYTES = frozenset({"c", "posix", "ucs_basic"})
"""Collations that compare bytes."""

_SIZED = frozenset({"varchar", "char", "numeric", "bit", "bit varying", "timestamp with time zone", "interval",
                    "time with time zone", "timestamp without time zone", "time without time zone"})  # fmt: skip
"""Types of PostgreSQL's own in which a size is a rule."""
