from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from cli_run import Run
from schema_lint.checking.registry import load_rules
from schema_lint.config.schema import json_schema

COMMITTED = Path(__file__).parents[2] / "docs" / "schema-lint.schema.json"


def test_the_published_schema_is_current(run: Run) -> None:
    """If it is not: `schema-lint config schema > docs/schema-lint.schema.json`."""
    assert run("config", "schema").out == COMMITTED.read_text("utf-8")


def test_the_schema_is_one_and_describes_every_key() -> None:
    schema = json_schema(load_rules())
    jsonschema.Draft202012Validator.check_schema(schema)
    bare = [key for key, entry in schema["properties"].items() if not ({"description", "$ref"} & entry.keys())]
    assert bare == []


@pytest.mark.parametrize(
    ("document", "valid"),
    [
        ({}, True),
        ({"profile": "strict", "select": ["FK", "FK001", "foreign-key-without-index", "ALL"]}, True),
        ({"ignore": ["FK", {"rule": "FK001", "object": "public.audit_*", "until": "2027-01-31"}]}, True),
        ({"primary-key": "uuid", "external-tables": {"users": {"id": "text"}}}, True),
        ({"policies": {"primary-key": "uuid", "timestamps": {"created": ["made"]}}}, True),
        ({"databases": {"a": {"paths": ["a/**"], "url-variable": "A_URL"}}}, True),
        ({"severities": {"FK": "off"}, "rules": {"FK001": {"severity": "info"}}}, True),
        ({"profile": "loud"}, False),
        ({"proflie": "strict"}, False),
        ({"select": ["XX"]}, False),
        ({"severities": {"XX": "off"}}, False),
        ({"policies": {"primary-kee": "uuid"}}, False),
        ({"policies": {"stated": []}}, False),
        ({"rules": {"FK001": {"no-such-option": 1}}}, False),
        ({"rules": {"nothing": {}}}, False),
        ({"ignore": [{"object": "a"}]}, False),
    ],
)
def test_the_schema_agrees_with_the_loader(document: dict[str, object], valid: bool, run: Run, tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(json_schema(load_rules()))
    assert validator.is_valid(json.loads(json.dumps(document))) is valid
    from schema_lint.config.showing import toml_value

    (tmp_path / "schema-lint.toml").write_text(
        "".join(f"{key} = {toml_value(value)}\n" for key, value in document.items()), encoding="utf-8"
    )
    assert (run("config", "show", "--config", str(tmp_path / "schema-lint.toml")).status == 0) is valid


def test_show(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.schema-lint]\npolicies.primary-key = 'any'\n", encoding="utf-8")
    result = run("config", "show", "policies.primary-key")
    assert (result.status, result.out) == (0, 'policies.primary-key = "any"\n')
    everything = run("config", "show").out
    assert f"# project root: {project}\n# configuration: pyproject.toml\n" in everything
    assert "# default" in everything
    assert run("config", "show", "policies").out.count("\n") > 5
