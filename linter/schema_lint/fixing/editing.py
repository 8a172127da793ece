"""Edits of one file, carried out on its concrete syntax tree: whatever they do not name stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor
from libcst.metadata import MetadataWrapper

from schema_lint.checking.finding import Edit
from schema_lint.fixing import bodies, calls
from schema_lint.fixing.locating import Located, Misfit, Places, bound_names

__all__ = ["Misfit", "edited"]

Change = Callable[[cst.CSTNode], Any]
"""Gives a node, or several in its place."""

N = TypeVar("N", bound=cst.CSTNode)


def edited(source: bytes, edits: Sequence[Edit]) -> bytes:
    """The source with the edits made. Encoding and line ends stay; modules that new code needs are imported.

    Raises:
        Misfit: where an edit does not fit the source, or the source cannot be parsed.
    """
    try:
        module = cst.parse_module(source)
    except (cst.ParserSyntaxError, UnicodeDecodeError, LookupError, RecursionError):
        raise Misfit("the file cannot be parsed") from None
    if module.bytes != source:
        raise Misfit("the file cannot be written as it is")
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    places = Places(wrapper)
    changes: dict[cst.CSTNode, list[Change]] = {}
    imports: list[str] = []
    for edit in edits:
        found = places.locate(edit)
        imports += calls.imports_of(found, edit)
        node, change = _change(found, edit)
        changes.setdefault(node, []).append(change)
    return _with_imports(wrapper.module.visit(_Changing(changes)), imports).bytes


def _change(found: Located, edit: Edit) -> tuple[cst.CSTNode, Change]:
    """The node that an edit changes, and how."""
    value = edit.value or ""
    if edit.intent == "set-argument":
        return calls.setting(found, edit.name or "", value)
    if edit.intent == "remove-argument":
        return calls.removing(found, edit.name or "")
    if edit.intent == "set-annotation":
        return calls.annotating(found, value)
    if edit.intent == "set-value":
        return calls.assigning(found, value)
    if edit.intent == "replace-text":
        return found.node, lambda node: calls.replacing(node, value)
    if edit.intent == "insert-statement":
        return found.node, lambda node: bodies.begun_with(node, value)
    if edit.intent == "append-statement":
        return found.node, lambda node: bodies.ended_with(node, value)
    if edit.intent == "append-function":
        return found.node, lambda node: bodies.followed_by(node, edit.name or "", value)
    if edit.intent == "wrap-statement":
        return found.node, lambda node: bodies.wrapped(node, value)
    raise Misfit(f"nobody knows how to {edit.intent}")


class _Changing(cst.CSTTransformer):
    def __init__(self, changes: dict[cst.CSTNode, list[Change]]) -> None:
        super().__init__()
        self._changes = changes

    def on_leave(  # type: ignore[override]
        self, original_node: N, updated_node: cst.CSTNode
    ) -> cst.CSTNode | cst.RemovalSentinel:
        for change in self._changes.get(original_node, ()):
            updated_node = change(updated_node)
        return updated_node


def _with_imports(module: cst.Module, imports: Sequence[str]) -> cst.Module:
    """The module with imports of the dotted names, as far as they are not bound: `sqlalchemy.DateTime`, `uuid.uuid4`.

    Raises:
        Misfit: where a name means something else there.
    """
    context = CodemodContext()
    needed = False
    names = bound_names(module) if imports else {}
    for dotted in imports:
        package, _, name = dotted.rpartition(".")
        bound = names.get(name)
        if bound == dotted:
            continue
        if bound is not None:
            raise Misfit(f"{name} is {bound} there, not {dotted}")
        AddImportsVisitor.add_needed_import(context, package or name, name if package else None)
        needed = True
    return AddImportsVisitor(context).transform_module(module) if needed else module
