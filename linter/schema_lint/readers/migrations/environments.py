"""What an `env.py` tells Alembic, read without running it."""

from __future__ import annotations

import ast

import msgspec

from schema_lint.facts.environments import Configuration
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.constants import UNREAD, Constants, last_name
from schema_lint.readers.migrations.transactions import Transactions
from schema_lint.readers.source.application.walking import nodes

_MOST = 20
"""Calls of `context.configure()` that are read; no file has so many."""

_ASYNCHRONOUS = frozenset({"async_engine_from_config", "create_async_engine", "AsyncEngine", "run_sync"})
_ORDER = ("given", "unknown", "none", "missing")


class EnvironmentFile(msgspec.Struct, frozen=True, kw_only=True):
    """What one `env.py` says."""

    target_metadata: str = "unknown"
    """`given`, `none` (it is `None` wherever it is set), `missing` (nobody is asked for it) or `unknown`."""

    metadata: str | None = None
    """As it is written: `Base.metadata`."""

    configurations: tuple[Configuration, ...] = ()
    is_async: bool = False


def read_environment(path: str, source: str) -> EnvironmentFile:
    """What an `env.py` says; nothing, where it cannot be parsed."""
    try:
        return _read(path, ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return EnvironmentFile()


def _read(path: str, module: ast.Module) -> EnvironmentFile:
    calls = [node for node in nodes(module) if isinstance(node, ast.Call)]
    configuring = sorted((call for call in calls if _is_configure(call.func)), key=_position)[:_MOST]
    constants = Constants(nodes(module))
    transactions = Transactions(module, path, constants)
    configurations = tuple(_configuration(call, constants, transactions, path) for call in configuring)
    said = {configuration.target_metadata for configuration in configurations} or {"unknown"}
    written = {ast.unparse(value) for call in configuring if (value := _metadata(call, constants)) is not None}
    return EnvironmentFile(
        target_metadata=next(kind for kind in _ORDER if kind in said),
        metadata=next(iter(written)) if len(written) == 1 else None,
        configurations=configurations,
        is_async=any(last_name(call.func) in _ASYNCHRONOUS for call in calls),
    )


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _is_configure(function: ast.expr) -> bool:
    """Whether it is `context.configure` or `alembic.context.configure`."""
    return (
        isinstance(function, ast.Attribute) and function.attr == "configure" and last_name(function.value) == "context"
    )


def _configuration(call: ast.Call, constants: Constants, transactions: Transactions, path: str) -> Configuration:
    place = SourcePlace(path=path, line=call.lineno, column=call.col_offset + 1)
    given, rest = _arguments(call, constants)
    missing = Unknown("some of the options of context.configure() are computed", place) if rest else None

    def flag(name: str) -> bool | Unknown | None:
        return _flag(given[name], constants, place) if name in given else missing

    def text(name: str) -> str | Unknown | None:
        return _text(given[name], constants, place) if name in given else missing

    def function(name: str) -> str | Unknown | None:
        return _function(given[name], constants, place) if name in given else missing

    connection = given.get("connection")
    return Configuration(
        offline=connection is None and not rest,
        target_metadata=_kind_of_metadata(given.get("target_metadata"), constants, rest=rest),
        compare_type=flag("compare_type"),
        compare_server_default=flag("compare_server_default"),
        include_schemas=flag("include_schemas"),
        render_as_batch=flag("render_as_batch"),
        transaction_per_migration=flag("transaction_per_migration"),
        transactional_ddl=flag("transactional_ddl"),
        version_table=text("version_table"),
        version_table_schema=text("version_table_schema"),
        include_object=function("include_object"),
        include_name=function("include_name"),
        begun=transactions.before(call, connection) if connection is not None else missing,
        place=place,
    )


def _arguments(call: ast.Call, constants: Constants) -> tuple[dict[str, ast.expr], bool]:
    """The keyword arguments, and whether there may be others."""
    given: dict[str, ast.expr] = {}
    rest = any(isinstance(argument, ast.Starred) for argument in call.args)
    if call.args:
        given["connection"] = call.args[0]
    for keyword in call.keywords:
        if keyword.arg is not None:
            given[keyword.arg] = keyword.value
            continue
        entries = constants.entries(keyword.value)
        rest = rest or entries is None
        given |= entries or {}
    return given, rest


def _metadata(call: ast.Call, constants: Constants) -> ast.expr | None:
    value = _arguments(call, constants)[0].get("target_metadata")
    return constants.followed(value) if value is not None else None


def _kind_of_metadata(value: ast.expr | None, constants: Constants, *, rest: bool) -> str:
    if value is None:
        return "unknown" if rest else "missing"
    if isinstance(value, ast.Name):
        values = constants.assigned(value.id)
        return "none" if values and all(_is_none(each) for each in values) else "given"
    return "none" if _is_none(value) else "given"


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _flag(value: ast.expr, constants: Constants, place: SourcePlace) -> bool | Unknown:
    found = constants.of(value)
    if found is UNREAD:
        followed = constants.followed(value)
        is_function = isinstance(followed, ast.Lambda) or (
            isinstance(followed, ast.Name) and constants.function(followed.id) is not None
        )
        return True if is_function else Unknown(f"{ast.unparse(value)} is computed", place)
    return bool(found)


def _text(value: ast.expr, constants: Constants, place: SourcePlace) -> str | Unknown | None:
    found = constants.of(value)
    if found is None or isinstance(found, str):
        return found
    return Unknown(f"{ast.unparse(value)} is computed", place)


def _function(value: ast.expr, constants: Constants, place: SourcePlace) -> str | Unknown | None:
    if constants.of(value) is None:
        return None
    if isinstance(value, ast.Name) and constants.function(value.id) is not None:
        return value.id
    return Unknown(f"{ast.unparse(value)} is no function of this file", place)
