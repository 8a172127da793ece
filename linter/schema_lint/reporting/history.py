"""The revisions of a project as a table: what each does, the strongest lock it takes, and what may go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schema_lint.checking.finding import RANK, Finding
from schema_lint.facts.locks import lock_of, strongest
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown
from schema_lint.reporting.markdown import code, escaped
from schema_lint.reporting.summary import listed, plural
from schema_lint.reporting.table import table, widest
from schema_lint.reporting.terminal import PLAIN, Style, cut, prose

_TITLES = ("revision", "title", "what it does", "strongest lock", "risk")
_HEAD = ("Revision", "Title", "What it does", "Strongest lock on tables that were there", "Risk", "Apply", "Roll back")
_TOLD = 6
_NARROWEST = 12
_ROWS = ("insert", "update", "delete", "bulk_insert", "truncate")
_VERBS = {
    "create_table": "creates", "drop_table": "drops", "rename_table": "renames", "create_index": "indexes",
    "create_foreign_key": "adds a foreign key to", "create_unique_constraint": "adds a unique constraint to",
    "create_check_constraint": "adds a CHECK to", "create_primary_key": "adds a primary key to",
    "create_exclude_constraint": "adds an exclusion constraint to", "drop_constraint": "drops a constraint of",
    "validate_constraint": "validates a constraint of", "drop_index": "drops an index of",
    "rename_constraint": "renames a constraint of", "create_table_comment": "comments on",
    "attach_partition": "attaches a partition to", "detach_partition": "detaches a partition of",
}  # fmt: skip
_OF_COLUMN = {"add_column": "adds", "drop_column": "drops", "alter_column": "changes"}


class Row(NamedTuple):
    """A revision."""

    revision: str
    title: str
    does: str
    lock: str
    risk: str
    apply: str
    undo: str


def rows(environments: Iterable[MigrationEnvironment], findings: Sequence[Finding]) -> list[Row]:
    """The revisions that are judged, along each history."""
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        if isinstance(finding.place, SourcePlace):
            by_path.setdefault(finding.place.path, []).append(finding)
    return [
        _row(revision, by_path.get(revision.path, []))
        for environment in environments
        for revision in environment.in_order()
        if not revision.applied
    ]


def _row(revision: Revision, findings: Sequence[Finding]) -> Row:
    steps = revision.operations if not isinstance(revision.operations, Unknown) else ()
    unread = isinstance(revision.operations, Unknown) or any(step.kind == "unread" for step in steps)
    return Row(
        revision=revision.identifier,
        title=revision.message,
        does="joins branches" if revision.is_merge and not steps else _does(steps),
        lock=_lock(revision),
        risk=_risk(findings, unread=unread),
        apply=f"alembic upgrade {revision.identifier}",
        undo=_undo(revision),
    )


def _does(steps: Iterable[Operation]) -> str:
    told: dict[str, dict[str, None]] = {}
    for step in steps:
        verb, what = _told(step)
        if verb:
            told.setdefault(verb, {})[what] = None
    parts = [f"{verb} {listed(list(names), _TOLD)}".strip() for verb, names in told.items()]
    return "; ".join(parts) or "nothing"


def _told(step: Operation) -> tuple[str, str]:
    table_name = step.table if isinstance(step.table, str) else "a table"
    if step.kind in _OF_COLUMN:
        name = step.name if isinstance(step.name, str) else "a column"
        return _OF_COLUMN[step.kind], f"{table_name}.{name}"
    if step.kind in _ROWS:
        return "changes rows of", table_name
    if step.kind in _VERBS:
        return _VERBS[step.kind], table_name
    if step.kind.endswith("_type") or step.kind in ("add_value", "rename_value", "sync_enum"):
        name = step.name if isinstance(step.name, str) else "a type"
        return {"create_type": "creates", "drop_type": "drops"}.get(step.kind, "changes"), f"type {name}"
    if step.kind == "unread":
        return "runs what could not be read", ""
    if step.kind == "all":
        return "creates or drops all tables of a metadata", ""
    if step.kind.startswith(("create_", "drop_")):
        verb, _, what = step.kind.partition("_")
        name = f" {step.name}" if isinstance(step.name, str) else ""
        return {"create": "creates", "drop": "drops"}[verb], f"{what}{name}"
    return "", ""


def _lock(revision: Revision) -> str:
    by_lock: dict[str, dict[str, None]] = {}
    for step in revision.on_existing():
        lock = lock_of(step)
        if lock is not None:
            by_lock.setdefault(lock, {})[str(step.table)] = None
    most = strongest(list(by_lock))
    return f"{most} on {listed(list(by_lock[most]), _TOLD)}" if most is not None else "none"


def _risk(findings: Sequence[Finding], *, unread: bool) -> str:
    worst = min((finding.severity for finding in findings), key=RANK.__getitem__, default=None)
    codes = ", ".join(dict.fromkeys(finding.code for finding in sorted(findings, key=lambda f: RANK[f.severity])))
    if worst is not None:
        return f"{worst}: {codes}"
    return "not known" if unread else "none found"


def _undo(revision: Revision) -> str:
    if revision.downgrade == "raises":
        return "declared irreversible"
    if revision.downgrade in ("empty", "missing") and revision.upgrade == "acts":
        return "not by its downgrade, which does nothing"
    parent = revision.parents[0] if len(revision.parents) == 1 else "base" if not revision.parents else "-1"
    return f"alembic downgrade {parent}"


def as_markdown(found: Sequence[Row]) -> str:
    """The table in Markdown."""
    lines = [f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
    for row in found:
        undo = code(row.undo) if row.undo.startswith("alembic ") else row.undo
        cells = [code(row.revision), *map(escaped, (row.title, row.does, row.lock, row.risk)), code(row.apply), undo]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def render(found: Sequence[Row], *, width: int = 100, style: Style = PLAIN) -> str:
    """The table for a terminal."""
    if not found:
        return "No revision is judged: all are applied, or older than what was asked for.\n\n"
    cells = [tuple(map(prose, row[:5])) for row in found]
    first, *wanted, last = widest(_TITLES, cells)
    shares = _shares(wanted, max(width - (first + last + 8), 3 * _NARROWEST))
    shown = [(row[0], *map(cut, row[1:4], shares), row[4]) for row in cells]
    looks = {4: lambda text: text.strip().partition(":")[0]}
    lines = table(_TITLES, shown, style=style, looks=looks)
    return style.drawn("\n".join([*lines, "", f"{plural(len(found), 'revision')} read.", ""]) + "\n")


def _shares(wanted: Sequence[int], left: int) -> list[int]:
    """Widths of columns that share what is left: those that want less than an even part get what they want."""
    found = list(wanted)
    open_columns = sorted(range(len(wanted)), key=wanted.__getitem__)
    while open_columns:
        column = open_columns.pop(0)
        found[column] = min(wanted[column], left // (len(open_columns) + 1))
        left -= found[column]
    return found
