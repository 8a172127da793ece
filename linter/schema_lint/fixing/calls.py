"""Edits of calls and of what is assigned."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from schema_lint.checking.finding import Edit
from schema_lint.fixing.locating import Located, Misfit, name_of

Change = Callable[[cst.CSTNode], cst.CSTNode]

_DECLARING = frozenset({"Field", "Column", "mapped_column", "relationship", "Relationship"})
"""Functions that take what a column or a relationship is to be."""

_PLAIN = cst.AssignEqual(whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace(""))


def expression(text: str) -> cst.BaseExpression:
    """Code as an expression.

    Raises:
        Misfit: where it is none.
    """
    try:
        return cst.parse_expression(text)
    except cst.ParserSyntaxError:
        raise Misfit(f"{text} is no expression") from None


def setting(found: Located, name: str, text: str) -> tuple[cst.CSTNode, Change]:
    """Give a call an argument, in the place of what it has of that name."""
    call = found.call
    if call is None:
        return _calling(found, name, text)
    if found.statement is not None and name_of(call.func) not in _DECLARING:
        raise Misfit(f"what is assigned is made by {name_of(call.func) or 'something else'}")
    if any(arg.star == "**" for arg in call.args) and not _has(call, name):
        raise Misfit(f"the call takes more arguments by **, which may be {name}")
    value = expression(text)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        return _with_argument(node, name, value)

    return call, change


def _has(call: cst.Call, name: str) -> bool:
    return any(arg.keyword is not None and arg.keyword.value == name for arg in call.args)


def _with_argument(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
    arguments = list(call.args)
    for number, argument in enumerate(arguments):
        if argument.keyword is not None and argument.keyword.value == name:
            arguments[number] = argument.with_changes(value=value)
            return call.with_changes(args=arguments)
    added = cst.Arg(keyword=cst.Name(name), value=value, equal=_PLAIN)
    if arguments:
        arguments[-1], added = _joined(arguments[-1], added, _break(call))
    return call.with_changes(args=[*arguments, added])


def _break(call: cst.Call) -> cst.BaseParenthesizableWhitespace:
    """What parts one argument from the next."""
    before = call.args[-2].comma if call.args[1:] else None
    if isinstance(before, cst.Comma):
        return before.whitespace_after
    first = call.whitespace_before_args
    return first if isinstance(first, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace(" ")


def _joined(last: cst.Arg, added: cst.Arg, between: cst.BaseParenthesizableWhitespace) -> tuple[cst.Arg, cst.Arg]:
    """The last argument and one more behind it; a comment on the last one's line stays there."""
    comma = last.comma if isinstance(last.comma, cst.Comma) else None
    tail = comma.whitespace_after if comma is not None else last.whitespace_after_arg
    if isinstance(between, cst.ParenthesizedWhitespace):
        line = tail.first_line if isinstance(tail, cst.ParenthesizedWhitespace) else cst.TrailingWhitespace()
        between = between.with_changes(first_line=line, empty_lines=())
        if isinstance(tail, cst.ParenthesizedWhitespace):
            tail = tail.with_changes(first_line=cst.TrailingWhitespace(newline=line.newline))
    if comma is not None:
        added = added.with_changes(comma=comma.with_changes(whitespace_after=tail))
    else:
        added = added.with_changes(whitespace_after_arg=tail)
    comma = (comma or cst.Comma()).with_changes(whitespace_after=between)
    return last.with_changes(comma=comma, whitespace_after_arg=cst.SimpleWhitespace("")), added


_IMPORTED = {"mapped_column": "sqlalchemy.orm.mapped_column", "Field": "sqlmodel.Field"}


def imports_of(found: Located, edit: Edit) -> tuple[str, ...]:
    """Dotted names that the code which an edit makes needs."""
    makes_call = edit.intent == "set-argument" and found.call is None
    return (*edit.imports, _IMPORTED[_function(found)]) if makes_call else edit.imports


def _function(found: Located) -> str:
    """What makes the column of a bare annotation."""
    annotation = found.statement.annotation.annotation if isinstance(found.statement, cst.AnnAssign) else None
    mapped = isinstance(annotation, cst.Subscript) and name_of(annotation.value) == "Mapped"
    return "mapped_column" if mapped else "Field"


def _calling(found: Located, name: str, text: str) -> tuple[cst.CSTNode, Change]:
    """Let a bare annotation make its column by a call that takes the argument."""
    statement = found.statement
    if not isinstance(statement, cst.AnnAssign):
        raise Misfit("nothing there is a call")
    function = _function(found)
    if function == "mapped_column" and statement.value is not None:
        raise Misfit("what is assigned is not a call")
    expression(text)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.AnnAssign)
        default = f"default={cst.Module([]).code_for_node(node.value)}, " if node.value is not None else ""
        return _assigned(node, expression(f"{function}({default}{name}={text})"))

    return statement, change


def removing(found: Located, name: str) -> tuple[cst.CSTNode, Change]:
    """Take an argument from a call."""
    assert found.call is not None

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.Call)
        kept = [arg for arg in node.args if arg.keyword is None or arg.keyword.value != name]
        if kept and len(kept) < len(node.args) and kept[-1] is not node.args[-1]:
            kept[-1] = kept[-1].with_changes(comma=node.args[-1].comma)
        return node.with_changes(args=kept)

    return found.call, change


def annotating(found: Located, text: str) -> tuple[cst.CSTNode, Change]:
    """Give an attribute another annotation."""
    if not isinstance(found.statement, cst.AnnAssign):
        raise Misfit("nothing is annotated there")
    value = expression(text)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.AnnAssign)
        return node.with_changes(annotation=node.annotation.with_changes(annotation=value))

    return found.statement, change


def assigning(found: Located, text: str) -> tuple[cst.CSTNode, Change]:
    """Assign to an attribute that is only annotated."""
    if not isinstance(found.statement, cst.AnnAssign) or found.statement.value is not None:
        raise Misfit("something is assigned there already")
    value = expression(text)

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.AnnAssign)
        return _assigned(node, value)

    return found.statement, change


def _assigned(node: cst.AnnAssign, value: cst.BaseExpression) -> cst.AnnAssign:
    space = cst.SimpleWhitespace(" ")
    equal = node.equal if isinstance(node.equal, cst.AssignEqual) else cst.AssignEqual(space, space)
    return node.with_changes(value=value, equal=equal)


def replacing(node: cst.CSTNode, text: str) -> cst.CSTNode:
    """Another expression in the place of one; brackets around it stay."""
    value = expression(text)
    if isinstance(node, cst.BaseExpression) and node.lpar and not value.lpar:
        return value.with_changes(lpar=node.lpar, rpar=node.rpar)
    return value
