"""Which thing of SQLAlchemy, SQLModel or a library on top of them a value is, wherever it was imported from."""

from __future__ import annotations

import functools

from schema_lint.evaluating.values import Attribute, Call, ClassValue, Either, ObjectValue, Subscript, Symbol, Value

_MODULES = frozenset({
    "api", "associationproxy", "asyncio", "attributes", "automap", "base", "collections", "compiler", "decl_api",
    "decl_base", "declarative", "dialects", "elements", "expression", "ext", "extensions", "functions", "hybrid",
    "indexable", "inspection", "interfaces", "main", "mapper", "mutable", "operators", "ordering_list", "orm",
    "properties", "relationships", "schema", "selectable", "sql", "sqltypes", "type_api", "types", "mypy",
    "named_types", "ranges", "json", "array", "hstore", "ts_vector", "uuid", "email", "encrypted", "encrypted_type",
    "password", "primitives", "url", "choice", "model", "table", "session", "testing",
})  # fmt: skip

FLASK_SQLALCHEMY = ("flask_sqlalchemy.SQLAlchemy", "flask_sqlalchemy.extension.SQLAlchemy")
FLASK_MODEL = "flask_sqlalchemy.Model"
"""What `construct` calls a Flask-SQLAlchemy instance's `Model`."""

_ROOTS = frozenset({"sqlalchemy", "sqlmodel"})
_OWN = frozenset({"Model", "Table", "session", "engine", "engines", "metadata", "metadatas", "Query", "init_app"})


@functools.lru_cache(maxsize=4096)
def canonical(path: str) -> str | None:
    """The name of a library's thing without the modules it can be imported from.

    `sqlalchemy.sql.schema.Column` is `Column`, `sqlalchemy.func.now` is `func.now`,
    `sqlalchemy.dialects.postgresql.JSONB` is `postgresql.JSONB`; other packages keep their first part.
    """
    root, _, rest = path.partition(".")
    parts = rest.split(".") if rest else []
    if root not in _ROOTS:
        if root == "sqlalchemy_utils":
            kept = [part for part in parts if part not in _MODULES]
            return ".".join([root, *kept[-1:]])
        return path
    if path.startswith("sqlalchemy.sql.functions.") and parts[-1].islower():
        return f"func.{parts[-1]}"
    if "dialects" in parts:
        parts = parts[parts.index("dialects") + 1 :]
        named = [part for part in parts[1:-1] if part not in _MODULES] + parts[1:][-1:]
        return ".".join([*parts[:1], *named])
    while len(parts) > 1 and parts[0] in _MODULES:
        parts = parts[1:]
    return ".".join(parts) or root


def construct(value: Value | None) -> str | None:
    """Canonical name of the library's thing a value is: `Column`, `func.now`, `postgresql.JSONB`; `None` for others.

    A Flask-SQLAlchemy instance's attributes are SQLAlchemy's own, but for `flask_sqlalchemy.Model` and the like.
    """
    while isinstance(value, Subscript):
        value = value.value
    if isinstance(value, Symbol):
        return canonical(value.path)
    if isinstance(value, Attribute):
        return _attribute(value)
    return None


def _attribute(value: Attribute) -> str | None:
    names: list[str] = []
    holder: Value = value
    while isinstance(holder, Attribute):
        names.append(holder.name)
        holder = holder.value
        if is_flask_sqlalchemy(holder):
            names[-1] = f"flask_sqlalchemy.{names[-1]}" if names[-1] in _OWN else names[-1]
            return ".".join(reversed(names))
    root = canonical(holder.path) if isinstance(holder, Symbol) else None
    return ".".join([root, *reversed(names)]) if root is not None else None


def call_name(value: Value | None) -> str | None:
    """Canonical name of what a call calls; for an instance of a project's subclass, of the library's class."""
    if isinstance(value, Call):
        return construct(value.function)
    if isinstance(value, ObjectValue):
        return library_ancestor(value.cls)
    return None


def is_foreign(value: Value) -> bool:
    """Whether the value is something of a package other than SQLAlchemy and SQLModel, or the result of calling it."""
    made = value.function if isinstance(value, Call) else value
    return isinstance(made, Symbol) and made.path.partition(".")[0] not in _ROOTS


def library_ancestor(cls: ClassValue) -> str | None:
    """Canonical name of the nearest ancestor that is a library's class."""
    return next((name for base in cls.mro() if (name := construct(base)) is not None), None)


def is_flask_sqlalchemy(value: Value | None) -> bool:
    """Whether the value is an instance of Flask-SQLAlchemy's `SQLAlchemy`, or of a subclass of it."""
    if isinstance(value, Call):
        return isinstance(value.function, Symbol) and value.function.path in FLASK_SQLALCHEMY
    return isinstance(value, ObjectValue) and value.cls.derives_from(*FLASK_SQLALCHEMY)


def options_of(value: Value) -> list[Value]:
    """The value, or each of those it may be."""
    if isinstance(value, Either):
        return [option for inner in value.options for option in options_of(inner)]
    return [value]
