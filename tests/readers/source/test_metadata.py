"""Tables read from source are those that SQLAlchemy builds when the same source is executed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import sqlmodel

from agreement.comparing import differences
from metadata_cases import CASES
from schema_lint.facts.export import export
from support import project_facts

TESTS = Path(__file__).parents[2]
VERSIONS = {
    f"{package.__name__}_version": tuple(int(part) for part in package.__version__.split(".")[:3])
    for package in (sqlalchemy, sqlmodel)
}


@pytest.fixture(scope="module")
def built() -> dict[str, dict[str, Any]]:
    """What SQLAlchemy makes of all cases, in an interpreter of its own: mappers are global."""
    answer = subprocess.run(
        [sys.executable, str(TESTS / "metadata_of_cases.py")],
        input=json.dumps(CASES),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    result: dict[str, dict[str, Any]] = json.loads(answer.stdout)
    return result


@pytest.mark.parametrize("name", CASES)
def test_facts_are_what_sqlalchemy_builds(name: str, built: dict[str, dict[str, Any]]) -> None:
    wanted = built[name]
    assert "error" not in wanted, wanted
    assert differences(export(project_facts(CASES[name], **VERSIONS)), wanted) == []
