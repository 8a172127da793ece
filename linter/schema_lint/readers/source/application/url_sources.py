"""A URL followed back from where it is used to where it was made."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator

import msgspec

from schema_lint.evaluating.deferring import identity, parsed
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import Module
from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Constant,
    Either,
    EnumMember,
    Operation,
    Parameter,
    Site,
    Subscript,
    Symbol,
    Value,
)
from schema_lint.facts.application import DatabaseUrl, UrlSource
from schema_lint.facts.place import SourcePlace
from schema_lint.readers.source.application.urls import HOLE, parse_url
from schema_lint.readers.source.application.walking import nodes

GETTERS = frozenset(
    {"os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault", "decouple.config", "environ.get"}
)
_TRANSPARENT = frozenset({"str", "make_url", "AnyUrl", "PostgresDsn", "SecretStr", "URL", "Secret", "DatabaseURL"})
_REWRITING = frozenset({"replace", "set", "removeprefix", "removesuffix", "format", "sub", "lstrip", "rstrip", "strip"})
_READING = frozenset(
    {"get_secret_value", "render_as_string", "unicode_string", "encoded_string", "as_posix", "__str__"}
)
_MAX_DEPTH = 12


class _Unfollowed(Exception):  # noqa: N818 - a signal between two functions of this module
    """The URL comes from something that cannot be followed."""


def url_sources(value: Value, interpreter: Interpreter) -> tuple[UrlSource, ...] | None:
    """Everything a URL may come from; `None` where that could not be followed."""
    try:
        found = tuple(_sources(value, interpreter, 0))
    except _Unfollowed:
        return None
    # Where one branch rewrites a text, the other is for texts that need it not.
    rewritten = {source.place for source in found if source.rewritten}
    return tuple(
        dict.fromkeys(
            msgspec.structs.replace(source, rewritten=True) if source.place in rewritten else source for source in found
        )
    )


def _sources(value: Value, interpreter: Interpreter, depth: int) -> Iterator[UrlSource]:
    if depth > _MAX_DEPTH:
        raise _Unfollowed
    if isinstance(value, Constant):
        yield from _of_constant(value, interpreter)
    elif isinstance(value, Either):
        for option in value.options:
            yield from _sources(option, interpreter, depth + 1)
    elif isinstance(value, Operation):
        yield from _of_operation(value, interpreter, depth)
    elif isinstance(value, Call):
        yield from _of_call(value, interpreter, depth)
    elif isinstance(value, Subscript):
        yield from _of_subscript(value)
    elif isinstance(value, Attribute):
        yield UrlSource(kind="setting", name=value.name, place=_place(value.site))
    elif isinstance(value, Parameter):
        default = value.default
        url = parse_url(default.value) if isinstance(default, Constant) and isinstance(default.value, str) else None
        yield UrlSource(kind="argument", name=value.name, url=url, place=_place(value.site))
    elif isinstance(value, EnumMember):
        yield from _sources(value.value, interpreter, depth + 1)
    else:
        raise _Unfollowed


def _of_constant(value: Constant, interpreter: Interpreter) -> Iterator[UrlSource]:
    if value.value is None:
        return
    if not isinstance(value.value, str):
        raise _Unfollowed
    field = setting_field(value.site, interpreter)
    url = parse_url(value.value)
    if field is not None:
        yield UrlSource(kind="setting", name=field, url=url, place=_place(value.site))
    else:
        yield UrlSource(kind="literal" if url is not None else "built", url=url, place=_place(value.site))


def setting_field(site: Site | None, interpreter: Interpreter) -> str | None:
    """The field whose default a literal is, where it stands in the body of a settings class; the environment, and not
    the literal, then decides."""
    if site is None:
        return None
    line = getattr(site.node, "lineno", 0)
    for cls in interpreter.classes(site.module):
        node = cls.node
        if not isinstance(node, ast.ClassDef) or not node.lineno < line <= (node.end_lineno or 0):
            continue
        if not is_settings_class(cls):
            continue
        written = parsed(cls.module, node)
        for statement in written.body if isinstance(written, ast.ClassDef) else ():
            if statement.lineno <= line <= (statement.end_lineno or 0) and isinstance(statement, ast.AnnAssign):
                return statement.target.id if isinstance(statement.target, ast.Name) else None
    return None


def is_settings_class(cls: ClassValue) -> bool:
    """Whether the environment can set the class's fields: pydantic's `BaseSettings` and the like."""
    return any(
        isinstance(base, Symbol) and (base.path.endswith("BaseSettings") or base.path.startswith("pydantic_settings"))
        for base in cls.mro()
    )


def _of_operation(value: Operation, interpreter: Interpreter, depth: int) -> Iterator[UrlSource]:
    if value.operator in ("or", "if"):
        operands = value.operands[1:] if value.operator == "if" else value.operands
        found = [source for operand in operands for source in _sources(operand, interpreter, depth + 1)]
        last_url = found[-1].url if found else None
        for position, source in enumerate(found):
            if value.operator == "or" and position < len(found) - 1:
                # Whatever stands after `or` is the default of what stands before it.
                default = source.url or (last_url if found[-1].kind == "literal" else None)
                source = msgspec.structs.replace(source, may_be_none=False, url=default)
            elif value.operator == "or" and source.kind == "literal" and len(found) > 1:
                continue
            yield source
        return
    text = template(value)
    yield UrlSource(kind="built", url=parse_url(text), place=_place(value.site))


def template(value: Value, depth: int = 0) -> str:
    """Text with `HOLE` for each part that is not known."""
    if depth > _MAX_DEPTH:
        return HOLE
    if isinstance(value, Constant):
        return str(value.value)
    if isinstance(value, Operation) and value.operator in ("f", "+", "%"):
        parts = value.operands if value.operator != "%" else value.operands[:1]
        return "".join(template(part, depth + 1) for part in parts)
    return HOLE


def _of_call(value: Call, interpreter: Interpreter, depth: int) -> Iterator[UrlSource]:
    path = symbol_path(value.function)
    last = path.rpartition(".")[2]
    if path in GETTERS or path.endswith((".environ.get", ".getenv")) or last in ("env", "config"):
        yield from _of_environment(value)
    elif last in _TRANSPARENT and value.arguments:
        yield from _sources(value.arguments[0], interpreter, depth + 1)
    elif path.endswith("URL.create") or last == "build":
        driver = value.keywords.get("drivername") or value.keywords.get("scheme")
        driver = driver or (value.arguments[0] if value.arguments else None)
        yield UrlSource(
            kind="built", url=parse_url(f"{template(driver)}://") if driver else None, place=_place(value.site)
        )
    elif last == "Field" and ("default" in value.keywords or value.arguments):
        yield UrlSource(kind="setting", place=_place(value.site))
    elif isinstance(value.function, Attribute) and last in _REWRITING | _READING:
        for source in _sources(value.function.value, interpreter, depth + 1):
            yield msgspec.structs.replace(source, rewritten=source.rewritten or last in _REWRITING)
    elif isinstance(value.function, Attribute):
        yield UrlSource(kind="setting", name=_first_text(value) or last, place=_place(value.site))
    else:
        raise _Unfollowed


def _of_environment(value: Call) -> Iterator[UrlSource]:
    name = _first_text(value)
    default = value.keywords.get("default") or (value.arguments[1] if len(value.arguments) > 1 else None)
    url: DatabaseUrl | None = None
    if isinstance(default, Constant) and isinstance(default.value, str):
        url = parse_url(default.value)
    path = symbol_path(value.function)
    may_be_none = default is None and path.endswith(("getenv", "environ.get"))
    if isinstance(default, Constant) and default.value is None:
        may_be_none = True
    yield UrlSource(kind="environment", name=name, url=url, may_be_none=may_be_none, place=_place(value.site))


def _of_subscript(value: Subscript) -> Iterator[UrlSource]:
    name = value.key.value if isinstance(value.key, Constant) and isinstance(value.key.value, str) else None
    environment = symbol_path(value.value).endswith("environ")
    yield UrlSource(kind="environment" if environment else "setting", name=name, place=_place(value.site))


def _first_text(value: Call) -> str | None:
    first = value.arguments[0] if value.arguments else None
    return first.value if isinstance(first, Constant) and isinstance(first.value, str) else None


def symbol_path(value: Value) -> str:
    """Dotted path of a library's thing, as far as it is one: `os.environ.get`, `.replace` of something else."""
    names: list[str] = []
    while isinstance(value, Attribute):
        names.append(value.name)
        value = value.value
    return ".".join([value.path if isinstance(value, Symbol) else "", *reversed(names)])


