"""`schema-lint init`: what it infers, writes and leaves alone; and the next check, which passes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cli_run import Run
from schema_lint.config.loading import load

DEMO = Path(__file__).parents[2] / "linter" / "schema_lint" / "demo_project"
BASELINE = ".schema-lint-baseline.json"
REVISION = "revision = {!r}\ndown_revision = {!r}\n\n\ndef upgrade() -> None: ...\n"


@pytest.fixture
def old(project: Path) -> Path:
    """The project before it knows of schema-lint."""
    (project / "pyproject.toml").write_text('[project]\nname = "todo"\n', encoding="utf-8")
    return project


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_next_check_passes(run: Run, old: Path) -> None:
    assert run("check").status == 1
    result = run("init")
    assert (result.status, result.err) == (0, "")
    assert "  primary-key  integer: 2 of 2 tables, first app/models.py:5\n" in result.out
    assert "Wrote pyproject.toml:\n" in result.out
    assert f"Wrote {BASELINE}: " in result.out
    text = (old / "pyproject.toml").read_text("utf-8")
    assert text.startswith('[project]\nname = "todo"\n\n# Inferred by `schema-lint init`')
    assert load(str(old)).settings.policies.primary_key == "integer"
    assert run("check").status == 0
    assert run("check", "--no-baseline").status == 1


def test_again_there_is_nothing_to_do(run: Run, old: Path) -> None:
    run("init")
    before = files(old)
    result = run("init")
    assert (result.status, result.err) == (0, "")
    assert result.out.endswith("pyproject.toml states all of it; nothing to do\n")
    assert "  primary-key  as stated: " in result.out
    assert run("init", "--force").status == 0
    assert files(old) == before


def test_a_dry_run_writes_nothing(run: Run, old: Path) -> None:
    before = files(old)
    for name in ("--dry-run", "--diff"):
        result = run("init", name)
        assert result.status == 0
        assert "--- pyproject.toml\n+++ pyproject.toml\n" in result.out
        assert '\n+primary-key = "integer"' in result.out
    assert files(old) == before


def test_what_is_configured_is_not_touched(run: Run, old: Path) -> None:
    text = '[tool.schema-lint]\nprofile = "minimal"  # for now\n\n[tool.schema-lint.policies]\nprimary-key = "any"\n'
    text += 'owner = ["owner_id"]\n'
    (old / "pyproject.toml").write_text(text, encoding="utf-8")
    versions = old / "alembic" / "versions"
    versions.mkdir(parents=True)
    (versions / "a.py").write_text(REVISION.format("a1", None), encoding="utf-8")
    before = files(old)
    result = run("init")
    assert result.status == 2
    assert result.err.startswith("error: pyproject.toml configures schema-lint already\nhint: --force ")
    assert '+start-after = ["a1"]' in result.out
    assert "+primary-key" not in result.out
    assert "  primary-key  as stated: the code shows integer, 2 of 2 tables, first " in result.out
    assert files(old) == before
    result = run("init", "--force")
    assert result.status == 0
    added = (old / "pyproject.toml").read_text("utf-8")
    assert added == text + '\n[tool.schema-lint.migrations]\nstart-after = ["a1"]\n'
    assert load(str(old)).settings.policies.primary_key == "any"


def test_a_baseline_that_is_there_is_kept(run: Run, old: Path) -> None:
    run("baseline", "update")
    before = files(old)
    result = run("init")
    assert result.status == 2
    assert result.err.startswith(f"error: there is a baseline already, {BASELINE}\n")
    assert files(old) == before
    assert run("init", "--force").status == 0
    assert run("check").status == 0


def test_without_a_baseline(run: Run, old: Path) -> None:
    result = run("init", "--no-baseline")
    assert result.status == 0
    assert not (old / BASELINE).exists()
    assert run("check").status == 1


def test_without_pyproject_it_has_a_file_of_its_own(run: Run, old: Path) -> None:
    (old / "pyproject.toml").unlink()
    assert "Wrote schema-lint.toml:\n" in run("init").out
    lines = (old / "schema-lint.toml").read_text("utf-8").splitlines()
    assert lines == [
        "# Inferred by `schema-lint init`. Change what is not meant.",
        "[policies]",
        'primary-key = "integer"  # 2 of 2 tables',
        'owner = ["owner_id"]  # leads to user in 1 of 1 table',
    ]
    assert run("check").status == 0


@pytest.mark.parametrize("text", ["not TOML", "tool = {}\n", "[tool]\nx = 1\n[tool]\n"])
def test_a_pyproject_that_cannot_be_added_to(run: Run, old: Path, text: str) -> None:
    (old / "pyproject.toml").write_text(text, encoding="utf-8")
    assert "Wrote schema-lint.toml:\n" in run("init").out
    assert (old / "pyproject.toml").read_text("utf-8") == text
    assert run("check").status == 0


def test_a_configuration_that_cannot_be_added_to(run: Run, old: Path) -> None:
    (old / "pyproject.toml").write_text("[tool]\nschema-lint = {}\n", encoding="utf-8")
    result = run("init", "--force")
    assert result.status == 2
    assert "cannot be added to as text" in result.err
    assert 'policies.primary-key = "integer"' in result.err


def test_a_mistake_in_the_configuration(run: Run, old: Path) -> None:
    (old / "pyproject.toml").write_text("[tool.schema-lint]\nprofil = 1\n", encoding="utf-8")
    result = run("init")
    assert result.status == 2
    assert "did you mean `profile`?" in result.err


def test_the_part_that_has_its_own(run: Run, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (old / ".git").mkdir()
    service = old / "services" / "billing"
    shutil.copytree(old / "app", service / "app")
    (service / "requirements.txt").write_text("sqlmodel\n", encoding="utf-8")
    assert "Wrote services/billing/schema-lint.toml:\n" in run("init", "services/billing").out
    assert (service / BASELINE).is_file()
    assert not (old / BASELINE).exists()
    monkeypatch.chdir(service)
    assert run("check").status == 0
    (service / "schema-lint.toml").unlink()
    (service / BASELINE).unlink()
    run("init")
    assert (service / "schema-lint.toml").is_file()
    assert run("check").status == 0


def test_from_a_folder_within(run: Run, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (old / ".git").mkdir()
    monkeypatch.chdir(old / "app")
    assert "Wrote ../pyproject.toml:\n" in run("init").out
    assert run("check").status == 0


def test_several_heads(run: Run, old: Path) -> None:
    for folder, name, parent in (
        ("alembic", "a1", None), ("alembic", "b1", "a1"), ("alembic", "c1", "a1"), ("other", "z1", None),
    ):  # fmt: skip
        versions = old / folder / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        (versions / f"{name}.py").write_text(REVISION.format(name, parent), encoding="utf-8")
    out = run("init").out
    assert "b1, c1: the heads of 3 revisions in alembic/versions" in out
    assert load(str(old)).settings.migrations.start_after == ("b1", "c1", "z1")


def test_no_secret_is_written(run: Run, old: Path) -> None:
    secret = "Zq8xV1tR"
    url = f"postgresql://app:{secret}@ep-cool-dew-1.eu-central-1.aws.neon.tech/app"
    (old / "app" / "db.py").write_text(f'URL = "{url}"\n', encoding="utf-8")
    result = run("init")
    assert "deployment" in result.out
    assert 'deployment = "neon"' in (old / "pyproject.toml").read_text("utf-8")
    assert "the baseline lists 1 password in the source: ENV002 app/db.py:1:7" in result.err
    assert secret not in result.out + result.err
    assert not [name for name, content in files(old).items() if secret.encode() in content and name != "app/db.py"]
    assert run("check").status == 0


def test_nothing_that_can_be_read(run: Run, old: Path) -> None:
    shutil.rmtree(old / "app")
    result = run("init")
    assert result.status == 2
    assert result.err.startswith("error: no Python files in ")
    assert run("init", "nowhere").err.startswith("error: nowhere is no folder\n")


def test_a_project_without_tables(run: Run, old: Path) -> None:
    (old / "app" / "models.py").write_text("x = 1\n", encoding="utf-8")
    assert run("init").status == 0
    assert not (old / BASELINE).exists()
    assert run("check").status == 0


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_it_fits_the_terminal(run: Run, old: Path, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = run("init", "--dry-run").out.partition("\n\n--- ")[0]
    assert max(map(len, shown.splitlines()[1:])) <= columns


def test_the_demo(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(DEMO, tmp_path / "demo")
    monkeypatch.chdir(tmp_path / "demo")
    assert run("init").status == 0
    assert run("check").status == 0
    assert os.path.isfile(BASELINE)


def test_who_begins_with_many_findings_is_told_of_it(run: Run, old: Path) -> None:
    full = ("check", "--output-format", "full")
    assert "schema-lint init" not in run(*full).out
    text = "from sqlmodel import Field, SQLModel\n"
    for number in range(30):
        text += f"class T{number}(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    (old / "app" / "models.py").write_text(text, encoding="utf-8")
    assert "next: schema-lint init" in run(*full).out
    run("init")
    assert "schema-lint init" not in run(*full, "--no-baseline").out
