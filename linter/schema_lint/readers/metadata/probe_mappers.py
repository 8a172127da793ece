"""The part of the probe that describes mapped classes and relationships; like it, it stands alone."""

from __future__ import annotations

import enum
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schema_lint.readers.metadata.probe_tables import Json, Tables, clean, file_of, path_of, text_or_none
else:
    from _schema_lint_probe_tables import Json, clean, file_of, path_of, text_or_none


class Mappers:
    """Describes mappers, and remembers what configuring them changes."""

    def __init__(self, mappers: list[Any], tables: Tables) -> None:
        from sqlalchemy.orm import RelationshipProperty

        self.mappers = mappers
        self.tracked = tables.tracked
        self.arguments: dict[int, Json] = {}
        for mapper in mappers:
            for prop in list(mapper._props.values()):
                if isinstance(prop, RelationshipProperty):
                    self.arguments.setdefault(id(prop), given_to(prop))

    def configure(self) -> list[tuple[Exception, Any, str | None]]:
        """Configure every mapper. What is refused, one by one: the error, the class and the attribute."""
        from sqlalchemy.orm import RelationshipProperty, configure_mappers

        try:
            configure_mappers()
            return []
        except Exception as error:
            first = error
        refused: list[tuple[Exception, Any, str | None]] = []
        for mapper in self.mappers:
            for key, prop in list(mapper._props.items()):
                if not isinstance(prop, RelationshipProperty) or prop.parent is not mapper:
                    continue
                if not getattr(prop, "_configure_finished", False):
                    try:
                        prop.init()
                    except Exception as error:
                        refused.append((error, mapper.class_, key))
        return refused or [(first, None, None)]

    def describe(self, metadatas: list[Any]) -> list[Json]:
        """Every class that is mapped to a table of the metadatas."""
        place = {id(metadata): number for number, metadata in enumerate(metadatas)}
        generated = generated_by_backref(self.mappers)
        described = []
        for mapper in self.mappers:
            owners = {place[id(t.metadata)] for t in mapper.tables if id(t.metadata) in place}
            if owners:
                described.append({"metadata": min(owners), **self.mapper(mapper, generated)})
        return described

    def mapper(self, mapper: Any, generated: dict[tuple[int, str], Any]) -> Json:
        """A mapped class."""
        from sqlalchemy.orm import RelationshipProperty

        cls, parent = mapper.class_, mapper.inherits
        discriminator = mapper.polymorphic_on
        props = list(mapper._props.values())
        own = [p for p in props if isinstance(p, RelationshipProperty) and p.parent is mapper]
        return {
            "class": path_of(cls),
            "name": cls.__name__,
            "style": style_of(cls),
            "mro": [{"path": path_of(base), "file": file_of(base)} for base in cls.__mro__ if base is not object],
            "docstring": inspect.cleandoc(cls.__dict__["__doc__"]) if cls.__dict__.get("__doc__") else None,
            "table": text_or_none(getattr(mapper.local_table, "key", None)) or clean(mapper.local_table)[:200],
            "inherits": path_of(parent.class_) if parent is not None else None,
            "inheritance": inheritance(mapper),
            "polymorphic_on": None if discriminator is None else text_or_none(getattr(discriminator, "name", None)),
            "polymorphic_identity": identity(mapper.polymorphic_identity),
            "columns": self.mapped_columns(props, mapper),
            "relationships": [self.relationship(prop, mapper, generated) for prop in own],
            "update_hooks": bool(len(mapper.dispatch.before_update)),
        }

    def mapped_columns(self, props: list[Any], mapper: Any) -> list[Json]:
        """Attributes that are columns, and the columns they are."""
        out = []
        for prop in props:
            columns = [c for c in getattr(prop, "columns", ()) if hasattr(c, "nullable") and hasattr(c, "table")]
            if columns and prop.parent is mapper:
                names = [[str(getattr(c.table, "key", "")), str(c.name)] for c in columns]
                out.append(
                    {"key": prop.key, "columns": names, "tracked": (id(mapper.class_), prop.key) in self.tracked}
                )
        return out

    def relationship(self, prop: Any, mapper: Any, generated: dict[tuple[int, str], Any]) -> Json:
        """A relationship; what cannot be told of one that SQLAlchemy refuses is left out."""
        backref = prop.backref[0] if isinstance(prop.backref, tuple) else prop.backref
        deletes, lazy = prop.passive_deletes, prop.lazy
        # Configuring sets it; where that failed, only what was given is known.
        order = getattr(prop, "order_by", None)
        out: Json = {
            "key": prop.key,
            "stated": self.arguments.get(id(prop), {}),
            "back_populates": text_or_none(prop.back_populates),
            "backref": text_or_none(backref),
            "generated": generated.get((id(mapper), prop.key)),
            "uselist": prop.uselist,
            "lazy": lazy if isinstance(lazy, (str, bool, type(None))) else clean(lazy),
            "viewonly": bool(prop.viewonly),
            "passive_deletes": deletes if isinstance(deletes, str) else bool(deletes),
            "single_parent": bool(prop.single_parent),
            "order_by": order is not None and order is not False,
        }
        for name, read in RESOLVED.items():
            try:
                out[name] = read(prop)
            except Exception as error:
                out.setdefault("error", clean(error)[:400])
        return out


