"""TBL014: models that Alembic never sees."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Unknown
from schema_lint_rules.shapes import listed

_FILTERS = frozenset({"include_object", "include_name", "include_symbol"})
_TOLD = 4


@rule("TBL014", "model-outside-metadata", severity=ERROR, evidence="G", reference="models:Task", steps=True,
      peers=("pytest-alembic",))  # fmt: skip
def model_outside_metadata(environment: MigrationEnvironment, project: Project) -> Iterator[Violation]:
    """Alembic's `env.py` imports every module with models, directly or by others.

    Why: a table is in the metadata only once its module was imported. What `env.py` does not import is no table for
    `alembic revision --autogenerate`: it drops the table, if a revision created it, and else never creates it
    (Alembic's documentation, "Auto Generating Migrations").

    Bad:
        ```python
        # file: app/__init__.py
        # file: app/models/__init__.py
        # file: app/models/task.py
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: int | None = Field(default=None, primary_key=True)
        # file: app/models/user.py
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: int | None = Field(default=None, primary_key=True)
        # file: migrations/env.py
        from alembic import context
        from sqlmodel import SQLModel

        from app.models import task  # noqa: F401

        context.configure(url="postgresql://", target_metadata=SQLModel.metadata)
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("tasks", sa.Column("id", sa.Integer(), primary_key=True))


        def downgrade() -> None:
            op.drop_table("tasks")
        ```

    Good:
        ```python
        # file: app/__init__.py
        # file: app/models/__init__.py
        # file: app/models/task.py
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: int | None = Field(default=None, primary_key=True)
        # file: app/models/user.py
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: int | None = Field(default=None, primary_key=True)
        # file: migrations/env.py
        from alembic import context
        from sqlmodel import SQLModel

        from app.models import task, user  # noqa: F401

        context.configure(url="postgresql://", target_metadata=SQLModel.metadata)
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("tasks", sa.Column("id", sa.Integer(), primary_key=True))


        def downgrade() -> None:
            op.drop_table("tasks")
        ```

    Exempt: modules that may be imported in a way that cannot be followed (`importlib`, entry points, `import *` of a
    package, Flask's application, an application that runs Alembic's `revision` or `check` itself); an `env.py` that
    chooses among the tables (`include_object`, `include_name`); models whose tables no revision creates, unless a
    module beside theirs is imported; modules that another environment imports; tests.
    """
    found = environment.imported
    if isinstance(found, Unknown) or environment.place is None or _FILTERS & environment.words:
        return
    if any(isinstance(each.imported, Unknown) for each in project.migrations if each.place is not None):
        return
    elsewhere = {
        path for each in project.migrations if not isinstance(each.imported, Unknown) for path in each.imported
    }
    created = {key for head in environment.heads for key in _left(environment, head)}
    every = [_by_path(schema, project) for schema in project.schemas]
    # Of two definitions of one table either may be the one that is used.
    seen = {table.key for tables in every for path in elsewhere for table in tables.get(path, ())}
    own = _own_folder(environment.place, [path for tables in every for path in tables])
    for tables in every:
        folders = {_folder(path) for path in found if path in tables}
        for path in sorted(tables.keys() - elsewhere):
            outside = [table for table in tables[path] if table.key not in seen]
            dropped = own is not None and path.startswith(own) and any(table.key in created for table in outside)
            if outside and (dropped or _folder(path) in folders):
                yield _violation(environment.place, path, outside, created)


def _own_folder(env: SourcePlace, paths: list[str]) -> str | None:
    """Where models of an environment lie: beside it; `None` where several applications may."""
    beside = _folder(_folder(env.path))
    if beside:
        return f"{beside}/"
    return "" if len({path.partition("/")[0] for path in paths}) < 2 else None


def _violation(env: SourcePlace, path: str, tables: list[Table], created: set[str]) -> Violation:
    names = [table.key for table in tables]
    dropped = any(name in created for name in names)
    outcome = "autogenerate drops what a revision created" if dropped else "autogenerate never creates them"
    return Violation(
        message=f"{env.path} imports no module that imports {path}, which declares {listed(names, _TOLD)}: {outcome}",
        suggestion=f"import {path.removesuffix('.py').replace('/', '.')} in {env.path}, or in a module it imports",
        subject=Subject(kind="module", name=path),
        place=next(table.place for table in tables if table.place is not None),
        related=(env,),
    )


def _left(environment: MigrationEnvironment, head: str) -> Iterator[str]:
    """Tables that there are at a head."""
    after = environment.by_identifier[head].after
    yield from after.by_key if after is not None else ()


def _by_path(schema: Schema, project: Project) -> dict[str, list[Table]]:
    found: dict[str, list[Table]] = {}
    for table in schema.tables.known:
        if isinstance(table.place, SourcePlace) and table.place.path not in project.set_aside:
            found.setdefault(table.place.path, []).append(table)
    return found


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
