"""Syntax newer than the Python that runs us, rewritten into older syntax with the same lines.

Columns are kept wherever names are, so that places stay right.
"""

from __future__ import annotations

import re

import msgspec

from schema_lint.evaluating.lexing import string_end, tokens

_EXCEPT = re.compile(r"^([ \t]*)except([ \t]+)([^\n():]*,[^\n():]*?)([ \t]*):", re.MULTILINE)
_EXCEPT_GROUP = re.compile(r"^([ \t]*except)([ \t]*)\*", re.MULTILINE)
_TYPE_STATEMENT = re.compile(r"^([ \t]*)type([ \t]+)([^\W\d]\w*)(?=[ \t]*(?:\[|=(?!=)))", re.MULTILINE)
_GENERIC = re.compile(r"^[ \t]*(?:class|(?:async[ \t]+)?def|type)[ \t]+[^\W\d]\w*[ \t]*(\[)", re.MULTILINE)
_STAR_IN_SUBSCRIPT = re.compile(r"(?<=[\[,])([ \t]*)\*(?=[^\W\d]\w*[ \t]*[\],])")


class Rewritten(msgspec.Struct, frozen=True, gc=False):
    """The text in older syntax, and where the first newer piece is (1-based line and column, code points)."""

    text: str
    line: int
    column: int


def rewrite(text: str) -> Rewritten | None:
    """The text with every known newer form rewritten; `None` if there is none.

    Covers unparenthesized `except A, B:` (PEP 758), type parameters and `type X = …` (PEP 695, 696), `except*`
    (PEP 654), template strings (PEP 750), and quotes reused and line breaks inside f-strings (PEP 701).
    """
    first = len(text)
    text, seen = _strings(text)
    first = min(first, seen)
    masked = _mask(text)
    for step in (_type_parameters, _type_statements, _except_groups, _bare_excepts):
        text, masked, seen = step(text, masked)
        first = min(first, seen)
    if first >= len(text):
        return None
    return Rewritten(text, text.count("\n", 0, first) + 1, first - text.rfind("\n", 0, first))


def _mask(text: str) -> str:
    """The text with comments and the content of strings blanked, of the same length and lines."""
    pieces: list[str] = []
    position = 0
    for token in tokens(text):
        pieces.append(text[position : token.start])
        pieces.append("".join("\n" if c == "\n" else "_" for c in text[token.start : token.end]))
        position = token.end
    pieces.append(text[position:])
    return "".join(pieces)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _type_parameters(text: str, masked: str) -> tuple[str, str, int]:
    first = len(text)
    for match in list(_GENERIC.finditer(masked)):
        start = match.start(1)
        end = _closing(masked, start)
        if end is None:
            continue
        first = min(first, start)
        text, masked = _blank(text, start, end), _blank(masked, start, end)
        if "\n" in masked[start:end]:
            # A line break needs brackets around it, which are gone: a continuation keeps the statement whole.
            text, masked = _continue_lines(text, start, end), _continue_lines(masked, start, end)
    return text, masked, first


def _continue_lines(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r" \n", r"\\\n", text[start:end]) + text[end:]


def _closing(masked: str, start: int) -> int | None:
    depth = 0
    for position in range(start, min(len(masked), start + 2000)):
        if masked[position] in "[({":
            depth += 1
        elif masked[position] in "])}":
            depth -= 1
            if not depth:
                return position + 1
    return None


def _type_statements(text: str, masked: str) -> tuple[str, str, int]:
    first = len(text)
    for match in list(_TYPE_STATEMENT.finditer(masked)):
        first = min(first, match.start())
        indent, gap, name = match.groups()
        line = f"{indent}{name}{' ' * (4 + len(gap))}"
        text = text[: match.start()] + line + text[match.end() :]
        masked = masked[: match.start()] + line + masked[match.end() :]
    return text, masked, first


def _except_groups(text: str, masked: str) -> tuple[str, str, int]:
    first = len(text)
    for match in list(_EXCEPT_GROUP.finditer(masked)):
        first = min(first, match.start())
        star = match.end() - 1
        text, masked = text[:star] + " " + text[star + 1 :], masked[:star] + " " + masked[star + 1 :]
    return text, masked, first


def _bare_excepts(text: str, masked: str) -> tuple[str, str, int]:
    """Last, since it makes lines longer."""
    first = len(text)
    shift = 0
    for match in list(_EXCEPT.finditer(masked)):
        if " as " in match.group(3):
            continue
        start, end = match.start(3) + shift, match.end(3) + shift
        first = min(first, match.start() + shift)
        text = text[: start - 1] + "(" + text[start:end] + ")" + text[end:]
        shift += 1
    return text, masked, first


def _strings(text: str) -> tuple[str, int]:
    first = len(text)
    pieces: list[str] = []
    position = 0
    for token in tokens(text):
        if token.kind != "string" or not ("f" in token.prefix or "t" in token.prefix):
            continue
        literal = text[token.start : token.end]
        changed = _older_quotes(literal, len(token.prefix))
        if "t" in token.prefix:
            changed = changed[: len(token.prefix)].replace("t", "f").replace("T", "F") + changed[len(token.prefix) :]
        if changed != literal:
            first = min(first, token.start)
        pieces += (text[position : token.start], changed)
        position = token.end
    pieces.append(text[position:])
    return "".join(pieces), first


def _older_quotes(literal: str, prefix: int) -> str:
    """An f-string whose fields use its own quotes, with the other quotes in the fields; three where they span lines."""
    quote = literal[prefix]
    if literal.startswith(quote * 3, prefix):
        return literal
    if "\n" in literal and quote * 3 not in literal and literal.endswith(quote):
        return literal[:prefix] + quote * 3 + literal[prefix + 1 : -1] + quote * 3
    if "\n" in literal or literal.count(quote) <= 2:
        return literal
    other = "'" if quote == '"' else '"'
    if other in literal:
        return literal
    plain_end = string_end(literal, prefix + 1, quote, formatted=False)
    if plain_end >= len(literal):
        return literal
    return literal[: prefix + 1] + literal[prefix + 1 : -1].replace(quote, other) + quote
