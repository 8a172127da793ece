"""CON005 to CON008: constraints that do not hold what they promise, and those that promise nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.database import Domain
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import CheckConstraint, ForeignKey, Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import alter, drop_constraint, in_database, validate
from schema_lint_rules.shapes import label


@rule(
    "CON005", "not-valid-constraint", severity=WARNING, evidence="CR", reference="models:Task.__table_args__",
    peers=("pg-index-health not_valid_constraints", "PgHero invalid constraints", "db_verifier c1001",
           "check_postgres"),
)  # fmt: skip
def not_valid_constraint(thing: Table | Domain) -> Iterator[Violation]:
    """A constraint has been checked for the rows that were there before it.

    Why: NOT VALID lets a constraint begin with the next row. Until VALIDATE CONSTRAINT has run, older rows may break
    it, and the planner does not rely on it (PostgreSQL documentation, ALTER TABLE).

    Bad:
        ```sql
        CREATE TABLE tasks (id bigint PRIMARY KEY, priority integer NOT NULL);
        ALTER TABLE tasks ADD CONSTRAINT priority_in_range CHECK (priority BETWEEN 1 AND 5) NOT VALID;
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id bigint PRIMARY KEY, priority integer NOT NULL);
        ALTER TABLE tasks ADD CONSTRAINT priority_in_range CHECK (priority BETWEEN 1 AND 5) NOT VALID;
        ALTER TABLE tasks VALIDATE CONSTRAINT priority_in_range;
        ```

    Exempt: constraints that are not enforced at all (CON006); views and foreign tables.
    """
    if isinstance(thing, Domain):
        domain = f"{thing.schema}.{thing.name}" if thing.schema else thing.name
        for unchecked in thing.unvalidated:
            name = ".".join(map(quoted, domain.split(".", 1)))
            yield Violation(
                message=f"{unchecked} of the domain {domain} was never checked for the values that were there",
                suggestion="validate it",
                sql=f"ALTER DOMAIN {name} VALIDATE CONSTRAINT {quoted(unchecked)};",
            )
        return
    constraints: tuple[ForeignKey | CheckConstraint, ...] = (*thing.foreign_keys.known, *thing.check_constraints.known)
    for constraint in constraints if not thing.is_view else ():
        own = constraint.name
        if not constraint.validated and constraint.enforced and isinstance(own, str):
            yield Violation(
                message=f"{own} of {thing.key} was never checked for the rows that were there before it",
                suggestion="validate it, after mending the rows that break it",
                subject=_subject(thing, own),
                place=constraint.place,
                sql=validate(thing, own),
            )


def _subject(table: Table, name: str) -> Subject:
    return Subject(kind="constraint", schema=table.schema, table=table.name, name=name)


@rule(
    "CON006", "not-enforced-constraint", severity=WARNING, evidence="C", reference="models:Task.__table_args__",
)  # fmt: skip
def not_enforced_constraint(table: Table) -> Iterator[Violation]:
    """A constraint is enforced.

    Why: PostgreSQL 18 knows constraints that are only declared (NOT ENFORCED): any row may break them, and no query is
    planned by them. Whoever reads the schema takes them for true.

    Bad:
        ```sql
        CREATE TABLE tasks (id bigint PRIMARY KEY, priority integer NOT NULL CHECK (priority > 0) NOT ENFORCED);
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id bigint PRIMARY KEY, priority integer NOT NULL CHECK (priority > 0));
        ```

    Exempt: views and foreign tables, whose rows nobody checks here.
    """
    constraints: tuple[ForeignKey | CheckConstraint, ...] = (*table.foreign_keys.known, *table.check_constraints.known)
    for constraint in constraints if not table.is_view else ():
        name = constraint.name
        if not constraint.enforced and isinstance(name, str):
            # A foreign key can be altered to be enforced, a CHECK has to be made anew.
            key = isinstance(constraint, ForeignKey)
            yield Violation(
                message=f"{name} of {table.key} is declared, but not enforced",
                suggestion="enforce it, after mending the rows that break it"
                if key
                else "make it anew, after mending the rows that break it",
                subject=_subject(table, name),
                place=constraint.place,
                sql=alter(table, f"ALTER CONSTRAINT {quoted(name)} ENFORCED") if key else None,
            )


def _folded(expression: str) -> str:
    """The condition without differences of case, blanks and outer brackets, but for what stands in quotes."""
    parts = re.split(r"('(?:[^']|'')*')", expression)
    text = "".join(part if at % 2 else re.sub(r"\s+", "", part).lower() for at, part in enumerate(parts))
    while text.startswith("(") and text.endswith(")") and _closes_last(text):
        text = text[1:-1]
    return text


def _closes_last(text: str) -> bool:
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return position == len(text) - 1
    return False


@rule(
    "CON007", "duplicate-check", severity=INFO, evidence="SMC", reference="models:Task.__table_args__",
)  # fmt: skip
def duplicate_check(table: Table) -> Iterator[Violation]:
    """No two CHECKs of a table demand the same.

    Why: both are computed for every row written, and a change of one leaves the other as it was.

    Bad:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (
                CheckConstraint("priority > 0", name="ck_task_priority"),
                CheckConstraint("priority > 0", name="ck_task_priority_positive"),
            )
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (CheckConstraint("priority > 0", name="ck_task_priority"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int
        ```

    Exempt: conditions that are written differently, even if they come to the same; CHECKs that a type makes.
    """
    seen: dict[str, CheckConstraint] = {}
    for check in table.check_constraints.known if len(table.check_constraints.known) > 1 else ():
        if isinstance(check.expression, Unknown) or check.implied_by_type or not check.expression.strip():
            continue
        first = seen.setdefault(_folded(check.expression), check)
        if first is check:
            continue
        names = [c.name if isinstance(c.name, str) else "a CHECK without a name" for c in (first, check)]
        yield Violation(
            message=f"{names[0]} and {names[1]} of {table.key} demand the same: {check.expression}",
            suggestion=f"remove {names[1]}",
            subject=_subject(table, names[1]),
            place=check.place,
            related=(first.place,) if isinstance(first.place, SourcePlace) else (),
            sql=drop_constraint(table, check.name),
        )


@rule(
    "CON008", "redundant-not-null-check", severity=INFO, evidence="SMC", reference="models:Task.title",
)  # fmt: skip
def redundant_not_null_check(check: CheckConstraint, table: Table) -> Iterator[Violation]:
    """A CHECK does not repeat NOT NULL.

    Why: NOT NULL already refuses the row, and faster; the CHECK is mostly left over from adding NOT NULL without a long
    lock.

    Bad:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (CheckConstraint("title IS NOT NULL", name="ck_task_title"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Exempt: columns that can be NULL; conditions that demand more; constraints that were never validated (CON005).
    """
    found = re.fullmatch(r'(?:\w+\.)?"?(\w+)"?isnotnull', _folded(known(check.expression)))
    if found is None or not check.validated or table.is_view:
        return
    column = next((c for c in table.columns.known if c.name.lower() == found[1]), None)
    if column is not None and known(column.nullable) is False:
        name = check.name if isinstance(check.name, str) else "a CHECK"
        yield Violation(
            message=f"{name} of {table.key} repeats that {label(column)} is NOT NULL",
            suggestion=f"remove {name}",
            sql=drop_constraint(table, check.name) if in_database(table) else None,
        )
