"""A value of every type of PostgreSQL, as its input function reads it: each row and each column has another."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Dict, Optional  # noqa: UP035

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other
Text = Optional[str]  # noqa: UP045

_SHORT = {"int2": 300, "int4": 20_000, "int8": 90_000_000}
"""How many hundreds of numbers a type has room for."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_TEXTS = ("text", "varchar", "bpchar", "citext", "name", "char")
_DEEPEST = 6


class Types:
    """The types of a database, by their numbers."""

    def __init__(self) -> None:
        self._known: dict[int, Json] = {}

    def learn(self, types: list[Json]) -> None:
        """Take in what the catalogue says of types."""
        for found in types:
            self._known[int(found["oid"])] = found

    def base(self, oid: int) -> Json:
        """The type itself, or what a domain is made of."""
        found = self._known.get(oid, {})
        for _ in range(_DEEPEST):
            if found.get("kind") != "d":
                break
            found = self._known.get(int(found["base"]), {})
        return found

    def name(self, oid: int) -> str:
        """How the type is called."""
        return str(self._known.get(oid, {}).get("name", oid))

    def checks(self, oid: int) -> dict[str, str]:
        """What a domain, or one that it is made of, demands: SQL by the constraint's name."""
        found: dict[str, str] = {}
        for _ in range(_DEEPEST):
            known = self._known.get(oid, {})
            found.update(known.get("checks") or {})
            oid = int(known.get("base") or 0)
        return found

    def value(self, oid: int, modifier: int, label: str, row: int, salt: int = 0) -> Text:
        """The value for a row, counted from 0; `None` where none is known.

        Args:
            modifier: the type's, such as the length of a `varchar`; -1 without.
            label: of the column; other columns get other values.
            salt: another one gives another value for the same row.
        """
        return self._value(oid, modifier, _Seed(label, row, salt), 0)

    def _value(self, oid: int, modifier: int, seed: _Seed, depth: int) -> Text:
        found = self._known.get(oid)
        if found is None or depth > _DEEPEST:
            return None
        kind = found["kind"]
        if kind == "d":
            own = int(found["modifier"])
            return self._value(int(found["base"]), own if own != -1 else modifier, seed, depth + 1)
        if kind == "e":
            labels = found["labels"] or []
            return labels[(seed.row + seed.salt) % len(labels)] if labels else None
        if kind in ("r", "m"):
            bound = self._value(int(found["subtype"]), -1, seed, depth + 1)
            if bound is None:
                return None
            text = "[" + _quoted(bound) + "," + _quoted(bound) + "]"
            return text if kind == "r" else "{" + text + "}"
        if kind == "c":
            parts = [self._value(int(part), -1, seed, depth + 1) for part in found["parts"] or []]
            return "(" + ",".join("" if part is None else _quoted(part) for part in parts) + ")"
        if found["category"] == "A" and found["element"]:
            element = self._value(int(found["element"]), modifier, seed, depth + 1)
            return None if element is None else "{" + _quoted(element) + "}"
        return _plain(found["name"], modifier, seed)


class _Seed:
    """What makes one value another than the next."""

    def __init__(self, label: str, row: int, salt: int) -> None:
        self.label, self.row, self.salt = label, row, salt
        digest = hashlib.sha256((f"{label}/{salt}").encode()).digest()
        self.number = int.from_bytes(digest[:6], "big")
        self.hex = hashlib.sha256((f"{label}/{row}/{salt}").encode()).hexdigest()

    def below(self, hundreds: int) -> int:
        """A number that no other row of fewer than a hundred has, and hardly another column."""
        return 100 + self.number % hundreds * 100 + self.row % 100


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(name: str, modifier: int, seed: _Seed) -> Text:
    if name in _TEXTS:
        return _text(name, modifier, seed)
    if name in _SHORT:
        return str(seed.below(_SHORT[name]))
    if name == "numeric":
        return _numeric(modifier, seed)
    return _others(name, modifier, seed)


