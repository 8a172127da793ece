"""Calls in application code that change the schema: `create_all`, `drop_all`, raw DDL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from schema_lint.evaluating.modules import Module
from schema_lint.facts.application import SchemaCall
from schema_lint.readers.source.application.walking import Context, dotted, is_main_test, lines_with, walk
from schema_lint.readers.source.roles import is_migration, is_test

_DDL = (
    r"(?i)\s*(?:--[^\n]*\n\s*)*((?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:unique\s+|materialized\s+)?"
    r"(?:table|index|type|schema|view|sequence|function|trigger|policy|domain)\b)"
)
_SCRIPT_PATH = (
    r"(?i)(^|[/._-])(seeds?|seeding|seeder|reset|setup|bootstrap|pre_?start|backend_pre_start|manage|cli|commands?|scripts?"
    r"|tools?|bin|migrat\w*|fixtures?|install|upgrade|downgrade|bench\w*|examples?|playground|demo|docs?|mock\w*)([/._-]|$)"
)
_SCRIPT_NAME = (
    r"(?i)(^|_)(seed|seeding|reset|wipe|teardown|benchmark|demo|mock|fixtures?|migrate|upgrade|downgrade)(_|$)"
)
_STAMP = r"(?:[._]|\b)stamp\s*\("
_IMPORT = r"(?m)^\s*(?:import|from)\s+(?:{})\b"
_EMBEDDED = _IMPORT.format("sqlite3|aiosqlite|duckdb")
_SERVED = _IMPORT.format("sqlalchemy|sqlmodel|psycopg2?|asyncpg|flask_sqlalchemy")
_EXECUTORS = frozenset({"execute", "exec_driver_sql", "text", "exec"})
_COMMANDS = ("command", "cli", "group", "callback")


def is_script(path: str, context: Context) -> bool:
    """Whether the code is a seed, reset or set-up utility, by its path, function names, decorators or `__main__`."""
    if context.main or re.search(_SCRIPT_PATH, path):
        return True
    if any(re.search(_SCRIPT_NAME, name) for name in context.names):
        return True
    return any(
        dotted(decorator).rpartition(".")[2] in _COMMANDS
        for function in context.functions
        for decorator in function.decorator_list
    )


def _is_run_by_hand(module: Module) -> bool:
    """Whether it is a script with a `__main__` of its own, and not a server that can also be started so."""
    if re.search(r"FastAPI|Flask|APIRouter|uvicorn|starlette|litestar|aiohttp|django", module.source):
        return False
    return any(isinstance(node, ast.If) and is_main_test(node.test) for node in module.tree.body)


def is_environment(module: Module) -> bool:
    """Whether the module is an Alembic `env.py`, wherever it lies."""
    return module.path.rpartition("/")[2] == "env.py" and "alembic" in module.source


def read_schema_calls(module: Module) -> Iterator[SchemaCall]:
    """The calls in one module."""
    by_hand = _is_run_by_hand(module)
    embedded = re.search(_EMBEDDED, module.source) is not None and re.search(_SERVED, module.source) is None
    stamped = "alembic" in module.source and re.search(_STAMP, module.source) is not None
    for node, context in walk(module.tree, lines_with(module.source.lower(), "create", "alter", "drop")):
        kind, statement = _kind(node)
        # A file of its own, which no migration of the application's database is about.
        if kind is None or (kind == "ddl" and embedded):
            continue
        yield SchemaCall(
            kind=kind,
            statement=statement,
            function_scope=context.scope,
            is_test=is_test(module.path),
            is_script=by_hand or is_script(module.path, context),
            is_migration=is_migration(module.path) or is_environment(module),
            guarded=any(_names_environment(module.text(test)) for test in context.condition),
            stamped=stamped,
            place=module.place(node),
        )


def _kind(node: ast.AST) -> tuple[str | None, str | None]:
    if isinstance(node, ast.Attribute) and node.attr in ("create_all", "drop_all"):
        owner = dotted(node.value).rpartition(".")[2].lower()
        return (node.attr, None) if owner in ("metadata", "db") or owner.endswith("metadata") else (None, None)
    if isinstance(node, ast.Call) and node.args and dotted(node.func).rpartition(".")[2] in _EXECUTORS:
        text = _leading_text(node.args[0])
        match = re.match(_DDL, text)
        # A computed name is some user's table, not one of the schema; `alembic_version` is bookkeeping.
        if match and re.sub(r"(?i)^\s*(concurrently|if|not|exists|\s)*", "", text[match.end() :]).strip(' "'):
            if "alembic_version" in text:
                return None, None
            return "ddl", " ".join(match[1].upper().split())
    return None, None


def _leading_text(node: ast.expr) -> str:
    while isinstance(node, ast.BinOp):
        node = node.left
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _names_environment(test: str) -> bool:
    return any(word in test.lower() for word in ("env", "debug", "prod", "dev", "test", "local", "stage"))
