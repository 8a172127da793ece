"""What a revision's functions do: the calls of `op` in them, in order, evaluated without running anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from schema_lint.evaluating.files import SourceTree
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.keeping import kept
from schema_lint.evaluating.modules import Module, ModuleFinder
from schema_lint.evaluating.records import Body, Circumstances
from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Constant,
    Value,
)
from schema_lint.facts.files import UnreadFile
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint.facts.schema import Index, IndexPart, Table
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.migrations.asking import wants_answer
from schema_lint.readers.migrations.conventions import ConstraintNames, Templates, metadata_of, with_written_names
from schema_lint.readers.migrations.executing import Executing, is_idle
from schema_lint.readers.migrations.moments import moment_in
from schema_lint.readers.migrations.names import is_none, key_of, name_of, plain_names, text_of
from schema_lint.readers.migrations.signatures import BATCH, HARMLESS, KEYWORDS, POSITIONS, operation_name
from schema_lint.readers.migrations.strange import strange_operation
from schema_lint.readers.migrations.tables import partitioned, partly
from schema_lint.readers.migrations.undefined import undefined_names
from schema_lint.readers.places import one_line
from schema_lint.readers.source.arguments import argument, flag, text, unknown
from schema_lint.readers.source.assembling import Assembler
from schema_lint.readers.source.columns import ColumnReader, is_column
from schema_lint.readers.source.constraints import add_argument, add_column, makes_object
from schema_lint.readers.source.drafts import Mapping, MetaDataDraft, TableDraft
from schema_lint.readers.source.expressions import sql_text
from schema_lint.readers.source.linking import Linker
from schema_lint.readers.source.modules import unread_file

Operations = tuple[Operation, ...] | Unknown


class Functions(msgspec.Struct, frozen=True, kw_only=True):
    """What the functions of a revision do."""

    upgrade: Operations
    downgrade: Operations
    uses: tuple[str, ...] = ()
    """Classes of the project's other modules."""

    undefined: tuple[tuple[str, SourcePlace], ...] = ()
    """Names that they use and that nothing in the file gives a value."""

    idle: bool = False
    """The upgrade surely leaves the database alone."""

    error: UnreadFile | None = None
    """Why the file could not be read."""

    asks: SourcePlace | None = None
    """Where the upgrade surely wants an answer of the database."""

    when_imported: tuple[Operation, ...] = ()
    """What importing the file does: Alembic imports them all before the first upgrade."""


def read_operations(
    tree: SourceTree, paths: Sequence[str], project: Project, conventions: Sequence[Templates | None]
) -> list[Functions]:
    """What the functions of revisions do, read or kept from an earlier run.

    Args:
        conventions: for each, what Alembic names constraints by; `None` where that is not known.
    """
    roots, version = project.import_roots, project.sqlalchemy_version

    def read() -> list[Functions]:
        reader = OperationReader(tree, roots, version)
        return [reader.read(path, convention) for path, convention in zip(paths, conventions, strict=True)]

    # All at once: what they import is evaluated for the first that needs it.
    return kept(tree, "operations", [paths, roots, version, conventions], read, list[Functions], alone=True)


