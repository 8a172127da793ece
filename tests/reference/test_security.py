"""The reference's policies hold on a real server, and no rule has anything against them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session, select

from created import project_of
from schema_lint.checking.registry import load_rules
from schema_lint.checking.run import run
from schema_lint.checking.selection import select as select_rules
from schema_lint.config.policies import Policies
from schema_lint_reference.models import Task, User, metadata
from schema_lint_reference.security import act_for, secure

ANN, BOB = uuid4(), uuid4()


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        metadata.create_all(connection)
        secure(connection)
        with Session(connection) as session:
            session.add_all([User(id=user, email=f"{user}@example.org", display_name="x") for user in (ANN, BOB)])
            session.flush()
            session.add_all([Task(owner_id=user, title=f"of {user}") for user in (ANN, ANN, BOB)])
            session.flush()
        connection.exec_driver_sql("SET LOCAL ROLE todo_app")
        yield connection
        connection.rollback()
    engine.dispose()


def owners(connection: Connection) -> set[UUID]:
    return set(connection.scalars(select(Task.owner_id)))


def test_nobody_sees_anything(connection: Connection) -> None:
    assert owners(connection) == set()


@pytest.mark.parametrize("user", [ANN, BOB])
def test_users_see_their_own(connection: Connection, user: UUID) -> None:
    act_for(connection, user)
    assert owners(connection) == {user}
    assert set(connection.exec_driver_sql("SELECT owner_id FROM open_tasks").scalars()) == {user}


def test_nobody_gives_a_task_away(connection: Connection) -> None:
    act_for(connection, ANN)
    with pytest.raises(ProgrammingError, match="row-level security"):
        connection.exec_driver_sql(f"UPDATE tasks SET owner_id = '{BOB}'")


def test_the_function_counts_the_tasks_of_all(connection: Connection) -> None:
    assert connection.exec_driver_sql("SELECT count_open_tasks()").scalar_one() == 3


def test_no_rule_about_security_has_anything_against_it(database: str, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        metadata.create_all(connection)
        secure(connection)
    engine.dispose()
    found = run(project_of(database), select_rules(load_rules(), profile="strict"), Policies()).findings
    assert [finding.message for finding in found if finding.code.startswith("SEC")] == []
