"""Comments and string literals of a source text, found without parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_START = r"#[^\n]*|(?<![\w])([rRbBuUfFtT]{1,2})?(\"\"\"|'''|\"|')"
_PLAIN_ENDS = {
    '"""': r'(?s)[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""',
    "'''": r"(?s)[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''",
    '"': r'(?s)[^"\\\n]*(?:\\.[^"\\\n]*)*"',
    "'": r"(?s)[^'\\\n]*(?:\\.[^'\\\n]*)*'",
}
_MAX_NESTING = 20


class Token(msgspec.Struct, frozen=True, gc=False):
    """A comment or a string literal: `[start, end)` in code points."""

    kind: str
    """`comment` or `string`."""
    start: int
    end: int
    prefix: str
    """Of a string, in lower case: `f`, `rb`."""


def tokens(text: str) -> Iterator[Token]:
    """Comments and string literals, in order. Text that is not Python gives whatever it gives."""
    position = 0
    start_of = re.compile(_START)
    while match := start_of.search(text, position):
        start = match.start()
        quote = match.group(2)
        if quote is None:
            yield Token("comment", start, match.end(), "")
            position = match.end()
            continue
        prefix = (match.group(1) or "").lower()
        position = string_end(text, match.end(), quote, formatted="f" in prefix or "t" in prefix)
        yield Token("string", start, position, prefix)


def string_end(text: str, start: int, quote: str, *, formatted: bool, depth: int = 0) -> int:
    """Where the literal whose content starts at `start` ends, its closing quote included; the end of the text if it is
    not closed."""
    if not formatted or depth > _MAX_NESTING:
        match = re.compile(_PLAIN_ENDS[quote]).match(text, start)
        return match.end() if match else _unclosed(text, start, quote)
    position, length = start, len(text)
    while position < length:
        character = text[position]
        if character == "\\":
            position += 2
        elif text.startswith(quote, position):
            return position + len(quote)
        elif character == "\n" and len(quote) == 1:
            return position
        elif text.startswith("{{", position):
            position += 2
        elif character == "{":
            position = _field_end(text, position + 1, depth)
        else:
            position += 1
    return length


def _field_end(text: str, start: int, depth: int) -> int:
    """Where the replacement field ends. It may hold line breaks, and a quote like the outer one opens a nested string
    (PEP 701)."""
    position, length, open_brackets = start, len(text), 0
    while position < length:
        character = text[position]
        if character in "([{":
            open_brackets += 1
        elif character == "}" and not open_brackets:
            return position + 1
        elif character in ")]}":
            open_brackets -= 1
        elif character in "\"'":
            opening = character * 3 if text.startswith(character * 3, position) else character
            before = text[max(start, position - 2) : position].lower()
            formatted = before[-1:] in ("f", "t") or (before[-1:] == "r" and before[:1] in ("f", "t"))
            position = string_end(text, position + len(opening), opening, formatted=formatted, depth=depth + 1)
            continue
        elif character == ":" and not open_brackets:
            return _spec_end(text, position + 1)
        position += 1
    return length


def _spec_end(text: str, start: int) -> int:
    position, nested = start, 0
    while position < len(text):
        character = text[position]
        if character == "{":
            nested += 1
        elif character == "}":
            if not nested:
                return position + 1
            nested -= 1
        elif character == "\n":
            return position
        position += 1
    return position


def _unclosed(text: str, start: int, quote: str) -> int:
    if len(quote) == 3:
        return len(text)
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def comments(text: str) -> dict[int, str]:
    """Comments by 1-based line, `#` included."""
    found: dict[int, str] = {}
    line, counted = 1, 0
    for token in tokens(text):
        if token.kind == "comment":
            line += text.count("\n", counted, token.start)
            counted = token.start
            found[line] = text[token.start : token.end].rstrip()
    return found
