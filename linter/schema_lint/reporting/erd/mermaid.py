"""An entity-relationship diagram in Mermaid, which GitHub, GitLab and many editors draw inside Markdown.

What its grammar does not take is written with what it takes: names of columns and types in letters, digits and
underscores, with the real name in the comment; texts without quotation marks. Versions since 10 take it, those since 11
also where columns have names beyond ASCII.
"""

from __future__ import annotations

import re

from schema_lint.reporting.erd.drawing import Drawing, End, Entity, EntityKey, Field, Link
from schema_lint.reporting.terminal import cut, inert

LONGEST = 50_000
"""Characters above which Mermaid refuses to draw, as code hosts have it set."""

_COMMENT = 60
_LABELS = 5
_PARENT: dict[End, str] = {"one": "||", "zero-or-one": "|o", "zero-or-more": "}o"}
_CHILD: dict[End, str] = {"one": "||", "zero-or-one": "o|", "zero-or-more": "o{"}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = frozenset(
    {
        "accdescr", "acctitle", "class", "classdef", "direction", "end", "erdiagram", "many", "o", "one", "only",
        "optionally", "style", "subgraph", "to", "u", "zero",
    }
)  # fmt: skip
"""Words that are no names in the grammar, whatever their case."""

_NOT_IN_A_WORD = re.compile(r"[^A-Za-z0-9_\u00c0-\ud7ff\uf900-\ufffc]")
_NOT_IN_A_TYPE = re.compile(r"[^A-Za-z0-9_()\[\]\u00c0-\ud7ff\uf900-\ufffc]+")
_KEY = re.compile(r"(?:pk|fk|uk)(?![A-Za-z0-9_])", re.IGNORECASE)
_DIRECTION = re.compile(r"(?<=direction)\s+(?=TB|BT|LR|RL)", re.IGNORECASE)
"""A statement wherever in a line it stands."""

_TEXT = str.maketrans({'"': "'", "<": "‹", ">": "›", "\\": "/", "`": "'", "%": "٪", "#": "♯", "~": "∼"})
"""What Mermaid, or the HTML and the Markdown around it, would make something of, and what looks alike."""


_NO_BRACES = str.maketrans("{}", "()")


def render(drawing: Drawing) -> str:
    """The diagram, one line for each column and each foreign key."""
    names = _names(drawing)
    lines = ["erDiagram"]
    for entity in drawing.entities:
        lines += _entity(entity, names[entity.key])
    stubs = {entity.key for entity in drawing.entities if entity.kind in ("external", "outside")}
    lines += [_link(link, names, "..") if link.parent in stubs else _link(link, names) for link in drawing.links]
    return "\n".join(lines) + "\n"


def _names(drawing: Drawing) -> dict[EntityKey, str]:
    """How each table is written. Names that differ only in what cannot be written are told apart by underscores."""
    names: dict[EntityKey, str] = {}
    taken: set[str] = set()
    for entity in drawing.entities:
        name = _text(entity.name) or "_"
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        plain = _PLAIN.fullmatch(name) and name.lower() not in _KEYWORDS
        names[entity.key] = name if plain else f'"{name}"'
    return names


def _entity(entity: Entity, name: str) -> list[str]:
    lines = []
    if entity.incomplete:
        # Braces in a comment can be taken for a directive.
        note = _text(f"{entity.name} may have more columns: {entity.incomplete}")
        lines.append(f"    %% {note.translate(_NO_BRACES)}")
    if not entity.fields:
        return [*lines, f"    {name}"]
    return [*lines, f"    {name} {{", *(f"        {_field(field)}" for field in entity.fields), "    }"]


def _field(field: Field) -> str:
    word = _word(field.name)
    keys = ", ".join(
        key for key, given in (("PK", field.primary), ("FK", field.foreign), ("UK", field.unique)) if given
    )
    notes = [f"named {field.name}"] if word != field.name else []
    if field.nullable is not False:
        notes.append("nullable" if field.nullable else "nullable?")
    if field.labels:
        more = f" and {len(field.labels) - _LABELS} more" if field.labels[_LABELS:] else ""
        notes.append(", ".join(field.labels[:_LABELS]) + more)
    notes += [field.comment] if field.comment else []
    comment = f'"{cut(_text("; ".join(notes)), _COMMENT)}"' if notes else ""
    return " ".join(part for part in (_type(field.type), word, keys, comment) if part)


def _word(name: str) -> str:
    """The name as a word of the grammar."""
    return _begun(_NOT_IN_A_WORD.sub("_", name) or "_")


def _type(name: str) -> str:
    return _begun(_NOT_IN_A_TYPE.sub("_", name).strip("_") or "unknown")


def _begun(word: str) -> str:
    """The word with a beginning that the grammar takes, in which `pk`, `fk` and `uk` are keys."""
    if not (word[0].isalpha() or word[0] == "_"):
        word = f"_{word}"
    return f"_{word}" if _KEY.match(word) else word


def _link(link: Link, names: dict[EntityKey, str], line: str = "--") -> str:
    ends = f"{_PARENT[link.parent_end]}{line}{_CHILD[link.child_end]}"
    return f'    {names[link.parent]} {ends} {names[link.child]} : "{_text(link.label)}"'


def _text(text: str) -> str:
    """The text as it can stand between quotation marks."""
    return _DIRECTION.sub("-", inert(" ".join(text.split())).translate(_TEXT))
