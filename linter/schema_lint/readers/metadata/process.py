"""Runs the probe: bounded in time and output, and with everything it started ended in the end."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import msgspec

PROBE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe.py")
MOST_OUTPUT = 64 * 1024
"""Bytes of what the project's code prints that are kept; the last ones."""
MOST_ANSWER = 512 * 1024 * 1024
_START = 30.0
"""Seconds that an interpreter may take to start, to load SQLAlchemy and to write its answer. The limit is the
project's, and the probe ends itself when that is over."""
_REST = 5.0
"""Seconds for what is left of the output."""
MARK = "SCHEMA_LINT_PROBE"


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a probe ended."""

    answer: dict[str, Any] | None
    """What it wrote, if it came to that."""

    status: int
    """Exit status; negative for a signal."""

    timed_out: bool
    trace: str
    """What faulthandler wrote when the time was up, or the process died."""

    output: str
    """The end of what the project's code printed."""


def run_probe(
    python: str, job: Mapping[str, Any], *, limit: float, variables: Mapping[str, str], directory: str
) -> Ended:
    """Run the probe with a job; returns when it and all it started are gone.

    Raises:
        OSError: if the interpreter cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="schema-lint-", ignore_cleanup_errors=True) as folder:
        paths = {name: os.path.join(folder, f"{name}.json") for name in ("job", "result", "trace")}
        with open(paths["job"], "w", encoding="utf-8") as file:
            json.dump({**job, "limit": limit, "result": paths["result"], "trace": paths["trace"]}, file)
        token = secrets.token_hex(8)
        command = [python, PROBE, paths["job"]]
        status, timed_out, output = _watched(command, limit, {**variables, MARK: token}, token, directory)
        trace = _read(paths["trace"], MOST_OUTPUT) or ""
        text = _read(paths["result"], MOST_ANSWER)
    answer = None
    if text is not None:
        with contextlib.suppress(ValueError):
            answer = json.loads(text)
    timed_out = timed_out or (answer is None and trace.startswith("Timeout"))
    return Ended(answer=answer, status=status, timed_out=timed_out, trace=trace, output=output)


def _watched(
    command: Sequence[str], limit: float, variables: Mapping[str, str], token: str, directory: str
) -> tuple[int, bool, str]:
    with interruptible():
        process = subprocess.Popen(
            command, cwd=directory, env=dict(variables), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        tail = Tail(process.stdout)
        timed_out = False
        try:
            process.wait(limit + _START)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            end_process(process, token)
            tail.join()
    return process.returncode, timed_out, tail.text()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """A request to end is an interruption, so that what was started is ended first."""

    def interrupted(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, interrupted)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_process(process: subprocess.Popen[bytes], token: str) -> None:
    """End the probe, its process group, and on Linux whatever left the group."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    for number in _descendants(token):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(number, signal.SIGKILL)


def _descendants(token: str) -> Iterator[int]:
    """Processes that carry the probe's mark in their environment."""
    if sys.platform != "linux":
        return
    mark = f"{MARK}={token}".encode()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if mark in file.read().split(b"\0"):
                        yield int(name)
            except OSError:
                continue


class Tail:
    """Reads what a process prints, and keeps the end of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while block := self._stream.read1(65_536):  # type: ignore[attr-defined]
                self._kept = (self._kept + block)[-MOST_OUTPUT:]

    def join(self) -> None:
        """Wait for the end of the output; not for long, should somebody hold it open."""
        self._thread.join(_REST)
        if not self._thread.is_alive():
            self._stream.close()

    def text(self) -> str:
        """What was kept."""
        return self._kept.decode("utf-8", "replace")


def _read(path: str, most: int) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(most)
    except OSError:
        return None
