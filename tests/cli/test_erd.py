"""`schema-lint erd`: what is drawn, where it goes, and whether it is out of date."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli_run import Run

START, END = "<!-- schema-lint erd start -->", "<!-- schema-lint erd end -->"
DIAGRAM = """\
erDiagram
    task {
        integer id PK
        integer owner_id FK
    }
    user {
        integer id PK
    }
    user ||--o{ task : "owner_id"
"""


def test_mermaid_is_drawn_by_default(run: Run, project: Path) -> None:
    assert run("erd") == (0, DIAGRAM, "")
    assert run("erd", "app/models.py", "--output", "-").out == DIAGRAM


@pytest.mark.parametrize(("format_", "beginning"), [("dot", "digraph schema {"), ("html", "<!DOCTYPE html>")])
def test_other_formats(run: Run, project: Path, format_: str, beginning: str) -> None:
    drawn = run("erd", "--format", format_).out
    assert drawn.startswith(beginning)
    name = f"new/schema.{format_}"
    assert run("erd", "--output", name) == (0, "", "")
    assert (project / name).read_text("utf-8") == drawn


def test_tables_can_be_chosen(run: Run, project: Path) -> None:
    assert "owner_id" not in run("erd", "--exclude", "task").out
    assert "integer id PK" in run("erd", "--only", "task", "--columns", "keys").out
    result = run("erd", "--only", "tsk")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("error: no table is left to draw\n")


def test_no_table_at_all(run: Run, project: Path) -> None:
    assert run("erd", "app/other.py").err.startswith("error: there is no table to draw\n")
    assert run("erd", "app/other.py", "--allow-empty") == (0, "erDiagram\n", "")


def test_external_tables_of_the_policy_are_stubs(run: Run, project: Path) -> None:
    (project / "app" / "models.py").write_text(
        "from sqlmodel import Field, SQLModel\n"
        "class Task(SQLModel, table=True):\n"
        "    id: int | None = Field(default=None, primary_key=True)\n"
        '    owner: str = Field(foreign_key="accounts.id")\n',
        encoding="utf-8",
    )
    out = run("erd", "--config", "policies.external-tables.accounts={id='text'}").out
    assert "    accounts {\n        text id PK\n    }\n" in out


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_drawing_is_written_between_the_comments(run: Run, project: Path, newline: str) -> None:
    readme = project / "README.md"
    before = newline.join(["\ufeff# Größe", "```", START, "```", f"  {START} ", "old", END, "the end"])
    readme.write_bytes(before.encode())
    readme.chmod(0o640)
    assert run("erd", "--write", "README.md") == (0, "", "")
    block = f"```mermaid\n{DIAGRAM}```\n".replace("\n", newline)
    assert readme.read_bytes().decode() == before.replace(f"old{newline}", block)
    assert readme.stat().st_mode & 0o777 == 0o640
    assert run("erd", "--write", "README.md", "--check") == (0, "", "")


def test_a_drawing_out_of_date_is_told_and_left_alone(run: Run, project: Path) -> None:
    readme = project / "README.md"
    readme.write_text(f"{START}\n{END}\n", encoding="utf-8")
    run("erd", "--write", "README.md")
    drawn = readme.read_text("utf-8")
    readme.write_text(drawn.replace("integer owner_id FK", "uuid owner_id FK"), encoding="utf-8")
    stamp = os.stat(readme).st_mtime_ns
    result = run("erd", "--write", "README.md", "--check")
    assert (result.status, result.out) == (1, "")
    lines = result.err.splitlines()
    assert lines[0] == "README.md: the drawing is out of date"
    assert "-        uuid owner_id FK" in lines
    assert "+        integer owner_id FK" in lines
    assert lines[-1] == "hint: the same command without --check writes it"
    assert os.stat(readme).st_mtime_ns == stamp


def test_a_file_of_its_own_can_be_checked_too(run: Run, project: Path) -> None:
    assert run("erd", "--output", "schema.mmd", "--check").status == 1
    assert not (project / "schema.mmd").exists()
    run("erd", "--output", "schema.mmd")
    assert run("erd", "--output", "schema.mmd", "--check") == (0, "", "")
    (project / "schema.mmd").write_bytes(DIAGRAM.replace("\n", "\r\n").encode())
    assert run("erd", "--output", "schema.mmd", "--check") == (0, "", "")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "has no place for the drawing"),
        (f"```\n{START}\n{END}\n```\n", "has no place for the drawing"),
        (f"{START}\n", "has no single place for the drawing"),
        (f"{END}\n{START}\n", "has no single place for the drawing"),
        (f"{START}\n{END}\n{START}\n{END}\n", "has no single place for the drawing"),
        ("caf\udce9", "is not UTF-8"),
    ],
)
def test_a_file_without_a_place_is_refused(run: Run, project: Path, text: str, what: str) -> None:
    readme = project / "README.md"
    readme.write_bytes(text.encode("utf-8", "surrogateescape"))
    result = run("erd", "--write", "README.md")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"error: README.md {what}\n")
    if "place" in what:
        assert result.err.endswith(f"each on a line of its own:\n{START}\n{END}\n")
    assert readme.read_bytes() == text.encode("utf-8", "surrogateescape")


def test_a_diagram_that_hosts_do_not_draw_is_told(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema_lint.reporting.erd.mermaid.LONGEST", 100)
    result = run("erd")
    assert (result.status, result.out) == (0, DIAGRAM)
    assert result.err.startswith(
        f"note: {len(DIAGRAM)} characters; GitHub and others draw no more than 100 of Mermaid\n"
    )
