"""Trees that are let go: whoever asks for a function's body later gets what it was."""

from __future__ import annotations

import ast

from memory_tree import MemoryTree
from schema_lint.evaluating.deferring import DeferredBody, identity
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import ModuleFinder
from schema_lint.evaluating.values import ClassValue, Constant, FunctionValue

SOURCE = '''
from os import path
from helpers import *

def long(first):
    """What it is for."""
    second = first
    if second:
        def inner():
            return 3
        return second
    return 2

class Model:
    @declared_attr
    def kept(cls):
        first = 1
        second = 2
        return second

    def let_go(self):
        first = 1
        second = 2
        return second

if path:
    async def conditional():
        await one()
        await two()
        await three()
'''


def _functions(tree: ast.Module) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_released_bodies_are_those_of_the_source() -> None:
    module = ModuleFinder(MemoryTree({"app.py": SOURCE})).at("app.py")
    tree = module.tree
    functions = _functions(tree)
    before = {name: ast.dump(function, include_attributes=True) for name, function in functions.items()}
    module.release()
    deferred = {name for name, function in functions.items() if isinstance(function.body, DeferredBody)}
    assert deferred == {"long", "let_go", "conditional"}
    for name, function in functions.items():
        assert [ast.dump(node, include_attributes=True) for node in function.body] == [
            ast.dump(node, include_attributes=True) for node in _functions(ast.parse(SOURCE))[name].body
        ]
        assert len(function.body) == len([*function.body]) == len(list(reversed(function.body)))
        assert ast.dump(function, include_attributes=True) == before[name]


def test_what_is_asked_of_a_module_stays_the_same() -> None:
    kept = ModuleFinder(MemoryTree({"app.py": SOURCE})).at("app.py")
    released = ModuleFinder(MemoryTree({"app.py": SOURCE})).at("app.py")
    assert released.tree.body
    released.release()
    assert released.released and not kept.released
    assert released.bound_names == kept.bound_names
    assert released.has_star and kept.has_star
    assert [(identity(node), names) for node, names in released.imports] == [
        (identity(node), names) for node, names in kept.imports
    ]
    assert ast.dump(released.tree, include_attributes=True) == ast.dump(kept.tree, include_attributes=True)
    assert released.docstring() == kept.docstring()


def test_functions_of_released_modules_can_be_called() -> None:
    finder = ModuleFinder(MemoryTree({"app.py": SOURCE}))
    interpreter = Interpreter(finder, evaluated=lambda module: module.release(), strict=True)
    module = finder.at("app.py")
    interpreter.load(module)
    assert module.released
    function = interpreter.resolve(module, "long")
    assert isinstance(function, FunctionValue)
    result = interpreter.call(function, [Constant("given")], {})
    assert isinstance(result, Constant) and result.value == "given"
    model = interpreter.resolve(module, "Model")
    assert isinstance(model, ClassValue)
    result = interpreter.call(interpreter.attribute(model, "let_go"), [Constant(None)], {})
    assert isinstance(result, Constant) and result.value == 2


def test_a_file_that_does_not_parse_stays_unread() -> None:
    module = ModuleFinder(MemoryTree({"app.py": "def broken(:\n    pass\n"})).at("app.py")
    assert module.tree.body == []
    module.release()
    assert module.error is not None and module.tree.body == []
