"""The documentation of the configuration names every key, and its examples are valid."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from schema_lint.config.loading import load
from schema_lint.config.policies import Policies
from schema_lint.config.settings import Database, Migrations, Settings

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("struct", [Settings, Policies, Database, Migrations])
def test_every_key_is_documented(struct: type[msgspec.Struct]) -> None:
    keys = {field.encode_name for field in msgspec.structs.fields(struct)} - {"stated", "policies"}
    assert {key for key in keys if f"`{key}`" not in PAGE} == set()


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_valid(example: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
    assert load(str(tmp_path)).given
