"""Text that Markdown shows as it is."""

from __future__ import annotations

import re

from schema_lint.reporting.terminal import inert

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})


def escaped(text: str) -> str:
    """The text on one line, with nothing in it that Markdown, HTML or a mention would make something of."""
    return _SPECIAL.sub(r"\\\1", inert(" ".join(text.split()))).translate(_ENTITIES)


def code(text: str) -> str:
    """The text as inline code, also inside a table."""
    text = inert(" ".join(text.split())).replace("|", "\\|")
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * (max(runs, default=0) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def fenced(text: str, language: str = "") -> str:
    """The text as a block of code."""
    runs = [len(run) for run in re.findall("`{3,}", text)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
