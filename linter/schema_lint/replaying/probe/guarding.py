"""Refuses what a replay has no need of: other hosts, other databases' files, child processes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Dict  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.channel import Channel

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other

_HARMLESS = frozenset({"uname", "ldconfig", "lscpu", "hostname", "lsb_release", "sw_vers"})
"""Programs that tell of the machine, which libraries run when they are imported."""

_HARMLESS_OF_GIT = frozenset({"version", "--version", "rev-parse", "describe"})
_DISPENSABLE = frozenset({"git", "gcc", "cc", "ld", "objdump", "file"})
"""Programs that libraries do without where they are missing."""

_SYSLOG = ("/dev/log", "/var/run/syslog")
_PROCESSES = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.startfile")


class Guard:
    """Watches what the interpreter is about to do. What it refuses ends the process at once, and is named."""

    def __init__(self, job: Json, channel: Channel) -> None:
        import socket

        self._channel = channel
        server = job["server"]
        self._folder = os.path.realpath(server["host"]) + os.sep
        self._places = {(address, int(server["port"])) for address in server["addresses"]}
        self._processes = bool(job["allow_processes"])
        self._own = {None, "", "localhost", socket.gethostname(), "127.0.0.1", "::1", "0.0.0.0", "::"}
        self._own |= {server["host"], *server["addresses"]}

    def install(self) -> None:
        """Watch from now on; it cannot be undone."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: Any) -> None:
        if event == "socket.connect":
            self._connect(args[1])
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            if args[0] not in self._own:
                self._channel.stop("refused", "the host " + _text(args[0]))
        elif event == "sqlite3.connect":
            self._sqlite(args[0])
        elif event in _PROCESSES and not self._processes:
            self._process(event, args)

    def _connect(self, address: Any) -> None:
        if isinstance(address, (str, bytes)):
            path = os.fsdecode(address)
            if path.startswith(_SYSLOG) or os.path.realpath(path).startswith(self._folder):
                return
            self._channel.stop("refused", "the socket " + path)
        if isinstance(address, tuple):
            if tuple(address[:2]) in self._places:
                return
            self._channel.stop("refused", "the host " + ":".join(map(_text, address[:2])))
        self._channel.stop("refused", "a connection to " + repr(address))

    def _sqlite(self, database: Any) -> None:
        path = os.fsdecode(database) if isinstance(database, (str, bytes, os.PathLike)) else ""
        if path and not path.startswith((":memory:", "file::memory:")) and "mode=memory" not in path:
            self._channel.stop("refused", "the SQLite database " + path)

    def _process(self, event: str, args: Any) -> None:
        words = _words(args)
        name = os.path.basename(words[0]) if words else ""
        if name in _HARMLESS or (name == "git" and _HARMLESS_OF_GIT.intersection(words[1:2])):
            return
        if name in _DISPENSABLE:
            raise FileNotFoundError(2, "no other program is run while a history is replayed", name)
        self._channel.stop("process", name or event)


def _words(args: Any) -> list[str]:
    """A command's words, of whatever event."""
    if len(args) > 1 and isinstance(args[1], (list, tuple)) and args[1]:
        return [_text(word) for word in args[1]]
    return _text(args[1] if len(args) > 1 and isinstance(args[1], str) else args[0]).split()


def _text(value: Any) -> str:
    return os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else str(value)
