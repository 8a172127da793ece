"""A rule's docstring, taken apart: what `explain`, the generated documentation and the tests read.

    One line that says what the rule demands.

    Why: one or more sentences, with their source.

    Bad:
        Optionally a line that names the example:
        ```python
        …a complete module…
        ```

    Good:
        ```python
        …
        ```

    Exempt: one case; another case.

    Options:
        name-of-option: what it changes.

A fence holds one file, named after its language (`models.py` for Python), or several, each under a `# file: NAME` line.
A fence that begins with such a line belongs to the example before it, unless it names a file that example already has;
any other fence, and any line of prose, begins the next example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

DEFAULT_NAMES = {
    "python": "models.py",
    "toml": "pyproject.toml",
    "ini": "alembic.ini",
    "sql": "schema.sql",
    "env": ".env",
    "yaml": "compose.yaml",
    "text": "example.txt",
}
"""What a file is called that no `# file:` line names, by the fence's language."""

_HEADING = re.compile(r"(Why|Bad|Good|Exempt|Options|Limits|Note)s?:(?:[ \t]+(.*))?$")
_FENCE = re.compile(r"[ \t]*```([\w.+-]*)[ \t]*$")
_FILE = re.compile(r"(?:#|--|;)[ \t]*file:[ \t]*(\S+)[ \t]*$")
_OPTION = re.compile(r"`?([a-z][a-z0-9_-]*)`?:[ \t]+(.*)$")


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One example: a small project."""

    title: str = ""
    """What it shows, where the docstring says so; without a full stop or colon at its end."""

    files: dict[str, str]
    """Texts by name, each ending in a newline; in the docstring's order."""

    languages: dict[str, str] = {}
    """The fence's language of each file."""


class Documentation(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule's docstring says. Missing parts are empty."""

    summary: str = ""
    description: str = ""
    """Paragraphs between the summary and the first heading."""

    why: str = ""
    bad: tuple[Example, ...] = ()
    good: tuple[Example, ...] = ()
    exempt: tuple[str, ...] = ()
    """One case each."""

    options: dict[str, str] = {}
    """Explanations of options, by name in kebab-case."""

    notes: str = ""
    """`Note` and `Limits`."""


def parse(docstring: str | None) -> Documentation:
    """Take a rule's docstring apart. Never fails: what it does not understand stays text."""
    lines = _dedented(docstring or "")
    sections = _sections(lines)
    opening = _paragraphs(sections.pop("", []))
    return Documentation(
        summary=opening[0] if opening else "",
        description="\n\n".join(opening[1:]),
        why="\n\n".join(_paragraphs(sections.get("Why", []))),
        bad=tuple(_examples(sections.get("Bad", []))),
        good=tuple(_examples(sections.get("Good", []))),
        exempt=_items(sections.get("Exempt", [])),
        options=_options(sections.get("Options", [])),
        notes="\n\n".join(_paragraphs([*sections.get("Note", []), "", *sections.get("Limits", [])])),
    )


def _dedented(docstring: str) -> list[str]:
    """As `inspect.cleandoc` has it; `inspect` costs more than all of this module."""
    lines = docstring.expandtabs(4).splitlines()
    margins = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(margins, default=0)
    return [line.strip() if number == 0 else line[margin:].rstrip() for number, line in enumerate(lines)]


def _sections(lines: list[str]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {"": []}
    current = sections[""]
    fenced = False
    for line in lines:
        heading = None if fenced else _HEADING.match(line)
        if heading:
            current = sections.setdefault(heading[1], [])
            current.append(heading[2] or "")
            continue
        if _FENCE.match(line):
            fenced = not fenced
        current.append(line)
    return sections


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines of prose joined, blank lines between paragraphs."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return [" ".join(paragraph) for paragraph in paragraphs if paragraph]


def _items(lines: list[str]) -> tuple[str, ...]:
    """Cases of a list: one for each `-` line, else the parts between semicolons."""
    if any(line.lstrip().startswith("- ") for line in lines):
        text = "\n".join(line.strip() for line in lines)
        parts = re.split(r"(?:^|\n)- ", text)
    else:
        parts = [part for paragraph in _paragraphs(lines) for part in _outside_brackets(paragraph)]
    stripped = (" ".join(part.split()).rstrip(".;") for part in parts)
    return tuple(part for part in stripped if part)


def _outside_brackets(text: str) -> Iterator[str]:
    """The parts between semicolons that stand outside brackets and code."""
    depth, start, code = 0, 0, False
    for position, character in enumerate(text):
        if character == "`":
            code = not code
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth = max(0, depth - 1)
        elif character == ";" and not depth and not code:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _options(lines: list[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    name = None
    for line in (line.strip().removeprefix("- ") for line in lines):
        if match := _OPTION.match(line):
            name = match[1].replace("_", "-")
            options[name] = match[2].strip()
        elif line and name:
            options[name] += " " + line
    return options


class _Fence(msgspec.Struct):
    title: str
    language: str
    lines: list[str]


def _fences(lines: list[str]) -> Iterator[_Fence]:
    title: list[str] = []
    fence: _Fence | None = None
    margin = 0
    for line in lines:
        mark = _FENCE.match(line)
        if fence is None and mark:
            margin = len(line) - len(line.lstrip())
            fence = _Fence(" ".join(title).rstrip(":."), mark[1] or "python", [])
            title = []
        elif fence is not None and mark:
            yield fence
            fence = None
        elif fence is not None:
            fence.lines.append(line[margin:] if not line[:margin].strip() else line)
        elif line.strip():
            title.append(line.strip())
    if fence is not None:
        yield fence


def _examples(lines: list[str]) -> Iterator[Example]:
    title, files, languages = "", dict[str, str](), dict[str, str]()
    for fence in _fences(lines):
        parts = dict(_files(fence))
        continues = bool(fence.lines) and _FILE.match(fence.lines[0]) is not None
        if files and (fence.title or not continues or files.keys() & parts.keys()):
            yield Example(title=title, files=files, languages=languages)
            title, files, languages = "", {}, {}
        title = title or fence.title
        files.update(parts)
        languages.update(dict.fromkeys(parts, fence.language))
    if files:
        yield Example(title=title, files=files, languages=languages)


def _files(fence: _Fence) -> Iterator[tuple[str, str]]:
    name = DEFAULT_NAMES.get(fence.language, f"example.{fence.language}")
    lines: list[str] = []
    named = False
    for line in fence.lines:
        mark = _FILE.match(line)
        if mark is None:
            lines.append(line)
            continue
        if named or any(line.strip() for line in lines):
            yield name, _text(lines)
        name, lines, named = mark[1], [], True
    yield name, _text(lines)


def _text(lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n")
    return text + "\n" if text else ""
