"""`check` after an edit of one file, against a cold `check` and against ruff: a file without models, and one with some.

In an environment that has schema-lint and ruff: `cd tests && python -m benchmarks.one_edit [FOLDER]…`; without one a
generated project of 1,600 files. Folders are copied, and the copies edited.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import CHECK, RUFF, cost, pair
from benchmarks.projects import write_project

ROUNDS = 5
MODELS = ("table=True", "__tablename__", "mapped_column(")


def main() -> None:
    """Print a line for each folder."""
    for folder in sys.argv[1:] or [None]:
        with tempfile.TemporaryDirectory() as directory:
            if folder is None:
                write_project(Path(directory), 1600)
            else:
                shutil.copytree(folder, directory, dirs_exist_ok=True, ignore=lambda at, names: set(_other(at, names)))
            command = [*CHECK, "--isolated"]
            cold = pair(command, RUFF, directory, rounds=ROUNDS, cold=True)
            told = [f"{folder or 'generated'}: cold {cold.ours:.2f} s"]
            for what, with_models in (("one file without models", False), ("one with models", True)):
                taken = _edited(command, _file(Path(directory), with_models=with_models))
                told.append(f"{what} {taken:.2f} s, {taken / cold.ours:.2f} × cold, {taken / cold.theirs:.1f} × ruff")
        print("; ".join(told))  # noqa: T201


def _other(directory: str, names: list[str]) -> Iterator[str]:
    """What is no source."""
    return (name for name in names if not name.endswith(".py") and not Path(directory, name).is_dir())


def _file(root: Path, *, with_models: bool) -> Path:
    for path in sorted(root.rglob("*.py")):
        text = path.read_text("utf-8", errors="replace")
        if any(word in text for word in MODELS) if with_models else "def " in text and "sql" not in text.lower():
            return path
    raise SystemExit("there is no such file")


def _edited(command: list[str], file: Path) -> float:
    """Seconds that a check takes after a change, the median."""
    directory = str(file.parent)
    while not Path(directory, ".schema_lint_cache").exists():
        directory = str(Path(directory).parent)
    seconds = []
    for number in range(ROUNDS):
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"\n\ndef added_{number}() -> int:\n    return {number}\n")
        seconds.append(cost(command, directory).seconds)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
