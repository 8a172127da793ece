"""A page that stands alone: nothing is fetched, nothing of the schema acts, and all of it is there without a script."""

from __future__ import annotations

import base64
import hashlib
import re
from xml.etree import ElementTree

from reporting.erd import hostile
from reporting.erd.test_mermaid import OWNER, TASKS, USERS
from schema_lint.reporting.erd.drawing import Drawing, Entity
from schema_lint.reporting.erd.html import render
from schema_lint.reporting.erd.page import SCRIPT, STYLE

SVG = "{http://www.w3.org/2000/svg}"


def svg(text: str) -> ElementTree.Element:
    found = re.search(r"<svg.*</svg>", text, re.DOTALL)
    assert found
    return ElementTree.fromstring(found[0])


def test_every_table_and_column_is_there() -> None:
    text = render(Drawing(entities=(TASKS, USERS), links=(OWNER,)))
    root = svg(text)
    groups = [group for group in root.iter(f"{SVG}g") if "entity" in group.get("class", "")]
    assert [group.get("aria-label") for group in groups] == ["tasks, 4 columns", "users, 1 column"]
    assert ["".join(node.itertext()) for node in groups[0].iter(f"{SVG}text")] == [
        "tasks",
        *("PK", "id", "uuid"),
        *("FK UK", "owner_id", "uuid?"),
        *("", "status", "task_status"),
        *("", "due at", "timestamptz (NULL?)"),
    ]
    (link,) = (group for group in root.iter(f"{SVG}g") if "link" in group.get("class", ""))
    assert (link.get("data-a"), link.get("data-b")) == ("e0", "e1")
    assert link.findtext(f"{SVG}title") == "tasks → users: owner_id"
    assert re.findall(r'<li><a href="#(e\d)">(\w+)</a></li>', text) == [("e0", "tasks"), ("e1", "users")]


def test_the_page_needs_nothing_else() -> None:
    text = render(hostile.drawing())
    assert not re.findall(r"""(?:src|href)=["'](?!#)|@import|url\(|https?://(?!www\.w3\.org/2000/svg)""", text)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (STYLE, SCRIPT)]
    assert policy[1] == f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    assert (f"<style>{STYLE}</style>" in text, f"<script>{SCRIPT}</script>" in text) == (True, True)
    assert not re.search(r"\son\w+=|\sstyle=", re.sub(r"&lt;.*?&gt;", "", text.replace(SCRIPT, "").replace(STYLE, "")))


def test_hostile_names_are_text() -> None:
    text = render(hostile.drawing())
    assert text.count("<script>") == text.count("</script>") == 1
    assert "<img" not in text
    groups = [group for group in svg(text).iter(f"{SVG}g") if "entity" in group.get("class", "")]
    assert len(groups) == len(hostile.NAMES)
    assert not [c for c in text if not c.isprintable() and c != "\n"]
    text.encode()


def test_the_same_is_drawn_again() -> None:
    assert render(hostile.drawing()) == render(hostile.drawing())


def test_groups_have_colours_and_a_legend() -> None:
    billing = Entity(key=("m", "b.x"), name="b.x", schema="b")
    text = render(Drawing(entities=(billing, USERS)), "schema")
    assert '<li class="g0">–</li><li class="g1">b</li>' in text
    assert 'class="entity table g1" id="e0"' in text


def test_stubs_are_marked() -> None:
    stub = Entity(key=USERS.key, name="users", kind="external")
    text = render(Drawing(entities=(TASKS, stub), links=(OWNER,)))
    assert 'aria-label="users, external, 0 columns"' in text
    assert 'class="link stub"' in text
    assert "<p>1 table, 1 relationship</p>" in text
