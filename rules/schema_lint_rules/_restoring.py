"""What a downgrade left otherwise, as a replay saw it, put right in Alembic's code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from schema_lint.facts.identifiers import qualified, quoted
from schema_lint.facts.replaying import ReplayDifference

Statement = tuple[int, str]
"""When it is to run, and its code: what others depend on is dropped last and made first."""

_PARTS = {
    "column": 3, "constraint": 3, "index": 3, "trigger": 3, "table": 2, "enum": 2, "domain": 2, "sequence": 2,
    "view": 2, "materialized view": 2, "schema": 1, "extension": 1,
}  # fmt: skip
_COLUMN = (
    r"(?s)(?P<type>[^']+?)(?P<more> COLLATE \S+)?(?P<needed> NOT NULL)?(?P<made> GENERATED .*)?"
    r"(?: DEFAULT (?P<default>.*))?$"
)
_SERIAL = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}
_OWN_SEQUENCE = "of its own sequence"
_NAME = r"[a-z_][a-z0-9_]*"
_COLUMNS = rf"{_NAME}(?:, {_NAME})*"
_PLAIN_INDEX = rf"USING btree \((?P<columns>{_COLUMNS})\)$"
_KEY = rf"(?P<kind>PRIMARY KEY|UNIQUE) \((?P<columns>{_COLUMNS})\)$"
_RULE = r"CASCADE|RESTRICT|SET NULL|SET DEFAULT"
_FOREIGN_KEY = (
    rf"FOREIGN KEY \((?P<columns>{_COLUMNS})\) REFERENCES (?:(?P<schema>{_NAME})\.)?\"?(?P<table>{_NAME})\"?"
    rf"\((?P<referenced>{_COLUMNS})\)(?: ON UPDATE (?P<onupdate>{_RULE}))?(?: ON DELETE (?P<ondelete>{_RULE}))?$"
)
_BEYOND = r" (?:COMMENT '|GRANTED |STORAGE |STATISTICS \d|ENABLED |INVALID$|CLUSTERED|REPLICA IDENTITY)"
"""What is in a definition and has a statement of its own."""

_DROP_DEPENDENT, _DROP_KEY, _DROP_CONSTRAINT, _DROP_INDEX, _DROP_COLUMN, _DROP_TABLE = range(6)
_MAKE_SCHEMA, _MAKE_EXTENSION, _MAKE_TYPE, _MAKE_TABLE, _ADD_COLUMN, _CHANGE, _RENAME = range(6, 13)
_ADD_CONSTRAINT, _ADD_INDEX, _ADD_KEY, _MAKE_FUNCTION, _MAKE_VIEW, _ADD_TRIGGER = range(13, 19)
_DROP_TYPE, _DROP_EXTENSION, _DROP_SCHEMA = range(19, 22)
_FUNCTION = r"[a-z_]\w*\.[a-z_]\w*\([^\"']*\)$"
_PUBLIC = r"(?<![\w.\"'])public\.(?=[\w\"])"
_BOUND = r"(?<![:\w\\]):(?=\w)"


class _CannotSay(Exception):  # noqa: N818 - not an error: nothing is proposed then
    """No statement is known for a difference."""


def restoring(differences: Sequence[ReplayDifference]) -> str | None:
    """Statements for the end of `downgrade()` that make everything as it was before the upgrade, one on each line;
    `None` where something cannot be put right, or not for certain."""
    views = {difference.name for difference in differences if difference.kind in ("view", "materialized view")}
    try:
        found = [
            statement
            for difference in differences
            if difference.kind != "column" or difference.name.rpartition(".")[0] not in views
            for statement in _statements(difference)
        ]
    except _CannotSay:
        return None
    return "\n".join(code for _, code in sorted(found, key=lambda statement: statement[0])) or None


def _statements(difference: ReplayDifference) -> Iterator[Statement]:
    kind = difference.kind
    if kind == "column order":
        return
    restore = _RESTORE.get(kind)
    if restore is None or any(re.search(_BEYOND, text) for text in (difference.before, difference.after) if text):
        raise _CannotSay
    yield from restore(difference) if kind == "function" else restore(difference, *_names(difference))


def _names(difference: ReplayDifference) -> tuple[str, ...]:
    """The parts of the name, the schema first."""
    names = tuple(difference.name.split("."))
    if difference.kind == "extension":
        names = (difference.name,)
    if len(names) != _PARTS[difference.kind] or not all(map(str.isprintable, names)):
        raise _CannotSay
    return names


def _executed(sql: str, *, as_it_is: bool = False) -> str:
    text = re.sub(_BOUND, r"\\:", sql if as_it_is else re.sub(_PUBLIC, "", sql))
    if "\n" in text and '"""' not in text and "\\" not in text:
        return f'op.execute("""{text}""")'
    return f"op.execute({_literal(text)})"


