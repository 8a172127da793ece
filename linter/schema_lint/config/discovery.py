"""Where the project begins, and which file configures it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from typing import Any

import msgspec

from schema_lint.config.problems import ConfigurationError, Problem, printable

OWN_FILE = "schema-lint.toml"
SHARED_FILE = "pyproject.toml"
_TOP_FILES = (SHARED_FILE, "setup.py", "setup.cfg", "requirements.txt", "alembic.ini", "uv.lock", "poetry.lock")
LARGEST = 4 * 1024 * 1024
"""Bytes; no configuration written by people is larger."""


_TABLE = rb"""^[ \t]*(\[.*|["']?tool\b.*|["']?)schema-lint"""
"""Any form of our table's name, and some that is not: a file without it need not be parsed."""


class ConfigFile(msgspec.Struct, frozen=True):
    """A configuration file that was found, and our table in it."""

    path: str
    prefix: str
    """What precedes our keys in it: `tool.schema-lint.`, or nothing in a file of our own."""

    table: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    """Why it could not be parsed."""


class Location(msgspec.Struct, frozen=True):
    """The project root, absolute, and its configuration."""

    root: str
    file: ConfigFile | None = None
    marked: bool = True
    """It has something that marks it, rather than being the working directory for want of a better."""


def locate(directory: str, paths: Sequence[str] = ()) -> Location:
    """Find the project that is worked on in a directory.

    The root is the nearest ancestor (or the directory itself) that has our configuration or `.git`, else the directory.
    Only if none of the given paths (absolute) is in it, or nothing marks it, is it looked for around the paths; there,
    a `pyproject.toml` of others, lock and requirements files and the like mark it too.
    """
    directory = os.path.abspath(directory)
    around = _around(directory)
    if not paths:
        return around
    inside = any(contains(around.root, path) for path in paths)
    if inside and around.marked:
        return around
    common = os.path.commonpath(paths)
    common = common if os.path.isdir(common) else os.path.dirname(common)
    named = _around(common)
    if named.marked:
        return named
    packaged = _packaged(common)
    if packaged is not None and not (inside and contains(packaged, directory)):
        return Location(packaged)
    return Location(directory if inside else common, marked=False)


def _packaged(directory: str) -> str | None:
    """The nearest ancestor (or the directory itself) that has a file which only the top of a project has.

    A package is never the top: its modules import each other by its name. Some carry an `alembic.ini` all the same.
    """
    while True:
        if begins_project(directory):
            return directory
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent


def begins_project(directory: str) -> bool:
    """Whether the directory has a file which only the top of a project has."""
    names = (os.path.join(directory, name) for name in _TOP_FILES)
    return any(map(os.path.isfile, names)) and not os.path.isfile(os.path.join(directory, "__init__.py"))


def contains(root: str, path: str) -> bool:
    """Whether an absolute path is a directory, or below it."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _around(directory: str) -> Location:
    current = directory
    while True:
        file = config_in(current)
        if file is not None:
            return Location(current, file)
        if os.path.lexists(os.path.join(current, ".git")):
            return Location(current)
        parent = os.path.dirname(current)
        if parent == current:
            return Location(directory, marked=False)
        current = parent


def config_in(directory: str) -> ConfigFile | None:
    """The configuration in the directory: `schema-lint.toml`, else our table in `pyproject.toml`."""
    return _open(os.path.join(directory, OWN_FILE)) or _open(os.path.join(directory, SHARED_FILE))


def config_at(directory: str, name: str) -> ConfigFile:
    """The configuration in a file that the user named, relative to a directory.

    Raises:
        ConfigurationError: if it is not there, or is a `pyproject.toml` without our table.
    """
    path = os.path.join(directory, name)
    found = _open(path)
    if found is not None:
        return found
    exists = os.path.isfile(path)
    why = "has no [tool.schema-lint] table" if exists else "is a directory" if os.path.isdir(path) else "does not exist"
    raise ConfigurationError([Problem("--config", "", f"{printable(name)} {why}")])


def _open(path: str) -> ConfigFile | None:
    shared = os.path.basename(path) == SHARED_FILE
    prefix = "tool.schema-lint." if shared else ""
    problems: list[Problem] = []
    text = _read(path, problems)
    if problems:
        return ConfigFile(path, prefix, {}, tuple(problems))
    if text is None or (shared and (b"schema-lint" not in text or re.search(_TABLE, text, re.MULTILINE) is None)):
        return None
    from schema_lint.config.toml import parse

    table = parse(path, text, problems)
    if table is None:
        return ConfigFile(path, prefix, {}, tuple(problems))
    if not shared:
        return ConfigFile(path, prefix, table)
    tools = table.get("tool")
    if not isinstance(tools, dict) or "schema-lint" not in tools:
        # It depends on this tool, or mentions it, and does not configure it.
        return None
    ours = tools["schema-lint"]
    if not isinstance(ours, dict):
        return ConfigFile(path, prefix, {}, (Problem(path, "tool.schema-lint", "expected a table"),))
    return ConfigFile(path, prefix, ours)


def _read(path: str, problems: list[Problem]) -> bytes | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    # A pipe or a device would never end.
    if not stat.S_ISREG(status.st_mode):
        return None
    if status.st_size > LARGEST:
        problems.append(Problem(path, "", f"larger than {LARGEST // 2**20} MiB: not read"))
        return None
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        problems.append(Problem(path, "", f"cannot be read: {error.strerror}"))
        return None
