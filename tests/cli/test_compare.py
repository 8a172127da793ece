"""`check --metadata … --compare`: where the source says other than what SQLAlchemy built."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cli_run import Run

MODELS = """\
import os

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(int(os.environ.get("NO_SUCH_LENGTH", "50"))))


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None] = mapped_column("title", String(50))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
BEHIND = 'vars()["Task"].__table__.columns["title"].nullable = False\n'
"""A change that no reader of the source sees."""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that can be imported; the working directory."""
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\n", encoding="utf-8")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "shop" / "models.py").write_text(MODELS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compare(run: Run, *more: str) -> tuple[int, str]:
    result = run("check", "--metadata", "shop.models", "--python", sys.executable, "--compare", *more)
    assert result.err == ""
    return result.status, result.out


def test_source_and_metadata_agree(shop: Path, run: Run) -> None:
    status, out = compare(run)
    assert status == 0
    first, second = out.splitlines()
    assert first.startswith("source and metadata agree in ")
    assert first.endswith(" fields of 2 tables")
    assert second == "1 field could not be decided, and differ from nothing; --show-unknown lists them"


def test_a_difference_is_a_row_with_both_sides_and_its_line(shop: Path, run: Run) -> None:
    with (shop / "shop" / "models.py").open("a", encoding="utf-8") as file:
        file.write(BEHIND)
    status, out = compare(run)
    assert status == 1
    assert [line.split() for line in out.splitlines()[:2]] == [
        ["table", "what", "field", "source", "metadata", "place"],
        ["tasks", "column", "title", "nullable", "true", "false", "shop/models.py:20"],
    ]
    assert compare(run, "--exit-zero")[0] == 0


def test_the_same_for_programs(shop: Path, run: Run) -> None:
    with (shop / "shop" / "models.py").open("a", encoding="utf-8") as file:
        file.write(BEHIND)
    status, out = compare(run, "--output-format", "json")
    document = json.loads(out)
    assert status == 1
    assert [document[name] for name in ("version", "left", "right", "tables")] == [1, "source", "metadata", 2]
    (difference,) = document["differences"]
    places = difference.pop("places")
    assert difference == {
        "kind": "column", "table": "tasks", "subject": "title", "field": "nullable", "source": True, "metadata": False,
    }  # fmt: skip
    assert places["source"]["line"] == places["metadata"]["line"] == 20
    assert [(item["table"], item["subject"], item["field"]) for item in document["unknown"]] == [
        ("users", "email", "type")
    ]


def test_only_the_paths_that_were_named(shop: Path, run: Run) -> None:
    with (shop / "shop" / "models.py").open("a", encoding="utf-8") as file:
        file.write(BEHIND)
    assert compare(run, "shop/__init__.py")[0] == 0
    assert compare(run, "shop/models.py")[0] == 1


def test_causes_of_what_is_unknown(shop: Path, run: Run) -> None:
    lines = compare(run, "--show-unknown")[1].splitlines()
    assert any(line.startswith("  1 × ") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--compare"], "--compare needs --metadata"),
        (["--compare", "--metadata", "shop.models", "--output-format", "sarif"], "--compare has no format sarif"),
    ],
)
def test_wrong_use(shop: Path, run: Run, arguments: list[str], message: str) -> None:
    result = run("check", *arguments)
    assert result.status == 2
    assert message in result.err
