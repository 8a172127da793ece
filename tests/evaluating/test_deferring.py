"""Trees that are let go: whoever asks for a function's body later gets what it was."""

from __future__ import annotations

import ast

from memory_tree import MemoryTree
from schema_lint.evaluating.deferring import DeferredAsyncFunction, DeferredFunction, Spot, identity, syntax
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import ModuleFinder
from schema_lint.evaluating.values import ClassValue, Constant, FunctionValue, Site

DEFERRED = (DeferredFunction, DeferredAsyncFunction)

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
    deferred = {name for name, function in functions.items() if isinstance(function, DEFERRED)}
    assert deferred == {"long", "let_go", "conditional"}
    for name, function in functions.items():
        assert ast.dump(function, include_attributes=True) == before[name]
        assert not isinstance(function, DEFERRED)


def test_what_a_function_has_not_is_not_parsed_for() -> None:
    module = ModuleFinder(MemoryTree({"app.py": SOURCE})).at("app.py")
    long = _functions(module.tree)["long"]
    module.release()
    assert not hasattr(long, "nothing") and identity(long) == identity(_functions(ast.parse(SOURCE))["long"])
    assert isinstance(long, DEFERRED)


def test_a_function_of_a_file_that_has_changed_does_nothing() -> None:
    files = {"app.py": SOURCE}
    module = ModuleFinder(MemoryTree(files)).at("app.py")
    long = _functions(module.tree)["long"]
    module.release()
    module._source = "x = 1\n"
    assert long.body == [] and long.args.args == []


def test_places_of_values_are_those_of_the_source() -> None:
    kept, released = (Interpreter(ModuleFinder(MemoryTree({"app.py": VALUES})), evaluated=then)
                      for then in (None, lambda module: module.release()))  # fmt: skip
    for interpreter in (kept, released):
        interpreter.load(interpreter.finder.at("app.py"))
    pairs = list(zip(_sites(kept), _sites(released), strict=True))
    assert len(pairs) == 8
    for one, other in pairs:
        assert one.place() == other.place() and one.text() == other.text()
        assert identity(one.node) == identity(other.node) and syntax(one.node) is syntax(other.node)
        assert one.module.comment(one.node) == other.module.comment(other.node)
        assert ast.dump(one.parsed(), include_attributes=True) == ast.dump(other.parsed(), include_attributes=True)
    assert sum(isinstance(other.node, Spot) for _, other in pairs) == 7


VALUES = '''
from library import make

# Why.
first = make(1, *[2], name="three", **{"four": 5})

class Model:
    """What it is."""

    second: "int | None" = make(  # How.
        first,
        [3],
    )
'''


def _sites(interpreter: Interpreter) -> list[Site]:
    module = interpreter.finder.at("app.py")
    (model,) = interpreter.classes(module)
    values = [*interpreter.calls(module), model, interpreter.calls(module)[1].arguments[1]]
    sites = [value.site for value in values] + [model.assigned_sites["second"], model.annotations["second"].site]
    assert model.module.docstring(model.node) == "What it is."
    written = [*interpreter.calls(module)[1].arguments]
    return [site for site in sites + [value.site for value in written] if site is not None]


def test_what_is_asked_of_a_module_stays_the_same() -> None:
    kept = ModuleFinder(MemoryTree({"app.py": SOURCE})).at("app.py")
    released = ModuleFinder(MemoryTree({"app.py": SOURCE})).at("app.py")
    assert released.tree.body
    released.release()
    assert released.released and not kept.released
    assert released.bound_names == kept.bound_names
    assert released.has_star and kept.has_star
    assert released.imports == kept.imports
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
