"""An expression's text → its words, as PostgreSQL's scanner would cut it."""

from __future__ import annotations

import re

import msgspec

LONGEST = 20_000
"""Characters of an expression that is still read."""


class UnreadableError(Exception):
    """The expression has a form that is not understood here; nothing is said of it."""


class Token(msgspec.Struct, frozen=True):
    """A word of an expression."""

    kind: str
    """`name` (in lower case), `quoted` (a name in double quotes), `string`, `number`, `operator` or `end`."""

    text: str


_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")+")
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[^\W\d][\w$]*)
    |(?P<operator>::|[-+*/<>=~!@\#%^&|`?]+|[()\[\],.])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPING = frozenset({"e", "b", "x", "n", "u"})
"""Letters that, before a string, make it one of another kind."""

_TRAILING = frozenset("~!@#%^&|`?")
"""Without one of these, an operator does not end in + or -: what ends it so is a sign."""


def tokens(text: str) -> list[Token]:
    """The words in order, and an `end`.

    Raises:
        UnreadableError: for what no expression of a default, CHECK or index needs.
    """
    if len(text) > LONGEST:
        raise UnreadableError
    # `text()` of SQLAlchemy has \: where no parameter begins.
    text = text.replace("\\:", ":")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadableError
        kind, word = str(match.lastgroup), match[0]
        before, at = at, match.end()
        if kind == "string":
            if found and before and text[before - 1].isalnum() and found[-1].text in _ESCAPING:
                raise UnreadableError
            found.append(Token("string", word[1:-1].replace("''", "'")))
        elif kind == "quoted":
            found.append(Token("quoted", word[1:-1].replace('""', '"')))
        elif kind == "name":
            found.append(Token("name", word.lower()))
        elif kind == "operator":
            while len(word) > 1 and word[-1] in "+-" and not set(word) & _TRAILING:
                word, at = word[:-1], at - 1
            found.append(Token("operator", word))
        elif kind == "number":
            found.append(Token("number", word))
    found.append(Token("end", ""))
    return found
