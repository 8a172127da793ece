"""What became of rows: what a step has lost, and what its downgrade has brought back."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set  # noqa: UP035

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other

MOST_ROWS = 500
"""Of a table; one that has more is not looked at."""

_KEEPS_ANY = re.compile(r"text|character|citext|bytea|json|xml|name")
"""Types that hold what an application wants of them: made up values tell nothing of how its own are converted."""

CREATE_ROWS = f"""CREATE OR REPLACE FUNCTION pg_temp.schema_lint_rows() RETURNS TABLE (name text, columns text,
  held text) LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET jit = off
  AS $rows$
BEGIN
FOR name, columns, held IN SELECT n.nspname || '.' || c.relname, (SELECT json_object_agg(a.attname,
    format_type(a.atttypid, a.atttypmod))::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
    AND NOT a.attisdropped AND a.attgenerated = ''), quote_ident(n.nspname) || '.' || quote_ident(c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'schema_lint')
LOOP
  EXECUTE 'SELECT json_agg(row_to_json(t))::text FROM (SELECT * FROM ' || held || ' LIMIT {MOST_ROWS + 1}) t'
    INTO held;
  RETURN NEXT;
END LOOP;
END $rows$"""


class Table(NamedTuple):
    """A table's rows at one moment."""

    types: Dict[str, str]  # noqa: UP006
    total: int
    values: Dict[str, Counter[str]]  # noqa: UP006
    """Of each column, without NULL."""


State = Dict[str, Table]  # noqa: UP006


def look(fetch: Callable[[str], List[Any]]) -> State:  # noqa: UP006
    """The rows of every table."""
    found = {}
    for name, columns, text in fetch("SELECT name, columns, held FROM pg_temp.schema_lint_rows()"):
        rows = json.loads(text, parse_float=str, parse_int=str) if text else []
        types = json.loads(columns or "{}")
        values: dict[str, Counter[str]] = {column: Counter() for column in types}
        for row in rows:
            for column, value in row.items():
                if value is not None and column in values:
                    values[column][value if isinstance(value, str) else json.dumps(value, sort_keys=True)] += 1
        found[name] = Table(types, len(rows), values)
    return found


class _Step(NamedTuple):
    """What there was before a step, after it, and after its downgrade."""

    before: State
    after: State
    undone: Optional[State]  # noqa: UP045
    emptied: bool
    named: Set[str]  # noqa: UP006


def compare(before: State, after: State, undone: State | None, *, emptied: bool, named: set[str]) -> Json:
    """What a step has lost and what came back.

    Args:
        undone: after the downgrade; `None` where there is none.
        emptied: whether the step has emptied a table as a whole.
        named: words of the queries that it ran. What they name may have been put somewhere else, had the rows been
            those of the application: it is not told as lost.
    """
    step = _Step(before, after, undone, emptied, named)
    found: Json = {"lost": [], "kept": []}
    for name, table in sorted(before.items()):
        if 0 < table.total <= MOST_ROWS:
            now = after.get(name)
            if now is None or (now.total == 0 and emptied):
                _of_rows(name, table, step, found)
            else:
                _of_columns(name, table, now, step, found)
    return found


def _of_rows(name: str, table: Table, step: _Step, found: Json) -> None:
    """Take up a table that is gone, or empty."""
    undone = step.undone
    back = undone[name].total if undone is not None and name in undone else 0
    if back >= table.total:
        found["kept"].append({"table": name, "column": None})
    elif name.rpartition(".")[2].lower() not in step.named and not _went_elsewhere(table, step):
        how = "emptied" if name in step.after else "dropped"
        found["lost"].append({"table": name, "column": None, "count": table.total - back, "how": how})


def _went_elsewhere(table: Table, step: _Step) -> bool:
    return any(_moved(values, step) for values in table.values.values())


def _of_columns(name: str, table: Table, now: Table, step: _Step, found: Json) -> None:
    """Take up columns that are gone, or of another type."""
    back = step.undone.get(name) if step.undone is not None else None
    for column, values in sorted(table.values.items()):
        gone = column not in now.types
        if not values or (not gone and now.types[column] == table.types[column]):
            continue
        missing = _missing(column, values, table.types[column], back)
        if missing == 0:
            found["kept"].append({"table": name, "column": column})
        elif missing is None or column.lower() in step.named:
            continue
        elif gone and not _moved(values, step):
            found["lost"].append({"table": name, "column": column, "count": missing, "how": "dropped"})
        elif not gone and step.undone is not None and _KEEPS_ANY.match(table.types[column]) is None:
            found["lost"].append({"table": name, "column": column, "count": missing, "how": "changed"})


def _missing(column: str, values: Counter[str], kind: str, back: Table | None) -> int | None:
    """How many values are not there again; `None` where that cannot be told."""
    total = sum(values.values())
    if back is None or column not in back.types:
        return total
    if back.types[column] != kind:
        # The same may be written otherwise.
        return total if not back.values[column] else None
    return sum((values - back.values[column]).values())


def _telling(values: Counter[str]) -> bool:
    """Whether values that are found elsewhere can only be these."""
    return all(count == 1 and len(value) > 3 and value != "false" for value, count in values.items())


def _moved(values: Counter[str], step: _Step) -> bool:
    """Whether values have come to stand somewhere else."""
    if not values or not _telling(values):
        return False
    come = []
    for name, other in step.after.items():
        for column, held in other.values.items():
            old = step.before[name].values.get(column) if name in step.before else None
            come += list(held - old if old is not None else held)
    return all(any(value in text for text in come) for value in values)
