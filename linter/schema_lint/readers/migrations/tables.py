"""`CREATE TABLE` and `ALTER TABLE` of PostgreSQL → operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from schema_lint.facts.database import TableStorage
from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import (
    CheckConstraint,
    Column,
    Default,
    ExclusionConstraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.migrations.words import Statement
from schema_lint.readers.type_names import bare

_OF_COLUMN = (
    "constraint", "not", "null", "default", "primary", "unique", "check", "references", "generated", "collate",
    "deferrable", "initially", "storage", "compression", "using",
)  # fmt: skip
_OF_TABLE = ("constraint", "primary", "unique", "check", "foreign", "exclude", "like")
_ACTIONS = ("cascade", "restrict", "no", "set")


def unread() -> Operation:
    """A statement that is not understood."""
    return Operation(kind="unread")


def of_table(kind: str, table: str | None, **fields: Any) -> Operation:
    """An operation on a table; one that is not understood, where its name was not found."""
    return Operation(kind=kind, table=table, **fields) if table is not None else unread()


def partly(key: str, index: Index) -> Table:
    """A table of which only an index is told."""
    schema, _, name = key.rpartition(".")
    return Table(
        name=name, schema=schema or None, columns=Some(), primary_key=PrimaryKey(table=key), indexes=Some((index,))
    )


def column_names(inner: Statement) -> Iterator[str]:
    """The names between commas."""
    for part in inner.parts():
        name = part.name()
        if name is not None:
            yield name


def create_table(statement: Statement) -> Operation:
    """What follows `CREATE TABLE`."""
    exists = statement.take("if", "not", "exists")
    key = statement.qualified()
    inner = statement.inside()
    if key is None:
        return unread()
    declared = _Declaring(key)
    if inner is None:
        declared.rest = Unknown("its columns are those of a query")
    else:
        for part in inner.parts():
            declared.item(part)
    table = declared.table()
    if statement.has("partition", "by"):
        table = partitioned(table)
    return Operation(kind="create_table", table=key, declared=table, if_exists=exists)


def partitioned(table: Table) -> Table:
    """The table, as one whose rows its partitions keep."""
    return msgspec.structs.replace(table, storage=TableStorage(kind="partitioned table"))


def alter_table(statement: Statement) -> Iterator[Operation]:
    """What follows `ALTER TABLE`."""
    exists = statement.take("if", "exists")
    statement.take("only")
    key = statement.qualified()
    statement.take("*")
    if key is None:
        yield unread()
        return
    for action in statement.parts():
        found = _action(key, action)
        yield msgspec.structs.replace(found, if_exists=found.if_exists or exists)


def _action(key: str, action: Statement) -> Operation:
    if action.take("add"):
        return _add(key, action)
    if action.take("drop"):
        return _drop(key, action)
    if action.take("alter"):
        action.take("column")
        return _alter_column(key, action)
    if action.take("rename"):
        return _rename(key, action)
    if action.take("validate", "constraint"):
        return of_table("validate_constraint", key, name=action.name())
    if action.take("attach", "partition"):
        return of_table("attach_partition", key, name=action.qualified())
    if action.take("detach", "partition"):
        return of_table(
            "detach_partition", key, name=action.qualified(), concurrently=action.has("concurrently") or
            action.has("finalize"),
        )  # fmt: skip
    switched = action.take_one("disable", "enable")
    if switched is not None:
        return _switched(key, switched, action)
    if action.take("no", "force", "row"):
        return of_table("disable_row_security", key, name="force")
    if action.take_one("owner", "replica", "no", "inherit", "force", "reset", "cluster"):
        return of_table("other", key)
    if action.take("set"):
        return of_table("set_storage" if action.take_one("tablespace", "logged", "unlogged") else "other", key)
    return of_table("unread", key)


def _switched(key: str, how: str, action: Statement) -> Operation:
    """What follows `ENABLE` or `DISABLE`."""
    if action.sees("row"):
        return of_table(f"{how}_row_security", key)
    action.take_one("always", "replica")
    if action.take("trigger"):
        return of_table(f"{how}_trigger", key, name=action.name())
    return of_table("other", key)


def _add(key: str, action: Statement) -> Operation:
    if any(action.sees(word) for word in _OF_TABLE):
        return _add_constraint(key, action)
    action.take("column")
    exists = action.take("if", "not", "exists")
    declared = _Declaring(key)
    declared.column(action)
    return of_table("add_column", key, declared=declared.table(), if_exists=exists)


def _add_constraint(key: str, action: Statement) -> Operation:
    declared = _Declaring(key)
    name = action.name() if action.take("constraint") else None
    unvalidated = action.has("not", "valid")
    index = None
    if action.take("unique") or action.sees("primary"):
        primary = action.take("primary", "key")
        action.take("nulls", "not", "distinct") or action.take("nulls", "distinct")
        kind = "create_primary_key" if primary else "create_unique_constraint"
        if action.take("using", "index"):
            index = action.name()
            return of_table(kind, key, name=name or index, index=index)
        inner = action.inside()
        columns = tuple(column_names(inner)) if inner is not None else ()
        return of_table(kind, key, name=name, columns=columns)
    if action.take("check"):
        inner = action.inside()
        condition = inner.rest() if inner is not None else None
        return of_table("create_check_constraint", key, name=name, condition=condition, unvalidated=unvalidated)
    if action.take("foreign", "key"):
        inner = action.inside()
        columns = tuple(column_names(inner)) if inner is not None else ()
        found = declared.reference(action, columns, name) if action.take("references") else None
        return of_table(
            "create_foreign_key", key, name=name, columns=columns, unvalidated=unvalidated,
            target=found.target_table if found is not None else None, declared=declared.table(),
        )  # fmt: skip
    if action.take("exclude"):
        return of_table("create_exclude_constraint", key, name=name)
    return of_table("unread", key)


def _drop(key: str, action: Statement) -> Operation:
    constraint = action.take("constraint")
    if not constraint:
        action.take("column")
    exists = action.take("if", "exists")
    name = action.name()
    kind = "drop_constraint" if constraint else "drop_column"
    return of_table(kind, key, name=name, if_exists=exists, cascade=action.has("cascade"))


def _alter_column(key: str, action: Statement) -> Operation:
    name = action.name()
    if action.take("set", "not", "null"):
        return of_table("alter_column", key, name=name, nullable=False)
    if action.take("drop", "not", "null"):
        return of_table("alter_column", key, name=name, nullable=True)
    if action.take("set", "default"):
        return of_table("alter_column", key, name=name, default=Default(kind="sql", value=action.rest()))
    if action.take("drop", "default"):
        return of_table("alter_column", key, name=name, drops_default=True)
    if action.take("set", "data", "type") or action.take("type"):
        kind = _type(action.until("using", "collate"))
        action.until("using")
        using = action.rest() if action.take("using") else None
        return of_table("alter_column", key, name=name, type=kind, using=using)
    if action.take("set", "statistics") or action.take("set", "storage") or action.take("set", "("):
        return of_table("other", key)
    return of_table("alter_column", key, name=name)


def _rename(key: str, action: Statement) -> Operation:
    if action.take("to"):
        return of_table("rename_table", key, name=action.name())
    constraint = action.take("constraint")
    if not constraint:
        action.take("column")
    name = action.name()
    renamed = action.name() if action.take("to") else None
    return of_table("rename_constraint" if constraint else "alter_column", key, name=name, new_name=renamed)


def _type(written: str) -> ColumnType:
    """The type of that text."""
    sql = " ".join(written.upper().split()).replace(" (", "(").replace("( ", "(").replace(" )", ")")
    inner = sql.partition("(")[2].partition(")")[0]
    numbers = [int(number) for number in inner.split(",") if number.strip().isdigit()]
    name = bare(sql)
    if name in ("serial", "bigserial", "smallserial"):
        name = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}[name]
    sized = name in ("varchar", "char", "varbit", "bit")
    return ColumnType(
        sql=sql,
        name=name,
        length=numbers[0] if numbers and sized else None,
        precision=numbers[0] if numbers and not sized else None,
        scale=numbers[1] if len(numbers) > 1 else None,
    )


class _Declaring:
    """A table that is being declared, column by column."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.columns: list[Column] = []
        self.primary: tuple[str, ...] = ()
        self.primary_name: str | None = None
        self.foreign_keys: list[ForeignKey] = []
        self.uniques: list[UniqueConstraint] = []
        self.checks: list[CheckConstraint] = []
        self.exclusions: list[ExclusionConstraint] = []
        self.rest: Unknown | None = None

    def table(self) -> Table:
        schema, _, name = self.key.rpartition(".")
        return Table(
            name=name,
            schema=schema or None,
            columns=Some(tuple(self.columns), self.rest),
            primary_key=PrimaryKey(table=self.key, columns=self.primary, name=self.primary_name),
            foreign_keys=Some(tuple(self.foreign_keys), self.rest),
            indexes=Some[Index]((), self.rest),
            unique_constraints=Some(tuple(self.uniques), self.rest),
            check_constraints=Some(tuple(self.checks), self.rest),
            exclusion_constraints=Some(tuple(self.exclusions), self.rest),
            form="core",
        )

    def item(self, part: Statement) -> None:
        """A column or a constraint of `CREATE TABLE`."""
        if not any(part.sees(word) for word in _OF_TABLE):
            self.column(part)
            return
        name = part.name() if part.take("constraint") else None
        if part.take("primary", "key"):
            inner = part.inside()
            self.primary = tuple(column_names(inner)) if inner is not None else ()
            self.primary_name = name
            self.columns = [
                msgspec.structs.replace(column, nullable=False, primary_key=True)
                if column.name in self.primary
                else column
                for column in self.columns
            ]
        elif part.take("unique"):
            inner = part.inside()
            columns = tuple(column_names(inner)) if inner is not None else ()
            self.uniques.append(UniqueConstraint(table=self.key, columns=columns, name=name))
        elif part.take("foreign", "key"):
            inner = part.inside()
            columns = tuple(column_names(inner)) if inner is not None else ()
            if part.take("references"):
                self.reference(part, columns, name)
        elif part.take("check"):
            self._check(part, name)
        else:
            self.rest = Unknown("a part of its declaration is not understood")

    def reference(self, part: Statement, columns: tuple[str, ...], name: str | None) -> ForeignKey | None:
        """What follows `REFERENCES`."""
        target = part.qualified()
        if target is None:
            return None
        inner = part.inside()
        found = ForeignKey(
            table=self.key,
            columns=columns,
            target_table=target,
            target_columns=tuple(column_names(inner)) if inner is not None else (),
            name=name,
        )
        self.foreign_keys.append(found)
        return found

    def _check(self, part: Statement, name: str | None) -> None:
        inner = part.inside()
        expression = inner.rest() if inner is not None else Unknown("its condition was not found")
        self.checks.append(CheckConstraint(table=self.key, expression=expression, name=name))

    def column(self, part: Statement) -> None:
        """A column with its constraints."""
        name = part.name()
        written = part.until(*_OF_COLUMN)
        if name is None or not written:
            self.rest = Unknown("a part of its declaration is not understood")
            return
        nullable, primary, default = True, False, None
        serial = written.lower().split("(")[0].strip()
        if serial in ("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"):
            nullable, default = False, Default(kind="sequence", value=serial)
        own = None
        while not part.over:
            if part.take("constraint"):
                own = part.name()
            elif part.take("not", "null"):
                nullable = False
            elif part.take("default"):
                text = part.until(*_OF_COLUMN)
                default = Default(kind="sql", value=text) if text.lower() != "null" else None
            elif part.take("primary", "key"):
                nullable, primary = False, True
                self.primary, self.primary_name = (name,), own
            elif part.take("unique"):
                self.uniques.append(UniqueConstraint(table=self.key, columns=(name,), name=own))
            elif part.take("check"):
                self._check(part, own)
            elif part.take("references"):
                self.reference(part, (name,), own)
            elif part.take("generated"):
                default = self._generated(part)
                nullable = nullable and default.kind != "identity"
            else:
                part.next()
        self.columns.append(
            Column(
                table=self.key,
                name=name,
                type=_type(written),
                nullable=nullable,
                primary_key=primary,
                server_default=default,
                nullable_stated=True,
            )
        )

    @staticmethod
    def _generated(part: Statement) -> Default:
        part.take_one("always", "by")
        part.take("default")
        part.take("as")
        if part.take("identity"):
            part.inside()
            return Default(kind="identity")
        inner = part.inside()
        virtual = part.take_one("virtual", "stored") == "virtual"
        text = inner.rest() if inner is not None else ""
        return Default(kind="computed", value=f"{text} VIRTUAL" if virtual else text)
