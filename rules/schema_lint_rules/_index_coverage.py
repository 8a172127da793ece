"""Which index serves a look-up by some columns, and which one to propose where none does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from schema_lint.facts.identifiers import shortened
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import create_index

if TYPE_CHECKING:
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import ExclusionConstraint, ForeignKey, Index, Table


def is_served(table: Table, columns: Sequence[str]) -> bool:
    """Whether a look-up by all of the columns finds an index: theirs are its first columns, in any order.

    Primary key, unique constraints and valid B-tree indexes count, a hash index for a single column; a partial index
    where it leaves out nothing but NULLs of these columns; and the index of an exclusion constraint that compares them
    by `=`. Columns that are merely INCLUDEd, and expressions, do not.

    Raises:
        Undecided: if none of the known indexes does, and there may be one that does.
    """
    wanted = frozenset(columns)
    unique = (constraint.columns for constraint in table.unique_constraints.known)
    if any(_leads(key, wanted) for key in (table.primary_key.columns, *unique)):
        return True
    undecided: Unknown | None = None
    for index in table.indexes.known:
        doubt = _serves(index, wanted)
        if doubt is True:
            return True
        if isinstance(doubt, Unknown):
            undecided = doubt
    for constraint in table.exclusion_constraints.known:
        doubt = _holds_up(constraint, wanted)
        if doubt is True:
            return True
        if isinstance(doubt, Unknown):
            undecided = doubt
    if undecided is not None:
        known(undecided)
    table.unique_constraints.complete()
    table.exclusion_constraints.complete()
    table.indexes.complete()
    return False


def key_columns(index: Index) -> tuple[str | None, ...]:
    """Columns of an index in order, those included that its text merely sorts: `owner_id DESC NULLS LAST`."""
    return tuple(part.column or _sorted_column(part.expression) for part in index.parts)


def _sorted_column(expression: str | Unknown | None) -> str | None:
    if not isinstance(expression, str) or not expression.strip():
        return None
    first, *order = expression.split()
    name = first.rpartition(".")[2].strip("\"'")
    is_order = {"asc", "desc", "nulls", "first", "last"}.issuperset(word.lower() for word in order)
    return name if is_order and name.isidentifier() else None


def _leads(key: Sequence[str | None], wanted: frozenset[str]) -> bool:
    return len(key) >= len(wanted) and frozenset(key[: len(wanted)]) == wanted


def _serves(index: Index, wanted: frozenset[str]) -> bool | Unknown:
    leading = index.parts[: len(wanted)]
    undecided = next((part.expression for part in leading if isinstance(part.expression, Unknown)), None)
    if undecided is None and not _leads(key_columns(index), wanted):
        return False
    if not index.valid or not (index.method == "btree" or (index.method == "hash" and len(wanted) == 1)):
        return False
    if undecided is not None:
        return undecided
    if isinstance(index.predicate, Unknown):
        return index.predicate
    return index.predicate is None or _only_excludes_null(index.predicate, wanted)


def _holds_up(constraint: ExclusionConstraint, wanted: frozenset[str]) -> bool | Unknown:
    """A GiST index finds rows by its first columns, too, whatever its other columns are compared by."""
    leading = len(wanted)
    if not _leads(constraint.columns, wanted) or set(constraint.operators[:leading]) != {"="}:
        undecided = (part.expression for part in constraint.parts[:leading] if isinstance(part.expression, Unknown))
        return next(undecided, False)
    if isinstance(constraint.predicate, Unknown):
        return constraint.predicate
    return constraint.predicate is None or _only_excludes_null(constraint.predicate, wanted)


def _only_excludes_null(predicate: str, columns: frozenset[str]) -> bool:
    """`a IS NOT NULL`, or several of these joined by AND, about these columns alone.

    PostgreSQL uses such an index for the look-ups of a foreign key: a comparison by `=` implies its predicate.
    """
    lowered = " ".join(predicate.replace("(", " ").replace(")", " ").split()).lower()
    for condition in lowered.split(" and "):
        column = condition.strip().removesuffix(" is not null")
        if column == condition.strip() or column.rpartition(".")[2].strip('" ') not in {c.lower() for c in columns}:
            return False
    return True


def near_misses(table: Table, columns: Sequence[str]) -> Iterator[str]:
    """Why indexes that mention the columns do not serve them, in words that follow `although`."""
    wanted = frozenset(columns)
    for index in table.indexes.known:
        name = index.name if isinstance(index.name, str) else "an index"
        keys = key_columns(index)
        keyed = frozenset(column for column in keys if column)
        if not wanted & (keyed | frozenset(index.include)):
            continue
        if not index.valid:
            yield f"{name} is invalid"
        elif _leads(keys, wanted):
            if index.method not in ("btree", "hash"):
                yield f"{name} is a {index.method.upper()} index"
            elif isinstance(index.predicate, str):
                yield f"{name} is partial (WHERE {index.predicate})"
        elif wanted <= keyed:
            yield f"{name} begins with {keys[0] or 'an expression'}"
        elif wanted <= keyed | frozenset(index.include):
            yield f"{name} only INCLUDEs {', '.join(c for c in index.include if c in wanted)}"
    whole = [("the primary key", table.primary_key.columns)]
    whole += [("a unique constraint", unique.columns) for unique in table.unique_constraints.known]
    for name, key in whole:
        if wanted <= frozenset(key) and not _leads(key, wanted):
            yield f"{name} begins with {key[0]}"


def partly_served(table: Table, columns: Sequence[str]) -> bool:
    """Whether an index begins with some of the columns, so that a look-up by all of them reads few rows too many."""
    if len(columns) < 2:
        return False
    keys: list[Sequence[str | None]] = [table.primary_key.columns]
    keys += [unique.columns for unique in table.unique_constraints.known]
    keys += [x.columns for x in table.exclusion_constraints.known if x.operators[0] == "=" and x.predicate is None]
    keys += [
        key_columns(index)
        for index in table.indexes.known
        if index.valid and index.method == "btree" and index.predicate is None
    ]
    return any(key and key[0] in columns for key in keys)


def proposals(foreign_keys: Iterable[ForeignKey]) -> list[tuple[ForeignKey, list[ForeignKey]]]:
    """The fewest indexes that serve all: each foreign key whose columns to index, with the others it serves.

    A wider foreign key's index begins with the narrower one's columns, so it serves both.
    """
    wide_first = sorted(foreign_keys, key=lambda fk: (-len(fk.columns), fk.columns))
    groups: list[tuple[ForeignKey, list[ForeignKey]]] = []
    narrowest: list[frozenset[str]] = []
    """Of each group: the sets that one index's beginnings have to be must contain each other, widest to narrowest."""
    holding: dict[str, list[int]] = {}
    for foreign_key in wide_first:
        columns = frozenset(foreign_key.columns)
        near = holding.get(foreign_key.columns[0], ()) if foreign_key.columns else ()
        host = next((number for number in near if columns <= narrowest[number]), None)
        if host is not None:
            groups[host][1].append(foreign_key)
            narrowest[host] = columns
            continue
        for column in columns:
            holding.setdefault(column, []).append(len(groups))
        groups.append((foreign_key, []))
        narrowest.append(columns)
    return groups


