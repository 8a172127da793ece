"""The node of a syntax tree that an edit means, by its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeVar

import libcst as cst
import msgspec
from libcst.helpers import get_full_name_for_node
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

from schema_lint.checking.finding import Edit

N = TypeVar("N", bound=cst.CSTNode)
Position = tuple[int, int]
"""Line and column, as libcst counts them: from 1 and from 0."""

_SMALL = (cst.AnnAssign, cst.Assign, cst.Expr)
_BODIES = (cst.ClassDef, cst.FunctionDef)


class Misfit(Exception):  # noqa: N818 - not an error: the finding stays, and says what to do by hand
    """An edit does not fit the source; says why."""


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at a place."""

    node: cst.CSTNode
    call: cst.Call | None = None
    """The call that is there, or that the statement there assigns or annotates with."""

    statement: cst.AnnAssign | cst.Assign | cst.Expr | None = None


class Places:
    """The nodes of a module by where they begin."""

    def __init__(self, wrapper: MetadataWrapper) -> None:
        self._parents = wrapper.resolve(ParentNodeProvider)
        self._beginning: defaultdict[Position, list[tuple[Position, cst.CSTNode]]] = defaultdict(list)
        self._named: defaultdict[int, list[cst.CSTNode]] = defaultdict(list)
        """Classes and functions by the line of their name: their places may leave out decorators."""
        for node, span in wrapper.resolve(PositionProvider).items():
            start, end = (span.start.line, span.start.column), (span.end.line, span.end.column)
            self._beginning[start].append((end, node))
            parent = self._parents.get(node)
            if isinstance(parent, _BODIES) and parent.name is node:
                self._named[start[0]].append(parent)

    def locate(self, edit: Edit) -> Located:
        """What an edit is to change.

        Raises:
            Misfit: where nothing fits, or more than one thing.
        """
        place = edit.place
        # What contains another thing that begins there comes first.
        here = sorted(self._beginning[place.line, place.column - 1], key=lambda found: found[0], reverse=True)
        nodes = [node for _, node in here]
        if edit.intent in ("insert-statement", "append-statement", "append-function"):
            bodies = [*self._named[place.line], *(node for node in nodes if isinstance(node, _BODIES))]
            return Located(node=_only(list(dict.fromkeys(bodies)), edit))
        if edit.intent == "wrap-statement":
            lines = [node for node in nodes if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1]
            return Located(node=_only(lines, edit))
        if edit.intent == "remove-argument":
            call = _only(list(self._calls_with_argument(nodes, edit)), edit)
            return Located(node=call, call=call)
        end = (place.end_line, place.end_column - 1)
        whole = [
            node for stop, node in here if isinstance(node, cst.BaseExpression) and _ends(node, stop, place.line, end)
        ]
        if edit.intent == "replace-text":
            return Located(node=_only(whole[:1], edit))
        calls = [node for node in whole if isinstance(node, cst.Call)]
        if calls:
            return Located(node=calls[0], call=calls[0])
        statement = _only([node for node in nodes if isinstance(node, _SMALL)], edit)
        return Located(node=statement, statement=statement, call=_call_of(statement))

    def _calls_with_argument(self, nodes: list[cst.CSTNode], edit: Edit) -> Iterator[cst.Call]:
        """Calls of which an argument, or its value, is among the nodes."""
        for node in nodes:
            argument = node if isinstance(node, cst.Arg) else self._parents.get(node)
            if not isinstance(argument, cst.Arg) or (argument is not node and argument.value is not node):
                continue
            call = self._parents.get(argument)
            if argument.keyword is not None and argument.keyword.value == edit.name and isinstance(call, cst.Call):
                yield call


def _ends(node: cst.BaseExpression, stop: Position, line: int, end: Position) -> bool:
    """Whether an expression ends where its place does; the place of a call over several lines ends with its first."""
    return stop == end or (isinstance(node, cst.Call) and end[0] == line < stop[0])


def _only(found: list[N], edit: Edit) -> N:
    if len(found) != 1:
        raise Misfit(f"no one thing at line {edit.place.line} fits")
    return found[0]


def _call_of(statement: cst.AnnAssign | cst.Assign | cst.Expr) -> cst.Call | None:
    return statement.value if isinstance(statement.value, cst.Call) else None


def name_of(node: cst.BaseExpression | None) -> str:
    """Last part of a name: `Column` of `sa.Column`; nothing, where it is none."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def bound_names(module: cst.Module) -> dict[str, str]:
    """What the module's own statements bind, by name: the dotted name of what is imported, else where it is made."""
    found: dict[str, str] = {}
    for statement in module.body:
        if isinstance(statement, cst.ClassDef | cst.FunctionDef):
            found[statement.name.value] = f"defined in {statement.name.value}"
        elif isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                _bind(small, found)
    return found


def _bind(small: cst.BaseSmallStatement, found: dict[str, str]) -> None:
    if isinstance(small, cst.Import | cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
        package = ""
        if isinstance(small, cst.ImportFrom):
            module = get_full_name_for_node(small.module) if small.module is not None else None
            package = f"{'.' * len(small.relative)}{module or ''}."
        for alias in small.names:
            name = alias.evaluated_alias or alias.evaluated_name
            found[name] = package + alias.evaluated_name
    elif isinstance(small, cst.Assign):
        for target in small.targets:
            if isinstance(target.target, cst.Name):
                found[target.target.value] = "assigned"
    elif isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
        found[small.target.value] = "assigned"
