"""One row of a table as a statement, and what else to try where the table does not take it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, FrozenSet, NamedTuple  # noqa: UP035

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
_SALTS = (1, 2, 3)
_MOST_ALONE = 6


class Variant(NamedTuple):
    """A way to fill a row."""

    mode: int
    """Which of the values that come into question a column with a condition gets."""

    salt: int
    nulls: FrozenSet[str]  # noqa: UP006


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
        self.checked = _checked(table, types)
        self.lacking: str | None = self._lacking()
        """Why there can be none."""

    def _lacking(self) -> str | None:
        referring = {name for key in self.keys for name in key["columns"]}
        if self.table["partitioned"] and not self.table["bounds"]:
            return "it has no partition"
        for column in self.columns:
            wanted = column["required"] and not column["default"] and column["name"] not in referring
            if wanted and self._value(column, 0, 0) is None:
                name = self._types.name(column["type"])
                return f"no value is known of the type {name}, which its column {column['name']} has"
        return None

    def without(self, variant: int) -> list[str]:
        """Columns that have no value in a variant."""
        given = variants(self)[variant].nulls
        return [column["name"] for column in self.columns if column["name"] in given]

    def statement(self, variant: int, others: dict[str, Json] | None = None) -> str | None:
        """The row as INSERT; `None` where it cannot be.

        Args:
            others: tables by name, where what it refers to is not there yet.
        """
        mode, salt, nulls = variants(self)[variant]
        values: dict[str, str] = {}
        for column in self.columns:
            name = column["name"]
            text = None if name in nulls else self._value(column, mode, salt)
            if text is not None:
                values[name] = _literal(text)
            elif name in nulls or not column["default"]:
                values[name] = "NULL"
        self._refer(values, nulls, others)
        quoted = {column["name"]: column["quoted"] for column in self.columns}
        names = ", ".join(quoted[name] for name in values)
        own = " OVERRIDING SYSTEM VALUE" if any(column["identity"] for column in self.columns) else ""
        return f"INSERT INTO {self.table['quoted']} ({names}){own} VALUES ({', '.join(values.values())})"

    def _refer(self, values: dict[str, str], nulls: FrozenSet[str], others: dict[str, Json] | None) -> None:  # noqa: UP006
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

    def _value(self, column: Json, mode: int, salt: int) -> str | None:
        label = self.table["name"] + "." + column["name"]
        value = self._types.value(column["type"], column["modifier"], label, self.number, salt)
        if column["name"] not in self.checked:
            return self._types.value(column["type"], column["modifier"], label, self.number)
        texts, numbers = self.checked[column["name"]]
        kind = self._types.base(column["type"]).get("name")
        return _alternative(str(kind), value, texts, numbers, mode, self.number)


def variants(row: Row) -> list[Variant]:
    """The ways to fill a row, to be tried one after the other."""
    nothing: FrozenSet[str] = frozenset()  # noqa: UP006
    loose = row.free.intersection(row.checked)
    found = [Variant(0, 0, row.free)] if row.empty else []
    found.append(Variant(0, 0, nothing))
    if row.checked:
        found += [Variant(mode, 0, nothing) for mode in range(1, 8)]
        found += [Variant(0, salt, nothing) for salt in _SALTS]
        found += [Variant(0, 0, loose - {name}) for name in sorted(loose)[:_MOST_ALONE]]
        found.append(Variant(0, 0, loose))
    if row.free and not row.empty:
        found.append(Variant(0, 0, row.free))
    return found


def _checked(table: Json, types: Types) -> dict[str, tuple[list[str], list[str]]]:
    """Columns of which something is demanded, with the literals that the demand names: they may be what it wants."""
    demands: list[tuple[list[str], str]] = [(c["columns"] or [], c["text"]) for c in table["checks"] or []]
    key = table["partition"] or ""
    names = [column["name"] for column in table["columns"]]
    bounds = [bound for bound in table["bounds"] or [] if bound]
    demands += [([name for name in names if name in re.findall(r"\w+", key)], bound) for bound in bounds]
    demands += [([c["name"]], types.checks(c["type"])) for c in table["columns"] if types.checks(c["type"])]
    found: dict[str, tuple[list[str], list[str]]] = {}
    for columns, text in demands:
        quoted = [literal.replace("''", "'") for literal in _LITERAL.findall(text)]
        bare = _NUMBER.findall(_LITERAL.sub("", text))
        for name in columns:
            texts, numbers = found.setdefault(name, ([], []))
            texts += [literal for literal in quoted if literal not in texts][:_MOST_LITERALS]
            numbers += [number for number in bare if number not in numbers][:_MOST_LITERALS]
    return found


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
