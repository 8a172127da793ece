"""MIG023, MIG024: triggers and rights that a revision switches off or gives away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint_rules._steps import about, on_existing, text, upgrade

_PUBLIC_ANYHOW = (
    r"(?i)\bon\s+(?:all\s+)?(?:function|procedure|routine|type|domain|language|database)s?\b"
    r"|^\s*usage\s+on\s+schema\b"
)
"""Rights that PUBLIC has from the start, or that open nothing by themselves."""


@rule("MIG023", "triggers-disabled", severity=WARNING, evidence="G", reference="models:Task", steps=True,
      postgresql_only=True, fix="sql", peers=("pg-migration-lint",))  # fmt: skip
def triggers_disabled(revision: Revision) -> Iterator[Violation]:
    """A revision leaves the triggers of a table on.

    Why: `DISABLE TRIGGER ALL` and `session_replication_role = replica` switch off the triggers behind foreign keys,
    too. Rows that are written meanwhile refer to what is not there, nothing checks them later, and what is left
    disabled is disabled for the application (PostgreSQL's documentation, "ALTER TABLE").

    Bad:
        ```python
        # file: migrations/versions/2a_first_task.py
        \"\"\"Everybody begins with a task\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.execute("ALTER TABLE task DISABLE TRIGGER ALL")
            op.execute("INSERT INTO task (id, title, notes) VALUES (gen_random_uuid(), 'Look around', '')")


        def downgrade() -> None:
            op.execute("DELETE FROM task WHERE title = 'Look around'")
        ```

    Good:
        ```python
        # file: migrations/versions/2a_first_task.py
        \"\"\"Everybody begins with a task\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.execute("INSERT INTO task (id, title, notes) VALUES (gen_random_uuid(), 'Look around', '')")


        def downgrade() -> None:
            op.execute("DELETE FROM task WHERE title = 'Look around'")
        ```

    Exempt: tables that the revision made; what is switched on again by the same revision is an info; revisions up to
    `migrations.start-after`.
    """
    steps = upgrade(revision)
    existing = on_existing(revision)
    for number, step in enumerate(steps):
        by_role = step.kind == "set" and step.name == "session_replication_role" and step.value == "replica"
        if not by_role and (step.kind != "disable_trigger" or id(step) not in existing):
            continue
        again = any(_switches_on(later, step) for later in steps[number + 1 :])
        which = f"the trigger {step.name} of {step.table}"
        if by_role or step.name in ("all", "user"):
            which = f"the triggers of {'all tables' if by_role else step.table}"
        checked = ", and foreign keys with them" if by_role or step.name == "all" else ""
        yield Violation(
            message=f"revision {revision.identifier} switches off {which}{checked}"
            + (" while it writes rows" if again else ", and not on again"),
            suggestion="leave them on, or check afterwards what was written meanwhile",
            severity=INFO if again else WARNING,
            sql=None if again or by_role else f'op.execute("ALTER TABLE {step.table} ENABLE TRIGGER {step.name}")',
            subject=about(revision, step),
            place=step.place,
        )


def _switches_on(later: Operation, step: Operation) -> bool:
    if step.kind == "set":
        return later.kind == "set" and later.name == step.name
    return later.kind == "enable_trigger" and later.table == step.table and later.name in (step.name, "all")


@rule("MIG024", "protection-removed", severity=WARNING, evidence="G", reference="models:Task", steps=True,
      postgresql_only=True, security_severity=6.0, peers=("Splinter",))  # fmt: skip
def protection_removed(revision: Revision) -> Iterator[Violation]:
    """A revision opens no table to everybody, and leaves row-level security on.

    Why: PUBLIC is every role that there is and that there will be, the one of a read-only report, too. Without row
    security each of them sees the rows of all tenants. A SECURITY DEFINER function without a `search_path` of its own
    runs, with its owner's rights, whatever table or function its caller put in the way (PostgreSQL's documentation,
    "CREATE FUNCTION").

    Bad:
        ```python
        # file: migrations/versions/2a_reports_read_tasks.py
        \"\"\"Reports read tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.execute("GRANT SELECT ON task TO PUBLIC")


        def downgrade() -> None:
            op.execute("REVOKE SELECT ON task FROM PUBLIC")
        ```

    Good:
        ```python
        # file: migrations/versions/2a_reports_read_tasks.py
        \"\"\"Reports read tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.execute("GRANT SELECT ON task TO pg_monitor")


        def downgrade() -> None:
            op.execute("REVOKE SELECT ON task FROM pg_monitor")
        ```

    Exempt: rights on functions, types, languages and databases, which PUBLIC has from the start, and USAGE of a schema;
    row security that the same revision switches on again; revisions up to `migrations.start-after`.
    """
    steps = upgrade(revision)
    for number, step in enumerate(steps):
        found = _removed(step, steps[number + 1 :])
        if found is not None:
            what, instead = found
            yield Violation(
                message=f"revision {revision.identifier} {what}",
                suggestion=instead,
                subject=about(revision, step),
                place=step.place,
            )


def _removed(step: Operation, later: tuple[Operation, ...]) -> tuple[str, str] | None:
    if step.kind == "grant" and step.value == "public" and not re.search(_PUBLIC_ANYHOW, text(step.name, "on type")):
        return f"grants {step.name} to PUBLIC: to every role", "grant it to the role that needs it"
    if step.kind == "disable_row_security" and not step.created:
        if any(each.kind == "enable_row_security" and each.table == step.table for each in later):
            return None
        forced = step.name == "force"
        what = "stops forcing row-level security on the owner of" if forced else "switches off row-level security of"
        return f"{what} {step.table}", "give the role that needs it a policy of its own, or BYPASSRLS"
    if step.kind == "create_function" and step.definer:
        name = text(step.name, "a function")
        return (
            f"makes the SECURITY DEFINER function {name} without a search_path of its own",
            "add to it: SET search_path = pg_catalog, pg_temp, and name the schema of what it uses",
        )
    return None