class OperationReader:
    """Reads the functions of revisions."""

    def __init__(self, tree: SourceTree, import_roots: Sequence[str], version: tuple[int, ...]) -> None:
        self._finder = ModuleFinder(tree, tuple(import_roots))
        self._interpreter = Interpreter(self._finder, makes_object=makes_object)
        self._interpreter.attribute_of = _on_postgresql
        self._columns = ColumnReader(self._interpreter, version)
        self._executing = Executing(self._columns.types)
        self._convention: Templates | None = None

    def read(self, path: str, convention: Templates | None = None) -> Functions:
        """What the upgrade and the downgrade of a file do, on PostgreSQL; nothing, where it has no such function.

        Args:
            convention: what Alembic names constraints by; `None` where that is not known.
        """
        self._convention = convention
        uses: dict[str, None] = {}
        module = self._finder.at(path)
        found = Functions(
            upgrade=self._function(path, "upgrade", uses),
            downgrade=self._function(path, "downgrade", uses),
            uses=tuple(uses),
            undefined=undefined_names(module),
            asks=self._asks(path),
            error=unread_file(path, module.error) if module.error is not None else None,
            when_imported=tuple(self._when_imported(module)),
        )
        if not isinstance(found.upgrade, Unknown) and not found.upgrade:
            found = msgspec.structs.replace(found, idle=self._is_idle(path))
        module.release()
        return found

    def upgrade(self, path: str) -> Operations:
        """What the upgrade alone does."""
        return self._function(path, "upgrade", {})

    def _when_imported(self, module: Module) -> Iterator[Operation]:
        for call in self._interpreter.calls(module):
            for operation in self._operations(call):
                yield msgspec.structs.replace(operation, guarded=True, place=one_line(call.site))

    def _is_idle(self, path: str) -> bool:
        body = self._body(self._finder.at(path), "upgrade")
        return isinstance(body, Body) and all(map(is_idle, body.calls))

    def _asks(self, path: str) -> SourcePlace | None:
        module = self._finder.at(path)
        body = self._body(module, "upgrade")
        own = zip(body.calls[: body.own], body.circumstances, strict=False) if isinstance(body, Body) else ()
        for call, circumstances in own:
            if circumstances.certain and wants_answer(call):
                return _place(call, circumstances, module)
        return None

    def _body(self, module: Module, name: str) -> Body | Unknown | None:
        """What the function of that name does; `None`, where there is none."""
        self._interpreter.load(module)
        if module.error is not None:
            return Unknown(f"{module.path} {module.error.message}")
        functions = {each.qualname: each for each in self._interpreter.functions(module)}
        function = functions.get(name)
        return self._interpreter.body(function) if function is not None else None

    def _function(self, path: str, name: str, uses: dict[str, None]) -> Operations:
        module = self._finder.at(path)
        body = self._body(module, name)
        if not isinstance(body, Body):
            return () if body is None else body
        found: list[Operation] = []
        own = zip(body.calls[: body.own], body.circumstances, strict=False)
        for call, circumstances in own:
            uses.update(dict.fromkeys(_classes(call, module)))
            autocommit = any(map(_is_autocommit, circumstances.managers))
            for operation in self._operations(call):
                placed = msgspec.structs.replace(
                    operation,
                    guarded=not circumstances.certain,
                    autocommit=operation.autocommit or autocommit,
                    block=autocommit,
                    place=_place(call, circumstances, module),
                )
                found.append(placed)
        return tuple(found)

    def _operations(self, call: Call) -> Iterator[Operation]:
        name = operation_name(call)
        if name is not None:
            if name in POSITIONS:
                yield from self._operation(call, name, None)
            elif name == "execute":
                yield from self._executing.statements(argument(call, "sqltext", 0), plain=True)
            elif name not in HARMLESS:
                yield strange_operation(call)
        elif isinstance(call.function, Attribute) and operation_name(call.function.value) == BATCH:
            batch = call.function.value
            assert isinstance(batch, Call)
            if call.function.name in POSITIONS:
                yield from self._operation(call, call.function.name, batch)
            elif call.function.name == "execute":
                yield from self._executing.statements(argument(call, "sqltext", 0), plain=True)
        else:
            own = call.site is not None and _is_made_in(call.function, call.site.module)
            for operation in self._executing.operations(call):
                # Of a metadata of its own it is not known here what it holds, but nobody else changes it.
                yield operation if operation.kind != "all" or not own else Operation(kind="unread")

    def _operation(self, call: Call, kind: str, batch: Call | None) -> Iterator[Operation]:
        given = _Given(call, kind, in_batch=batch is not None)
        named = argument(batch, "table_name", 0) if batch is not None else given("table")
        table = key_of(batch or call, named)
        fields: dict[str, Any] = {
            "table": table,
            "name": name_of(given("name")),
            "if_exists": any(flag(call.keywords.get(word)) is True for word in ("if_exists", "if_not_exists")),
            "concurrently": flag(call.keywords.get("postgresql_concurrently")),
            "batch": batch is not None,
        }  # fmt: skip
        if kind in ("create_table", "add_column"):
            declared, enums = self._declared(call, kind, table, in_batch=batch is not None)
            if kind == "create_table" and declared is not None and "postgresql_partition_by" in call.keywords:
                declared = partitioned(declared)
            fields |= {"declared": declared, "enums": enums}
            if kind == "add_column" and declared is not None:
                fields["name"] = next((column.name for column in declared.columns.known), None)
                columns = [value for value in (*call.arguments, *call.keywords.values()) if isinstance(value, Call)]
                fields["evaluated"] = moment_in(column.keywords.get("server_default") for column in columns)
        elif kind == "alter_column":
            fields |= self._altered(call)
        elif kind == "create_index":
            keys = plain_names(given("columns"))
            names = ConstraintNames(self._interpreter, self._convention)
            fields |= {
                "name": names.created(kind, given("name"), table, keys),
                "columns": keys,
                "unique": flag(call.keywords.get("unique")),
            }
            fields["declared"] = self._index(call, table, fields["name"], given("columns"))
        elif kind.startswith("create_") or kind == "drop_constraint":
            fields |= self._constraint(call, kind, given, table)
        elif kind == "bulk_insert":
            fields["table"] = self._executing.table(given("table"))
        yield Operation(kind=kind, **fields)

    def _altered(self, call: Call) -> dict[str, Any]:
        words = call.keywords
        default = words.get("server_default")
        found: dict[str, Any] = {"new_name": text(words.get("new_column_name"))}
        if "nullable" in words and not is_none(words["nullable"]):
            found["nullable"] = flag(words["nullable"])
        for word, field in (("type_", "type"), ("existing_type", "was")):
            if word in words and not is_none(words[word]):
                resolved = self._columns.types.read(words[word])
                found[field] = resolved.type
                if field == "type" and resolved.enum is not None:
                    found["enums"] = (resolved.enum,)
        if default is not None and is_none(default):
            found["drops_default"] = True
        elif default is not None and not (isinstance(default, Constant) and default.value is False):
            found |= {"default": self._columns.defaults.server(default), "evaluated": moment_in([default])}
        using = words.get("postgresql_using")
        found["using"] = text_of(using) if using is not None and not is_none(using) else None
        if call.rest is not None:
            found["type"] = found.get("type", unknown(call.rest))
        return found

    def _constraint(self, call: Call, kind: str, given: _Given, table: str | Unknown | None) -> dict[str, Any]:
        found: dict[str, Any] = {
            "columns": plain_names(given("columns")),
            "unvalidated": flag(call.keywords.get("postgresql_not_valid")),
        }
        names = ConstraintNames(self._interpreter, self._convention)
        if kind == "create_foreign_key":
            found["target"] = key_of(call, given("target"), "referent_schema")
        if kind != "drop_constraint":
            referred = plain_names(given("referred"))
            found["name"] = names.created(kind, given("name"), table, found["columns"], found.get("target"), referred)
        if kind == "create_check_constraint":
            condition = given("condition")
            found["condition"] = self._condition(condition) if condition is not None else None
        elif kind == "drop_constraint":
            stated = text(given("constraint"))
            found["name"] = names.dropped(stated, given("name"), table)
            found["constraint"] = stated if isinstance(stated, str) else None
        return found

    def _condition(self, value: Value) -> str | Unknown:
        found = text_of(value)
        if isinstance(found, str):
            return found
        return sql_text(value, TableDraft("", None, MetaDataDraft("revision"), None), interpreter=self._interpreter)

    def _declared(
        self, call: Call, kind: str, table: str | Unknown | None, *, in_batch: bool
    ) -> tuple[Table | None, tuple[Any, ...]]:
        """The table that is created, or that of an added column alone, with the enums of its columns."""
        if not isinstance(table, str):
            return None, ()
        given = call.arguments if in_batch else call.arguments[1:]
        given = [*given, *(call.keywords[word] for word in ("column",) if word in call.keywords)]
        return self.declare(table, given if kind == "create_table" else given[:1], call)

    def declare(self, key: str, given: list[Value], call: Call) -> tuple[Table, tuple[Any, ...]]:
        """A table of these columns and constraints, with the enums of its columns."""
        schema, _, name = key.rpartition(".")
        metadata = metadata_of(self._convention)
        draft = TableDraft(name, schema or None, metadata, call.site)
        draft.form = "core"
        rest = []
        for value in given:
            if is_column(value) and isinstance(value, Call):
                column = self._columns.column(value, None)
                column.place_site = value.site
                add_column(draft, column)
            else:
                rest.append(value)
        for value in rest:
            add_argument(draft, value)
        if call.rest is not None:
            draft.rest = unknown(call.rest)
        metadata.tables[draft.key] = draft
        mapping = Mapping()
        mapping.metadatas.append(metadata)
        Linker(mapping, self._interpreter).link()
        assembler = Assembler(self._interpreter)
        made = with_written_names(assembler.table(draft))
        return made, assembler.enums.all()

    def _index(self, call: Call, table: str | Unknown | None, name: Any, columns: Value | None) -> Table | None:
        """A table of that index alone."""
        if not isinstance(table, str):
            return None
        names = plain_names(columns)
        where = call.keywords.get("postgresql_where")
        method = text(call.keywords.get("postgresql_using"))
        index = Index(
            table=table,
            name=name,
            parts=tuple(IndexPart(column=each) for each in names) if not isinstance(names, Unknown) else (),
            unique=flag(call.keywords.get("unique")),
            method=method if isinstance(method, str) else "btree",
            predicate=text_of(where) if where is not None and not is_none(where) else None,
            place=one_line(call.site),
        )
        return msgspec.structs.replace(
            partly(table, index), indexes=Some((index,), names if isinstance(names, Unknown) else None)
        )


