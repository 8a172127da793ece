"""The reference models map without a warning, and PostgreSQL holds what they promise."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import configure_mappers
from sqlmodel import Session, select

from schema_lint_reference.models import Profile, Tag, Task, TaskCreate, TaskStatus, TaskTag, User, metadata, utc_now


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = create_engine(database_url)
    metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def user(session: Session) -> User:
    user = User(email="ann@example.org", display_name="Ann")
    session.add(user)
    session.commit()
    return user


def test_mappers_configure_without_a_warning() -> None:
    configure_mappers()  # pytest turns warnings into errors


def test_every_constraint_has_a_name() -> None:
    assert all(constraint.name for table in metadata.tables.values() for constraint in table.constraints)


def test_a_row_that_plain_sql_inserts_gets_every_default(session: Session) -> None:
    statement = "INSERT INTO users (email, display_name) VALUES ('bob@example.org', 'Bob') RETURNING id"
    owner = session.execute(text(statement)).scalar_one()
    session.execute(text("INSERT INTO tasks (owner_id, title) VALUES (:owner, 'Water the plants')"), {"owner": owner})
    task = session.exec(select(Task)).one()
    assert isinstance(task.id, uuid.UUID)
    assert (task.status, task.priority, task.completed) == (TaskStatus.TODO, 3, False)
    assert task.created_at.utcoffset() == timedelta(0)


def test_the_status_is_stored_as_the_api_sends_it(session: Session, user: User) -> None:
    session.add(Task(owner=user, title="Water the plants", status=TaskStatus.IN_PROGRESS))
    session.commit()
    assert session.execute(text("SELECT status::text FROM tasks")).scalar_one() == "in_progress"


def test_an_update_moves_updated_at_alone(session: Session, user: User) -> None:
    created, updated = user.created_at, user.updated_at
    user.display_name = "Anna"
    session.commit()
    assert user.created_at == created
    assert user.updated_at > updated


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("tasks", "title = '  '"),
        ("tasks", "priority = 6"),
        ("tasks", "parent_id = id"),
        ("tasks", "owner_id = NULL"),
        ("tasks", "completed = NULL"),
        ("tasks", "owner_id = gen_random_uuid()"),
        ("users", "email = 'Ann@example.org'"),
    ],
)
def test_the_database_refuses(session: Session, user: User, table: str, change: str) -> None:
    session.add(Task(owner=user, title="Water the plants"))
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE {table} SET {change}"))


def test_an_address_belongs_to_one_user(session: Session, user: User) -> None:
    session.add(User(email=user.email, display_name="Somebody else"))
    with pytest.raises(IntegrityError, match="uq_users_email"):
        session.commit()


def test_a_user_with_tasks_cannot_be_deleted(session: Session, user: User) -> None:
    session.add(Task(owner=user, title="Water the plants"))
    session.commit()
    session.delete(user)
    with pytest.raises(IntegrityError, match="fk_tasks_owner_id_users"):
        session.commit()


@pytest.mark.parametrize("loaded", [False, True])
def test_profile_and_tags_go_with_their_user(session: Session, user: User, loaded: bool) -> None:
    session.add_all([Profile(user=user), Tag(owner=user, name="home")])
    session.commit()
    if loaded:
        assert user.profile is not None
        assert len(user.tags) == 1
    session.delete(user)
    session.commit()
    assert session.exec(select(Profile)).all() == []
    assert session.exec(select(Tag)).all() == []


@pytest.mark.parametrize("loaded", [False, True])
def test_subtasks_of_a_deleted_task_move_up(session: Session, user: User, loaded: bool) -> None:
    parent = Task(owner=user, title="Garden")
    child = Task(owner=user, title="Water the plants", parent=parent)
    session.add(child)
    session.commit()
    if loaded:
        assert parent.subtasks == [child]
    session.delete(parent)
    session.commit()
    assert child.parent is None


@pytest.mark.parametrize("loaded", [False, True])
def test_a_deleted_task_leaves_its_tags(session: Session, user: User, loaded: bool) -> None:
    tag = Tag(owner=user, name="home")
    task = Task(owner=user, title="Water the plants", tags=[tag])
    session.add(task)
    session.commit()
    if loaded:
        assert tag.tasks == [task]
    session.delete(task)
    session.commit()
    assert session.exec(select(TaskTag)).all() == []
    assert session.exec(select(Tag)).one() is tag


def test_the_name_of_a_deleted_tag_is_free_again(session: Session, user: User) -> None:
    session.add(Tag(owner=user, name="home", deleted_at=utc_now()))
    session.add(Tag(owner=user, name="home"))
    session.commit()
    session.add(Tag(owner=user, name="home"))
    with pytest.raises(IntegrityError, match="uq_tags_owner_id_name"):
        session.commit()


def test_a_user_has_one_profile(session: Session, user: User) -> None:
    session.add_all([Profile(user_id=user.id), Profile(user_id=user.id)])
    with pytest.raises(IntegrityError, match="uq_profiles_user_id"):
        session.commit()


def test_a_changed_key_is_written(session: Session, user: User) -> None:
    profile = Profile(user=user)
    session.add(profile)
    session.commit()
    profile.preferences["theme"] = "dark"
    session.commit()
    session.refresh(profile)
    assert profile.preferences == {"theme": "dark"}
    assert Profile().preferences == {}


def test_both_sides_of_a_relationship_agree_before_a_query() -> None:
    user = User(email="ann@example.org", display_name="Ann")
    task = Task(owner=user, title="Water the plants")
    assert user.tasks == [task]
    subtask = Task(owner=user, title="Find the can", parent=task)
    assert task.subtasks == [subtask]


def test_the_board_is_read_from_its_partial_index(session: Session) -> None:
    index = next(
        index
        for index in inspect(session.connection()).get_indexes("tasks")
        if index["name"] == "ix_tasks_owner_id_status_due_at"
    )
    assert index["column_names"] == ["owner_id", "status", "due_at"]
    assert "deleted_at IS NULL" in index["dialect_options"]["postgresql_where"]


def test_the_input_model_validates() -> None:
    with pytest.raises(ValueError, match="less than or equal to 5"):
        TaskCreate(title="Water the plants", priority=6)
    assert TaskCreate(title="Water the plants").priority == 3
