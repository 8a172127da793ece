"""What a revision executes: SQL in texts and in SQLAlchemy's constructs, on the connection and through sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Collection,
    Constant,
    FunctionValue,
    Symbol,
    Value,
)
from schema_lint.evaluating.values import (
    Operation as Expression,
)
from schema_lint.facts.operations import Operation
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.moments import random_in
from schema_lint.readers.migrations.signatures import operation_name
from schema_lint.readers.migrations.statements import read_sql
from schema_lint.readers.source.arguments import argument, entries, flag, text, unknown
from schema_lint.readers.source.column_types import TypeReader
from schema_lint.readers.source.names import call_name

_EXECUTES = frozenset({"execute", "exec_driver_sql", "executemany", "scalar", "scalars", "exec"})
_ROWS = frozenset({"update", "insert", "delete"})
_SESSION_WRITES = frozenset({
    "add", "add_all", "merge", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings",
})  # fmt: skip
_WRITES_OF_QUERY = frozenset({"update", "delete"})
_LIBRARIES = frozenset({"sqlalchemy", "alembic", "sqlmodel", "builtins", "logging", "typing", "sqlalchemy_utils"})
_LOOKS = frozenset({"get_bind", "get_context"})
_TELLS = ("logging.", "warnings.", "sys.", "alembic.util.")
_DEPTH = 30
_OF_TEXT = frozenset({"bindparams", "columns", "execution_options"})
_BIND = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
"""What `text()` takes for a parameter (SQLAlchemy's `TextClause`)."""


class Executing:
    """Reads what is not one of `op`'s own operations."""

    def __init__(self, types: TypeReader) -> None:
        self._types = types

    def operations(self, call: Call) -> Iterator[Operation]:
        """What a call does to the database; nothing, for most."""
        function = call.function
        if isinstance(function, Attribute):
            yield from self._method(call, function)
        elif isinstance(function, Symbol) and function.path.endswith((".metadata.create_all", ".metadata.drop_all")):
            yield Operation(kind="all", name=function.path.rpartition(".")[2])
        elif isinstance(function, FunctionValue) or _is_strange(function):
            given = (*call.arguments, *call.keywords.values())
            if any(map(_leads_to_database, given)):
                # It is handed the database, and is not read.
                yield Operation(kind="unread", sql=unknown(call))
            elif any(_is_session(_root(value)) for value in given):
                yield Operation(kind="update", table=unknown(call), condition=unknown(call))

    def _method(self, call: Call, function: Attribute) -> Iterator[Operation]:
        name, owner = function.name, function.value
        root = _root(owner)
        if name in _EXECUTES and call.arguments and not _is_result(owner):
            autocommit = _is_autocommit_connection(owner)
            given = len(call.arguments) > 1 or bool(call.keywords) or call.rest is not None
            for operation in self.statements(call.arguments[0]):
                binds = () if given or name == "exec_driver_sql" else operation.binds
                yield msgspec.structs.replace(operation, autocommit=autocommit, binds=binds)
        elif name in ("create_all", "drop_all"):
            yield Operation(kind="all", name=name)
        elif name in ("create", "drop"):
            yield from self._object(owner, name, call)
        elif name in _SESSION_WRITES and _is_session(root):
            yield Operation(kind="insert", table=unknown(call), condition="select")
        elif name in _WRITES_OF_QUERY and _is_session(root):
            columns = tuple(entries(argument(call, "values", 0)))
            whole = isinstance(owner, Call) and getattr(owner.function, "name", "") == "query"
            condition = None if whole else unknown(call)
            yield Operation(kind=name, table=_queried(owner) or unknown(call), columns=columns, condition=condition)
        elif name == "commit" and _is_connection(root):
            yield Operation(kind="commit")

    def _object(self, owner: Value, name: str, call: Call) -> Iterator[Operation]:
        """`Enum(…).create(bind)`, `Table(…).drop(bind)`."""
        if (call_name(owner) == "Table" and isinstance(owner, Call) and owner.arguments) or _is_table_of_class(owner):
            key = self.table(owner)
            yield Operation(kind="unread", table=key, words=frozenset({key.lower()}) if isinstance(key, str) else None)
            return
        if self._types.is_type(owner):
            enum = self._types.read(owner).enum
            named = enum.qualified_name if enum is not None else unknown(owner)
            yield Operation(
                kind=f"{name}_type", name=named, labels=enum.labels if enum is not None else unknown(owner),
                enums=(enum,) if enum is not None else (), if_exists=_looks_first(owner, call),
            )  # fmt: skip
        elif call_name(owner) in ("Index", "Sequence") or any(
            map(_leads_to_database, (*call.arguments, *call.keywords.values()))
        ):
            yield Operation(kind="unread", sql=unknown(owner))

    def statements(self, value: Value | None, *, plain: bool = False) -> Iterator[Operation]:
        """What a text or a construct does.

        Args:
            plain: a string is taken for `text()`, as Alembic does.
        """
        if isinstance(value, Collection) and value.rest is None:
            for item in value.items:
                yield from self.statements(item, plain=plain)
            return
        inner, parameters = _written(value, plain)
        written = text(inner)
        if isinstance(written, str):
            found = read_sql(written)
            binds = tuple(dict.fromkeys(_BIND.findall(written))) if parameters else ()
            for operation in found:
                yield msgspec.structs.replace(operation, binds=binds) if operation is found[-1] else operation
            return
        if inner is not None and _is_session(_root(inner)):
            yield Operation(kind="select")
            return
        known = self._construct(inner, 0)
        if known is not None:
            yield known
            return
        leading = _leading(inner)
        if leading is None:
            yield Operation(kind="unread", sql=unknown(inner))
        else:
            known = _of_leading(leading)
            unconditional = known.kind == "update" and _has_no_condition(inner)
            condition = None if unconditional else known.condition
            yield msgspec.structs.replace(known, condition=condition, evaluated=random_in([inner]))

    def _construct(self, value: Value | None, depth: int) -> Operation | None:
        """`update(table).where(…).values(…)` and the like."""
        if not isinstance(value, Call) or depth > _DEPTH:
            return None
        name = call_name(value)
        bare = (name or "").rpartition(".")[2]
        if bare in _ROWS and value.arguments:
            return Operation(kind=bare, table=self.table(value.arguments[0]))
        if bare in ("select", "exists", "union", "union_all"):
            return Operation(kind="select")
        if not isinstance(value.function, Attribute):
            return None
        method, owner = value.function.name, value.function.value
        if method in (*_ROWS, "select") and isinstance(owner, (Call, ClassValue, Symbol, Attribute)):
            inner = self._construct(owner, depth + 1)
            if inner is None:
                columns = tuple(entries(argument(value, "values", 0)))
                return Operation(kind=method, table=self.table(owner), columns=columns)
        found = self._construct(owner, depth + 1)
        if found is None:
            return None
        if method in ("where", "filter"):
            return msgspec.structs.replace(found, condition=unknown(value))
        if method == "from_select":
            return msgspec.structs.replace(found, condition="select")
        if method == "values":
            columns = (*entries(argument(value, "", 0)), *value.keywords)
            evaluated = random_in([*value.arguments, *value.keywords.values()])
            return msgspec.structs.replace(found, columns=(*found.columns, *columns), evaluated=evaluated)
        return found

    def table(self, value: Value | None) -> str | Unknown | None:
        """The key of a table given as `table("name", …)` or `Table("name", …)`, or as a mapped class."""
        if isinstance(value, Call) and call_name(value) in ("table", "Table", "sql.table", "TableClause"):
            name, schema = text(argument(value, "name", 0)), text(value.keywords.get("schema"))
            return f"{schema}.{name}" if isinstance(schema, str) and isinstance(name, str) else name
        if isinstance(value, ClassValue):
            name = text(value.lookup("__tablename__"))
            return name if isinstance(name, str) else unknown(value)
        if isinstance(value, Attribute) and value.name == "__table__":
            return self.table(value.value)
        return unknown(value)


def _is_table_of_class(value: Value) -> bool:
    return isinstance(value, Attribute) and value.name == "__table__"


def _looks_first(owner: Value, call: Call) -> bool:
    """Whether `create()` or `drop()` of a type may look whether it is there: by default PostgreSQL's own type does, and
    SQLAlchemy's `Enum` does not."""
    stated = argument(call, "checkfirst", 1)
    if stated is not None:
        return flag(stated) is not False
    return not (isinstance(owner, Call) and call_name(owner) == "Enum")


def _written(value: Value | None, plain: bool) -> tuple[Value | None, bool]:
    """What is inside of `text(…)`, and whether `:name` in it is a parameter that has no value yet."""
    inner = value
    bound = False
    while isinstance(inner, Call):
        name = call_name(inner)
        if name in ("text", "sql.text", "DDL") and inner.arguments:
            plain = name != "DDL"
            inner = inner.arguments[0]
        elif isinstance(inner.function, Attribute) and inner.function.name in _OF_TEXT:
            bound = bound or inner.function.name == "bindparams"
            inner = inner.function.value
        else:
            break
    return inner, plain and not bound


def is_idle(call: Call) -> bool:
    """Whether a call surely leaves the database alone: it tells something, makes an error, or gets a connection."""
    if operation_name(call) in _LOOKS:
        return True
    root = _root(call)
    origin = root.function if isinstance(root, Call) else root
    if not isinstance(origin, Symbol):
        return isinstance(origin, Constant)
    module, _, name = origin.path.partition(".")
    return origin.path.startswith(_TELLS) or (module == "builtins" and (name == "print" or name[:1].isupper()))


def _leading(value: Value | None) -> str | None:
    """The text that an f-string or a sum of texts begins with."""
    while isinstance(value, Expression) and value.operator in ("f", "+", "%") and value.operands:
        value = value.operands[0]
    if isinstance(value, Call) and isinstance(value.function, Attribute) and value.function.name == "format":
        value = value.function.value
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None


def _has_no_condition(value: Value | None) -> bool:
    """Whether an f-string says no WHERE: what is put in are random values alone."""
    if not isinstance(value, Expression) or value.operator != "f":
        return False
    texts = [part.value for part in value.operands if isinstance(part, Constant)]
    rest = [part for part in value.operands if not isinstance(part, Constant)]
    return not any("where" in str(part).lower() for part in texts) and all(random_in([part]) for part in rest)


def _of_leading(leading: str) -> Operation:
    """A statement of which only the beginning is known."""
    words = leading.lower().split()
    why = Unknown("a part of the statement is computed when the program runs")
    if words[:1] in (["select"], ["update"], ["insert"], ["delete"], ["set"]):
        return Operation(kind=words[0], table=why, name=why, condition=why, sql=why)
    return Operation(kind="unread", sql=why)


def _root(value: Value) -> Value:
    for _ in range(_DEPTH):
        if isinstance(value, Attribute):
            value = value.value
        elif isinstance(value, Call) and isinstance(value.function, (Attribute, Call)):
            value = value.function
        else:
            break
    return value


def _queried(value: Value) -> str | None:
    """The table of `session.query(Model)…`."""
    for _ in range(_DEPTH):
        if isinstance(value, Attribute):
            value = value.value
        elif isinstance(value, Call):
            name = getattr(value.function, "name", "")
            if name == "query" and value.arguments and isinstance(value.arguments[0], ClassValue):
                found = text(value.arguments[0].lookup("__tablename__"))
                return found if isinstance(found, str) else None
            value = value.function
    return None


def _is_session(value: Value) -> bool:
    name = call_name(value) or ""
    return name.rpartition(".")[2] in ("Session", "sessionmaker", "scoped_session")


def _is_connection(value: Value) -> bool:
    return operation_name(value) == "get_bind"


def _is_autocommit_connection(value: Value) -> bool:
    for _ in range(_DEPTH):
        if isinstance(value, Call):
            level = text(value.keywords.get("isolation_level"))
            if isinstance(level, str) and level.upper() == "AUTOCOMMIT":
                return True
            value = value.function
        elif isinstance(value, Attribute):
            value = value.value
        else:
            break
    return False


def _is_result(value: Value) -> bool:
    """Whether it is what an earlier statement returned."""
    return isinstance(value, Call) and getattr(value.function, "name", "") in _EXECUTES


def _is_strange(function: Value) -> bool:
    return isinstance(function, Symbol) and function.path.partition(".")[0] not in _LIBRARIES


def _leads_to_database(value: Value) -> bool:
    if isinstance(value, Symbol):
        return value.path == "alembic.op"
    return operation_name(value) in _LOOKS