def column_order(leader: ForeignKey, served: Sequence[ForeignKey]) -> tuple[str, ...]:
    """Columns of the proposed index: the narrowest foreign key's first."""
    ordered: dict[str, None] = {}
    for foreign_key in (*sorted(served, key=lambda fk: len(fk.columns)), leader):
        ordered.update(dict.fromkeys(foreign_key.columns))
    return tuple(ordered)


def index_name(table: Table, columns: Sequence[str], schema: Schema) -> str:
    """The name SQLAlchemy would give the index by the metadata's convention, cut as SQLAlchemy cuts it."""
    convention = schema.naming_convention
    template = None if isinstance(convention, Unknown) else convention.templates.get("ix")
    tokens = {
        "table_name": table.name,
        "column_0_name": columns[0],
        "column_0_key": columns[0],
        "column_0_label": f"{table.key.replace('.', '_')}_{columns[0]}",
        "column_0N_name": "".join(columns),
        "column_0_N_name": "_".join(columns),
        "column_0_N_key": "_".join(columns),
        "column_0_N_label": "_".join(f"{table.name}_{column}" for column in columns),
    }
    default = f"ix_{table.key.replace('.', '_')}_{'_'.join(columns)}"
    try:
        name = template % tokens if template and (len(columns) == 1 or "_0_N_" in template) else default
    except (KeyError, ValueError, TypeError):
        name = default
    return shortened(name)


def create_plain_index(table: Table, columns: Sequence[str], schema: Schema) -> str:
    """The statement that makes the index."""
    return create_index(table, index_name(table, columns, schema), [quoted(column) for column in columns])
