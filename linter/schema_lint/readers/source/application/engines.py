"""Engines and session factories: calls that make them, at module level and in functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import msgspec

from schema_lint.evaluating.deferring import identity, syntax
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import Module
from schema_lint.evaluating.values import Call, ClassValue, Constant, Dictionary, Symbol, Value
from schema_lint.facts.application import Engine, SessionFactory, UrlSource
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import Argument
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.application.schema_calls import is_environment
from schema_lint.readers.source.application.url_sources import is_checked, symbol_path, template, url_sources
from schema_lint.readers.source.application.walking import FunctionNode, Requested, dotted, enclosing, is_endpoint
from schema_lint.readers.source.roles import is_migration, is_test

ENGINES = {
    "create_engine": False,
    "engine_from_config": False,
    "create_async_engine": True,
    "async_engine_from_config": True,
}
"""Functions that make engines: whether they are asynchronous."""

FACTORIES = frozenset({"sessionmaker", "async_sessionmaker"})
LIBRARIES = ("sqlalchemy", "sqlmodel")
WORDS = ("create_engine", "create_async_engine", "engine_from_config", "sessionmaker")
"""A file without any of these makes neither."""

_CACHES = (
    "cache",
    "lru_cache",
    "cached",
    "cached_property",
    "singleton",
    "asynccontextmanager",
    "contextmanager",
    "fixture",
)


def made_calls(module: Module, interpreter: Interpreter) -> Iterator[Call]:
    """Calls of a library's functions that make engines or session factories, each source line once."""
    seen: set[object] = set()
    calls = list(interpreter.calls(module))
    for function in interpreter.functions(module):
        # Looking at a body means carrying out what it calls; few functions make engines.
        if any(word in module.text(function.node) for word in WORDS):
            calls += interpreter.body_calls(function)
    for call in calls:
        path = symbol_path(call.function)
        name = path.rpartition(".")[2]
        if (name in ENGINES or name in FACTORIES) and path.split(".", 1)[0] in LIBRARIES and call.site is not None:
            made = identity(call.site.node)
            if made in seen or call.site.module is not module:
                continue
            seen.add(made)
            yield call


def read_engines(
    module: Module, interpreter: Interpreter, request_functions: Requested
) -> Iterator[Engine | SessionFactory]:
    """Engines and session factories that one module makes.

    Args:
        request_functions: those that `Depends(…)` makes part of each request, in the whole project.
    """
    for call in made_calls(module, interpreter):
        name = symbol_path(call.function).rpartition(".")[2]
        if name in FACTORIES:
            yield _factory(call, name, module)
        else:
            yield _engine(call, name, module, interpreter, request_functions)


def _engine(call: Call, name: str, module: Module, interpreter: Interpreter, request_functions: Requested) -> Engine:
    assert call.site is not None
    function = enclosing(call.site.node, module.tree)
    pool = call.keywords.get("poolclass")
    echo = call.keywords.get("echo")
    return Engine(
        function=name,
        is_async=ENGINES[name],
        sources=_sources(call, name, module, interpreter),
        arguments=arguments(call),
        arguments_complete=call.rest is None,
        pool_class=_class_name(pool),
        connect_args=_connect_args(call),
        echo=isinstance(echo, Constant) and echo.value in (True, "debug"),
        function_scope=call.scope,
        cached=function is not None and _runs_once(function),
        disposed=function is not None
        and "dispose" in {n.attr for n in ast.walk(function) if isinstance(n, ast.Attribute)},
        in_request_path=function is not None and (is_endpoint(function) or function.name in request_functions),
        is_test=is_test(module.path),
        is_migration=is_migration(module.path) or is_environment(module),
        place=call.site.place(),
    )


