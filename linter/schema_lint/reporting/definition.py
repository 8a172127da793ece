"""What a finding is about as the database has it: the statements that would make it, cut to the lines that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from schema_lint.checking.finding import Subject
from schema_lint.facts.identifiers import qualified, quoted
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Default, ExclusionConstraint, ForeignKey, Index, Table
from schema_lint.facts.secrets import mask
from schema_lint.facts.unknown import Unknown
from schema_lint.reporting.snippet import CodeLine
from schema_lint.reporting.terminal import inert, width

_MOST = 8
"""Lines of one excerpt."""

_INSIDE = ("column", "primary-key", "unique", "foreign-key", "check", "exclusion")
"""Kinds of lines that stand in the table's own brackets."""


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    kind: str
    columns: frozenset[str] = frozenset()
    name: str = ""
    mark: tuple[int, int] = (0, 0)
    """What of the text is the thing itself: where it begins, and where it ends."""


def definition(database: Schema, subject: Subject) -> list[CodeLine]:
    """The lines that define a subject, with a caret under it; none for what is no table's."""
    if subject.table is None:
        return []
    key = f"{subject.schema}.{subject.table}" if subject.schema else subject.table
    table = database.table(key)
    if table is None:
        return []
    lines = list(_lines(table, database))
    wanted = [number for number, line in enumerate(lines) if _is_meant(line, subject)][:_MOST]
    near = {n for n, line in enumerate(lines) if line.kind == "column" and line.columns <= set(subject.columns)}
    shown = sorted({0, *wanted, *sorted(near)[:_MOST]} if wanted != [0] else range(min(len(lines), _MOST)))
    return list(_excerpt(lines, shown, set(wanted)))


def _is_meant(line: _Line, subject: Subject) -> bool:
    if subject.name is not None and subject.kind in ("index", "constraint"):
        return line.name == subject.name
    if subject.kind in ("foreign-key", "primary-key", "column"):
        return line.kind == subject.kind and line.columns == set(subject.columns)
    return line.kind == "table"


def _excerpt(lines: Sequence[_Line], shown: Sequence[int], marked: set[int]) -> Iterator[CodeLine]:
    before = -1
    for number in shown:
        if number > before + 1:
            yield CodeLine(None, "")
        before = number
        line = lines[number]
        start, end = line.mark if number in marked else (0, 0)
        yield CodeLine(
            number + 1, inert(line.text), width(inert(line.text[:start])), width(inert(line.text[start:end]))
        )
    if before + 1 < len(lines):
        yield CodeLine(None, "")


def _lines(table: Table, database: Schema) -> Iterator[_Line]:
    name = qualified(table.schema, table.name)
    if table.is_view:
        yield _line(f"CREATE VIEW {name}", "table", mark=name)
        yield from (_column(column) for column in table.columns.known)
        return
    yield _line(f"CREATE TABLE {name} (", "table", mark=name)
    yield from (_column(column) for column in table.columns.known)
    key = table.primary_key
    if key.columns:
        yield _constraint(key.name, f"PRIMARY KEY ({_listed(key.columns)})", "primary-key", key.columns)
    for unique in table.unique_constraints.known:
        yield _constraint(unique.name, f"UNIQUE ({_listed(unique.columns)})", "unique", unique.columns)
    for foreign_key in table.foreign_keys.known:
        yield _constraint(foreign_key.name, _references(foreign_key), "foreign-key", foreign_key.columns)
    for check in table.check_constraints.known:
        yield _constraint(check.name, f"CHECK ({check.expression})", "check", ())
    for exclusion in table.exclusion_constraints.known:
        named = tuple(column for column in exclusion.columns if column is not None)
        yield _constraint(exclusion.name, _excluded(exclusion), "exclusion", named)
    yield _line(");", "end")
    for index in table.indexes.known:
        yield _index(index, name)


def _line(text: str, kind: str, *, columns: Sequence[str] = (), name: str = "", mark: str = "") -> _Line:
    text, mark = (mask(" ".join(part.split())) for part in (text, mark))
    text = f"    {text}" if kind in _INSIDE else text
    start = max(0, text.find(mark)) if mark else 0
    return _Line(text=text, kind=kind, columns=frozenset(columns), name=name, mark=(start, start + len(mark)))


def _column(column: Column) -> _Line:
    words = [quoted(column.name), _sql(column.type.sql) if not isinstance(column.type, Unknown) else "?"]
    default = column.server_default
    if isinstance(default, Default):
        words.append(_default(default))
    if column.nullable is False:
        words.append("NOT NULL")
    return _line(f"{' '.join(words)},", "column", columns=(column.name,), mark=quoted(column.name))


def _default(default: Default) -> str:
    if default.kind == "identity":
        return f"GENERATED {str(default.value).upper()} AS IDENTITY"
    if default.kind == "computed":
        return f"GENERATED ALWAYS AS ({default.value}) STORED"
    return f"DEFAULT nextval('{default.value}')" if default.kind == "sequence" else f"DEFAULT {default.value}"


def _constraint(name: object, text: str, kind: str, columns: Sequence[str]) -> _Line:
    named = name if isinstance(name, str) else ""
    prefix = f"CONSTRAINT {quoted(named)} " if named else ""
    return _line(f"{prefix}{text},", kind, columns=columns, name=named, mark=text.partition(" REFERENCES")[0])


def _excluded(constraint: ExclusionConstraint) -> str:
    keys = (quoted(part.column) if part.column is not None else part.expression for part in constraint.parts)
    where = f" WHERE {constraint.predicate}" if constraint.predicate is not None else ""
    listed = ", ".join(f"{key} WITH {operator}" for key, operator in zip(keys, constraint.operators, strict=True))
    return f"EXCLUDE USING {constraint.method} ({listed}){where}"


def _references(key: ForeignKey) -> str:
    text = f"FOREIGN KEY ({_listed(key.columns)}) REFERENCES {key.target_table} ({_listed(key.target_columns)})"
    actions = ((key.ondelete, "ON DELETE"), (key.onupdate, "ON UPDATE"))
    return text + "".join(
        f" {clause} {action}" for action, clause in actions if isinstance(action, str) and action != "NO ACTION"
    )


def _index(index: Index, table: str) -> _Line:
    name = index.name if isinstance(index.name, str) else ""
    parts = ", ".join(quoted(part.column) if part.column else f"({part.expression})" for part in index.parts)
    method = f" USING {index.method}" if index.method != "btree" else ""
    include = f" INCLUDE ({_listed(index.include)})" if index.include else ""
    where = f" WHERE {index.predicate}" if isinstance(index.predicate, str) else ""
    unique = "UNIQUE " if index.unique is True else ""
    text = f"CREATE {unique}INDEX {quoted(name)} ON {table}{method} ({parts}){include}{where};"
    columns = [column for column in index.columns if column]
    return _line(text, "index", columns=columns, name=name, mark=quoted(name))


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))


def _sql(text: str) -> str:
    return text.lower() if text.isupper() else text