def _literal(text: str) -> str:
    return f'"{text}"' if '"' not in text and "\\" not in text and "\n" not in text else repr(text)


def _relation(schema: str, name: str) -> str:
    return qualified(schema if schema != "public" else None, name)


def _called(function: str, *names: str, schema: str, more: str = "") -> str:
    words = [_literal(name) for name in names]
    words += [more] if more else []
    words += [f"schema={_literal(schema)}"] if schema != "public" else []
    return f"op.{function}({', '.join(words)})"


def _column(difference: ReplayDifference, schema: str, table: str, name: str) -> Iterator[Statement]:
    before, after = difference.before, difference.after
    if before is None:
        yield _DROP_COLUMN, _called("drop_column", table, name, schema=schema)
        return
    was = _read(before)
    alter = f"ALTER TABLE {_relation(schema, table)}"
    if after is None:
        if was["needed"] and was["default"] is None:
            # It would fail on the first row.
            raise _CannotSay
        yield _ADD_COLUMN, _executed(f"{alter} ADD COLUMN {quoted(name)} {_definition(before)}")
        return
    now = _read(after)
    if was["more"] != now["more"] or was["made"] != now["made"]:
        raise _CannotSay
    yield from _changed(f"{alter} ALTER COLUMN {quoted(name)}", name, was, now)
    if was["needed"] != now["needed"]:
        nullable = f"nullable={not was['needed']}"
        yield _CHANGE, _called("alter_column", table, name, schema=schema, more=nullable)


def _changed(alter: str, name: str, was: dict[str, str | None], now: dict[str, str | None]) -> Iterator[Statement]:
    other_type, default = was["type"] != now["type"], was["default"]
    if other_type or default != now["default"]:
        if _OWN_SEQUENCE in (default, now["default"]):
            raise _CannotSay
        if now["default"] is not None:
            yield _CHANGE, _executed(f"{alter} DROP DEFAULT")
        if other_type:
            own = "." in f"{was['type']}{now['type']}"
            using = f"{quoted(name)}{'::text' if own else ''}::{was['type']}"
            yield _CHANGE, _executed(f"{alter} TYPE {was['type']} USING {using}")
        if default is not None:
            yield _CHANGE, _executed(f"{alter} SET DEFAULT {default}")


def _read(text: str) -> dict[str, str | None]:
    found = re.match(_COLUMN, text)
    if found is None:
        raise _CannotSay
    return found.groupdict()


def _definition(text: str, sequence: str | None = None) -> str:
    """A column's definition as SQL has it.

    Args:
        sequence: the one that it owns, if it was named and began as one that is made with it.
    """
    column = _read(text)
    if column["default"] != _OWN_SEQUENCE:
        return text
    serial = _SERIAL.get(column["type"] or "")
    if serial is None or sequence is None or not column["needed"]:
        raise _CannotSay
    return serial


def _constraint(difference: ReplayDifference, schema: str, table: str, name: str) -> Iterator[Statement]:
    alter = f"ALTER TABLE {_relation(schema, table)}"
    if difference.renamed is not None:
        former = difference.renamed.rpartition(".")[2]
        yield _RENAME, _executed(f"{alter} RENAME CONSTRAINT {quoted(name)} TO {quoted(former)}")
        return
    if difference.after is not None:
        when = _DROP_KEY if difference.after.startswith("FOREIGN KEY") else _DROP_CONSTRAINT
        yield when, _called("drop_constraint", name, table, schema=schema, more=_type(difference.after))
    if difference.before is not None:
        when = _ADD_KEY if difference.before.startswith("FOREIGN KEY") else _ADD_CONSTRAINT
        added = _foreign_key(difference.before, schema, table, name) or _key(difference.before, schema, table, name)
        yield when, added or _executed(f"{alter} ADD CONSTRAINT {quoted(name)} {difference.before}")


