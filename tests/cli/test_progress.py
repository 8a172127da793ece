"""The line on stderr that says what is going on: late, for people only, and gone in the end."""

from __future__ import annotations

import io
import os
import sys
import threading

import pytest

from schema_lint.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Now(threading.Timer):
    """A timer whose time has come when it starts."""

    def start(self) -> None:
        self.function()


def watch(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> io.StringIO:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def work() -> None:
    with Progress() as progress:
        progress.say("reading \x1b[31mx")
        progress.say("checking")
        progress.end()
        progress.say("never shown")


def test_a_short_run_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch, Terminal())
    work()
    assert terminal.getvalue() == ""


def test_a_long_run_shows_a_line_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch, Terminal())
    monkeypatch.setattr(threading, "Timer", Now)
    work()
    assert terminal.getvalue() == "\r\x1b[K...\r\x1b[Kreading ?[31mx...\r\x1b[Kchecking...\r\x1b[K"


def test_what_is_said_is_a_part_of_what_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch, Terminal())
    monkeypatch.setattr(threading, "Timer", Now)
    with Progress() as progress:
        progress.begin("replay 2: 3 fixes proven")
        progress.say("replaying 1 of 4")
        progress.begin("replay 3: 5 fixes proven")
    shown = terminal.getvalue().split("\r\x1b[K")
    assert [text.removesuffix("...") for text in shown if text not in ("", "...")] == [
        "replay 2: 3 fixes proven", "replay 2: 3 fixes proven; replaying 1 of 4", "replay 3: 5 fixes proven"
    ]  # fmt: skip


def test_the_line_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch, Terminal())
    monkeypatch.setattr(threading, "Timer", Now)
    monkeypatch.setattr(terminal, "fileno", lambda: 2)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((20, 24)))
    with Progress() as progress:
        progress.say("reading /a/long/path/to/somewhere")
    assert "\x1b[Kreading /a/long/...\r" in terminal.getvalue()


@pytest.mark.parametrize(("stream", "quiet"), [(Terminal(), True), (io.StringIO(), False)])
def test_nothing_when_quiet_or_where_nobody_watches(
    stream: io.StringIO, quiet: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = watch(monkeypatch, stream)
    monkeypatch.setattr(threading, "Timer", Now)
    with Progress(quiet=quiet) as progress:
        progress.say("reading")
    assert terminal.getvalue() == ""
