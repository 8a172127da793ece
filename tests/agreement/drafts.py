"""A table while it is being drawn, and the module of drawn things that others refer to."""

from __future__ import annotations

from dataclasses import dataclass, field

from agreement.description import Column, Mixin, Options, Relationship, Table

WORDS = (
    "title", "amount", "active", "started_at", "rank", "note", "size", "level", "payload", "colour", "score", "flag",
    "label", "weight", "origin", "phase", "topic", "shade", "depth", "price",
)  # fmt: skip
MIXED_IN = ("created_at", "updated_at", "deleted", "version", "remark", "checked_at")


@dataclass
class ForeignKey:
    """A foreign key of a draft: names of columns in the database, and the draft it leads to."""

    columns: tuple[str, ...]
    attributes: tuple[str, ...]
    target: Draft
    optional: bool


@dataclass
class Draft:
    """A table that is not finished."""

    name: str
    cls: str
    module: str
    index: int
    form: str
    style: str
    keys: tuple[Column, ...]
    schema: str | None
    metadata_schema: str | None
    comment: str | None = None
    parent: Draft | None = None
    inheritance: str | None = None
    mixins: tuple[Mixin, ...] = ()
    columns: list[Column] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    mixed_in: list[ForeignKey] = field(default_factory=list)
    """Those that a mixin brings."""

    arguments: list[str] = field(default_factory=list)
    arguments_form: str = "tuple"
    later: list[str] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    mapper_arguments: list[tuple[str, str]] = field(default_factory=list)
    states_name: bool = True
    docstring: bool = False
    words: list[str] = field(default_factory=lambda: list(WORDS))

    @property
    def path(self) -> str:
        """Its class (or table) as a text names it."""
        return f"[[{self.module}.{self.cls}]]"

    @property
    def is_class(self) -> bool:
        """Whether it has a body in which attributes are written."""
        return self.form == "class"

    @property
    def mapped(self) -> bool:
        """Whether a class is mapped to it."""
        return self.form != "core"

    @property
    def root(self) -> Draft:
        """The table at the top of its inheritance."""
        return self.parent.root if self.parent is not None else self

    @property
    def table(self) -> Draft:
        """The draft whose table it is: with single-table inheritance, the parent's."""
        return self.parent.table if self.parent is not None and self.inheritance == "single" else self

    @property
    def full_name(self) -> str:
        """`schema.name` as `MetaData.tables` has it."""
        table = self.table
        schema = table.schema or table.metadata_schema
        return f"{schema}.{table.name}" if schema else table.name

    def finish(self) -> Table:
        """The table as it stays."""
        return Table(
            name=self.name, cls=self.cls, module=self.module, form=self.form,
            columns=(*self.keys, *self.columns), schema=self.schema, comment=self.comment,
            arguments=tuple(self.arguments), arguments_form=self.arguments_form, later=tuple(self.later),
            mixins=self.mixins,
            parent=f"{self.parent.module}.{self.parent.cls}" if self.parent else None, inheritance=self.inheritance,
            mapper_arguments=self._options(), relationships=tuple(self.relationships),
            states_name=self.states_name, docstring=self.docstring,
        )  # fmt: skip

    def _options(self) -> Options:
        return tuple(self.mapper_arguments)
