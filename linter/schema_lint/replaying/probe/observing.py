"""What a step did: its statements, its locks, what it rewrote and what it read through."""

from __future__ import annotations

import contextlib
import re
import time
from typing import TYPE_CHECKING, Any, Dict  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.catalogue import ALL, RELATIONS_ONLY, WITH_OTHERS
else:
    from _schema_lint_replay.catalogue import ALL, RELATIONS_ONLY, WITH_OTHERS

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other

MODES = (
    "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
    "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
)  # fmt: skip
_CHANGING = frozenset(MODES[3:])
MOST_STATEMENTS = 400
LONGEST_STATEMENT = 2000

_OBSERVE = """
SELECT 'lock', l.relation::bigint, l.mode FROM pg_locks l WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation'
  AND l.granted AND l.relation >= 16384
UNION ALL SELECT 'scan', s.relid::bigint, s.seq_scan::text FROM pg_stat_xact_user_tables s WHERE s.seq_scan > 0
UNION ALL SELECT 'transaction', 0, pg_current_xact_id()::text
"""
_FILES = """
SELECT c.oid::bigint, c.relfilenode::bigint, n.nspname || '.' || c.relname FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""

_SEQUENCES = """SELECT quote_literal(quote_ident(schemaname) || '.' || quote_ident(sequencename)), last_value,
  start_value FROM pg_sequences"""
_TAKES_NUMBERS = re.compile(r"\s*(?:insert|with|copy|merge)\b|.*\bnextval\b", re.I | re.S)

_COMMENTS = re.compile(r"^(?:\s|--[^\n]*\n|/\*.*?\*/)+", re.S)
_ROWS = re.compile(r"(?:select|insert|update|delete|with|values|set|show|reset|savepoint|release|lock|begin|"
                   r"commit|rollback|copy|explain|analyze)\b", re.I)  # fmt: skip
_RELATIONS = re.compile(
    r"create\s+(?:unlogged\s+|global\s+|local\s+|temp\s+|temporary\s+)*table\b|alter\s+table\b|drop\s+table\b|"
    r"create\s+(?:unique\s+)?index\b|drop\s+index\b|create\s+(?:or\s+replace\s+)?view\b|drop\s+view\b|truncate\b|"
    r"create\s+sequence\b|drop\s+sequence\b|alter\s+sequence\b|comment\s+on\s+(?:table|column|index)\b",
    re.I,
)
_OTHERS = re.compile(
    r"create\s+type\b|drop\s+type\b|alter\s+type\s+\S+\s+add\s+value\b|create\s+(?:or\s+replace\s+)?function\b|"
    r"drop\s+function\b|create\s+schema\b|create\s+extension\b|drop\s+extension\b|create\s+domain\b|drop\s+domain\b|"
    r"create\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b|drop\s+trigger\b|create\s+policy\b|drop\s+policy\b",
    re.I,
)
_FAR_REACHING = re.compile(r"\bcascade\b|\brename\b|\bset\s+schema\b|\bowned\s+by\b", re.I)
_CASCADING_KEY = re.compile(r"\bon\s+(?:delete|update)\s+cascade\b", re.I)


def depth_of(statement: str) -> int:
    """How much of the catalogue a statement may have changed beyond the relations that it locks; 0 for rows alone."""
    text = _COMMENTS.sub("", statement + "\n")
    if ";" in text.rstrip().rstrip(";") and not _is_function(text):
        parts = [part for part in text.split(";") if part.strip()]
        return max(depth_of(part) for part in parts)
    if _ROWS.match(text):
        return 0
    if _FAR_REACHING.search(_CASCADING_KEY.sub("", text)) and not _is_function(text):
        return ALL
    if _RELATIONS.match(text):
        return RELATIONS_ONLY
    return WITH_OTHERS if _OTHERS.match(text) else ALL


def _is_function(text: str) -> bool:
    return "$" in text or "'" in text


class Observer:
    """Watches one connection."""

    def __init__(self, connection: Any, *, extensions: bool) -> None:
        """Watch it.

        Args:
            extensions: whether the server has a function that makes what only a superuser may make.
        """
        self.connection = connection
        self._extensions = extensions
        self._asked = ""
        self.files: dict[int, tuple[int, str]] = {}
        self.trial = False
        self.transaction = ""
        """Number of the transaction that was seen last."""

        self.sequences: dict[str, int | None] | None = None
        """The last numbers of sequences, before a trial took one; `None` where it has taken none."""

        self.autocommit = False
        self.deviated = False
        """Whether a trial ran something otherwise than it would be run."""

        self.has_asked_elsewhere = False
        """Whether a trial took another connection, which sees nothing of what the trial did."""

        self._clear()
        from sqlalchemy import event
        from sqlalchemy.pool import Pool

        event.listen(connection, "before_cursor_execute", self._before, retval=True)
        event.listen(connection, "after_cursor_execute", self._after)
        event.listen(connection, "commit", self._committing)
        event.listen(Pool, "checkout", self._elsewhere)

    def _clear(self) -> None:
        self.statements: list[list[Any]] = []
        self.queries: list[str] = []
        """Of a trial: what it asks or does of rows."""

        self.count = 0
        self.depth = 0
        self.locked: dict[int, str] = {}
        self.touched: set[int] = set()
        self._scans: dict[int, int] = {}
        self._started = time.perf_counter()

    def cursor(self) -> Any:
        """A cursor of the driver's, which no listener of the project's sees."""
        return self.connection.connection.cursor()

    def fetch(self, statement: str) -> list[Any]:
        """Rows of a query of ours."""
        cursor = self.cursor()
        try:
            cursor.execute(statement)
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def begin(self) -> None:
        """A step begins."""
        self._clear()
        self.deviated = self.has_asked_elsewhere = False
        self._before_scans = {}
        for kind, oid, what in self.fetch(_OBSERVE):
            if kind == "scan":
                self._before_scans[oid] = int(what)
            elif kind == "transaction":
                self.transaction = what

    def set_sequences_back(self) -> None:
        """Undo what no rollback does: numbers that a trial took from sequences."""
        before = self.sequences
        for name, last, first in self.fetch(_SEQUENCES) if before is not None else ():
            old = before.get(name, last) if before is not None else last
            if old != last:
                self.fetch(f"SELECT setval({name}, {first if old is None else old}, {str(old is not None).lower()})")

    def _elsewhere(self, connection: Any, record: Any, proxy: Any) -> None:
        self.has_asked_elsewhere = self.has_asked_elsewhere or self.trial

    def deviate(self) -> None:
        """Take note that a trial runs something otherwise."""
        self.deviated = True

    def _before(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> Any:
        self._asked = statement
        if self.trial:
            if self.sequences is None and (_TAKES_NUMBERS.match(statement) or depth_of(statement) == ALL):
                # A transaction that has failed tells nothing, and the statement itself will say so.
                with contextlib.suppress(Exception):
                    self.sequences = {name: last for name, last, _ in self.fetch(_SEQUENCES)}
            statement = _in_transaction(statement)
            self.deviated = self.deviated or statement != self._asked
        if self._extensions and _EXTENSION.match(statement):
            statement = "SELECT schema_lint.extension('" + statement.replace("'", "''") + "')"
        self._started = time.perf_counter()
        return statement, parameters

    def _after(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        seconds = time.perf_counter() - self._started
        self.count += 1
        statement = self._asked
        depth = depth_of(statement)
        self.depth = max(self.depth, depth)
        if self.trial and not depth and len(self.queries) < MOST_STATEMENTS:
            self.queries.append(statement)
        if len(self.statements) < MOST_STATEMENTS and (depth or statement.lstrip()[:6].lower() != "select"):
            self.statements.append([" ".join(statement.split())[:LONGEST_STATEMENT], round(seconds, 4)])

    def _committing(self, connection: Any) -> None:
        """What a transaction held is lost when it ends."""
        if not self.trial:
            self.look()

    def look(self) -> None:
        """See what the transaction holds."""
        for kind, oid, what in self.fetch(_OBSERVE):
            if kind == "scan":
                self._scans[oid] = max(self._scans.get(oid, 0), int(what))
            elif kind == "transaction":
                self.transaction = what
            elif what in _CHANGING:
                self.touched.add(oid)
                if MODES.index(what) > MODES.index(self.locked.get(oid, MODES[0])):
                    self.locked[oid] = what

    def end(self) -> Json:
        """What the step did to tables that were there before it."""
        self.look()
        before = self.files
        if self.depth and not self.trial:
            self.files = self._tables()
        rewritten = [oid for oid in before if oid in self.files and self.files[oid][0] != before[oid][0]]
        truncated = any(text[:8].lower() == "truncate" for text, _ in self.statements)
        return {
            "locks": {before[oid][1]: mode for oid, mode in sorted(self.locked.items()) if oid in before},
            "rewritten": [before[oid][1] for oid in rewritten if not truncated],
            "scanned": [before[oid][1] for oid in sorted(before) if self._scanned(oid) and self.depth],
            "statements": self.statements,
            "count": self.count,
            "autocommit": self.autocommit,
        }

    def _scanned(self, oid: int) -> bool:
        now, then = self._scans.get(oid, 0), self._before_scans.get(oid, 0)
        # The server forgets its counts when it has told them to all.
        return now > (then if now >= then else 0)

    def _tables(self) -> dict[int, tuple[int, str]]:
        return {oid: (file, name) for oid, file, name in self.fetch(_FILES)}

    def know_tables(self) -> None:
        """Read which tables there are."""
        self.files = self._tables()


_EXTENSION = re.compile(r"\s*create\s+extension\b", re.I)
_CONCURRENTLY = re.compile(r"\bconcurrently\b", re.I)
_TRANSACTION = re.compile(r"\s*(?:begin|commit|end|rollback|start\s+transaction)\b(?!\s+to\b)[^;]*;?\s*$", re.I)


def _in_transaction(statement: str) -> str:
    """A statement that comes to the same in the catalogue, and can be rolled back."""
    if _TRANSACTION.match(statement):
        return "SELECT 1"
    return _CONCURRENTLY.sub("", statement)
