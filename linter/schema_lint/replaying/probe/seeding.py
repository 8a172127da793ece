"""Rows for the tables there are: made in the order that foreign keys ask for, and tried one by one on the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Tuple  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.made_rows import Row, variants
    from schema_lint.replaying.probe.values import Types
else:
    from _schema_lint_replay.made_rows import Row, variants
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
  'checks', (SELECT json_agg(json_build_object('columns', {{columns}}, 'text', pg_get_constraintdef(k.oid)) ORDER BY
      k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c')
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
  'checks', CASE WHEN t.typtype = 'd' THEN (SELECT string_agg(pg_get_constraintdef(k.oid), ' ') FROM pg_constraint k
    WHERE k.contypid = t.oid) END)), '[]')::text
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
        self._chosen: dict[tuple[str, int], int] = {}
        self._hopeless: dict[str, str] = {}

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
        seeding.fill([name for name in order if name in seeding.why] if circles else [])
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

    @property
    def chosen(self) -> dict[tuple[str, int], int]:
        """Which variant of a row a table took, by the table as it was."""
        return self._chosen

    @property
    def hopeless(self) -> dict[str, str]:
        """Why a table takes none, by the table and the rows that others had."""
        return self._hopeless


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
        waiting = [(name, row) for name in order for row in range(self._seeder.rows)]
        attempts: dict[tuple[str, int], int] = {}
        for _ in range(_MOST_ROUNDS):
            wanted, statements = [], []
            for name, row in waiting:
                statement = self._statement(name, row, attempts.get((name, row), 0))
                if statement is not None:
                    wanted.append((name, row))
                    statements.append(statement)
            if not statements:
                return
            waiting = []
            for (name, row), error in zip(wanted, self._seeder.try_all(statements)):  # noqa: B905 - as in Python 3.8
                if not error:
                    self._took(name, row, attempts.get((name, row), 0))
                    continue
                self.why.setdefault(name, self._reason(name, error))
                attempts[name, row] = attempts.get((name, row), 0) + 1
                waiting.append((name, row))

    def fill_circle(self, circle: list[str]) -> None:
        """Give rows to tables that need each other's, where their keys may wait for that."""
        for row in range(self._seeder.rows):
            made = [Row(self._tables[name], self._seeder.types, row).statement(0, self._tables) for name in circle]
            if None in made:
                return
            body = "; ".join(statement for statement in made if statement is not None)
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

    def _statement(self, name: str, row: int, attempt: int) -> str | None:
        """The next thing to try; `None` where there is nothing more."""
        definition = self._definitions[name]
        known = self._seeder.chosen.get((definition, row))
        made = Row(self._tables[name], self._seeder.types, row, empty=self._is_empty(row))
        if made.lacking is not None:
            self.why[name] = made.lacking
            return None
        if attempt == 0 and known is not None:
            return made.statement(known)
        # Once what was chosen before has failed, all are tried from the first on.
        number = attempt - 1 if known is not None else attempt
        return made.statement(number) if number < len(variants(made)) else None

    def _is_empty(self, row: int) -> bool:
        return self._nulls and row == self._seeder.rows - 1

    def _took(self, name: str, row: int, attempt: int) -> None:
        definition = self._definitions[name]
        known = self._seeder.chosen.get((definition, row))
        if known is not None and attempt == 0:
            number = known
        else:
            number = attempt - 1 if known is not None else attempt
        self._seeder.chosen[definition, row] = number
        self.seeded[name] = self.seeded.get(name, 0) + 1
        made = Row(self._tables[name], self._seeder.types, row, empty=self._is_empty(row))
        self.empty.update(name + "." + column for column in made.without(number))

    def _reason(self, name: str, error: str) -> str:
        state, _, message = error.partition(" ")
        for key in self._tables[name]["keys"] or []:
            if state == "23502" and key["parent"] != name and not self.seeded.get(key["parent"]):
                return f"{key['parent']}, which it refers to, has no rows"
        return message


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
