"""Columns that have no default since the code that makes the object, or its class's constructor, gives them."""

from __future__ import annotations

import ast
import contextlib
import functools
import re
from collections.abc import Iterable, Iterator

from schema_lint.evaluating.files import ReadError, SourceTree
from schema_lint.evaluating.looking import Look
from schema_lint.evaluating.values import ClassValue, FunctionValue
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.roles import is_test

_LONGEST_CALL = 4000


def given_keys(schemas: Iterable[Schema], tree: SourceTree) -> frozenset[str]:
    """Attributes (`app.models.Task.id`) of UUID keys without a default that a call of the class gives a value.

    Files are only read where there is such a key; those of tests do not count.
    """
    wanted = {f"{model}.{name}": (model, name) for schema in schemas for model, name in _undefaulted(schema)}
    if not wanted:
        return frozenset()
    classes = b" ".join(sorted({model.rpartition(".")[2].encode(errors="replace") for model, _ in wanted.values()}))
    attributes = b" ".join(sorted({name.encode(errors="replace") for _, name in wanted.values()}))
    given: set[tuple[str, str]] = set()
    for path in tree.python_files():
        if not is_test(path):
            with contextlib.suppress(ReadError):
                given.update(tree.look(path, GIVEN, classes, attributes))
    return frozenset(key for key, (model, name) in wanted.items() if (model.rpartition(".")[2], name) in given)


def constructed(classes: Iterable[ClassValue]) -> frozenset[str]:
    """Attributes (`app.models.Task.created_at`) that the classes' own constructors set."""
    return frozenset(f"{cls.key}.{name}" for cls in classes for name in _set_by(cls.lookup("__init__")))


def _set_by(constructor: object) -> Iterator[str]:
    if not isinstance(constructor, FunctionValue) or isinstance(constructor.node, ast.Lambda):
        return
    parameters = [*constructor.node.args.posonlyargs, *constructor.node.args.args]
    for node in ast.walk(constructor.node) if parameters else ():
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store):
            continue
        if isinstance(node.value, ast.Name) and node.value.id == parameters[0].arg:
            yield node.attr


def _undefaulted(schema: Schema) -> Iterator[tuple[str, str]]:
    for table in schema.tables.known:
        column = _key(table)
        if column is not None and column.attribute and column.default is None and column.server_default is None:
            yield from ((model, column.attribute) for model in table.models)


def _key(table: Table) -> Column | None:
    names = table.primary_key.columns
    column = table.column(names[0]) if len(names) == 1 else None
    return (
        column if column is not None and not isinstance(column.type, Unknown) and column.type.name == "uuid" else None
    )


def _given(path: str, source: bytes, classes: bytes, attributes: bytes) -> tuple[tuple[str, str], ...]:
    """Names of classes, each with an attribute that a call of it in this file gives."""
    found: set[tuple[str, str]] = set()
    for call in _calls(classes).finditer(source):
        arguments = _arguments(source, call.end())
        found.update((call[1].decode(), name.decode()) for name in attributes.split() if _gives(arguments, name))
    return tuple(sorted(found))


@functools.lru_cache(maxsize=4)
def _calls(classes: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?<!class )\b(" + b"|".join(map(re.escape, classes.split())) + rb")\s*\(")


GIVEN = Look("given keys", _given, tuple[tuple[str, str], ...])


def _arguments(source: bytes, start: int) -> bytes:
    """What stands between the brackets of a call, those of inner calls left out."""
    kept = bytearray()
    depth = 0
    for byte in source[start : start + _LONGEST_CALL]:
        if byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth -= 1
            if depth < 0:
                break
        elif not depth:
            kept.append(byte)
    return bytes(kept)


def _gives(arguments: bytes, name: bytes) -> bool:
    return b"**" in arguments or re.search(rb"\b" + re.escape(name) + rb"\s*=(?!=)", arguments) is not None