class _Given:
    """The arguments of a call by what they are, wherever they stand."""

    def __init__(self, call: Call, kind: str, *, in_batch: bool) -> None:
        self._call = call
        self._positions = POSITIONS[kind]
        self._table_at = self._positions.get("table") if in_batch else None

    def __call__(self, role: str) -> Value | None:
        for keyword in KEYWORDS[role]:
            if keyword in self._call.keywords:
                return self._call.keywords[keyword]
        at = self._positions.get(role)
        if at is None:
            return None
        shifted = self._table_at is not None and at > self._table_at
        return argument(self._call, "", at - 1 if shifted else at)


def _is_made_in(value: Value, module: Module) -> bool:
    """Whether what a method belongs to is made in a module."""
    while isinstance(value, Attribute):
        value = value.value
    if isinstance(value, ClassValue):
        return value.module is module
    return isinstance(value, Call) and value.site is not None and value.site.module is module


def _classes(call: Call, module: Module) -> Iterator[str]:
    """The classes of other modules of the project that a call is about."""
    for value in (call.function, *call.arguments):
        while isinstance(value, Attribute):
            value = value.value
        if isinstance(value, ClassValue) and value.module is not module and not value.module.library:
            yield value.key


def _on_postgresql(value: Value, name: str) -> Value | None:
    """`….dialect.name`: revisions are read as PostgreSQL would run them."""
    if name == "name" and isinstance(value, Attribute) and value.name in ("dialect", "engine", "_dialect"):
        return Constant("postgresql", value.site)
    return None


def _is_autocommit(manager: Value) -> bool:
    """Whether statements inside of it run outside of the revision's transaction."""
    return isinstance(manager, Call) and getattr(manager.function, "name", "") == "autocommit_block"


def _place(call: Call, circumstances: Circumstances, module: Module) -> SourcePlace | None:
    """The call's; of one that another module makes, where the revision calls that."""
    own = call.site is not None and call.site.module is module
    return one_line(call.site if own or circumstances.called_at is None else circumstances.called_at)
