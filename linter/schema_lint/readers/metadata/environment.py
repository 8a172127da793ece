"""Where the project's code is run: the interpreter, its variables and its import path."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from schema_lint.evaluating.files import SourceTree
from schema_lint.evaluating.finding import ModuleFinder

FOLDERS = (".venv", "venv", "env", ".env")
_DIALECTS = (
    "postgres", "postgresql", "mysql", "mariadb", "sqlite", "oracle", "mssql", "cockroachdb", "redshift", "snowflake",
    "bigquery", "clickhouse", "duckdb", "db2", "ibm_db_sa", "trino", "presto", "firebird", "sybase", "crate",
)  # fmt: skip
_OF_THIS_ONE = ("PYTHONHOME", "__PYVENV_LAUNCHER__", "COVERAGE_PROCESS_START", "PYTHONSTARTUP")
URL_VALUE = re.compile(rf"\s*(?P<scheme>(?P<dialect>{'|'.join(_DIALECTS)})(?:\+\w+)?)://(?P<rest>.*)", re.I | re.S)


class Interpreter(msgspec.Struct, frozen=True):
    """A Python to run, and why this one."""

    path: str
    why: str


def find_interpreter(root: str, directory: str, given: str | None) -> Interpreter:
    """The project's own interpreter: the one that is given, the active environment's, or that of a virtual environment
    in the working directory or above it, up to the project root; else the one that runs us.

    Raises:
        FileNotFoundError: if the one that is given is none; names what was looked for.
    """
    if given is not None:
        return Interpreter(_given(given, directory), "--python")
    active = os.environ.get("VIRTUAL_ENV")
    if active and (found := _python_in(active)):
        return Interpreter(found, "VIRTUAL_ENV")
    for folder in _upwards(directory, root):
        for name in FOLDERS:
            if found := _python_in(os.path.join(folder, name)):
                return Interpreter(found, os.path.relpath(os.path.join(folder, name), directory))
        if found := _pdm(folder):
            return Interpreter(found, os.path.relpath(os.path.join(folder, ".pdm-python"), directory))
    if (conda := os.environ.get("CONDA_PREFIX")) and (found := _python_in(conda)):
        return Interpreter(found, "CONDA_PREFIX")
    return Interpreter(sys.executable, "the one schema-lint runs in, as no virtual environment was found")


def _given(given: str, directory: str) -> str:
    import shutil

    path = os.path.join(directory, given)
    if os.path.isdir(path):
        found = _python_in(path)
    elif os.path.isfile(path):
        found = path if os.access(path, os.X_OK) else None
    else:
        found = shutil.which(given) if os.path.basename(given) == given else None
    if found is None:
        raise FileNotFoundError(given)
    # Not its real path: a virtual environment's interpreter is known by its own.
    return os.path.abspath(found)


def _upwards(directory: str, root: str) -> Iterator[str]:
    folder = os.path.abspath(directory)
    inside = folder == root or folder.startswith(root.rstrip(os.sep) + os.sep)
    while inside and folder != root:
        yield folder
        folder = os.path.dirname(folder)
    yield root


def _python_in(environment: str) -> str | None:
    for relative in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
        path = os.path.join(environment, *relative.split("/"))
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return os.path.abspath(path)
    return None


def _pdm(folder: str) -> str | None:
    try:
        with open(os.path.join(folder, ".pdm-python"), encoding="utf-8") as file:
            path = file.read(4096).strip()
    except (OSError, UnicodeDecodeError):
        return None
    return path if os.path.isfile(path) and os.access(path, os.X_OK) else None


def dead_urls(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables that hold a database URL, each with one of the same dialect and driver that leads nowhere."""
    found = {}
    for name, value in variables.items():
        match = URL_VALUE.match(value)
        if match is None:
            continue
        scheme = match["scheme"]
        if match["dialect"].lower() in ("sqlite", "duckdb"):
            found[name] = f"{scheme}:////nonexistent/schema-lint.db"
        else:
            database = match["rest"].partition("/")[2].partition("?")[0] or "database"
            found[name] = f"{scheme}://schema_lint@localhost:1/{database}"
    return found


def variables_for(environment: Mapping[str, str], *, allow_network: bool) -> dict[str, str]:
    """The variables to run the project's code with."""
    variables = for_another(environment)
    if not allow_network:
        variables.update(dead_urls(variables))
        for name in ("PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"):
            variables.pop(name, None)
        variables.update({"PGHOST": "localhost", "PGPORT": "1", "PGHOSTADDR": "127.0.0.1"})
    return variables


def for_another(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables for another interpreter, without what a debugger or a coverage tool put there for this one."""
    variables = {name: value for name, value in environment.items() if name not in _OF_THIS_ONE}
    return {**variables, "PYTHONDONTWRITEBYTECODE": "1"}


def import_paths(tree: SourceTree, modules: Sequence[str], directory: str, declared: Sequence[str]) -> list[str]:
    """Folders to put on `sys.path`: those that hold the modules' packages, the working directory, the declared import
    roots, the project root and its `src`."""
    finder = ModuleFinder(tree, tuple(declared))
    relative = os.path.relpath(directory, tree.root).replace(os.sep, "/")
    start = "" if relative == "." or relative.startswith("..") else relative
    found: list[str] = []
    for name in modules:
        top = name.partition(".")[0]
        below = f"{start}/{top}" if start else top
        if tree.is_dir(below) or tree.is_file(f"{below}.py"):
            found.append(start)
        elif (module := finder.find(name) or finder.find(top)) is not None and not module.library:
            found.append(module.root)
    found += [start, *declared, "", "src"]
    existing = [folder for folder in dict.fromkeys(found) if tree.is_dir(folder)]
    return [os.path.join(tree.root, *folder.split("/")) if folder else tree.root for folder in existing]
