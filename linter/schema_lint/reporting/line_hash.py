"""The fingerprint by which GitHub tells alerts apart: of a line and of what follows it, whatever its number."""

from __future__ import annotations

import re
from collections import Counter

_WINDOW = 100
_BASE = 37
_END = "\uffff"
_BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]")


class LineHashes:
    """The fingerprints of a file's lines, as GitHub's upload action calculates them (its `fingerprints.ts`).

    That one is a rolling hash over 100 UTF-16 units from the line's beginning, without spaces and tabs, whatever the
    line ends; then a colon, and how many lines up to this one have the same. A value that differs from the action's
    would make it warn, so that a file which is not text is taken as it takes it: as UTF-8 with replacements.
    """

    def __init__(self, content: bytes) -> None:
        text = content.decode("utf-8", "replace").replace(" ", "").replace("\t", "")
        text = text.replace("\r\n", "\n").replace("\r", "\n") + _END
        text = _BEYOND_16_BITS.sub(_as_pair, text)
        starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._windows = [text[start : start + _WINDOW] for start in starts]
        seen: Counter[str] = Counter()
        self._counts = []
        for window in self._windows:
            seen[window] += 1
            self._counts.append(seen[window])

    def __getitem__(self, line: int) -> str | None:
        """The fingerprint of a line, counted from 1; `None` if there is none."""
        if not 1 <= line <= len(self._windows):
            return None
        value = 0
        for character in self._windows[line - 1].ljust(_WINDOW, "\0"):
            value = (value * _BASE + ord(character)) % (1 << 64)
        return f"{value:x}:{self._counts[line - 1]}"


def _as_pair(match: re.Match[str]) -> str:
    offset = ord(match[0]) - 0x10000
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))
