"""DRF019: EXCLUDE constraints."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint_rules._drift import is_missing, is_unknown_to_models, value


@rule(
    "DRF019",
    "exclusion-drift",
    severity=ERROR,
    evidence="X",
    reference="models:Task.__table_args__",
    fix="sql",
)
def exclusion_drift(difference: Difference) -> Iterator[Violation]:
    """An EXCLUDE constraint of a model is in the database, excludes the same there, and no other does.

    Why: two bookings of one room overlap although the model rules it out, or inserts fail that it allows. `alembic
    check` does not compare them.

    Bad:
        ```python
        from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint, Range
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Booking(Base):
            __tablename__ = "bookings"
            id: Mapped[int] = mapped_column(primary_key=True)
            days: Mapped[Range[int]] = mapped_column(INT4RANGE)
            __table_args__ = (ExcludeConstraint(("days", "&&"), name="ex_bookings_days"),)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE bookings (id serial PRIMARY KEY, days int4range NOT NULL);
        ```

    Good:
        ```python
        from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint, Range
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Booking(Base):
            __tablename__ = "bookings"
            id: Mapped[int] = mapped_column(primary_key=True)
            days: Mapped[Range[int]] = mapped_column(INT4RANGE)
            __table_args__ = (ExcludeConstraint(("days", "&&"), name="ex_bookings_days"),)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE bookings (
          id serial PRIMARY KEY, days int4range NOT NULL, CONSTRAINT ex_bookings_days EXCLUDE USING gist (days WITH &&)
        );
        ```

    Exempt: the default operator class stated on one side only; expressions of which it cannot be told whether they are
    the same.
    """
    if difference.kind != "exclusion constraint" or difference.field == "name":
        return
    if is_missing(difference):
        yield Violation(
            message=f"the database has no EXCLUDE {difference.left} on {difference.table}",
            suggestion="add it by a revision, once no two rows exclude each other",
            sql=difference.sql,
        )
    elif is_unknown_to_models(difference):
        yield Violation(
            message=f"{difference.table} has an EXCLUDE {difference.subject} in the database, and in no model: "
            f"{difference.right}",
            suggestion="state it in the model, or drop it by a revision",
            severity=WARNING,
            sql=difference.sql,
        )
    else:
        yield Violation(
            message=f"the EXCLUDE {difference.subject} of {difference.table} is {value(difference.left)} in the model, "
            f"{value(difference.right)} in the database",
            sql=difference.sql,
        )
