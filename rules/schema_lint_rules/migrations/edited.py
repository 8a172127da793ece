"""MIG010: a revision that others have run, and that is another now."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, Violation, rule
from schema_lint.facts.migrations import RevisionEdit
from schema_lint.facts.project import Project
from schema_lint_rules.shapes import listed

_TOLD = 5


@rule("MIG010", "edited-applied-revision", severity=ERROR, evidence="G", reference="models:Task", steps=True,
      peers=("Atlas",))  # fmt: skip
def edited_applied_revision(edit: RevisionEdit, project: Project) -> Iterator[Violation]:
    """What is on the branch that is deployed from stays as it was run.

    Why: Alembic keeps nothing of a revision but its identifier. A database that has run it never runs the new text, and
    differs from then on from one that was made anew; a database whose identifier is in no file any more cannot be
    upgraded at all ("Can't locate revision identified by …").

    Bad:
        ```python
        # file: main:migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("title", sa.String(80)))


        def downgrade() -> None:
            op.drop_table("task")
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("title", sa.String(200)))


        def downgrade() -> None:
            op.drop_table("task")
        ```

    Good:
        ```python
        # file: main:migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("title", sa.String(80)))


        def downgrade() -> None:
            op.drop_table("task")
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks

        Titles are short: they are told in one line.
        \"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table(
                "task",
                sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("title", sa.String(length=80)),
            )


        def downgrade() -> None:
            op.drop_table("task")
        # file: migrations/versions/2a_longer_titles.py
        \"\"\"Admit longer titles of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            op.alter_column("task", "title", existing_type=sa.String(80), type_=sa.String(200))


        def downgrade() -> None:
            op.alter_column("task", "title", existing_type=sa.String(200), type_=sa.String(80))
        ```

    Exempt: comments, docstrings, formatting, annotations, imports, and names of the file; another way to write the same
    operations; code that neither function uses; a downgrade that was empty or raised and is written now. At `info`:
    other changes of a downgrade, which no database has to have run. A history that is given up as a whole.

    Note:
        It compares with another branch: `schema-lint check --since origin/main`, or `migrations --since origin/main`.
        A revision that fails on every new database must be mended where it is; say so in the line above its upgrade:
        `# schema-lint: ignore[MIG010] it never ran on PostgreSQL 16`.
    """
    base = project.base
    assert base is not None
    if edit.change == "deleted":
        gone = [e.revision for e in base.edits if e.change == "deleted" and e.environment == edit.environment]
        if edit.revision == gone[0]:
            yield _deleted(edit, gone, base.name)
    elif edit.change == "identifier":
        yield Violation(
            message=f"revision {edit.revision}, which is on {base.name}, is called {edit.was} here: databases that "
            f"are at {edit.revision} cannot be upgraded any more",
            suggestion=f'write revision = "{edit.revision}" again',
            subject=_about(edit),
        )
    elif edit.change == "parents":
        yield Violation(
            message=f"revision {edit.revision}, which is on {base.name}, follows {edit.was} here: databases that "
            "are past it never run what comes before it now",
            suggestion="leave it where it was, and let the new revision follow the last one",
            subject=_about(edit),
        )
    elif edit.change == "upgrade":
        yield Violation(
            message=f"the upgrade of revision {edit.revision} is not what it is on {base.name}: databases that have "
            "run it do not run it again",
            suggestion="put it back, and make the change in a new revision",
            subject=_about(edit),
        )
    elif edit.was not in ("empty", "missing", "raises"):
        yield Violation(
            message=f"the downgrade of revision {edit.revision} is not what it is on {base.name}",
            suggestion="see that it still undoes what databases have run",
            severity=INFO,
            subject=_about(edit),
        )


def _about(edit: RevisionEdit) -> Subject:
    return Subject(kind="revision", revision=edit.revision, name=edit.change)


def _deleted(edit: RevisionEdit, gone: list[str], name: str) -> Violation:
    revisions = f"revisions {listed(gone, _TOLD)} are" if len(gone) > 1 else f"revision {gone[0]} is"
    return Violation(
        message=f"{revisions} on {name}, and not here any more: databases that are there cannot be upgraded",
        suggestion="put it back; what it did is undone by a new revision",
        subject=Subject(kind="migration-environment", name=edit.environment),
    )
