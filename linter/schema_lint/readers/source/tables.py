"""Tables: Core `Table(...)` calls, and what follows a table once all of it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating.values import Call, Collection, Constant, Dictionary, Value
from schema_lint.facts.models import MappingError
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.places import explanation, one_line
from schema_lint.readers.source.arguments import either, flag, text, unknown
from schema_lint.readers.source.bases import Bases
from schema_lint.readers.source.columns import ColumnReader, is_column
from schema_lint.readers.source.constraints import add_argument, add_column
from schema_lint.readers.source.declarations import declare_core
from schema_lint.readers.source.drafts import Mapping, MetaDataDraft, TableDraft
from schema_lint.readers.source.duplicates import Together
from schema_lint.readers.source.names import call_name, is_flask_sqlalchemy

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

TABLES = frozenset({"Table", "flask_sqlalchemy.Table"})


def is_table(value: Value | None) -> bool:
    """Whether a value is a `Table(...)` call."""
    return isinstance(value, Call) and call_name(value) in TABLES


class TableReader:
    """Reads Core tables and registers tables in their metadata."""

    def __init__(
        self, interpreter: Interpreter, bases: Bases, columns: ColumnReader, mapping: Mapping, together: Together
    ) -> None:
        self.together = together
        self.interpreter = interpreter
        self.bases = bases
        self.columns = columns
        self.mapping = mapping
        self._kept: list[Call] = []

    def core(self, call: Call) -> TableDraft | None:
        """The table that a `Table(...)` call makes; `None` where its name or metadata could not be read."""
        known = self.mapping.tables_by_value.get(id(call))
        if known is not None:
            return known
        metadata, arguments = self._metadata(call)
        name = text(call.keywords.get("name"))
        if name is None and arguments:
            name = text(arguments.pop(0))
        if metadata is None or not isinstance(name, str):
            if metadata is not None:
                metadata.rest = Unknown("the name of a table could not be read", one_line(call.site))
            return None
        if not arguments and not call.keywords and call.rest is None and name in metadata.tables:
            table = metadata.tables[name]
            self.mapping.tables_by_value[id(call)] = table
            return table
        table = self.register(self._filled(call, name, metadata, arguments))
        self._kept.append(call)
        self.mapping.tables_by_value[id(call)] = table
        return table

    def _metadata(self, call: Call) -> tuple[MetaDataDraft | None, list[Value]]:
        arguments = list(call.arguments)
        where = call.site.module if call.site is not None else None
        given = call.keywords.get("metadata")
        if given is None and len(arguments) > 1:
            found = self.bases.metadata(arguments[1], where)
            if found is not None:
                del arguments[1]
                return found, arguments
        function = call.function
        holder = getattr(function, "value", None)
        if given is None and isinstance(holder, Value) and is_flask_sqlalchemy(holder):
            base = self.bases.flask(holder)
            return base.registry.metadata, arguments
        if given is None and len(arguments) > 1:
            del arguments[1]
            return None, arguments
        return self.bases.metadata(given, where), arguments

    def _filled(self, call: Call, name: str, metadata: MetaDataDraft, arguments: list[Value]) -> TableDraft:
        schema, schema_known = self.schema_of(call.keywords.get("schema"), metadata)
        table = TableDraft(name, schema, metadata, call.site)
        table.form, table.value, table.schema_known = "core", call, schema_known
        table.explanation = explanation(call.site)
        self.options(table, call.keywords)
        constraints = []
        for item in arguments:
            if is_column(item) and isinstance(item, Call):
                column = self.columns.column(item, None)
                column.place_site = item.site
                declare_core(column, item)
                add_column(table, column)
            else:
                constraints.append(item)
        if call.rest is not None:
            table.rest = either(table.rest, unknown(call.rest))
        for item in constraints:
            add_argument(table, item)
        return table

    def options(self, table: TableDraft, keywords: dict[str, Value]) -> None:
        """Take up a table's keyword arguments."""
        table.comment = text(keywords.get("comment"))
        table.extend_existing = flag(keywords.get("extend_existing")) is True
        if flag(keywords.get("keep_existing")) is True:
            table.extend_existing = True
        given = keywords.get("autoload_with") or keywords.get("autoload")
        if given is not None and not (isinstance(given, Constant) and not given.value):
            table.rest = Unknown("the rest of the table is read from the database (autoload)", one_line(table.site))

    def schema_of(self, given: Value | None, metadata: MetaDataDraft) -> tuple[str | None, bool]:
        """The schema stated for a table, else its metadata's; and whether it is known."""
        found = text(given) if given is not None else metadata.schema
        if isinstance(found, Unknown):
            metadata.rest = Unknown("the schema of a table could not be read", found.place)
            return None, False
        return found, True

    def register(self, table: TableDraft) -> TableDraft:
        """Put a table into its metadata: the table itself, or the existing one that it extends.

        A second table of one key that does not extend the first is an error, and is not registered.
        """
        known = table.metadata.tables.get(table.key)
        if known is None:
            table.metadata.tables[table.key] = table
            return table
        if table.extend_existing or known.extend_existing:
            self._extend(known, table)
            return known
        if not self.together.certain(table.site, known.site):
            return self._apart(table, known)
        if not (table.schema_known and known.schema_known):
            return table
        here, there = one_line(table.site), one_line(known.site)
        table.metadata.errors.append(
            MappingError(
                kind="duplicate-table",
                subject=table.key,
                place=here,
                related=(there,) if there else (),
                message=f"table {table.key} is defined twice in one MetaData without extend_existing",
            )
        )
        return table

    def _apart(self, table: TableDraft, known: TableDraft) -> TableDraft:
        """Keep a table that no program sees beside its namesake: with the others of its module."""
        if table.site is None or known.site is None or table.site.module is known.site.module:
            return table
        module = table.site.module
        copy = table.metadata.copies.get(module.path)
        if copy is None:
            copy = MetaDataDraft(f"{module.name}.metadata", None, table.metadata.site)
            copy.schema, copy.convention = table.metadata.schema, table.metadata.convention
            copy.tokens = table.metadata.tokens
            copy.convention_stated, copy.origin = table.metadata.convention_stated, table.metadata
            table.metadata.copies[module.path] = copy
            self.bases.metadatas.append(copy)
        table.metadata = copy
        copy.tables.setdefault(table.key, table)
        return table

    @staticmethod
    def _extend(known: TableDraft, table: TableDraft) -> None:
        for column in table.columns:
            if column.name is not None and known.column(column.name) is None:
                add_column(known, column)
        known.by_value.update(table.by_value)
        known.rest = either(known.rest, table.rest)


def table_args(value: Value | None) -> tuple[list[Value], dict[str, Value], Unknown | None]:
    """`__table_args__` as positional and keyword arguments of the table; and why there may be more, if there may."""
    if value is None or (isinstance(value, Constant) and value.value is None):
        return [], {}, None
    if isinstance(value, Dictionary):
        rest = unknown(value.rest) if value.rest is not None else None
        return [], {k: v for k, v in value.entries.items() if isinstance(k, str)}, rest
    if isinstance(value, Collection):
        found = list(value.items)
        rest = unknown(value.rest) if value.rest is not None else None
        keywords: dict[str, Value] = {}
        if found and isinstance(found[-1], Dictionary):
            last = found.pop()
            assert isinstance(last, Dictionary)
            keywords = {k: v for k, v in last.entries.items() if isinstance(k, str)}
            rest = either(rest, unknown(last.rest) if last.rest is not None else None)
        return found, keywords, rest
    if isinstance(value, Call) and call_name(value) is not None:
        return [value], {}, None
    return [], {}, unknown(value)
