"""The revisions of a history that are judged: what each does, locks and risks, and how it is applied and undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from schema_lint.checking.finding import RANK, Finding, Severity
from schema_lint.facts.locks import STRENGTH, lock_of, strongest
from schema_lint.facts.migrations import MigrationEnvironment, Revision, UnreadRevision
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.replaying import FailedUpgrade, Replay, ReplayedStep, ReplayError, TableLock
from schema_lint.facts.secrets import mask
from schema_lint.facts.unknown import Unknown
from schema_lint.reporting.summary import listed, plural
from schema_lint.reporting.terminal import prose

_TOLD = 6
_FILES = 10
_FEW = 3
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
VERDICTS = {
    "inverse": "inverse",
    "nothing": "nothing to undo",
    "order": "inverse but for column order",
    "irreversible": "declared irreversible",
    "not-inverse": "not inverse",
    "empty": "does nothing",
    "broken": "fails",
    "unknown": "unknown",
}
"""What is said of a downgrade, by its verdict; the worst last but one."""

_NO_WAY_BACK = {
    "empty": "its downgrade does nothing",
    "irreversible": "declared irreversible",
    "broken": "its downgrade fails",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A revision."""

    revision: str
    title: str
    path: str
    parents: tuple[str, ...] | None = None
    """`None` where its file was replayed, and not read."""

    does: str = "not known"
    lock: str = "none"
    """The strongest that reading tells of tables that were there, with these."""

    severity: Severity | None = None
    """The worst of what was found."""

    codes: tuple[str, ...] = ()
    """Rules that found something, the worst first."""

    whole: bool = False
    """Whether all that it does could be read, or it was replayed."""

    apply: str
    undo: str | None = None
    """The command; `None` where none undoes it."""

    undo_note: str = ""
    """What it leaves, or why there is none."""

    step: ReplayedStep | None = None
    """What the server did."""

    failure: ReplayError | None = None
    """Why its upgrade failed."""

    @property
    def risk(self) -> str:
        """The worst of what was found, with the rules that found something."""
        if self.severity is not None:
            return f"{self.severity}: {', '.join(self.codes)}"
        return "none found" if self.whole else "not known"


def not_read(unread: Sequence[UnreadRevision]) -> Iterator[str]:
    """Files of revisions that could not be read, and why."""
    yield from (f"Not read: {each.path}: {each.why}." for each in unread[:_FILES])
    if unread[_FILES:]:
        yield f"Not read: {plural(len(unread) - _FILES, 'more file')}."


def read_rows(environments: Iterable[MigrationEnvironment], findings: Sequence[Finding]) -> tuple[Row, ...]:
    """The revisions that are judged, along each history, as far as they could be read."""
    by_path = _by_path(findings)
    return tuple(
        _read_row(revision, environment, by_path.get(revision.path, []))
        for environment in environments
        for revision in environment.in_order()
        if not revision.applied
    )


def replayed_rows(
    replay: Replay, environments: Iterable[MigrationEnvironment], findings: Sequence[Finding], *, command: str
) -> tuple[Row, ...]:
    """The revisions that are judged, as they were replayed, and the one that the replay ended at.

    Args:
        command: `alembic`, with what tells it the history.
    """
    by_path = _by_path(findings)
    known = {revision.path: (revision, each) for each in environments for revision in each.revisions}

    def read(step: ReplayedStep | FailedUpgrade) -> Row:
        found = by_path.get(step.path, [])
        if step.path in known:
            return _read_row(*known[step.path], found, command)
        severity, codes = _worst(found)
        apply = f"{command} upgrade {step.revision}"
        return Row(
            revision=step.revision, title=mask(step.title), path=step.path, severity=severity, codes=codes, apply=apply
        )

    rows = []
    for step in replay.judged:
        row = read(step)
        undo, note = _undone(step, row)
        rows.append(msgspec.structs.replace(row, whole=True, step=step, undo=undo, undo_note=note))
    failed = replay.failure
    if failed is not None:
        rows.append(msgspec.structs.replace(read(failed), failure=failed.error, undo=None, undo_note=""))
    return tuple(rows)


