"""Comments that ask to ignore findings, and what of the source they cover.

    # schema-lint: ignore[FK001] the table has ten rows
    # schema-lint: ignore[foreign-key-without-index, REL001]
    # schema-lint: ignore-file[FK001] written by a generator

A comment on any line of a statement covers the statement; one alone on a line covers the statement right below it.
Above or on the header of a class it covers findings about the class and its table as a whole, and none about one of its
columns. There is no form that ignores every rule.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

import msgspec

from schema_lint.config.problems import printable
from schema_lint.facts.place import SourcePlace

_DIRECTIVE = r"#\s*schema-lint:[ \t]*(?P<body>.*?)(?=\s#\s|$)"
_BODY = r"(?P<kind>ignore|ignore-file)[ \t]*\[(?P<names>[^\[\]]*)\](?P<reason>.*)"
_NAME = r"[A-Za-z][A-Za-z0-9-]*"
_MARKS = {"sql": ("--",), "ini": ("#", ";"), "cfg": ("#", ";")}
"""Comment marks by file extension, where they are not `#`."""


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One request, in one comment."""

    kind: str
    """`line` or `file`."""

    names: tuple[str, ...] = ()
    reason: str | None = None
    malformed: str | None = None
    """Why it cannot be understood, if it cannot."""

    place: SourcePlace
    lines: tuple[int, int] = (0, 0)
    """First and last line of the statement that it covers; zeros where there is none."""

    body: tuple[int, int] | None = None
    """First and last line of the class whose header it covers."""


def read_comments(path: str, text: str) -> tuple[Comment, ...]:
    """Every such comment of a file. A file that does not parse is read as far as it can be."""
    if path.endswith((".py", ".pyi")):
        return tuple(_python(path, text))
    return tuple(_plain(path, text))


class _Statement(msgspec.Struct):
    first: int
    last: int = 0
    is_decorator: bool = False
    is_class: bool = False
    ends_block: int = 0
    """Last line of the block that it opens."""


class _Found(msgspec.Struct):
    token: tokenize.TokenInfo
    statement: int | None
    """Number of the statement that it stands in; `None` for a comment alone on its line between statements."""


def _python(path: str, text: str) -> Iterator[Comment]:
    statements, found = _tokens(text)
    below: dict[int, int] = {}
    """The line after a block of comments, by each of its lines."""
    for comment in reversed(found):
        if comment.statement is None:
            row = comment.token.start[0]
            below[row] = below.get(row + 1, row + 1)
    starts = {statement.first: number for number, statement in enumerate(statements)}
    for comment in found:
        row, column = comment.token.start
        number = comment.statement
        if number is None:
            number = starts.get(below[row])
        covered, body = _covered(statements, number)
        for at, kind, names, reason, malformed in _directives(comment.token.string):
            place = _place(path, row, column + at, column + len(comment.token.string))
            yield Comment(
                kind=kind, names=names, reason=reason, malformed=malformed, place=place, lines=covered, body=body
            )


def _tokens(text: str) -> tuple[list[_Statement], list[_Found]]:
    """Logical lines, and the comments, with the logical line that each stands in."""
    statements: list[_Statement] = []
    comments: list[_Found] = []
    blocks: list[int] = []
    current: _Statement | None = None
    last_line = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            kind = token.type
            if kind == tokenize.COMMENT:
                inside = len(statements) - 1 if current is not None else None
                comments.append(_Found(token, inside))
            elif kind == tokenize.NEWLINE:
                if current is not None:
                    current.last = last_line = token.start[0]
                current = None
            elif kind == tokenize.INDENT:
                blocks.append(len(statements) - 1)
            elif kind == tokenize.DEDENT:
                if blocks:
                    statements[blocks.pop()].ends_block = last_line
            elif kind not in (tokenize.NL, tokenize.ENDMARKER) and current is None:
                current = _Statement(token.start[0])
                current.is_decorator = token.string == "@"
                current.is_class = token.string == "class"
                statements.append(current)
    except (tokenize.TokenError, SyntaxError, RecursionError):
        # The file is reported as unreadable elsewhere.
        pass
    for statement in statements:
        statement.last = max(statement.last, statement.first)
    return statements, comments


def _covered(statements: list[_Statement], number: int | None) -> tuple[tuple[int, int], tuple[int, int] | None]:
    if number is None or number < 0:
        return (0, 0), None
    first = statements[number].first
    while statements[number].is_decorator and number + 1 < len(statements):
        number += 1
    header = statements[number]
    body = (header.first, max(header.ends_block, header.last)) if header.is_class else None
    return (first, header.last), body


def _plain(path: str, text: str) -> Iterator[Comment]:
    """Comments of SQL, ini, environment and YAML files: whole lines, and, but for ini files, ends of lines."""
    extension = path.rpartition(".")[2].lower()
    marks = _MARKS.get(extension, ("#",))
    # Not `splitlines`, to which a record separator ends a line, too.
    lines = [line.rstrip("\n") for line in io.StringIO(text, newline=None)]
    for number, line in enumerate(lines):
        if "schema-lint:" not in line:
            continue
        mark, at, alone = _comment_in(line, marks, whole_lines=extension in ("ini", "cfg"))
        if mark is None:
            continue
        below = number + 1
        while alone and below < len(lines) and lines[below].lstrip().startswith(marks):
            below += 1
        row = below + 1 if alone else number + 1
        for start, kind, names, reason, malformed in _directives("#" + line[at + len(mark) :]):
            place = _place(path, number + 1, at + start, len(line))
            yield Comment(kind=kind, names=names, reason=reason, malformed=malformed, place=place, lines=(row, row))


def _comment_in(line: str, marks: tuple[str, ...], *, whole_lines: bool) -> tuple[str | None, int, bool]:
    stripped = line.lstrip()
    for mark in marks:
        if stripped.startswith(mark):
            return mark, len(line) - len(stripped), True
    if not whole_lines:
        for mark in marks:
            at = line.rfind(f" {mark}", 0, line.index("schema-lint:"))
            if at >= 0:
                return mark, at + 1, False
    return None, 0, False


def _directives(comment: str) -> Iterator[tuple[int, str, tuple[str, ...], str | None, str | None]]:
    """Requests in a comment's text: offset, kind, names, reason, what is wrong."""
    for match in re.finditer(_DIRECTIVE, comment):
        body = match["body"].strip()
        parsed = re.fullmatch(_BODY, body)
        if parsed is None:
            yield match.start(), "line", (), None, _complaint(body)
            continue
        kind = "file" if parsed["kind"] == "ignore-file" else "line"
        names = tuple(name.strip() for name in parsed["names"].split(",") if name.strip())
        wrong = next((name for name in names if not re.fullmatch(_NAME, name)), None)
        if not names:
            yield match.start(), kind, (), None, f"`{parsed['kind']}[]` names no rule"
        elif wrong is not None:
            yield match.start(), kind, (), None, f"`{printable(wrong)}` is no name of a rule"
        else:
            yield match.start(), kind, tuple(dict.fromkeys(names)), parsed["reason"].strip(" \t-–—:") or None, None


def _complaint(body: str) -> str:
    word = body.partition(" ")[0]
    if word in ("ignore", "ignore-file"):
        return f"`{word}` must name the rules that it ignores: `{word}[CODE] reason`"
    return f"`{printable(body)}` is not understood: write `ignore[CODE] reason` or `ignore-file[CODE] reason`"


def _place(path: str, row: int, column: int, end: int) -> SourcePlace:
    return SourcePlace(path=path, line=row, column=column + 1, end_line=row, end_column=end + 1)
