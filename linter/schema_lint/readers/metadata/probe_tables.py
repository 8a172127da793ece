"""The part of the probe that describes tables; like it, it stands alone."""

from __future__ import annotations

import datetime
import enum
import inspect
import os
import re
import sys
import uuid
from typing import Any, Dict  # noqa: UP035

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+|0x[0-9a-fA-F]{6,}")
LIBRARIES = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy", "pydantic", "advanced_alchemy", "importlib")
LONGEST_VALUE = 2000
MOST_REMEMBERED = 100_000
MOST_DECORATORS = 12
COUNTING = ("always", "start", "increment", "minvalue", "maxvalue", "cycle")


def clean(value: Any) -> str:
    """Text without memory addresses and runs of white space."""
    try:
        text = str(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return re.sub(r"\s+", " ", ADDRESS.sub("", text)).strip()


def written(value: Any) -> str:
    """A value as Python writes it."""
    try:
        return clean(repr(value))
    except Exception:
        return f"<{type(value).__name__}>"


def text_or_none(value: Any) -> str | None:
    """A name; SQLAlchemy has symbols of its own for those that are not given."""
    return str(value) if isinstance(value, str) else None


def path_of(thing: Any) -> list[str]:
    """Module and qualified name of a class or function."""
    return [str(getattr(thing, "__module__", None) or ""), str(getattr(thing, "__qualname__", None) or "")]


def file_of(thing: Any) -> str | None:
    """The file of a class's or function's module."""
    module = sys.modules.get(getattr(thing, "__module__", None) or "")
    return getattr(module, "__file__", None)


class Tables:
    """Describes metadata, and remembers what is only to be seen while it is made."""

    def __init__(self, root: str, started: float) -> None:
        from sqlalchemy.dialects import postgresql

        # Other styles of parameters write % twice.
        self.dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
        self.root = os.path.realpath(root)
        self.started = datetime.datetime.fromtimestamp(started - 1)
        self.made: dict[int, Json] = {}
        self.tracked: set[tuple[int, str]] = set()
        self.random: set[bytes] = set()

    def watch(self) -> None:
        """Remember where tables are made, which columns track changes in place, and random values."""
        from sqlalchemy import Table, event
        from sqlalchemy.ext.mutable import Mutable

        @event.listens_for(Table, "after_parent_attach", propagate=True)
        def attached(table: Any, metadata: Any) -> None:
            self.made.setdefault(id(table), self.origin())

        urandom = os.urandom

        def remembered(size: int) -> bytes:
            made = urandom(size)
            if size == 16 and len(self.random) < MOST_REMEMBERED:
                self.random.add(bytes(uuid.UUID(bytes=made, version=4).bytes))
            return made

        # `uuid4` asks it for each value; a default that it made is one that was made at import.
        os.urandom = remembered
        tracked = self.tracked
        associate = Mutable.associate_with_attribute.__func__  # type: ignore[attr-defined]

        def associate_with_attribute(cls: Any, attribute: Any) -> None:
            tracked.add((id(attribute.class_), attribute.key))
            associate(cls, attribute)

        Mutable.associate_with_attribute = classmethod(associate_with_attribute)  # type: ignore[assignment]

    def origin(self) -> Json:
        """The project's frame that makes a table, and whether a class statement does."""
        frame: Any = sys._getframe(2)
        declarative, first = False, None
        while frame is not None:
            name, file = frame.f_globals.get("__name__") or "", frame.f_code.co_filename
            declarative = declarative or name == "sqlalchemy.orm.decl_base"
            if not file.startswith("<") and name.split(".")[0] not in LIBRARIES:
                if (os.path.realpath(file) + os.sep).startswith(self.root + os.sep):
                    first = [file, frame.f_lineno]
                    break
                first = first or [file, frame.f_lineno]
            frame = frame.f_back
        return {"frame": first, "declarative": declarative}

    def metadata(self, metadata: Any, label: str | None) -> Json:
        """A metadata with all its tables."""
        return {
            "label": label,
            "schema": text_or_none(metadata.schema),
            "convention": convention(metadata),
            "tables": [self.table(table) for table in metadata.tables.values()],
        }

    def sql(self, element: Any) -> str:
        """SQL text of an expression, as PostgreSQL has it if it can."""
        if isinstance(element, str):
            return clean(element)
        for kwargs in (
            {"dialect": self.dialect, "compile_kwargs": {"literal_binds": True}},
            {"dialect": self.dialect},
            {"compile_kwargs": {"literal_binds": True}},
            {},
        ):
            try:
                return clean(element.compile(**kwargs))
            except Exception:
                continue
        return written(element)

    def chosen(self, kind: Any, dialects: list[str]) -> Any:
        """The variant that PostgreSQL gets; the dialects that others are for are added."""
        variants = getattr(kind, "_variant_mapping", None)
        base = kind
        if type(kind).__name__ == "Variant":
            variants, base = kind.mapping, kind.impl
        if not variants:
            return kind
        dialects += [name for name in variants if name != "postgresql"]
        if "postgresql" not in variants:
            return base
        if ".dialects.postgresql" not in type(base).__module__:
            dialects.append("other")
        return variants["postgresql"]

    def implementation(self, kind: Any, dialects: list[str]) -> Any:
        """What is under decorators and variants."""
        from sqlalchemy.types import TypeDecorator

        for _ in range(MOST_DECORATORS):
            kind = self.chosen(kind, dialects)
            if not isinstance(kind, TypeDecorator) or type(kind).__name__ == "Variant":
                break
            kind = kind.load_dialect_impl(self.dialect)
        return kind

    def type(self, kind: Any) -> Json:
        """A column's type."""
        from sqlalchemy.types import TypeDecorator, UserDefinedType

        dialects: list[str] = []
        chosen = self.chosen(kind, dialects)
        out: Json = {"class": path_of(type(chosen))}
        try:
            out["sql"] = clean(kind.compile(dialect=self.dialect))
        except Exception as error:
            out["sql"] = None
            out["why"] = clean(error)[:200]
        try:
            inner = self.implementation(chosen, dialects)
        except Exception:
            inner = chosen
        out["dialects"] = dialects
        out["decorated"] = isinstance(chosen, (TypeDecorator, UserDefinedType))
        # What SQLAlchemy's own decorators (Interval, PickleType) store is not what they are.
        own = isinstance(chosen, TypeDecorator) and out["class"][0].startswith("sqlalchemy.")
        for key in ("length", "precision", "scale", "timezone") if not own else ():
            value = getattr(inner, key, None)
            if isinstance(value, (int, bool)):
                out[key] = value
        item = getattr(inner, "item_type", None)
        if item is not None:
            out["item"] = self.type(item)
        if isinstance(getattr(inner, "enums", None), (list, tuple)):
            out["enum"] = self.enum(inner)
        if type(inner).__name__ == "DOMAIN" and inner.create_type:
            out["domain"] = self.domain(inner)
        return out

    def domain(self, kind: Any) -> Json:
        """A domain: what it stands for, and what it demands."""
        sql, check = clean(kind.data_type.compile(dialect=self.dialect)), kind.check
        out: Json = {"name": text_or_none(kind.name), "schema": text_or_none(kind.schema), "sql": sql}
        return {**out, "not_null": bool(kind.not_null), "check": self.sql(check) if check is not None else None}

    @staticmethod
    def enum(kind: Any) -> Json:
        """An enumeration: labels as stored, values as the class has them."""
        cls = getattr(kind, "enum_class", None)
        values: list[str] = []
        if cls is not None:
            members: list[Any] = list(cls) if isinstance(cls, enum.EnumMeta) else []
            values = [clean(member.value) for member in members]
        return {
            "name": text_or_none(getattr(kind, "name", None)),
            "schema": text_or_none(getattr(kind, "schema", None)),
            "labels": [str(label) for label in kind.enums],
            "values": values,
            "class": path_of(cls) if cls is not None else None,
            "file": file_of(cls) if cls is not None else None,
            "native": bool(getattr(kind, "native_enum", False)),
            "constrained": bool(getattr(kind, "create_constraint", False)),
        }

    def default(self, default: Any) -> Json | None:
        """A default, on the client or on the server."""
        if default is None:
            return None
        arg = getattr(default, "arg", None)
        kind = type(default).__name__
        if getattr(default, "is_sequence", False):
            return {"kind": "sequence", "value": text_or_none(default.name) or "", "numbering": numbering(default)}
        if getattr(default, "is_scalar", False):
            return self.scalar(arg)
        if getattr(default, "is_callable", False):
            return callable_default(arg)
        if hasattr(default, "sqltext"):
            return {"kind": kind.lower(), "value": self.sql(default.sqltext)}
        if kind == "Identity":
            return {"kind": "identity", "value": "", "numbering": numbering(default)}
        if arg is None:
            return {"kind": "fetched", "value": None}
        return {"kind": "sql", "value": self.sql(arg), "quoted": isinstance(arg, str)}

    def scalar(self, value: Any) -> Json:
        """A scalar; a time or UUID that is one of this very run was made when the module was imported."""
        out: Json = {"kind": "scalar", "mutable": isinstance(value, (list, dict, set))}
        if type(value).__module__ in ("datetime", "uuid"):
            out["value"] = out["literal"] = f"<{type(value).__name__} made at import>"
            out["called"] = self.made_now(value)
            return out
        out["value"] = clean(value.value if isinstance(value, enum.Enum) else value)[:LONGEST_VALUE]
        out["literal"] = written(value)[:LONGEST_VALUE]
        return out

    def made_now(self, value: Any) -> str | None:
        """The function that made a value during this run."""
        if isinstance(value, uuid.UUID) and value.bytes in self.random:
            return "uuid.uuid4"
        if isinstance(value, uuid.UUID) and value.version == 1:
            made = datetime.datetime(1582, 10, 15) + datetime.timedelta(microseconds=value.time // 10)
            return "uuid.uuid1" if abs(made - datetime.datetime.utcnow()) < datetime.timedelta(hours=1) else None
        if not isinstance(value, datetime.datetime):
            return None
        plain = value.replace(tzinfo=None)
        local, offset = datetime.datetime.now(value.tzinfo).replace(tzinfo=None), None
        for name, now in (("now", local), ("utcnow", datetime.datetime.utcnow())):
            offset = now - plain
            if datetime.timedelta(0) <= offset <= datetime.datetime.now() - self.started:
                return "datetime.datetime." + name
        return None

    def table(self, table: Any) -> Json:
        """A table and everything that belongs to it."""
        from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint

        out: Json = {
            "name": str(table.name),
            "schema": text_or_none(table.schema),
            "key": str(table.key),
            "comment": table.comment,
            **self.made.get(id(table), {"frame": None, "declarative": False}),
            "columns": [self.column(column) for column in table.columns],
            "primary_key": {
                "name": text_or_none(table.primary_key.name),
                "columns": [str(column.name) for column in table.primary_key.columns],
            },
            "foreign_keys": [],
            "uniques": [],
            "checks": [],
            "exclusions": [],
            "indexes": [self.index(index) for index in table.indexes],
            "dialects": other_dialects(table),
        }
        # A CHECK among a column's arguments is the column's, and the table's in the database.
        of_columns = [constraint for column in table.columns for constraint in column.constraints]
        for constraint in [*table.constraints, *of_columns]:
            name = text_or_none(constraint.name)
            if isinstance(constraint, ForeignKeyConstraint):
                out["foreign_keys"].append(foreign_key(constraint, name))
            elif isinstance(constraint, UniqueConstraint):
                out["uniques"].append({
                    "name": name,
                    "columns": [str(column.name) for column in constraint.columns],
                    "deferrable": constraint.deferrable,
                    "initially": constraint.initially,
                    "nulls_not_distinct": option(constraint, "nulls_not_distinct") is True,
                    "implied": bool(getattr(constraint, "_column_flag", False)),
                })  # fmt: skip
            elif isinstance(constraint, CheckConstraint):
                bound = bool(getattr(constraint, "_type_bound", False))
                out["checks"].append({"name": name, "sql": self.sql(constraint.sqltext), "type_bound": bound})
            elif getattr(constraint, "__visit_name__", None) == "exclude_constraint":
                out["exclusions"].append(self.exclusion(constraint, name))
        return out

    def column(self, column: Any) -> Json:
        """A column."""
        auto = column.autoincrement
        return {
            "name": str(column.name),
            "type": self.type(column.type),
            "nullable": bool(column.nullable),
            "primary_key": bool(column.primary_key),
            "autoincrement": auto if isinstance(auto, (bool, str)) else clean(auto),
            "default": self.default(column.default),
            "server_default": self.default(column.server_default),
            "onupdate": self.default(column.onupdate),
            "server_onupdate": self.default(getattr(column, "server_onupdate", None)),
            "index": bool(column.index),
            "unique": bool(column.unique),
            "comment": column.comment,
        }

    def index(self, index: Any) -> Json:
        """An index."""
        where, include = option(index, "where"), option(index, "include") or ()
        return {
            "name": text_or_none(index.name),
            "parts": [self.part(part, option(index, "ops") or {}) for part in index.expressions],
            "unique": bool(index.unique),
            "method": str(option(index, "using") or "btree").lower(),
            "where": self.sql(where) if where is not None else None,
            "include": [included(index, column) for column in include],
            "nulls_not_distinct": option(index, "nulls_not_distinct") is True,
            "implied": bool(getattr(index, "_column_flag", False)),
            "dialects": other_dialects(index),
        }

    def exclusion(self, constraint: Any, name: str | None) -> Json:
        """An exclusion constraint of PostgreSQL."""
        return {
            "name": name,
            "parts": [self.part(part, constraint.ops) for part, _, _ in constraint._render_exprs],
            "operators": [str(operator) for _, _, operator in constraint._render_exprs],
            "method": str(constraint.using).lower(),
            "where": self.sql(constraint.where) if constraint.where is not None else None,
            "deferrable": constraint.deferrable,
            "initially": constraint.initially,
        }

    def part(self, part: Any, operators: Any) -> Json:
        """One key of an index: what it sorts by, under which order."""
        orders, inner = [], part
        while getattr(inner, "modifier", None) is not None and hasattr(inner, "element"):
            orders.append(getattr(inner.modifier, "__name__", ""))
            inner = inner.element
        if hasattr(inner, "nullable") and getattr(inner, "table", None) is not None:
            # SQLAlchemy writes an operator class for a plain column only, not beside an order.
            operator = operators.get(inner.key) if inner is part else None
            return {"column": str(inner.name), "orders": orders, "operator_class": operator}
        return {"column": None, "orders": orders, "sql": self.sql(part)}


def foreign_key(constraint: Any, name: str | None) -> Json:
    """A foreign key; its target as the metadata has it, else as it was written."""
    targets = []
    for element in constraint.elements:
        try:
            column = element.column
            targets.append([str(column.table.key), str(column.name)])
        except Exception:
            table, _, column = str(element.target_fullname).rpartition(".")
            targets.append([table, column])
    return {
        "name": name,
        "columns": [str(element.parent.name) for element in constraint.elements],
        "targets": targets,
        "ondelete": constraint.ondelete,
        "onupdate": constraint.onupdate,
        "deferrable": constraint.deferrable,
        "initially": constraint.initially,
        "use_alter": bool(constraint.use_alter),
        "match": constraint.match,
    }


def included(index: Any, column: Any) -> str:
    """The name of a column that an index includes: given as one, or by its key."""
    if isinstance(column, str) and column in index.table.c:
        column = index.table.c[column]
    return str(getattr(column, "name", column))


def option(thing: Any, name: str) -> Any:
    """An option for PostgreSQL."""
    try:
        return thing.dialect_options["postgresql"].get(name)
    except Exception:
        return None


def other_dialects(thing: Any) -> list[str]:
    """Dialects other than PostgreSQL that a table or index has options for."""
    try:
        given = [key for key, value in thing.dialect_kwargs.items() if value not in (None, False, {}, [], ())]
    except Exception:
        return []
    return sorted({key.partition("_")[0] for key in given} - {"postgresql"})


def convention(metadata: Any) -> Json:
    """A metadata's naming convention, by kind; `None` for names that a function makes."""
    found = {}
    for key, template in dict(metadata.naming_convention or {}).items():
        name = key if isinstance(key, str) else KINDS.get(getattr(key, "__name__", ""))
        if name is not None:
            found[name] = template if isinstance(template, str) else None
    return found


KINDS = {"Index": "ix", "UniqueConstraint": "uq", "CheckConstraint": "ck", "ForeignKeyConstraint": "fk",
         "PrimaryKeyConstraint": "pk"}  # fmt: skip


def numbering(default: Any) -> Json | None:
    """How an identity or a sequence counts, as far as it is stated; None for a sequence that PostgreSQL leaves out."""
    is_left_out = getattr(default, "optional", False)
    return None if is_left_out else {name: getattr(default, name, None) for name in COUNTING}


def callable_default(function: Any) -> Json:
    """A default that is a function: its name as written in its module, and where that is."""
    try:
        target = inspect.unwrap(function)
    except Exception:
        target = function
    qualname = getattr(target, "__qualname__", None) or type(target).__name__
    module = getattr(target, "__module__", None)
    owner = getattr(target, "__self__", None)
    if module is None and isinstance(owner, type):
        module = owner.__module__
    return {"kind": "callable", "value": clean(qualname), "module": module, "file": file_of(target)}
