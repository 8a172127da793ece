"""Mapped classes and what leads from one to another."""

from __future__ import annotations

import msgspec

from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.schema import Argument, Declaration, TableKey
from schema_lint.facts.unknown import Unknown


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """A class attribute in a model's (or a table-less SQLModel's) own body, as its source declares it."""

    name: str
    kind: str
    """`column`, `relationship`, `unmapped` (ClassVar, private, hybrid …) or `untyped` (a Field with no annotation)."""

    declaration: Declaration | None = None
    place: SourcePlace | None = None


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A class that is mapped to a table, or could be: bases, mixins and SQLModels without `table=True` too."""

    key: str
    """Dotted module path and qualified name."""

    name: str
    style: str
    """`sqlmodel`, `declarative`, `flask-sqlalchemy`, `dataclass` (MappedAsDataclass) or `imperative`."""

    table: TableKey | None = None
    """`None` for a class without a table of its own or inherited: an abstract base, a mixin, a data-only SQLModel."""

    abstract: bool = False
    bases: tuple[str, ...] = ()
    """Keys (or dotted library paths) of all ancestors, nearest first, in C3 order."""

    inherits: str | None = None
    """Key of the mapped parent, with single- or joined-table inheritance."""

    inheritance: str | None = None
    """`single`, `joined` or `concrete`."""

    polymorphic_on: str | None = None
    polymorphic_identity: str | Unknown | None = None
    attributes: tuple[Attribute, ...] = ()
    docstring: str | None = None
    used_as_base: bool = False
    """Another model derives from it."""

    rest: Unknown | None = None
    """Why the class may have more mapped attributes than are known, if it may: a base class that could not be read, or
    a value that may turn out to be a relationship."""

    postponed_annotations: bool = False
    """Its module has `from __future__ import annotations`."""

    place: SourcePlace | None = None

    @property
    def module(self) -> str:
        """Dotted path of its module, for a class at the top of a module."""
        return self.key.removesuffix(self.name).rstrip(".")


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """A relationship attribute of a mapped class."""

    model: str
    """Key of the mapped class it belongs to; mapped subclasses inherit it and do not repeat it."""

    name: str
    target: str | Unknown
    """Key of the class it leads to; where no such class exists, the text as written, and `target_found` is false."""

    target_found: bool | Unknown = True
    target_candidates: int = 1
    """How many classes of the registry bear the bare name that the string target gives."""

    direction: str | Unknown = "MANYTOONE"
    """`ONETOMANY`, `MANYTOONE` or `MANYTOMANY`."""

    uselist: bool | Unknown = False
    """As SQLAlchemy resolves it."""

    back_populates: str | Unknown | None = None
    """As SQLAlchemy has it after configuration: also set on both sides of a `backref`."""

    backref: str | Unknown | None = None
    generated_by_backref: bool = False
    """The side of a `backref` that has no source line of its own; `place` is the other side's."""

    secondary: TableKey | Unknown | None = None
    cascade: tuple[str, ...] | Unknown = ("merge", "save-update")
    """Sorted, `all` and `delete-orphan` spelt out as SQLAlchemy does."""

    viewonly: bool | Unknown = False
    passive_deletes: bool | str | Unknown = False
    single_parent: bool | Unknown = False
    lazy: str | Unknown = "select"
    order_by: bool = False
    stated: tuple[Argument, ...] = ()
    """Arguments as written (`foreign_keys`, `primaryjoin`, `remote_side`, `overlaps`, `uselist` …), those of
    `sa_relationship_kwargs` included."""

    foreign_keys: tuple[tuple[TableKey, tuple[str, ...]], ...] | Unknown = ()
    """Foreign keys its join follows: (referencing table, columns) each. Empty where there is no join path."""

    foreign_key_candidates: int | Unknown = 1
    """Foreign keys that could make the join, before `foreign_keys=` or `primaryjoin=` chose."""

    local_columns: tuple[str, ...] | Unknown = ()
    """`table.column` each, sorted: those of the class's own side of the join."""

    remote_columns: tuple[str, ...] | Unknown = ()
    """`table.column` each, sorted: those of the other side, or of the `secondary`."""

    annotation: str | None = None
    annotation_collection: bool | Unknown | None = None
    """Whether the annotation is a collection (`list[X]`, `Mapped[set[X]]`); `None` where there is no annotation."""

    annotation_optional: bool | Unknown | None = None
    annotation_quoted: bool = False
    """The whole annotation (inside `Mapped[...]`, if that is there) is a string literal."""

    explanation: str | None = None
    """The comment on, or directly above, its statement in the source."""

    owner: str | None = None
    """Key of the class whose body holds the declaration: a mixin's, where it is not `model`."""

    place: Place | None = None

    def argument(self, name: str) -> Argument | None:
        """The argument of that name, if it was given."""
        return next((a for a in self.stated if a.name == name), None)


class UpdateHook(msgspec.Struct, frozen=True, kw_only=True):
    """Code that may set columns whenever a row changes: a listener on `before_update` or `before_flush`, a trigger."""

    target: str | None = None
    """Key of the class, or of the table; `None` where it is every session's, every mapper's, or not known whose."""

    place: SourcePlace | None = None


class MappingError(msgspec.Struct, frozen=True, kw_only=True):
    """Something that SQLAlchemy refuses when the class is made or the mappers are configured."""

    kind: str
    """`duplicate-table`, `duplicate-class-name`, `unknown-column` …"""

    subject: str
    message: str
    place: Place | None = None
    related: tuple[SourcePlace, ...] = ()
