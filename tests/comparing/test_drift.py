"""A database that was made of the models agrees with them; each change of it is found once."""

from __future__ import annotations

import pytest

from created import execute
from drifting import comparison, create, drift, findings

HEADER = """
import datetime
import decimal
import enum
import uuid
from typing import Any, Optional

from sqlalchemy import *
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass
"""
MODELS = (
    HEADER
    + """

class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    nick: Mapped[Optional[str]] = mapped_column(Text, index=True)


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    number: Mapped[int] = mapped_column(Identity())
    title: Mapped[str] = mapped_column(String(50), server_default="untitled")
    done: Mapped[bool] = mapped_column(server_default=false())
    price: Mapped[decimal.Decimal] = mapped_column(Numeric(10, 2), CheckConstraint("price >= 0", name="not_negative"))
    at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    data: Mapped[dict[str, Any]] = mapped_column(postgresql.JSONB, server_default=text("'{}'"))
    colour: Mapped[Colour]
    twice: Mapped[decimal.Decimal] = mapped_column(Numeric, Computed("price * 2", persisted=True))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), comment="who made it")
    __table_args__ = (
        Index("ix_lower", func.lower(title), postgresql_where=text("done = false")),
        Index("ix_at", at.desc(), "number", postgresql_include=["done"]),
        Index("ix_data", "data", postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"}),
        UniqueConstraint("title", "owner_id", name="uq_title"),
        CheckConstraint("number BETWEEN 1 AND 10 AND title IN ('a', 'b')", name="ck_number"),
        {"comment": "the tasks"},
    )
"""
)

