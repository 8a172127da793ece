"""Conditions as PostgreSQL prints them (`pg_get_expr`): its parentheses are complete, so little has to be parsed.

What does not fit is `None`, and rules stay silent about it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import msgspec

_LONGEST = 50_000
_DEEPEST = 80

_TOKEN = r"""\s*(?:
      (?P<string>[Ee]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*')
    | (?P<name>"(?:[^"]|"")*"|[^\W\d][\w$]*)
    | (?P<number>\d+(?:\.\d*)?(?:e[+-]?\d+)?)
    | (?P<sign>::|[()\[\],.:;]|[-+*/<>=~!@\#%^&|`?]+)
    )"""

# Words that stand before a parenthesis and are no function.
_NO_FUNCTIONS = frozenset({
    "ALL", "AND", "ANY", "ARRAY", "AS", "BETWEEN", "BY", "CASE", "CAST", "ELSE", "END", "EXISTS", "FILTER", "FROM",
    "GROUP", "HAVING", "IN", "IS", "JOIN", "LIKE", "LIMIT", "NOT", "ON", "OR", "OVER", "ROW", "SELECT", "SOME", "THEN",
    "UNION", "USING", "VALUES", "WHEN", "WHERE", "WITHIN",
})  # fmt: skip
_MORE_THAN_SCALAR = frozenset(
    {"FROM", "UNION", "INTERSECT", "EXCEPT", "WHERE", "GROUP", "HAVING", "LIMIT", "ORDER", ","}
)
_NO_COMPARISONS = frozenset({"CASE", "AND", "OR", "NOT", "IS", "ANY", "ALL"})


class Group(msgspec.Struct, frozen=True):
    """What stands between two parentheses, and the whole."""

    items: tuple[str | Group, ...]

    @property
    def is_query(self) -> bool:
        """A sub-select."""
        return bool(self.items) and self.items[0] in ("SELECT", "WITH", "VALUES")

    @property
    def is_scalar(self) -> bool:
        """A sub-select that reads no table: `( SELECT auth.uid() AS uid)`."""
        return self.items[:1] == ("SELECT",) and _MORE_THAN_SCALAR.isdisjoint(
            item for item in self.items if isinstance(item, str)
        )

    @property
    def is_constant_query(self) -> bool:
        """PostgreSQL evaluates it once for a statement: it reads no table, nor a column of the row at hand."""
        return self.is_scalar and not any(_qualified_names(self))


class Call(msgspec.Struct, frozen=True):
    """A call of a function."""

    name: str
    """With the schema, if that is printed: `auth.uid`."""

    arguments: tuple[Group, ...]
    once: bool
    """It is inside a sub-select that PostgreSQL evaluates once for a statement."""


@functools.cache
def _pattern() -> re.Pattern[str]:
    # Compiled when first needed: most runs read no database.
    return re.compile(_TOKEN, re.VERBOSE | re.DOTALL)


@functools.lru_cache(maxsize=4096)
def parse(text: str | None) -> Group | None:
    """The expression as nested groups; `None` if it is missing, too large, or not as PostgreSQL prints it."""
    if text is None or len(text) > _LONGEST:
        return None
    pattern = _pattern()
    open_groups: list[list[str | Group]] = [[]]
    position, end = 0, len(text.rstrip())
    while position < end:
        match = pattern.match(text, position)
        if match is None or len(open_groups) > _DEEPEST:
            return None
        position = match.end()
        token = match[match.lastgroup or 0]
        if token == "(":
            open_groups.append([])
        elif token == ")":
            if len(open_groups) == 1:
                return None
            inner = Group(tuple(open_groups.pop()))
            open_groups[-1].append(inner)
        else:
            open_groups[-1].append(token)
    return _bare(Group(tuple(open_groups[0]))) if len(open_groups) == 1 else None


def _bare(group: Group) -> Group:
    """Without parentheses, and a sub-select that reads no table, around the whole."""
    while len(group.items) == 1 and isinstance(inner := group.items[0], Group):
        if not inner.is_query:
            group = inner
        elif inner.is_scalar:
            end = len(inner.items) - 2 if inner.items[-2:-1] == ("AS",) else len(inner.items)
            group = Group(inner.items[1:end])
        else:
            break
    return group


def _qualified_names(group: Group) -> Iterator[str]:
    """Columns with their table's name, outside of further sub-selects: within one, those of the row at hand."""
    items = group.items
    for position, item in enumerate(items):
        if isinstance(item, Group):
            if not item.is_query or item.is_scalar:
                yield from _qualified_names(item)
        elif item == "." and 0 < position < len(items) - 1:
            table, name, following = items[position - 1], items[position + 1], items[position + 2 : position + 3]
            called = bool(following) and isinstance(following[0], Group)
            if isinstance(table, str) and isinstance(name, str) and not called and (found := _name(name)) is not None:
                yield found


def branches(expression: Group, word: str) -> tuple[Group, ...]:
    """What AND, or OR, joins; the expression alone if it does not."""
    expression = _bare(expression)
    if word not in expression.items or expression.is_query or "CASE" in expression.items:
        return (expression,)
    parts: list[Group] = []
    part: list[str | Group] = []
    for item in (*expression.items, word):
        if item == word:
            parts += branches(Group(tuple(part)), word)
            part = []
        else:
            part.append(item)
    return tuple(parts)


def is_null(expression: Group) -> bool:
    """`NULL`, of whatever type."""
    return _bare(expression).items[:1] == ("NULL",) and len(_bare(expression).items) in (1, 3)


def constant(expression: Group) -> bool | None:
    """Whether a condition holds for every row, or for none; `None` where that depends. NULL lets no row through."""
    expression = _bare(expression)
    items = expression.items
    if items in (("true",), ("false",)):
        return items == ("true",)
    if is_null(expression):
        return False
    if items[:1] == ("NOT",):
        inner = Group(items[1:])
        value = constant(inner)
        return None if value is None or _mentions_null(inner) else not value
    for word, decisive in (("OR", True), ("AND", False)):
        parts = branches(expression, word)
        if len(parts) > 1:
            values = [constant(part) for part in parts]
            if decisive in values:
                return decisive
            return not decisive if None not in values else None
    return _equality(expression)


def _mentions_null(expression: Group) -> bool:
    return any(_mentions_null(item) if isinstance(item, Group) else item == "NULL" for item in expression.items)


def _equality(expression: Group) -> bool | None:
    sides = compared(expression)
    if sides is None or not all(_is_literal(side) for side in sides):
        return None
    left, right = sides
    if left == right:
        return True
    numbers = all(len(side.items) == 1 and str(side.items[0]).isdigit() for side in sides)
    return False if numbers and int(str(left.items[0])) != int(str(right.items[0])) else None


def _is_literal(side: Group) -> bool:
    first = side.items[0] if side.items else ""
    return (
        isinstance(first, str)
        and (first[:1].isdigit() or first[:1] == "'")
        and (len(side.items) == 1 or side.items[1] == "::")
    )


def compared(expression: Group) -> tuple[Group, Group] | None:
    """The two sides of `=`."""
    items = _bare(expression).items
    words = {item for item in items if isinstance(item, str)}
    if items.count("=") != 1 or not _NO_COMPARISONS.isdisjoint(words):
        return None
    at = items.index("=")
    left, right = Group(items[:at]), Group(items[at + 1 :])
    return (_bare(left), _bare(right)) if left.items and right.items else None


def column(expression: Group) -> str | None:
    """The name, where the expression is nothing else."""
    items = _bare(expression).items
    if len(items) == 3 and items[1] == ".":
        return next(_qualified_names(Group(items)), None)
    return _name(items[0]) if len(items) == 1 and isinstance(items[0], str) else None


def _name(token: str) -> str | None:
    if token.startswith('"'):
        return token[1:-1].replace('""', '"')
    if token in ("true", "false") or not (token[:1].isalpha() or token[:1] == "_"):
        return None
    # What PostgreSQL prints in capitals and without quotes is its own.
    return token if token == token.lower() else None


def names(expression: Group) -> Iterator[str]:
    """Names, but of functions and types, outside of sub-selects that read a table: columns of the row at hand."""
    items = expression.items
    yield from _qualified_names(Group(tuple(item for item in items if isinstance(item, str) or not item.is_query)))
    for position, item in enumerate(items):
        if isinstance(item, Group):
            if item.is_scalar:
                yield from _qualified_names(item)
            elif not item.is_query:
                yield from names(item)
            continue
        following = items[position + 1] if position + 1 < len(items) else ""
        previous = items[position - 1] if position else ""
        name = _name(item)
        apart = isinstance(following, Group) or "." in (following, previous) or previous in ("::", "AS")
        if name is not None and not apart:
            yield name


def calls(expression: Group, *, _once: bool = False) -> Iterator[Call]:
    """Every call of a function, in sub-selects, too."""
    items = expression.items
    once = expression.is_constant_query or (_once and not expression.is_query)
    for position, item in enumerate(items):
        if not isinstance(item, Group):
            continue
        yield from calls(item, _once=once)
        word = items[position - 1] if position else ""
        if isinstance(word, str) and word not in _NO_FUNCTIONS and (name := _name(word)) is not None:
            if position >= 3 and items[position - 2] == "." and isinstance(schema := items[position - 3], str):
                name = f"{_name(schema)}.{name}"
            yield Call(name=name, arguments=_arguments(item), once=once)


def _arguments(group: Group) -> tuple[Group, ...]:
    found: list[Group] = []
    part: list[str | Group] = []
    for item in (*group.items, ","):
        if item == ",":
            found += [Group(tuple(part))] if part else []
            part = []
        else:
            part.append(item)
    return tuple(found)


def tokens(expression: Group) -> Iterator[str]:
    """Every word, sign and literal, from left to right; parentheses left out."""
    for item in expression.items:
        if isinstance(item, Group):
            yield from tokens(item)
        else:
            yield item


def literals(expression: Group) -> Iterator[str]:
    """Every string."""
    return (token[1:-1].replace("''", "'") for token in tokens(expression) if token.startswith("'"))
