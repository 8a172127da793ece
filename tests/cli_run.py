"""What the fixture `run` gives: a run of the command line."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Result(NamedTuple):
    status: int
    out: str
    err: str


class Run(Protocol):
    def __call__(self, *arguments: str) -> Result: ...
