"""How large a tree a source text would make."""

from __future__ import annotations

import itertools
import re

from schema_lint.evaluating.files import ReadError
from schema_lint.evaluating.lexing import tokens

MAX_TOKENS = 350_000
"""Names, numbers, operators and lines; a megabyte of written code has 250,000. Each takes half a kilobyte as a tree."""

_MAX_FIELDS = 2_000_000_000
"""Replacement fields times length of one f-string: Python before 3.12 takes as long as that."""

_TOKEN = r"\w+|[^\w \t]"


def check_size(text: str) -> None:
    """See that parsing a text will fill neither the memory nor the day, as a table of data in source would.

    Raises:
        ReadError: `too-large`.
    """
    if len(text) - text.count(" ") <= MAX_TOKENS and text.count("{") * len(text) <= _MAX_FIELDS:
        return
    count = position = 0
    for token in tokens(text):
        formatted = "f" in token.prefix or "t" in token.prefix
        if formatted and text.count("{", token.start, token.end) * (token.end - token.start) > _MAX_FIELDS:
            line = text.count("\n", 0, token.start) + 1
            raise ReadError("too-large", "has an f-string of too many fields", line, 1)
        count += 1 + _count(text, position, token.end if formatted else token.start, MAX_TOKENS - count)
        position = token.end
        if count > MAX_TOKENS:
            break
    count += _count(text, position, len(text), MAX_TOKENS - count)
    if count > MAX_TOKENS:
        raise ReadError("too-large", f"has more than {MAX_TOKENS:,} names, numbers and operators", 1, 1)


def _count(text: str, start: int, end: int, most: int) -> int:
    """Tokens of a piece of text, counted until there are more than `most`."""
    return sum(1 for _ in itertools.islice(re.compile(_TOKEN).finditer(text, start, end), max(most, 0) + 1))
