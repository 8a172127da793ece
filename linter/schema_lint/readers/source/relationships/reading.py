"""Relationship facts of one mapped class, as SQLAlchemy's mapper ends up with them.

Source: `sqlalchemy.orm.relationships.RelationshipProperty`.
"""

from __future__ import annotations

from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.values import (
    Annotation,
    Attribute,
    Call,
    ClassValue,
    Collection,
    Constant,
    FunctionValue,
    Partial,
    Site,
    Value,
)
from schema_lint.facts.models import Relationship
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.places import explanation, one_line
from schema_lint.readers.source.arguments import flag, plain, text, unknown
from schema_lint.readers.source.drafts import ColumnDraft, MappedClass, Mapping, TableDraft
from schema_lint.readers.source.names import call_name
from schema_lint.readers.source.relationships.annotations import RelationshipAnnotation, read_annotation
from schema_lint.readers.source.relationships.cascades import DEFAULT, VIEWS_MERGE, cascades
from schema_lint.readers.source.relationships.columns import ColumnValues
from schema_lint.readers.source.relationships.conditions import Condition, read_condition
from schema_lint.readers.source.relationships.directions import MANY_TO_ONE, Undetermined
from schema_lint.readers.source.relationships.given import Given
from schema_lint.readers.source.relationships.joins import Join, JoinArguments, determine, half, mapped_tables
from schema_lint.readers.source.relationships.registry import Names
from schema_lint.readers.source.relationships.targets import Target, Targets


class Declared:
    """A relationship being read: where it is declared, what it was given, and its join."""

    __slots__ = ("annotation", "given", "join", "join_arguments", "mapped", "name", "owner", "site", "target")

    def __init__(self, mapped: MappedClass, name: str, given: Given, site: Site | None) -> None:
        self.mapped = mapped
        self.name = name
        self.given = given
        self.site = site
        """Its statement."""
        self.owner: ClassValue | None = None
        self.annotation: RelationshipAnnotation | None = None
        self.target = Target(Unknown("the target was not looked for"))
        self.join_arguments = JoinArguments()
        self.join: Join | None = None


