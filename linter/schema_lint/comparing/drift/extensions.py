"""Extensions that the models need and a database does not have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.database import Database
from schema_lint.comparing.drift.indexes import columns_of
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.facts.identifiers import cut, quoted
from schema_lint.facts.place import Place
from schema_lint.facts.schema import Column, Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown

_TYPES = {
    "citext": "citext", "cube": "cube", "geography": "postgis", "geometry": "postgis", "halfvec": "vector",
    "hstore": "hstore", "ltree": "ltree", "sparsevec": "vector", "vector": "vector",
}  # fmt: skip
_OPERATORS = {"gin_trgm_ops": "pg_trgm", "gist_trgm_ops": "pg_trgm", "vector_cosine_ops": "vector",
              "vector_ip_ops": "vector", "vector_l1_ops": "vector", "vector_l2_ops": "vector"}  # fmt: skip
_METHODS = {"bloom": "bloom", "hnsw": "vector", "ivfflat": "vector", "rum": "rum"}
_FUNCTIONS = {"uuid_generate_v1": "uuid-ossp", "uuid_generate_v1mc": "uuid-ossp", "uuid_generate_v4": "uuid-ossp"}
_CALLED = re.compile(r"\b(\w+)\s*\(")


def compare_extensions(notes: Notes, tables: Iterable[Table], database: Database) -> None:
    """Take down each extension that tables of the models need and the database lacks, at what needs it first.

    PostgreSQL would not have made what is there already: only what is missing can need one.
    """
    schema = database.schema
    there = {extension.name for extension in schema.extensions}
    for table in tables:
        other = database.find(table)
        for need in _needs(table, other):
            name = need.extension
            if name in there:
                continue
            there.add(name)
            columns = need.columns if other is not None else ()
            subject = Subject(
                kind="extension", table=table.key, schema=table.schema, name=name, columns=columns, left=need.place
            )
            if schema.available_extensions is not None and name not in schema.available_extensions:
                notes.differs(subject, "available", need.what, None)
                continue
            sql = f"CREATE EXTENSION {quoted(name)};"
            again = ddl.add_column(table, need.column) if other is not None and need.column is not None else None
            notes.differs(subject, None, need.what, None, sql=f"{sql}\n{again}" if again is not None else sql)


class _Need(msgspec.Struct, frozen=True, kw_only=True):
    extension: str
    what: str
    columns: tuple[str, ...]
    place: Place | None
    column: Column | None = None


def _needs(table: Table, other: Table | None) -> Iterator[_Need]:
    for column in table.columns.known:
        if other is None or other.column(cut(column.name)) is None:
            what = (
                f"the missing column {table.key}.{column.name}" if other is not None else f"{table.key}.{column.name}"
            )
            for extension in _of_column(column):
                yield _Need(
                    extension=extension, what=what, columns=(cut(column.name),), place=column.place, column=column
                )
    named = {index.name for index in other.indexes.known} if other is not None else set()
    for index in table.indexes.known:
        if isinstance(index.name, Unknown) or index.name in named:
            continue
        what = f"the index {index.name}" if isinstance(index.name, str) else f"an index of {table.key}"
        used = [_METHODS.get(index.method), *(_OPERATORS.get(part.operator_class or "") for part in index.parts)]
        names = columns_of(index, table.name)
        for extension in filter(None, used):
            yield _Need(extension=extension, what=what, columns=names, place=index.place)


def _of_column(column: Column) -> Iterator[str]:
    kind = column.type
    name = kind.item or kind.name if isinstance(kind, ColumnType) else ""
    if name in _TYPES:
        yield _TYPES[name]
    default = column.server_default
    if isinstance(default, Default) and default.kind == "sql" and not default.quoted:
        called = _CALLED.findall(default.value) if isinstance(default.value, str) else ()
        yield from (_FUNCTIONS[function] for function in called if function in _FUNCTIONS)