def _foreign_key(definition: str, schema: str, table: str, name: str) -> str | None:
    """A plain foreign key within one schema, as Alembic adds it."""
    found = re.match(_FOREIGN_KEY, definition)
    if found is None or (found["schema"] or "public") != schema:
        return None
    rules = {"ondelete": found["ondelete"], "onupdate": found["onupdate"]}
    schemas = {"source_schema": schema, "referent_schema": schema} if schema != "public" else {}
    words = [*map(_literal, (name, table, found["table"])), _list(found["columns"]), _list(found["referenced"])]
    words += [f"{word}={_literal(value)}" for word, value in {**rules, **schemas}.items() if value]
    return f"op.create_foreign_key({', '.join(words)})"


def _key(definition: str, schema: str, table: str, name: str) -> str | None:
    """A plain primary key or unique constraint, as Alembic adds it."""
    found = re.match(_KEY, definition)
    if found is None:
        return None
    function = "create_primary_key" if found["kind"] == "PRIMARY KEY" else "create_unique_constraint"
    return _called(function, name, table, schema=schema, more=_list(found["columns"]))


def _list(columns: str) -> str:
    return f"[{', '.join(map(_literal, columns.split(', ')))}]"


def _type(definition: str) -> str:
    kinds = {"FOREIGN KEY": "foreignkey", "PRIMARY KEY": "primary", "UNIQUE": "unique", "CHECK": "check"}
    return next((f'type_="{word}"' for start, word in kinds.items() if definition.startswith(start)), "")


def _index(difference: ReplayDifference, schema: str, table: str, name: str) -> Iterator[Statement]:
    if difference.renamed is not None:
        former = difference.renamed.rpartition(".")[2]
        yield _RENAME, _executed(f"ALTER INDEX {_relation(schema, name)} RENAME TO {quoted(former)}")
        return
    if difference.after is not None:
        of_table = f"table_name={_literal(table)}"
        yield _DROP_INDEX, _called("drop_index", name, schema=schema, more=of_table)
    if difference.before is not None:
        unique = "UNIQUE " if difference.before.startswith("UNIQUE ") else ""
        using = difference.before.removeprefix("UNIQUE ").strip()
        plain = re.match(_PLAIN_INDEX, using)
        if plain is not None:
            more = _list(plain["columns"]) + (", unique=True" if unique else "")
            yield _ADD_INDEX, _called("create_index", name, table, schema=schema, more=more)
            return
        made = f"CREATE {unique}INDEX {quoted(name)} ON {_relation(schema, table)} {using}"
        yield _ADD_INDEX, _executed(made)


def _trigger(difference: ReplayDifference, schema: str, table: str, name: str) -> Iterator[Statement]:
    if difference.after is not None:
        yield _DROP_DEPENDENT, _executed(f"DROP TRIGGER {quoted(name)} ON {_relation(schema, table)}")
    if difference.before is not None:
        yield _ADD_TRIGGER, _executed(difference.before)


def _table(difference: ReplayDifference, schema: str, name: str) -> Iterator[Statement]:
    if difference.before is None:
        yield _DROP_TABLE, _called("drop_table", name, schema=schema)
        return
    if difference.after is not None or difference.before or not difference.parts:
        # Storage parameters, partitions, inheritance and the like.
        raise _CannotSay
    parts = {(part.kind, part.name.rpartition(".")[2]): part.before or "" for part in difference.parts}
    if any(re.search(_BEYOND, text) for text in parts.values()):
        raise _CannotSay
    lines = []
    for column in parts.get(("column order", name), "").split(", "):
        if ("column", column) not in parts:
            raise _CannotSay
        lines.append(f"{quoted(column)} {_definition(parts['column', column], parts.get(('sequence', column)))}")
    for (kind, named), text in parts.items():
        if kind == "constraint" and not text.startswith("FOREIGN KEY"):
            lines.append(f"CONSTRAINT {quoted(named)} {text}")
    inner = ",\n  ".join(lines)
    yield _MAKE_TABLE, _executed(f"CREATE TABLE {_relation(schema, name)} (\n  {inner}\n)")
    for part in difference.parts:
        if part.kind in ("index", "trigger") or (part.before or "").startswith("FOREIGN KEY"):
            yield from _statements(part)
        elif part.kind not in ("column", "column order", "constraint", "sequence"):
            raise _CannotSay


