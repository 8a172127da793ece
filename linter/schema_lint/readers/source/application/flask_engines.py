"""The engine that Flask-SQLAlchemy makes of `SQLALCHEMY_DATABASE_URI`."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import Module
from schema_lint.evaluating.values import Constant, Value
from schema_lint.facts.application import Engine
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.application.engines import judged_sources
from schema_lint.readers.source.roles import is_migration, is_test

SETTING = "SQLALCHEMY_DATABASE_URI"


def read_flask_engines(module: Module, interpreter: Interpreter) -> Iterator[Engine]:
    """One for each value that the module gives the setting, in a class, at its top level or by `app.config[…]`."""
    seen: set[tuple[int, int]] = set()
    for value in _values(module, interpreter):
        if value.site is None or value.site.module is not module:
            continue
        place = value.site.place()
        if (place.line, place.column) in seen:
            continue
        seen.add((place.line, place.column))
        yield Engine(
            function="Flask-SQLAlchemy",
            is_async=False,
            sources=judged_sources(value, module, interpreter, place),
            arguments_complete=False,
            pool_class=Unknown("the pool is set by SQLALCHEMY_ENGINE_OPTIONS", place),
            connect_args=Unknown("connect_args are set by SQLALCHEMY_ENGINE_OPTIONS", place),
            is_test=is_test(module.path),
            is_migration=is_migration(module.path),
            place=place,
        )


def _values(module: Module, interpreter: Interpreter) -> Iterator[Value]:
    scope = interpreter.load(module)
    if SETTING in scope.names:
        yield interpreter.resolve(module, SETTING)
    for cls in interpreter.classes(module):
        if SETTING in cls.namespace:
            yield cls.namespace[SETTING]
    assignments = list(interpreter.assignments(module))
    for function in interpreter.functions(module):
        if SETTING in module.text(function.node):
            assignments += interpreter.body(function).assignments
    for assignment in assignments:
        if isinstance(assignment.key, Constant) and assignment.key.value == SETTING:
            yield assignment.value
