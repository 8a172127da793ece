"""How facts name what a database holds."""

from __future__ import annotations

import msgspec

from schema_lint.facts.identifiers import qualified, quoted
from schema_lint.facts.place import CatalogPlace


class Names(msgspec.Struct, frozen=True):
    """Names in one database, whose default schema a model would not name."""

    database: str
    default_schema: str | None

    def schema(self, schema: str) -> str | None:
        """The schema as a model would name it: not at all, where names without one lead."""
        return None if schema == self.default_schema else schema

    def key(self, schema: str, name: str) -> str:
        """`name`, or `schema.name`."""
        return name if schema == self.default_schema else f"{schema}.{name}"

    def place(self, schema: str, name: str) -> CatalogPlace:
        """Where an object of a schema is."""
        return CatalogPlace(self.database, qualified(schema, name))

    def function(self, schema: str, signature: str) -> CatalogPlace:
        """Where a function is; others of its name differ in their arguments."""
        return CatalogPlace(self.database, f"{quoted(schema)}.{signature}")

    def top(self, name: str) -> CatalogPlace:
        """Where an object is that belongs to no schema."""
        return CatalogPlace(self.database, quoted(name))


def part(whole: CatalogPlace, name: str) -> CatalogPlace:
    """Where a table's column, constraint, index or trigger is."""
    return CatalogPlace(whole.database, f"{whole.object}.{quoted(name)}")


def options(words: list[str] | None) -> dict[str, str]:
    """`name=value` words, as the catalogue keeps settings."""
    return dict(word.split("=", 1) for word in words or () if "=" in word)
