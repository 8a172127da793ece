"""Tables read from source are those that SQLAlchemy builds when the same source is executed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import sqlmodel

from metadata_cases import CASES as WRITTEN
from metadata_cases_computed import COMPUTED
from schema_lint.facts.export import export
from support import project_facts

CASES = {**WRITTEN, **COMPUTED}
VERSIONS = {
    f"{package.__name__}_version": tuple(int(part) for part in package.__version__.split(".")[:3])
    for package in (sqlalchemy, sqlmodel)
}


@pytest.fixture(scope="module")
def built() -> dict[str, dict[str, Any]]:
    """What SQLAlchemy makes of all cases, in an interpreter of its own: mappers are global."""
    script = Path(__file__).parents[2] / "metadata_of_cases.py"
    answer = subprocess.run(
        [sys.executable, str(script)], input=json.dumps(CASES), capture_output=True, text=True, check=True
    )
    result: dict[str, dict[str, Any]] = json.loads(answer.stdout)
    return result


@pytest.mark.parametrize("name", CASES)
def test_facts_are_what_sqlalchemy_builds(name: str, built: dict[str, dict[str, Any]]) -> None:
    wanted = built[name]
    assert "error" not in wanted, wanted
    project = project_facts(CASES[name], **VERSIONS)
    said = {_key(table): _table(table) for table in export(project)["tables"]}
    assert sorted(said) == sorted(wanted)
    for key, truth in wanted.items():
        assert said[key] == _table_of(truth), key


def _key(table: dict[str, Any]) -> str:
    return f"{table['schema']}.{table['name']}" if table["schema"] else str(table["name"])


def _table(table: dict[str, Any]) -> dict[str, Any]:
    return {
        "columns": {c["name"]: _column(c) for c in table["columns"]},
        "primary_key": table["primary_key"],
        "foreign_keys": _sorted(
            {k: fk[k] for k in ("name", "columns", "targets", "ondelete", "deferrable", "use_alter")}
            for fk in table["foreign_keys"]
        ),
        "indexes": _sorted(
            {
                "name": index["name"], "expressions": index["expressions"], "unique": index["unique"],
                "where": index.get("options", {}).get("postgresql_where"),
            }
            for index in table["indexes"]
        ),
        "uniques": _sorted({"name": u["name"], "columns": u["columns"]} for u in table["unique_constraints"]),
        "checks": _sorted({"name": c["name"], "sqltext": c["sqltext"]} for c in table["check_constraints"]),
        "comment": table["comment"],
    }  # fmt: skip


def _column(column: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": column["type"].get("sql"),
        **{name: column[name] for name in ("nullable", "primary_key", "autoincrement", "comment")},
        **{name: _default(column[name]) for name in ("default", "server_default", "onupdate")},
    }


def _default(default: dict[str, Any] | None) -> dict[str, Any] | None:
    if default is None:
        return None
    if default["kind"] in {"scalar", "sequence"}:
        return {"kind": default["kind"], "value": default["value"]}
    return {"kind": default["kind"]}


def _table_of(truth: dict[str, Any]) -> dict[str, Any]:
    return {
        **truth,
        **{name: _sorted(truth[name]) for name in ("foreign_keys", "indexes", "uniques", "checks")},
    }


def _sorted(things: Any) -> list[Any]:
    return sorted(things, key=lambda thing: json.dumps(thing, sort_keys=True, default=str))
