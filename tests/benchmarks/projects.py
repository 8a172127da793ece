"""Generated projects: SQLModel applications of a given size, some of whose models have mistakes."""

from __future__ import annotations

from pathlib import Path

MODEL = '''"""{name}s of the application."""

import uuid
from datetime import datetime
from typing import Optional

from sqlmodel import Field, Relationship, SQLModel


class {name}Base(SQLModel):
    """What is sent and kept."""

    title: str = Field(max_length=200)
    description: Optional[str] = Field(default=None, max_length=1000)
    priority: int = Field(default=0)
    done: bool = Field(default=False, index=True)


class {name}({name}Base, table=True):
    """{name}s as they are kept."""

    __tablename__ = "{table}s"

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    parent_id: Optional[uuid.UUID] = Field(default=None, foreign_key="{parent}s.id"{index})
    created_at: datetime = Field(default_factory=datetime.now)
    updated_at: Optional[datetime] = None
{relationship}
'''

ROUTES = '''"""Routes of {name}s."""

from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import Session, select

from app.db import get_session
from app.models.{table} import {name}

router = APIRouter(prefix="/{table}s")


@router.get("/")
def list_all(session: Session = Depends(get_session)) -> list[{name}]:
    return list(session.exec(select({name}).order_by({name}.created_at)).all())


@router.get("/{{key}}")
def get_one(key: str, session: Session = Depends(get_session)) -> {name}:
    found = session.get({name}, key)
    if found is None:
        raise HTTPException(404)
    return found
'''

DATABASE = '''"""The engine."""

import os
from collections.abc import Iterator

from sqlmodel import Session, create_engine

engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session
'''

OTHER = '''"""Business that touches no database."""


def total(values: list[int], factor: int = {number}) -> int:
    """The values' sum, weighed."""
    result = 0
    for position, value in enumerate(values):
        if value < 0:
            raise ValueError(f"value {{position}} is negative: {{value}}")
        result += value * factor
    return result
'''


def write_project(root: Path, files: int) -> None:
    """A project of that many Python files: three of ten hold models, three routes, and the rest neither."""
    (root / "app" / "models").mkdir(parents=True)
    (root / "app" / "routes").mkdir()
    (root / "app" / "business").mkdir()
    (root / ".git").mkdir()
    made = 0
    for folder in ("app", "app/models", "app/routes", "app/business"):
        (root / folder / "__init__.py").write_text("")
        made += 1
    (root / "app" / "db.py").write_text(DATABASE)
    made += 1
    for number in range(files - made):
        _write_module(root / "app", number, made + number, files)


def _write_module(app: Path, number: int, position: int, files: int) -> None:
    name, table = f"Thing{number // 3}", f"thing{number // 3}"
    if number % 3 == 0:
        parent = f"thing{max(0, number // 3 - 1)}"
        relationship = "" if number else f'    children: list["{name}"] = Relationship()'
        text = MODEL.format(
            name=name, table=table, parent=parent, index="" if number % 2 else ", index=True", relationship=relationship
        )
        (app / "models" / f"{table}.py").write_text(text)
    elif number % 3 == 1:
        (app / "routes" / f"{table}.py").write_text(ROUTES.format(name=name, table=table))
    else:
        (app / "business" / f"work{number}.py").write_text(OTHER.format(number=number))
