"""A database's schema, as models are looked for in it."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from typing import TypeVar

from schema_lint.comparing.drift.sql_expressions import expression
from schema_lint.facts.database import Domain, Sequence
from schema_lint.facts.identifiers import cut
from schema_lint.facts.platforms import platforms_of
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Unknown

N = TypeVar("N", Domain, EnumType, Sequence)
_SERVER = ("pg_catalog", "information_schema")


class Database:
    """Look-ups by the names that models use."""

    def __init__(self, schema: Schema, *, read: Collection[str] | None, elsewhere: Collection[str] = ()) -> None:
        """Take what was read.

        Args:
            read: the only schemas that were read; all, if `None`.
            elsewhere: `schema.name` of relations that are there and were not read as tables: partitions, and what
                belongs to an extension.
        """
        self.schema = schema
        self.default = schema.default_schema
        self.read = read
        self.elsewhere = frozenset(elsewhere)
        self.domains = frozenset(domain.name.lower() for domain in schema.domains)
        self.strict_domains = frozenset(domain.name.lower() for domain in schema.domains if not domain.nullable)
        self.collation = schema.server.collation if schema.server is not None else None
        """Name of what the database collates by, where a column says nothing."""

        self._enums = _by_name(enum for enum in schema.enums.known if isinstance(enum.name, str))
        self._domains = _by_name(schema.domains)
        self._sequences = _by_name(schema.sequences)
        self.platforms = platforms_of(schema)
        path = schema.server.settings.get("search_path", "") if schema.server is not None else ""
        self.path = [name.strip().strip('"') for name in path.split(",") if name.strip()]

    def find(self, table: Table) -> Table | None:
        """The table that a model's name leads to."""
        name = cut(table.name)
        given = None if table.schema == self.default else table.schema
        found = self.schema.table(f"{given}.{name}" if given else name)
        if found is None and table.schema is None:
            others = (self.schema.table(f"{schema}.{name}") for schema in self.path if schema != self.default)
            found = next((other for other in others if other is not None), None)
        return found

    def reach(self, table: Table) -> bool:
        """Whether the table would have been seen if it were there as a table."""
        schema = table.schema or self.default
        if schema in _SERVER or schema in self.platforms or (self.read is not None and schema not in self.read):
            return False
        return f"{schema}.{cut(table.name)}" not in self.elsewhere

    def key(self, name: str) -> str:
        """A table's key as the database's schema has it, of one that a model names."""
        schema, dot, bare = name.rpartition(".")
        return cut(bare) if not dot or schema == self.default else f"{schema}.{cut(bare)}"

    def enum(self, kind: ColumnType) -> EnumType | None:
        """The enum of one of the database's columns."""
        if kind.enum is None:
            return None
        name = kind.enum.rpartition(".")[2] if "." in kind.enum else kind.enum
        schema = kind.sql.removesuffix("[]").rpartition(".")[0].strip('"') or None
        return _of_schema(self._enums.get(name, []), schema)

    def domain(self, name: str, schema: str | None) -> Domain | None:
        """The domain that a model names; in whatever schema, where it is the only one of its name."""
        return _of_schema(self._domains.get(name, []), None if schema == self.default else schema)

    def sequences_named(self, name: str) -> list[Sequence]:
        """The sequences of a name, in whatever schema."""
        return self._sequences.get(name, [])

    def refuses_null(self, table: Table, column: Column) -> bool:
        """Whether a CHECK or the column's domain refuses NULL, as NOT NULL would."""
        if isinstance(column.type, ColumnType) and column.type.name.rpartition(".")[2].lower() in self.strict_domains:
            return True
        return column.name in self._checked(table.key)

    @functools.cache  # noqa: B019 - as long as the comparison lives
    def _checked(self, key: str) -> frozenset[str]:
        table = self.schema.table(key)
        names = set()
        for check in table.check_constraints.known if table is not None else ():
            node = None if isinstance(check.expression, Unknown) else expression(check.expression)
            for part in (node.parts if node.kind == "and" else (node,)) if node is not None else ():
                if part.kind == "is" and part.text == "not null" and part.parts[0].kind == "name":
                    names.add(part.parts[0].text)
        return frozenset(names)


def _by_name(things: Iterable[N]) -> dict[object, list[N]]:
    found: dict[object, list[N]] = {}
    for thing in things:
        found.setdefault(thing.name, []).append(thing)
    return found


def _of_schema(named: list[N], schema: str | None) -> N | None:
    """The one of that schema, else the only one."""
    return next((found for found in named if found.schema == schema), named[0] if len(named) == 1 else None)
