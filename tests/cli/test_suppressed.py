"""`--show-suppressed`: what comments, the configuration and the baseline take away, in each format."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli_run import Run

MODELS = """\
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Task(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")  # schema-lint: ignore[FK001] ten rows in postgresql://a:s3cr3t@h/d
    editor_id: int = Field(foreign_key="user.id")
    tester_id: int = Field(foreign_key="user.id")
    reader_id: int = Field(foreign_key="user.id")
"""
SETTINGS = """\
[tool.schema-lint]
select = ["FK001"]
ignore = [{ rule = "FK001", object = "task.editor_id", reason = "nobody asks" }]
"""


@pytest.fixture
def suppressed(run: Run, project: Path) -> Path:
    """A project with one foreign key that each way takes away, and none that is left."""
    (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (project / "app/models.py").write_text(MODELS, encoding="utf-8")
    old = re.sub(r"#.*", "", MODELS).replace("class ", "class Old").replace("user.id", "olduser.id")
    (project / "app/old.py").write_text(old, encoding="utf-8")
    (project / "pyproject.toml").write_text(SETTINGS + 'per-file-ignores = { "app/old.py" = ["FK001"] }\n')
    run("baseline", "update")
    return project


def test_nothing_of_it_unless_asked_for(run: Run, suppressed: Path) -> None:
    assert "[suppressed]" not in run("check").out
    assert json.loads(run("check", "--output-format", "json").out)["suppressed"] == []
    assert '"suppressions"' not in run("check", "--output-format", "sarif").out


@pytest.mark.parametrize("output_format", ["concise", "full"])
def test_a_line_for_each(output_format: str, run: Run, suppressed: Path) -> None:
    for _ in range(2):
        result = run("check", "--show-suppressed", "--output-format", output_format)
        assert result.status == 0
        lines = [line.partition(": ")[2] for line in result.out.splitlines() if "[suppressed]" in line]
        assert [line.rpartition(" (")[2] for line in lines if "old" not in line] == [
            "by a comment: ten rows in postgresql://a:***@h/d)",
            "by the configuration: nobody asks)",
            "by the baseline)",
            "by the baseline)",
        ]
        assert lines[0].startswith("FK001[suppressed] the foreign key task.owner_id → user.id has no index")
        assert [line.rpartition(" (")[2] for line in lines if "old" in line] == ["by the configuration)"] * 4


def test_json(run: Run, suppressed: Path) -> None:
    document = json.loads(run("check", "--show-suppressed", "--output-format", "json").out)
    schema = Path(__file__).parents[2] / "docs/report.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    assert document["findings"] == []
    told = [(item["how"], item["reason"], item["place"] and item["place"]["path"]) for item in document["suppressed"]]
    assert told[:2] == [
        ("comment", "ten rows in postgresql://a:***@h/d", "app/models.py"),
        ("configuration", "nobody asks", "pyproject.toml"),
    ]
    assert ("configuration", None, None) in told
    assert ("baseline", None, ".schema-lint-baseline.json") in told


def test_sarif(run: Run, suppressed: Path) -> None:
    models = suppressed / "app/models.py"
    models.write_text(models.read_text("utf-8") + '    boss_id: int = Field(foreign_key="user.id")\n')
    document: dict[str, Any] = json.loads(run("check", "--show-suppressed", "--output-format", "sarif").out)
    schema = Path(__file__).parents[1] / "reporting/sarif-schema-2.1.0.json"
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    first, *others = document["runs"][0]["results"]
    assert "task.boss_id" in first["message"]["text"]
    assert first["suppressions"] == []
    [comment] = others[0]["suppressions"]
    assert (comment["kind"], comment["status"]) == ("inSource", "accepted")
    assert comment["justification"].startswith("ten rows")
    assert comment["location"]["physicalLocation"]["artifactLocation"]["uri"] == "app/models.py"
    assert {result["suppressions"][0]["kind"] for result in others[1:]} == {"external"}
