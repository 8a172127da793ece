"""ENV011: what must stay silent, then what must be found."""

from __future__ import annotations

from support import told

ALEMBIC = {"alembic.ini": "[alembic]\nscript_location = migrations\n"}
MODELS = """
from sqlalchemy import Integer
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
CREATING = "from models import Base\n\ndef start(engine):\n    Base.metadata.create_all(engine)\n"
STAMPING = "from alembic import command\n" + CREATING + "    command.stamp(config(), 'head')\n\ndef config(): ...\n"
STORE = MODELS.replace("tasks", "vectors") + "\ndef start(engine):\n    Base.metadata.create_all(engine)\n"


def test_tables_that_are_created_and_stamped_are_alembics() -> None:
    assert told({"models.py": MODELS, "start.py": STAMPING, **ALEMBIC}, "ENV011") == []


def test_a_store_of_its_own_is_noted() -> None:
    ((severity, message),) = told({"models.py": MODELS, "store.py": STORE, **ALEMBIC}, "ENV011")
    assert (severity, message) == (
        "info",
        "start() creates tables with create_all(), which never changes a table that exists",
    )


def test_tables_created_beside_alembic_are_found() -> None:
    files = {"models.py": MODELS, "start.py": CREATING}
    assert told({**files, **ALEMBIC}, "ENV011") == [
        ("warning", "start() creates tables with create_all(), beside Alembic")
    ]
    assert [severity for severity, _ in told(files, "ENV011")] == ["info"]
