"""Values that an `UPDATE` without a condition writes over."""

from __future__ import annotations

import re

from schema_lint.checking.rule import WARNING
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.project import Project
from schema_lint_rules.migrations.backfill import earlier_steps
from schema_lint_rules.migrations.cascading import Lost

_CONSTANT = r"\"?\s*=\s*(?:'(?:[^']|'')*'(?:::\w+)?|[-+]?\d+(?:\.\d+)?|true|false|null)\s*(?:,|;|$)"


def overwritten(step: Operation, revision: Revision, seen: list[Operation], project: Project) -> Lost | None:
    """What an `UPDATE` of every row loses: values of columns that were there with their table."""
    if step.kind != "update" or step.condition is not None or step.guarded or not isinstance(step.sql, str):
        return None
    if step.before is None or not isinstance(step.columns, tuple):
        return None
    lost = [name for name in step.columns if step.before.column(name) is not None and _gets_constant(step.sql, name)]
    steps = (*earlier_steps(revision, project), *seen) if lost else ()
    lost = [name for name in lost if not any(_adds(each, step, name) for each in steps)]
    if not lost:
        return None
    names = " and ".join(f"{step.table}.{name}" for name in lost)
    return (
        f"writes one value over {names} in every row: its UPDATE has no WHERE",
        f"say which rows: WHERE {lost[0]} IS NULL, if it is to fill the empty ones",
        WARNING,
    )


def _adds(earlier: Operation, step: Operation, name: str) -> bool:
    return earlier.kind == "add_column" and earlier.table == step.table and earlier.name == name


def _gets_constant(sql: str, name: str) -> bool:
    return re.search(rf"(?:\bset|,)\s*\"?{re.escape(name)}{_CONSTANT}", sql, re.IGNORECASE) is not None
