"""What the report shows of a database where no source is known."""

from __future__ import annotations

from schema_lint.checking.finding import Subject
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import (
    CheckConstraint,
    Column,
    Default,
    ExclusionConstraint,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.reporting.definition import definition


def column(name: str, sql: str, **more: object) -> Column:
    return Column(table="audit.Log", name=name, type=ColumnType(sql=sql, name=sql.lower()), nullable=True, **more)  # type: ignore[arg-type]


TABLE = Table(
    name="Log",
    schema="audit",
    columns=Some((
        column("id", "BIGINT", server_default=Default(kind="identity", value="always")),
        column("task_id", "UUID"),
        column("order", "INTEGER", server_default=Default(kind="sql", value="1")),
        *(column(f"c{n}", "TEXT") for n in range(8)),
        column("url", "TEXT", server_default=Default(kind="sql", value="'postgresql://app:s3cret@db/x'::text")),
    )),
    primary_key=PrimaryKey(table="audit.Log", columns=("id",), name="log_pkey"),
    foreign_keys=Some((
        ForeignKey(
            table="audit.Log", columns=("task_id",), target_table="task", target_columns=("id",),
            name="log_task_id_fkey",
            ondelete="CASCADE", onupdate="NO ACTION",
        ),
    )),
    unique_constraints=Some((UniqueConstraint(table="audit.Log", columns=("order",), name="uq"),)),
    check_constraints=Some((CheckConstraint(table="audit.Log", expression="(a >\n 1)", name="ck"),)),
    exclusion_constraints=Some((
        ExclusionConstraint(
            table="audit.Log", name="ex", parts=(IndexPart(column="order"), IndexPart(expression="lower(c1)")),
            operators=("=", "&&"), predicate="(c3 IS NULL)",
        ),
    )),
    indexes=Some((
        Index(
            table="audit.Log", name="ix", parts=(IndexPart(column="order"), IndexPart(expression="lower(c1)")),
            unique=True, method="gist", include=("c2",), predicate="(c3 IS NULL)",
        ),
    )),
)  # fmt: skip
DATABASE = Schema(label="todo", evidence="C", tables=Some((TABLE,)), naming_convention=Unknown("of a database"))


def drawn(kind: str, *columns: str, name: str | None = None) -> list[str]:
    """Each line with its number, and its caret below it."""
    rows = []
    for line in definition(DATABASE, Subject(kind=kind, schema="audit", table="Log", columns=columns, name=name)):
        rows.append(f"{line.number} {line.text}" if line.number is not None else "…")
        if line.length:
            rows.append(" " * (len(str(line.number)) + 1 + line.start) + "^" * line.length)
    return rows


def test_a_column() -> None:
    assert drawn("column", "order") == [
        '1 CREATE TABLE audit."Log" (', "…", '4     "order" integer DEFAULT 1,', "      ^^^^^^^", "…"
    ]  # fmt: skip


def test_a_foreign_key_and_its_column() -> None:
    assert drawn("foreign-key", "task_id") == [
        '1 CREATE TABLE audit."Log" (',
        "…",
        "3     task_id uuid,",
        "…",
        "16     CONSTRAINT log_task_id_fkey FOREIGN KEY (task_id) REFERENCES task (id) ON DELETE CASCADE,",
        "                                   ^^^^^^^^^^^^^^^^^^^^^",
        "…",
    ]


def test_an_index_a_constraint_and_the_key() -> None:
    assert (
        '20 CREATE UNIQUE INDEX ix ON audit."Log" USING gist ("order", (lower(c1))) INCLUDE (c2) WHERE (c3 IS NULL);'
        in drawn("index", "order", name="ix")
    )
    assert '15     CONSTRAINT uq UNIQUE ("order"),' in drawn("constraint", "order", name="uq")
    assert "17     CONSTRAINT ck CHECK ((a > 1))," in drawn("constraint", name="ck")
    assert '18     CONSTRAINT ex EXCLUDE USING gist ("order" WITH =, lower(c1) WITH &&) WHERE (c3 IS NULL),' in drawn(
        "constraint", name="ex"
    )
    assert "14     CONSTRAINT log_pkey PRIMARY KEY (id)," in drawn("primary-key", "id")


def test_a_table_by_its_first_lines() -> None:
    lines = drawn("table")
    assert lines[:3] == [
        '1 CREATE TABLE audit."Log" (', "               ^^^^^^^^^^^", "2     id bigint GENERATED ALWAYS AS IDENTITY,"
    ]  # fmt: skip
    assert (len(lines), lines[-1]) == (10, "…")


def test_no_password_and_nothing_of_what_is_not_there() -> None:
    assert any("'postgresql://app:***@db/x'" in line for line in drawn("column", "url"))
    assert definition(DATABASE, Subject(kind="role", name="app")) == []
    assert definition(DATABASE, Subject(kind="table", table="gone")) == []
