"""Where the columns of a table in a database are not those of its model."""

from __future__ import annotations

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.column_types import collation_of, same_collation, same_type
from schema_lint.comparing.drift.database import Database
from schema_lint.comparing.drift.defaults import is_numbered, numbers, same_default
from schema_lint.comparing.drift.domains import DomainDrift
from schema_lint.comparing.drift.enums import EnumDrift
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.comparing.drift.numbering import NumberingDrift
from schema_lint.facts.identifiers import cut
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown

_SYSTEM = frozenset({"xmin", "xmax", "cmin", "cmax", "ctid", "tableoid", "oid"})
"""Columns that every table has and none lists."""


class ColumnDrift:
    """Compares the columns of tables, pair by pair."""

    def __init__(self, notes: Notes, models: Schema, database: Database) -> None:
        self.notes = notes
        self.database = database
        self.enums = EnumDrift(notes, models, database)
        self.domains = DomainDrift(notes, database)
        self.numbering = NumberingDrift(notes, database)

    def compare(self, owner: Subject, left: Table, right: Table, *, types_only: bool) -> None:
        """Take down where columns differ.

        Args:
            types_only: the database's is a view, which has no defaults and admits NULL everywhere.
        """
        theirs = {column.name: column for column in right.columns.known}
        seen = set()
        for column in left.columns.known:
            name = cut(column.name)
            other = theirs.get(name)
            seen.add(name)
            subject = owner.part("column", name, column, other, columns=(name,), column=column)
            if other is not None:
                self._pair(subject, left, right, column, other, types_only=types_only)
            elif name not in _SYSTEM:
                self.notes.differs(subject, None, described(column), None, sql=ddl.add_column(left, column))
        for other in right.columns.known:
            if other.name in seen:
                continue
            subject = owner.part("column", other.name, None, other, columns=(other.name,))
            if left.columns.rest is not None:
                self.notes.vague(subject, "whether it is there", left.columns.rest)
            elif not types_only:
                self.notes.differs(subject, None, None, described(other))

    def _pair(
        self, subject: Subject, table: Table, right_table: Table, left: Column, right: Column, *, types_only: bool
    ) -> None:
        self._type(subject, table, left, right)
        if types_only:
            return
        self._nullable(subject, table, right_table, left, right)
        self._default(subject, table, right_table, left, right)
        if isinstance(left.comment, Unknown):
            self.notes.vague(subject, "comment", left.comment)
        else:
            ours, other = left.comment or None, str(right.comment) if right.comment else None
            self.notes.compared(
                subject, "comment", ours == other, ours, other, sql=lambda: ddl.comment(table, right.name, ours)
            )

    def _type(self, subject: Subject, table: Table, left: Column, right: Column) -> None:
        for kind in (left.type, right.type):
            if isinstance(kind, Unknown):
                self.notes.vague(subject, "type", kind)
                return
        assert isinstance(left.type, ColumnType)
        assert isinstance(right.type, ColumnType)
        same = same_type(left.type, right.type, self.database.domains)
        kind = left.type
        self.notes.compared(
            subject, "type", same, kind.sql, right.type.sql, sql=lambda: ddl.alter_type(table, right.name, kind)
        )
        if same is True:
            self.enums.compare(subject, left.type, right.type)
            self.domains.compare(subject, left.type)
            self._collation(subject, table, left.type, right)

    def _collation(self, subject: Subject, table: Table, kind: ColumnType, right: Column) -> None:
        """A collation that the model states; where it states none, any will do."""
        ours = collation_of(kind)
        if ours is None or ours == "default":
            return
        theirs, default = right.collation, self.database.collation
        same: bool | Unknown = same_collation(ours, theirs or default or "")
        if theirs is None and default is None:
            same = Unknown("what the database's own collation is called, it does not say")
        sql = ddl.alter_type(table, right.name, kind)
        self.notes.compared(subject, "collation", same, ours, theirs or "the database's own", sql=sql)

    def _nullable(self, subject: Subject, table: Table, other: Table, left: Column, right: Column) -> None:
        if isinstance(left.nullable, Unknown):
            self.notes.vague(subject, "nullable", left.nullable)
            return
        # Whatever the model says of them, PostgreSQL makes them NOT NULL.
        ours = left.nullable and not (left.primary_key is True or right.primary_key is True or _is_identity(left))
        theirs = bool(right.nullable) and (ours or not self.database.refuses_null(other, right))
        action = "DROP NOT NULL" if ours else "SET NOT NULL"
        self.notes.compared(
            subject, "nullable", ours == theirs, ours, theirs, sql=lambda: ddl.alter_column(table, right.name, action)
        )

    def _default(self, subject: Subject, table: Table, other: Table, left: Column, right: Column) -> None:
        ours, theirs = left.server_default, right.server_default
        if isinstance(ours, Unknown) or isinstance(theirs, Unknown):
            self.notes.vague(subject, "server default", ours if isinstance(ours, Unknown) else theirs)  # type: ignore[arg-type]
            return
        if ours is not None and ours.kind == "identity":
            same: bool | Unknown = theirs is not None and theirs.kind == "identity"
            sql = None if same else ddl.alter_column(table, right.name, f"ADD {ddl.identity(ours)}")
            self.notes.compared(subject, "identity", same, "identity", shown(theirs), sql=sql)
            if same:
                self.numbering.identity(subject, table, other, left, right)
            return
        if isinstance(left.default, Default) and left.default.kind == "sequence":
            self.numbering.sequence(subject, left.default)
        if ours is None:
            self._without_default(subject, table, left, right)
            return
        same = same_default(ours, theirs, left, table.name)
        text = ddl.default_text(ours)
        sql = ddl.alter_column(table, right.name, f"SET DEFAULT {text}") if text is not None else None
        field = "generated" if "computed" in (ours.kind, theirs.kind if theirs else "") else "server default"
        self.notes.compared(subject, field, same, shown(ours), shown(theirs), sql=sql if field != "generated" else None)

    def _without_default(self, subject: Subject, table: Table, left: Column, right: Column) -> None:
        """The model has no server default; SQLAlchemy makes a `serial` of a key that it does not fill in."""
        theirs = right.server_default
        numbered = is_numbered(left, table)
        plain = left.primary_key is False and left.autoincrement is not True
        if theirs is None and (plain or _drawn_by_client(left)):
            self.notes.fields += 1
        elif isinstance(numbered, Unknown):
            self.notes.vague(subject, "server default", numbered)
        elif numbered:
            same = theirs is not None
            sql = ddl.alter_column(table, right.name, "ADD GENERATED BY DEFAULT AS IDENTITY")
            self.notes.compared(subject, "identity", same, "numbered by the database", shown(theirs), sql=sql)
        elif isinstance(left.default, Default) and left.default.kind == "sequence" and numbers(theirs):
            # `Sequence(…)` alone is drawn from by the client, or by a default that names it.
            self.notes.fields += 1
        elif numbers(theirs):
            assert isinstance(theirs, Default)
            action = "DROP IDENTITY" if theirs.kind == "identity" else "DROP DEFAULT"
            sql = ddl.alter_column(table, right.name, action)
            self.notes.compared(subject, "identity", False, None, shown(theirs), sql=sql)
        else:
            computed = isinstance(theirs, Default) and theirs.kind == "computed"
            sql = ddl.alter_column(table, right.name, "DROP EXPRESSION" if computed else "DROP DEFAULT")
            field = "generated" if computed else "server default"
            self.notes.compared(subject, field, theirs is None, None, shown(theirs), sql=sql)


def _is_identity(column: Column) -> bool:
    return isinstance(column.server_default, Default) and column.server_default.kind == "identity"


def _drawn_by_client(column: Column) -> bool:
    """A `Sequence` that SQLAlchemy makes besides the column, and asks for each number."""
    return isinstance(column.default, Default) and column.default.numbering is not None


def shown(default: Default | Unknown | None) -> str | None:
    """A default as people read it."""
    if not isinstance(default, Default):
        return None
    value = default.value if isinstance(default.value, str) else "?"
    if default.kind == "identity":
        return f"identity, {value}" if value else "identity"
    if default.kind == "sequence":
        return f"nextval('{value}')"
    return ddl.literal(value) if default.quoted else value


def described(column: Column) -> str:
    """A column as DDL has it: `VARCHAR(50) NOT NULL`."""
    words = ["?" if isinstance(column.type, Unknown) else column.type.sql]
    words += [f"DEFAULT {text}"] if (text := shown(column.server_default)) is not None else []
    words += ["NOT NULL"] if column.nullable is False else []
    return " ".join(words)
