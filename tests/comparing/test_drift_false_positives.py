"""What is not drift: other words for the same, and all that `alembic check` was reported to be wrong about."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from created import execute
from drifting import comparison, create, drift, metadata_of

HEADER = """
import datetime
import enum
import uuid
from typing import Any, Optional

from sqlalchemy import *
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, declared_attr

CONVENTION = {
    "ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    CONFIGURED
"""


def models(body: str, configured: str = "pass") -> str:
    return HEADER.replace("CONFIGURED", configured) + "\n\n" + body


def table(columns: str, arguments: str = "") -> str:
    text = (
        '\n\nclass Thing(Base):\n    __tablename__ = "things"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    )
    text += "".join(f"    {line}\n" for line in columns.splitlines())
    return text + (f"    __table_args__ = ({arguments},)\n" if arguments else "")


NAMED = "metadata = MetaData(naming_convention=CONVENTION)"

OF_ALEMBIC = {
    "1165, 1098: functional indexes": models(
        table("name: Mapped[str]\ndata: Mapped[Any] = mapped_column(postgresql.JSONB)",
              'Index("ix_lower", text("lower(name) varchar_pattern_ops")), '
              'Index("ix_both", func.lower(text("name")), "id"), '
              'Index("ix_path", text("(data ->> \'kind\')"), postgresql_where=text("data ? \'kind\'"))')
    ),
    "750, 676, 1212: operator classes and orders": models(
        table("name: Mapped[str]\ndata: Mapped[Any] = mapped_column(postgresql.JSONB)",
              'Index("ix_pattern", "name", postgresql_ops={"name": "varchar_pattern_ops"}), '
              'Index("ix_path", "data", postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"}), '
              'Index("ix_default", "data", postgresql_using="gin", postgresql_ops={"data": "jsonb_ops"}), '
              'Index("ix_desc", text("name DESC NULLS LAST"), text("id ASC"))')
    ),
    "1623: foreign keys under naming conventions": models(
        table("parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey('things.id', ondelete='SET NULL'))\n"
              "other_id: Mapped[int] = mapped_column(ForeignKey('things.id', name='by_hand'))"), NAMED
    ),
    "1842, 1600: CHECKs of columns": models(
        table("age: Mapped[int] = mapped_column(CheckConstraint('age > 0'))\n"
              "size: Mapped[int] = mapped_column(CheckConstraint('size BETWEEN 1 AND 9', name='sane'))")
    ),
    "1859: CHECKs of Enum and Boolean": models(
        table("kind: Mapped[str] = mapped_column(\n"
              "        Enum('a', 'b', name='kinds', native_enum=False, create_constraint=True))\n"
              "done: Mapped[bool] = mapped_column(Boolean(create_constraint=True, name='is_done'))\n"
              "more: Mapped[str] = mapped_column(Enum('a', name='more', native_enum=False))"), NAMED
    ),
    "defaults in other words": models(
        table("at: Mapped[datetime.datetime] = mapped_column(server_default=text('CURRENT_TIMESTAMP'))\n"
              "day: Mapped[datetime.date] = mapped_column(server_default=func.current_date())\n"
              "count: Mapped[int] = mapped_column(server_default='0')\n"
              "small: Mapped[int] = mapped_column(SmallInteger, server_default=text('1'))\n"
              "share: Mapped[float] = mapped_column(server_default='0.0')\n"
              "done: Mapped[bool] = mapped_column(server_default='f')\n"
              "name: Mapped[str] = mapped_column(server_default=text(\"'it''s'\"))\n"
              "empty: Mapped[str] = mapped_column(String(9), server_default='')\n"
              "data: Mapped[Any] = mapped_column(postgresql.JSONB, server_default='{\"b\": 1, \"a\": [1,2]}')\n"
              "tags: Mapped[Any] = mapped_column(postgresql.ARRAY(Text), server_default=text('ARRAY[]::text[]'))\n"
              "list: Mapped[Any] = mapped_column(postgresql.ARRAY(Text), server_default='{}')\n"
              "later: Mapped[datetime.datetime] = mapped_column(server_default=text(\"now() + interval '1 day'\"))\n"
              "utc: Mapped[datetime.datetime] = mapped_column(server_default=text(\"(now() at time zone 'utc')\"))\n"
              "zone: Mapped[datetime.datetime] = mapped_column(server_default=func.timezone('utc', func.now()))\n"
              "id2: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())\n"
              "none: Mapped[Optional[str]] = mapped_column(server_default=text('NULL'))\n"
              "minus: Mapped[int] = mapped_column(server_default=text('-1'))\n"
              "trigger: Mapped[Optional[str]] = mapped_column(server_default=FetchedValue())")
    ),
    "numbers from the database": models(
        "sequence = Sequence('thing_numbers', metadata=Base.metadata)\n" +
        table("number: Mapped[int] = mapped_column(sequence, server_default=sequence.next_value())\n"
              "other: Mapped[int] = mapped_column(BigInteger, Identity(always=True, start=100))\n"
              "total: Mapped[int] = mapped_column(Computed('number * 2', persisted=True))")
    ),
    "unique by an index, a constraint, and twice": models(
        table("email: Mapped[str] = mapped_column(unique=True, index=True)\n"
              "name: Mapped[str] = mapped_column(unique=True)\n"
              "nick: Mapped[str]",
              'UniqueConstraint("name"), UniqueConstraint("nick", "name", name="uq_both", deferrable=True), '
              'UniqueConstraint("id"), Index("once", "nick", unique=True, postgresql_where=text("nick <> \'\'"))')
    ),
    "deferred in small letters, and immediate without being deferrable": models(
        table("other_id: Mapped[int] = mapped_column(ForeignKey('things.id', initially='deferred'))\n"
              "name: Mapped[str]\nnick: Mapped[str]",
              'UniqueConstraint("name", initially="deferred"), UniqueConstraint("nick", initially="IMMEDIATE")')
    ),
    "schemas, also that of the connection": models(
        '\n\nclass Named(Base):\n    __tablename__ = "named"\n    __table_args__ = {"schema": "public"}\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        '\n\nclass Apart(Base):\n    __tablename__ = "apart"\n    __table_args__ = {"schema": "apart"}\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        '    named_id: Mapped[int] = mapped_column(ForeignKey("public.named.id"))\n'
        '    kind: Mapped[str] = mapped_column(Enum("a", "b", name="kind", schema="apart"))\n'
    ),
    "names that are longer than PostgreSQL's": models(
        '\n\nclass Long(Base):\n    __tablename__ = "a_table_with_a_name_that_is_long_but_not_too_long_for_a_table"\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    and_a_column_that_has_a_long_name_too: Mapped[int] = mapped_column(index=True, unique=False)\n"
        "    one_more_column_of_that_kind_for_a_key: Mapped[int] = mapped_column(unique=True)\n", NAMED
    ),
    "types in other words": models(
        table("a: Mapped[int] = mapped_column(INT)\nb: Mapped[float] = mapped_column(Float(53))\n"
              "c: Mapped[float] = mapped_column(Float(10))\nd: Mapped[Any] = mapped_column(DECIMAL(8))\n"
              "e: Mapped[Any] = mapped_column(postgresql.TIMESTAMP(precision=6))\n"
              "f: Mapped[Any] = mapped_column(postgresql.TIMESTAMP(True, 3))\n"
              "g: Mapped[Any] = mapped_column(CHAR)\nh: Mapped[Any] = mapped_column(postgresql.BIT(4))\n"
              "i: Mapped[Any] = mapped_column(postgresql.ARRAY(Integer, dimensions=2))\n"
              "j: Mapped[Any] = mapped_column(Interval)\n"
              "k: Mapped[Any] = mapped_column(postgresql.INTERVAL(precision=3))\n"
              "l: Mapped[Any] = mapped_column(LargeBinary)\nm: Mapped[Any] = mapped_column(Unicode(7))\n"
              "n: Mapped[Any] = mapped_column(postgresql.INET)\no: Mapped[Any] = mapped_column(postgresql.TSTZRANGE)\n"
              "p: Mapped[Any] = mapped_column(Time(timezone=True))\nq: Mapped[Any] = mapped_column(Double)\n"
              "r: Mapped[Any] = mapped_column(String(9, collation='C'))\n"
              "s: Mapped[Any] = mapped_column(postgresql.ARRAY(Enum('x', 'y', name='letters')))\n"
              "t: Mapped[Any] = mapped_column(JSON(none_as_null=True).with_variant(postgresql.JSONB, 'postgresql'))")
    ),
    "CHECKs that PostgreSQL prints otherwise": models(
        table("a: Mapped[int]\nb: Mapped[str] = mapped_column(String(20))\nc: Mapped[Optional[bool]]\nd: Mapped[float]",
              'CheckConstraint("b IN (\'x\', \'y\') OR b NOT IN (\'z\')", name="c1"), '
              'CheckConstraint("a BETWEEN 1 AND 10 AND NOT c", name="c2"), '
              'CheckConstraint("b LIKE \'a%\' AND b !~ \'^b\' AND a != 3", name="c3"), '
              'CheckConstraint("c IS TRUE OR c IS NOT NULL AND a::text <> b", name="c4"), '
              'CheckConstraint("CASE WHEN a > 0 THEN d > 0.5 ELSE d = -1 END", name="c5"), '
              'CheckConstraint("length(trim(b)) > 0 AND coalesce(a, 0) >= 0", name="c6"), '
              'CheckConstraint("(a IS NULL) = (c IS NULL)"), CheckConstraint("a % 2 = 0")')
    ),
}  # fmt: skip
"""By the number of Alembic's issue, or what others were about: a database that was made of the models."""

SAME = {
    "a comment that is empty": (
        table("a: Mapped[int]"), "COMMENT ON TABLE things IS ''"
    ),
    "a serial that became an identity": (
        table(""),
        "ALTER TABLE things ALTER id DROP DEFAULT; ALTER TABLE things ALTER id ADD GENERATED ALWAYS AS IDENTITY",
    ),
    "NOT NULL by a CHECK": (
        table("a: Mapped[int]"),
        "ALTER TABLE things ALTER a DROP NOT NULL; ALTER TABLE things ADD CHECK (a IS NOT NULL)",
    ),
    "a unique index for a constraint": (
        table("a: Mapped[int] = mapped_column(unique=True)"),
        "ALTER TABLE things DROP CONSTRAINT things_a_key; CREATE UNIQUE INDEX things_a_key ON things (a)",
    ),
    "a constraint for a unique index": (
        table("a: Mapped[int] = mapped_column(unique=True, index=True)"),
        "DROP INDEX ix_things_a; ALTER TABLE things ADD CONSTRAINT ix_things_a UNIQUE (a)",
    ),
    "names that the models leave open": (
        table("a: Mapped[int] = mapped_column(ForeignKey('things.id'), CheckConstraint('a > 0'), unique=True)"),
        "ALTER TABLE things RENAME CONSTRAINT things_a_key TO x; "
        "ALTER TABLE things RENAME CONSTRAINT things_a_fkey TO y; "
        "ALTER TABLE things RENAME CONSTRAINT things_a_check TO z",
    ),
    "NO ACTION, stated": (
        table("a: Mapped[int] = mapped_column(ForeignKey('things.id', ondelete='NO ACTION', onupdate='no action'))"), ""
    ),
    "a domain for its type": (
        table("a: Mapped[str] = mapped_column(Text)"),
        "CREATE DOMAIN words AS text NOT NULL; ALTER TABLE things ALTER a TYPE words; "
        "ALTER TABLE things ALTER a DROP NOT NULL",
    ),
    "partitions": (
        table("a: Mapped[int]"),
        "DROP TABLE things; CREATE TABLE things (id serial, a int NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id); "
        "CREATE TABLE things_1 PARTITION OF things FOR VALUES FROM (1) TO (9)",
    ),
    "a view for a table": (
        table("a: Mapped[int] = mapped_column(index=True, server_default='1')"),
        "DROP TABLE things; CREATE VIEW things AS SELECT 1 AS id, 2 AS a",
    ),
    "a table of a schema that no model uses": (table(""), "CREATE SCHEMA other; CREATE TABLE other.things (id int)"),
    "Alembic's own table": (table(""), "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"),
    "Alembic's own table by another name": (table(""), "CREATE TABLE revisions (version_num varchar(32) PRIMARY KEY)"),
    "the order of columns": (
        table("a: Mapped[int] = mapped_column(primary_key=True)\nb: Mapped[int] = mapped_column(primary_key=True)",
              'UniqueConstraint("b", "id", name="u")'),
        "ALTER TABLE things DROP CONSTRAINT things_pkey, ADD PRIMARY KEY (id, b, a), DROP CONSTRAINT u; "
        "ALTER TABLE things ADD CONSTRAINT u UNIQUE (id, b)",
    ),
    "a system column": (table("xmin: Mapped[int] = mapped_column(system=True)"), ""),
    "values of an enum's CHECK in another order": (
        table("a: Mapped[str]", "CheckConstraint(\"a IN ('x', 'y')\", name='c')"),
        "ALTER TABLE things DROP CONSTRAINT c; ALTER TABLE things ADD CONSTRAINT c CHECK (a IN ('y', 'x'))",
    ),
}  # fmt: skip
"""Models, and how the database was changed without changing what they say."""


@pytest.mark.parametrize("case", OF_ALEMBIC)
def test_what_was_made_of_the_models_has_no_drift(database: str, case: str) -> None:
    assert drift(database, OF_ALEMBIC[case]) == []


@pytest.mark.parametrize("case", SAME)
def test_other_ways_to_say_the_same_are_no_drift(database: str, case: str) -> None:
    body, change = SAME[case]
    assert drift(database, models(body), change) == []


@pytest.mark.parametrize("case", OF_ALEMBIC)
def test_little_of_it_is_left_undecided(database: str, case: str) -> None:
    create(database, OF_ALEMBIC[case])
    _, compared = comparison(database, OF_ALEMBIC[case])
    causes = {"a trigger or the database makes it", "`sequence.next_value()` is computed when the program runs"}
    assert {item.unknown.why for item in compared.uncompared} <= causes


def test_of_two_applications_with_the_same_tables_the_one_that_fits_is_compared(database: str) -> None:
    other = table("b: Mapped[int]\nc: Mapped[int]").replace("Base", "Other").replace("Thing", "Copy")
    both = models(table("a: Mapped[int]\nb: Mapped[int]") + "\n\nclass Other(DeclarativeBase):\n    pass\n" + other)
    create(database, both, "ALTER TABLE things ALTER a TYPE bigint")
    _, compared = comparison(database, both)
    assert [(found.subject, found.field) for found in compared.differences] == [("a", "type")]
    assert compared.alone == ("models.Other.metadata",)


def test_tables_of_somebody_else_are_left_alone(database: str) -> None:
    body = (
        table("")
        + '\n\nclass Theirs(Base):\n    __tablename__ = "theirs"\n'
        + "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    )
    create(database, models(body), "DROP TABLE theirs; CREATE TABLE legacy (id int)")
    _, compared = comparison(database, models(body), external=("theirs", "public.legacy"))
    assert compared.differences == ()


def test_what_an_extension_brings_is_there(database: str) -> None:
    body = table("") + "\n\nclass Statements(Base):\n    __tablename__ = 'pg_stat_statements'\n"
    body += "    queryid: Mapped[int] = mapped_column(primary_key=True)\n"
    create(database, models(table("")))
    try:
        execute(database, "CREATE EXTENSION pg_stat_statements")
    except Exception:
        pytest.skip("the server has no extension that brings a relation")
    _, compared = comparison(database, models(body))
    assert compared.differences == ()


def test_schemas_that_were_not_read_are_not_missing(database: str) -> None:
    case = OF_ALEMBIC["schemas, also that of the connection"]
    create(database, case)
    _, compared = comparison(database, case, read_only=["public"])
    assert compared.differences == ()


def test_incomplete_models_say_nothing_of_what_they_lack(database: str) -> None:
    create(database, models(table("a: Mapped[int]")), "ALTER TABLE things ADD b int; CREATE TABLE other (id int)")
    open_ended = models(table("a: Mapped[int]")).replace("class Thing(Base):", "class Thing(Base, unknown.Mixin):")
    _, compared = comparison(database, open_ended.replace("import enum", "import enum\nfrom elsewhere import unknown"))
    assert [found.subject for found in compared.differences if found.kind == "column"] == []


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("case", OF_ALEMBIC)
def test_alembic_itself_finds_no_more(database: str, case: str) -> None:
    """Where Alembic is right to find nothing, so are we; where it is wrong, we alone are silent."""
    create(database, OF_ALEMBIC[case])
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata_of(OF_ALEMBIC[case]))
    engine.dispose()
    _, compared = comparison(database, OF_ALEMBIC[case])
    assert len(compared.differences) <= len(found)
