"""A step run once more with rows in every table, and rolled back: what fails only then, and what is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, ContextManager, Dict  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.channel import error_of, object_of
    from schema_lint.replaying.probe.losing import State, compare, look
    from schema_lint.replaying.probe.observing import Observer
    from schema_lint.replaying.probe.seeding import Seeder
else:
    from _schema_lint_replay.channel import error_of, object_of
    from _schema_lint_replay.losing import compare, look
    from _schema_lint_replay.seeding import Seeder

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other

_SETS_NOT_NULL = re.compile(r"\bset\s+not\s+null\b", re.I)
_EMPTIES = re.compile(r"\s*(?:truncate\b|delete\s+from\s+[^\s;]+\s*;?\s*$)", re.I)
_OF_SCHEMA = re.compile(r"\s*(?:alter|create|drop|comment)\b", re.I)
_BLOCK = re.compile(r"\s*do\b(?!.*\b(?:insert|update|delete|merge|perform|select)\b)", re.I | re.S)
"""A block of code that does nothing with rows."""

_KEY = re.compile(r"\((.+?)\)=\(")
_MISSING, _DOUBLE = "23502", "23505"


class RowsTrial:
    """Tries steps of one history with rows."""

    def __init__(self, observer: Observer, rows: int, left_out: list[str], forget: Callable[[], None]) -> None:
        """Try them.

        Args:
            left_out: tables that get no rows.
            forget: makes alembic as it is when a command begins.
        """
        self._observer = observer
        self._forget = forget
        self._seeder = Seeder(observer.fetch, rows, left_out)

    def of(self, module: Any, arguments: Json, rolled_back: Callable[[], ContextManager[Any]]) -> Json:
        """What came of a step.

        Args:
            module: the revision's.
            arguments: of its functions.
            rolled_back: a transaction of which nothing stays.
        """
        with rolled_back():
            answer = self._tried(module, arguments, nulls=False)
        if answer.pop("sets_not_null"):
            with rolled_back():
                answer["with_nulls"] = self._tried(module, arguments, nulls=True)
        return answer

    def _tried(self, module: Any, arguments: Json, *, nulls: bool) -> Json:
        observer = self._observer
        answer: Json = {"sets_not_null": False}
        answer.update(self._seeder.seed(nulls=nulls))
        before = look(observer.fetch)
        observer.begin()
        mark = observer.transaction
        try:
            module.upgrade(**arguments)
            observer.end()
        except Exception as error:
            answer["failure"] = self._failure(error, before)
            answer["sets_not_null"] = self._sets_not_null(answer["failure"]["statement"])
            return answer
        answer["sets_not_null"] = self._sets_not_null()
        answer["leaked"] = observer.transaction != mark
        if not nulls:
            self._undo(module, arguments, before, answer)
        return answer

    def _undo(self, module: Any, arguments: Json, before: State, answer: Json) -> None:
        observer = self._observer
        emptied = any(_EMPTIES.match(text) for text, _ in observer.statements)
        named = _words(observer.queries)
        after = look(observer.fetch)
        undone = None
        self._forget()
        observer.begin()
        try:
            module.downgrade(**arguments)
            observer.end()
            undone = look(observer.fetch)
        except Exception as error:
            answer["undo_failure"] = self._failure(error, after)
        named |= _words(observer.queries)
        answer.update(compare(before, after, undone, emptied=emptied, named=named))

    def _sets_not_null(self, failed: str | None = None) -> bool:
        texts = [text for text, _ in self._observer.statements] + [failed or ""]
        return any(_SETS_NOT_NULL.search(text) for text in texts)

    def _failure(self, error: Exception, before: State) -> Json:
        """What it failed with, and whether the rows that were made up can be why."""
        told = error_of(error)
        table, column, detail = object_of(error)
        columns = [column] if column else []
        if told["sqlstate"] == _DOUBLE:
            key = _KEY.search(detail)
            columns = [name.strip(' "') for name in key[1].split(",")] if key else []
        known = before.get(table or "")
        fresh = bool(columns) and known is not None and not known.types.keys() & set(columns)
        by_schema = _is_of_schema(told["statement"] or "")
        certain = fresh and by_schema and told["sqlstate"] in (_MISSING, _DOUBLE) and not self._is_filled(table)
        rows = known.total if known is not None else 0
        return {**told, "table": table, "columns": columns, "certain": certain, "of_schema": by_schema, "rows": rows}

    def _is_filled(self, table: str | None) -> bool:
        """Whether a statement of the step may have given rows of the table their values."""
        name = re.compile(r"\b{}\b".format(re.escape((table or "").rpartition(".")[2])), re.I)
        return any(name.search(text) and not _is_of_schema(text) for text, _ in self._observer.statements)


def _is_of_schema(statement: str) -> bool:
    return bool(_OF_SCHEMA.match(statement) or _BLOCK.match(statement))


def _words(queries: list[str]) -> set[str]:
    """Names in queries that may put values somewhere else, or back."""
    told = (text for text in queries if not _EMPTIES.match(text) and "pg_catalog" not in text)
    return {word.lower() for text in told for word in re.findall(r"\w+", text)}
