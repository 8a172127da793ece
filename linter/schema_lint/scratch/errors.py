"""What goes wrong with a throw-away PostgreSQL."""

from __future__ import annotations


class ScratchError(Exception):
    """There is no throw-away PostgreSQL to be had; `hint` says what would help."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
