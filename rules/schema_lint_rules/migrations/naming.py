"""MIG021: constraints that PostgreSQL has to name."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import text, upgrade
from schema_lint_rules.shapes import listed

_KINDS = {
    "create_foreign_key": ("a foreign key", "fk"), "create_unique_constraint": ("a unique constraint", "uq"),
    "create_check_constraint": ("a CHECK", "ck"), "create_primary_key": ("a primary key", "pk"),
    "create_exclude_constraint": ("an exclusion constraint", "ex"), "create_index": ("an index", "ix"),
}  # fmt: skip
"""What is made, and its kind in a naming convention."""


@rule("MIG021", "unnamed-constraint", severity=WARNING, evidence="G", reference="models:Task", steps=True,
      peers=("Alembic", "squawk"))  # fmt: skip
def unnamed_constraint(revision: Revision) -> Iterator[Violation]:
    """A revision gives a name to what it adds to a table.

    Why: what has no name in the revision gets one from the server, by a rule that every kind of database has for
    itself, and with a number behind it where that name is taken. Neither the downgrade nor a later revision knows it:
    Alembic cannot drop what it cannot name, and a concurrent build that failed cannot be dropped and tried again
    (Alembic's documentation, "The Importance of Naming Constraints").

    Bad:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "task"
            id: int | None = Field(default=None, primary_key=True)
            title: str = Field(max_length=80)
        # file: migrations/versions/2a_unique_titles.py
        \"\"\"Titles of tasks are unique for their owner\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_unique_constraint(None, "task", ["owner_id", "title"])


        def downgrade() -> None:
            op.drop_constraint("task_owner_id_title_key", "task", type_="unique")
        ```

    Good:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "task"
            id: int | None = Field(default=None, primary_key=True)
            title: str = Field(max_length=80)
        # file: migrations/versions/2a_unique_titles.py
        \"\"\"Titles of tasks are unique for their owner\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_unique_constraint("uq_task_owner_id_title", "task", ["owner_id", "title"])


        def downgrade() -> None:
            op.drop_constraint("uq_task_owner_id_title", "task", type_="unique")
        ```

    Note:
        A `naming_convention` of the metadata that `env.py` gives Alembic names them all, in revisions, too.

    Exempt: kinds that the project's naming convention names; revisions whose downgrade drops by no name either, which
    MIG003 tells; tables that the revision made; steps under a condition; revisions up to `migrations.start-after`.
    """
    steps = [step for step in upgrade(revision) if _is_unnamed(step)]
    down = revision.downgrade_operations
    if not steps or isinstance(down, Unknown) or any(s.kind == "drop_constraint" and s.name is None for s in down):
        return
    first = steps[0]
    what = listed(f"{_KINDS[step.kind][0]} of {text(step.table, 'a table')}" for step in steps)
    yield Violation(
        message=f"revision {revision.identifier} adds {what} without a name",
        suggestion="give it the name by which the downgrade can drop it",
        subject=Subject(kind="revision", revision=revision.identifier, name="names"),
        place=first.place,
    )


def _is_unnamed(step: Operation) -> bool:
    return step.kind in _KINDS and step.name is None and step.index is None and not step.guarded and not step.created
