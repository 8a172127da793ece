"""What the `include_object` and `include_name` of an `env.py` leave out of comparisons, read without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from schema_lint.readers.migrations.constants import UNREAD, Constants
from schema_lint.readers.migrations.environments import read_environment
from schema_lint.readers.source.application.walking import nodes

_OF_OBJECT = ("object", "name", "type_", "reflected", "compare_to")
_OF_NAME = ("name", "type_", "parent_names")
_DEPTH = 40
_STATEMENTS = 2_000
_ON_TEXT = frozenset({"startswith", "endswith", "lower", "upper", "casefold", "strip"})


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Something that Alembic would compare."""

    kind: str
    """Alembic's name of it: `table`, `column`, `index`, `unique_constraint`, `foreign_key_constraint` …"""

    name: str | None
    """`None` where it is not known."""

    table: str
    schema: str | None = None
    """Of the table; `None` for the default one."""

    in_models: bool = True
    in_database: bool = True


class Filters:
    """The functions of one `env.py` that leave things out."""

    def __init__(self, source: str) -> None:
        self._objects: list[ast.FunctionDef] = []
        self._names: list[ast.FunctionDef] = []
        configurations = [c for c in read_environment("env.py", source).configurations if not c.offline]
        try:
            constants = Constants(nodes(ast.parse(source)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        self._constants = constants
        for field, found in (("include_object", self._objects), ("include_name", self._names)):
            named = {each for configuration in configurations if isinstance(each := getattr(configuration, field), str)}
            # What one way to run it compares, and another does not, is compared.
            everywhere = all(isinstance(getattr(configuration, field), str) for configuration in configurations)
            function = constants.function(named.pop()) if len(named) == 1 and everywhere else None
            found += [function] if function is not None else []

    def __bool__(self) -> bool:
        return bool(self._objects or self._names)

    def leave_out(self, thing: Compared) -> bool:
        """Whether it is surely left out, by itself or with its table."""
        if thing.kind != "table" and self._is_left_out(
            Compared(kind="table", name=thing.table, table=thing.table, schema=thing.schema)
        ):
            return True
        return self._is_left_out(thing)

    def _is_left_out(self, thing: Compared) -> bool:
        return any(self._answer(f, _OF_OBJECT, _object(thing)) is False for f in self._objects) or any(
            self._answer(f, _OF_NAME, given) is False for f in self._names for given in _name(thing)
        )

    def _answer(self, function: ast.FunctionDef, roles: tuple[str, ...], given: Mapping[str, Any]) -> bool | None:
        """What the function says; `None` where that is not known."""
        parameters = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        names = {parameter: given[role] for parameter, role in zip(parameters, roles, strict=False)}
        try:
            found = _Evaluation(names, self._constants).run(function.body)
        except (RecursionError, ArithmeticError, TypeError, ValueError):
            return None
        return None if found is UNREAD else bool(found is not _NO_RETURN and found)


class _Thing:
    """The schema item that a function is given."""

    def __init__(self, thing: Compared) -> None:
        self.thing = thing


_NO_RETURN: Any = object()


def _object(thing: Compared) -> dict[str, Any]:
    reflected = not thing.in_models
    both = thing.in_models and thing.in_database
    return {
        "object": _Thing(thing),
        "name": thing.name if thing.name is not None else UNREAD,
        "type_": thing.kind,
        "reflected": reflected,
        "compare_to": _Thing(thing) if both else None,
    }


def _name(thing: Compared) -> Iterator[dict[str, Any]]:
    """What a function is asked of the names that a database has."""
    if not thing.in_database:
        return
    if thing.kind == "table":
        yield {"name": thing.schema, "type_": "schema", "parent_names": {}}
    qualified = f"{thing.schema}.{thing.table}" if thing.schema else thing.table
    parents = {"schema_name": thing.schema, "table_name": thing.table, "schema_qualified_table_name": qualified}
    yield {"name": thing.name if thing.name is not None else UNREAD, "type_": thing.kind, "parent_names": parents}


class _Evaluation:
    """One call, evaluated as far as it depends on what is known. What does not is `UNREAD`."""

    def __init__(self, names: dict[str, Any], constants: Constants) -> None:
        self._names = names
        self._constants = constants
        self._left = _STATEMENTS

    def run(self, body: list[ast.stmt], depth: int = 0) -> Any:
        """What a block returns: `_NO_RETURN` where it goes on after it."""
        for at, statement in enumerate(body):
            self._left -= 1
            if self._left < 0 or depth > _DEPTH:
                return UNREAD
            if isinstance(statement, ast.Return):
                return self._value(statement.value) if statement.value is not None else None
            if isinstance(statement, ast.If):
                found = self._branch(statement, body[at + 1 :], depth)
                if found is not _NO_RETURN:
                    return found
            elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target = statement.targets[0]
                if not isinstance(target, ast.Name):
                    return UNREAD
                self._names[target.id] = self._value(statement.value)
            elif not (isinstance(statement, ast.Pass) or _is_remark(statement)):
                return UNREAD
        return _NO_RETURN

    def _branch(self, statement: ast.If, rest: list[ast.stmt], depth: int) -> Any:
        test = self._value(statement.test)
        if test is not UNREAD:
            return self.run(statement.body if test else statement.orelse, depth + 1)
        before = dict(self._names)
        one = self.run([*statement.body, *rest], depth + 1)
        self._names = before
        other = self.run([*statement.orelse, *rest], depth + 1)
        return one if one is other or (UNREAD not in (one, other) and one == other) else UNREAD

    def _value(self, node: ast.expr, depth: int = 0) -> Any:
        if depth > _DEPTH:
            return UNREAD
        if isinstance(node, ast.Name):
            return self._names[node.id] if node.id in self._names else self._constants.of(node)
        if isinstance(node, ast.BoolOp):
            return self._combined(node, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self._value(node.operand, depth + 1)
            return UNREAD if inner is UNREAD else not inner
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._compared(node, depth)
        if isinstance(node, ast.IfExp):
            test = self._value(node.test, depth + 1)
            return UNREAD if test is UNREAD else self._value(node.body if test else node.orelse, depth + 1)
        if isinstance(node, ast.Attribute):
            return _attribute(self._value(node.value, depth + 1), node.attr)
        if isinstance(node, ast.Subscript):
            owner, key = self._value(node.value, depth + 1), self._value(node.slice, depth + 1)
            return owner.get(key, UNREAD) if isinstance(owner, dict) and isinstance(key, str) else UNREAD
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        return self._constants.of(node)

    def _combined(self, node: ast.BoolOp, depth: int) -> Any:
        """`and` and `or`: one operand may decide, whatever the others are."""
        deciding = isinstance(node.op, ast.Or)
        found: Any = not deciding
        unread = False
        for operand in node.values:
            value = self._value(operand, depth + 1)
            if value is UNREAD:
                unread = True
            elif bool(value) is deciding:
                return deciding if unread else value
            else:
                found = value
        return UNREAD if unread else found

    def _compared(self, node: ast.Compare, depth: int) -> Any:
        operator, right = node.ops[0], node.comparators[0]
        one = self._value(node.left, depth + 1)
        if isinstance(operator, (ast.In, ast.NotIn)) and _is_tables_of_metadata(right):
            return self._is_in_models(one, within=isinstance(operator, ast.In))
        other = self._value(right, depth + 1)
        if isinstance(operator, (ast.Is, ast.IsNot)) and (one is None or other is None):
            known = other if one is None else one
            return UNREAD if known is UNREAD else (known is None) == isinstance(operator, ast.Is)
        if UNREAD in (one, other) or isinstance(one, _Thing) or isinstance(other, _Thing):
            return self._constants.of(node)
        if isinstance(operator, ast.Eq):
            return one == other
        if isinstance(operator, ast.NotEq):
            return one != other
        if isinstance(operator, (ast.In, ast.NotIn)) and isinstance(other, (tuple, str, dict)):
            return (one in other) == isinstance(operator, ast.In)
        return UNREAD

    def _is_in_models(self, name: Any, *, within: bool) -> Any:
        """`name in target_metadata.tables`."""
        kind, reflected = self._names.get("type_"), self._names.get("reflected")
        if kind != "table" or not isinstance(name, str) or not isinstance(reflected, bool):
            return UNREAD
        return (not reflected) == within

    def _called(self, node: ast.Call, depth: int) -> Any:
        function, given = node.func, [self._value(argument, depth + 1) for argument in node.args]
        if node.keywords or UNREAD in given:
            return UNREAD
        if isinstance(function, ast.Name) and function.id == "getattr" and len(given) in (2, 3):
            return _attribute(given[0], str(given[1]))
        if not isinstance(function, ast.Attribute):
            return self._constants.of(node)
        owner = self._value(function.value, depth + 1)
        if isinstance(owner, dict) and function.attr == "get" and given:
            return owner.get(given[0], None)
        if isinstance(owner, str) and function.attr in _ON_TEXT:
            return getattr(owner, function.attr)(*given)
        return UNREAD


def _is_remark(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_tables_of_metadata(node: ast.expr) -> bool:
    """`target_metadata.tables`, `.tables.keys()`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "keys":
        node = node.func.value
    return isinstance(node, ast.Attribute) and node.attr == "tables"


def _attribute(owner: Any, name: str) -> Any:
    if not isinstance(owner, _Thing):
        return UNREAD
    thing = owner.thing
    if thing.kind == "table":
        known = {"name": thing.name if thing.name is not None else UNREAD, "schema": thing.schema}
        return known.get(name, UNREAD)
    if name == "table":
        return _Thing(Compared(kind="table", name=thing.table, table=thing.table, schema=thing.schema))
    return thing.name if name == "name" and thing.name is not None else UNREAD
