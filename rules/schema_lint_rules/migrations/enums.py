"""Steps with enum types that PostgreSQL surely refuses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import text
from schema_lint_rules.migrations.failures import Failure
from schema_lint_rules.shapes import listed

_BY_PLUGIN = "alembic_postgresql_enum"
_MADE_OTHERWISE = frozenset({
    "_on_table_create", "_check_for_name_in_memos", "before_create", "CreateEnumType",
    "visit_enum", "search_path",
})  # fmt: skip
"""Words of an `env.py` that may create types in another way, or elsewhere."""

APART = "it fails where that was applied by an earlier run of Alembic"
"""What `create_table()` hides within one."""

_OF_TABLES = frozenset({
    "add_column", "alter_column", "create_check_constraint", "create_foreign_key", "create_index",
    "create_primary_key", "create_unique_constraint", "drop_column", "drop_table", "rename_table",
})  # fmt: skip


def missing_types(steps: tuple[Operation, ...], environment: MigrationEnvironment) -> Iterator[Failure]:
    """Types that columns are of and that nothing made."""
    if _BY_PLUGIN in environment.words or _MADE_OTHERWISE & environment.words:
        return
    for step in steps:
        if step.kind in ("add_column", "alter_column") and not step.guarded and step.before is not None:
            for name in step.missing_types:
                if _begins_empty(environment):
                    verb = "adds" if step.kind == "add_column" else "makes"
                    yield (
                        f"{verb} {step.table}.{text(step.name, 'a column')} of the type {name}, which no step creates: "
                        f"{step.kind}() does not",
                        "create it before: sa.Enum(…).create(op.get_bind(), checkfirst=True)",
                        step.place,
                    )


def _begins_empty(environment: MigrationEnvironment) -> bool:
    """Whether each table that is changed was made before. Where one was not, `create_all` or a dump made the first
    tables, and their types."""
    return all(
        step.before is not None or step.guarded
        for revision in environment.revisions
        for step in revision.steps
        if step.kind in _OF_TABLES
    )


def double_types(revision: Revision, environment: MigrationEnvironment) -> Iterator[Failure]:
    """Types that a revision creates while they are there.

    `create_table()` does not look; but within one run it leaves alone what it made before, in an earlier revision, too.
    """
    if _MADE_OTHERWISE & environment.words:
        return
    for steps, where in ((revision.operations, ""), (revision.downgrade_operations, " in its downgrade")):
        found: defaultdict[str, list[tuple[str, Operation]]] = defaultdict(list)
        for name, step in _doubles(steps) if not isinstance(steps, Unknown) else ():
            since = _since(name, step, revision, environment, downgrade=bool(where))
            if since is not None:
                found[since].append((name, step))
        for since, doubles in found.items():
            names = list(dict.fromkeys(name for name, _ in doubles))
            word, verb = ("type", "is") if len(names) == 1 else ("types", "are")
            step = doubles[0][1]
            yield (
                f"creates the {word} {listed(names)}{where}, which {verb} there {since}",
                f'leave it alone: postgresql.ENUM(…, name="{names[0]}", create_type=False)'
                if step.kind == "create_table"
                else "use what is there; a label more is added by ALTER TYPE … ADD VALUE",
                step.place,
            )


def _doubles(steps: tuple[Operation, ...]) -> Iterator[tuple[str, Operation]]:
    made: set[str] = set()
    for step in steps:
        if not step.guarded and not (step.kind == "create_type" and step.if_exists):
            yield from ((name, step) for name in step.created_types() if name in {*step.existing_types} - made)
        if step.kind == "create_table":
            made.update(name for name, _ in step.types())


def _since(
    name: str, step: Operation, revision: Revision, environment: MigrationEnvironment, *, downgrade: bool
) -> str | None:
    """Since when a type is there; `None` where only a branch makes it that may not be applied."""
    before = environment.ancestors(revision.identifier)
    makers = {
        each.identifier: earlier.kind == step.kind == "create_table"
        for each in environment.in_order()
        if each.identifier in before
        for earlier in each.steps
        if name in earlier.created_types()
    }
    if downgrade:
        return "still" if makers else None
    own = makers.pop(revision.identifier, None)
    if not makers:
        explicit = any(each.kind == "create_type" and each.name == name for each in revision.steps)
        return "since an earlier step" if own is not None and explicit else None
    since = f"since revision {next(reversed(makers))}"
    return f"{since}: {APART}" if any(makers.values()) else since


def label_failures(steps: tuple[Operation, ...]) -> Iterator[Failure]:
    """A label that is used in the transaction that adds it."""
    added: dict[str, str] = {}
    made: set[str] = set()
    for step in steps:
        if step.autocommit or step.kind in ("commit", "unread", "all"):
            added = {}
            continue
        if step.kind in ("create_type", "rename_type") or step.enums:
            # A label of a type that the same transaction made may be used by newer servers.
            made |= {str(step.name), str(step.new_name)} | {str(enum.name) for enum in step.enums}
        elif step.kind == "add_value" and not step.guarded and isinstance(step.name, str) and step.name not in made:
            added |= dict.fromkeys(step.labels, step.name) if isinstance(step.labels, tuple) else {}
        else:
            used = next((label for label, name in added.items() if uses_label(step, label, name)), None)
            if used is not None and not step.guarded:
                yield (
                    f"uses the label '{used}' of {added[used]} in the transaction that adds it, which PostgreSQL "
                    "refuses",
                    "add it in a revision of its own, or first, inside of: with op.get_context().autocommit_block():",
                    step.place,
                )
                return


def uses_label(step: Operation, label: str, name: str) -> bool:
    """Whether a statement about a column of that type holds the label."""
    columns = step.before.columns.known if isinstance(step.before, Table) else ()
    own = {column.name for column in columns if _is_of(column.type, name)}
    if not own:
        return False
    if step.kind == "alter_column" and step.name in own:
        default = step.default
        return isinstance(default, Default) and isinstance(default.value, str) and label in (
            default.value, default.value.partition("::")[0].strip("'")
        )  # fmt: skip
    if step.kind not in ("update", "insert", "delete") or not isinstance(step.sql, str):
        return False
    literal = re.escape(label.replace("'", "''"))
    return any(re.search(rf"\b{re.escape(column)}\"?\s*=\s*'{literal}'", step.sql) for column in own)


def _is_of(kind: object, name: str) -> bool:
    return isinstance(kind, ColumnType) and (kind.enum == name or kind.sql.lower() == name.lower())
