"""Statements of SQL as words, cut as PostgreSQL's scanner would."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 200_000
"""Characters of a text that is still read."""

# What is not closed reaches to the end, so that no text is looked through more than once.
_WORD = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<string>[eEbBxXnN]?'(?:[^']|'')*(?:'|\Z)|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))
    |(?P<quoted>"(?:[^"]|"")+(?:"|\Z))
    |(?P<name>[^\W\d][\w$]*)
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<mark>::|[(),.;\[\]]|:\w+|%\(\w+\)s|%s|.)""",
    re.VERBOSE | re.DOTALL,
)

_NAME = re.compile(r"[^\W\d][\w$]*")


class Word(NamedTuple):
    """A word of a statement."""

    kind: str
    """`name` (in lower case), `quoted` (a name in double quotes), `string`, `number` or `mark`."""

    text: str
    start: int
    end: int


def statements(text: str) -> list[Statement]:
    """The statements of a text, empty ones left out; none of a text that is too long to read."""
    if len(text) > LONGEST:
        return []
    found: list[Statement] = []
    words: list[Word] = []
    for match in _WORD.finditer(text):
        kind, word = str(match.lastgroup if match.lastgroup != "tag" else "string"), match[0]
        if kind == "space":
            continue
        if word == ";":
            if words:
                found.append(Statement(text, words))
            words = []
            continue
        if kind == "name":
            word = word.lower()
        elif kind == "quoted":
            word = word[1:-1].replace('""', '"')
        elif kind == "string":
            word = word[word.index("'") + 1 : -1].replace("''", "'") if word[-1] == "'" else word
        words.append(Word(kind, word, match.start(), match.end()))
    if words:
        found.append(Statement(text, words))
    return found


class Statement:
    """A statement, read from left to right."""

    def __init__(self, text: str, words: list[Word]) -> None:
        self._text = text
        self._words = words
        self._at = 0

    @property
    def text(self) -> str:
        """All of it."""
        return self._text[self._words[0].start : self._words[-1].end]

    @property
    def names(self) -> frozenset[str]:
        """Every word that may be a name, in lower case, those of a function's body or a `DO` block too."""
        own = {w.text.lower() for w in self._words if w.kind in ("name", "quoted")}
        bodies = [w.text.lower() for w in self._words if w.kind == "string" and w.text[:1] == "$"]
        return frozenset(own.union(*(_NAME.findall(body) for body in bodies)))

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._words)

    def has(self, *words: str) -> bool:
        """Whether these words stand next to each other somewhere from here on."""
        rest = [word.text for word in self._words[self._at :] if word.kind != "string"]
        return any(tuple(rest[i : i + len(words)]) == words for i in range(len(rest)))

    def sees(self, *words: str) -> bool:
        """Whether these words come next."""
        found = self._words[self._at : self._at + len(words)]
        return len(found) == len(words) and all(
            word.kind in ("name", "mark") and word.text == wanted for word, wanted in zip(found, words, strict=True)
        )

    def take(self, *words: str) -> bool:
        """Go past these words, if they come next."""
        found = self.sees(*words)
        if found:
            self._at += len(words)
        return found

    def take_one(self, *words: str) -> str | None:
        """Go past one of these words, if one of them comes next."""
        found = next((word for word in words if self.sees(word)), None)
        self._at += found is not None
        return found

    def name(self) -> str | None:
        """Go past a name."""
        if self.over or self._words[self._at].kind not in ("name", "quoted"):
            return None
        self._at += 1
        return self._words[self._at - 1].text

    def qualified(self) -> str | None:
        """Go past a name that may say its schema; of one in `public` the bare name."""
        found = self.name()
        while found is not None and self.take("."):
            inner = self.name()
            found = f"{found}.{inner}" if inner is not None else None
        return found.removeprefix("public.") if found is not None else None

    def string(self) -> str | None:
        """Go past a string."""
        if self.over or self._words[self._at].kind != "string":
            return None
        self._at += 1
        return self._words[self._at - 1].text

    def next(self) -> str:
        """Go past any word; empty at the end."""
        if self.over:
            return ""
        self._at += 1
        return self._words[self._at - 1].text

    def rest(self) -> str:
        """The text from here on; nothing is left then."""
        start, self._at = self._at, len(self._words)
        return self._text[self._words[start].start : self._words[-1].end] if start < len(self._words) else ""

    def until(self, *stops: str) -> str:
        """The text up to one of these words outside of parentheses, or to the end."""
        start = self._at
        depth = 0
        while not self.over:
            word = self._words[self._at]
            if depth == 0 and word.kind in ("name", "mark") and word.text in stops:
                break
            if word.kind == "mark":
                if depth == 0 and word.text in (")", "]"):
                    break
                depth += (word.text in ("(", "[")) - (word.text in (")", "]"))
            self._at += 1
        if start == self._at:
            return ""
        return self._text[self._words[start].start : self._words[self._at - 1].end]

    def inside(self) -> Statement | None:
        """What stands in the parentheses that come next."""
        if not self.take("("):
            return None
        start = self._at
        self.until()
        inner = Statement(self._text, self._words[start : self._at])
        self.take(")")
        return inner

    def parts(self) -> list[Statement]:
        """What stands between the commas outside of parentheses, from here on."""
        found = []
        while not self.over:
            start = self._at
            self.until(",")
            if self._at > start:
                found.append(Statement(self._text, self._words[start : self._at]))
            if not self.take(",") and self._at == start:
                break
        return found
