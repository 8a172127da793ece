"""Rows for the tables there are: made in the order that foreign keys ask for, and tried one by one on the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Tuple  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.made_rows import Choice, Row
    from schema_lint.replaying.probe.values import Types
else:
    from _schema_lint_replay.made_rows import Choice, Row
    from _schema_lint_replay.values import Types

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other
Fetch = Callable[[str], List[Any]]  # noqa: UP006
Made = List[Tuple[str, int]]  # noqa: UP006
"""Tables and the rows, counted from 0, that a statement is about."""

CREATE_TRY = """CREATE OR REPLACE FUNCTION pg_temp.schema_lint_try(given text) RETURNS text LANGUAGE plpgsql AS $try$
DECLARE statement text; answers text[] := ARRAY[]::text[];
BEGIN
FOR statement IN SELECT json_array_elements_text(convert_from(decode(given, 'hex'), 'UTF8')::json) LOOP
  BEGIN
    EXECUTE statement;
    answers := answers || ''::text;
  EXCEPTION WHEN OTHERS THEN
    answers := answers || (SQLSTATE || ' ' || SQLERRM);
  END;
END LOOP;
RETURN array_to_json(answers)::text;
END $try$"""
"""Runs each statement in a subtransaction of its own, and returns what each failed with."""

_OWN = """n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'schema_lint') AND NOT EXISTS (SELECT FROM
  pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')"""

_TABLES = f"""SELECT coalesce(json_agg(json_build_object(
  'name', n.nspname || '.' || c.relname, 'quoted', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
  'partitioned', c.relkind = 'p',
  'partition', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
  'bounds', (SELECT json_agg(pg_get_expr(k.relpartbound, k.oid) ORDER BY k.oid) FROM pg_inherits i JOIN pg_class k
    ON k.oid = i.inhrelid WHERE c.relkind = 'p' AND i.inhparent = c.oid),
  'columns', (SELECT json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname),
      'type', a.atttypid::bigint, 'modifier', a.atttypmod, 'required', a.attnotnull OR t.typnotnull,
      'identity', a.attidentity, 'generated', a.attgenerated <> '', 'default', a.atthasdef) ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'keys', (SELECT json_agg(json_build_object('columns', {{columns}}, 'deferrable', k.condeferrable,
      'parent', m.nspname || '.' || p.relname, 'quoted', quote_ident(m.nspname) || '.' || quote_ident(p.relname),
      'parent_columns', {{parents}}) ORDER BY cardinality(k.conkey) DESC, k.oid)
    FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace m ON m.oid = p.relnamespace
    WHERE k.conrelid = c.oid AND k.contype = 'f'),
  'checks', (SELECT json_agg(json_build_object('name', k.conname, 'columns', {{columns}}, 'text',
      pg_get_constraintdef(k.oid)) ORDER BY k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c')
  ) ORDER BY n.nspname, c.relname), '[]')::text
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition AND {_OWN}"""


def _named(relation: str, numbers: str) -> str:
    return (
        f"(SELECT json_agg(a.attname ORDER BY x.n) FROM unnest({numbers}) WITH ORDINALITY x(number, n) "
        f"JOIN pg_attribute a ON a.attrelid = {relation} AND a.attnum = x.number)"
    )


_TABLES = _TABLES.format(columns=_named("k.conrelid", "k.conkey"), parents=_named("k.confrelid", "k.confkey"))

_TYPES = """SELECT coalesce(json_agg(json_build_object('oid', t.oid::bigint, 'name', t.typname, 'kind', t.typtype,
  'category', t.typcategory, 'element', t.typelem::bigint, 'base', t.typbasetype::bigint, 'modifier', t.typtypmod,
  'labels', CASE WHEN t.typtype = 'e' THEN (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e
    WHERE e.enumtypid = t.oid) END,
  'subtype', CASE WHEN t.typtype IN ('r', 'm') THEN (SELECT r.rngsubtype::bigint FROM pg_range r WHERE
    t.oid IN (r.rngtypid, r.rngmultitypid)) END,
  'parts', CASE WHEN t.typtype = 'c' THEN (SELECT json_agg(a.atttypid::bigint ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END,
  'checks', CASE WHEN t.typtype = 'd' THEN (SELECT json_object_agg(k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k WHERE k.contypid = t.oid) END)), '[]')::text
  FROM pg_type t WHERE """
_BUILT_IN = "t.oid < 16384 AND t.typtype <> 'c' AND t.typtype <> 'p'"
_MADE = "t.oid >= 16384 AND t.typtype <> 'p'"

_DEFERRED = """SELECT DISTINCT quote_ident(n.nspname) || '.' || quote_ident(k.conname) FROM pg_constraint k
  JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.condeferred"""

_MOST_ROUNDS = 24


class Seeder:
    """Puts rows into every table of a database, inside of a transaction that somebody else rolls back."""

    def __init__(self, fetch: Fetch, rows: int, left_out: list[str]) -> None:
        self._fetch = fetch
        self._rows = rows
        self._left_out = frozenset(left_out)
        self._types = Types()
        self._knows_types = False
        self.chosen: dict[tuple[str, int], Choice] = {}
        """Which row a table took, by the table as it was and the row's number."""

    def seed(self, *, nulls: bool) -> Json:
        """Seed each table.

        Args:
            nulls: whether the last row has no value where it need not have one.

        Returns:
            How many rows each table got, why others have none, and which columns have a row without a value.
        """
        tables = self._read()
        order, circles = _ordered(tables)
        seeding = _Seeding(self, {table["name"]: table for table in tables}, nulls)
        seeding.fill(order)
        for circle in circles:
            seeding.fill_circle(circle)
        # What stands beyond a circle is tried again once that has rows.
        seeding.fill([name for name in order if name not in seeding.seeded] if circles else [])
        self._settle()
        return seeding.answer()

    def _read(self) -> list[Json]:
        if not self._knows_types:
            self._types.learn(json.loads(self._fetch(_TYPES + _BUILT_IN)[0][0]))
            self._knows_types = True
        self._types.learn(json.loads(self._fetch(_TYPES + _MADE)[0][0]))
        found = json.loads(self._fetch(_TABLES)[0][0])
        return [table for table in found if table["name"] not in self._left_out and table["columns"]]

    def _settle(self) -> None:
        """See to what constraints have put off: a table with that pending cannot be altered."""
        deferred = [name for (name,) in self._fetch(_DEFERRED)]
        if deferred:
            self.try_all(["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS " + ", ".join(deferred) + " DEFERRED"])

    def try_all(self, statements: list[str]) -> list[str]:
        """Run statements; what each failed with, empty where it did not."""
        if not statements:
            return []
        told = json.dumps(statements).encode().hex()
        answers: list[str] = json.loads(self._fetch("SELECT pg_temp.schema_lint_try('" + told + "')")[0][0])
        return answers

    @property
    def rows(self) -> int:
        """How many rows each table is to have."""
        return self._rows

    @property
    def types(self) -> Types:
        """The types of the database."""
        return self._types


class _Seeding:
    """One go at it."""

    def __init__(self, seeder: Seeder, tables: dict[str, Json], nulls: bool) -> None:
        self._seeder = seeder
        self._tables = tables
        self._nulls = nulls
        self._definitions = {name: json.dumps(table) + str(nulls) for name, table in tables.items()}
        self.seeded: dict[str, int] = {}
        self.why: dict[str, str] = {}
        self.empty: set[str] = set()

    def fill(self, order: list[str]) -> None:
        """Give each table its rows: those of one round are one statement to the server."""
        waiting = [_Attempt(self, name, row) for name in order for row in range(self._seeder.rows)]
        for attempt in waiting:
            if attempt.row.lacking is not None:
                self.why[attempt.name] = attempt.row.lacking
        waiting = [attempt for attempt in waiting if attempt.row.lacking is None]
        for _ in range(_MOST_ROUNDS):
            if not waiting:
                return
            errors = self._seeder.try_all([attempt.statement for attempt in waiting])
            failed = []
            for attempt, error in zip(waiting, errors):  # noqa: B905 - as in Python 3.8
                if not error:
                    attempt.took()
                    continue
                self.why[attempt.name] = self._reason(attempt.name, error)
                if attempt.go_on(error):
                    failed.append(attempt)
            waiting = failed

    def fill_circle(self, circle: list[str]) -> None:
        """Give rows to tables that need each other's, where their keys may wait for that."""
        for row in range(self._seeder.rows):
            made = [Row(self._tables[name], self._seeder.types, row) for name in circle]
            body = "; ".join(each.statement({}, self._tables) for each in made)
            text = "DO $schema_lint$ BEGIN SET CONSTRAINTS ALL DEFERRED; %s; SET CONSTRAINTS ALL IMMEDIATE; END "
            [error] = self._seeder.try_all([text % body + "$schema_lint$"])
            for name in circle:
                if error:
                    self.why.setdefault(name, error.partition(" ")[2])
                else:
                    self.seeded[name] = self.seeded.get(name, 0) + 1

    def answer(self) -> Json:
        """What came of it."""
        without = {name: self.why.get(name, "no row was taken") for name in self._tables if name not in self.seeded}
        return {"seeded": self.seeded, "unseeded": without, "nulls": sorted(self.empty)}

    def row(self, name: str, number: int) -> Row:
        """A row to be tried."""
        empty = self._nulls and number == self._seeder.rows - 1
        return Row(self._tables[name], self._seeder.types, number, empty=empty)

    def known(self, name: str, number: int) -> Choice | None:
        """What the table took when it was last asked."""
        return self._seeder.chosen.get((self._definitions[name], number))

    def took(self, name: str, row: Row, choice: Choice) -> None:
        """Take note of a row that a table took."""
        self._seeder.chosen[self._definitions[name], row.number] = dict(choice)
        self.seeded[name] = self.seeded.get(name, 0) + 1
        self.empty.update(f"{name}.{column}" for column in row.without(choice))

    def _reason(self, name: str, error: str) -> str:
        state, _, message = error.partition(" ")
        for key in self._tables[name]["keys"] or []:
            if state == "23502" and key["parent"] != name and not self.seeded.get(key["parent"]):
                return f"{key['parent']}, which it refers to, has no rows"
        return message


class _Attempt:
    """A row that is tried until a table takes it."""

    def __init__(self, seeding: _Seeding, name: str, number: int) -> None:
        self.name = name
        self.row = seeding.row(name, number)
        self._seeding = seeding
        self._known = seeding.known(name, number)
        self._choice: Choice = dict(self._known or {})

    @property
    def statement(self) -> str:
        """What to try."""
        return self.row.statement(self._choice)

    def took(self) -> None:
        """The table has the row."""
        self._seeding.took(self.name, self.row, self._choice)

    def go_on(self, error: str) -> bool:
        """Take the next way to meet what the row failed on; whether there is one."""
        if self._known is not None:
            # What the table took before is tried as if it were new.
            self._known, self._choice = None, {}
            return True
        demand = self.row.demand_of(error)
        if not self.row.has_more(self._choice, demand):
            return False
        # What was changed last comes last, so that it holds where columns have several demands.
        self._choice[demand] = self._choice.pop(demand, 0) + 1
        return True


def _ordered(tables: list[Json]) -> tuple[list[str], list[list[str]]]:
    """Tables after those that they refer to; and circles of tables that cannot do without each other."""
    required = {}
    every = {}
    names = {table["name"] for table in tables}
    for table in tables:
        free = {column["name"] for column in table["columns"] if not column["required"]}
        keys = [key for key in table["keys"] or [] if key["parent"] in names and key["parent"] != table["name"]]
        every[table["name"]] = {key["parent"] for key in keys}
        required[table["name"]] = {key["parent"] for key in keys if not free.intersection(key["columns"])}
    order: list[str] = []
    circles: list[list[str]] = []
    placed: set[str] = set()
    waiting = sorted(names)
    while waiting:
        ready = [name for name in waiting if every[name] <= placed]
        ready = ready or [name for name in waiting if required[name] <= placed][:1]
        if ready:
            order += ready
        else:
            ready = _circle(waiting[0], required, placed)
            circles.append(ready)
        placed.update(ready)
        waiting = [name for name in waiting if name not in placed]
    return order, circles


def _circle(first: str, required: dict[str, set[str]], placed: set[str]) -> list[str]:
    """Tables that lead from one to the next, and back."""
    path = [first]
    while True:
        following = sorted(required[path[-1]] - placed)[0]
        if following in path:
            return path[path.index(following) :]
        path.append(following)
