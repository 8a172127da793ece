"""The reference implementation on a terminal: what `schema-lint reference` prints."""

from __future__ import annotations

from schema_lint.reporting.excerpt import PACKAGE, Anchor, anchors, excerpt, modules, resolve, whole
from schema_lint.reporting.highlighting import highlighted
from schema_lint.reporting.report import DEFAULT, Options
from schema_lint.reporting.terminal import cut, wrapped

_UNBOUNDED = 10_000


def listing(options: Options = DEFAULT) -> str:
    """The modules, and what in them has a name."""
    style = options.style
    lines: list[str] = []
    for module in modules():
        found = anchors(module)
        lines += [style.paint(module, "good")]
        column = max((len(_short(anchor)) for anchor in found if anchor.kind != "attribute"), default=0)
        for anchor in found:
            if anchor.kind == "attribute" and anchor.name.partition(":")[2].count(".") == 1:
                continue
            room = max(20, min(options.width, 120) - column - 4)
            summary = cut(anchor.summary or anchor.kind, room)
            lines.append(f"  {style.paint(_short(anchor).ljust(column), 'place')}  {summary}".rstrip())
            attributes = ", ".join(other.name.rpartition(".")[2] for other in found if _owner(other) == anchor.name)
            margin = " " * (column + 4)
            lines += [margin + style.paint(line, "faint") for line in wrapped(attributes, room) if line]
        lines.append("")
    if lines:
        lines.append(
            "`schema-lint reference models:Task.owner_id` shows one of them, `reference models` a whole module."
        )
    else:
        lines.append(f"The package {PACKAGE} is not installed.")
    return style.drawn("\n".join(lines) + "\n")


def _short(anchor: Anchor) -> str:
    return anchor.name.partition(":")[2]


def _owner(anchor: Anchor) -> str:
    return anchor.name.rpartition(".")[0] if anchor.kind == "attribute" else ""


def show(name: str, options: Options = DEFAULT) -> str | None:
    """A module or something in it, whole; `None` if nothing has that name.

    Args:
        name: an anchor, a module, or an anchor without its module (`Task.owner_id`), which may be several.
    """
    shown = [text for anchor in resolve(name) if (text := _one(anchor, options)) is not None]
    return options.style.drawn("\n".join(shown)) if shown else None


def _one(name: str, options: Options) -> str | None:
    style = options.style
    text = whole(name)
    if text is not None:
        head = f"# {PACKAGE}/{name}.py"
        return "\n".join([style.paint(head, "comment"), *highlighted(text.split("\n"), style)])
    found = excerpt(name, _UNBOUNDED)
    if found is None:
        return None
    head = style.paint(f"# {found.name} ({found.path}:{found.line})", "comment")
    return "\n".join([head, *highlighted(found.text.split("\n"), style)]) + "\n"


def names() -> list[str]:
    """Everything that `show` knows, for completion and for the nearest name in an error."""
    return [*modules(), *(anchor.name for module in modules() for anchor in anchors(module))]