class Reader:
    """Reads relationships."""

    def __init__(self, mapping: Mapping, interpreter: Interpreter, version: tuple[int, ...]) -> None:
        self.interpreter = interpreter
        self.columns = ColumnValues(mapping)
        self.targets = Targets(mapping, interpreter)
        self.legacy = bool(version) and version < (2,)
        """SQLAlchemy 1.x, which does not look at annotations."""
        self.of_views = "none" if len(version) > 2 and version < VIEWS_MERGE else DEFAULT
        """What `viewonly` relationships cascade where they do not say."""

    def read(self, declared: Declared, annotation: Annotation | None, sqlmodel: bool) -> Relationship:
        """The fact of a relationship with a source line."""
        if annotation is not None:
            read = read_annotation(annotation)
            declared.annotation = None if read.says_nothing else read
        usable = declared.annotation if sqlmodel or not self.legacy else None
        declared.target = self.targets.find(declared.mapped, declared.given.get("argument"), usable)
        if declared.target.mapped is not None:
            self._join(declared, declared.target.mapped)
        else:
            self._half_join(declared)
        return self.fact(declared)

    def _join(self, declared: Declared, child: MappedClass) -> None:
        tables = _tables(declared.mapped, child)
        declared.join_arguments = self.join_arguments(declared.mapped, declared.given, tables)
        declared.join = determine(declared.mapped, child, declared.join_arguments)

    def _half_join(self, declared: Declared) -> None:
        """What the arguments alone say about the join with a class that is not known."""
        arguments = self.join_arguments(declared.mapped, declared.given, _tables(declared.mapped))
        why = declared.target.name if isinstance(declared.target.name, Unknown) else _no_target(declared)
        declared.join_arguments = arguments
        declared.join = half(declared.mapped, arguments, why)

    def join_arguments(self, mapped: MappedClass, given: Given, tables: list[TableDraft]) -> JoinArguments:
        """What the arguments say about the join; `tables` are those of both classes."""
        arguments = JoinArguments()
        names = Names(mapped)
        arguments.secondary = self._secondary(given, names)
        if isinstance(arguments.secondary, TableDraft):
            tables = [*tables, arguments.secondary]
        arguments.primary = self._condition(given, "primaryjoin", names, tables)
        arguments.secondary_join = self._condition(given, "secondaryjoin", names, tables)
        arguments.foreign_keys = self._columns(given, "foreign_keys", names, tables)
        arguments.remote_side = self._columns(given, "remote_side", names, tables)
        return arguments

    def _resolved(self, value: Value, names: Names) -> Value:
        """A callable argument called, a string one looked up in the registry."""
        if isinstance(value, FunctionValue | Partial):
            value = self.interpreter.call(value, [], {})
        if isinstance(value, Constant) and isinstance(value.value, str):
            value = names.evaluate(value.value, value.site)
        return value

    def _secondary(self, given: Given, names: Names) -> TableDraft | Unknown | None:
        value = given.get("secondary")
        if value is None:
            return None
        if isinstance(value, FunctionValue | Partial):
            value = self.interpreter.call(value, [], {})
        if isinstance(value, Constant) and isinstance(value.value, str):
            table = names.table(value.value)
            if table is not None:
                return table
            value = names.evaluate(value.value, value.site)
        table = self.columns.table(value)
        return table if table is not None else unknown(value)

    def _condition(self, given: Given, name: str, names: Names, tables: list[TableDraft]) -> Condition | None:
        value = given.get(name)
        if value is None:
            return None
        return read_condition(self._resolved(value, names), lambda part: self.columns.column(part, tables))

    def _columns(self, given: Given, name: str, names: Names, tables: list[TableDraft]) -> list[ColumnDraft] | Unknown:
        value = given.get(name)
        if value is None:
            return []
        value = self._resolved(value, names)
        values = value.items if isinstance(value, Collection) and value.rest is None else [value]
        found: list[ColumnDraft] = []
        for item in values:
            column = self.columns.column(self._resolved(item, names), tables)
            if not isinstance(column, ColumnDraft):
                return column if isinstance(column, Unknown) else unknown(item)
            found.append(column)
        return found

    def fact(self, declared: Declared) -> Relationship:
        """The fact, from what is known by now."""
        given, join, annotation = declared.given, declared.join, declared.annotation
        viewonly = flag(given.get("viewonly"))
        undecided = Unknown("the join was not looked for")
        secondary = declared.join_arguments.secondary
        return Relationship(
            model=declared.mapped.key,
            name=declared.name,
            target=declared.target.name,
            target_found=declared.target.found,
            target_candidates=declared.target.candidates,
            direction=join.direction if join is not None else undecided,
            uselist=self._uselist(declared),
            back_populates=self._back_populates(given.get("back_populates")),
            backref=_backref_name(given.get("backref")),
            secondary=secondary.key if isinstance(secondary, TableDraft) else secondary,
            cascade=_cascade(given.get("cascade"), viewonly, self.of_views if viewonly is True else DEFAULT),
            viewonly=viewonly,
            passive_deletes=_passive_deletes(given.get("passive_deletes")),
            single_parent=flag(given.get("single_parent")),
            lazy=self._lazy(declared),
            order_by=given.get("order_by") is not None and flag(given.get("order_by")) is not False,
            stated=tuple(given.stated),
            foreign_keys=_followed(join) if join is not None else undecided,
            foreign_key_candidates=join.candidates if join is not None else undecided,
            local_columns=_names(join.local) if join is not None else undecided,
            remote_columns=_names(join.remote) if join is not None else undecided,
            annotation=annotation.text if annotation is not None else None,
            annotation_collection=_collection(annotation),
            annotation_optional=_optional(annotation),
            annotation_quoted=annotation.quoted if annotation is not None else False,
            explanation=explanation(declared.site),
            owner=declared.owner.key if declared.owner is not None else None,
            place=one_line(declared.site),
        )

    def _uselist(self, declared: Declared) -> bool | Unknown:
        """As `RelationshipProperty.declarative_scan` and `_post_init` set it."""
        annotation, given = declared.annotation, declared.given
        if annotation is not None and not self.legacy and given.get("collection_class") is None:
            if annotation.incomplete:
                return Unknown("the annotation is not understood", annotation.annotation.site.place())
            if not annotation.is_collection:
                return False
        stated = given.get("uselist")
        if stated is not None:
            return flag(stated)
        if declared.join is None:
            return Unknown("its direction is not known")
        direction = declared.join.direction
        return direction if isinstance(direction, Unknown) else direction != MANY_TO_ONE

    def _lazy(self, declared: Declared) -> str | Unknown:
        annotation = declared.annotation
        if annotation is not None and annotation.container in {"WriteOnlyMapped", "DynamicMapped"}:
            return "write_only" if annotation.container == "WriteOnlyMapped" else "dynamic"
        stated = declared.given.values.get("lazy", declared.given.rest)
        value = plain(stated, "select")
        if isinstance(value, Unknown | str):
            return value
        return "noload" if value is None else "select" if value else "joined"

    def _back_populates(self, value: Value | None) -> str | Unknown | None:
        if isinstance(value, FunctionValue | Partial):
            value = self.interpreter.call(value, [], {})
        if isinstance(value, Attribute) and isinstance(value.value, ClassValue):
            return value.name
        found = text(value)
        return found or None if isinstance(found, str) else found


