"""What an entity-relationship diagram shows, whatever it is drawn with.

Cardinalities say no more than the facts do: where it is not known whether a column may be NULL, or whether a key is
unique, the end is the one that also holds if it is (zero or one, zero or more).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from schema_lint.config.globs import object_matches
from schema_lint.config.policies import Policies
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Column, ForeignKey, Table, TableKey
from schema_lint.facts.unknown import Unknown

End = Literal["one", "zero-or-one", "zero-or-more"]
Kind = Literal["table", "view", "external", "outside"]
EntityKey = tuple[str, TableKey]
"""Label of the schema (the `MetaData`), and the table's key in it."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A column as it is drawn."""

    name: str
    type: str
    """As PostgreSQL writes it in short: `varchar(20)`, `timestamptz`; `?` where it is not known."""

    primary: bool = False
    foreign: bool = False
    unique: bool = False
    """By itself."""

    nullable: bool | None = False
    """`None` where it is not known."""

    comment: str = ""
    labels: tuple[str, ...] = ()
    """Of an enum, in order."""


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A table as it is drawn."""

    key: EntityKey
    name: str
    """As it is read: with its database schema, and with the `MetaData` where several have one of that name."""

    kind: Kind = "table"
    """`external` tables are made by somebody else; those `outside` are referenced only, and drawn as stubs."""

    fields: tuple[Field, ...] = ()
    comment: str = ""
    schema: str = ""
    module: str = ""
    incomplete: str = ""
    """Why it may have more columns than are known, if it may."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key, or two that a junction table joins."""

    child: EntityKey
    """Of a junction: the table of its first foreign key."""

    parent: EntityKey
    columns: tuple[str, ...]
    """Of the child; none for a junction."""

    target_columns: tuple[str, ...]
    child_end: End
    parent_end: End
    through: str = ""
    """The junction table's name."""

    ondelete: str = ""

    @property
    def label(self) -> str:
        """The column, or `(a, b)`; the junction table's name."""
        if self.through or len(self.columns) == 1:
            return self.through or self.columns[0]
        return f"({', '.join(self.columns)})"


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """Entities by schema and name, links by child and columns: what did not change is drawn as before."""

    entities: tuple[Entity, ...] = ()
    links: tuple[Link, ...] = ()


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the project is drawn."""

    only: tuple[str, ...] = ()
    """Globs of tables; all where empty."""

    exclude: tuple[str, ...] = ()
    collapse_junctions: bool = False
    columns: Literal["all", "keys", "none"] = "all"


ALL = View()


def _everywhere(_path: str) -> bool:
    return True


def draw(
    project: Project, policies: Policies, view: View = ALL, *, focus: Callable[[str], bool] = _everywhere
) -> Drawing:
    """The tables in focus, and as stubs those that they reference.

    Args:
        focus: whether tables that are declared in a file are drawn. Those of tests, examples and revisions never are.
    """
    entities: dict[EntityKey, Entity] = {}
    links: list[Link] = []
    for schema in project.schemas:
        part = _Part(schema, policies, view)
        for table in schema.tables.known:
            path = table.place.path if isinstance(table.place, SourcePlace) else None
            seen = path is None or (path not in project.set_aside and focus(path))
            if seen and _chosen(table.schema, table.name, view):
                part.add(table)
        part.finish()
        entities.update(part.entities)
        links += part.links
    return Drawing(
        entities=tuple(sorted(_told_apart(entities.values()), key=lambda entity: entity.key)),
        links=tuple(sorted(links, key=lambda link: (link.child, link.parent, link.columns, link.through))),
    )


def _told_apart(entities: Iterable[Entity]) -> Iterator[Entity]:
    entities = list(entities)
    often = Counter(entity.name for entity in entities)
    for entity in entities:
        label = entity.key[0].removesuffix(".metadata")
        several = often[entity.name] > 1
        yield msgspec.structs.replace(entity, name=f"{entity.name} ({label})") if several else entity


def _chosen(schema: str | None, name: str, view: View) -> bool:
    if any(object_matches(pattern, schema, name, ()) for pattern in view.exclude):
        return False
    return not view.only or any(object_matches(pattern, schema, name, ()) for pattern in view.only)


class _Part:
    """What one schema gives to the drawing."""

    def __init__(self, schema: Schema, policies: Policies, view: View) -> None:
        self.schema = schema
        self.policies = policies
        self.view = view
        self.entities: dict[EntityKey, Entity] = {}
        self.links: list[Link] = []
        self.tables: list[Table] = []

    def add(self, table: Table) -> None:
        self.tables.append(table)

    def finish(self) -> None:
        drawn = {table.key for table in self.tables}
        for table in self.tables:
            if self.view.collapse_junctions and self._is_junction(table, drawn):
                self._collapse(table)
                continue
            self.entities[self._key(table.key)] = self._entity(table, table.columns.known)
            for foreign_key in _distinct(table.foreign_keys.known):
                self._link(table, foreign_key)

    def _link(self, table: Table, foreign_key: ForeignKey) -> None:
        if not self._reaches(foreign_key):
            return
        self._stub(foreign_key)
        unique = any(columns <= set(foreign_key.columns) for columns in self.schema.unique_sets(table))
        columns = [table.column(name) for name in foreign_key.columns]
        required = all(column is not None and column.nullable is False for column in _unless_unknown(columns))
        ondelete = foreign_key.ondelete
        self.links.append(
            Link(
                child=self._key(table.key),
                parent=self._key(foreign_key.target_table),
                columns=foreign_key.columns,
                target_columns=foreign_key.target_columns,
                child_end="zero-or-one" if unique else "zero-or-more",
                parent_end="one" if required and columns else "zero-or-one",
                ondelete=ondelete if isinstance(ondelete, str) else "",
            )
        )

    def _reaches(self, foreign_key: ForeignKey) -> bool:
        """Whether the referenced table is drawn, if only as a stub: not, where somebody left it out."""
        schema, _, name = foreign_key.target_table.rpartition(".")
        return not any(object_matches(pattern, schema or None, name, ()) for pattern in self.view.exclude)

    def _stub(self, foreign_key: ForeignKey) -> None:
        """The referenced table, where it is not drawn for its own sake."""
        key = foreign_key.target_table
        if any(table.key == key for table in self.tables):
            return
        known = self.schema.table(key)
        entity = self.entities.get(self._key(key))
        names = [field.name for field in entity.fields] if entity is not None else []
        names += [name for name in foreign_key.target_columns if name not in names]
        if known is not None:
            wanted = [column for column in known.columns.known if column.name in names]
            self.entities[self._key(key)] = self._entity(known, wanted, kind="outside")
            return
        external = self.policies.external_tables.get(key)
        types = external or {}
        fields = [Field(name=name, type=types.get(name, "?"), primary=True) for name in names]
        fields += [Field(name=name, type=text, nullable=None) for name, text in types.items() if name not in names]
        if self.view.columns == "none":
            fields = []
        schema, _, _ = key.rpartition(".")
        self.entities[self._key(key)] = Entity(
            key=self._key(key),
            name=key,
            kind="external" if external is not None else "outside",
            fields=tuple(fields),
            schema=schema,
        )

    def _entity(self, table: Table, columns: Iterable[Column], kind: Kind | None = None) -> Entity:
        external = table.key in self.policies.external_tables
        declared = next((model for key in table.models if (model := self.schema.model(key)) is not None), None)
        path = table.place.path if isinstance(table.place, SourcePlace) else ""
        alone = {next(iter(names)) for names in self.schema.unique_sets(table) if len(names) == 1}
        fields = [self._field(table, column, alone) for column in columns]
        if self.view.columns == "keys":
            fields = [field for field in fields if field.primary or field.foreign]
        return Entity(
            key=self._key(table.key),
            name=table.key,
            kind=kind or ("external" if external else "view" if table.is_view else "table"),
            fields=() if self.view.columns == "none" else tuple(fields),
            comment=table.comment if isinstance(table.comment, str) else "",
            schema=table.schema or "",
            module=declared.module if declared is not None else path.removesuffix(".py").replace("/", "."),
            incomplete=table.columns.rest.why if table.columns.rest is not None and kind is None else "",
        )

    def _field(self, table: Table, column: Column, alone: set[str]) -> Field:
        primary = column.name in table.primary_key.columns
        return Field(
            name=column.name,
            type=_type(column),
            primary=primary,
            foreign=column.name in table.foreign_key_columns,
            unique=column.name in alone and not primary,
            nullable=None if isinstance(column.nullable, Unknown) else column.nullable,
            comment=column.comment if isinstance(column.comment, str) else "",
            labels=self._labels(column),
        )

    def _labels(self, column: Column) -> tuple[str, ...]:
        enum = None if isinstance(column.type, Unknown) else self.schema.enum(column.type.enum)
        return enum.labels if enum is not None and not isinstance(enum.labels, Unknown) else ()

    def _is_junction(self, table: Table, drawn: set[TableKey]) -> bool:
        """Two foreign keys that make up a key, and nothing else worth a box."""
        keys = table.foreign_keys.known
        if len(keys) != 2 or table.columns.rest is not None or table.foreign_keys.rest is not None:
            return False
        if not all(self._reaches(key) and key.target_table in drawn for key in keys):
            return False
        if self.schema.foreign_keys_to(table.key):
            return False
        joined = {name for key in keys for name in key.columns}
        times = {*self.policies.timestamps.created, *self.policies.timestamps.updated}
        others = [column for column in table.columns.known if column.name not in joined | times]
        return joined in self.schema.unique_sets(table) and all(column.primary_key is True for column in others)

    def _collapse(self, table: Table) -> None:
        first, second = sorted(table.foreign_keys.known, key=lambda key: (key.target_table, key.columns))
        self.links.append(
            Link(
                child=self._key(first.target_table),
                parent=self._key(second.target_table),
                columns=(),
                target_columns=(),
                child_end="zero-or-more",
                parent_end="zero-or-more",
                through=table.key,
            )
        )

    def _key(self, table: TableKey) -> EntityKey:
        return (self.schema.label, table)


def _distinct(keys: Sequence[ForeignKey]) -> list[ForeignKey]:
    """One of those that are the same but for their names."""
    return list({(key.columns, key.target_table, key.target_columns): key for key in reversed(keys)}.values())[::-1]


def _unless_unknown(columns: Sequence[Column | None]) -> list[Column | None]:
    return [None if column is None or isinstance(column.nullable, Unknown) else column for column in columns]


def _type(column: Column) -> str:
    if isinstance(column.type, Unknown):
        return "?"
    if column.type.enum is not None:
        return column.type.sql
    return column.type.sql.lower().replace(" with time zone", "tz").replace(" without time zone", "")
