"""Statements of SQL → operations: what PostgreSQL's DDL does to tables, and which rows change."""

# Our own, and not sqlglot: importing that takes ten times as long as a small check may, and it leaves much of the DDL
# that revisions hold unread (RENAME CONSTRAINT, ALTER TYPE, ALTER SEQUENCE, DO).

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import Index, IndexPart
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.tables import (
    alter_table,
    column_names,
    create_table,
    of_table,
    partly,
    unread,
)
from schema_lint.readers.migrations.words import LONGEST, Statement, statements

Operations = Iterator[Operation]
Reader = Callable[[Statement], Operations]


def read_sql(text: str) -> tuple[Operation, ...]:
    """What the statements of a text do, in order; `unread` for those that are not understood."""
    found: list[Operation] = []
    for statement in statements(text):
        written = statement.text
        names = None if _is_computed(written) else statement.names
        for operation in _one(statement):
            words = names if operation.kind == "unread" else None
            found.append(msgspec.structs.replace(operation, sql=written, words=words))
    if len(text) > LONGEST:
        found.append(Operation(kind="unread", sql=text[:LONGEST]))
    return tuple(found)


def _is_computed(written: str) -> bool:
    """Whether a `DO` block puts a statement together when it runs."""
    lowered = written.lower()
    return lowered.startswith("do") and "execute" in lowered and ("||" in lowered or "format" in lowered)


def _one(statement: Statement) -> Operations:
    word = statement.next()
    reader = _READERS.get(word)
    if reader is not None:
        yield from reader(statement)
    elif word in _WITHOUT_EFFECT:
        yield Operation(kind="other")
    else:
        yield unread()


def _create(statement: Statement) -> Operations:
    statement.take("or", "replace")
    statement.take_one("global", "local")
    temporary = statement.take_one("temporary", "temp", "unlogged") in ("temporary", "temp")
    unique = statement.take("unique")
    if statement.take("index"):
        yield _create_index(statement, unique)
    elif statement.take("table"):
        yield Operation(kind="other") if temporary else create_table(statement)
    elif statement.take("type"):
        yield _create_type(statement)
    else:
        statement.take("materialized")
        what = statement.take_one(*_OBJECTS)
        exists = statement.take("if", "not", "exists")
        if what == "trigger":
            statement.until("on")
            table = statement.qualified() if statement.take("on") else None
            yield of_table("create_trigger", table)
        elif what is None:
            yield unread()
        else:
            name = statement.qualified()
            definer = statement.has("security", "definer") and not statement.has("search_path")
            yield Operation(kind=f"create_{what}", name=name, if_exists=exists, definer=definer)


def _create_index(statement: Statement, unique: bool) -> Operation:
    concurrently = statement.take("concurrently")
    exists = statement.take("if", "not", "exists")
    name = statement.qualified() if not statement.sees("on") else None
    if not statement.take("on"):
        return unread()
    only = statement.take("only")
    table = statement.qualified()
    method = statement.name() if statement.take("using") else None
    keys = statement.inside()
    if table is None or keys is None:
        return unread()
    parts = [_part(part) for part in keys.parts()]
    plain = tuple(part.column for part in parts if part.column is not None)
    condition = None
    if statement.has("where"):
        statement.until("where")
        statement.take("where")
        condition = statement.rest()
    found = of_table(
        "create_index", table, name=name, unique=unique, concurrently=concurrently, if_exists=exists, only=only,
        columns=plain if len(plain) == len(parts) else Unknown("some of its keys are expressions"),
    )  # fmt: skip
    index = Index(
        table=table, name=name, parts=tuple(parts), unique=unique, method=method or "btree", predicate=condition
    )
    return msgspec.structs.replace(found, declared=partly(table, index))


def _part(part: Statement) -> IndexPart:
    text = part.text
    name = part.name()
    if name is not None and (part.over or part.take_one("asc", "desc", "nulls", "collate") or part.name()):
        return IndexPart(column=name)
    return IndexPart(expression=text)


