"""MIG002, MIG003: downgrades that do not undo, and revisions that fail; proved by a replay, else as far as reading
decides it."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Fix
from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import FailedUpgrade, ReplayDifference, ReplayedStep, ReplayError, RowsTrial
from schema_lint_rules._fixes import one_edit
from schema_lint_rules.migrations.enums import APART
from schema_lint_rules.migrations.failing import sure_failures
from schema_lint_rules.migrations.inverse import dropping_enums, left_otherwise
from schema_lint_rules.migrations.with_rows import MISSING, fails_on
from schema_lint_rules.shapes import listed

_TOLD = 4
_LONGEST = 90
_INSTEAD = "undo in downgrade() all that upgrade() does, or raise NotImplementedError there with the reason"


@rule("MIG002", "downgrade-not-inverse", severity=ERROR, evidence="GR", reference="models:Task", steps=True,
      fix="unsafe", peers=("pytest-alembic",))  # fmt: skip
def downgrade_not_inverse(step: Revision | ReplayedStep, project: Project) -> Iterator[Violation]:
    """A revision's downgrade leaves the schema as it was before the upgrade.

    Why: what a downgrade forgets stays in the database that was rolled back: an enum type that the next upgrade fails
    on since it exists, a column that takes NULL from then on, a unique index that comes back as a plain one. Nobody
    sees it in review, and the next revision fails in its stead. PostgreSQL, "DROP TABLE", drops no enum type.

    Bad:
        ```python
        # file: migrations/versions/1a_create_task.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table(
                "task",
                sa.Column("id", sa.Uuid(), primary_key=True),
                sa.Column("status", sa.Enum("open", "done", name="task_status"), nullable=False),
            )


        def downgrade() -> None:
            op.drop_table("task")
        ```

    Good:
        ```python
        # file: migrations/versions/1a_create_task.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table(
                "task",
                sa.Column("id", sa.Uuid(), primary_key=True),
                sa.Column("status", sa.Enum("open", "done", name="task_status"), nullable=False),
            )


        def downgrade() -> None:
            op.drop_table("task")
            op.execute("DROP TYPE task_status")
        ```

    Exempt: a downgrade that raises NotImplementedError or RuntimeError, which declares the revision irreversible; the
    order of columns, which nothing can restore once a column was dropped; labels of an enum, where the downgrade says
    in a comment that they stay and a second upgrade works (`IF NOT EXISTS`); rows, which are not compared. Without a
    replay: revisions of which a step could not be read, or depends on the database; up to `migrations.start-after`.
    """
    if isinstance(step, Revision):
        environment = project.environment_of(step)
        is_judged = not step.applied and not project.replays and (environment is None or environment.dialect is None)
        told = list(left_otherwise(step)) if is_judged else []
        if told:
            yield Violation(
                message=f"the downgrade of revision {step.identifier} is not the inverse of its upgrade: "
                f"{listed(told, _TOLD)}",
                suggestion=_INSTEAD,
                place=step.downgrade_place,
                fix=_appended(dropping_enums(step), step.downgrade_place),
            )
        return
    trial = step.downgrade
    if trial is None or trial.verdict not in ("not-inverse", "empty"):
        return
    from schema_lint_rules._restoring import restoring

    told = [text for difference in trial.differences if (text := _told(difference))]
    done = "does nothing" if trial.verdict == "empty" else "is not the inverse of its upgrade"
    again = trial.second_upgrade
    after = f"; upgrading again then fails: {_short(again.message)}" if again is not None else ""
    revision = project.revision_of(step)
    explained = revision is not None and revision.downgrade_explained
    if explained and again is None and all(map(_adds_labels, trial.differences)):
        return
    yield Violation(
        message=f"the downgrade of revision {step.revision} {done}: {listed(told, _TOLD)}{after}",
        suggestion=_INSTEAD,
        place=_downgrade(step, project),
        fix=_appended(restoring(trial.differences), revision.downgrade_place) if revision is not None else None,
    )


def _adds_labels(difference: ReplayDifference) -> bool:
    """Whether labels of an enum are there that were not, which PostgreSQL cannot take away."""
    before, after = difference.before, difference.after
    if difference.kind != "enum" or before is None or after is None:
        return False
    return set(before.split(", ")) < set(after.split(", "))


def _appended(code: str | None, downgrade: SourcePlace | None) -> Fix | None:
    """The statements at the end of the downgrade."""
    if code is None or downgrade is None:
        return None
    return one_edit("append-statement", downgrade, value=code, imports=("alembic.op",))


@rule("MIG003", "migration-fails", severity=ERROR, evidence="GR", reference="models:Task", minimal=True, steps=True,
      peers=("pytest-alembic", "squawk", "pg-migration-lint", "Atlas"))  # fmt: skip
def migration_fails(step: Revision | ReplayedStep | FailedUpgrade, project: Project) -> Iterator[Violation]:
    """A revision can be applied to a fresh PostgreSQL, and undone.

    Why: a downgrade that raises is found out when a release has to be rolled back, and an upgrade that raises when a
    new environment is set up. Both are found out at once where every revision is run on a server that is thrown away.
    A constraint without a name is the most frequent cause: Alembic cannot drop what it cannot name.

    Bad:
        ```python
        import uuid

        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "task"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str | None = Field(default=None, max_length=200, unique=True)
        # file: migrations/versions/1a_create_task.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("title", sa.String(200)))
            op.create_unique_constraint(None, "task", ["title"])


        def downgrade() -> None:
            op.drop_constraint(None, "task")
            op.drop_table("task")
        ```

    Good:
        ```python
        import uuid

        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "task"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str | None = Field(default=None, max_length=200, unique=True)
        # file: migrations/versions/1a_create_task.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("title", sa.String(200)))
            op.create_unique_constraint("task_title_key", "task", ["title"])


        def downgrade() -> None:
            op.drop_constraint("task_title_key", "task")
            op.drop_table("task")
        ```

    Exempt: a downgrade that raises NotImplementedError or RuntimeError, which declares the revision irreversible.
    Without a replay it is told what surely fails on PostgreSQL: a name that the file does not import (`sqlmodel.`), a
    constraint that is dropped without a name where no naming convention can give it one, CONCURRENTLY or VACUUM inside
    of the transaction or on a partitioned table, an enum type that nothing created or that is there, a label that is
    used in the transaction that adds it, a type that needs USING or whose default cannot follow, a colon that `text()`
    takes for a parameter, a column that one statement assigns twice; up to `migrations.start-after` nothing.
    A type that `create_table()` creates again is told of a replay that went well, too: within one run SQLAlchemy
    remembers it, and where revisions are deployed one by one it fails.
    """
    if isinstance(step, Revision):
        for message, suggestion, place in sure_failures(step, project):
            yield Violation(message=f"revision {step.identifier} {message}", suggestion=suggestion, place=place)
        return
    if isinstance(step, FailedUpgrade):
        yield Violation(
            message=f"the upgrade of revision {step.revision} fails on a fresh PostgreSQL: {_raised(step.error)}",
            suggestion=_remedy(step.error),
            place=step.error.place or step.place,
        )
        return
    if step.remembered:
        word, verb = ("type", "is") if len(step.remembered) == 1 else ("types", "are")
        yield Violation(
            message=f"revision {step.revision} creates the {word} {listed(step.remembered)}, which {verb} there since "
            f"an earlier revision: {APART}",
            suggestion=f'leave it alone: postgresql.ENUM(…, name="{step.remembered[0]}", create_type=False)',
            place=step.place,
        )
    if step.downgrade is not None and step.downgrade.verdict == "broken" and step.downgrade.error is not None:
        error = step.downgrade.error
        yield Violation(
            message=f"the downgrade of revision {step.revision} fails: {_raised(error)}",
            suggestion="mend downgrade(), or raise NotImplementedError there with the reason why it cannot be undone",
            place=error.place or _downgrade(step, project),
        )
    elif step.rows is not None:
        yield from _fails_on_rows(step, step.rows, project)


def _fails_on_rows(step: ReplayedStep, trial: RowsTrial, project: Project) -> Iterator[Violation]:
    failure, undo = trial.failure, trial.undo_failure
    if failure is not None and failure.certain and failure.error.sqlstate != MISSING:
        yield Violation(
            message=f"the upgrade of revision {step.revision} {fails_on(failure)}",
            suggestion="give each row a value of its own before the constraint is made",
            place=failure.error.place or step.place,
        )
    if undo is not None and undo.certain:
        yield Violation(
            message=f"the downgrade of revision {step.revision} {fails_on(undo)}",
            suggestion="give the column a server_default in downgrade(), or leave it nullable there",
            place=undo.error.place or _downgrade(step, project),
        )


def _remedy(error: ReplayError) -> str:
    if error.sqlstate in ("42P01", "42703", "42704", "3F000"):
        return (
            "create in a revision what it needs; where the history begins with tables that are there already, "
            "--initial-schema makes them"
        )
    if error.sqlstate == "42501" and "create extension" in error.message:
        return "the role that --server makes may create trusted extensions alone: replay without --server"
    if error.sqlstate in ("0A000", "58P01", "42501"):
        return "replay on a server that has what it needs: --server URL"
    return "mend upgrade(): no new database can be set up with it"


def _raised(error: ReplayError) -> str:
    return f"{error.type}: {_short(error.message)}" if error.message else error.type


def _told(difference: ReplayDifference) -> str:
    """What a downgrade leaves behind, takes away or makes otherwise."""
    what = f"{difference.kind} {difference.name.removeprefix('public.')}"
    if difference.kind == "column order":
        return ""
    if difference.renamed is not None:
        return f"{difference.kind} {difference.renamed.removeprefix('public.')} is now {difference.name}"
    if difference.before is None:
        return f"{what} is left behind"
    if difference.after is None:
        return f"{what} is gone"
    return f"{what} was {_short(difference.before)}, is {_short(difference.after)}"


def _downgrade(step: ReplayedStep, project: Project) -> SourcePlace | None:
    """The line of the revision's downgrade, where its file was read."""
    revision = project.revision_of(step)
    return revision.downgrade_place or step.place if revision is not None else step.place


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
