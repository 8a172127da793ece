"""Excerpts of the reference implementation: found as a package, read as text, never imported."""

from __future__ import annotations

import ast
import functools
import os

import msgspec

PACKAGE = "schema_lint_reference"
LIMIT = 12
"""Lines of an excerpt, so that a finding stays small."""

_WIDE = 60
"""Length of a member's line from which on its arguments are left out of an outline."""


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of the reference implementation."""

    name: str
    """The anchor: `models:Task.owner_id`, `models:Task`, `db:create_neon_engine`, or a whole module's name."""

    path: str
    """Below the directory that holds the package: `schema_lint_reference/models.py`."""

    line: int
    """Of the first line shown, comments above included."""

    text: str
    """Dedented; ends in `…` where lines are left out."""


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """Something of the reference that has a name of its own."""

    name: str
    kind: str
    """`class`, `attribute`, `function` or `constant`."""

    summary: str
    """The docstring's first line, if it has one."""


class _Source(msgspec.Struct, frozen=True):
    lines: list[str]
    tree: ast.Module


@functools.cache
def _directory() -> str | None:
    import importlib.util

    spec = importlib.util.find_spec(PACKAGE)
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return locations[0] if locations else None


@functools.cache
def _read(module: str) -> _Source | None:
    directory = _directory()
    if directory is None or not module.replace("_", "a").isalnum():
        return None
    try:
        with open(os.path.join(directory, f"{module}.py"), encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return None
    return _Source(text.splitlines(), ast.parse(text))


def modules() -> tuple[str, ...]:
    """Names of the reference's modules, sorted; none if the package is not installed."""
    directory = _directory()
    if directory is None:
        return ()
    names = (name.removesuffix(".py") for name in os.listdir(directory) if name.endswith(".py"))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def anchors(module: str) -> tuple[Anchor, ...]:
    """Everything of a module that an anchor can name, in the source's order."""
    source = _read(module)
    return tuple(_anchors(module, "", source.tree.body)) if source else ()


@functools.cache
def excerpt(anchor: str, limit: int = LIMIT) -> Excerpt | None:
    """What an anchor names, bounded; `None` if there is no such thing."""
    module, _, qualified = anchor.partition(":")
    source = _read(module)
    if source is None:
        return None
    if not qualified:
        return Excerpt(name=anchor, path=f"{PACKAGE}/{module}.py", line=1, text=_bounded(source.lines, limit))
    found = _find(source.tree.body, qualified.split("."))
    if found is None:
        return None
    first, lines = _lines(source.lines, found)
    if isinstance(found, ast.ClassDef) and len(lines) > limit:
        lines = _outline(lines, source.lines, found)
    return Excerpt(name=anchor, path=f"{PACKAGE}/{module}.py", line=first, text=_bounded(_dedented(lines), limit))


def whole(module: str) -> str | None:
    """A module's text; `None` if there is no such module."""
    source = _read(module)
    return "\n".join(source.lines) + "\n" if source else None


def resolve(name: str) -> tuple[str, ...]:
    """Anchors and modules that a name stands for: itself, or what ends with it (`Task.owner_id`, `Task`)."""
    if name in modules() or excerpt(name) is not None:
        return (name,)
    known = [anchor.name for module in modules() for anchor in anchors(module)]
    exact = tuple(anchor for anchor in known if anchor.partition(":")[2] == name)
    wanted = name.lower()
    return exact or tuple(a for a in known if a.partition(":")[2].lower().rpartition(".")[2] == wanted)


Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, Named):
        return [node.name]
    targets: list[ast.expr] = []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Assign):
        targets = node.targets
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _find(body: list[ast.stmt], path: list[str]) -> ast.stmt | None:
    for node in body:
        if path[0] in _names(node):
            if len(path) == 1:
                return node
            return _find(node.body, path[1:]) if isinstance(node, ast.ClassDef) else None
    return None


def _anchors(module: str, prefix: str, body: list[ast.stmt]) -> list[Anchor]:
    found = []
    for node in body:
        for name in _names(node):
            if name.startswith("_") and not name.startswith("__"):
                continue
            if isinstance(node, Named):
                kind = "class" if isinstance(node, ast.ClassDef) else "function"
                summary = (ast.get_docstring(node, clean=False) or "").strip().partition("\n")[0].rstrip()
            else:
                kind, summary = "attribute" if prefix else "constant", ""
            found.append(Anchor(name=f"{module}:{prefix}{name}", kind=kind, summary=summary))
        if isinstance(node, ast.ClassDef):
            found += _anchors(module, f"{prefix}{node.name}.", node.body)
    return found


def _lines(lines: list[str], node: ast.stmt) -> tuple[int, list[str]]:
    """The node's lines with the comments directly above it; a long docstring is shortened to its first line."""
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    margin = " " * node.col_offset
    while first > 1 and lines[first - 2].startswith(margin + "#"):
        first -= 1
    last = node.end_lineno or node.lineno
    taken = lines[first - 1 : last]
    if isinstance(node, Named) and isinstance(node.body[0], ast.Expr):
        docstring = node.body[0]
        start, end = docstring.lineno, docstring.end_lineno or docstring.lineno
        if ast.get_docstring(node, clean=False) is not None and end > start:
            opening = lines[start - 1].rstrip()
            taken = [*lines[first - 1 : start - 1], f'{opening}"""', *lines[end:last]]
    return first, taken


def _outline(shown: list[str], lines: list[str], node: ast.ClassDef) -> list[str]:
    """A class by what it has: how it begins, and the first line of each member. The head of a long one says nothing."""
    docstring = ast.get_docstring(node, clean=False) is not None
    members = node.body[1:] if docstring else node.body
    # The docstring has been shortened to its first line.
    head = next(number for number, line in enumerate(shown) if line.lstrip().startswith("class "))
    outlined = shown[: head + 1 + docstring]
    for member in members:
        text = lines[member.lineno - 1].rstrip()
        if (member.end_lineno or 0) > member.lineno:
            text += {"(": "…)", "[": "…]", "{": "…}"}.get(text[-1:], " …")
        elif len(text) > _WIDE and text.endswith(")"):
            text = f"{text.partition('(')[0]}(…)"
        outlined.append(text)
    return outlined


def _dedented(lines: list[str]) -> list[str]:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:].rstrip() for line in lines]


def _bounded(lines: list[str], limit: int) -> str:
    if len(lines) <= limit:
        return "\n".join(lines)
    kept = lines[: limit - 1]
    while kept and not kept[-1].strip():
        kept.pop()
    following = next((line for line in lines[limit - 1 :] if line.strip()), "")
    return "\n".join([*kept, " " * (len(following) - len(following.lstrip())) + "…"])
