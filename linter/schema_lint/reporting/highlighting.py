"""Python in colour, line by line: enough for excerpts, without a tokenizer's cost."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from schema_lint.reporting.terminal import Style

_KEYWORDS = (
    "False|None|True|and|as|assert|async|await|class|def|del|elif|else|except|finally|for|from|global|if|import|in|is|"
    "lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield"
)


@functools.cache
def _token() -> re.Pattern[str]:
    return re.compile(
        rf"""
        (?P<comment> \#.* )
        | (?P<string> [rRbBfFuU]{{0,2}} (?: \"\"\".*?(?:\"\"\"|$) | '''.*?(?:'''|$)
            | "(?:[^"\\]|\\.)*(?:"|$) | '(?:[^'\\]|\\.)*(?:'|$) ) )
        | (?<= \bclass\ ) (?P<class> \w+ ) | (?<= \bdef\ ) (?P<def> \w+ )
        | (?P<keyword> \b(?:{_KEYWORDS})\b )
        | (?P<number> (?<![\w.]) \d[\w.]* )
        | (?P<decorator> ^\s*@[\w.]+ )
        | \w+
        """,
        re.VERBOSE,
    )


_LOOK = {
    "comment": "comment",
    "string": "string",
    "class": "name",
    "def": "name",
    "keyword": "keyword",
    "number": "number",
    "decorator": "name",
}


def highlighted(lines: Iterable[str], style: Style) -> list[str]:
    """The lines with Python's words in colour; a string in triple quotes may go on over several lines."""
    if not style.colour:
        return list(lines)
    shown = []
    inside: str | None = None
    for line in lines:
        pieces: list[str] = []
        position = 0
        if inside is not None:
            end = line.find(inside)
            position = len(line) if end < 0 else end + 3
            pieces.append(style.paint(line[:position], "string"))
            inside = inside if end < 0 else None
        for match in _token().finditer(line, position):
            pieces.append(line[position : match.start()])
            pieces.append(style.paint(match[0], _LOOK[match.lastgroup]) if match.lastgroup else match[0])
            position = match.end()
            if match.lastgroup == "string":
                inside = _opens(match[0])
        shown.append("".join(pieces) + line[position:])
    return shown


def _opens(string: str) -> str | None:
    """The quotes that a string leaves open at the end of its line."""
    body = string.lstrip("rRbBfFuU")
    quotes = body[:3]
    if quotes not in ('"""', "'''"):
        return None
    return quotes if len(body) < 6 or not body.endswith(quotes) else None
