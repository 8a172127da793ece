"""What only a process of its own shows: what it imports, how it ends when it is stopped or nobody reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from schema_lint_rules import BEYOND_SOURCE, OF_REVISIONS

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "linter" / "schema_lint" / "demo_project"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "FORCE_", "COVERAGE"))},
    "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("linter", "rules", "reference_models")),
}

# What a static check must not load: libraries that cost more than the check, and those of the standard library that
# nothing it does has need of. `inspect`, `tokenize` and `threading` come with click, which paths alone do not need.
FORBIDDEN = {
    "alembic", "asyncio", "concurrent", "dataclasses", "difflib", "email", "http", "importlib.metadata", "json",
    "libcst", "logging", "multiprocessing", "pathlib", "pydantic", "rich", "shutil", "sqlalchemy", "sqlglot",
    "sqlmodel", "subprocess", "tempfile", "tomllib", "tomli", "unittest", "urllib", "xml", "zipfile",
}  # fmt: skip


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The demo, away from this repository and its configuration."""
    shutil.copytree(DEMO, tmp_path / "todo")
    return tmp_path / "todo"


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "schema_lint", *arguments]
    return subprocess.Popen(
        command, cwd=cwd, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def loaded_by(arguments: Sequence[str], cwd: Path) -> set[str]:
    code = (
        "import sys, schema_lint.cli\n"
        "try:\n    schema_lint.cli.main(sys.argv[1:])\n"
        "except SystemExit as end:\n    status = end.code\n"
        "print('\\n' + ' '.join(sys.modules), file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    # Without `site`, so that only what we import counts; the packages are where this interpreter has them.
    path = [ENVIRONMENT["PYTHONPATH"], *(entry for entry in sys.path if entry.endswith("-packages"))]
    result = subprocess.run(
        [sys.executable, "-S", "-c", code, *arguments],
        cwd=cwd, env={**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode in (0, 1), result.stderr
    return set(result.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["check"], ["check", "--output-format", "full", "--color", "always"]])
def test_a_check_loads_little(arguments: list[str], demo: Path) -> None:
    # What comes with click and msgspec, on some versions of Python, is theirs.
    code = "import sys, click, msgspec; print(*sys.modules)"
    given = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    loaded = loaded_by(arguments, demo) - set(given)
    assert {name for name in loaded if name in FORBIDDEN or name.partition(".")[0] in FORBIDDEN} == set()
    assert not loaded & {f"schema_lint_rules.{module}" for module in BEYOND_SOURCE | OF_REVISIONS}


def test_paths_alone_need_no_parser_of_options(demo: Path) -> None:
    code = "import sys, msgspec; print(*sys.modules)"
    given = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    loaded = loaded_by(["check", "."], demo) - set(given)
    assert loaded & {"click", "gettext", "heapq", "inspect", "locale", "threading", "tokenize"} == set()


def test_the_version_loads_less(demo: Path) -> None:
    loaded = loaded_by(["--version"], demo)
    ours = {name for name in loaded if name.startswith("schema_lint")}
    assert ours == {"schema_lint", "schema_lint.cli", "schema_lint.cli.failures", "schema_lint.cli.group"}
    assert "msgspec" not in loaded


def test_a_check_of_paths_alone_needs_no_click(demo: Path) -> None:
    assert "click" not in loaded_by(["check", "app"], demo)


def test_without_click_the_options_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from schema_lint.cli import running, wanted
    from schema_lint.cli.group import run_command_line

    seen: list[object] = []
    monkeypatch.setattr(running, "check", lambda paths, options: seen.append((tuple(paths), options)) or 0)
    run_command_line(["check", "a", "b"])
    assert seen == [(("a", "b"), wanted.Wanted())]


def test_nobody_reads_to_the_end(demo: Path) -> None:
    for arguments in (["rules", "--output-format", "json"], ["--help"], ["check", "--show-info"]):
        process = start(*arguments, cwd=demo)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        process.stderr.close()
        assert process.wait() in (0, 1)


def test_closed_streams(demo: Path) -> None:
    for stream in ("stdout", "stderr"):
        code = f"import sys; sys.{stream} = None; import schema_lint.cli; schema_lint.cli.main(['check'])"
        result = subprocess.run(
            [sys.executable, "-c", code], cwd=demo, env=ENVIRONMENT, capture_output=True, check=False
        )
        assert result.returncode == 1, result.stderr


def test_interrupted(demo: Path) -> None:
    code = (
        "import os, signal, sys, schema_lint.cli, schema_lint.cli.running as running\n"
        "running.run_check = lambda *_: signal.raise_signal(signal.SIGINT)\n"
        "schema_lint.cli.main(['check'])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=demo, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (130, "")


def test_output_that_cannot_be_encoded(demo: Path) -> None:
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    for form in ("full", "concise", "json", "github"):
        result = subprocess.run(
            [sys.executable, "-m", "schema_lint", "check", "--output-format", form],
            cwd=demo, env=environment, capture_output=True, check=False,
        )  # fmt: skip
        assert result.returncode == 1, result.stderr
        if form in ("full", "concise"):
            result.stdout.decode("ascii")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_a_full_disk(demo: Path) -> None:
    for arguments in (["check"], ["rules"], ["--help"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            command = [sys.executable, "-m", "schema_lint", *arguments]
            result = subprocess.run(
                command, cwd=demo, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        expected = "error: cannot write to standard output: No space left on device\n"
        assert (result.returncode, result.stderr) == (2, expected)
