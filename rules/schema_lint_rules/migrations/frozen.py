"""MIG022: a value of the moment at which the revision ran."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint_rules._steps import about, text, upgrade


@rule("MIG022", "frozen-value", severity=WARNING, evidence="G", reference="models:TimestampMixin.created_at",
      steps=True)  # fmt: skip
def frozen_value(revision: Revision) -> Iterator[Violation]:
    """What shall be another value for each row is worked out by the database.

    Why: `datetime.now()` and `uuid4()` in a revision are called once, when it runs. As a server default the result is
    the default from then on: every row gets the time of the migration, and each environment another one. In an
    `UPDATE` of all rows it is one and the same for all of them.

    Bad:
        ```python
        # file: migrations/versions/2a_add_created_at.py
        \"\"\"Tasks know since when they are there\"\"\"
        from datetime import datetime

        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.add_column(
                "task",
                sa.Column(
                    "created_at", sa.DateTime(timezone=True), server_default=str(datetime.now()), nullable=False
                ),
            )


        def downgrade() -> None:
            op.drop_column("task", "created_at")
        ```

    Good:
        ```python
        # file: migrations/versions/2a_add_created_at.py
        \"\"\"Tasks know since when they are there\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.add_column(
                "task",
                sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
            )


        def downgrade() -> None:
            op.drop_column("task", "created_at")
        ```

    Note:
        For a key of each row: `UPDATE task SET key = gen_random_uuid() WHERE key IS NULL`.

    Exempt: rows that are listed (`bulk_insert`, `INSERT … VALUES`), of which each gets a value of its own; an `UPDATE`
    with a condition, or in a loop; the time in an `UPDATE`, which may be meant; a default that a later step of the
    revision takes away; revisions up to `migrations.start-after`.
    """
    steps = upgrade(revision)
    for number, step in enumerate(steps):
        if step.evaluated is None or step.guarded:
            continue
        column = f"{text(step.table, 'a table')}.{text(step.name, 'a column')}"
        if step.kind in ("add_column", "alter_column"):
            later = [s for s in steps[number + 1 :] if s.table == step.table and s.name == step.name]
            if any(each.drops_default or each.default is not None for each in later):
                continue
            what = f"gives {column} for a default what {step.evaluated}() returned when it ran"
            instead = "let the server work it out: server_default=sa.func.now(), sa.text('gen_random_uuid()')"
        elif step.kind == "update" and step.condition is None:
            what = f"gives every row of {text(step.table, 'a table')} one and the same value of {step.evaluated}()"
            instead = "let the server work it out for each row: gen_random_uuid(), random()"
        else:
            continue
        yield Violation(
            message=f"revision {revision.identifier} {what}",
            suggestion=instead,
            subject=about(revision, step),
            place=step.place,
        )
