"""A report made by hand, over source that a user could have written."""

from __future__ import annotations

from typing import Any

from schema_lint.checking.finding import RANK, Finding, Severity, Subject
from schema_lint.facts.place import CatalogPlace, Place, SourcePlace
from schema_lint.reporting.report import Read, Report

MODELS = '''\
from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, Relationship, SQLModel


class User(SQLModel, table=True):
    """A person."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str
    tasks: list["Task"] = Relationship(back_populates="owner")


class Task(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str = Field(max_length=200)
    done: bool | None = None

    owner_id: UUID = Field(foreign_key="users.id")
    project_id: UUID = Field(foreign_key="projects.id")
    created_at: datetime = Field(default_factory=datetime.utcnow)
    owner: User = Relationship(back_populates="tasks")
'''

DATABASE = """\
from sqlmodel import create_engine

engine = create_engine("postgresql://app:s3cret@db.example.com/app", echo=True)
"""

FILES = {"app/models.py": MODELS, "app/database.py": DATABASE}

RULES: dict[str, tuple[str, Severity, str, str]] = {
    "FK001": (
        "foreign-key-without-index", "error", "models:Task.owner_id",
        "PostgreSQL does not index the referencing side of a foreign key by itself, so each delete or update of the "
        "referenced row, and each join from it, reads the whole table (PostgreSQL manual, 5.5.5).",
    ),
    "ENV002": (
        "credentials-in-source", "error", "settings:DatabaseSettings.url",
        "Everybody who can read the repository can use the password, and it stays in the history.",
    ),
    "COL003": (
        "utcnow-default", "warning", "models:TimestampMixin.created_at",
        "datetime.utcnow() has no time zone; PostgreSQL would read it as local time.",
    ),
    "NUL004": ("nullable-boolean", "warning", "models:Task.completed", "Three truth values where two are meant."),
    "CON001": (
        "metadata-without-naming-convention", "warning", "models:NAMING_CONVENTION",
        "A migration cannot drop a constraint whose name it does not know.",
    ),
    "FK004": ("implicit-foreign-key-action", "info", "models:Task.owner_id", "Deleting is a decision."),
}  # fmt: skip


def place(path: str, needle: str, nth: int = 0) -> SourcePlace:
    """The span of a text in a file of the sample."""
    text = FILES[path]
    at = -1
    for _ in range(nth + 1):
        at = text.index(needle, at + 1)
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return SourcePlace(path, line, column, line, column + len(needle))


def finding(code: str, message: str, where: Place | None, **more: Any) -> Finding:
    """A finding of one of the sample's rules."""
    name, severity, reference, why = RULES[code]
    given: dict[str, Any] = {
        "rule": name,
        "severity": severity,
        "reference": reference,
        "why": why,
        "suggestion": None,
        "subjects": (Subject(kind="table", table="tasks"),),
        "places": (where,) if where is not None else (),
        "fingerprint": f"{code}-{message}"[:16],
    }
    given |= more
    return Finding(code=code, message=message, **{"unnamed": given["subjects"][1:], **given})


def column(table: str, name: str, class_: str) -> Subject:
    """A column as a finding's subject."""
    return Subject(kind="column", table=table, columns=(name,), class_=class_, attribute=name)


FOREIGN_KEY = finding(
    "FK001",
    "tasks.owner_id references users.id, and no index starts with it",
    place("app/models.py", "owner_id"),
    suggestion="add index=True to Task.owner_id",
    sql="CREATE INDEX CONCURRENTLY ix_tasks_owner_id ON tasks (owner_id);",
    subjects=(column("tasks", "owner_id", "app.models.Task"),),
    related=(place("app/models.py", "class User(SQLModel, table=True):"),),
)
SECOND_FOREIGN_KEY = finding(
    "FK001",
    "tasks.project_id references projects.id, and no index starts with it",
    place("app/models.py", "project_id"),
    suggestion="add index=True to Task.project_id",
    subjects=(column("tasks", "project_id", "app.models.Task"),),
)
CREDENTIALS = finding(
    "ENV002",
    "the password of app@db.example.com stands in the source",
    place("app/database.py", '"postgresql://app:s3cret@db.example.com/app"'),
    suggestion="read the URL from the environment: postgresql://app:s3cret@db.example.com/app is known to all now",
    subjects=(Subject(kind="engine", name="create_engine"),),
)
UTCNOW = finding(
    "COL003",
    "tasks.created_at defaults to datetime.utcnow, which has no time zone",
    place("app/models.py", "created_at"),
    suggestion="use default_factory=lambda: datetime.now(timezone.utc) in Task.created_at",
    subjects=(column("tasks", "created_at", "app.models.Task"),),
)
BOOLEAN = finding(
    "NUL004",
    "tasks.done may be NULL, which is neither true nor false",
    place("app/models.py", "done"),
    suggestion="make Task.done a bool with a default",
    subjects=(column("tasks", "done", "app.models.Task"),),
)
CONVENTION = finding(
    "CON001",
    "SQLModel.metadata has no naming convention",
    place("app/models.py", "class User(SQLModel, table=True):"),
    suggestion="set SQLModel.metadata.naming_convention before the first model",
    subjects=tuple(Subject(kind="table", table=name) for name in ["users", "tasks", *(f"t{n}" for n in range(12))]),
)
INFOS = tuple(
    finding("FK004", f"tasks.{name} does not say what happens on delete", place("app/models.py", name))
    for name in ("owner_id", "project_id")
)
CATALOG = finding(
    "FK001",
    "audit.user_id references users.id, and no index starts with it",
    CatalogPlace(database="app", object="public.audit"),
    sql="CREATE INDEX CONCURRENTLY ON audit (user_id);",
)

READ = Read(
    paths=("app",), files=34, models=21, tables=19, engines=1, sqlalchemy="2.0.36", sqlmodel="0.0.22",
    versions_from="uv.lock", configuration="pyproject.toml",
)  # fmt: skip


def report(*findings: Finding, **more: Any) -> Report:
    """A report over the sample's files."""
    return Report(findings=findings, read=READ, source=FILES.get, **more)


EVERYTHING = (FOREIGN_KEY, SECOND_FOREIGN_KEY, CREDENTIALS, UTCNOW, BOOLEAN, CONVENTION, *INFOS)
assert all(finding.severity in RANK for finding in EVERYTHING)
