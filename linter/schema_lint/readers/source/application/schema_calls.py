"""Calls in application code that change the schema: `create_all`, `drop_all`, raw DDL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from schema_lint.evaluating.modules import Module
from schema_lint.facts.application import SchemaCall
from schema_lint.readers.source.application.walking import Context, dotted, walk
from schema_lint.readers.source.roles import is_migration, is_test

MENTIONED = (
    r"create_all|drop_all|(?i:(?:create|alter|drop)\s+(?:\w+\s+){0,2}"
    r"(?:table|index|type|schema|view|sequence|function|trigger|policy|domain)\b)"
)
"""A file that this does not match holds no such call."""

_DDL = (
    r"(?i)\s*(?:--[^\n]*\n\s*)*((?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:unique\s+|materialized\s+)?"
    r"(?:table|index|type|schema|view|sequence|function|trigger|policy|domain)\b)"
)
_SCRIPT = (
    r"(?i)(^|[/._-])(seeds?|seeding|seeder|reset|init|initial|setup|bootstrap|pre_?start|backend_pre_start|manage|cli"
    r"|commands?|scripts?|tools?|bin|migrat\w*|create_(?:tables|db|database)|init_db|fixtures?|install|upgrade|downgrade"
    r"|benchmarks?|examples?|playground|demo|docs?)([/._-]|$)"
)
_EXECUTORS = frozenset({"execute", "exec_driver_sql", "text", "exec"})
_COMMANDS = ("command", "cli", "group", "callback")


def is_script(path: str, context: Context) -> bool:
    """Whether the code is a seed, reset or set-up utility, by its path, function names, decorators or `__main__`."""
    if context.main or re.search(_SCRIPT, path):
        return True
    if any(re.search(_SCRIPT, name) for name in context.names):
        return True
    return any(
        dotted(decorator).rpartition(".")[2] in _COMMANDS
        for function in context.functions
        for decorator in function.decorator_list
    )


def read_schema_calls(module: Module) -> Iterator[SchemaCall]:
    """The calls in one module."""
    for node, context in walk(module.tree):
        kind, statement = _kind(node)
        if kind is None:
            continue
        yield SchemaCall(
            kind=kind,
            statement=statement,
            function_scope=context.scope,
            is_test=is_test(module.path),
            is_script=is_script(module.path, context),
            is_migration=is_migration(module.path),
            guarded=any(_names_environment(test) for test in context.condition),
            place=module.place(node),
        )


def _kind(node: ast.AST) -> tuple[str | None, str | None]:
    if isinstance(node, ast.Attribute) and node.attr in ("create_all", "drop_all"):
        owner = dotted(node.value).rpartition(".")[2].lower()
        return (node.attr, None) if owner in ("metadata", "db") or owner.endswith("metadata") else (None, None)
    if isinstance(node, ast.Call) and node.args and dotted(node.func).rpartition(".")[2] in _EXECUTORS:
        match = re.match(_DDL, _leading_text(node.args[0]))
        if match:
            return "ddl", " ".join(match[1].upper().split())
    return None, None


def _leading_text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and node.values:
        return _leading_text(node.values[0])
    if isinstance(node, ast.BinOp):
        return _leading_text(node.left)
    return ""


def _names_environment(test: ast.expr) -> bool:
    text = ast.unparse(test).lower()
    return any(word in text for word in ("env", "debug", "prod", "dev", "test", "local", "stage"))