def _place(site: Site | None) -> SourcePlace | None:
    return site.place() if site is not None else None


def is_checked(site: Site | None, modules: tuple[Module, ...]) -> bool:
    """Whether some condition looks at the variable that `os.getenv(…)`'s result is bound to."""
    if site is None:
        return True
    names = _bound_names(site)
    if names is None:
        return True
    return any(names & _tested(module.tree) for module in modules)


def _bound_names(site: Site) -> frozenset[str] | None:
    """Names that the statement around a call binds; none for a call that is used where it stands; `None` where that
    cannot be told (`getenv` inside a larger expression)."""
    return _bindings(site.module.tree).get(identity(site.node))


@functools.lru_cache(maxsize=2)
def _bindings(tree: ast.Module) -> dict[object, frozenset[str]]:
    found: dict[object, frozenset[str]] = {}
    for node in nodes(tree):
        if isinstance(node, ast.Assign):
            found.setdefault(identity(node.value), frozenset(name for t in node.targets for name in _target_names(t)))
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            found.setdefault(identity(node.value), frozenset(_target_names(node.target)))
        elif isinstance(node, ast.Call):
            for argument in node.args:
                found.setdefault(identity(argument), frozenset())
    return found


def _target_names(target: ast.AST) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute):
        yield target.attr


@functools.lru_cache(maxsize=2)
def _tested(tree: ast.Module) -> frozenset[str]:
    """Names and attributes that conditions look at, or that are handed to a function, which may well check them."""
    tests: list[ast.AST] = []
    for node in nodes(tree):
        if isinstance(node, ast.If | ast.IfExp | ast.Assert | ast.While):
            tests.append(node.test)
        elif isinstance(node, ast.BoolOp):
            tests += node.values
        elif isinstance(node, ast.Match):
            tests.append(node.subject)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and "engine" not in node.func.id.lower():
            tests += node.args
    seen = set(map(id, tests))
    for test in tests:
        inner = [child for child in ast.iter_child_nodes(test) if id(child) not in seen]
        seen.update(map(id, inner))
        tests += inner
    return frozenset(name for test in tests for name in _target_names(test))
