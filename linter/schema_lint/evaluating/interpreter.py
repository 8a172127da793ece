"""The interpreter: what is being evaluated, what it may cost, and what was seen."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable

from schema_lint.evaluating import attributes, calls, deciding, statements
from schema_lint.evaluating.annotations import evaluate_annotation, evaluate_text
from schema_lint.evaluating.compound import COMPOUND
from schema_lint.evaluating.control import HANDLERS
from schema_lint.evaluating.exploring import explore, yields
from schema_lint.evaluating.expressions import BudgetExceeded, evaluate, look_up
from schema_lint.evaluating.guarding import run_module
from schema_lint.evaluating.limits import Limits
from schema_lint.evaluating.modules import Module, ModuleFinder
from schema_lint.evaluating.natives import operators
from schema_lint.evaluating.records import Assignment, Body, ModuleRecord
from schema_lint.evaluating.regions import Regions
from schema_lint.evaluating.scopes import Scope
from schema_lint.evaluating.statements import SIMPLE
from schema_lint.evaluating.values import (
    Annotation,
    Call,
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    EnumMember,
    FunctionValue,
    ModuleValue,
    ObjectValue,
    Partial,
    Site,
    Symbol,
    UnknownValue,
    Value,
)

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_")) | {"__import__"}
_OBJECT = frozenset(dir(object))
_EMPTY_BASES = frozenset(
    {
        "builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol",
        "typing_extensions.Generic", "enum.Enum", "enum.IntEnum", "enum.StrEnum",
    }
)  # fmt: skip
_TRUE = (ClassValue, FunctionValue, ModuleValue, EnumMember, Partial)
_MAX_NESTED = 50
_NOWHERE = ast.Module(body=[], type_ignores=[])

HANDLERS.update(SIMPLE)
HANDLERS.update(COMPOUND)

AttributesOf = Callable[[Value], "frozenset[str] | None"]


class Interpreter(Regions):
    """Evaluates modules, each once, and answers questions about what they define. Nothing raises, whatever the source
    is: what cannot be evaluated is an `UnknownValue`.

    `class_properties` are dotted paths of library decorators whose functions are called with the class when they are
    read from it. `attributes_of` gives the names of the attributes that a library's class brings, `star_names` those
    that `import *` of a package that is not read binds; `None` if they are not known. `makes_object` tells calls that
    make an object of a library's own class, none of Python's. `evaluated` is told of each module when that is done.
    """

    def __init__(
        self,
        finder: ModuleFinder,
        *,
        class_properties: frozenset[str] = frozenset(),
        attributes_of: AttributesOf | None = None,
        star_names: Callable[[str], frozenset[str] | None] = lambda package: None,
        makes_object: Callable[[Call], bool] = lambda call: False,
        evaluated: Callable[[Module], object] | None = None,
        limits: Limits | None = None,
        strict: bool = False,
    ) -> None:
        super().__init__()
        self.finder = finder
        self.class_properties = class_properties
        self.star_names = star_names
        self.limits = limits or Limits()
        self.strict = strict
        """Let surprises in the interpreter itself through: for tests."""
        self.failures: list[tuple[Module, ast.stmt, Exception]] = []
        """Statements given up because of a surprise in the interpreter itself."""
        self.given_up: dict[Module, tuple[ast.stmt, str]] = {}
        """The first statement of each module that was given up for whatever reason, and why."""
        self.surprises: list[Exception] = []
        """The same, in answers to questions."""
        self.builtins = _BUILTINS
        self.steps = self.limits.steps_per_body
        self.active = False
        """Whether a question is being answered; the steps it may take are counted once."""
        self.depth = 0
        self.following = 0
        self.function: str | None = None
        self.maybe_left = False
        """Whether the block being run may have been left already."""
        self.maybe_returned = False
        self.loading: list[ModuleRecord] = []
        self._attributes_of = attributes_of
        self.makes_object = makes_object
        self._evaluated = evaluated
        self._records: dict[Module, ModuleRecord] = {}
        self._bodies: dict[int, tuple[FunctionValue, Body]] = {}
        self._body: Body | None = None
        self.declared: dict[tuple[int, int], tuple[FunctionValue, Value]] = {}
        self._symbols: dict[str, Symbol] = {}
        self._generators: dict[ast.AST, bool] = {}

    # Modules

    def load(self, module: Module) -> Scope:
        """Evaluate the module's top level, once; the scope it leaves. While it is being evaluated, the scope so far."""
        record = self._records.get(module)
        if record is not None:
            return record.scope
        record = ModuleRecord(Scope("module", module), self.limits.steps_per_module)
        self._records[module] = record
        state = self._suspend()
        self.loading.append(record)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, self.limits.recursion))
        try:
            if module.error is None:
                run_module(self, module.tree.body, record)
            record.scope.rest = module.unread or record.scope.rest
        finally:
            sys.setrecursionlimit(limit)
            self.loading.pop()
            self._resume(state)
        if self._evaluated is not None:
            self._evaluated(module)
        return record.scope

    def _suspend(self) -> tuple[object, ...]:
        state = (
            self.steps, self.depth, self.function, self.maybe_left, self.maybe_returned, self.regions, self.exploring,
            self._body, self.active,
        )  # fmt: skip
        self.active = True
        self.depth, self.function, self.maybe_left, self.maybe_returned = 0, None, False, False
        self.regions, self.exploring, self._body = [], False, None
        return state

    def _resume(self, state: tuple[object, ...]) -> None:
        (
            self.steps, self.depth, self.function, self.maybe_left, self.maybe_returned, self.regions, self.exploring,
            self._body, self.active,
        ) = state  # type: ignore[assignment]  # fmt: skip

    def forget(self) -> None:
        """Let go of all that was evaluated."""
        self._records.clear()

    def loaded(self) -> list[Module]:
        """Modules that were evaluated so far, in the order they were begun."""
        return list(self._records)

    def classes(self, module: Module) -> list[ClassValue]:
        """Every class of the module's source that was made, in order: at its top level, in classes, in functions that
        were called. Those that other modules' calls made are there once these modules were loaded."""
        self.load(module)
        return self._records[module].classes

    def calls(self, module: Module) -> list[Call]:
        """Every call that was not carried out while the module was loaded, in order."""
        self.load(module)
        return self._records[module].calls

    def functions(self, module: Module) -> list[FunctionValue]:
        """Every function defined while the module was loaded, methods included, before decorators changed it."""
        self.load(module)
        return self._records[module].functions

    def assignments(self, module: Module) -> list[Assignment]:
        """Every assignment to an attribute or an item while the module was loaded, in order."""
        self.load(module)
        return self._records[module].assignments

    def resolve(self, module: Module, dotted: str) -> Value:
        """What a dotted name means at the end of a module."""
        scope = self.load(module)
        return self._outside(lambda: self._resolve(module, scope, dotted.split(".")), None)

    def _resolve(self, module: Module, scope: Scope, names: list[str]) -> Value:
        value = look_up(self, names[0], scope, _NOWHERE)
        for name in names[1:]:
            value = attributes.attribute(self, value, name, None)
        return value

    # Questions from outside, each with its own budget

    def annotation(self, annotation: Annotation) -> Value:
        """The annotation's value at the end of its module: strings in it are forward references, names bound for type
        checkers only are found, `X | None` is an `Operation("|")`. Asked twice, the same value is given."""
        known = annotation.value
        if known is None:
            known = self._outside(lambda: evaluate_annotation(self, annotation), annotation.site)
            if not self.loading:
                annotation.value = known
        return known

    def evaluate(self, text: str, names: Scope | Callable[[str], Value | None], site: Site) -> Value:
        """The value of an expression in a string; `names` is where its names are looked up, a scope or a function that
        gives `None` for what it does not know."""
        if not isinstance(names, Scope):
            scope = Scope("annotation", site.module, self.load(site.module))
            scope.resolver = names
            names = scope
        scope = names
        return self._outside(lambda: evaluate_text(self, text, scope, site), site)

    def _outside(self, ask: Callable[[], Value], site: Site | None) -> Value:
        if self.active:
            return ask()
        self.active = True
        self.steps = self.limits.steps_per_body
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, self.limits.recursion))
        try:
            return ask()
        except (BudgetExceeded, RecursionError):
            return UnknownValue("takes too long to follow", site)
        except Exception as error:
            if self.strict:
                raise
            self.surprises.append(error)
            return UnknownValue("could not be followed", site)
        finally:
            self.active = False
            sys.setrecursionlimit(limit)

    def body(self, function: FunctionValue) -> Body:
        """What the function's body does, with parameters for arguments, on every branch. Nothing else is changed."""
        known = self._bodies.get(id(function))
        if known is None:
            known = (function, Body())
            self._bodies[id(function)] = known
            self.load(function.module)
            state = self._suspend()
            self._body, self.exploring = known[1], True
            try:
                explore(self, function, known[1])
            finally:
                self._resume(state)
        return known[1]

    def body_calls(self, function: FunctionValue) -> list[Call]:
        """The calls of `body(function)`."""
        return self.body(function).calls

    # What evaluation asks for

    def step(self) -> None:
        """Count one statement."""
        self.steps -= 1
        if self.steps < 0:
            raise BudgetExceeded

    def charge(self, steps: int) -> None:
        """Count work on something large."""
        self.steps -= steps
        if self.steps < 0:
            raise BudgetExceeded

    def symbol(self, path: str) -> Symbol:
        """The library's thing of that path; one object for each path."""
        symbol = self._symbols.get(path)
        if symbol is None:
            symbol = self._symbols[path] = Symbol(path)
        return symbol

    def evaluate_node(self, node: ast.expr, scope: Scope) -> Value:
        """An expression's value."""
        if self.active:
            return evaluate(self, node, scope)
        return self._outside(lambda: evaluate(self, node, scope), scope.site(node))

    def call_node(self, node: ast.Call, scope: Scope) -> Value:
        """A call expression's value."""
        return calls.call_node(self, node, scope)

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Bind an assignment's target."""
        statements.assign(self, target, value, scope)

    def bind(self, scope: Scope, name: str, value: Value, node: ast.AST) -> None:
        """Bind a name in a scope, or where `global` and `nonlocal` say."""
        target = scope.outer.get(name)
        if target is not None:
            if self.exploring:
                scope.names[name] = value
                return
            old = target.names.get(name)
            if self.regions:
                value = self.either([old or UnknownValue("bound under a condition that could not be decided"), value])
            target.names[name] = value
            return
        scope.names[name] = value
        if scope.cls is not None and scope.kind == "class":
            scope.cls.assigned_sites[name] = scope.site(node)

    def attribute(self, value: Value, name: str, site: Site | None = None) -> Value:
        """`value.name`."""
        if self.active:
            return attributes.attribute(self, value, name, site)
        return self._outside(lambda: attributes.attribute(self, value, name, site), site)

    def has_attribute(self, value: Value, name: str) -> bool | None:
        """`hasattr(value, name)`; `None` if it cannot be told."""
        return attributes.has_attribute(self, value, name)

    def set_attribute(self, owner: Value, name: str, value: Value, site: Site | None) -> None:
        """`owner.name = value`."""
        attributes.set_attribute(self, owner, name, value, site)

    def set_item(self, owner: Value, key: Value, value: Value, site: Site | None) -> None:
        """`owner[key] = value`."""
        if isinstance(owner, Dictionary):
            changed = self.changed(owner, operators.entry(owner, key), value)
            if changed is not None:
                operators.set_entry(owner, key, changed)
        elif isinstance(owner, Collection) and owner.kind == "list" and self.may_change(owner):
            position = key.value if isinstance(key, Constant) else None
            if isinstance(position, int) and -len(owner.items) <= position < len(owner.items):
                owner.items[position] = value
            else:
                owner.rest = owner.rest or UnknownValue("an item was set at a place that is not known", site)
        self.record_assignment(owner, None, value, site, key)

    def call(
        self, function: Value, arguments: list[Value], keywords: dict[str, Value], site: Site | None = None
    ) -> Value:
        """The call's result, carried out for functions and classes of the project, partials, and Python's own
        functions; else a `Call`."""
        if self.active:
            return calls.call(self, function, arguments, keywords, site)
        return self._outside(lambda: calls.call(self, function, arguments, keywords, site), site)

    def call_undecorated(
        self, function: FunctionValue, arguments: list[Value], keywords: dict[str, Value], site: Site | None = None
    ) -> Value:
        """The result of the function itself, whatever its decorators are: of a property, a `declared_attr`."""
        return self._outside(
            lambda: calls.call_function(self, function, arguments, keywords, site, decorated=False), site
        )

    def prepare(self, value: ObjectValue) -> None:
        """Carry out an object's `__init__`, once; without one, its arguments are its fields."""
        if value.prepared:
            return
        value.prepared = True
        initialize = value.cls.lookup("__init__")
        if isinstance(initialize, FunctionValue):
            self.fresh(value)
            result = calls.call_function(
                self, initialize, [value, *value.arguments], value.keywords, value.site, value.rest, decorated=False
            )
            if isinstance(result, UnknownValue):
                value.rest = value.rest or result
            return
        fields = [name for ancestor in reversed(list(value.cls.ancestors())) for name in ancestor.annotations]
        value.assigned.update(zip(dict.fromkeys(fields), value.arguments, strict=False))
        value.assigned.update(value.keywords)

    def iterate(self, value: Value) -> tuple[list[Value], UnknownValue | None]:
        """Its items, and why there may be more."""
        return deciding.iterate(self, value)

    def truth(self, value: Value) -> bool | None:
        """`bool(value)`; `None` if it cannot be told."""
        return deciding.truth(value)

    def either(self, values: list[Value]) -> Value:
        """One of several values; the value itself, if they are all the same."""
        return deciding.either(values, self.limits.alternatives)

    def attributes_of(self, value: Value) -> frozenset[str] | None:
        """Names that a base class that is not read brings; `None` if they are not known."""
        if isinstance(value, Symbol) and value.path in _EMPTY_BASES:
            return _OBJECT
        return self._attributes_of(value) if self._attributes_of is not None else None

    def defining_class(self, scope: Scope) -> ClassValue | None:
        """The class whose method the scope belongs to."""
        outer = scope.frame.function.scope if scope.frame is not None else scope.parent
        while outer is not None:
            if outer.kind == "class":
                return outer.cls
            outer = outer.parent
        return None

    def is_generator(self, node: ast.AST) -> bool:
        """Whether a function's own body yields."""
        known = self._generators.get(node)
        if known is None:
            known = self._generators[node] = yields(node)
        return known

    # What was seen

    def record_call(self, call: Call) -> Call:
        """Note a call that was not carried out."""
        call.scope = self.function
        self.fresh(call)
        if self._body is not None:
            self._body.add(call, self.circumstances())
        elif self.loading:
            self.loading[-1].calls.append(call)
        return call

    def record_assignment(
        self, owner: Value, name: str | None, value: Value, site: Site | None, key: Value | None = None
    ) -> None:
        """Note an assignment to an attribute or item."""
        assignment = Assignment(owner, name, key, value, site, self.function)
        if self._body is not None:
            self._body.assignments.append(assignment)
        elif self.loading:
            self.loading[-1].assignments.append(assignment)

    def record_class(self, cls: ClassValue, scope: Scope | None = None) -> None:
        """Note a class of its module's source; those for type checkers only are not."""
        record = self._records.get(cls.module)
        if record is not None and not self.exploring and not _for_checkers(scope):
            record.classes.append(cls)

    def record_function(self, function: FunctionValue, scope: Scope) -> None:
        """Note a function's definition."""
        if self._body is not None:
            self._body.functions.append(function)
            return
        record = self._records.get(function.module)
        if record is not None and not _for_checkers(scope):
            record.functions.append(function)


def _for_checkers(scope: Scope | None) -> bool:
    while scope is not None:
        if scope.kind == "typing":
            return True
        scope = scope.parent
    return False
