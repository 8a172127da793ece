"""What the author of a revision says of it: comments and docstrings, apart from those that a template wrote."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"(?:#|--|/\*)([^\n]*)")
_BY_TOOLS = re.compile(
    r"\W*(?:revision identifiers|commands auto generated|end alembic commands|please adjust"
    r"|(?:type|fmt|isort|pylint|pragma|pyright|ruff|mypy|flake8|yapf)\b|noqa|nosec|nosemgrep|-\*-"
    r"|schema-lint:\s*ignore\[[^\]\n]*\]\W*$)",
    re.IGNORECASE,
)
"""Comments that are a template's, or instructions for a tool."""

_HEADER = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\n)+")
_RIGHTS = re.compile(r"licen[cs]e|copyright", re.IGNORECASE)
_DOCSTRING = re.compile(r":[ \t]*\n\s*[rRuU]?(\"\"\"|'''|\"|')(.*?)\1", re.DOTALL)
"""Of a function; what stands for one in other places only makes a revision look explained."""

_FROM_TEMPLATE = re.compile(r"\s*(?:up|down)grade (?:schema|database)\.?\s*", re.IGNORECASE)
_TITLES = re.compile(r"[ \t]*(?:revision id|revises|create date|branch labels|depends on)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3}")


def is_explained(text: str, docstring: re.Match[str] | None) -> bool:
    """Whether a revision says more than its title.

    Args:
        text: the file, but for the downgrade; or a function of it.
        docstring: where the module's own was found in it: the quotes are its first group, the text the second.
    """
    if docstring is not None:
        lines = [line for line in docstring[2].splitlines() if line.strip()]
        if any(_TITLES.match(line) is None and _WORD.search(line) is not None for line in lines[1:]):
            return True
        text = text[: docstring.start(1)] + "\n" + text[docstring.end() :]
    header = _HEADER.match(text)
    if header is not None and _RIGHTS.search(header[0]) is not None:
        text = text[header.end() :]
    if any(_FROM_TEMPLATE.fullmatch(match[2]) is None for match in _DOCSTRING.finditer(text)):
        return True
    return any(
        _BY_TOOLS.match(remark) is None and _WORD.search(remark) is not None for remark in _COMMENT.findall(text)
    )
