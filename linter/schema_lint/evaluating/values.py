"""Values that the interpreter computes with.

Identity matters: one `Call` that reaches two places (a `Column` object in a mixin, a `MetaData`) is one object, so
values compare and hash by identity. `same_constant` compares contents.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from schema_lint.evaluating.deferring import Spot, parsed
from schema_lint.evaluating.linearization import merge

if TYPE_CHECKING:
    from schema_lint.evaluating.modules import Module
    from schema_lint.evaluating.scopes import Scope
    from schema_lint.facts.place import SourcePlace


class Site:
    """Where a value was made: a node of a module's tree. Turned into a `SourcePlace` only when somebody asks."""

    __slots__ = ("module", "node")

    def __init__(self, module: Module, node: ast.AST | Spot) -> None:
        self.module = module
        self.node = node
        """With its place and, for a call, that of its arguments; more may have been let go, see `parsed`."""

    def parsed(self) -> ast.AST:
        """The node with all that is below it."""
        return parsed(self.module, self.node)

    def place(self) -> SourcePlace:
        """The node's span, in code points."""
        return self.module.place(self.node)

    def text(self) -> str:
        """The node's source text."""
        return self.module.text(self.node)


class Value:
    """What an expression evaluates to."""

    __slots__ = ("site",)
    site: Site | None

    def __init__(self, site: Site | None = None) -> None:
        self.site = site


class Constant(Value):
    """A string, number, bool, `None`, bytes or `...`."""

    __slots__ = ("value",)

    def __init__(self, value: Any, site: Site | None = None) -> None:
        self.site = site
        self.value = value

    def __repr__(self) -> str:
        return f"Constant({self.value!r})"


class Collection(Value):
    """A tuple, list, set or frozenset. Lists and sets are mutated in place, as in Python."""

    __slots__ = ("items", "kind", "rest")

    def __init__(
        self,
        kind: Literal["tuple", "list", "set"],
        items: list[Value],
        site: Site | None = None,
        rest: UnknownValue | None = None,
    ) -> None:
        self.site = site
        self.kind = kind
        self.items = items
        self.rest = rest
        """Why there may be more items than these, if there may."""

    def __repr__(self) -> str:
        return f"Collection({self.kind}, {self.items!r}{', …' if self.rest else ''})"


class Dictionary(Value):
    """A dict, in insertion order; keys that are constants are plain Python values, others are dropped into `rest`."""

    __slots__ = ("entries", "keys", "rest")

    def __init__(self, entries: dict[Any, Value], site: Site | None = None, rest: UnknownValue | None = None) -> None:
        self.site = site
        self.entries = entries
        self.keys: dict[Any, Value] = {}
        """The key expressions' values, where a key is not a constant (a class, an enum member): by its identity."""
        self.rest = rest

    def __repr__(self) -> str:
        return f"Dictionary({self.entries!r}{', …' if self.rest else ''})"


class Symbol(Value):
    """A thing of a library that is not read: `sqlalchemy.orm.mapped_column`."""

    __slots__ = ("path",)

    def __init__(self, path: str, site: Site | None = None) -> None:
        self.site = site
        self.path = path

    def __repr__(self) -> str:
        return f"Symbol({self.path})"


class Call(Value):
    """A call that was not carried out, since what is called is a `Symbol` or is not known. Has an identity."""

    __slots__ = ("arguments", "assigned", "function", "keywords", "rest", "scope")

    def __init__(
        self,
        function: Value,
        arguments: list[Value],
        keywords: dict[str, Value],
        site: Site | None = None,
        rest: UnknownValue | None = None,
    ) -> None:
        self.site = site
        self.function = function
        self.arguments = arguments
        self.keywords = keywords
        self.rest = rest
        """Why there may be more arguments than these (`*args`, `**kwargs` that could not be followed)."""
        self.assigned: dict[str, Value] = {}
        """Attributes that were set on the result afterwards."""
        self.scope: str | None = None
        """Qualified name of the function that the call was made in, as the source has it; `None` at module level."""

    def __repr__(self) -> str:
        return f"Call({self.function!r}, {self.arguments!r}, {self.keywords!r})"


class Attribute(Value):
    """`value.name`, where `value` is a call, parameter or other thing whose attributes are not known."""

    __slots__ = ("name", "value")

    def __init__(self, value: Value, name: str, site: Site | None = None) -> None:
        self.site = site
        self.value = value
        self.name = name

    def __repr__(self) -> str:
        return f"Attribute({self.value!r}, {self.name})"


