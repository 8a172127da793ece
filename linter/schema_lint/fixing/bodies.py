"""Edits of the statements of a class or function."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from schema_lint.fixing.locating import Misfit


def begun_with(node: cst.CSTNode, text: str) -> cst.CSTNode:
    """A class or function with statements before all others but its docstring."""
    body = _block(node)
    rest = _without_pass(body.body)
    first = 1 if rest and _is_docstring(rest[0]) else 0
    return node.with_changes(body=body.with_changes(body=[*rest[:first], *_statements(text), *rest[first:]]))


def ended_with(node: cst.CSTNode, text: str) -> cst.CSTNode:
    """A class or function with statements after all others."""
    body = _block(node)
    return node.with_changes(body=body.with_changes(body=[*_without_pass(body.body), *_statements(text)]))


def followed_by(node: cst.CSTNode, name: str, text: str) -> cst.FlattenSentinel[cst.BaseStatement]:
    """A function of the module, and another after it that takes and returns the same.

    Raises:
        Misfit: where it is none, or not a plain one.
    """
    if not isinstance(node, cst.FunctionDef) or node.asynchronous is not None:
        raise Misfit("there is no function to follow")
    lines = [cst.EmptyLine(indent=False)] * 2
    body = cst.IndentedBlock(body=_statements(text))
    made = cst.FunctionDef(
        name=cst.Name(name), params=node.params, returns=node.returns, body=body, leading_lines=lines
    )
    return cst.FlattenSentinel([node, made])


def wrapped(node: cst.CSTNode, text: str) -> cst.CSTNode:
    """A statement as the body of another: `with op.get_context().autocommit_block():`.

    Raises:
        Misfit: where that takes no body.
    """
    assert isinstance(node, cst.SimpleStatementLine)
    (outer,) = _statements(f"{text}\n    pass\n")
    if not isinstance(outer, cst.With):
        raise Misfit(f"{text} takes no statement")
    inner = node.with_changes(leading_lines=[])
    return outer.with_changes(leading_lines=node.leading_lines, body=outer.body.with_changes(body=[inner]))


def _block(node: cst.CSTNode) -> cst.IndentedBlock:
    assert isinstance(node, cst.ClassDef | cst.FunctionDef)
    if isinstance(node.body, cst.IndentedBlock):
        return node.body
    assert isinstance(node.body, cst.SimpleStatementSuite)
    return cst.IndentedBlock(body=[cst.SimpleStatementLine(body=node.body.body)])


def _statements(text: str) -> Sequence[cst.BaseStatement]:
    try:
        body = cst.parse_module(text).body
    except cst.ParserSyntaxError:
        raise Misfit(f"{text} is no statement") from None
    return [statement for statement in body if isinstance(statement, cst.BaseStatement)]


def _without_pass(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    return [statement for statement in body if not _is_pass(statement)]


def _is_pass(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(isinstance(s, cst.Pass) for s in statement.body)


def _is_docstring(statement: cst.BaseStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Expr):
        return False
    return isinstance(statement.body[0].value, cst.SimpleString | cst.ConcatenatedString)
