"""Mistakes in what the user asks for, gathered so that all are reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One mistake in the configuration."""

    where: str
    """The file, relative to the project root, or `--config`."""

    key: str
    """Path of the key, dotted as TOML has it; empty where the file as a whole is meant."""

    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.key, self.message) if part)


class ConfigurationError(Exception):
    """The configuration cannot be used; `problems` has every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like the given one, if any is like it."""
    from difflib import get_close_matches

    candidates = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(word.casefold()[:100], candidates, n=1, cutoff=0.6)
    return candidates[found[0]] if found else None


def quoted(words: Sequence[str]) -> str:
    """`"a", "b" or "c"`."""
    shown = [f'"{word}"' for word in words]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]


def printable(text: str, limit: int = 60) -> str:
    """The text with control characters escaped, cut to the limit: safe to show."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
