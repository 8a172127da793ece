"""Runs the probe and hears what it tells, line by line; returns when it and all that it started are gone."""

from __future__ import annotations

import json
import os
import secrets
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from schema_lint.readers.metadata.process import MARK, Tail, end_process, interruptible
from schema_lint.replaying.events import Event, event_of

PROBE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe", "main.py")
_MOST_LINE = 256 * 1024 * 1024


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """How a probe ended."""

    events: tuple[Event, ...]
    status: int
    """Exit status; negative for a signal."""

    timed_out: bool
    output: str
    """The end of what the project's code printed."""

    def of(self, kind: str) -> list[Event]:
        """The events of a kind, in order."""
        return [event for event in self.events if event["event"] == kind]


def run_probe(
    python: str,
    job: Mapping[str, Any],
    *,
    prefix: list[str],
    limit: float,
    variables: Mapping[str, str],
    directory: str,
    hear: Callable[[Event], None],
) -> Heard:
    """Run the probe with a job.

    Args:
        prefix: words before the command.
        limit: seconds of silence after which it is ended.
        hear: called with each event as it comes.

    Raises:
        OSError: if the interpreter cannot be started.
    """
    reading, writing = os.pipe()
    token = secrets.token_hex(8)
    # The job holds a password. A file without a name goes with the last who has it open, however we end.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told, interruptible():
        json.dump({**job, "channel": writing}, told)
        told.seek(0)
        try:
            process = subprocess.Popen(
                [*prefix, python, PROBE, str(told.fileno())], cwd=directory, env={**variables, MARK: token},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                start_new_session=True, pass_fds=(writing, told.fileno()),
            )  # fmt: skip
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        assert process.stdout is not None
        tail = Tail(process.stdout)
        lines = _Lines(reading)
        try:
            timed_out = lines.read(limit, hear)
        finally:
            end_process(process, token)
            tail.join()
            os.close(reading)
    return Heard(events=tuple(lines.events), status=process.returncode, timed_out=timed_out, output=tail.text())


class _Lines:
    """Events of a pipe."""

    def __init__(self, descriptor: int) -> None:
        self.events: list[Event] = []
        self._descriptor = descriptor
        self._buffer = b""

    def read(self, limit: float, hear: Callable[[Event], None]) -> bool:
        """Read until the probe has ended, or said that it will; whether it was silent for too long."""
        silent_since = time.monotonic()
        while True:
            rest = limit - (time.monotonic() - silent_since)
            ready, _, _ = select.select([self._descriptor], [], [], max(rest, 0))
            if not ready:
                return True
            block = os.read(self._descriptor, 1 << 20)
            if not block or len(self._buffer) > _MOST_LINE:
                return False
            *lines, self._buffer = (self._buffer + block).split(b"\n")
            for line in lines:
                event = event_of(line)
                if event is None:
                    continue
                silent_since = time.monotonic()
                self.events.append(event)
                hear(event)
                if event["event"] in ("ended", "failure"):
                    return False
