"""The JSON Schema of the configuration, for editors; made from the settings and the rules, so never behind."""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from schema_lint.config.policies import Policies, Timestamps
from schema_lint.config.references import LEVELS
from schema_lint.config.settings import Database, Migrations, ObjectIgnore, Settings

if TYPE_CHECKING:
    from schema_lint.config.selectors import NamedOption, NamedRule

_STRUCTS = (Settings, Policies, Timestamps, Database, Migrations, ObjectIgnore)


def json_schema(rules: Sequence[NamedRule]) -> dict[str, Any]:
    """JSON Schema (2020-12) of `schema-lint.toml`, and of `[tool.schema-lint]` in a `pyproject.toml`."""
    _, definitions = msgspec.json.schema_components([Settings], ref_template="#/$defs/{name}")
    for struct in _STRUCTS:
        definition = definitions[struct.__name__]
        definition.pop("title", None)
        definition["additionalProperties"] = False
        described = descriptions(struct)
        for field in msgspec.structs.fields(struct):
            entry = definition["properties"][field.encode_name]
            if "$ref" not in entry and field.name in described:
                entry["description"] = described[field.name]
    policies = definitions["Policies"]["properties"]
    del policies["stated"]
    settings = definitions.pop("Settings")
    properties = settings["properties"]
    properties |= {name: {**entry, "description": f"Same as `policies.{name}`."} for name, entry in policies.items()}
    selector = {"$ref": "#/$defs/Selector"}
    definitions["Selector"] = {
        "description": "A rule's code or name, a family, or ALL.",
        "enum": ["ALL", *dict.fromkeys(rule.family for rule in rules), *(n for r in rules for n in (r.code, r.name))],
    }
    for key in ("select", "extend-select"):
        properties[key] = _with_items(properties[key], selector)
    properties["ignore"] = _with_items(properties["ignore"], {"anyOf": [selector, {"$ref": "#/$defs/ObjectIgnore"}]})
    properties["per-file-ignores"]["additionalProperties"] = {"type": "array", "items": selector}
    properties["severities"]["propertyNames"] = selector
    definitions["ObjectIgnore"]["properties"]["rule"] |= selector
    properties["rules"] = {
        "description": "Options by rule.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"$ref": f"#/$defs/{rule.code}"} for rule in rules for name in (rule.code, rule.name)},
    }
    definitions |= {rule.code: _rule(rule) for rule in rules}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "schema-lint",
        **settings,
        "$defs": dict(sorted(definitions.items())),
    }


def descriptions(struct: type) -> dict[str, str]:
    """What the docstring below each field says, by field."""
    source = sys.modules[struct.__module__].__file__
    if source is None:
        return {}
    with open(source, encoding="utf-8") as file:
        module = ast.parse(file.read())
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == struct.__name__)
    found: dict[str, str] = {}
    for statement, following in itertools.pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            match following:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[statement.target.id] = " ".join(text.split())
    return found


def _with_items(entry: dict[str, Any], items: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        key: entry[key] for key in ("description", "default") if key in entry and entry[key] is not None
    }
    return {**kept, "type": "array", "items": items}


def _rule(rule: NamedRule) -> dict[str, Any]:
    properties: dict[str, Any] = {option.name: _option(option) for option in rule.options}
    properties["severity"] = {"enum": list(LEVELS)}
    return {
        "description": f"{rule.code} {rule.name}: {rule.summary}",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def _option(option: NamedOption) -> dict[str, Any]:
    if option.type.startswith("tuple["):
        return {"type": "array", "items": {"type": "string"}, "default": list(option.default)}
    kinds = {"bool": "boolean", "int": "integer", "float": "number"}
    return {"type": kinds.get(option.type, "string"), "default": option.default}
