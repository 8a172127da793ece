"""MIG006: steps that nobody understands without being told why."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, Violation, rule
from schema_lint.facts.locks import keeps_rows, type_before
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.types import ColumnType
from schema_lint_rules._steps import on_existing, text, upgrade
from schema_lint_rules.shapes import listed

_TOLD = 3
_CHANGES = {
    "insert": "adds rows to",
    "bulk_insert": "adds rows to",
    "update": "changes rows of",
    "delete": "deletes rows of",
    "truncate": "empties",
    "drop_table": "drops the table",
}


@rule("MIG006", "revision-without-explanation", severity=INFO, evidence="G", reference="models:Task", on=False,
      steps=True)  # fmt: skip
def revision_without_explanation(revision: Revision) -> Iterator[Violation]:
    """A revision that drops, converts or rewrites something says why.

    Why: that a column is gone is in the code; why its values were not needed any more, or how the old ones become the
    new ones, is only in the head of who wrote it. Who has to repair rows a year later, or decides whether a revision
    may be undone, reads the file and finds what it does twice: in its title and in its code.

    Bad:
        ```python
        # file: migrations/versions/2a_close_tasks.py
        \"\"\"Close old tasks

        Revision ID: 2a
        \"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.execute("UPDATE task SET status = 'done' WHERE due_at < '2020-01-01'")


        def downgrade() -> None:
            raise NotImplementedError
        ```

    Good:
        ```python
        # file: migrations/versions/2a_close_tasks.py
        \"\"\"Close old tasks

        The import of 2019 left them open, and they count as overdue in every report.

        Revision ID: 2a
        \"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.execute("UPDATE task SET status = 'done' WHERE due_at < '2020-01-01'")


        def downgrade() -> None:
            raise NotImplementedError
        ```

    Exempt: a comment anywhere but in the downgrade, a docstring of a function, more than the title in the file's own;
    what templates and tools write there does not count. Steps on tables that the revision makes; type changes that
    leave the rows as they are; statements on tables that are not known; revisions up to `migrations.start-after`.
    """
    if revision.explained:
        return
    existing = on_existing(revision)
    steps = [(step, what) for step in upgrade(revision) if (what := _unusual(step, id(step) in existing)) is not None]
    if not steps:
        return
    done: dict[str, list[str]] = {}
    for _, (verb, name) in steps:
        done.setdefault(verb, []).append(name)
    told = listed(f"{verb} {listed(names, _TOLD)}".rstrip() for verb, names in done.items())
    yield Violation(
        message=f"revision {revision.identifier} {told}, and nothing in it says why",
        suggestion="say it below the title in the file's docstring, or in a comment at the step",
        place=steps[0][0].place,
    )


def _unusual(step: Operation, exists: bool) -> tuple[str, str] | None:
    """What a step does that its code does not explain, and to what; `None` for all others."""
    if step.kind == "unread":
        return ("runs a statement of its own", "") if isinstance(step.sql, str) else None
    if not exists:
        return None
    table = text(step.table, "a table")
    if step.kind in _CHANGES:
        return _CHANGES[step.kind], table
    column = f"{table}.{text(step.name, 'a column')}"
    if step.kind == "drop_column":
        return "drops", column
    if step.kind == "alter_column" and _converts(step):
        return "converts", column
    return None


def _converts(step: Operation) -> bool:
    old, new = type_before(step), step.type
    if isinstance(old, ColumnType) and isinstance(new, ColumnType):
        return not keeps_rows(old, new)
    return isinstance(step.using, str) and step.type is not None