def _create_type(statement: Statement) -> Operation:
    name = statement.qualified()
    if statement.take("as", "enum"):
        inner = statement.inside()
        labels = [part.string() for part in inner.parts()] if inner is not None else []
        return Operation(kind="create_type", name=name, labels=tuple(label for label in labels if label is not None))
    return Operation(kind="create_type", name=name, labels=Unknown("it is no enum"))


def _drop(statement: Statement) -> Operations:
    statement.take("materialized")
    what = statement.take_one("table", "index", "type", *_OBJECTS)
    concurrently = statement.take("concurrently")
    exists = statement.take("if", "exists")
    if what is None:
        yield unread()
        return
    cascade = statement.has("cascade")
    while True:
        name = statement.qualified()
        if name is None:
            break
        if what == "table":
            yield of_table("drop_table", name, cascade=cascade, if_exists=exists)
        elif what == "trigger":
            yield of_table("drop_trigger", statement.qualified() if statement.take("on") else None, name=name)
        else:
            bare = name.rpartition(".")[2] if what == "index" else name
            yield Operation(
                kind=f"drop_{what}", name=bare, concurrently=concurrently, cascade=cascade, if_exists=exists
            )
        if not statement.take(","):
            break


def _alter(statement: Statement) -> Operations:
    if statement.take("table"):
        yield from alter_table(statement)
    elif statement.take("type"):
        yield _alter_type(statement)
    elif statement.take("index"):
        statement.take("if", "exists")
        name = statement.qualified()
        renamed = statement.name() if statement.take("rename", "to") else None
        attached = statement.qualified() if statement.take("attach", "partition") else None
        if attached is not None:
            yield Operation(kind="attach_index", name=name, new_name=attached)
        else:
            yield Operation(kind="rename_index" if renamed else "other", name=name, new_name=renamed)
    else:
        what = statement.take_one(*_OBJECTS, "role", "default")
        if what in ("sequence", "domain"):
            yield Operation(kind=f"alter_{what}", name=statement.qualified())
        elif what == "schema":
            name = statement.qualified()
            renamed = statement.name() if statement.take("rename", "to") else None
            yield Operation(kind="rename_schema" if renamed else "other", name=name, new_name=renamed)
        else:
            yield Operation(kind="other") if what else unread()


def _alter_type(statement: Statement) -> Operation:
    name = statement.qualified()
    if statement.take("add", "value"):
        exists = statement.take("if", "not", "exists")
        label = statement.string()
        return Operation(kind="add_value", name=name, labels=(label,) if label is not None else (), if_exists=exists)
    if statement.take("rename", "value"):
        label = statement.string()
        renamed = statement.string() if statement.take("to") else None
        labels = (label,) if label is not None else ()
        return Operation(kind="rename_value", name=name, labels=labels, new_name=renamed)
    if statement.take("rename", "to"):
        return Operation(kind="rename_type", name=name, new_name=statement.name())
    return Operation(kind="alter_type", name=name)


def _update(statement: Statement) -> Operations:
    statement.take("only")
    table = statement.qualified()
    if not statement.take("set"):
        statement.until("set")
        statement.take("set")
    columns = []
    more = True
    while more:
        name = statement.name()
        if name is not None:
            columns.append(name)
        else:
            inner = statement.inside()
            columns += column_names(inner) if inner is not None else ()
        statement.until(",", "from", "where", "returning")
        more = statement.take(",")
    statement.until("where")
    condition = statement.rest() if statement.take("where") else None
    yield of_table("update", table, columns=tuple(columns), condition=condition)


def _insert(statement: Statement) -> Operations:
    if statement.take("into"):
        table = statement.qualified()
        inner = statement.inside()
        selected = statement.has("select")
        given = tuple(column_names(inner)) if inner is not None else ()
        yield of_table("insert", table, columns=given, condition="select" if selected else None)
    else:
        yield unread()


