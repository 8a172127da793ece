"""What has been found so far to differ between models and a database."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from schema_lint.facts.difference import Difference, Plain, Uncompared
from schema_lint.facts.place import Place
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.unknown import Unknown


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared: a table of the models, or a part of it, with the two places where it is found."""

    kind: str
    table: str
    schema: str | None = None
    name: str
    columns: tuple[str, ...] = ()
    owner: str | None = None
    attribute: str | None = None
    left: Place | None = None
    right: Place | None = None

    def part(
        self,
        kind: str,
        name: str,
        left: object | None,
        right: object | None,
        *,
        columns: tuple[str, ...] = (),
        column: Column | None = None,
    ) -> Subject:
        """A part of the table; where one side lacks it, the table's own place stands for it."""
        declaration = column.declaration if column is not None else None
        owner = declaration.owner if declaration is not None else column.owner if column is not None else None
        return Subject(
            kind=kind,
            table=self.table,
            schema=self.schema,
            name=name,
            columns=columns,
            owner=owner,
            attribute=column.attribute if column is not None else None,
            left=getattr(left, "place", None) or self.left,
            right=getattr(right, "place", None) or self.right,
        )


def of_tables(left: Table, right: Table | None) -> Subject:
    """A table as a whole."""
    return Subject(
        kind="table",
        table=left.key,
        schema=left.schema,
        name=left.key,
        owner=left.models[0] if left.models else None,
        left=left.place,
        right=right.place if right is not None else None,
    )


class Notes:
    """Takes down what differs, and what could not be compared."""

    def __init__(self) -> None:
        self.differences: dict[tuple[object, ...], Difference] = {}
        self.uncompared: list[Uncompared] = []
        self.tables = 0
        self.fields = 0

    def differs(
        self,
        subject: Subject,
        field: str | None,
        left: Plain,
        right: Plain,
        *,
        sql: str | None = None,
        more: tuple[str, ...] = (),
    ) -> None:
        """Take down one difference; models that several parts of the project repeat make it once."""
        found = Difference(
            kind=subject.kind,
            table=subject.table,
            subject=subject.name,
            field=field,
            left=left,
            right=right,
            left_place=subject.left,
            right_place=subject.right,
            schema=subject.schema,
            columns=subject.columns,
            owner=subject.owner,
            attribute=subject.attribute,
            sql=sql,
            more=more,
        )
        self.differences.setdefault((found.kind, found.table, found.subject, field, left, right), found)

    def compared(
        self,
        subject: Subject,
        field: str,
        same: bool | Unknown | None,
        left: Plain,
        right: Plain,
        *,
        sql: str | Callable[[], str | None] | None,
    ) -> bool:
        """Take down the outcome of one comparison; whether it is a difference. SQL that costs is made when it is."""
        if same is None:
            same = Unknown("an expression of this form is not compared")
        if isinstance(same, Unknown):
            self.vague(subject, field, same)
            return False
        self.fields += 1
        if not same:
            self.differs(subject, field, left, right, sql=sql() if callable(sql) else sql)
        return not same

    def alone(
        self,
        subject: Subject,
        rest: Unknown | None,
        left: str | None,
        right: str | None,
        *,
        sql: str | None,
        more: tuple[str, ...] = (),
    ) -> None:
        """Take down what only one side has, unless the other may have more than is known of it (`rest`)."""
        if rest is not None:
            self.vague(subject, "whether it is there", rest)
        else:
            self.fields += 1
            self.differs(subject, None, left, right, sql=sql, more=more)

    def vague(self, subject: Subject, field: str, why: Unknown) -> None:
        """Take down what could not be compared."""
        self.uncompared.append(
            Uncompared(
                table=subject.table,
                subject=subject.name,
                field=field,
                unknown=why,
                kind=subject.kind,
                schema=subject.schema,
            )
        )