def _by_path(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if isinstance(finding.place, SourcePlace):
            by_path[finding.place.path].append(finding)
    return by_path


def _read_row(
    revision: Revision, environment: MigrationEnvironment, findings: Sequence[Finding], command: str = "alembic"
) -> Row:
    if "current_app" in environment.words:
        command = "flask db"
    steps = revision.steps
    unread = isinstance(revision.operations, Unknown) or any(step.kind == "unread" for step in steps)
    note = _why_not(revision)
    severity, codes = _worst(findings)
    return Row(
        revision=revision.identifier,
        title=mask(revision.message),
        path=revision.path,
        parents=revision.parents,
        does=_of(revision, steps),
        lock=_lock(revision) if environment.dialect is None else f"not known of {environment.dialect}",
        severity=severity,
        codes=codes,
        whole=not unread,
        apply=f"{command} upgrade {revision.identifier}",
        undo=f"{command} downgrade {_back(revision, environment)}" if not note else None,
        undo_note=note,
    )


def _worst(findings: Sequence[Finding]) -> tuple[Severity | None, tuple[str, ...]]:
    """The worst severity, and the rules, the worst first."""
    ordered = sorted(findings, key=lambda finding: RANK[finding.severity])
    codes = tuple(dict.fromkeys(finding.code for finding in ordered))
    return (ordered[0].severity if ordered else None), codes


def _of(revision: Revision, steps: Sequence[Operation]) -> str:
    if isinstance(revision.operations, Unknown):
        return "not known"
    return "joins branches" if revision.is_merge and not steps else _does(steps)


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
    if isinstance(revision.operations, Unknown):
        return "not known"
    by_lock: dict[str, dict[str, None]] = {}
    for step in revision.on_existing():
        lock = lock_of(step)
        if lock is not None:
            by_lock.setdefault(lock, {})[str(step.table)] = None
    most = strongest(list(by_lock))
    return f"{most} on {listed(list(by_lock[most]), _TOLD)}" if most is not None else "none"


def _why_not(revision: Revision) -> str:
    if revision.downgrade == "raises":
        return _NO_WAY_BACK["irreversible"]
    if revision.downgrade in ("empty", "missing") and revision.upgrade == "acts":
        return _NO_WAY_BACK["empty"]
    return ""


def _back(revision: Revision, environment: MigrationEnvironment) -> str:
    """What alembic is to go back to so that this revision is undone, and no other branch."""
    if not revision.parents:
        alone = sum(not each.parents for each in environment.revisions) == 1
        return "base" if alone else f"{revision.identifier}@base"
    parent = revision.parents[0]
    children = sum(parent in each.parents for each in environment.revisions)
    return parent if children == 1 or revision.is_merge else f"{revision.identifier}@{parent}"


def _undone(step: ReplayedStep, row: Row) -> tuple[str | None, str]:
    """How a replayed step is undone, and what is to be said of it: what the server showed beats what was read."""
    verdict = step.downgrade.verdict if step.downgrade is not None else ""
    if verdict in _NO_WAY_BACK:
        return None, _NO_WAY_BACK[verdict]
    if verdict == "not-inverse":
        return row.undo, "leaves the schema otherwise than it was"
    return row.undo, row.undo_note


def milliseconds(row: Row) -> str:
    """How long a replayed revision took."""
    return f"{row.step.seconds * 1000:,.0f}" if row.step is not None else ""


def verdict_of(row: Row) -> str:
    """What became of a replayed revision and its downgrade."""
    if row.failure is not None:
        return "upgrade fails"
    trial = row.step.downgrade if row.step is not None else None
    if trial is None:
        return ""
    verdict = VERDICTS[trial.verdict]
    return f"{verdict}, upgrade fails then" if trial.second_upgrade is not None else verdict


def locks_held(step: ReplayedStep, *, on: str = " ") -> str:
    """Tables by lock, the strongest first, with what was done to their rows.

    Args:
        on: what stands between a lock and its tables.
    """
    if step.autocommit and not step.locks:
        return "none held: outside a transaction"
    modes: defaultdict[str, list[str]] = defaultdict(list)
    for lock in step.locks:
        modes[lock.mode].append(_table_held(lock, step))
    order = sorted(modes, key=STRENGTH.index, reverse=True)
    return "; ".join(f"{mode}{on}{', '.join(modes[mode])}" for mode in order)


def _table_held(lock: TableLock, step: ReplayedStep) -> str:
    name = lock.table.removeprefix("public.")
    return f"{name} (rewritten)" if lock.table in step.rewritten else name


def commands(rows: Sequence[Row]) -> list[str]:
    """How to apply and to roll back each of a few; of many, where that is told."""
    if len(rows) > _FEW:
        return ["--table tells how to apply and to roll back each."]
    return [prose(line) for row in rows if row.failure is None for line in _commands(row)]


def _commands(row: Row) -> Iterator[str]:
    yield f"To apply {row.revision}: {row.apply}"
    if row.undo is None:
        yield f"To roll it back: nothing{f' ({row.undo_note})' if row.undo_note else ''}"
    else:
        yield f"To roll it back: {row.undo}{' (not inverse)' if row.undo_note else ''}"
