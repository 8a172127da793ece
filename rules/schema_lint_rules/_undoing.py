"""The downgrade that undoes an upgrade, in Alembic's code, where each step has one that is certain."""

from __future__ import annotations

from schema_lint.facts.identifiers import quoted
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.unknown import Unknown

_CONSTRAINTS = {
    "create_foreign_key": "foreignkey", "create_unique_constraint": "unique", "create_check_constraint": "check",
    "create_primary_key": "primary",
}  # fmt: skip
_NOTHING = frozenset({"set", "select", "validate_constraint"})
"""Kinds of steps that leave nothing to undo."""


def undoing(revision: Revision) -> str | None:
    """Statements for `downgrade()`, one on each line; `None` where a step cannot be undone, or is not fully known."""
    if isinstance(revision.operations, Unknown) or any(map(_doubtful, revision.operations)):
        return None
    enums = _made_enums(revision)
    if enums is None:
        return None
    made = {step.table for step in revision.operations if step.kind == "create_table"}
    lines: list[str] = []
    for step in reversed(revision.operations):
        if step.kind in _NOTHING or (step.table in made and step.kind != "create_table"):
            continue
        line = _undo(step)
        if line is None:
            return None
        lines.append(line)
    lines += (f'op.execute("DROP TYPE {name}")' for name in enums)
    return "\n".join(lines) or None


def _doubtful(step: Operation) -> bool:
    return step.guarded or step.if_exists or step.kind == "unread" or step.table is None or not _plain(step.table)


def _plain(key: object) -> bool:
    return isinstance(key, str) and "." not in key and key.isidentifier()


def _made_enums(revision: Revision) -> tuple[str, ...] | None:
    """Enums that are there after the upgrade and were not before; `None` where that is not known."""
    before, after = revision.before, revision.after
    if before is None or after is None or before.rest is not None or after.rest is not None:
        return None
    known = {name for name, _ in before.enums}
    if any(quoted(name) != name for name, _ in after.enums if name not in known):
        return None
    return tuple(name for name, _ in after.enums if name not in known)


def _undo(step: Operation) -> str | None:
    table = step.table
    if step.kind == "create_table":
        return f'op.drop_table("{table}")'
    name = step.name
    if not isinstance(name, str) or not name.isidentifier():
        return None
    if step.kind == "add_column":
        return f'op.drop_column("{table}", "{name}")'
    if step.kind == "create_index":
        return f'op.drop_index("{name}", table_name="{table}")'
    if step.kind in _CONSTRAINTS:
        return f'op.drop_constraint("{name}", "{table}", type_="{_CONSTRAINTS[step.kind]}")'
    if step.kind == "rename_table":
        return f'op.rename_table("{name}", "{table}")'
    return None
