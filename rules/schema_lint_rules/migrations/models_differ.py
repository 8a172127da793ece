"""MIG009: what the models say, and what the revisions lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint.facts.project import Project
from schema_lint_rules._drift import value
from schema_lint_rules.shapes import listed

_TOLD = 4
_LEFT_OUT = frozenset({"comment", "name"})


@rule("MIG009", "models-and-migrations-differ", severity=ERROR, evidence="R", reference="models:Task",
      peers=("alembic check", "pytest-alembic"))  # fmt: skip
def models_and_migrations_differ(project: Project) -> Iterator[Violation]:
    """The last revision leads to the schema that the models declare.

    Why: a column that a model has and no revision makes is an error at the first query of a fresh environment, and one
    whose type or NULL differs is found out by the first row that does not fit. Tests that call `create_all()` never see
    it. `alembic check` compares less: no CHECKs, no labels of enums, and server defaults and types only where `env.py`
    asks for them.

    Bad:
        ```python
        # file: app/models.py
        from sqlalchemy import String
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Task(Base):
            __tablename__ = "task"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str] = mapped_column(String(200))
        # file: migrations/versions/1a_create_task.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("title", sa.String(80)))


        def downgrade() -> None:
            op.drop_table("task")
        ```

    Good:
        ```python
        # file: app/models.py
        from sqlalchemy import String
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Task(Base):
            __tablename__ = "task"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str] = mapped_column(String(200))
        # file: migrations/versions/1a_create_task.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table(
                "task",
                sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("title", sa.String(200), nullable=False),
            )


        def downgrade() -> None:
            op.drop_table("task")
        ```

    Exempt: tables and server defaults that only the revisions make; names of constraints and indexes; comments; tables
    of the policy `external-tables`; what `include_object` and `include_name` of `env.py` leave out, as far as they can
    be read; histories whose upgrade fails, which lead nowhere.
    """
    by_table: defaultdict[str, list[Difference]] = defaultdict(list)
    for difference in project.differences:
        if difference.table is not None and _counts(difference):
            by_table[difference.table].append(difference)
    for table, found in by_table.items():
        first = found[0]
        told = listed(map(_told, found), _TOLD)
        yield Violation(
            message=f"the last revision leaves {table} otherwise than the models say: {told}",
            suggestion='make up for it in a new revision: alembic revision --autogenerate -m "…", and look it through',
            subject=Subject(kind="table", schema=first.schema, table=first.table_name, class_=first.owner),
            place=next((d.left_place for d in found if d.left_place is not None), None),
            sql="\n".join(difference.sql for difference in found if difference.sql) or None,
        )


def _counts(difference: Difference) -> bool:
    """Whether the models say it: what revisions add beyond that may be somebody else's."""
    if difference.field is None and difference.left is None:
        return difference.kind == "column"
    if difference.field == "server default" and difference.left is None:
        return False
    return difference.field not in _LEFT_OUT and difference.kind not in ("revision", "tables", "extension")


def _told(difference: Difference) -> str:
    what = "it" if difference.kind == "table" else f"the {difference.kind} {difference.subject}"
    if difference.field is None:
        return f"{what} is missing" if difference.right is None else f"no model has {what}"
    return f"{difference.field} of {what} is {value(difference.right)}, not {value(difference.left)}"