class Subscript(Value):
    """`value[key]`, where it could not be looked up: `Mapped[int]`, `os.environ["X"]`."""

    __slots__ = ("key", "value")

    def __init__(self, value: Value, key: Value, site: Site | None = None) -> None:
        self.site = site
        self.value = value
        self.key = key

    def __repr__(self) -> str:
        return f"Subscript({self.value!r}, {self.key!r})"


class Operation(Value):
    """An operator over values that could not be computed: `col > 0`, `a | b`, `not x`, an f-string (`"f"`),
    `a if c else b` (`"if"`: test, body, orelse), `x or y`."""

    __slots__ = ("operands", "operator")

    def __init__(self, operator: str, operands: list[Value], site: Site | None = None) -> None:
        self.site = site
        self.operator = operator
        self.operands = operands

    def __repr__(self) -> str:
        return f"Operation({self.operator}, {self.operands!r})"


class Parameter(Value):
    """A function's parameter, while the function is looked at without being called; a lambda's too."""

    __slots__ = ("annotation", "default", "name")

    def __init__(
        self, name: str, annotation: Annotation | None, default: Value | None, site: Site | None = None
    ) -> None:
        self.site = site
        self.name = name
        self.annotation = annotation
        self.default = default

    def __repr__(self) -> str:
        return f"Parameter({self.name})"


class Annotation:
    """An annotation, evaluated when asked for, so that forward references resolve."""

    __slots__ = ("node", "scope", "site", "value")

    def __init__(self, node: ast.expr, scope: Scope, site: Site) -> None:
        self.node = node
        self.scope = scope
        self.site = site
        self.value: Value | None = None
        """What `Interpreter.annotation` gave."""

    def text(self) -> str:
        """The annotation as written."""
        return self.site.text()


class ClassValue(Value):
    """A class of the project (or of a library whose source was read)."""

    __slots__ = (
        "_mro", "added", "annotations", "assigned_sites", "bases", "decorators", "keywords", "metaclass", "module",
        "name", "namespace", "node", "qualname", "rest", "synthetic",
    )  # fmt: skip
    _changes: ClassVar[int] = 0
    """How often a base was added to any class: what was linearized before is out of date."""

    def __init__(self, name: str, qualname: str, module: Module, node: ast.AST, site: Site) -> None:
        self.site = site
        self.name = name
        self.qualname = qualname
        """Dotted from the module: `Outer.Inner`, `make.<locals>.Inner`."""
        self.module = module
        self.node = node
        self.bases: list[Value] = []
        """As given: subscripts (`Base[T]`) are removed. Set once; `add_base` adds to them."""
        self.keywords: dict[str, Value] = {}
        """`table=True`, `metaclass=…`."""
        self._mro: tuple[int, list[Value]] | None = None
        self.metaclass: Value | None = None
        """Given, or a base's that was read."""
        self.namespace: dict[str, Value] = {}
        """In order of first assignment, `__module__` and the like left out."""
        self.annotations: dict[str, Annotation] = {}
        """In order, with and without a value."""
        self.assigned_sites: dict[str, Site] = {}
        """The statement that bound each name of the body."""
        self.added: list[str] = []
        """Names set after the class statement (`Model.extra = …`), in order; their values are in `namespace`."""
        self.decorators: list[Value] = []
        self.rest: UnknownValue | None = None
        """Why the body may bind more than these, if it may."""
        self.synthetic = False
        """Made by `type(name, bases, dict)`."""

    @property
    def key(self) -> str:
        """Dotted module path and qualified name."""
        return f"{self.module.name}.{self.qualname}"

    def mro(self) -> list[Value]:
        """Itself and its ancestors in C3 order; where that has no solution, depth first. Ancestors that are not read
        are `Symbol`s or whatever they evaluated to, each once; of very many, the last is unknown. Not to be changed."""
        known = self._mro
        if known is None or known[0] != ClassValue._changes:
            self._mro = (ClassValue._changes, [self])
            bases = self.bases[:_MANY_BASES]
            orders = [base.mro() if isinstance(base, ClassValue) else [base] for base in bases]
            order = merge(self, orders, bases, _key)
            if len(order) > _MANY_ANCESTORS or len(bases) < len(self.bases):
                order = [*order[:_MANY_ANCESTORS], UnknownValue("has too many ancestors to follow", self.site)]
            self._mro = known = (ClassValue._changes, order)
        return known[1]

    def add_base(self, base: Value) -> None:
        """Add a base that the source gives in another way than in the class statement."""
        self.bases.append(base)
        ClassValue._changes += 1

    def ancestors(self) -> Iterator[ClassValue]:
        """Those of `mro()` that are classes, itself included."""
        return (value for value in self.mro() if isinstance(value, ClassValue))

    def lookup(self, name: str) -> Value | None:
        """The attribute, along the method resolution order; `None` if no class that was read has it."""
        for ancestor in self.ancestors():
            if name in ancestor.namespace:
                return ancestor.namespace[name]
        return None

    def derives_from(self, *paths: str) -> bool:
        """Whether an ancestor is a library's class of one of these dotted paths."""
        return any(isinstance(value, Symbol) and value.path in paths for value in self.mro())

    def __repr__(self) -> str:
        return f"ClassValue({self.key})"


