"""A long-lived interpreter that imports packages and creates their tables, each package in a fork of its own.

Run as a program: a line of JSON in, a line of JSON out. `{"directory": …, "package": …, "url": …}` gives
`{"built": …, "catalog": …}`, or `{"error": …}` where SQLAlchemy refuses the package.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

SECONDS = 60


class Builder:
    """The interpreter, started once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "agreement.building"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"},
        )

    def build(self, directory: str, package: str) -> dict[str, Any]:
        """What SQLAlchemy made of the package, and PostgreSQL of that."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"directory": directory, "package": package, "url": self._url}
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


def _answer(request: dict[str, str]) -> dict[str, Any]:
    from agreement.built import metadatas_of, plain
    from agreement.catalog import created

    sys.path.insert(0, request["directory"])
    try:
        found = metadatas_of(request["package"])
    except Exception:
        return {"error": traceback.format_exc(limit=-4)}
    answer: dict[str, Any] = {"built": plain(found)}
    try:
        answer["catalog"] = created(request["url"], found)
    except Exception:
        answer["refused"] = traceback.format_exc(limit=-2)
    return answer


if __name__ == "__main__":
    _serve()
