"""What the annotation of a relationship says: its target, and whether that is one, optional, or a collection.

The annotation is taken apart as it is written, since its innermost name may be one that exists only for a type
checker; only that name is looked up.
"""

from __future__ import annotations

import ast

from schema_lint.evaluating.parsing import parse_expression
from schema_lint.evaluating.values import Annotation, FunctionValue, Site

_CONTAINERS = frozenset({"Mapped", "WriteOnlyMapped", "DynamicMapped", "Relationship", "RelationshipProperty"})
_COLLECTIONS = frozenset({
    "list", "List", "set", "Set", "dict", "Dict", "Sequence", "Collection", "MutableSequence", "MutableSet",
    "MutableMapping", "Mapping", "Iterable", "InstrumentedList", "InstrumentedSet", "InstrumentedDict", "frozenset",
    "FrozenSet", "deque", "Deque", "tuple", "Tuple", "OrderingList", "KeyFuncDict", "MappedCollection", "AppenderQuery",
    "AppenderMixin", "Query", "DynamicCollection", "AbstractSet",
})  # fmt: skip
_MAPPINGS = frozenset({
    "dict", "Dict", "Mapping", "MutableMapping", "InstrumentedDict", "KeyFuncDict", "MappedCollection",
})  # fmt: skip
_DEPTH = 12


class RelationshipAnnotation:
    """An annotation taken apart."""

    __slots__ = ("annotation", "collection", "container", "incomplete", "optional", "quoted", "target", "text")

    def __init__(self, annotation: Annotation) -> None:
        self.annotation = annotation
        self.text = annotation.text()
        self.container: str | None = None
        """`Mapped`, `WriteOnlyMapped`, `DynamicMapped`; `None` for an annotation without."""
        self.collection: str | None = None
        """`list`, `Set` …, the bare name as written; `None` for a scalar."""
        self.optional = False
        self.quoted = False
        """All that is inside the container is one string."""
        self.target: ast.expr | None = None
        """The innermost type, a string there already parsed; `None` where there is none, or several."""
        self.incomplete = False
        """It holds a form that is not understood."""

    @property
    def is_collection(self) -> bool:
        """Several objects, as far as the annotation says."""
        return self.collection is not None or self.container in {"WriteOnlyMapped", "DynamicMapped"}

    @property
    def says_nothing(self) -> bool:
        """It names the kind of attribute, or anything, and no class: `-> RelationshipProperty`, `owner: Any`."""
        leaf = _bare(self.target) if self.target is not None else None
        return self.container is None and self.collection is None and leaf in _CONTAINERS | {"Any", "object"}

    @property
    def target_text(self) -> str | None:
        """The innermost type's name as written, without quotes."""
        return ast.unparse(self.target) if self.target is not None else None

    def leaf(self) -> Annotation | None:
        """The innermost type, for the interpreter to look up."""
        if self.target is None:
            return None
        return Annotation(self.target, self.annotation.scope, self.annotation.site)


def read_annotation(annotation: Annotation) -> RelationshipAnnotation:
    """Takes an annotation apart; never raises."""
    read = RelationshipAnnotation(annotation)
    _unwrap(read, annotation.node, 0)
    return read


def return_annotation(function: FunctionValue) -> Annotation | None:
    """What a function says it returns."""
    returns = getattr(function.node, "returns", None)
    return Annotation(returns, function.scope, Site(function.module, returns)) if returns is not None else None


def _unwrap(read: RelationshipAnnotation, node: ast.expr, depth: int) -> None:
    if depth > _DEPTH:
        read.incomplete = True
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        inner = parse_expression(node.value)
        if inner is None:
            read.incomplete = True
            return
        if read.target is None and read.collection is None and not read.optional:
            read.quoted = True
        _unwrap(read, inner, depth + 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        _union(read, _alternatives(node), depth)
    elif isinstance(node, ast.Subscript):
        _subscript(read, node, depth)
    elif isinstance(node, ast.Name | ast.Attribute):
        read.target = node
    else:
        read.incomplete = True


def _subscript(read: RelationshipAnnotation, node: ast.Subscript, depth: int) -> None:
    name = _bare(node.value)
    arguments = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if not arguments:
        read.incomplete = True
    elif name in _CONTAINERS and read.container is None and read.collection is None:
        read.container = name
        read.quoted = False
        _unwrap(read, arguments[0], depth + 1)
    elif name == "Optional":
        read.optional = True
        _unwrap(read, arguments[0], depth + 1)
    elif name == "Union":
        _union(read, arguments, depth)
    elif name in {"Annotated", "ClassVar", "Final"}:
        _unwrap(read, arguments[0], depth + 1)
    elif name in _COLLECTIONS and read.collection is None:
        read.collection = name
        _unwrap(read, arguments[-1 if name in _MAPPINGS else 0], depth + 1)
    else:
        read.incomplete = True


def _union(read: RelationshipAnnotation, alternatives: list[ast.expr], depth: int) -> None:
    others = [node for node in alternatives if not (isinstance(node, ast.Constant) and node.value is None)]
    if len(others) < len(alternatives):
        read.optional = True
    if len(others) == 1:
        _unwrap(read, others[0], depth + 1)
    else:
        read.incomplete = True


def _alternatives(node: ast.expr) -> list[ast.expr]:
    """The members of `A | B | None`."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _bare(node: ast.expr) -> str | None:
    """`List` of `typing.List`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