class EnumMember(Value):
    """A member of an `enum.Enum` class that was read."""

    __slots__ = ("cls", "name", "value")

    def __init__(self, cls: ClassValue, name: str, value: Value, site: Site | None = None) -> None:
        self.site = site
        self.cls = cls
        self.name = name
        self.value = value

    def __repr__(self) -> str:
        return f"EnumMember({self.cls.name}.{self.name})"


class ObjectValue(Value):
    """An instance of a class that was read. `__init__` is carried out when an attribute is first asked for."""

    __slots__ = ("arguments", "assigned", "cls", "keywords", "prepared", "rest")

    def __init__(
        self,
        cls: ClassValue,
        arguments: list[Value],
        keywords: dict[str, Value],
        site: Site | None = None,
        rest: UnknownValue | None = None,
    ) -> None:
        self.site = site
        self.cls = cls
        self.arguments = arguments
        self.keywords = keywords
        self.rest = rest
        self.assigned: dict[str, Value] = {}
        self.prepared = False

    def __repr__(self) -> str:
        return f"ObjectValue({self.cls.name})"


class FunctionValue(Value):
    """A function or lambda of the project. `decorators` are those that were not carried out (a `Symbol`'s)."""

    __slots__ = (
        "bound",
        "decorators",
        "defaults",
        "keyword_defaults",
        "module",
        "name",
        "node",
        "qualname",
        "scope",
    )

    def __init__(
        self,
        name: str,
        qualname: str,
        module: Module,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        scope: Scope,
        site: Site,
    ) -> None:
        self.site = site
        self.name = name
        self.qualname = qualname
        self.module = module
        self.node = node
        self.scope = scope
        """The scope it was defined in."""
        self.defaults: list[Value] = []
        self.keyword_defaults: dict[str, Value] = {}
        self.decorators: list[Value] = []
        self.bound: Value | None = None
        """The `self` or `cls` of a bound method."""

    @property
    def owner(self) -> ClassValue | None:
        """The class in whose body it was defined."""
        scope: Scope | None = self.scope
        while scope is not None and scope.kind == "annotation":
            scope = scope.parent
        return scope.cls if scope is not None and scope.kind == "class" else None

    def __repr__(self) -> str:
        return f"FunctionValue({self.qualname})"


class Partial(Value):
    """`functools.partial(function, …)`."""

    __slots__ = ("arguments", "function", "keywords")

    def __init__(
        self, function: Value, arguments: list[Value], keywords: dict[str, Value], site: Site | None = None
    ) -> None:
        self.site = site
        self.function = function
        self.arguments = arguments
        self.keywords = keywords


class ModuleValue(Value):
    """A module of the project (or of a library that is read)."""

    __slots__ = ("module",)

    def __init__(self, module: Module, site: Site | None = None) -> None:
        self.site = site
        self.module = module


class Either(Value):
    """One of several, depending on something that could not be decided (`if settings.X: … else: …`)."""

    __slots__ = ("options",)

    def __init__(self, options: list[Value], site: Site | None = None) -> None:
        self.site = site
        self.options = options

    def __repr__(self) -> str:
        return f"Either({self.options!r})"


class UnknownValue(Value):
    """What could not be evaluated, with the reason, in words that a user understands."""

    __slots__ = ("why",)

    def __init__(self, why: str, site: Site | None = None) -> None:
        self.site = site
        self.why = why

    def __repr__(self) -> str:
        return f"UnknownValue({self.why!r})"


_MANY_BASES = 100
_MANY_ANCESTORS = 400


def _key(value: Value) -> str | int:
    return value.path if isinstance(value, Symbol) else id(value)
