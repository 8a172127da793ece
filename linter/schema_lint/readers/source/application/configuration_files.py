"""Database URLs in files that are not Python: `alembic.ini`, `.env*`, compose files."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from schema_lint.facts.application import SINGLE_PERCENT, ConnectionSetting, DatabaseUrl, UrlLiteral
from schema_lint.facts.place import SourcePlace
from schema_lint.readers.source.application.urls import DIALECTS, HOLE, parse_url
from schema_lint.readers.source.roles import is_example, is_test

_VALUE = rf"""(?P<name>[A-Za-z_][\w.\-]*)?["']?\s*[:=]\s*["']?(?P<url>(?:{DIALECTS})(?:\+\w+)?://[^\s"'`,]*)"""
_DEFAULT = r"\$\{(\w+):?-([^{}]*)\}"
_VARIABLE = r"\$\{[^{}]*\}|\$\w+|%\(\w+\)s|\{\{[^{}]*\}\}"


def file_kind(name: str) -> str | None:
    """What a file is to us, by its base name; `None` for files that are not looked at."""
    lower = name.lower()
    if lower.endswith(".ini") and "alembic" in lower:
        return "alembic.ini"
    if lower == ".env" or lower.startswith(".env.") or lower.endswith(".env"):
        return "env"
    if lower.endswith((".yml", ".yaml")) and ("compose" in lower):
        return "compose"
    return None


def read_configuration(
    path: str, text: str, kind: str, *, tracked: bool | None, overridden: bool
) -> Iterator[UrlLiteral | ConnectionSetting]:
    """The URLs in one file, with the name each is kept under.

    Args:
        kind: as `file_kind` says.
        tracked: whether git tracks the file.
        overridden: an `env.py` replaces the value (of an `alembic.ini`).
    """
    comment = (";", "#")
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(comment) or "://" not in line:
            continue
        for match in re.finditer(_VALUE, line):
            url = _url(match["url"], doubled_percent=kind == "alembic.ini")
            if url is None:
                continue
            start = match.start("url") + 1
            end = match.end("url") + 1
            place = SourcePlace(path=path, line=number, column=start, end_line=number, end_column=end)
            yield UrlLiteral(
                url=url,
                file_kind=kind,
                is_test=is_test(path),
                is_example=is_example(path),
                tracked=tracked,
                overridden=overridden,
                place=place,
            )
            if match["name"] and kind in ("env", "compose"):
                kind_of_setting = "env-file" if kind == "env" else "compose"
                yield ConnectionSetting(name=match["name"], kind=kind_of_setting, url=url, place=place)


def _url(text: str, *, doubled_percent: bool) -> DatabaseUrl | None:
    text = re.sub(_DEFAULT, lambda match: match[2] or HOLE, text)
    text = re.sub(_VARIABLE, HOLE, text)
    if not doubled_percent:
        return parse_url(text)
    url = parse_url(text.replace("%%", "%"))
    if url is not None and "%" in text.replace("%%", ""):
        return msgspec.structs.replace(url, problem=SINGLE_PERCENT)
    return url
