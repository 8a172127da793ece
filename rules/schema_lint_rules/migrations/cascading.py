"""What `DROP … CASCADE` takes along, and labels and schemas that get another name."""

from __future__ import annotations

from schema_lint.checking.rule import ERROR, WARNING, Severity
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.types import ColumnType
from schema_lint_rules._steps import text, upgrade
from schema_lint_rules.shapes import listed

Lost = tuple[str, str, Severity]
"""What is lost, what to do instead, and how bad it is."""

OF_OBJECTS = frozenset({
    "drop_schema", "drop_database", "drop_type", "drop_domain", "drop_extension", "drop_view", "drop_function",
    "drop_procedure", "drop_sequence", "rename_value", "rename_schema",
})  # fmt: skip
"""Steps that name no table."""

_WITH_COLUMNS = {"drop_type": "type", "drop_domain": "domain", "drop_extension": "extension"}
_OTHERS = {"drop_view": "view", "drop_function": "function", "drop_procedure": "procedure", "drop_sequence": "sequence"}
_ONE_BY_ONE = "leave CASCADE out, so that it fails where something still needs it, and drop what does by its name"


def lost_object(step: Operation, revision: Revision, seen: list[Operation]) -> Lost | None:
    """What a step loses that is about no one table."""
    name = text(step.name, "")
    if step.kind in ("drop_schema", "drop_database"):
        what = step.kind.removeprefix("drop_")
        return f"drops the {what} {name}", f"keep the {what}, or drop it by hand", ERROR
    if step.kind == "rename_value":
        return _labels(step, revision, seen)
    if step.kind == "rename_schema":
        return (
            f"renames the schema {name} to {text(step.new_name, 'another name')}, while running code uses the old name",
            "make the new schema beside it, and move table by table",
            WARNING,
        )
    return _cascade(step, name, revision, seen) if step.cascade else None


def _labels(step: Operation, revision: Revision, seen: list[Operation]) -> Lost | None:
    """The labels that get another name, told at the first of them."""
    if step.guarded or any(earlier.kind == "rename_value" for earlier in seen):
        return None
    renamed = [each for each in upgrade(revision) if each.kind == "rename_value" and not each.guarded]
    labels = [f"'{label}'" for each in renamed if isinstance(each.labels, tuple) for label in each.labels]
    types = dict.fromkeys(text(each.name, "an enum") for each in renamed)
    them = "it" if len(labels) == 1 else "them"
    return (
        f"renames {listed(labels, 3)} of {listed(types)}, while running code writes {them} and compares with {them}",
        "add the new label, write it, change the rows, and leave the old one be",
        WARNING,
    )


def _cascade(step: Operation, name: str, revision: Revision, seen: list[Operation]) -> Lost | None:
    if step.kind in _WITH_COLUMNS:
        columns = _columns_of(name, revision, seen) if step.kind == "drop_type" else None
        if columns == ():
            return None
        which = f"the columns {listed(columns, 3)}" if columns else "every column that uses it"
        return f"drops the {_WITH_COLUMNS[step.kind]} {name} with {which} (CASCADE)", _ONE_BY_ONE, ERROR
    if step.kind in _OTHERS and not any(_makes(earlier, step) for earlier in seen):
        return f"drops the {_OTHERS[step.kind]} {name} with all that depends on it (CASCADE)", _ONE_BY_ONE, WARNING
    return None


def _makes(earlier: Operation, step: Operation) -> bool:
    return earlier.kind == step.kind.replace("drop_", "create_") and earlier.name == step.name


def _columns_of(name: str, revision: Revision, seen: list[Operation]) -> tuple[str, ...] | None:
    """Columns of an enum that are still there; `None` where that is not known."""
    before = revision.before
    if before is None or before.rest is not None or before.doubtful or any(s.kind in ("unread", "all") for s in seen):
        return None
    found = [
        f"{table.key}.{column.name}"
        for table in before.tables
        for column in table.columns.known
        if isinstance(column.type, ColumnType) and (column.type.enum == name or column.type.sql.lower() == name)
    ]
    gone = {s.table for s in seen if s.kind == "drop_table"}
    changed = {f"{s.table}.{s.name}" for s in seen if s.kind in ("drop_column", "alter_column")}
    return tuple(each for each in found if each.rpartition(".")[0] not in gone and each not in changed)