def _text(name: str, modifier: int, seed: _Seed) -> str:
    length = {"char": 1, "name": 60}.get(name, modifier - 4 if modifier > 4 else 200)
    column = seed.label.rpartition(".")[2]
    whole = f"{column} {seed.row + 1} {seed.hex[:6]}"
    if len(whole) <= length:
        return whole
    number, digits = seed.below(20_000), []
    for _ in range(min(length, 5)):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def _numeric(modifier: int, seed: _Seed) -> str:
    if modifier < 4:
        return f"{seed.below(20_000)}.25"
    precision, scale = modifier - 4 >> 16 & 0xFFFF, modifier - 4 & 0x7FF
    if scale >= 1024 or scale >= precision:
        return "0." + "0" * max(scale - precision, 0) + str(seed.row % 9 + 1) if scale < 1024 else "0"
    whole = seed.below(20_000) % 10 ** min(precision - scale, 7)
    return str(whole) + ("." + "25"[:scale] if scale else "")


def _others(name: str, modifier: int, seed: _Seed) -> Text:
    row, number = seed.row, seed.below(20_000)
    day = f"20{number // 100 % 20 + 5:02d}-{number // 2000 % 12 + 1:02d}-{row % 28 + 1:02d}"
    clock = f"{number // 100 % 24:02d}:{row % 60:02d}:{number % 60:02d}.25"
    one, other = seed.number % 200 + 1, row % 250 + 1
    values: dict[str, str] = {
        "bool": "false" if row % 2 else "true",
        "float4": f"{seed.below(200)}.5",
        "float8": f"{number}.25",
        "money": f"{number}.25",
        "uuid": f"{seed.hex[:8]}-{seed.hex[8:12]}-4{seed.hex[13:16]}-8{seed.hex[17:20]}-{seed.hex[20:32]}",
        "date": day,
        "timestamp": day + " " + clock,
        "timestamptz": day + " " + clock + "+00",
        "time": clock,
        "timetz": clock + "+00",
        "interval": f"{number} minutes",
        "json": json.dumps({"value": number}),
        "jsonb": json.dumps({"value": number}),
        "jsonpath": f"$.v{number}",
        "bytea": "\\x" + seed.hex[:12],
        "bit": format(number, "b").rjust(200, "0")[-(modifier if modifier > 0 else 1) :].rjust(max(modifier, 1), "0"),
        "varbit": format(number, "b").rjust(200, "0")[-(modifier if modifier > 0 else 20) :],
        "inet": f"10.{one}.{number % 250}.{other}",
        "cidr": f"10.{one}.{number % 250}.{other}/32",
        "macaddr": f"02:00:00:{one:02x}:{number % 250:02x}:{other:02x}",
        "macaddr8": f"02:00:00:00:00:{one:02x}:{number % 250:02x}:{other:02x}",
        "xml": f"<value>{number}</value>",
        "tsvector": f"word{number}",
        "tsquery": f"word{number}",
        "point": f"({number},{row})",
        "line": f"{{1,{number},{row}}}",
        "lseg": f"[(0,0),({number},{row})]",
        "box": f"({number},{row + 1}),(0,0)",
        "path": f"[(0,0),({number},{row})]",
        "polygon": f"((0,0),({number},{row + 1}),(1,0))",
        "circle": f"<({number},{row}),1>",
        "oid": str(number),
        "regclass": "pg_class",
        "regtype": "integer",
        "regproc": "now",
        "regnamespace": "public",
        "pg_lsn": f"0/{number:X}",
        "hstore": f'"value"=>"{number}"',
        "ltree": f"top.v{number}",
        "lquery": f"top.v{number}",
        "ltxtquery": f"v{number}",
        "query_int": str(number),
        "cube": f"({number})",
        "seg": str(number),
        "isbn": "0-306-40615-2",
        "vector": _vector(modifier, seed),
        "halfvec": _vector(modifier, seed),
        "sparsevec": f"{{1:{seed.below(300)}}}/{modifier if modifier > 0 else 3}",
        "geometry": f"POINT({one % 90} {other % 90})",
        "geography": f"POINT({one % 90} {other % 90})",
    }
    return values.get(name)


def _vector(modifier: int, seed: _Seed) -> str:
    numbers = ["1"] * ((modifier if modifier > 0 else 3) - 1)
    return "[" + ",".join([str(seed.below(300)), *numbers]) + "]"
