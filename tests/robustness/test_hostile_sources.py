"""Source that means harm never crashes or stops a check, costs little, and takes no other table with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from hostile_sources import FAMILIES, HEAD, TABLE

MEMORY = 1 << 30
"""Bytes of address space that a family of sources may take, one after the other in one process."""

SECONDS = 300
"""Of processor time, for a family: only a check that hangs takes as long."""

COMMANDS = ("::error file=models.py", "::warning file=models.py", "::notice")

WORKER = f"""
import gc, io, os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
from schema_lint.cli import run
for folder in sorted(os.listdir(".")):
    os.chdir(folder)
    sys.stderr = open("errors.txt", "w")
    sys.stdout = open("out.txt", "w", encoding="utf-8")
    status = run(["check", "--isolated", "--profile", "strict", "--show-info", "--show-unknown",
                  "--output-format", "full", "--output-format", "json=report.json", "--output-format", "github=gh.txt"])
    sys.stdout.close()
    sys.stderr.close()
    os.chdir("..")
    gc.collect()
    with open(f"{{folder}}/status", "w") as file:
        file.write(str(status))
"""


TOO_DEEP = {
    "parentheses", "brackets", "braces", "attributes", "calls", "subscripts", "sums", "strings added", "powers",
    "signs", "nots", "ternaries", "lambdas", "ifs, too deep", "elifs", "a continued line", "a union",
}  # fmt: skip
"""What one or the other version of Python does not parse."""


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_only_source(family: str, tmp_path: Path) -> None:
    folders = {name: tmp_path / f"{number:03}" for number, name in enumerate(FAMILIES[family])}
    for name, folder in folders.items():
        (folder / ".git").mkdir(parents=True)
        content = f"{HEAD}{FAMILIES[family][name]}\n{TABLE}".encode("utf-8", "surrogatepass")
        (folder / "models.py").write_bytes(content)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    subprocess.run([sys.executable, "-c", WORKER], cwd=tmp_path, env=environment, timeout=2 * SECONDS, check=False)
    problems = {name: problem for name, folder in folders.items() if (problem := _problem(name, folder))}
    assert problems == {}


def _problem(name: str, folder: Path) -> str | None:
    """What is wrong with a check, if anything is."""
    if not (folder / "status").exists():
        return "the process ended before this was checked"
    errors = (folder / "errors.txt").read_text("utf-8")
    status = (folder / "status").read_text()
    if errors or status not in ("0", "1"):
        return f"status {status}: {errors}"
    out = (folder / "out.txt").read_text("utf-8")
    if any((c != "\n" and unicodedata.category(c) in ("Cc", "Cs")) or c in "\u202e\u2028" for c in out):
        return "the report holds what a terminal obeys"
    if "could not be followed" in out:
        return "the reader was surprised"
    for line in (folder / "gh.txt").read_text("utf-8").split("\n"):
        if line.startswith("::") and not line.startswith(COMMANDS):
            return f"the report holds a command: {line}"
    return _lost(name, json.loads((folder / "report.json").read_text("utf-8")))


def _lost(name: str, report: dict[str, Any]) -> str | None:
    unread = [finding["message"] for finding in report["findings"] if finding["code"] == "SRC001"]
    told = [item["why"] for item in report["unknown"] if item["code"] == "SRC001"]
    if unread and name not in TOO_DEEP:
        return f"unread: {unread}"
    return None if unread or told or report["read"]["tables"] else "a table was missed without a word"
