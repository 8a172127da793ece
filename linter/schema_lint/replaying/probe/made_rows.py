"""One row of a table as a statement, and what else to try where the table does not take it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.values import Types
else:
    from _schema_lint_replay.values import Types

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other

_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(?<![\w.'])-?\d+(?:\.\d+)?(?![\w.'])")
_TEXTS = ("text", "varchar", "bpchar", "citext")
_NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8", "money")
_MOST_LITERALS = 12
_MODES = 7
_SALTS = (1, 2, 3)
_MOST_ALONE = 6
_CONSTRAINT = re.compile(r'violates (?:check )?constraint "(.+)"')
PARTITION = "a partition"
ANYTHING = "anything else"

Choice = Dict[str, int]  # noqa: UP006
"""By constraint: how many of the ways to meet it have failed."""


class Demand(NamedTuple):
    """What something asks of columns."""

    columns: List[str]  # noqa: UP006
    texts: List[str]  # noqa: UP006
    """Literals that it names: they may be what it wants."""

    numbers: List[str]  # noqa: UP006


class Filling(NamedTuple):
    """How a column is filled."""

    mode: int = 0
    """Which of the values that come into question."""

    salt: int = 0
    empty: bool = False


class Row:
    """A row, counted from 0."""

    def __init__(self, table: Json, types: Types, number: int, *, empty: bool = False) -> None:
        """Think of a row.

        Args:
            empty: whether it has no value wherever it need not have one.
        """
        self.table = table
        self.number = number
        self.empty = empty
        self._types = types
        self.keys = table["keys"] or []
        self.columns = [column for column in table["columns"] if not column["generated"]]
        self.free = frozenset(column["name"] for column in self.columns if not column["required"])
        self._demands = _demands(table, types)
        self.lacking: str | None = self._lacking()
        """Why there can be none."""

    def _lacking(self) -> str | None:
        referring = {name for key in self.keys for name in key["columns"]}
        if self.table["partitioned"] and not self.table["bounds"]:
            return "it has no partition"
        for column in self.columns:
            wanted = column["required"] and not column["default"] and column["name"] not in referring
            if wanted and self._value(column, Filling()) is None:
                name = self._types.name(column["type"])
                return f"no value is known of the type {name}, which its column {column['name']} has"
        return None

    def without(self, choice: Choice) -> list[str]:
        """Columns that have no value."""
        return [name for name, filling in self._fillings(choice).items() if filling.empty]

    def demand_of(self, error: str) -> str:
        """Which demand an error is about."""
        named = _CONSTRAINT.search(error)
        if named is not None and named[1] in self._demands:
            return named[1]
        return PARTITION if PARTITION in self._demands and "no partition" in error else ANYTHING

    def has_more(self, choice: Choice, demand: str) -> bool:
        """Whether there is another way to meet a demand."""
        return choice.get(demand, 0) < len(self._ways(demand))

    def statement(self, choice: Choice, others: dict[str, Json] | None = None) -> str:
        """The row as INSERT.

        Args:
            others: tables by name, where what it refers to is not there yet.
        """
        fillings = self._fillings(choice)
        values: dict[str, str] = {}
        for column in self.columns:
            filling = fillings.get(column["name"], Filling())
            text = None if filling.empty else self._value(column, filling)
            if text is not None:
                values[column["name"]] = _literal(text)
            elif filling.empty or not column["default"]:
                values[column["name"]] = "NULL"
        self._refer(values, {name for name in fillings if fillings[name].empty}, others)
        quoted = {column["name"]: column["quoted"] for column in self.columns}
        names = ", ".join(quoted[name] for name in values)
        own = " OVERRIDING SYSTEM VALUE" if any(column["identity"] for column in self.columns) else ""
        return f"INSERT INTO {self.table['quoted']} ({names}){own} VALUES ({', '.join(values.values())})"

    def _fillings(self, choice: Choice) -> dict[str, Filling]:
        found = {name: Filling(empty=True) for name in self.free} if self.empty else {}
        for demand, number in choice.items():
            if number:
                found.update(self._ways(demand)[number - 1])
        return found

    def _ways(self, demand: str) -> list[dict[str, Filling]]:
        """How to meet a demand, other than by what comes first."""
        if demand == ANYTHING:
            names = [column["name"] for column in self.columns]
            ways = [dict.fromkeys(names, Filling(salt=salt)) for salt in _SALTS]
            return [*ways, {name: Filling(empty=name in self.free) for name in names}]
        names = self._demands[demand].columns
        ways = [{name: Filling(mode=mode) for name in names} for mode in range(0 if self.empty else 1, _MODES + 1)]
        if len(names) > 1:
            ways += [{name: Filling(salt=salt) for name in names} for salt in _SALTS]
        loose = [name for name in names if name in self.free]
        for alone in loose[:_MOST_ALONE] if len(loose) > 1 else []:
            ways.append({name: Filling(empty=name in loose and name != alone) for name in names})
        return [*ways, {name: Filling(empty=name in loose) for name in names}]

    def _refer(self, values: dict[str, str], nulls: set[str], others: dict[str, Json] | None) -> None:
        """Let foreign keys lead to rows that are there."""
        done: set[str] = set()
        for key in self.keys:
            pairs = list(zip(key["columns"], key["parent_columns"]))  # noqa: B905 - Python 3.8 has no `strict`
            # A column that another key has given already says which row this one leads to.
            where = " AND ".join(
                ["p." + _name(parent) + " IS NOT NULL" for _, parent in pairs]
                + ["p." + _name(parent) + " = " + values[own] for own, parent in pairs if own in done]
            )
            itself = key["parent"] == self.table["name"] and not self.free.intersection(key["columns"])
            for own, parent in pairs:
                if own in nulls or own in done:
                    continue
                if itself:
                    values[own] = values.get(parent, "NULL")
                elif others is not None and key["parent"] in others:
                    values[own] = _expected(others[key["parent"]], parent, self._types, self.number)
                else:
                    values[own] = _pick(key["quoted"], parent, where, self.number)
                done.add(own)

    def _value(self, column: Json, filling: Filling) -> str | None:
        label = f"{self.table['name']}.{column['name']}"
        value = self._types.value(column["type"], column["modifier"], label, self.number, filling.salt)
        demands = [demand for demand in self._demands.values() if column["name"] in demand.columns]
        if not demands:
            return value
        texts = [literal for demand in demands for literal in demand.texts][:_MOST_LITERALS]
        numbers = [literal for demand in demands for literal in demand.numbers][:_MOST_LITERALS]
        kind = self._types.base(column["type"]).get("name")
        return _alternative(str(kind), value, texts, numbers, filling.mode, self.number)


def _demands(table: Json, types: Types) -> dict[str, Demand]:
    """What is asked of columns, by the name of what asks."""
    found = {each["name"]: _demand(each["columns"] or [], each["text"]) for each in table["checks"] or []}
    names = [column["name"] for column in table["columns"]]
    bounds = " ".join(bound for bound in table["bounds"] or [] if bound)
    if bounds:
        keys = re.findall(r"\w+", table["partition"] or "")
        found[PARTITION] = _demand([name for name in names if name in keys], bounds)
    for column in table["columns"]:
        for name, text in types.checks(column["type"]).items():
            others = found[name].columns if name in found else []
            found[name] = _demand([*others, column["name"]], text)
    return found


def _demand(columns: list[str], text: str) -> Demand:
    texts = [literal.replace("''", "'") for literal in _LITERAL.findall(text)]
    numbers = _NUMBER.findall(_LITERAL.sub("", text))
    return Demand(columns, list(dict.fromkeys(texts)), list(dict.fromkeys(numbers)))


def _alternative(kind: str, value: str | None, texts: list[str], numbers: list[str], mode: int, row: int) -> str | None:
    """One of the values that come into question where something is demanded."""
    texts = texts[row % len(texts) :] + texts[: row % len(texts)] if texts else []
    number = str(row + 1)
    if kind in _TEXTS:
        plain = "value" + number
        others = [plain + "@example.com", "https://example.com/" + plain, number, plain, plain.upper()]
        options = [*texts, value, *others]
    elif kind in _NUMBERS:
        options = [value, *numbers[row % len(numbers) :], *numbers, number, "0"] if numbers else [value, number, "0"]
    else:
        options = [*texts, value, number] if texts else [value, *numbers]
    return options[mode % len(options)]


def _pick(parent: str, column: str, where: str, row: int) -> str:
    rows = f"FROM {parent} p WHERE {where}"
    count = f"(SELECT greatest(count(*), 1) {rows})"
    return f"(SELECT p.{_name(column)} {rows} ORDER BY p.tableoid, p.ctid OFFSET {row} % {count} LIMIT 1)"


def _expected(table: Json, column: str, types: Types, row: int) -> str:
    """The value that a column will have once its row is there."""
    found = next(each for each in table["columns"] if each["name"] == column)
    text = types.value(found["type"], found["modifier"], table["name"] + "." + column, row)
    return "NULL" if text is None else _literal(text)


def _literal(text: str) -> str:
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
