"""MIG008: an environment that Alembic compares with nothing."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project


@rule("MIG008", "target-metadata-missing", severity=ERROR, evidence="G", reference="models:Task", fix="sql",
      peers=("Alembic",))  # fmt: skip
def target_metadata_missing(environment: MigrationEnvironment, project: Project) -> Iterator[Violation]:
    """Alembic is given the models' metadata.

    Why: with `target_metadata = None`, as Alembic's template has it, `alembic revision --autogenerate` writes empty
    revisions and `alembic check` finds nothing to do, whatever the models say (Alembic's documentation, "Auto
    Generating Migrations").

    Bad:
        ```python
        # file: app/models.py
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: int | None = Field(default=None, primary_key=True)
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine

        target_metadata = None

        with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
            context.configure(connection=connection, target_metadata=target_metadata)
            with context.begin_transaction():
                context.run_migrations()
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
        # file: app/models.py
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: int | None = Field(default=None, primary_key=True)
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine
        from sqlmodel import SQLModel

        from app import models  # noqa: F401

        target_metadata = SQLModel.metadata

        with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
            context.configure(connection=connection, target_metadata=target_metadata)
            with context.begin_transaction():
                context.run_migrations()
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

    Exempt: environments that have no models beside them; an `env.py` that takes the metadata from somewhere else.
    """
    if environment.target_metadata not in ("none", "missing") or environment.place is None:
        return
    beside = environment.folder.rpartition("/")[0]
    if not any(_is_below(path, beside, environment) for path in _paths(project)):
        return
    said = "target_metadata is None" if environment.target_metadata == "none" else "it names no target_metadata"
    yield Violation(
        message=f"{environment.place.path} gives Alembic nothing to compare the database with: {said}",
        suggestion="import the models in env.py, and give it their metadata",
        sql="target_metadata = SQLModel.metadata  # after: from app import models",
    )


def _paths(project: Project) -> Iterator[str]:
    """Files that declare tables of the application."""
    for schema in project.schemas:
        for table in schema.tables.known:
            if isinstance(table.place, SourcePlace) and table.place.path not in project.set_aside:
                yield table.place.path


def _is_below(path: str, folder: str, environment: MigrationEnvironment) -> bool:
    own = f"{environment.folder}/" if environment.folder else ""
    return (not folder or path.startswith(f"{folder}/")) and not (own and path.startswith(own))
