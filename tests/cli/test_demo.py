"""`schema-lint demo`: the application's source, its database, and between the two."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli_run import Run
from schema_lint import scratch

FOUND = re.compile(r" ([A-Z]+\d+)\[")


def parts(out: str) -> dict[str, list[str]]:
    """Codes that each part of the report tells, in its order."""
    found: dict[str, list[str]] = {}
    part = ""
    for line in out.splitlines():
        if line.startswith("schema-lint "):
            part = line.split()[1].rstrip(":")
            found[part] = []
        found.get(part, []).extend(FOUND.findall(line))
    return found


def test_each_part_finds_what_was_put_there(run: Run) -> None:
    result = run("demo", "--output-format", "concise")
    assert (result.status, result.err) == (0, "")
    found = parts(result.out)
    assert list(found) == ["check", "live", "drift"]
    assert {"FK001", "KEY005", "NUL002", "REL002", "ENV002"} <= set(found["check"])
    assert found["live"].count("FK001") == 2
    assert {"CON005", "COL010", "IDX004"} <= set(found["live"])
    assert sorted(found["drift"]) == ["COL008", "DRF004", "DRF005", "DRF011", "DRF014", "DRF014", "NUL010"]
    assert "tulip-garden-42" not in result.out


def test_a_copy_to_mend(run: Run, tmp_path: Path) -> None:
    result = run("demo", "--only", "check", "--into", str(tmp_path / "todo"), "--output-format", "concise")
    assert result.status == 0
    assert list(parts(result.out)) == ["check"]
    assert (tmp_path / "todo" / "database.sql").is_file() and (tmp_path / "todo" / "app" / "models.py").is_file()
    assert run("check", str(tmp_path / "todo"), "--isolated").status == 1


def test_nothing_is_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("", encoding="utf-8")
    result = run("demo", "--into", str(tmp_path))
    assert result.status == 2
    assert "is there already" in result.err and [path.name for path in tmp_path.iterdir()] == ["mine.py"]


def test_without_a_postgresql_the_source_is_checked_all_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def start() -> scratch.Server:
        raise scratch.ScratchError("there is none", hint="make one")

    monkeypatch.setattr(scratch, "start", start)
    result = run("demo", "--output-format", "concise")
    assert result.status == 2
    assert list(parts(result.out)) == ["check"]
    assert result.err == ("error: no PostgreSQL to show the database's side with: there is none\nhint: make one\n")
