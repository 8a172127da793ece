"""Looks: questions about one file's content, whose answer is all of it that counts.

A value for which a file was looked at, and not read, stays as it is when the file changes and the answer does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec


class Look(msgspec.Struct, frozen=True):
    """A question about one file."""

    name: str
    """Known in `LookFinder`."""

    answer: Callable[..., Any]
    """Of the path, the content, and parameters, all of them `bytes` but the path; rests on nothing else."""

    kind: Any
    """The answer's type, for msgspec."""


LookFinder = Callable[[], Mapping[str, Look]]
"""Every look by name; called where a file that was looked at has changed."""
