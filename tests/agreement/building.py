"""A long-lived interpreter that imports packages and creates their tables, each package in a fork of its own.

Run as a program: a line of JSON in, a line of JSON out. `{"directory": …, "package": …, "url": …, "shared": …}` gives
`{"probed": …, "built": …}`, or `{"error": …}` where SQLAlchemy refuses the package, and `"refused"` where PostgreSQL
refuses the tables, which otherwise stand in the database.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import traceback
from typing import Any

from sqlalchemy import MetaData, create_engine
from sqlalchemy.orm import configure_mappers
from sqlalchemy.pool import NullPool

SECONDS = 60
SCHEMAS = ("public", "app", "audit")
"""All that tables are made in."""


class Builder:
    """The interpreter, started once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "agreement.building"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
        )

    def build(self, directory: str, package: str, *, shares_metadata: bool) -> dict[str, Any]:
        """What SQLAlchemy made of the package, and PostgreSQL of that.

        `shares_metadata`: some of its tables are in the metadata that SQLModel brings.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"directory": directory, "package": package, "url": self._url, "shared": shares_metadata}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def stop(self) -> None:
        """End it."""
        self._process.communicate()


def _serve() -> None:
    # What every package imports is imported once, before the forks.
    import psycopg  # noqa: F401
    import sqlmodel  # noqa: F401

    import schema_lint.readers.metadata.probe  # noqa: F401

    # Each fork looks through all objects that are not frozen.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            signal.alarm(SECONDS)
            with os.fdopen(write, "w") as out:
                json.dump(_answer(json.loads(line)), out)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as answers:
            answer = answers.read()
        os.waitpid(pid, 0)
        sys.stdout.write((answer or '{"error": "ended without an answer"}') + "\n")
        sys.stdout.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from agreement.built import metadatas_in, plain
    from schema_lint.readers.metadata import probe

    directory, package = request["directory"], request["package"]
    if request["shared"]:
        # What is frozen is not found by looking for it.
        gc.unfreeze()
    job = {
        "targets": [[package, "*"]],
        "paths": [directory],
        "root": directory,
        "allow_network": True,
        "limit": SECONDS,
    }
    try:
        with open(os.devnull, "w") as trace:
            probed = probe.answer(job, trace)
        configure_mappers()
        found = metadatas_in(package)
    except probe.Stop as stop:
        return {"error": "\n".join(map(str, (stop.answer.get("type"), stop.answer.get("message"))))}
    except Exception:
        return {"error": traceback.format_exc(limit=-4)}
    answer: dict[str, Any] = {"probed": probed, "built": plain(found)}
    try:
        _create(request["url"], found)
    except Exception:
        answer["refused"] = traceback.format_exc(limit=-2)
    return answer


def _create(url: str, metadatas: list[MetaData]) -> None:
    """Create the tables in empty schemas."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for schema in SCHEMAS:
            connection.exec_driver_sql(f"drop schema if exists {schema} cascade")
            connection.exec_driver_sql(f"create schema {schema}")
        for metadata in metadatas:
            metadata.create_all(connection)


if __name__ == "__main__":
    _serve()
