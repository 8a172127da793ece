"""Mermaid, by a strict grammar of what its parsers from version 11 on take; theirs takes more."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.erd import hostile
from schema_lint.reporting.erd.drawing import Drawing, Entity, Field, Link
from schema_lint.reporting.erd.mermaid import render

# Names: what is a word everywhere in Mermaid's lexer and no keyword of it, or a string without what it refuses.
_KEYWORDS = (
    "accdescr|acctitle|class|classdef|direction|end|erdiagram|many|o|one|only|optionally|style|subgraph|to|u|zero"
)
_NAME = rf'(?:(?!(?:{_KEYWORDS})(?![A-Za-z0-9_]))[A-Za-z_][A-Za-z0-9_]*|"[^"%\\<>#`\n\r\v\b]+")'
_WORD = r"(?!(?:pk|fk|uk)(?![A-Za-z0-9_]))[A-Za-z_\u00c0-\uffff][A-Za-z0-9_\u00c0-\uffff]*"
_TYPE = r"(?!(?:pk|fk|uk)(?![A-Za-z0-9_]))[A-Za-z_\u00c0-\uffff][A-Za-z0-9_()\[\]\u00c0-\uffff]*"
_TEXT = r'"[^"~%\\<>#`\n]*"'
OPEN = re.compile(rf"    ({_NAME}) \{{", re.IGNORECASE)
BARE = re.compile(rf"    ({_NAME})", re.IGNORECASE)
FIELD = re.compile(rf"        ({_TYPE}) ({_WORD})(?: ((?:PK|FK|UK)(?:, (?:PK|FK|UK))*))?(?: ({_TEXT}))?", re.IGNORECASE)
LINK = re.compile(rf"    ({_NAME}) (\|\||\|o|\}}o)(--|\.\.)(\|\||o\||o\{{) ({_NAME}) : ({_TEXT})", re.IGNORECASE)
COMMENT = re.compile(r'    %% [^{}%"<>]*')


class Parsed(NamedTuple):
    tables: dict[str, list[tuple[str, ...]]]
    links: list[tuple[str, str, str, str]]


def parse(text: str) -> Parsed:
    lines = iter(text.removesuffix("\n").split("\n"))
    assert next(lines) == "erDiagram"
    parsed = Parsed({}, [])
    for line in lines:
        assert not re.search(r"direction\s+(TB|BT|LR|RL)", line, re.IGNORECASE)
        if opened := OPEN.fullmatch(line):
            fields = parsed.tables[opened[1].lower()] = []
            while (line := next(lines)) != "    }":
                found = FIELD.fullmatch(line)
                assert found, line
                fields.append(tuple(part or "" for part in found.groups()))
        elif link := LINK.fullmatch(line):
            assert {link[1].lower(), link[5].lower()} <= parsed.tables.keys()
            parsed.links.append((link[1], link[2] + link[3] + link[4], link[5], link[6]))
        elif bare := BARE.fullmatch(line):
            parsed.tables[bare[1].lower()] = []
        else:
            assert COMMENT.fullmatch(line), line
    return parsed


USERS = Entity(key=("m", "users"), name="users", fields=(Field(name="id", type="uuid", primary=True),))
TASKS = Entity(
    key=("m", "tasks"),
    name="tasks",
    fields=(
        Field(name="id", type="uuid", primary=True),
        Field(name="owner_id", type="uuid", foreign=True, unique=True, nullable=True, comment="whose"),
        Field(name="status", type="task_status", labels=("open", "done")),
        Field(name="due at", type="timestamptz", nullable=None),
    ),
)
OWNER = Link(child=TASKS.key, parent=USERS.key, columns=("owner_id",), target_columns=("id",),
             child_end="zero-or-one", parent_end="zero-or-one")  # fmt: skip


def test_a_diagram() -> None:
    assert render(Drawing(entities=(TASKS, USERS), links=(OWNER,))) == (
        "erDiagram\n"
        "    tasks {\n"
        "        uuid id PK\n"
        '        uuid owner_id FK, UK "nullable; whose"\n'
        '        task_status status "open, done"\n'
        '        timestamptz due_at "named due at; nullable?"\n'
        "    }\n"
        "    users {\n"
        "        uuid id PK\n"
        "    }\n"
        '    users |o--o| tasks : "owner_id"\n'
    )


def test_nothing_to_draw() -> None:
    assert render(Drawing()) == "erDiagram\n"


@pytest.mark.parametrize(
    ("child", "parent", "sign"),
    [
        ("zero-or-more", "one", "||--o{"),
        ("zero-or-more", "zero-or-one", "|o--o{"),
        ("zero-or-one", "one", "||--o|"),
        ("zero-or-more", "zero-or-more", "}o--o{"),
    ],
)
def test_crows_feet(child: str, parent: str, sign: str) -> None:
    link = Link(child=TASKS.key, parent=USERS.key, columns=("a", "b"), target_columns=("a", "b"),
                child_end=child, parent_end=parent)  # type: ignore[arg-type]  # fmt: skip
    (found,) = parse(render(Drawing(entities=(TASKS, USERS), links=(link,)))).links
    assert found == ("users", sign, "tasks", '"(a, b)"')


def test_lines_to_stubs_are_dotted() -> None:
    stub = Entity(key=USERS.key, name="users", kind="external")
    assert render(Drawing(entities=(TASKS, stub), links=(OWNER,))).endswith(
        '    users\n    users |o..o| tasks : "owner_id"\n'
    )


def test_hostile_names_are_names() -> None:
    parsed = parse(render(hostile.drawing()))
    assert len(parsed.tables) == len(hostile.NAMES)
    assert {len(fields) for fields in parsed.tables.values()} == {len(hostile.COLUMNS)}
    assert len(parsed.links) == len(hostile.NAMES) + 2


def test_what_many_columns_are_called_is_left_alone() -> None:
    names = ["id", "user_id", "type", "order", "end", "style", "class", "pkey", "fk_user", "größe"]
    fields = tuple(Field(name=name, type="text") for name in names)
    ((_, found),) = parse(render(Drawing(entities=(Entity(key=("m", "t"), name="t", fields=fields),)))).tables.items()
    assert [(field[1], field[3]) for field in found] == [(name, "") for name in names]


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_can_be_drawn(table: str, column: str, kind: str, comment: str) -> None:
    fields = (Field(name=column, type=kind, comment=comment, labels=(comment,)),)
    entity = Entity(key=("m", table), name=table, fields=fields, incomplete=comment)
    link = Link(child=entity.key, parent=entity.key, columns=(column,), target_columns=(column,),
                child_end="zero-or-more", parent_end="one")  # fmt: skip
    parsed = parse(render(Drawing(entities=(entity,), links=(link,))))
    assert len(parsed.tables) == len(parsed.links) == 1
