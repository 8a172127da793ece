"""Tasks beside users that another service makes: their tables are used, and never touched."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from schema_lint_reference.better_auth import EXTERNAL_TABLES, Task, include_object, metadata

USERS = "CREATE TABLE users (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE)"


def create_tables(connection: Connection) -> None:
    """Make ours, as a migration does: after Better Auth's, and none of Better Auth's."""
    metadata.create_all(connection, [table for name, table in metadata.tables.items() if name not in EXTERNAL_TABLES])


def test_tasks_go_with_a_user_that_plain_sql_deletes(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(USERS))
        connection.execute(text("INSERT INTO users VALUES ('Qx7', 'Ann', 'ann@example.org')"))
        create_tables(connection)
    with Session(engine) as session:
        session.add(Task(user_id="Qx7", title="Water the plants"))
        session.commit()
        session.execute(text("DELETE FROM users"))
        assert session.exec(select(Task)).all() == []
        session.add(Task(user_id="nobody", title="Water the plants"))
        with pytest.raises(IntegrityError, match="fk_tasks_user_id_users"):
            session.flush()
    engine.dispose()


def test_alembic_is_told_which_tables_are_ours() -> None:
    ours = [table.name for table in metadata.sorted_tables if include_object(table, table.name, "table", False, None)]
    assert ours == ["tasks"]
    assert not include_object(None, "sessions", "table", True, None)
    assert include_object(None, "users", "index", False, None)
