"""TOML text to tables, with mistakes told by line."""

from __future__ import annotations

import sys
from typing import Any

from schema_lint.config.problems import Problem, printable


def parse(where: str, text: bytes, problems: list[Problem]) -> dict[str, Any] | None:
    """Parse a TOML document; `None`, and a problem more, if it is none."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        problems.append(Problem(where, "", f"line {line}: not UTF-8, which TOML must be"))
    except RecursionError:
        problems.append(Problem(where, "", "nested too deeply"))
    except ValueError as error:
        problems.append(Problem(where, "", _syntax(str(error))))
    return None


def parse_pair(argument: str, problems: list[Problem]) -> dict[str, Any]:
    """Parse `KEY=VALUE` of `--config`; a value that is no TOML is taken as a string, so that it needs no quotes."""
    attempt: list[Problem] = []
    table = parse("--config", argument.encode("utf-8", "replace"), attempt)
    if table is None:
        key, _, value = argument.partition("=")
        bare = value.strip()
        if bare and not set(bare) & set("\"'[]{}=#\\\n"):
            table = parse("--config", f'{key}="{bare}"'.encode("utf-8", "replace"), [])
    if table is None:
        problems.append(Problem("--config", printable(argument), f"not TOML: {attempt[0].message}"))
        return {}
    return table


def merge(onto: dict[str, Any], table: dict[str, Any]) -> None:
    """Lay one table over another: tables are joined, anything else is replaced."""
    for key, value in table.items():
        below = onto.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merge(below, value)
        else:
            onto[key] = value


def _syntax(message: str) -> str:
    told, _, position = message.rpartition(" (at line ")
    if not told:
        return printable(message, 200)
    line, _, column = position.rstrip(")").partition(", column ")
    return f"line {line}, column {column}: {printable(told, 160)}" if column else printable(message, 200)