def _delete(statement: Statement) -> Operations:
    if statement.take("from"):
        statement.take("only")
        table = statement.qualified()
        statement.until("where")
        yield of_table("delete", table, condition=statement.rest() if statement.take("where") else None)
    else:
        yield unread()


def _truncate(statement: Statement) -> Operations:
    statement.take("table")
    statement.take("only")
    cascade = statement.has("cascade")
    while (table := statement.qualified()) is not None:
        yield of_table("truncate", table, cascade=cascade)
        if not statement.take(","):
            break


def _set(statement: Statement) -> Operations:
    statement.take_one("session", "local")
    name = statement.qualified()
    statement.take_one("=", "to")
    yield Operation(kind="set", name=name, value=statement.rest().strip("'\""))


def _select(statement: Statement) -> Operations:
    if statement.take("set_config", "("):
        name = statement.string()
        statement.take(",")
        yield Operation(kind="set", name=name, value=statement.string())
    else:
        # A function may do anything, but few do.
        yield Operation(kind="select")


def _with(statement: Statement) -> Operations:
    """Which rows it changes stands somewhere inside."""
    changed = next((word for word in ("update", "delete", "insert") if statement.has(word)), "select")
    why = Unknown("it changes rows through WITH")
    yield Operation(kind=changed, table=why, condition=why) if changed != "select" else Operation(kind="select")


def _reindex(statement: Statement) -> Operations:
    statement.inside()
    what = statement.take_one("index", "table", "schema", "database", "system")
    concurrently = statement.take("concurrently")
    table = statement.qualified() if what == "table" else None
    yield Operation(kind="reindex", table=table, name=statement.name(), concurrently=concurrently)


def _cluster(statement: Statement) -> Operations:
    statement.take("verbose")
    yield of_table("cluster", statement.qualified())


def _vacuum(statement: Statement) -> Operations:
    options = statement.inside()
    full = statement.take("full") or (options is not None and options.has("full"))
    statement.take_one("freeze", "verbose", "analyze")
    yield Operation(kind="vacuum", table=statement.qualified(), full=full)


def _refresh(statement: Statement) -> Operations:
    statement.take("materialized", "view")
    concurrently = statement.take("concurrently")
    yield Operation(kind="refresh", name=statement.qualified(), concurrently=concurrently)


def _lock(statement: Statement) -> Operations:
    statement.take("table")
    statement.take("only")
    yield of_table("lock", statement.qualified())


def _grant(statement: Statement) -> Operations:
    rights = statement.until("to")
    role = statement.name() if statement.take("to") else None
    yield Operation(kind="grant", name=rights, value=role)


def _plain(kind: str) -> Reader:
    def read(statement: Statement) -> Operations:
        yield Operation(kind=kind)

    return read


_OBJECTS = (
    "view", "function", "procedure", "trigger", "schema", "database", "extension", "sequence", "policy", "domain",
    "rule", "aggregate", "operator", "statistics", "publication", "subscription", "server", "collation", "role",
    "user",
)  # fmt: skip
_WITHOUT_EFFECT = frozenset({
    "comment", "analyze", "analyse", "revoke", "reset", "show", "explain", "notify", "listen", "discard",
    "pragma", "checkpoint", "values", "reassign", "security", "deallocate", "savepoint", "release",
    "call", "copy", "merge",
})  # fmt: skip
_READERS: dict[str, Reader] = {
    "create": _create, "drop": _drop, "alter": _alter, "update": _update, "insert": _insert, "delete": _delete,
    "truncate": _truncate, "set": _set, "select": _select, "reindex": _reindex, "cluster": _cluster,
    "vacuum": _vacuum, "refresh": _refresh, "lock": _lock, "begin": _plain("begin"), "start": _plain("begin"),
    "grant": _grant, "with": _with, "commit": _plain("commit"), "end": _plain("commit"), "rollback": _plain("rollback"),
}  # fmt: skip