def _sources(call: Call, name: str, module: Module, interpreter: Interpreter) -> tuple[UrlSource, ...] | Unknown:
    place = call.site.place() if call.site else None
    url = call.keywords.get("url") or (call.arguments[0] if call.arguments else None)
    if url is None or name.endswith("from_config"):
        return Unknown("the engine's URL comes from a configuration object", place)
    return judged_sources(url, module, interpreter, place)


def judged_sources(
    url: Value, module: Module, interpreter: Interpreter, place: SourcePlace | None
) -> tuple[UrlSource, ...] | Unknown:
    """Everything the URL of an engine may come from."""
    found = url_sources(url, interpreter)
    if found is None:
        return Unknown("where the engine's URL comes from could not be followed", place)
    return tuple(_judged(source, url, module) for source in found)


def _judged(source: UrlSource, url: Value, module: Module) -> UrlSource:
    """With `may_be_none` taken back where a condition looks at the variable."""
    if not source.may_be_none:
        return source
    site = url.site if url.site is not None else None
    modules = (module,) if site is None or site.module is module else (module, site.module)
    return msgspec.structs.replace(source, may_be_none=not is_checked(site, modules))


def _factory(call: Call, name: str, module: Module) -> SessionFactory:
    assert call.site is not None
    expire = call.keywords.get("expire_on_commit")
    session_class = call.keywords.get("class_")
    state: bool | Unknown = True
    if isinstance(expire, Constant):
        state = bool(expire.value)
    elif expire is not None or call.rest is not None:
        state = Unknown("not all arguments of the session factory are known", call.site.place())
    return SessionFactory(
        function=name,
        is_async=name == "async_sessionmaker" or _names_async(session_class),
        expire_on_commit=state,
        arguments=arguments(call),
        is_test=is_test(module.path),
        place=call.site.place(),
    )


def _names_async(value: Value | None) -> bool:
    if isinstance(value, ClassValue):
        return any(isinstance(base, Symbol) and base.path.endswith("AsyncSession") for base in value.mro())
    return isinstance(value, Symbol) and value.path.endswith("AsyncSession")


def arguments(call: Call) -> tuple[Argument, ...]:
    """The call's arguments as written."""
    if call.site is None or syntax(call.site.node) is not ast.Call:
        return ()
    module = call.site.module
    node: Any = call.site.node
    written = [(str(position), value) for position, value in enumerate(node.args)]
    written += [(keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg is not None]
    names = {name for name, _ in written}
    found = [Argument(name=name, text=module.text(value), place=module.place(value)) for name, value in written]
    place = call.site.place()
    # Those that came in by `**options`.
    found += [
        Argument(name=name, text=template(value), place=place)
        for name, value in call.keywords.items()
        if name not in names
    ]
    return tuple(found)


def _class_name(value: Value | None) -> str | Unknown | None:
    if value is None or (isinstance(value, Constant) and value.value is None):
        return None
    if isinstance(value, Symbol):
        return value.path.rpartition(".")[2]
    if isinstance(value, ClassValue):
        return value.name
    return Unknown("the pool class is computed", value.site.place() if value.site else None)


def _connect_args(call: Call) -> tuple[tuple[str, str], ...] | Unknown:
    value = call.keywords.get("connect_args")
    place = call.site.place() if call.site else None
    if value is None:
        return Unknown("not all arguments of the engine are known", place) if call.rest is not None else ()
    if not isinstance(value, Dictionary) or value.rest is not None:
        return Unknown("connect_args is computed", place)
    return tuple((str(key), template(entry)) for key, entry in value.entries.items())


def _runs_once(function: FunctionNode) -> bool:
    """Whether it keeps what it makes: a cache, a lifespan, a constructor, a global or guarded variable."""
    if function.name in ("__init__", "__post_init__", "__new__", "lifespan", "create_app", "startup", "on_startup"):
        return True
    if any(dotted(decorator).rpartition(".")[2].startswith(_CACHES) for decorator in function.decorator_list):
        return True
    return any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(function)) or any(
        isinstance(target, ast.Attribute | ast.Subscript)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
    )
