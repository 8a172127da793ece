"""Who begins the transaction that an `env.py` migrates in: itself, before Alembic gets the connection, or Alembic."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from schema_lint.facts.environments import Begun
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.constants import UNREAD, Constants
from schema_lint.readers.source.application.walking import FunctionNode, enclosing, nodes

_EXECUTES = frozenset({"execute", "exec_driver_sql", "scalar", "scalars"})
_ENDS = frozenset({"commit", "rollback", "close"})
_HARMLESS = frozenset({"in_transaction", "closed", "get_isolation_level", "detach"})
_DEPTH = 5
_MOST = 100
"""Calls that are looked into: each may have many callers."""

_State = Begun | Unknown | None


class Transactions:
    """The connections of a file, and what is done with each before Alembic gets it."""

    def __init__(self, module: ast.Module, path: str, constants: Constants) -> None:
        self._module = module
        self._path = path
        self._constants = constants
        self._calls = [node for node in nodes(module) if isinstance(node, ast.Call)]
        self._left = _MOST

    def before(self, call: ast.Call, connection: ast.expr) -> _State:
        """The transaction that is open on the connection when the call is made; `None` for none."""
        return self._before(call, connection, 0)

    def _before(self, call: ast.Call, connection: ast.expr, depth: int) -> _State:
        self._left -= 1
        if not isinstance(connection, ast.Name) or depth > _DEPTH or self._left < 0:
            return self._unknown("how the connection is made was not followed", call)
        function = enclosing(call, self._module)
        walk = _Walk(connection.id, call, self._path, self._constants)
        start: _State = None
        if function is not None and _is_parameter(function, connection.id):
            start = self._given(function, connection.id, depth)
        found = walk.through((function or self._module).body, start)
        return found if walk.arrived else self._unknown("how the connection is made was not followed", call)

    def _given(self, function: FunctionNode, parameter: str, depth: int) -> _State:
        """The state of the connection that callers hand to a function."""
        position = [argument.arg for argument in function.args.args].index(parameter)
        found: list[_State] = []
        for call in self._calls:
            handed = _handed(call, function.name, parameter, position)
            if handed is not None:
                found.append(self._before(call, handed, depth + 1))
        if not found:
            return self._unknown(f"nobody in this file calls {function.name}()", function)
        certain = [state for state in found if not isinstance(state, Begun)]
        return certain[0] if certain else found[0]

    def _unknown(self, why: str, node: ast.expr | ast.stmt) -> Unknown:
        return Unknown(why, SourcePlace(path=self._path, line=node.lineno, column=node.col_offset + 1))


def _is_parameter(function: FunctionNode, name: str) -> bool:
    return any(argument.arg == name for argument in function.args.args)


def _handed(call: ast.Call, name: str, parameter: str, position: int) -> ast.expr | None:
    """The connection that a call gives a function: `name(connection)`, `connection.run_sync(name)`."""
    function = call.func
    if isinstance(function, ast.Name) and function.id == name:
        for keyword in call.keywords:
            if keyword.arg == parameter:
                return keyword.value
        return call.args[position] if position < len(call.args) else None
    if isinstance(function, ast.Attribute) and function.attr == "run_sync" and call.args and position == 0:
        first = call.args[0]
        if isinstance(first, ast.Name) and first.id == name:
            return function.value
    return None


class _Walk:
    """What happens to one connection, statement by statement, up to a call."""

    def __init__(self, name: str, target: ast.Call, path: str, constants: Constants) -> None:
        self._name = name
        self._target = target
        self._path = path
        self._constants = constants
        self.arrived = False

    def through(self, body: list[ast.stmt], state: _State) -> _State:
        for statement in body:
            state = self._statement(statement, state)
            if self.arrived:
                break
        return state

    def _statement(self, statement: ast.stmt, state: _State) -> _State:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return state
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            return self._with(statement, state)
        if isinstance(statement, ast.If):
            return self._branch(statement, self._expression(statement.test, state))
        if isinstance(statement, ast.Try):
            state = self.through(statement.body, state)
            handlers = [each for handler in statement.handlers for each in handler.body]
            inside = [handlers] if _holds(handlers, self._target) else []
            for rest in (statement.orelse, *inside, statement.finalbody):
                state = self.through(rest, state) if not self.arrived else state
            return state
        if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
            begun = self.through(statement.body, state)
            return begun if self.arrived or _same(begun, state) else self._maybe(statement)
        return self._expression(statement, state)

    def _with(self, statement: ast.With | ast.AsyncWith, state: _State) -> _State:
        for item in statement.items:
            state = self._entered(item, state)
        if self.arrived:
            return state
        state = self.through(statement.body, state)
        if not self.arrived and any(self._begins(item.context_expr) for item in statement.items):
            return None
        return state

    def _begins(self, value: ast.expr) -> bool:
        """Whether it is a transaction of this connection, which ends with the block."""
        function = value.func if isinstance(value, ast.Call) else value
        return (
            isinstance(function, ast.Attribute) and function.attr == "begin" and _is_named(function.value, self._name)
        )

    def _branch(self, statement: ast.If, state: _State) -> _State:
        decided = self._constants.of(statement.test)
        if decided is not UNREAD and not _holds([*statement.body, *statement.orelse], self._target):
            return self.through(statement.body if decided else statement.orelse, state)
        taken = self.through(statement.body, state)
        if self.arrived or _leaves(statement.orelse):
            return taken
        other = self.through(statement.orelse, state)
        if self.arrived or _leaves(statement.body) or _same(taken, other):
            return other
        if _asks_for_transaction(statement.test, self._name) and taken is None:
            # `if connection.in_transaction(): connection.commit()`
            return None
        return self._maybe(statement)

    def _entered(self, item: ast.withitem, state: _State) -> _State:
        """`with engine.begin() as connection`, `with connection.begin()`."""
        value = item.context_expr
        named = isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == self._name
        if not named:
            return self._expression(value, state)
        call = value.value if isinstance(value, ast.Await) else value
        method = call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
        if method == "begin":
            return self._begun(value)
        return None if method == "connect" else self._maybe(item.context_expr)

    def _expression(self, node: ast.AST, state: _State) -> _State:
        for inner in _in_order(node):
            if inner is self._target:
                self.arrived = True
                return state
            if isinstance(inner, ast.Call):
                state = self._call(inner, state)
            elif isinstance(inner, ast.Assign) and any(_is_named(each, self._name) for each in inner.targets):
                state = self._assigned(inner.value, state)
        return state

    def _assigned(self, value: ast.expr, state: _State) -> _State:
        call = value.value if isinstance(value, ast.Await) else value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "connect":
            return None
        return self._maybe(value)

    def _call(self, call: ast.Call, state: _State) -> _State:
        function = call.func
        if isinstance(function, ast.Attribute) and _is_named(function.value, self._name):
            if function.attr in _EXECUTES:
                return state if state is not None else self._begun(call)
            if function.attr in ("begin", "begin_nested"):
                return self._begun(call)
            if function.attr in _ENDS:
                return None
            return state if function.attr in _HARMLESS else self._maybe(call)
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if any(_is_named(value, self._name) for value in given):
            return self._maybe(call)
        return state

    def _begun(self, node: ast.expr) -> Begun:
        call = node.value if isinstance(node, ast.Await) else node
        assert isinstance(call, ast.Call)
        place = SourcePlace(path=self._path, line=node.lineno, column=node.col_offset + 1)
        return Begun(by=f"{ast.unparse(call.func)}()", place=place)

    def _maybe(self, node: ast.expr | ast.stmt) -> Unknown:
        place = SourcePlace(path=self._path, line=node.lineno, column=node.col_offset + 1)
        return Unknown("whether a transaction is open here depends on what is computed", place)


def _holds(body: list[ast.stmt], call: ast.Call) -> bool:
    """Whether a call stands in a block, by its lines."""
    return bool(body) and body[0].lineno <= call.lineno <= (body[-1].end_lineno or body[-1].lineno)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what it holds, inner ones first; not what other functions do."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from _in_order(child)
    yield node


def _is_named(value: ast.expr, name: str) -> bool:
    return isinstance(value, ast.Name) and value.id == name


def _same(one: _State, other: _State) -> bool:
    return one is other or (isinstance(one, Begun) and isinstance(other, Begun))


def _leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise))


def _asks_for_transaction(test: ast.expr, name: str) -> bool:
    return (
        isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.func.attr == "in_transaction"
        and _is_named(test.func.value, name)
    )  # fmt: skip
