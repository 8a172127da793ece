"""What the probe tells: JSON lines to the process that started it."""

from __future__ import annotations

import json
import os
import re
import threading
import traceback
from typing import Any, Dict, NoReturn  # noqa: UP035

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other

MOST_FRAMES = 12
_CLASS = re.compile(r"\A<class '[\w.]+'>: ")
_HERE = os.path.dirname(os.path.realpath(__file__))
_leave = os._exit


class Channel:
    """A pipe to who started us. Standard output is the project's."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def tell(self, event: str, **more: Any) -> None:
        """Write one line, whole."""
        line = json.dumps({"event": event, **more}, default=str).encode("utf-8", "replace") + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._descriptor, line) :]

    def stop(self, kind: str, message: str = "", **more: Any) -> NoReturn:
        """Tell why it cannot go on, and end the process at once: nothing that the project catches can hide it."""
        frames = frames_in(traceback.extract_stack())
        try:
            self.tell("failure", kind=kind, message=message, **{"frames": frames, **more})
        finally:
            _leave(3)


def frames_of(error: BaseException) -> list[list[Any]]:
    """The frames that led to an error."""
    return frames_in(traceback.extract_tb(error.__traceback__))


def frames_in(stack: Any) -> list[list[Any]]:
    """File, line, name and text of frames, without ours and those of the import system; the last ones."""
    shown = [frame for frame in stack if not frame.filename.startswith("<")]
    shown = [frame for frame in shown if os.path.dirname(os.path.realpath(frame.filename)) != _HERE]
    return [[frame.filename, frame.lineno, frame.name, frame.line] for frame in shown[-MOST_FRAMES * 4 :]]


def said(error: BaseException) -> str:
    """The error's own words."""
    try:
        return str(error)
    except Exception:
        return ""


def error_of(error: BaseException) -> Json:
    """What is to be told of an error."""
    original = getattr(error, "orig", None) or error
    fields = fields_of(original)
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None) or fields.get("C")
    statement = getattr(error, "statement", None)
    return {
        "type": type(error).__name__,
        # SQLAlchemy's adapter puts the class of asyncpg's error before what that says.
        "message": fields.get("M") or _CLASS.sub("", said(original)),
        "sqlstate": state,
        "statement": " ".join(statement.split())[:2000] if isinstance(statement, str) else None,
        "frames": frames_of(error),
    }


def fields_of(error: BaseException) -> Json:
    """What the server said, by the letters of its protocol: as pg8000 hands it on."""
    return error.args[0] if error.args and isinstance(error.args[0], dict) else {}


def object_of(error: BaseException) -> tuple[str | None, str | None, str]:
    """The table, the column and the detail that the server names in an error, as the drivers hand them on."""
    original = getattr(error, "orig", None) or error
    told = getattr(original, "diag", None) or getattr(original, "__cause__", None)
    if told is None and (fields := fields_of(original)):
        schema, table, column, detail = (fields.get(name) for name in "stcD")
    else:
        schema, table, column = (getattr(told, name + "_name", None) for name in ("schema", "table", "column"))
        detail = getattr(told, "message_detail", None) or getattr(told, "detail", None)
    return (f"{schema}.{table}" if schema and table else None, column, detail or "")
