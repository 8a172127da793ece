"""Text on a terminal: what makes it inert, how wide it is, how it is cut, wrapped and coloured."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

_CONTROL = (
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""Characters that move the cursor, start an escape sequence, turn the direction of writing, hide, or cannot be
encoded. Tabs are expanded before."""

_COMMAND = r"##(?=\[|vso)"
"""Build servers obey `##[…]` anywhere in a line."""

_WORKFLOW = r"(?m)(^|\s)::(?=\S)"
"""GitHub obeys `::…::` at the beginning of a line, where wrapping may put it."""

_TAB = 4


def inert(text: str) -> str:
    """The text with every character that a terminal or build server would obey replaced by one that is only seen.

    One character stays one character, so that columns hold; tabs stay.
    """
    if text.isprintable() and "##" not in text:
        return text
    return re.sub(_COMMAND, "#♯", re.sub(_CONTROL, _visible, text))


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"


def prose(text: str) -> str:
    """A message made of one line: inert, and with nothing that is a command where a line begins."""
    line = inert(" ".join(text.split()))
    return re.sub(_WORKFLOW, r"\1∷", line) if "::" in line else line


def expanded(line: str) -> str:
    """The line with its tabs as spaces, as an editor with stops every four columns shows it."""
    if "\t" not in line:
        return line
    pieces: list[str] = []
    column = 0
    for piece in line.split("\t"):
        pieces.append(piece)
        column += width(piece)
        gap = _TAB - column % _TAB
        pieces.append(" " * gap)
        column += gap
    return "".join(pieces[:-1])


def width(text: str) -> int:
    """How many terminal cells the text takes. Source: Unicode's East Asian Width; combining marks take none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if character.isascii():
        return 1
    import unicodedata  # a hundredth of a small run, for text that few have

    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def cut(text: str, cells: int) -> str:
    """The text in at most so many cells, ended by `…` where something is left out."""
    if width(text) <= cells:
        return text
    kept: list[str] = []
    left = cells - 1
    for character in text:
        left -= _cells(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…" if cells > 0 else ""


def tail(text: str, cells: int) -> str:
    """The end of the text in at most so many cells, begun by `…` where something is left out: a path's name tells
    more than its folders."""
    kept = text
    while kept and width(kept) > cells - (kept != text):
        kept = kept[1:]
    return kept if kept == text else "…" + kept


def filled(text: str, cells: int) -> str:
    """The text, cut or padded with spaces, in exactly so many cells."""
    text = cut(text, cells)
    return text + " " * (cells - width(text))


def wrapped(text: str, cells: int) -> list[str]:
    """Lines of at most so many cells, broken at spaces; a longer word is broken where it must be. At least one."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        while width(word) > cells:
            if line:
                lines.append(line)
                line = ""
            head = _prefix(word, cells)
            lines.append(head)
            word = word[len(head) :]
        if not line:
            line = word
        elif width(line) + 1 + width(word) <= cells:
            line += " " + word
        else:
            lines.append(line)
            line = word
    return [*lines, line] if line or not lines else lines


def _prefix(text: str, cells: int) -> str:
    """At least one character, so that wrapping ends."""
    for position, character in enumerate(text):
        cells -= _cells(character)
        if cells < 0:
            return text[: max(position, 1)]
    return text


class Style(msgspec.Struct, frozen=True):
    """How text is coloured and drawn: `PLAIN`, or with ANSI escape sequences."""

    colour: bool = False
    ascii: bool = False
    """Nothing outside ASCII is drawn by us; for outputs that cannot encode it."""

    def paint(self, text: str, look: str) -> str:
        """The text in one of the looks of `LOOKS`."""
        return f"\x1b[{LOOKS[look]}m{text}\x1b[0m" if self.colour and text else text

    def drawn(self, text: str) -> str:
        """A finished report in what the output can encode."""
        return text.translate(_IN_ASCII).encode("ascii", "replace").decode("ascii") if self.ascii else text


PLAIN = Style()

LOOKS = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "good": "1;32",
    "strong": "1",
    "faint": "2",
    "frame": "34",
    "place": "36",
    "keyword": "35",
    "string": "32",
    "comment": "2;3",
    "number": "36",
    "name": "1;34",
}
"""SGR parameters. The eight basic colours only: the terminal's own theme makes them legible."""

_IN_ASCII = str.maketrans("│┊─├┬┴…·×✓–→", "||-+++~-x*->")


def wants_colour(environment: Mapping[str, str], *, is_terminal: bool, choice: str = "auto") -> bool:
    """Whether to colour an output.

    Args:
        choice: `always` and `never` are the user's own word and beat the environment. For `auto`, a non-empty
            `NO_COLOR` beats `FORCE_COLOR`, which beats what the output is (no-color.org, force-color.org).
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return environment["FORCE_COLOR"] not in ("0", "false")
    return is_terminal and environment.get("TERM") != "dumb"
