"""Settings added to a configuration file as text, so that all else in it stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from schema_lint.config.problems import Problem
from schema_lint.config.showing import toml_key, toml_value
from schema_lint.config.toml import merge, parse


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """A setting, and why it is set."""

    path: tuple[str, ...]
    """The table and the key below ours: `("policies", "external-tables", "users")`."""

    value: Any
    comment: str = ""


def with_additions(text: str, owner: Sequence[str], additions: Sequence[Addition], *, heading: str) -> str | None:
    """The text of a TOML file with settings in our table more; `None` where they cannot be added as text.

    Args:
        owner: our table in the file: `("tool", "schema-lint")`, or nothing in a file of our own.
        heading: comment above our table, where there is none yet.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    before = _parsed(text)
    if before is None:
        return None
    wanted = _nested(owner, {})
    merge(wanted, before)
    lines = text.split(newline)
    sections: list[list[str]] = []
    for table in dict.fromkeys(addition.path[0] for addition in additions):
        group = [addition for addition in additions if addition.path[0] == table]
        for addition in group:
            merge(wanted, _nested((*owner, *addition.path), addition.value))
        header = _header(lines, (*owner, table))
        written = [_line(addition) for addition in group]
        if header is not None:
            lines[header + 1 : header + 1] = written
        else:
            sections.append([f"[{'.'.join(map(toml_key, (*owner, table)))}]", *written])
    if not _has(before, owner):
        if owner and not sections:
            sections = [[f"[{'.'.join(map(toml_key, owner))}]"]]
        sections = [[heading, *sections[0]], *sections[1:]] if sections else [[heading]]
    changed = newline.join(lines)
    for section in sections:
        if changed:
            changed += newline if changed.endswith(newline) else newline * 2
        changed += newline.join(section) + newline
    return changed if _parsed(changed) == wanted else None


def _line(addition: Addition) -> str:
    key = ".".join(map(toml_key, addition.path[1:]))
    comment = " ".join(addition.comment.split())
    return f"{key} = {toml_value(addition.value)}" + (f"  # {comment}" if comment and comment.isprintable() else "")


def _header(lines: Sequence[str], names: Iterable[str]) -> int | None:
    """The line that begins a table, if there is one."""
    dotted = r"\s*\.\s*".join(rf"[\"']?{re.escape(name)}[\"']?" for name in names)
    pattern = re.compile(rf"\s*\[\s*{dotted}\s*\]\s*(?:#.*)?")
    return next((number for number, line in enumerate(lines) if pattern.fullmatch(line)), None)


def _parsed(text: str) -> dict[str, Any] | None:
    problems: list[Problem] = []
    return parse("", text.encode("utf-8", "surrogateescape"), problems)


def _nested(path: Sequence[str], value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    nested: dict[str, Any] = value
    return nested


def _has(table: Any, owner: Sequence[str]) -> bool:
    """Whether there is something of ours: our table, or anything in a file of our own."""
    for name in owner:
        if not isinstance(table, dict) or name not in table:
            return False
        table = table[name]
    return bool(owner) or bool(table)