CHANGES = {
    "DROP TABLE tasks": "DRF001 the database has no table tasks, which Task is mapped to",
    "CREATE TABLE other (id int)": "DRF002 the database has a table other that no model is mapped to",
    "ALTER TABLE users DROP COLUMN nick": "DRF003 the database has no column for User.nick (users.nick: TEXT)",
    "ALTER TABLE users ADD age int": "DRF004 the database has a column users.age (INTEGER) that no model has",
    "ALTER TABLE users ADD age int NOT NULL DEFAULT 1": (
        "DRF004 the database has a column users.age (INTEGER DEFAULT 1 NOT NULL) that no model has"
    ),
    "ALTER TABLE users ADD age int NOT NULL": (
        "DRF004 the database has a column users.age (INTEGER NOT NULL) that no model has, so that every INSERT of the "
        "models fails"
    ),
    "ALTER TABLE users ALTER email TYPE varchar(100)": (
        "DRF005 User.email is VARCHAR(255) in the model, VARCHAR(100) in the database"
    ),
    "ALTER TABLE users ALTER email TYPE varchar": (
        "DRF005 User.email is VARCHAR(255) in the model, VARCHAR in the database"
    ),
    "ALTER TABLE tasks ALTER at TYPE timestamp": (
        "DRF005 Task.at is TIMESTAMP WITH TIME ZONE in the model, TIMESTAMP WITHOUT TIME ZONE in the database"
    ),
    "ALTER TABLE tasks ALTER data DROP DEFAULT; DROP INDEX ix_data; ALTER TABLE tasks ALTER data TYPE json; "
    "ALTER TABLE tasks ALTER data SET DEFAULT '{}'; CREATE INDEX ix_data ON tasks USING gin "
    "((data::jsonb) jsonb_path_ops)": ("DRF005 Task.data is JSONB in the model, JSON in the database"),
    "ALTER TABLE users ALTER email DROP NOT NULL": (
        "NUL010 User.email is never NULL in the model, and may be in the database"
    ),
    "ALTER TABLE users ALTER nick SET NOT NULL": "NUL010 User.nick may be NULL in the model, not in the database",
    "ALTER TABLE tasks ALTER done SET DEFAULT true": (
        "DRF006 the server default of Task.done is false in the model, true in the database"
    ),
    "ALTER TABLE tasks ALTER title DROP DEFAULT": (
        "DRF006 the server default of Task.title is 'untitled' in the model, none in the database"
    ),
    "ALTER TABLE users ALTER nick SET DEFAULT 'x'": (
        "DRF006 the server default of User.nick is none in the model, 'x'::text in the database"
    ),
    "ALTER TABLE tasks ALTER at SET DEFAULT clock_timestamp()": (
        "DRF006 the server default of Task.at is now() in the model, clock_timestamp() in the database"
    ),
    "ALTER TABLE tasks ALTER twice DROP EXPRESSION": (
        "DRF007 Task.twice is generated as price * 2 in the model, none in the database"
    ),
    "ALTER TABLE tasks DROP COLUMN twice; ALTER TABLE tasks ADD twice numeric NOT NULL "
    "GENERATED ALWAYS AS (price * 3) STORED": (
        "DRF007 Task.twice is generated as price * 2 in the model, (price * (3)::numeric) in the database"
    ),
    "ALTER TABLE users ALTER id DROP DEFAULT": (
        "DRF008 User.id is to be numbered by the database, which has no sequence or identity for it"
    ),
    "ALTER TABLE tasks ALTER number DROP IDENTITY": (
        "DRF008 Task.number is to be numbered by the database, which has no sequence or identity for it"
    ),
    "ALTER TABLE tasks DROP CONSTRAINT tasks_pkey": (
        "DRF009 the primary key of tasks is (id) in the model, none in the database"
    ),
    "ALTER TABLE tasks DROP CONSTRAINT tasks_owner_id_fkey": (
        "DRF010 the database has no foreign key tasks.(owner_id) → users.id"
    ),
    "ALTER TABLE tasks ADD FOREIGN KEY (number) REFERENCES users": (
        "DRF010 the database has a foreign key tasks.(number) → users.id that no model has"
    ),
    "ALTER TABLE tasks DROP CONSTRAINT tasks_owner_id_fkey, ADD FOREIGN KEY (owner_id) REFERENCES users": (
        "DRF011 the foreign key tasks.(owner_id) → users.id does on delete CASCADE in the model, NO ACTION in the "
        "database"
    ),
    "ALTER TABLE tasks DROP CONSTRAINT tasks_owner_id_fkey, ADD FOREIGN KEY (owner_id) REFERENCES users "
    "ON DELETE CASCADE ON UPDATE CASCADE": (
        "DRF011 the foreign key tasks.(owner_id) → users.id does on update NO ACTION in the model, CASCADE in the "
        "database"
    ),
    "ALTER TABLE tasks ALTER CONSTRAINT tasks_owner_id_fkey DEFERRABLE": (
        "DRF011 the foreign key tasks.(owner_id) → users.id is deferrable: false in the model, true in the database"
    ),
    "ALTER TABLE users DROP CONSTRAINT users_email_key": (
        "DRF012 users (email) is unique in the model, and not in the database"
    ),
    "CREATE UNIQUE INDEX once ON users (nick)": "DRF012 users (nick) is unique in the database, and not in the model",
    "ALTER TABLE tasks DROP CONSTRAINT ck_number": (
        "DRF013 the database has no CHECK (number BETWEEN 1 AND 10 AND title IN ('a', 'b')) on tasks"
    ),
    "ALTER TABLE tasks DROP CONSTRAINT not_negative; ALTER TABLE tasks ADD CONSTRAINT not_negative CHECK (price > 0)": (
        "DRF013 the CHECK not_negative of tasks is price >= 0 in the model, (price > (0)::numeric) in the database"
    ),
    "ALTER TABLE tasks ADD CONSTRAINT more CHECK (number < 7)": (
        "DRF013 tasks has a CHECK more (number < 7) in the database, and in no model"
    ),
    "DROP INDEX ix_users_nick": "DRF014 the database has no index ix_users_nick on users: (nick)",
    "CREATE INDEX more ON users (nick, id)": (
        "DRF014 the database has an index more on users that no model has: (nick, id)"
    ),
    "DROP INDEX ix_at; CREATE INDEX ix_at ON tasks (at, number) INCLUDE (done)": (
        "DRF014 the index ix_at on tasks is (at DESC, number) INCLUDE (done) in the model, (at, number) INCLUDE (done) "
        "in the database"
    ),
    "DROP INDEX ix_at; CREATE INDEX ix_at ON tasks (at DESC, number)": (
        "DRF014 the index ix_at on tasks is (at DESC, number) INCLUDE (done) in the model, (at DESC, number) in the "
        "database"
    ),
    "DROP INDEX ix_data; CREATE INDEX ix_data ON tasks USING gin (data)": (
        "DRF014 the index ix_data on tasks is USING gin (data jsonb_path_ops) in the model, USING gin (data) in the "
        "database"
    ),
    "DROP INDEX ix_lower; CREATE INDEX ix_lower ON tasks (lower(title)) WHERE done": (
        "DRF014 the index ix_lower on tasks is (lower(tasks.title)) WHERE done = false in the model, "
        "(lower(title::text)) WHERE done in the database"
    ),
    "DROP INDEX ix_lower; CREATE INDEX ix_lower ON tasks (upper(title)) WHERE done = false": (
        "DRF014 the index ix_lower on tasks is (lower(tasks.title)) WHERE done = false in the model, "
        "(upper(title::text)) WHERE (done = false) in the database"
    ),
    "ALTER INDEX ix_users_nick RENAME TO nicks": (
        "DRF015 the index ix_users_nick of users is named ix_users_nick in the model, nicks in the database"
    ),
    "ALTER TABLE tasks RENAME CONSTRAINT uq_title TO other": (
        "DRF015 the unique key (title, owner_id) of tasks is named uq_title in the model, other in the database"
    ),
    "COMMENT ON TABLE tasks IS 'other'": (
        "DRF016 the comment on tasks is the tasks in the model, other in the database"
    ),
    "COMMENT ON COLUMN tasks.owner_id IS NULL": (
        "DRF016 the comment on Task.owner_id is who made it in the model, none in the database"
    ),
    "ALTER TYPE colour ADD VALUE 'GREEN'": "COL008 the enum colour of tasks has GREEN besides in the database",
    "ALTER TYPE colour RENAME VALUE 'RED' TO 'GREEN'": (
        "COL008 the enum colour of tasks lacks RED and has GREEN besides in the database"
    ),
    "ALTER TYPE colour RENAME VALUE 'RED' TO 'red'; ALTER TYPE colour RENAME VALUE 'BLUE' TO 'blue'": (
        "COL008 the enum colour holds the members' values in the database (red, blue); the model stores their names "
        "(RED, BLUE)"
    ),
    "ALTER TYPE colour RENAME VALUE 'RED' TO 'x'; ALTER TYPE colour RENAME VALUE 'BLUE' TO 'RED'; "
    "ALTER TYPE colour RENAME VALUE 'x' TO 'BLUE'": (
        "COL008 the enum colour sorts as BLUE, RED in the database, the model says RED, BLUE"
    ),
}
"""One change of the database, and the one finding that it makes."""


