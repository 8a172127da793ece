"""Rendering loads nothing that a short check would feel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FORBIDDEN = (
    "asyncio", "dataclasses", "importlib.metadata", "inspect", "json", "libcst", "logging", "pydantic", "rich",
    "schema_lint_reference", "schema_lint_rules", "sqlalchemy", "sqlmodel", "subprocess", "tempfile", "tokenize",
)  # fmt: skip

SCRIPT = f"""
import sys

import msgspec

before = set(sys.modules)

from schema_lint.checking.finding import Finding, Subject
from schema_lint.facts.place import SourcePlace
from schema_lint.reporting import concise, full, github, json, statistics
from schema_lint.reporting.report import Report

finding = Finding(
    code="FK001", rule="foreign-key-without-index", severity="error", message="m", why="w", suggestion="s",
    subjects=(Subject(kind="table", table="tasks"),), places=(SourcePlace("m.py", 1),),
    reference="models:Task.owner_id", fingerprint="0",
)
report = Report(findings=(finding,), source=dict([("m.py", 'url = "postgresql://a:b@c/d"')]).get)
for renderer in (concise, full, github, json, statistics):
    assert "FK001" in renderer.render(report)
assert "reference models:Task.owner_id" in full.render(report)
print(*sorted((set(sys.modules) - before) & set({FORBIDDEN!r})))
"""


def test_rendering_loads_nothing_heavy() -> None:
    root = Path(__file__).parents[2]
    path = [str(root / part) for part in ("linter", "rules", "reference_models")]
    command = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {path + sys.path!r}\n{SCRIPT}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")
