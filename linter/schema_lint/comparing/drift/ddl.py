"""SQL that makes a database as the models are."""

from __future__ import annotations

from schema_lint.comparing.drift.deferral import Deferrable, is_deferrable
from schema_lint.facts.identifiers import qualified, quoted
from schema_lint.facts.schema import (
    Column,
    Default,
    ExclusionConstraint,
    ForeignKey,
    Index,
    IndexPart,
    Numbering,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown

COUNTING = {"start": "START WITH", "increment": "INCREMENT BY", "minimum": "MINVALUE", "maximum": "MAXVALUE"}
"""How SQL says what a `Numbering` states."""


def relation(table: Table) -> str:
    """A table's name in SQL."""
    return qualified(table.schema, table.name)


def listed(columns: tuple[str, ...]) -> str:
    """Columns in SQL, without parentheses."""
    return ", ".join(map(quoted, columns))


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def default_text(default: Default | Unknown | None) -> str | None:
    """What stands behind DEFAULT, as far as it is known; `None` for a column that has none."""
    if (
        not isinstance(default, Default)
        or isinstance(default.value, Unknown)
        or default.kind not in ("sql", "sequence")
    ):
        return None
    if default.kind == "sequence":
        return f"nextval({literal(default.value)})"
    return literal(default.value) if default.quoted else default.value


def add_column(table: Table, column: Column) -> str | None:
    """The column of the model, added."""
    if isinstance(column.type, Unknown):
        return None
    words = [column.type.sql]
    default = column.server_default
    if isinstance(default, Default) and default.kind == "identity":
        words.append(identity(default))
    elif isinstance(default, Default) and default.kind == "computed" and isinstance(default.value, str):
        words.append(f"GENERATED ALWAYS AS ({default.value}) STORED")
    elif (text := default_text(default)) is not None:
        words.append(f"DEFAULT {text}")
    if column.nullable is False:
        words.append("NOT NULL")
    return f"ALTER TABLE {relation(table)} ADD COLUMN {quoted(column.name)} {' '.join(words)};"


def identity(default: Default) -> str:
    """`GENERATED … AS IDENTITY`, with what the model states of counting."""
    numbering = default.numbering or Numbering()
    stated = options(numbering)
    how = "ALWAYS" if numbering.always is True else "BY DEFAULT"
    return f"GENERATED {how} AS IDENTITY" + (f" ({' '.join(stated)})" if stated else "")


def options(numbering: Numbering) -> list[str]:
    """What the model states of counting, as far as it is known."""
    given = ((word, getattr(numbering, field)) for field, word in COUNTING.items())
    words = [f"{word} {number}" for word, number in given if isinstance(number, int)]
    return [*words, "CYCLE"] if numbering.cycles is True else words


def alter_column(table: Table, column: str, action: str) -> str:
    """`ALTER COLUMN`, with what is to be done."""
    return f"ALTER TABLE {relation(table)} ALTER COLUMN {quoted(column)} {action};"


def alter_type(table: Table, column: str, new: ColumnType) -> str:
    """The model's type; a conversion that PostgreSQL does not make by itself is spelled out."""
    using = f" USING {quoted(column)}::{new.sql}" if new.name not in ("varchar", "text", "char") else ""
    return alter_column(table, column, f"TYPE {new.sql}{using}")


def rename_constraint(table: Table, name: str, new: str) -> str:
    """The constraint under the model's name."""
    return f"ALTER TABLE {relation(table)} RENAME CONSTRAINT {quoted(name)} TO {quoted(new)};"


def rename_index(table: Table, name: str, new: str) -> str:
    """The index under the model's name; a constraint that it holds up takes that, too."""
    return f"ALTER INDEX {qualified(table.schema, name)} RENAME TO {quoted(new)};"


def drop_constraint(table: Table, name: str) -> str:
    """The constraint, dropped."""
    return f"ALTER TABLE {relation(table)} DROP CONSTRAINT {quoted(name)};"


def add_foreign_key(table: Table, key: ForeignKey, target: str) -> str:
    """The model's foreign key, checked in a second step that blocks nobody.

    Args:
        target: the referenced table's name in SQL.
    """
    name = quoted(key.name if isinstance(key.name, str) else f"{table.name}_{'_'.join(key.columns)}_fkey")
    words = [f"FOREIGN KEY ({listed(key.columns)}) REFERENCES {target} ({listed(key.target_columns)})"]
    words += ["MATCH FULL"] if key.match == "FULL" else []
    words += [f"ON DELETE {key.ondelete}"] if isinstance(key.ondelete, str) else []
    words += [f"ON UPDATE {key.onupdate}"] if isinstance(key.onupdate, str) else []
    words += _deferral(key)
    start = f"ALTER TABLE {relation(table)}"
    return f"{start} ADD CONSTRAINT {name} {' '.join(words)} NOT VALID;\n{start} VALIDATE CONSTRAINT {name};"


def add_unique(table: Table, unique: UniqueConstraint) -> str:
    """The model's UNIQUE constraint."""
    name = f"CONSTRAINT {quoted(unique.name)} " if isinstance(unique.name, str) else ""
    nulls = " NULLS NOT DISTINCT" if unique.nulls_not_distinct else ""
    words = [f"UNIQUE{nulls} ({listed(unique.columns)})", *_deferral(unique)]
    return f"ALTER TABLE {relation(table)} ADD {name}{' '.join(words)};"


def add_check(table: Table, name: object, expression: str) -> str:
    """The model's CHECK."""
    named = f"CONSTRAINT {quoted(name)} " if isinstance(name, str) else ""
    return f"ALTER TABLE {relation(table)} ADD {named}CHECK ({expression});"


def add_exclusion(table: Table, constraint: ExclusionConstraint) -> str | None:
    """The model's EXCLUDE constraint; `None` where a part of it is not known."""
    unclear = (constraint.predicate, *(part.expression for part in constraint.parts))
    if any(isinstance(text, Unknown) for text in unclear):
        return None
    name = f"CONSTRAINT {quoted(constraint.name)} " if isinstance(constraint.name, str) else ""
    pairs = zip(map(_part, constraint.parts), constraint.operators, strict=True)
    words = [f"EXCLUDE USING {constraint.method} ({', '.join(f'{part} WITH {by}' for part, by in pairs)})"]
    words += [f"WHERE ({constraint.predicate})"] if constraint.predicate else []
    words += _deferral(constraint)
    return f"ALTER TABLE {relation(table)} ADD {name}{' '.join(words)};"


def _deferral(constraint: Deferrable) -> list[str]:
    words = ["DEFERRABLE"] if is_deferrable(constraint) else []
    return [*words, f"INITIALLY {constraint.initially}"] if constraint.initially else words


def create_index(table: Table, index: Index, *, concurrently: bool = True) -> str | None:
    """The model's index, built without blocking writes where that can be."""
    if isinstance(index.predicate, Unknown) or any(isinstance(part.expression, Unknown) for part in index.parts):
        return None
    if not index.parts:
        # The model names no column: SQLAlchemy has no SQL for it either.
        return None
    name = f" {quoted(index.name)}" if isinstance(index.name, str) else ""
    method = f" USING {index.method}" if index.method != "btree" else ""
    include = f" INCLUDE ({listed(index.include)})" if index.include else ""
    nulls = " NULLS NOT DISTINCT" if index.nulls_not_distinct else ""
    where = f" WHERE {index.predicate}" if index.predicate else ""
    unique = "UNIQUE " if index.unique is True else ""
    parts = ", ".join(_part(part) for part in index.parts)
    on = relation(table)
    how = " CONCURRENTLY" if concurrently else ""
    return f"CREATE {unique}INDEX{how}{name} ON {on}{method} ({parts}){include}{nulls}{where};"


def drop_index(schema: str | None, name: str, *, concurrently: bool = True) -> str:
    """The index, dropped without blocking writes where that can be."""
    return f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}{qualified(schema, name)};"


def _part(part: IndexPart) -> str:
    if part.column is None:
        text = str(part.expression)
        return text if text.endswith(")") else f"({text})"
    words = [quoted(part.column)]
    words += [part.operator_class] if part.operator_class else []
    words += ["DESC"] if part.descending else []
    words += [f"NULLS {part.nulls.upper()}"] if part.nulls else []
    return " ".join(words)


def comment(table: Table, column: str | None, text: str | None) -> str:
    """The model's comment."""
    what = f"COLUMN {relation(table)}.{quoted(column)}" if column is not None else f"TABLE {relation(table)}"
    return f"COMMENT ON {what} IS {literal(text) if text is not None else 'NULL'};"
