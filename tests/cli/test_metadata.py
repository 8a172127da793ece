"""`--metadata`, as a user meets it: real processes, real imports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli_run import Run

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "linter" / "schema_lint" / "demo_project"
PYTHON = ("--python", sys.executable)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(DEMO, tmp_path / "todo")
    monkeypatch.chdir(tmp_path / "todo")
    return tmp_path / "todo"


def fingerprints(document: str) -> dict[str, str]:
    return {finding["fingerprint"]: finding["code"] for finding in json.loads(document)["findings"]}


def test_facts_are_printed(demo: Path, run: Run) -> None:
    result = run("facts", "--metadata", "app.models", *PYTHON)
    assert (result.status, result.err) == (0, "")
    built = json.loads(result.out)
    said = json.loads(run("facts", "app/models.py").out)
    assert [table["name"] for table in built["tables"]] == [table["name"] for table in said["tables"]]
    assert built["version_source"] == "as imported"


def test_metadata_alone_needs_no_source(demo: Path, run: Run) -> None:
    static = fingerprints(run("check", "--output-format", "json").out)
    result = run("check", "--metadata", "app.models", *PYTHON, "--output-format", "json")
    assert result.status == 1
    found = fingerprints(result.out)
    assert set(found) <= set(static)
    assert {"FK001", "KEY005", "REL002", "COL003"} <= set(found.values())
    skipped = {rule["code"]: rule["why"] for rule in json.loads(result.out)["skipped_rules"]}
    assert skipped["ENV006"] == "it needs the source: name a PATH, too"


def test_without_metadata_its_rules_are_not_spoken_of(demo: Path, run: Run) -> None:
    assert json.loads(run("check", "--output-format", "json").out)["skipped_rules"] == []


def test_with_a_path_both_are_one(demo: Path, run: Run) -> None:
    static = fingerprints(run("check", "--output-format", "json").out)
    both = fingerprints(run("check", ".", "--metadata", "app.models", *PYTHON, "--output-format", "json").out)
    assert both == static


def test_comments_silence_findings_of_metadata_alone(demo: Path, run: Run) -> None:
    models = demo / "app" / "models.py"
    text = models.read_text().replace("class Project(", "# schema-lint: ignore[TBL001] a lookup\nclass Project(")
    models.write_text(text)
    result = run("check", "--metadata", "app.models", *PYTHON, "--select", "TBL001,SRC002")
    assert result.status == 0, result.out


def test_verbose_says_what_was_imported_and_how(demo: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:hunter2@db.example.com/todo")
    result = run("check", "--metadata", "app.models", *PYTHON, "-v", "--exit-zero")
    lines = result.err.splitlines()
    assert lines[0] == f"interpreter: {sys.executable} (--python)"
    assert lines[1].startswith("Python 3")
    assert lines[2] == "database URLs replaced: DATABASE_URL"
    assert "hunter2" not in result.err + result.out


def test_a_module_that_cannot_be_imported_is_status_2(demo: Path, run: Run) -> None:
    (demo / "app" / "broken.py").write_text("raise ValueError('no settings')\n")
    result = run("check", "--metadata", "app.broken", *PYTHON)
    assert (result.status, result.out) == (2, "")
    assert result.err.splitlines() == [
        "error: app.broken cannot be imported: ValueError: no settings",
        "  app/broken.py:1",
        "      raise ValueError('no settings')",
        f"hint: try {shown(sys.executable)} -c 'import app.broken'",
    ]


def shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def test_modules_that_a_star_cannot_import_are_told(demo: Path, run: Run) -> None:
    (demo / "app" / "broken.py").write_text("import a_package_nobody_has\n")
    result = run("facts", "--metadata", "app:*", *PYTHON)
    assert result.status == 0
    assert len(json.loads(result.out)["tables"]) == 4
    assert "could not be imported, so " in result.err
    assert "tables are not known: app.broken: ModuleNotFoundError" in result.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--metadata", "app/models.py"], "did you mean app.models?"),
        (["--metadata", "app.models", "--import-timeout", "0"], "--import-timeout"),
        (["--metadata", "app.models", "--since", "HEAD"], "--since compares sources, --metadata imports"),
        (["--select", "TBL016,TBL017"], "TBL016, TBL017 cannot be judged by the source alone"),
        (["--metadata", "app.models", "--python", "nowhere"], "--python nowhere is no interpreter"),
    ],
)
def test_wrong_use_is_status_2(arguments: list[str], told: str, demo: Path, run: Run) -> None:
    result = run("check", *arguments)
    assert (result.status, result.out) == (2, "")
    assert told in result.err


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_nothing_is_left(number: signal.Signals, demo: Path) -> None:
    os.mkfifo(demo / "started")
    (demo / "app" / "slow.py").write_text(
        "import os, time\nwith open('started', 'w') as file:\n    file.write(str(os.getpid()))\ntime.sleep(1000)\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("linter", "rules", "reference_models")),
    }
    command = [sys.executable, "-m", "schema_lint", "check", "--metadata", "app.slow", *PYTHON]
    process = subprocess.Popen(command, cwd=demo, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child = int((demo / "started").read_text())
    process.send_signal(number)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (130, b"", b"")
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_code_around_the_models_counts_also_without_a_path(demo: Path, run: Run) -> None:
    (demo / "app" / "models.py").write_text(
        "import uuid\nfrom datetime import datetime\n\nfrom sqlmodel import Field, SQLModel\n\n\n"
        "class Task(SQLModel, table=True):\n    id: uuid.UUID = Field(primary_key=True)\n"
        "    created_at: datetime = Field(default_factory=datetime.now)\n"
        "    updated_at: datetime = Field(default_factory=datetime.now)\n"
    )
    asked = ("check", "--metadata", "app.models", *PYTHON, "--select", "KEY003,TBL002", "--output-format", "json")
    assert sorted(fingerprints(run(*asked).out).values()) == ["KEY003", "TBL002"]
    (demo / "app" / "use.py").write_text(
        "import uuid\n\nfrom sqlalchemy import event\n\nfrom app.models import Task\n\ntask = Task(id=uuid.uuid4())\n"
        "@event.listens_for(Task, 'before_update')\ndef touch(mapper, connection, target):\n"
        "    target.updated_at = None\n"
    )
    assert fingerprints(run(*asked).out) == {}
