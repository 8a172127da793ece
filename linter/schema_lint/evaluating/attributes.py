"""`value.name`: reading, asking, setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.imports import module_attribute
from schema_lint.evaluating.natives.library import STRING_CONSTANTS
from schema_lint.evaluating.scopes import SuperValue
from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    Either,
    EnumMember,
    FunctionValue,
    ModuleValue,
    ObjectValue,
    Operation,
    Partial,
    Site,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_CLASS_METHODS = frozenset({"__init_subclass__", "__class_getitem__"})
_PROPERTIES = frozenset({"builtins.property", "functools.cached_property", "abc.abstractproperty"})
TRANSPARENT = frozenset(
    {
        "functools.lru_cache", "functools.cache", "functools.wraps", "builtins.staticmethod", "builtins.classmethod",
        "abc.abstractmethod", "contextlib.contextmanager", "contextlib.asynccontextmanager", "typing.no_type_check",
        "typing.final", "typing_extensions.final", "typing.override", "typing_extensions.override",
        *_PROPERTIES,
    }
)  # fmt: skip
"""Decorators that leave what a function computes as it is."""


def attribute(run: Interpreter, value: Value, name: str, site: Site | None) -> Value:
    """The attribute's value; an `Attribute` where it is not known."""
    if run.attribute_of is not None and isinstance(value, (Attribute, Call)):
        known = run.attribute_of(value, name)
        if known is not None:
            return known
    handler = _HANDLERS.get(type(value))
    return handler(run, value, name, site) if handler is not None else Attribute(value, name, site)


def _symbol_attribute(run: Interpreter, value: Symbol, name: str, site: Site | None) -> Value:
    path = f"{value.path}.{name}"
    text = STRING_CONSTANTS.get(path)
    if text is not None:
        return Constant(text, site)
    if value.path == "sys.version_info" and name in ("major", "minor"):
        return Constant(3 if name == "major" else 99, site)
    return run.symbol(path)


def _call_attribute(run: Interpreter, value: Call, name: str, site: Site | None) -> Value:
    known = value.assigned.get(name)
    return Attribute(value, name, site) if known is None else known


def _either_attribute(run: Interpreter, value: Either, name: str, site: Site | None) -> Value:
    return run.either([attribute(run, option, name, site) for option in value.options])


def _operation_attribute(run: Interpreter, value: Operation, name: str, site: Site | None) -> Value:
    if value.operator != "if":
        return Attribute(value, name, site)
    return run.either([attribute(run, option, name, site) for option in value.operands[1:]])


def _function_attribute(run: Interpreter, value: FunctionValue, name: str, site: Site | None) -> Value:
    known = {"__name__": value.name, "__qualname__": value.qualname, "__module__": value.module.name}
    return Constant(known[name], site) if name in known else Attribute(value, name, site)


def _partial_attribute(run: Interpreter, value: Partial, name: str, site: Site | None) -> Value:
    if name == "func":
        return value.function
    if name == "args":
        return Collection("tuple", value.arguments, site)
    if name == "keywords":
        return Dictionary(dict(value.keywords), site)
    return Attribute(value, name, site)


def _module_attribute(run: Interpreter, value: ModuleValue, name: str, site: Site | None) -> Value:
    if name in ("__name__", "__file__"):
        return Constant(value.module.name if name == "__name__" else value.module.path, site)
    return module_attribute(run, value.module, name)


def library_ancestor(run: Interpreter, cls: ClassValue) -> Value | None:
    """The first ancestor that is neither read nor known to have no attributes of its own."""
    for ancestor in cls.mro():
        if not isinstance(ancestor, ClassValue) and run.attributes_of(ancestor) is None:
            return ancestor
    return None


def _class_attribute(run: Interpreter, cls: ClassValue, name: str, site: Site | None) -> Value:
    for ancestor in cls.ancestors():
        found = ancestor.namespace.get(name)
        if found is not None:
            return _from_class(run, found, cls, ancestor, name, site)
        if name in ancestor.annotations:
            # What reads annotations makes an attribute of it, which hides those of the ancestors.
            break
    special = _special(run, cls, name, site)
    if special is not None:
        return special
    if isinstance(cls.metaclass, ClassValue):
        found = cls.metaclass.lookup(name)
        if isinstance(found, FunctionValue):
            return _bound_to_object(run, found, cls, name, site)
        if found is not None:
            return found
    return Attribute(cls, name, site)


def _special(run: Interpreter, cls: ClassValue, name: str, site: Site | None) -> Value | None:
    if name == "__name__":
        return Constant(cls.name, site)
    if name == "__qualname__":
        return Constant(cls.qualname, site)
    if name == "__module__":
        return Constant(cls.module.name, site)
    if name == "__doc__":
        return Constant(cls.module.docstring(cls.node), site)
    if name == "__mro__":
        return Collection("tuple", list(cls.mro()), site)
    if name == "__bases__":
        return Collection("tuple", list(cls.bases), site)
    if name == "__dict__":
        return run.fresh(Dictionary(dict(cls.namespace), site, cls.rest))
    if name == "__class__":
        return cls.metaclass or run.symbol("builtins.type")
    if name == "__annotations__":
        return Dictionary({key: run.annotation(note) for key, note in cls.annotations.items()}, site)
    if name == "__members__":
        members: dict[str, Value] = {k: v for k, v in cls.namespace.items() if isinstance(v, EnumMember)}
        return Dictionary(dict(members), site) if members else None
    return None


