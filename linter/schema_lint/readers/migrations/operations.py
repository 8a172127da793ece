"""What a revision's upgrade does, read without running it: which tables, columns, indexes and constraints it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from schema_lint.facts.operations import Operation

_TABLE_FIRST = frozenset({
    "create_table", "drop_table", "rename_table", "add_column", "drop_column", "alter_column", "create_table_comment",
    "drop_table_comment",
})  # fmt: skip
_NAME_FIRST = frozenset({
    "create_index", "drop_index", "create_unique_constraint", "create_foreign_key", "create_check_constraint",
    "create_primary_key", "create_exclude_constraint", "drop_constraint",
})  # fmt: skip
"""Operations whose second argument is the table."""

_IN_BATCH = (_TABLE_FIRST | _NAME_FIRST) - {"create_table", "drop_table", "rename_table"}
_ALL = frozenset({"create_all", "drop_all"})
_TABLE_NAMES = ("table_name", "source_table", "source", "old_table_name")
_DDL = re.compile(r"\b(?:create|alter|drop|rename|comment\s+on|reindex)\b", re.IGNORECASE)
_ROWS = frozenset({"insert", "update", "delete", "select", "values", "bulk_insert"})
_WORD = re.compile(r"\w+")


def read_operations(text: str) -> tuple[Operation, ...] | None:
    """The operations of a revision's text; `None` where it does not parse. Helpers of the file count as called."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tuple(_Reader(module).operations())


class _Reader:
    def __init__(self, module: ast.Module) -> None:
        self.body = [n for n in module.body if not (isinstance(n, ast.FunctionDef) and n.name == "downgrade")]
        self.nodes = [node for statement in self.body for node in ast.walk(statement)]
        self.strings = dict(self._assigned())
        self.batches = dict(self._batches())

    def _assigned(self) -> Iterator[tuple[str, str]]:
        """Names that stand for one text throughout."""
        seen: dict[str, str | None] = {}
        for node in self.nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                seen[node.id] = None if node.id in seen else ""
        for node in self.nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                name, value = node.targets[0].id, node.value
                if seen.get(name) == "" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield name, value.value

    def _batches(self) -> Iterator[tuple[str, str | None]]:
        """Variables of `with op.batch_alter_table(…) as …`, each with its table."""
        for node in self.nodes:
            if not isinstance(node, ast.withitem) or not isinstance(node.context_expr, ast.Call):
                continue
            call = node.context_expr
            if _called(call) == "batch_alter_table" and isinstance(node.optional_vars, ast.Name):
                table = self._table(call, call.args[:1])
                name = node.optional_vars.id
                yield name, table

    def operations(self) -> Iterator[Operation]:
        for node in self.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield from self._operation(node, node.func)

    def _operation(self, call: ast.Call, function: ast.Attribute) -> Iterator[Operation]:
        name = function.attr
        owner = function.value.id if isinstance(function.value, ast.Name) else None
        if name in _ALL:
            yield Operation(function="create_all")
        elif name == "execute":
            yield from self._execute(call)
        elif owner in self.batches and name in _IN_BATCH:
            yield self._named(name, call, self.batches[owner], call.args)
        elif owner == "op" and name in _TABLE_FIRST:
            yield self._named(name, call, self._table(call, call.args[:1]), call.args[1:])
        elif owner == "op" and name in _NAME_FIRST:
            yield self._named(name, call, self._table(call, call.args[1:2]), [*call.args[:1], *call.args[2:]])
        elif name in ("create", "drop") or (owner == "op" and re.match(r"create_|drop_|alter_|replace_|sync_", name)):
            yield Operation(function="execute", names=self._words())

    def _named(self, function: str, call: ast.Call, table: str | None, arguments: list[ast.expr]) -> Operation:
        if table is None and function != "drop_index":
            return Operation(function="execute", names=self._words())
        names = [found for argument in arguments for found in self._texts(argument)]
        for keyword in call.keywords:
            if keyword.arg in ("new_column_name", "new_table_name", "column_name", "index_name", "constraint_name"):
                names += self._texts(keyword.value)
        return Operation(function=function, table=table, names=tuple(dict.fromkeys(names)))

    def _table(self, call: ast.Call, given: list[ast.expr]) -> str | None:
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        value = given[0] if given else next((named[name] for name in _TABLE_NAMES if name in named), None)
        text = self._text(value)
        schema = self._text(named.get("schema"))
        return f"{schema}.{text}" if schema and text else text

    def _text(self, value: ast.expr | None) -> str | None:
        if isinstance(value, ast.Constant):
            return value.value if isinstance(value.value, str) else None
        if isinstance(value, ast.Name):
            return self.strings.get(value.id)
        if isinstance(value, ast.Call) and _called(value) == "f" and value.args:
            return self._text(value.args[0])
        return None

    def _texts(self, value: ast.expr) -> list[str]:
        """A name, those of a list, or that of a `Column(…)`."""
        if isinstance(value, (ast.List, ast.Tuple)):
            return [text for item in value.elts for text in self._texts(item)]
        if isinstance(value, ast.Call) and _called(value) in ("Column", "column") and value.args:
            value = value.args[0]
        text = self._text(value)
        return [text] if text is not None else []

    def _execute(self, call: ast.Call) -> Iterator[Operation]:
        if not call.args:
            return
        inner = list(ast.walk(call.args[0]))
        if any(isinstance(node, ast.Call) and _called(node) in _ROWS for node in inner):
            return
        texts = [node.value for node in inner if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        texts += [self.strings[n.id] for n in inner if isinstance(n, ast.Name) and n.id in self.strings]
        computed = any(isinstance(node, ast.Name) and node.id not in self.strings for node in inner if _is_value(node))
        if any(_DDL.search(text) for text in texts) or (computed and not texts):
            words = {word for text in texts for word in _WORD.findall(text)}
            yield Operation(function="execute", names=self._words() if computed else tuple(sorted(words)))

    def _words(self) -> tuple[str, ...]:
        """All words of all texts, for calls whose names are computed."""
        texts = (n.value for n in self.nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
        return tuple(sorted({word for text in texts for word in _WORD.findall(text)}))


def _is_value(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id not in ("sa", "sqlalchemy", "text", "op")


def _called(call: ast.Call) -> str:
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
