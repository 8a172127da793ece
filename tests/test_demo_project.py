"""The demo is a working application with exactly the mistakes it is meant to have, and the reference has none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEMO = "linter/schema_lint/demo_project"

MISTAKES = {
    "app/db.py": ["ENV002", "ENV006", "ENV008"],
    "app/models.py": [
        "COL003",
        "COL006",
        "CON001",
        "FK001",
        "IDX009",
        "KEY004",
        "KEY005",
        "NUL002",
        "NUL004",
        "REL001",
        "REL002",
        "TBL001",
    ],
}


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `schema-lint check` from the root of the repository, in a terminal of 100 columns without colour."""
    path = os.pathsep.join(str(ROOT / source) for source in ("linter", "rules", "reference_models"))
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "schema_lint", "check", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_demo_has_its_mistakes() -> None:
    result = check(DEMO, "--output-format", "concise")
    assert (result.returncode, result.stderr) == (1, "")
    found: dict[str, list[str]] = {}
    for path, code in re.findall(rf"^{DEMO}/(\S+?):\d+:\d+: ([A-Z]+\d+)", result.stdout, flags=re.MULTILINE):
        found.setdefault(path, []).append(code)
    assert {path: sorted(codes) for path, codes in found.items()} == MISTAKES


def test_the_demo_works_all_the_same(database_url: str) -> None:
    # In a process of its own: it would share SQLModel's registry with others, and leave `app` behind.
    script = (
        "import sys; from sqlmodel import SQLModel, Session, create_engine; from app.models import Task, User;"
        "engine = create_engine(sys.argv[1]); SQLModel.metadata.create_all(engine); session = Session(engine);"
        "user = User(email='ann@example.org', name='Ann'); user.created_at = user.updated_at;"
        "session.add(Task(title='Water the plants', owner=user)); session.commit()"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, database_url],
        env={**os.environ, "PYTHONPATH": str(ROOT / DEMO), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_the_readme_shows_what_is_printed() -> None:
    report = check(DEMO, "--output-format", "full").stdout
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"```text\n(.*?)```", readme, flags=re.DOTALL)
    assert shown
    for excerpt in shown:
        assert excerpt in report, f"take it from COLUMNS=100 schema-lint check {DEMO} --output-format full"


@pytest.mark.parametrize(
    "policies",
    [
        {},
        {
            "owner": '["owner_id", "user_id"]',
            "user-owned": '["tasks", "tags", "profiles"]',
            "soft-delete": '["deleted_at"]',
            "deployment": '"neon"',
            "require-tls": "true",
            "require-relationships": "true",
        },
    ],
    ids=["none stated", "all stated"],
)
def test_the_reference_has_no_mistakes(policies: dict[str, str]) -> None:
    stated = [argument for key, value in policies.items() for argument in ("--config", f"policies.{key}={value}")]
    result = check("reference_models", "--profile", "strict", *stated)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
