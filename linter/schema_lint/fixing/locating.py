"""The node of a syntax tree that an edit means, by its place."""

from __future__ import annotations

from typing import TypeVar

import libcst as cst
import msgspec
from libcst.metadata import CodeRange, MetadataWrapper, ParentNodeProvider, PositionProvider

from schema_lint.checking.finding import Edit

N = TypeVar("N", bound=cst.CSTNode)
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


def locate(wrapper: MetadataWrapper, edit: Edit) -> Located:
    """What an edit is to change.

    Raises:
        Misfit: where nothing fits, or more than one thing.
    """
    finder = _Finder(edit)
    wrapper.visit(finder)
    if edit.intent in ("insert-statement", "append-statement"):
        return Located(node=_only(finder.bodies, edit))
    if edit.intent == "wrap-statement":
        return Located(node=_only(finder.lines, edit))
    if edit.intent == "replace-text":
        return Located(node=_only(finder.exact[:1], edit))
    if edit.intent == "remove-argument":
        call = _only(finder.argued, edit)
        return Located(node=call, call=call)
    if finder.calls:
        return Located(node=finder.calls[0], call=finder.calls[0])
    statement = _only(finder.statements, edit)
    return Located(node=statement, statement=statement, call=_call_of(statement))


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    def __init__(self, edit: Edit) -> None:
        super().__init__()
        place = edit.place
        self._edit = edit
        self._start = (place.line, place.column - 1)
        self._end = (place.end_line, place.end_column - 1)
        self.bodies: list[cst.ClassDef | cst.FunctionDef] = []
        self.lines: list[cst.SimpleStatementLine] = []
        self.exact: list[cst.BaseExpression] = []
        self.calls: list[cst.Call] = []
        self.argued: list[cst.Call] = []
        self.statements: list[cst.AnnAssign | cst.Assign | cst.Expr] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        span = self.get_metadata(PositionProvider, node, None)
        if not isinstance(span, CodeRange):
            return True
        start, end = (span.start.line, span.start.column), (span.end.line, span.end.column)
        if end < self._start or (self._end[0] and start > self._end):
            return False
        # The place of what spans several lines ends with its first.
        cut = self._end[0] == self._start[0] < end[0]
        whole = start == self._start and (end == self._end or (cut and isinstance(node, cst.Call)))
        if isinstance(node, _BODIES) and self._begins(node, start):
            self.bodies.append(node)
        elif isinstance(node, cst.SimpleStatementLine) and start == self._start and len(node.body) == 1:
            self.lines.append(node)
        elif isinstance(node, _SMALL) and start == self._start:
            self.statements.append(node)
        elif isinstance(node, cst.BaseExpression) and whole:
            self.exact.append(node)
            if isinstance(node, cst.Call):
                self.calls.append(node)
        elif isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == self._edit.name:
            value = self.get_metadata(PositionProvider, node.value, None)
            at_value = isinstance(value, CodeRange) and (value.start.line, value.start.column) == self._start
            parent = self.get_metadata(ParentNodeProvider, node, None)
            if (start == self._start or at_value) and isinstance(parent, cst.Call):
                self.argued.append(parent)
        return True

    def _begins(self, node: cst.ClassDef | cst.FunctionDef, start: tuple[int, int]) -> bool:
        """The place of a class or function is where it begins: with its decorators or without them."""
        name = self.get_metadata(PositionProvider, node.name, None)
        return start == self._start or (isinstance(name, CodeRange) and name.start.line == self._start[0])


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
            package = "." * len(small.relative) + _dotted(small.module) + "."
        for alias in small.names:
            name = alias.evaluated_alias or alias.evaluated_name
            found[name] = package + alias.evaluated_name
    elif isinstance(small, cst.Assign):
        for target in small.targets:
            if isinstance(target.target, cst.Name):
                found[target.target.value] = "assigned"
    elif isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
        found[small.target.value] = "assigned"


def _dotted(node: cst.BaseExpression | None) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
