"""Graphviz: its own parser where it is installed, and the labels, which are XML, everywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

from reporting.erd import hostile
from reporting.erd.test_mermaid import OWNER, TASKS, USERS
from schema_lint.reporting.erd.dot import render
from schema_lint.reporting.erd.drawing import Drawing, Entity

LABEL = re.compile(r"label=<(<TABLE.*?</TABLE>)>\]", re.DOTALL)


def labels(text: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(label) for label in LABEL.findall(text)]


def test_a_diagram() -> None:
    text = render(Drawing(entities=(TASKS, USERS), links=(OWNER,)))
    assert (
        '  "m: tasks":"from owner_id":w -> "m: users":"to id":e [arrowtail=teeodot, arrowhead=teeodot, '
        'edgetooltip="tasks.owner_id → users"]\n'
    ) in text
    cells = [["".join(cell.itertext()).strip() for cell in row] for row in labels(text)[0]]
    assert cells == [
        ["tasks"],
        ["PK", "id", "uuid"],
        ["FK UK", "owner_id", "uuid NULL"],
        ["", "status", "task_status"],
        ["", "due at", "timestamptz?"],
    ]
    assert '"enum task_status" [label=' in text
    assert '"m: tasks":"from status":w -> "enum task_status" [style=dotted' in text


def test_stubs_are_dashed() -> None:
    stub = Entity(key=USERS.key, name="users", kind="external")
    text = render(Drawing(entities=(TASKS, stub), links=(OWNER,)))
    assert 'STYLE="DASHED"' in text
    assert "style=dashed" in text


def test_groups_are_boxes() -> None:
    billing = Entity(key=("m", "b.x"), name="b.x", schema="b", module="app.billing")
    drawing = Drawing(entities=(billing, USERS))
    assert "subgraph" not in render(drawing)
    assert 'subgraph "cluster b"' in render(drawing, "schema")
    assert 'subgraph "cluster app.billing"' in render(drawing, "module")


def test_hostile_names_are_names() -> None:
    text = render(hostile.drawing())
    assert len(labels(text)) == len(hostile.NAMES) + len(
        {f.type for e in hostile.drawing().entities for f in e.fields if f.labels}
    )


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_it() -> None:
    text = render(hostile.drawing(), "module")
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count('class="node"') >= len(hostile.NAMES)
    assert done.stdout.count('class="edge"') >= len(hostile.drawing().links)
