"""Conditions and index keys over a column, as SQLAlchemy's expression language writes them."""

from __future__ import annotations

_INTEGER = (
    "{} > 0", "{} >= -1", "{} % 2 == 0", "-{} < 3",
    "{} != 5", "{}.between(1, 5)", "{}.in_([1, 2])", "{}.not_in([1, 2])", "({} > 0) & ({} < 10)",
    "({} == 1) | ({} == 2) | ({} > 7)", "[[sqlalchemy.and_]]({} > 0, {} != 5)",
    "[[sqlalchemy.or_]]({} < 0, [[sqlalchemy.and_]]({} > 3, {} < 5))", "[[sqlalchemy.not_]]({} == 3)", "~({} == 3)",
    "{} + 1 > 2", "{} * 2 - 1 < 100", "({} + 1) * 2 > 3", "[[sqlalchemy.func]].abs({}) < 10", "{}.is_distinct_from(3)",
    "~{}.in_([1, 2])", "~({} > 3)", "{} > [[sqlalchemy.literal]](3)", "[[sqlalchemy.func]].coalesce({}, 0) > 0",
)  # fmt: skip
_STRING = (
    '{} != ""', '{} == "it\'s"', '{}.like("a%")', '{}.ilike("%b")', '{}.in_(["a", "b"])', '{}.not_like("a%")',
    "[[sqlalchemy.func]].length({}) > 2", "[[sqlalchemy.func]].lower({}) == {}", '{}.notin_(["x"])',
    '[[sqlalchemy.func]].coalesce({}, "") != ""', '{} > "a"',
    "[[sqlalchemy.func]].length([[sqlalchemy.func]].trim({})) > 0",
    '({} == "a") | ({} == "b") & ({} != "c")', "{}.isnot(None)", '{}.op("~")("^a")',
)  # fmt: skip
_BOOLEAN = ("{}.is_(True)", "{} == True", "{}.is_not(False)", "{}.is_(None)")
_MOMENT = ("{} > [[sqlalchemy.text]](\"'2020-01-01'\")", "{} <= [[sqlalchemy.func]].now()", "{} != None")
_BY_KIND = {"integer": _INTEGER, "string": _STRING, "boolean": _BOOLEAN, "moment": _MOMENT}
_ANY = ("{}.is_not(None)", "{} != None", "{} == None", "{}.is_(None)")

_KEYS = {
    "string": (
        "[[sqlalchemy.func]].lower({})", "[[sqlalchemy.func]].lower({}).desc()",
        "[[sqlalchemy.func]].upper({}).label('up')",
        '[[sqlalchemy.func]].coalesce({}, "")', '{}.collate("C")', "[[sqlalchemy.func]].length({}).asc().nulls_last()",
        "[[sqlalchemy.desc]]({})", "[[sqlalchemy.nulls_last]]({}.desc())",
    ),
    "integer": ("[[sqlalchemy.func]].abs({})", "[[sqlalchemy.desc]]({})", "({} + 1)", "{}.desc().nullslast()"),
}  # fmt: skip


def conditions(kind: str, typed: str | None, column: str) -> list[str]:
    """Conditions for a CHECK or a partial index that PostgreSQL accepts for the column."""
    plain = typed is None or "PACKAGE" not in typed
    return [text.replace("{}", column) for text in (*(_BY_KIND.get(kind, ()) if plain else ()), *_ANY)]


def keys(kind: str, typed: str | None, column: str) -> list[str]:
    """Expressions over the column that an index can be made of."""
    plain = typed is None or ("PACKAGE" not in typed and "CHAR]](3)" not in typed)
    return [text.replace("{}", column) for text in _KEYS.get(kind, ()) if plain]
