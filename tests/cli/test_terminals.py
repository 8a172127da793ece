"""Whatever the output goes to, and however it ends: legible, with the right status, nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "linter" / "schema_lint" / "demo_project"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "FORCE_", "NO_COLOR"))},
    "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("linter", "rules", "reference_models")),
}
FULL = ("check", "--output-format", "full")


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The demo, away from this repository and its configuration."""
    shutil.copytree(DEMO, tmp_path / "todo")
    return tmp_path / "todo"


def check(demo: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "schema_lint", *arguments],
        cwd=demo, env={**ENVIRONMENT, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("columns", ["40", "60", "80", "160"])
def test_no_line_is_wider_than_the_terminal(columns: str, demo: Path) -> None:
    result = check(demo, *FULL, COLUMNS=columns)
    assert (result.returncode, result.stderr) == (1, "")
    # SQL is one line, to be pasted.
    lines = [
        line for line in result.stdout.splitlines() if line.lstrip().startswith(("│", "=")) and "= sql:" not in line
    ]
    assert [line for line in lines if len(line) > int(columns)] == []


@pytest.mark.parametrize("columns", ["1", "20", "0", "-1", "x", "", "99999999999999999999"])
def test_odd_widths_are_no_trouble(columns: str, demo: Path) -> None:
    result = check(demo, *FULL, COLUMNS=columns, TERM="dumb")
    assert (result.returncode, result.stderr) == (1, "")


def test_ascii_has_a_sign_for_each_of_ours(demo: Path) -> None:
    result = check(demo, *FULL, "--show-info", COLUMNS="60", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.isascii()
    assert "\n   +- reference" in result.stdout
    assert not [line for line in result.stdout.splitlines() if line.lstrip().startswith("?")]


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "| head -n 1", "> /dev/null"])
@pytest.mark.parametrize("form", ["full", "json"])
def test_streams_that_nobody_reads(redirection: str, form: str, demo: Path) -> None:
    command = f'"{sys.executable}" -m schema_lint check --output-format {form} {redirection}'
    result = subprocess.run(command, shell=True, cwd=demo, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert result.returncode == (0 if "|" in redirection else 1)
    assert result.stderr == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_a_report_on_a_full_disk(demo: Path) -> None:
    result = check(demo, "check", "--output-format", "json=/dev/full")
    assert result.returncode == 2
    assert result.stderr.startswith("error: cannot write /dev/full")
    assert result.stderr.count("error: ") == 1


@pytest.mark.parametrize("path", ["app/models.py/report.json", ".", "a\nb/../../../../../../../dev/null/x"])
def test_a_report_where_none_can_be_written(path: str, demo: Path) -> None:
    result = check(demo, "check", "--output-format", f"json={path}")
    assert (result.returncode, result.stderr.count("error: ")) == (2, 1)
    assert "internal error" not in result.stderr


PLACES = {
    "while files are found": "schema_lint.evaluating.disk:DiskTree.python_files",
    "while files are read": "schema_lint.evaluating.disk:DiskTree.read",
    "while source is evaluated": "schema_lint.evaluating.interpreter:Interpreter.load",
    "while rules judge": "schema_lint.checking.run:run",
    "while a report is made": "schema_lint.reporting.json:render",
}


@pytest.mark.parametrize("name", PLACES)
def test_interrupted(name: str, demo: Path) -> None:
    module, _, path = PLACES[name].partition(":")
    owner, _, function = path.rpartition(".")
    code = (
        f"import importlib, signal, sys\nowner = importlib.import_module({module!r})\n"
        f"owner = getattr(owner, {owner!r}) if {owner!r} else owner\n"
        f"setattr(owner, {function!r}, lambda *_, **__: signal.raise_signal(signal.SIGINT))\n"
        "from schema_lint.cli import main\nmain()\n"
    )
    (demo / "report.json").write_text('{"before": 1}')
    result = subprocess.run(
        [sys.executable, "-c", code, "check", "--output-format", "json=report.json"],
        cwd=demo, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (130, "")
    assert json.loads((demo / "report.json").read_text()) == {"before": 1}
    left = {name for name in os.listdir(demo) if name != ".schema_lint_cache"}
    assert left == {*os.listdir(DEMO), "report.json"}