def _decorator_paths(function: FunctionValue) -> list[str]:
    return [path for decorator in function.decorators if (path := decorator_path(decorator)) is not None]


def decorator_path(decorator: Value) -> str | None:
    """The dotted path of a library's decorator, called or not."""
    if isinstance(decorator, Call):
        decorator = decorator.function
    return decorator.path if isinstance(decorator, Symbol) else None


def class_property(run: Interpreter, function: FunctionValue, cls: ClassValue, site: Site | None = None) -> Value:
    """What a class property gives for a class: once all modules are loaded, the same object each time."""
    if run.loading:
        return run.call_undecorated(function, [cls], {}, site)
    key = (id(function), id(cls))
    known = run.declared.get(key)
    if known is None:
        known = run.declared[key] = (function, run.call_undecorated(function, [cls], {}, site))
    return known[1]


def _from_class(
    run: Interpreter, found: Value, cls: ClassValue, ancestor: ClassValue, name: str, site: Site | None
) -> Value:
    """What a class gives for a value in its own or an ancestor's namespace."""
    if isinstance(found, FunctionValue):
        paths = _decorator_paths(found)
        if any(path in run.class_properties for path in paths):
            return class_property(run, found, cls, site)
        if "builtins.classmethod" in paths or name in _CLASS_METHODS:
            return bound(found, cls)
        return found
    if isinstance(found, ObjectValue):
        return _described(run, found, Constant(None, site), cls, site)
    if isinstance(found, Call) and found.arguments and isinstance(found.function, Symbol):
        if found.function.path == "builtins.classmethod" and isinstance(found.arguments[0], FunctionValue):
            return bound(found.arguments[0], cls)
        if found.function.path == "builtins.staticmethod":
            return found.arguments[0]
        if found.function.path in run.class_properties:
            given = found.arguments[0]
            if isinstance(given, FunctionValue):
                return class_property(run, given, cls, site)
            return run.call(given, [cls], {}, site)
    if isinstance(found, Call) and ancestor is not cls and library_ancestor(run, cls) is not None:
        return Attribute(cls, name, site)
    return found


def _described(run: Interpreter, found: ObjectValue, instance: Value, owner: ClassValue, site: Site | None) -> Value:
    getter = found.cls.lookup("__get__")
    if isinstance(getter, FunctionValue):
        return run.call(getter, [found, instance, owner], {}, site)
    return found


def bound(function: FunctionValue, receiver: Value) -> FunctionValue:
    """The function as a method of `receiver`."""
    method = FunctionValue(
        function.name, function.qualname, function.module, function.node, function.scope, function.site or _NO_SITE
    )
    method.defaults = function.defaults
    method.keyword_defaults = function.keyword_defaults
    method.decorators = function.decorators
    method.bound = receiver
    return method


def bind(function: FunctionValue, arguments: list[Value]) -> Value | None:
    """`function.__get__(instance, owner)`; `None` where it cannot be told."""
    paths = [decorator_path(decorator) for decorator in function.decorators]
    if not arguments or any(path not in TRANSPARENT for path in paths):
        return None
    instance, owner = arguments[0], arguments[-1]
    if "builtins.staticmethod" in paths:
        return function
    if "builtins.classmethod" in paths:
        return bound(function, owner) if isinstance(owner, ClassValue) else None
    return function if isinstance(instance, Constant) and instance.value is None else bound(function, instance)


_NO_SITE: Site = None  # type: ignore[assignment]


def _bound_to_object(run: Interpreter, function: FunctionValue, receiver: Value, name: str, site: Site | None) -> Value:
    paths = _decorator_paths(function)
    if any(path in _PROPERTIES for path in paths):
        return run.call_undecorated(function, [receiver], {}, site)
    if "builtins.staticmethod" in paths:
        return function
    if "builtins.classmethod" in paths and isinstance(receiver, (ObjectValue, EnumMember)):
        return bound(function, receiver.cls)
    if len(paths) != len(function.decorators) or any(path not in TRANSPARENT for path in paths):
        return Attribute(receiver, name, site)
    return bound(function, receiver)


