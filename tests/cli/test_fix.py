"""`check --fix`, `--unsafe-fixes` and `--diff`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli_run import Run
from repositories import commit, isolate
from schema_lint.checking.documentation import Example, parse
from schema_lint.checking.registry import load_rules
from schema_lint.cli import fixing

HEAD = """\
import uuid

from sqlmodel import Field, Relationship, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""
USER = """

class User(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    tasks: list["Task"] = Relationship()
"""
TASK = """

class Task(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT")
    owner: User = Relationship(back_populates="tasks")
"""
MENDED_USER = USER.replace("Relationship()", 'Relationship(back_populates="owner")')
MENDED_TASK = TASK.replace('"RESTRICT")', '"RESTRICT", index=True)')

WITHOUT = {"REL003", "REL010"}
"""Rules whose example is one that needs somebody to decide."""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    path = tmp_path / "models.py"
    path.write_text(HEAD + USER + TASK)
    return path


def test_only_what_keeps_the_tables_is_mended_unasked(run: Run, models: Path) -> None:
    result = run("check", "--fix", "--output-format", "concise")
    assert models.read_text() == HEAD + MENDED_USER + TASK
    assert result.status == 1
    assert "FK001" in result.out
    assert "REL002" not in result.out
    assert result.err == (
        "mended 1 finding in 1 file: 1 × REL002\n"
        "note: 1 more finding can be mended with --unsafe-fixes: look at what that does by --diff\n"
    )


def test_unsafe_fixes_are_made_when_asked_for(run: Run, models: Path) -> None:
    result = run("check", "--fix", "--unsafe-fixes")
    assert models.read_text() == HEAD + MENDED_USER + MENDED_TASK
    assert (result.status, result.err) == (0, "mended 2 findings in 1 file: 1 × FK001, 1 × REL002\n")


def test_nothing_to_mend(run: Run, models: Path) -> None:
    models.write_text(HEAD + MENDED_USER + MENDED_TASK)
    before = models.stat()
    result = run("check", "--fix", "--unsafe-fixes")
    assert (result.status, result.err) == (0, "nothing to mend\n")
    assert run("check", "--diff", "-q") == (0, "", "")
    assert models.stat().st_mtime_ns == before.st_mtime_ns


def test_a_diff_changes_nothing_and_can_be_applied(run: Run, models: Path) -> None:
    result = run("check", "--diff", "--unsafe-fixes")
    assert result.status == 1
    assert result.err == "would mend 2 findings in 1 file: 1 × FK001, 1 × REL002\n"
    assert models.read_text() == HEAD + USER + TASK
    subprocess.run(["git", "apply", "-"], input=result.out.encode(), check=True, env={"PATH": os.environ["PATH"]})
    assert models.read_text() == HEAD + MENDED_USER + MENDED_TASK