def _tables(*classes: MappedClass) -> list[TableDraft]:
    found: list[TableDraft] = []
    for mapped in classes:
        try:
            found += mapped_tables(mapped)
        except Undetermined:
            continue
    return found


def _no_target(declared: Declared) -> Unknown:
    return Unknown(f"the class {declared.target.name} is not known")


def _backref_name(value: Value | None) -> str | Unknown | None:
    name = backref_parts(value)[0] if value is not None else None
    return text(name)


def backref_parts(value: Value) -> tuple[Value, Given]:
    """The name of a `backref=` and the arguments for the other side."""
    given = Given()
    if isinstance(value, Call) and call_name(value) == "backref":
        given.add(value, ("name",))
        name = given.values.pop("name", None)
        return (name if name is not None else value), given
    if isinstance(value, Collection) and len(value.items) == 2:
        given.add_dictionary(value.items[1], None)
        return value.items[0], given
    return value, given


def _cascade(value: Value | None, viewonly: bool | Unknown, default: str) -> tuple[str, ...] | Unknown:
    given = default if value is None else text(value)
    if given is None:
        return unknown(value)
    if isinstance(given, Unknown):
        return given
    if isinstance(viewonly, Unknown):
        return viewonly
    found = cascades(given, viewonly=viewonly)
    return found if found is not None else unknown(value, "SQLAlchemy refuses this cascade")


def _passive_deletes(value: Value | None) -> bool | str | Unknown:
    found = plain(value, False)
    return found if isinstance(found, str | Unknown) else bool(found)


def _collection(annotation: RelationshipAnnotation | None) -> bool | Unknown | None:
    if annotation is None:
        return None
    if annotation.incomplete and not annotation.is_collection:
        return Unknown("the annotation is not understood", annotation.annotation.site.place())
    return annotation.is_collection


def _optional(annotation: RelationshipAnnotation | None) -> bool | Unknown | None:
    if annotation is None:
        return None
    if annotation.incomplete and not annotation.optional:
        return Unknown("the annotation is not understood", annotation.annotation.site.place())
    return annotation.optional


def _followed(join: Join) -> tuple[tuple[str, tuple[str, ...]], ...] | Unknown:
    if isinstance(join.foreign_keys, Unknown):
        return join.foreign_keys
    return tuple((table.key, tuple(c.name or "" for c in columns)) for table, columns in join.foreign_keys)


def _names(columns: list[ColumnDraft] | Unknown) -> tuple[str, ...] | Unknown:
    if isinstance(columns, Unknown):
        return columns
    return tuple(sorted(f"{c.table.key}.{c.name}" if c.table is not None else str(c.name) for c in columns))
