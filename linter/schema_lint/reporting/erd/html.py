"""An entity-relationship diagram as one page of HTML that needs nothing else: no network, no other file."""

from __future__ import annotations

from collections.abc import Sequence

from schema_lint.reporting.erd.dot import Grouping
from schema_lint.reporting.erd.drawing import Drawing
from schema_lint.reporting.erd.page import SCRIPT, STYLE
from schema_lint.reporting.erd.svg import COLOURS, escaped, figure, groups_of
from schema_lint.reporting.summary import plural


def render(drawing: Drawing, grouping: Grouping = "none") -> str:
    """The page. What it shows it shows without a script, too; the script finds, highlights and zooms.

    Args:
        grouping: what tables are coloured by.
    """
    tables = [entity for entity in drawing.entities if entity.kind not in ("external", "outside")]
    counted = f"{plural(len(tables), 'table')}, {plural(len(drawing.links), 'relationship')}"
    names = [entity.name for entity in drawing.entities]
    policy = f"default-src 'none'; style-src 'sha256-{_digest(STYLE)}'; script-src 'sha256-{_digest(SCRIPT)}'"
    return "\n".join([
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="generator" content="schema-lint">',
        f"<title>Schema: {counted}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>Schema</h1><p>{counted}</p>",
        '<label>Find <input id="find" type="search" placeholder="table or column" autocomplete="off"></label>',
        '<span class="zoom"><button id="out" aria-label="Smaller">−</button><button id="fit">Fit</button>'
        '<button id="in" aria-label="Larger">+</button></span>',
        _legend(drawing, grouping),
        "</header>",
        f'<nav aria-label="Tables"><ul>{"".join(map(_item, range(len(names)), names))}</ul></nav>',
        '<main id="view" tabindex="0">',
        figure(drawing, grouping),
        "</main>",
        f"<script>{SCRIPT}</script>",
        "</body>",
        "</html>",
    ]) + "\n"  # fmt: skip


def _item(number: int, name: str) -> str:
    return f'<li><a href="#e{number}">{escaped(name)}</a></li>'


def _legend(drawing: Drawing, grouping: Grouping) -> str:
    groups: Sequence[str] = groups_of(drawing, grouping)
    items = [f'<li class="g{number % COLOURS}">{escaped(group or "–")}</li>' for number, group in enumerate(groups)]
    items.append('<li class="plain">type? may be NULL</li>')
    return f'<ul class="legend">{"".join(items)}</ul>'


def _digest(text: str) -> str:
    import base64
    import hashlib

    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