def test_what_was_made_of_the_models_agrees(database: str) -> None:
    create(database, MODELS)
    _, compared = comparison(database, MODELS)
    assert compared.differences == ()
    assert compared.uncompared == ()
    assert compared.tables == 2
    assert compared.fields > 70


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_one_finding(database: str, change: str) -> None:
    assert [f"{code} {message}" for code, message in drift(database, MODELS, change)] == [CHANGES[change]]


@pytest.mark.parametrize("change", [c for c in CHANGES if not c.startswith(("DROP TABLE", "CREATE TABLE"))])
def test_the_sql_of_a_finding_mends_it(database: str, change: str) -> None:
    create(database, MODELS, change)
    for _ in range(3):
        for finding in findings(database, MODELS):
            if finding.sql is not None:
                execute(database, finding.sql)
    # What no statement mends is told without one.
    assert [finding.message for finding in findings(database, MODELS) if finding.sql is not None] == []


def test_a_column_that_is_missing_is_one_finding_with_all_that_is_made_of_it(database: str) -> None:
    found = drift(database, MODELS, "ALTER TABLE tasks DROP COLUMN title")
    assert [code for code, _ in found] == ["DRF003"]


def test_a_table_that_is_missing_takes_its_foreign_keys_along(database: str) -> None:
    found = drift(database, MODELS, "DROP TABLE users CASCADE")
    assert found == [("DRF001", "the database has no table users, which User is mapped to")]


