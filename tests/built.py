"""Helpers for tests: what SQLAlchemy builds of a project's files, and what the rules say of it."""

from __future__ import annotations

import atexit
import functools
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from schema_lint.readers.metadata.assembling import project


class NotImportedError(Exception):
    """The files cannot be imported; says why."""


@functools.cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("probe_server.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    atexit.register(server.communicate)
    return server


def answer(tree: SourceTree, database: str | None = None) -> dict[str, Any]:
    """What the probe says of all modules of a tree; creates their tables in the database, if one is given."""
    modules = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in tree.python_files()]
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        job = {
            "targets": [[module, "*"] for module in modules],
            "paths": [tree.root],
            "root": tree.root,
            "allow_network": database is not None,
            "limit": 30,
            "result": str(Path(folder, "result.json")),
            **({} if database is None else {"database": database}),
        }
        server.stdin.write(json.dumps(job) + "\n")
        server.stdin.flush()
        assert server.stdout.readline() == "done\n"
        if not Path(job["result"]).exists():
            raise NotImportedError("the tables could not be created: see standard error")
        document: dict[str, Any] = json.loads(Path(job["result"]).read_text())
    if "failure" in document:
        raise NotImportedError(f"{document['failure']['type']}: {document['failure']['message']}")
    return document


def built(tree: SourceTree) -> Project:
    """What SQLAlchemy makes of a tree's files.

    Raises:
        NotImportedError: where one of them cannot be imported.
    """
    return project(answer(tree), tree)
