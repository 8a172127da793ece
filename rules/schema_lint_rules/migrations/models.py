"""MIG011: revisions that lean on the application as it is today."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.models import Model
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint_rules.shapes import listed


@rule("MIG011", "application-models-in-migration", severity=WARNING, evidence="G", reference="models:Task", steps=True,
      peers=("django-migration-linter",))  # fmt: skip
def application_models_in_migration(revision: Revision, project: Project) -> Iterator[Violation]:
    """A revision describes the tables as they were when it was written, by itself.

    Why: the models go on changing, the revision does not. When a model has got a column that a later revision adds, a
    query through it fails in this one, on every new environment and in every test; and `create_all()` creates what
    later revisions create again.

    Bad:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: int | None = Field(default=None, primary_key=True)
            title: str = Field(max_length=80)
        # file: migrations/versions/2a_strip_titles.py
        \"\"\"Strip the titles of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        from models import Task

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.get_bind().execute(sa.update(Task).values(title=sa.func.trim(Task.title)))


        def downgrade() -> None:
            # Blanks that are gone need not come back.
            pass
        ```

    Good:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: int | None = Field(default=None, primary_key=True)
            title: str = Field(max_length=80)
        # file: migrations/versions/2a_strip_titles.py
        \"\"\"Strip the titles of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None
        task = sa.table("tasks", sa.column("title"))


        def upgrade() -> None:
            op.get_bind().execute(sa.update(task).values(title=sa.func.trim(task.c.title)))


        def downgrade() -> None:
            # Blanks that are gone need not come back.
            pass
        ```

    Exempt: classes that are no models (types, enums, helpers); models and metadata that the revision declares for
    itself, and models beside `env.py`; revisions up to `migrations.start-after`.
    """
    if revision.applied:
        return
    models = {
        model.key
        for schema in project.schemas
        for model in schema.models.known
        if model.table is not None and not _is_beside(model, revision)
    }
    used = [name.rpartition(".")[2] for name in revision.uses if name in models]
    everything = next((step for step in revision.steps if step.kind == "all"), None)
    if used:
        yield Violation(
            message=f"revision {revision.identifier} uses {listed(used)} as the application has {_them(used)} today",
            suggestion='describe what it needs by itself: sa.table("…", sa.column("…"))',
            subject=Subject(kind="revision", revision=revision.identifier, name="models"),
        )
    elif everything is not None:
        yield Violation(
            message=f"revision {revision.identifier} calls {everything.name}(), which does what the models say today",
            suggestion="write out what it creates or drops: op.create_table(…), op.drop_table(…)",
            subject=Subject(kind="revision", revision=revision.identifier, name="models"),
            place=everything.place,
        )


def _is_beside(model: Model, revision: Revision) -> bool:
    """Whether a model belongs to the migrations, which then keep it as it was."""
    path = model.place.path if isinstance(model.place, SourcePlace) else ""
    return bool(revision.environment) and path.startswith(f"{revision.environment}/")


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