def _object_attribute(run: Interpreter, value: ObjectValue, name: str, site: Site | None) -> Value:
    run.prepare(value)
    if name in value.assigned:
        return value.assigned[name]
    if name == "__class__":
        return value.cls
    found = value.cls.lookup(name)
    if isinstance(found, FunctionValue):
        return _bound_to_object(run, found, value, name, site)
    if isinstance(found, ObjectValue):
        return _described(run, found, value, value.cls, site)
    if name == "fget" and value.arguments and value.cls.derives_from("builtins.property"):
        return value.arguments[0]
    if isinstance(found, Call) and isinstance(found.function, Symbol) and found.arguments:
        if found.function.path in _PROPERTIES:
            return run.call(found.arguments[0], [value], {}, site)
        if found.function.path == "builtins.staticmethod":
            return found.arguments[0]
    if found is not None:
        return found
    getter = value.cls.lookup("__getattr__")
    if isinstance(getter, FunctionValue) and not name.startswith("__"):
        return run.call(getter, [value, Constant(name, site)], {}, site)
    if name == "__dict__":
        return run.fresh(Dictionary(dict(value.assigned), site, value.rest))
    return Attribute(value, name, site)


def _member_attribute(run: Interpreter, value: EnumMember, name: str, site: Site | None) -> Value:
    if name in ("name", "_name_"):
        return Constant(value.name, site)
    found = value.cls.lookup(name)
    if name in ("value", "_value_") and not isinstance(found, FunctionValue):
        return value.value
    if isinstance(found, FunctionValue):
        return _bound_to_object(run, found, value, name, site)
    if found is not None:
        return found
    if isinstance(value.value, Constant) and value.cls.derives_from("builtins.str", "enum.StrEnum"):
        return Attribute(value.value, name, site)
    return Attribute(value, name, site)


def _super_attribute(run: Interpreter, value: SuperValue, name: str, site: Site | None) -> Value:
    receiver = value.object
    cls = receiver.cls if isinstance(receiver, (ObjectValue, EnumMember)) else receiver
    if not isinstance(cls, ClassValue):
        return Attribute(value, name, site)
    line = cls.mro()
    if value.cls not in line:
        return Attribute(value, name, site)
    for ancestor in line[line.index(value.cls) + 1 :]:
        if isinstance(ancestor, ClassValue) and name in ancestor.namespace:
            found = ancestor.namespace[name]
            if receiver is cls:
                return _from_class(run, found, cls, ancestor, name, site)
            return _bound_to_object(run, found, receiver, name, site) if isinstance(found, FunctionValue) else found
    return Attribute(value, name, site)


_HANDLERS: dict[type[Value], Callable[[Interpreter, Any, str, Site | None], Value]] = {
    Symbol: _symbol_attribute,
    ClassValue: _class_attribute,
    ModuleValue: _module_attribute,
    ObjectValue: _object_attribute,
    Call: _call_attribute,
    EnumMember: _member_attribute,
    SuperValue: _super_attribute,
    Either: _either_attribute,
    Operation: _operation_attribute,
    FunctionValue: _function_attribute,
    Partial: _partial_attribute,
}


def has_attribute(run: Interpreter, value: Value, name: str) -> bool | None:
    """`hasattr(value, name)`; `None` if it cannot be told."""
    if isinstance(value, ObjectValue):
        run.prepare(value)
        if name in value.assigned:
            return True
        if value.cls.lookup("__getattr__") is not None or value.rest is not None:
            return None
        return has_attribute(run, value.cls, name)
    if isinstance(value, ClassValue):
        if value.lookup(name) is not None or _special(run, value, name, None) is not None:
            return True
        known = True
        for ancestor in value.mro():
            if isinstance(ancestor, ClassValue):
                known = known and ancestor.rest is None
            else:
                names = run.attributes_of(ancestor)
                if names is None:
                    known = False
                elif name in names:
                    return True
        return False if known else None
    if isinstance(value, ModuleValue):
        found = module_attribute(run, value.module, name)
        return None if isinstance(found, UnknownValue) else True
    if isinstance(value, EnumMember):
        return True if name in ("name", "value") else has_attribute(run, value.cls, name)
    if isinstance(value, Constant) and not isinstance(value.value, slice):
        return hasattr(value.value, name) if type(value.value) in (str, int, bool, float, type(None)) else None
    if isinstance(value, Call) and name in value.assigned:
        return True
    return None


def set_attribute(run: Interpreter, owner: Value, name: str, value: Value, site: Site | None) -> None:
    """`owner.name = value`."""
    if isinstance(owner, ClassValue):
        changed = run.changed(owner, owner.namespace.get(name), value)
        if changed is not None:
            if name not in owner.namespace:
                owner.added.append(name)
            owner.namespace[name] = changed
            if site is not None:
                owner.assigned_sites[name] = site
    elif isinstance(owner, (ObjectValue, Call)):
        if isinstance(owner, ObjectValue):
            run.prepare(owner)
        changed = run.changed(owner, owner.assigned.get(name), value)
        if changed is not None:
            owner.assigned[name] = changed
    elif isinstance(owner, ModuleValue):
        scope = run.load(owner.module)
        changed = run.changed(owner, scope.names.get(name), value)
        if changed is not None:
            scope.names[name] = changed
    run.record_assignment(owner, name, value, site)
