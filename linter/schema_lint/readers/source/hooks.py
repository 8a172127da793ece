"""Code that changes rows as they are written: listeners on `before_update` and `before_flush`, and triggers."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from schema_lint.evaluating.files import SourceTree
from schema_lint.evaluating.values import ClassValue
from schema_lint.facts.models import UpdateHook
from schema_lint.facts.place import SourcePlace
from schema_lint.readers.source.application.walking import Context, dotted, lines_with, walk

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter
    from schema_lint.evaluating.modules import Module, ModuleFinder

_EVENTS = frozenset({"before_update", "before_flush"})
_WORDS = (b"before_update", b"before_flush", b"TRIGGER", b"create trigger", b"replace trigger")
_NAME = r'"?(\w+)"?(?:\."?(\w+)"?)?$'


@functools.cache
def _trigger() -> re.Pattern[bytes]:
    return re.compile(
        rb"\b(?:CREATE|create)\s+(?:(?:OR|or)\s+(?:REPLACE|replace)\s+)?(?:(?:CONSTRAINT|constraint)\s+)?"
        rb"(?:TRIGGER|trigger)\b"
        rb"[^;]{0,300}?\b(?:UPDATE|update)\b[^;]{0,300}?\b(?:ON|on)\s+(\S{1,200})"
    )


def may_hook(source: bytes) -> bool:
    """Whether a file may have hooks, at a glance."""
    return any(word in source for word in _WORDS)


def read_hooks(
    paths: Iterable[str], tree: SourceTree, finder: ModuleFinder, interpreter: Interpreter
) -> Iterator[UpdateHook]:
    """The hooks in these files. One whose class or table is not certain is everybody's."""
    for path in paths:
        source = tree.content(path)
        if source is None:
            continue
        for found in _trigger().finditer(source):
            line = source.count(b"\n", 0, found.start()) + 1
            yield UpdateHook(target=_table(found[1]), place=SourcePlace(path=path, line=line))
        if b"before_update" in source or b"before_flush" in source:
            yield from _listeners(finder.at(path), interpreter)


def _table(written: bytes) -> str | None:
    """The table's key, where it is written out."""
    name = re.match(_NAME, written.decode("utf-8", "replace").rstrip("\"';,)\\"))
    return ".".join(part for part in name.groups() if part) if name is not None else None


def _listeners(module: Module, interpreter: Interpreter) -> Iterator[UpdateHook]:
    for node, context in walk(module.tree, lines_with(module.source, *_EVENTS)):
        if not isinstance(node, ast.Call) or not any(_is_event(argument) for argument in node.args):
            continue
        yield UpdateHook(target=_class(node.args[0], context, module, interpreter), place=module.place(node))


def _is_event(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _EVENTS


def _class(node: ast.expr, context: Context, module: Module, interpreter: Interpreter) -> str | None:
    """Key of the class that is listened to."""
    name = dotted(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    function = context.function
    if function is not None:
        # `event.listen(cls, …)` in a mixin's class method: every class that has the mixin.
        first = next((argument.arg for argument in (*function.args.posonlyargs, *function.args.args)), None)
        owner = context.names[: -len(context.functions)]
        return f"{module.name}.{'.'.join(owner)}" if owner and name == first and name == "cls" else None
    found = interpreter.resolve(module, name) if name else None
    return found.key if isinstance(found, ClassValue) else None