def _enum(difference: ReplayDifference, schema: str, name: str) -> Iterator[Statement]:
    if difference.before is None:
        yield _DROP_TYPE, _executed(f"DROP TYPE {_relation(schema, name)}")
    elif difference.after is None:
        yield _MAKE_TYPE, _executed(f"CREATE TYPE {_relation(schema, name)} AS ENUM ({difference.before})")
    else:
        raise _CannotSay


def _domain(difference: ReplayDifference, schema: str, name: str) -> Iterator[Statement]:
    if difference.before is not None:
        raise _CannotSay
    yield _DROP_TYPE, _executed(f"DROP DOMAIN {_relation(schema, name)}")


def _sequence(difference: ReplayDifference, schema: str, name: str) -> Iterator[Statement]:
    if difference.before is None:
        yield _DROP_TYPE, _executed(f"DROP SEQUENCE {_relation(schema, name)}")
    elif difference.after is None:
        yield _MAKE_TYPE, _executed(f"CREATE SEQUENCE {difference.before}")
    else:
        raise _CannotSay


def _function(difference: ReplayDifference) -> Iterator[Statement]:
    if difference.before is not None and difference.before.startswith("CREATE OR REPLACE "):
        # Its body is text that the server keeps as it is.
        yield _MAKE_FUNCTION, _executed(difference.before, as_it_is=True)
    elif difference.before is None and re.match(_FUNCTION, difference.name):
        yield _DROP_TYPE, _executed(f"DROP FUNCTION {difference.name}")
    else:
        raise _CannotSay


def _schema(difference: ReplayDifference, name: str) -> Iterator[Statement]:
    if difference.before is None:
        yield _DROP_SCHEMA, _executed(f"DROP SCHEMA {quoted(name)}")
    elif difference.before == "" and difference.after is None:
        yield _MAKE_SCHEMA, _executed(f"CREATE SCHEMA {quoted(name)}")
    else:
        raise _CannotSay


def _extension(difference: ReplayDifference, name: str) -> Iterator[Statement]:
    if difference.before is None:
        # Fails, as it should, where others have come to use it.
        yield _DROP_EXTENSION, _executed(f"DROP EXTENSION {quoted(name)}")
    elif difference.after is None:
        schema = difference.before.rpartition(" in ")[2]
        there = f" WITH SCHEMA {schema}" if schema != "public" else ""
        yield _MAKE_EXTENSION, _executed(f"CREATE EXTENSION {quoted(name)}{there}")
    else:
        raise _CannotSay


def _view(difference: ReplayDifference, schema: str, name: str) -> Iterator[Statement]:
    what, relation = difference.kind.upper(), _relation(schema, name)
    if difference.before is None:
        yield _DROP_DEPENDENT, _executed(f"DROP {what} {relation}")
        return
    if difference.after is not None and what != "VIEW":
        raise _CannotSay
    query, end, options = difference.before.rpartition(";")
    if not end or options.strip():
        raise _CannotSay
    make = "CREATE" if difference.after is None else "CREATE OR REPLACE"
    yield _MAKE_VIEW, _executed(f"{make} {what} {relation} AS\n{query.strip()}")


_RESTORE: dict[str, Callable[..., Iterator[Statement]]] = {
    "column": _column, "constraint": _constraint, "index": _index, "trigger": _trigger, "table": _table,
    "enum": _enum, "domain": _domain, "sequence": _sequence, "function": _function, "schema": _schema,
    "extension": _extension, "view": _view, "materialized view": _view,
}  # fmt: skip
"""What puts a kind of object right: given the difference, and the parts of its name."""