def given_to(prop: Any) -> Json:
    """Arguments that a relationship was given, as text."""
    named = getattr(prop, "_init_args", None)
    found: Json = {}
    for name in ("primaryjoin", "secondaryjoin", "foreign_keys", "remote_side", "secondary"):
        if named is not None:
            value = getattr(getattr(named, name, None), "argument", None)
        else:
            value = getattr(prop, "_user_defined_foreign_keys" if name == "foreign_keys" else name, None)
        if value is not None and not (isinstance(value, (set, list, tuple)) and not value):
            found[name] = clean(value)[:200] if isinstance(value, str) else "…"
    if getattr(prop, "_overlaps", None):
        found["overlaps"] = ",".join(sorted(prop._overlaps))
    target = getattr(prop, "argument", None)
    return {"arguments": found, "target": target if isinstance(target, str) else None}


def resolved_target(prop: Any) -> list[str]:
    """Path of the class that a relationship leads to."""
    return path_of(prop.mapper.class_)


def names_of(columns: Any) -> list[str]:
    """`table.column` each, sorted."""
    return sorted(f"{c.table}.{c.name}" if getattr(c, "table", None) is not None else str(c.name) for c in columns)


def followed(prop: Any) -> list[Any]:
    """Foreign keys that a relationship's join follows: (referencing table, columns) each."""
    # Columns of a join are copies that hash like the table's own.
    pairs = {(hash(a), hash(b)) for a, b in prop.local_remote_pairs}
    pairs |= {(b, a) for a, b in pairs}
    columns = [column for pair in prop.local_remote_pairs for column in pair]
    tables = {id(c.table): c.table for c in columns if getattr(c, "table", None) is not None}
    found = []
    for table in tables.values():
        for constraint in getattr(table, "foreign_key_constraints", ()):
            try:
                follows = all((hash(e.parent), hash(e.column)) in pairs for e in constraint.elements)
            except Exception:
                continue
            if follows:
                found.append([str(table.key), [str(e.parent.name) for e in constraint.elements]])
    return sorted(found)


RESOLVED = {
    "cascade": lambda prop: sorted(prop.cascade),
    "target": resolved_target,
    "direction": lambda prop: prop.direction.name,
    "secondary": lambda prop: (
        None if prop.secondary is None else str(getattr(prop.secondary, "key", None) or clean(prop.secondary))
    ),
    "local_columns": lambda prop: names_of(prop.local_columns),
    "remote_columns": lambda prop: names_of(prop.remote_side),
    "foreign_keys": followed,
}
"""What is known of a relationship once it is configured."""


def generated_by_backref(mappers: list[Any]) -> dict[tuple[int, str], Any]:
    """The sides of backrefs that have no source of their own, and the relationship that makes each."""
    from sqlalchemy.orm import RelationshipProperty

    found = {}
    for mapper in mappers:
        for prop in list(mapper._props.values()):
            if isinstance(prop, RelationshipProperty) and prop.backref and prop.parent is mapper:
                backref = prop.backref[0] if isinstance(prop.backref, tuple) else prop.backref
                try:
                    found[(id(prop.mapper), str(backref))] = [path_of(mapper.class_), prop.key]
                except Exception:
                    continue
    return found


def inheritance(mapper: Any) -> str | None:
    """How a class inherits from the mapped one above it."""
    if mapper.inherits is None:
        return None
    return "concrete" if mapper.concrete else "single" if mapper.single else "joined"


def identity(value: Any) -> str | None:
    """A polymorphic identity as text."""
    if isinstance(value, enum.Enum):
        return type(value).__name__ + "." + value.name
    return None if value is None else clean(value)


def style_of(cls: Any) -> str:
    """How a class is mapped."""
    names = {base.__name__ for base in cls.__mro__ if str(base.__module__).startswith(("sqlalchemy.", "sqlmodel."))}
    if "SQLModel" in names:
        return "sqlmodel"
    if any(str(base.__module__).startswith("flask_sqlalchemy") for base in cls.__mro__):
        return "flask-sqlalchemy"
    if "MappedAsDataclass" in names:
        return "dataclass"
    return "declarative" if "__table__" in dir(cls) else "imperative"