def test_a_database_without_any_of_the_tables_is_one_finding(database: str) -> None:
    [finding] = findings(database, MODELS)
    assert finding.message == "the database has none of the 2 tables of models.Base.metadata"
    assert [subject.table for subject in finding.subjects] == ["users", "tasks"]


def test_an_index_whose_building_failed_is_found(database: str) -> None:
    change = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_users_nick'::regclass"
    assert drift(database, MODELS, change) == [
        ("DRF014", "the index ix_users_nick on users is invalid in the database: its building failed")
    ]


def test_a_finding_has_the_line_of_the_model_the_object_and_sql(database: str) -> None:
    create(database, MODELS, "ALTER TABLE users ALTER email TYPE varchar(100)")
    [finding] = findings(database, MODELS)
    assert [str(place).partition(": ")[2] or str(place) for place in finding.places] == [
        "models.py:25:5",
        "public.users.email",
    ]
    assert finding.sql == "ALTER TABLE users ALTER COLUMN email TYPE VARCHAR(255);"
    assert finding.subject.columns == ("email",)


def test_indexes_of_a_partitioned_table_are_not_made_concurrently(database: str) -> None:
    change = (
        "DROP TABLE users CASCADE; CREATE TABLE users (id serial PRIMARY KEY, email varchar(255) NOT NULL, nick text) "
        "PARTITION BY RANGE (id)"
    )
    create(database, MODELS, change)
    found = {finding.code: finding.sql for finding in findings(database, MODELS)}
    assert found["DRF014"] == "CREATE INDEX ix_users_nick ON users (nick);"


def test_what_is_unknown_is_asked_for_nothing(database: str) -> None:
    """Several CHECKs, of which one cannot be read, beside as many in the database."""
    models = MODELS.replace(
        "CheckConstraint(\"number BETWEEN 1 AND 10 AND title IN ('a', 'b')\", name=\"ck_number\"),",
        'CheckConstraint(str(input()), name="first"), CheckConstraint(str(input())), CheckConstraint("number > 1"),'
        'Index("ix_vague", text(str(input()))), Index("ix_other", text(str(input()))), Index("ix_none"),',
    )
    assert models != MODELS
    change = (
        "ALTER TABLE tasks DROP CONSTRAINT ck_number, ADD CHECK (number > 1), ADD CHECK (number < 7), "
        "ADD CONSTRAINT first CHECK (number < 9); CREATE INDEX ix_vague ON tasks (lower(title)); "
        "CREATE INDEX ix_else ON tasks (upper(title)); CREATE INDEX ix_none ON tasks (done, title)"
    )
    create(database, MODELS, change)
    found = {finding.message: finding.sql for finding in findings(database, models)}
    assert found["the index ix_none on tasks is () in the model, (done, title) in the database"] is None


def test_of_two_indexes_of_one_name_the_database_has_one(database: str) -> None:
    models = MODELS.replace('Index("ix_at",', 'Index("ix_users_done", "done", "title"), Index("ix_at",').replace(
        "done: Mapped[bool] = mapped_column(", 'done: Mapped[bool] = mapped_column(index=True, '
    ).replace("ix_users_done", "ix_tasks_done")  # fmt: skip
    create(database, MODELS, "CREATE INDEX ix_tasks_done ON tasks (done, title)")
    assert findings(database, models) == []
    execute(database, "DROP INDEX ix_tasks_done; CREATE INDEX ix_tasks_done ON tasks (title)")
    assert [finding.code for finding in findings(database, models)] == ["DRF014"]
