"""MIG015: steps that keep a table from its users while they run."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Edit, Fix
from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import ReplayedStep
from schema_lint_rules._steps import about, on_existing, upgrade
from schema_lint_rules.migrations.blocking import Blocking, blocks
from schema_lint_rules.migrations.observed import held, unread_rewrites
from schema_lint_rules.shapes import listed

_Found = tuple[Operation, Blocking, str]
"""A step, what it blocks, and what a server did then."""

_TOLD = 4


@rule("MIG015", "blocking-migration", severity=WARNING, evidence="GR", reference="models:Task", steps=True,
      postgresql_only=True, fix="unsafe",
      peers=("squawk", "strong_migrations", "eugene", "Atlas", "pg-migration-lint", "django-migration-linter"),
)  # fmt: skip
def blocking_migration(revision: Revision | ReplayedStep, project: Project) -> Iterator[Violation]:
    """No step keeps reads or writes of a table waiting while it looks at or writes all of its rows.

    Why: an index that is built without CONCURRENTLY holds off writes until it is done; a constraint that is validated
    as it is added, `SET NOT NULL` and most changes of a type read or write every row under a lock that nothing gets
    past. On a table of some size that is an outage of minutes, in the middle of a deployment (PostgreSQL's
    documentation, "Explicit Locking" and "ALTER TABLE").

    Bad:
        ```python
        # file: migrations/versions/2a_index_due_dates.py
        \"\"\"Index the due dates of tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_index("ix_task_due_at", "task", ["due_at"])


        def downgrade() -> None:
            op.drop_index("ix_task_due_at", table_name="task")
        ```

    Good:
        ```python
        # file: migrations/versions/2a_index_due_dates.py
        \"\"\"Index the due dates of tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index(
                    "ix_task_due_at", "task", ["due_at"], postgresql_concurrently=True, if_not_exists=True
                )


        def downgrade() -> None:
            with op.get_context().autocommit_block():
                op.drop_index("ix_task_due_at", table_name="task", postgresql_concurrently=True, if_exists=True)
        ```

        What a constraint demands is proved in a revision of its own:
        ```python
        # file: migrations/versions/2a_owner_without_validation.py
        \"\"\"Tasks refer to their owner: new rows are checked\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_foreign_key(
                "fk_task_owner", "task", "user", ["owner_id"], ["id"], postgresql_not_valid=True
            )


        def downgrade() -> None:
            op.drop_constraint("fk_task_owner", "task", type_="foreignkey")
        # file: migrations/versions/3a_owner_validated.py
        \"\"\"Tasks refer to their owner: older rows are checked, while all goes on\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.execute("ALTER TABLE task VALIDATE CONSTRAINT fk_task_owner")


        def downgrade() -> None:
            # A constraint stays validated: there is nothing to undo.
            pass
        ```

        A column is proved to hold no NULL by a CHECK, which PostgreSQL then takes for `SET NOT NULL`:
        ```python
        # file: migrations/versions/2a_titles_checked.py
        \"\"\"New tasks have a title\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_check_constraint("title_not_null", "task", "title IS NOT NULL", postgresql_not_valid=True)


        def downgrade() -> None:
            op.drop_constraint("title_not_null", "task", type_="check")
        # file: migrations/versions/3a_titles_validated.py
        \"\"\"Older tasks have a title\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.execute("ALTER TABLE task VALIDATE CONSTRAINT title_not_null")


        def downgrade() -> None:
            # A constraint stays validated: there is nothing to undo.
            pass
        # file: migrations/versions/4a_titles_not_null.py
        \"\"\"Tasks have a title\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "4a"
        down_revision = "3a"


        def upgrade() -> None:
            op.alter_column("task", "title", existing_type=sa.String(200), nullable=False)
            op.drop_constraint("title_not_null", "task", type_="check")


        def downgrade() -> None:
            op.create_check_constraint("title_not_null", "task", "title IS NOT NULL")
            op.alter_column("task", "title", existing_type=sa.String(200), nullable=True)
        ```

        A unique constraint (a primary key likewise) is made of an index that was built beside the table's users:
        ```python
        # file: migrations/versions/2a_unique_titles_index.py
        \"\"\"Titles of tasks are unique for their owner: the index\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index(
                    "uq_task_owner_id_title", "task", ["owner_id", "title"], unique=True,
                    postgresql_concurrently=True, if_not_exists=True,
                )


        def downgrade() -> None:
            with op.get_context().autocommit_block():
                op.drop_index(
                    "uq_task_owner_id_title", table_name="task", postgresql_concurrently=True, if_exists=True
                )
        # file: migrations/versions/3a_unique_titles.py
        \"\"\"Titles of tasks are unique for their owner: the constraint\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.execute(
                "ALTER TABLE task ADD CONSTRAINT uq_task_owner_id_title UNIQUE USING INDEX uq_task_owner_id_title"
            )


        def downgrade() -> None:
            op.drop_constraint("uq_task_owner_id_title", "task", type_="unique")
            op.create_index("uq_task_owner_id_title", "task", ["owner_id", "title"], unique=True)
        ```

        An index of a partitioned table is built on each partition:
        ```python
        # file: migrations/versions/1a_create_event.py
        \"\"\"Create the table of events\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table(
                "event",
                sa.Column("at", sa.DateTime(timezone=True), nullable=False),
                sa.Column("kind", sa.Text(), nullable=False),
                postgresql_partition_by="RANGE (at)",
            )
            op.execute("CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')")


        def downgrade() -> None:
            op.drop_table("event")
        # file: migrations/versions/2a_index_event_kind.py
        \"\"\"Find events by their kind: the index, still without partitions\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            op.execute("CREATE INDEX ix_event_kind ON ONLY event (kind)")


        def downgrade() -> None:
            op.drop_index("ix_event_kind", table_name="event")
        # file: migrations/versions/3a_index_event_2026_kind.py
        \"\"\"Find events by their kind: those of 2026\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index(
                    "ix_event_2026_kind", "event_2026", ["kind"], postgresql_concurrently=True, if_not_exists=True
                )


        def downgrade() -> None:
            with op.get_context().autocommit_block():
                op.drop_index(
                    "ix_event_2026_kind", table_name="event_2026", postgresql_concurrently=True, if_exists=True
                )
        # file: migrations/versions/4a_attach_event_2026_kind.py
        \"\"\"Find events by their kind: all of them\"\"\"
        from alembic import op

        revision = "4a"
        down_revision = "3a"


        def upgrade() -> None:
            op.execute("ALTER INDEX ix_event_kind ATTACH PARTITION ix_event_2026_kind")


        def downgrade() -> None:
            raise NotImplementedError("an index stays attached until its parent is dropped")
        ```

    Note:
        For a type: add a column of the new type, write both, fill it in batches, and swap them. Steps of one kind in
        one revision are one finding.

    Exempt: tables that the revision made; changes of a type that PostgreSQL makes in the catalogue alone (a longer or
    unlimited varchar, text, a wider numeric of the same scale); constant defaults and `now()`; constraints that are NOT
    VALID; `SET NOT NULL` behind a validated CHECK or of a column that the revision added; projects that support other
    databases, too; revisions up to `migrations.start-after`. That an index is dropped without CONCURRENTLY is told as
    `info`: the lock is short, once it is had; of a revision that was replayed, tables that the server never locked.
    """
    if isinstance(revision, ReplayedStep):
        yield from unread_rewrites(revision, project, _tables)
        return
    alike: dict[tuple[str, str], list[_Found]] = {}
    for found in _read(revision, project):
        alike.setdefault((found[1].kind, found[1].severity), []).append(found)
    for each in alike.values():
        yield _together(each, revision)


def _together(found: list[_Found], revision: Revision) -> Violation:
    """What is said of steps of one kind."""
    step, first, done = found[0]
    labels = list(dict.fromkeys(each.label for _, each, _ in found[1:]))
    more = f"; likewise {listed(labels, _TOLD)}" if labels else ""
    fixes = [_beside_the_users(each, revision) for each, _, _ in found]
    edits = tuple(edit for fix in fixes if fix is not None for edit in fix.edits)
    return Violation(
        message=f"revision {revision.identifier} {first.what}{done}{more}",
        suggestion=first.instead,
        sql="\n".join(dict.fromkeys(each.sql for _, each, _ in found[: _TOLD + 1] if each.sql is not None)) or None,
        severity=first.severity,
        subject=about(revision, step, *_columns(step)),
        subjects=tuple(about(revision, each, *_columns(each)) for each, _, _ in found[1:]),
        place=step.place,
        related=tuple(each.place for each, _, _ in found[1 : _TOLD + 1] if each.place is not None),
        fix=Fix(applicability="unsafe", edits=edits) if edits and None not in fixes else None,
    )


def _tables(revision: Revision, project: Project) -> set[str]:
    """Tables of which reading tells something."""
    return {step.table for step, _, _ in _read(revision, project) if isinstance(step.table, str)}


def _read(revision: Revision, project: Project) -> Iterator[_Found]:
    seen: list[Operation] = []
    steps = on_existing(revision)
    gone = {step.table for step in upgrade(revision) if step.kind == "drop_table" and isinstance(step.table, str)}
    for step in upgrade(revision):
        if id(step) in steps or step.kind in _OF_INDEX:
            done = held(revision, step.table, project)
            for found in blocks(step, seen, gone) if done is not None else ():
                yield step, found, done or ""
        seen.append(step)


def _beside_the_users(step: Operation, revision: Revision) -> Fix | None:
    """An index that is built or dropped concurrently, outside of the transaction."""
    place = step.place
    if step.kind not in ("create_index", "drop_index") or place is None or place.path != revision.path:
        return None
    if step.sql is not None or step.batch or step.guarded:
        return None
    exists = "if_not_exists" if step.kind == "create_index" else "if_exists"
    edits = [Edit(intent="set-argument", place=place, name=name, value="True")
             for name in ("postgresql_concurrently", exists)]  # fmt: skip
    if not step.autocommit:
        edits.append(Edit(intent="wrap-statement", place=place, value="with op.get_context().autocommit_block():"))
    return Fix(applicability="unsafe", edits=tuple(edits))


_OF_INDEX = ("drop_index", "reindex", "refresh")
"""These may name no table."""


def _columns(step: Operation) -> tuple[str, ...]:
    if step.kind in ("alter_column", "add_column") and isinstance(step.name, str):
        return (step.name,)
    return ()