def test_paths_of_a_diff_lead_from_the_root(run: Run, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = models.parent / "app"
    folder.mkdir()
    models.rename(folder / "models.py")
    monkeypatch.chdir(folder)
    assert run("check", "--diff").out.startswith("--- a/app/models.py\n+++ b/app/models.py\n")


def test_mode_and_line_ends_stay(run: Run, models: Path) -> None:
    models.write_bytes((HEAD + USER + TASK).replace("\n", "\r\n").encode())
    models.chmod(0o640)
    run("check", "--fix")
    assert models.read_bytes() == (HEAD + MENDED_USER + TASK).replace("\n", "\r\n").encode()
    assert models.stat().st_mode & 0o777 == 0o640


def test_what_is_not_listed_is_not_mended(run: Run, models: Path) -> None:
    silent = TASK.replace(', ondelete="RESTRICT"', "")
    models.write_text(HEAD + MENDED_USER + silent)
    run("check", "--fix", "--unsafe-fixes")
    assert models.read_text() == HEAD + MENDED_USER + silent.replace('"user.id")', '"user.id", index=True)')
    run("check", "--fix", "--unsafe-fixes", "--show-info")
    assert 'ondelete="RESTRICT")' in models.read_text()


def test_what_is_accepted_is_not_mended(run: Run, models: Path) -> None:
    accepted = TASK.replace('"RESTRICT")', '"RESTRICT")  # schema-lint: ignore[FK001] ten rows')
    models.write_text(HEAD + MENDED_USER + accepted)
    assert run("check", "--fix", "--unsafe-fixes").err == "nothing to mend\n"
    assert models.read_text() == HEAD + MENDED_USER + accepted


def test_only_what_is_new_is_mended(run: Run, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    Path(".git").rmdir()
    commit(models.parent)
    note = TASK.replace("Task", "Note").replace('"tasks"', '"notes"').replace("    owner: User", "    writer: User")
    note = note.replace('\n    writer: User = Relationship(back_populates="notes")', "")
    models.write_text(HEAD + USER + TASK + note)
    run("check", "--fix", "--unsafe-fixes", "--since", "HEAD")
    assert models.read_text() == HEAD + USER + TASK + note.replace('"RESTRICT")', '"RESTRICT", index=True)')


def test_a_fix_that_brings_another_finding_is_not_made(run: Run, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fixing.edited

    def breaking(source: bytes, edits: Any) -> bytes:
        return whole(source, edits) + b"class Other(SQLModel, table=True):\n    name: str\n"

    monkeypatch.setattr(fixing, "edited", breaking)
    result = run("check", "--fix", "--unsafe-fixes")
    assert models.read_text() == HEAD + USER + TASK
    left = "is left: with it there would be KEY001: the table other has no primary key\n"
    assert result.err == f"nothing to mend\nnote: REL002 at models.py:16:5 {left}note: FK001 at models.py:21:5 {left}"


def test_a_fix_that_is_called_safe_and_changes_a_table_is_not_made(
    run: Run, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fixing.edited
    monkeypatch.setattr(
        fixing, "edited", lambda source, edits: whole(source, edits).replace(b'"RESTRICT"', b'"CASCADE"')
    )
    result = run("check", "--fix", "--select", "REL002")
    assert models.read_text() == HEAD + USER + TASK
    assert "it would change a table, and is not meant to" in result.err


def test_a_file_that_changed_meanwhile_is_left_as_it_is(
    run: Run, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fixing.edited

    def slow(source: bytes, edits: Any) -> bytes:
        models.write_text("# somebody else's\n")
        return whole(source, edits)

    monkeypatch.setattr(fixing, "edited", slow)
    result = run("check", "--fix")
    assert result.status == 2
    assert result.err == "error: models.py changed meanwhile\nhint: it is as you left it; run --fix again\n"
    assert models.read_text() == "# somebody else's\n"


def test_tables_that_change_want_a_revision(run: Run, models: Path) -> None:
    versions = models.parent / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text("from alembic import context\n")
    (versions / "1a_users.py").write_text('"""Create users"""\nrevision = "1a"\ndown_revision = None\n')
    assert "alembic revision" not in run("check", "--fix").err
    assert 'alembic revision --autogenerate -m "…"' in run("check", "--fix", "--unsafe-fixes").err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--unsafe-fixes",), "--unsafe-fixes goes with --fix or --diff"),
        (("--fix", "--diff"), "--diff changes nothing, --fix does"),
        (("--fix", "--metadata", "models"), "without --metadata"),
    ],
)
def test_wrong_use(run: Run, models: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run("check", *arguments)
    assert result.status == 2
    assert message in result.err


RULES = {rule.code: rule for rule in load_rules() if rule.fix in ("safe", "unsafe")}


@pytest.mark.parametrize("code", sorted(RULES.keys() - WITHOUT))
def test_fixes_end_what_they_are_for(code: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example: Example = parse(RULES[code].documentation).bad[0]
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    for path, text in example.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    unsafe = ["--unsafe-fixes"] if RULES[code].fix == "unsafe" else []
    result = run("check", "--profile", "strict", "--select", code, "--fix", *unsafe, "--show-info")
    assert result.status == 0, result.err
    assert "mended 1 finding" in result.err
