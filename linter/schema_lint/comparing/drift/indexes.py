"""Where a table's indexes in a database are not those of its model."""

from __future__ import annotations

import msgspec

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.constraints import is_plain_unique
from schema_lint.comparing.drift.naming import compare_names, matched, stored_name, together
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.comparing.drift.sql_equality import same_sql, same_tree
from schema_lint.comparing.drift.sql_expressions import IndexKey, expression, index_key
from schema_lint.comparing.drift.sql_nodes import Node, names_in
from schema_lint.comparing.ledger import paired
from schema_lint.facts.identifiers import cut, qualified
from schema_lint.facts.schema import ExclusionConstraint, Index, IndexPart, Table
from schema_lint.facts.unknown import Some, Unknown

_VAGUE = Unknown("an expression of this form is not compared")
_NEVER_DEFAULT = frozenset({"text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops", "jsonb_path_ops",
                            "gin_trgm_ops", "gist_trgm_ops", "vector_cosine_ops", "vector_ip_ops", "vector_l1_ops",
                            "inet_ops"})  # fmt: skip
"""Operator classes that are nowhere those of the type itself, so that the database would have to say them."""


class IndexDrift:
    """Compares the indexes of tables, pair by pair. Plain unique ones are compared with the UNIQUE constraints."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def compare(self, owner: Subject, left: Table, right: Table) -> None:
        """Take down indexes that one side lacks, and those that are not the same."""
        ours = [index for index in left.indexes.known if not is_plain_unique(index)]
        there = [index for index in right.indexes.known if index.valid and not is_plain_unique(index)]
        ours = self._one_of_each_name(ours, there, left)
        pairs, missing, more = paired(ours, there, [stored_name])
        for one, other in matched(missing, more, lambda one, other: self._same(one, other, left)):
            compare_names(self.notes, owner.part("index", label(one), one, other), left, one, other)
        for one, other in pairs:
            self._pair(owner, left, right, one, other)
        invalid = {index.name: index for index in right.indexes.known if not index.valid}
        for one in missing:
            self._missing(owner, left, right, one, invalid)
        for other in more:
            subject = owner.part("index", label(other), None, other)
            sql = ddl.drop_index(left.schema, str(other.name), concurrently=not is_partitioned(right))
            self.notes.alone(subject, left.indexes.rest, None, described(other), sql=sql, more=columns_of(other, ""))

    def _one_of_each_name(self, ours: list[Index], there: list[Index], table: Table) -> list[Index]:
        """Of several that the models give one name the one that the database has: it cannot have more of them."""
        named = {stored_name(index): index for index in there}
        kept: dict[str, Index] = {}
        rest = []
        for index in ours:
            name = stored_name(index)
            other = named.get(name)
            if name is None or other is None:
                rest.append(index)
            elif name not in kept or self._same(index, other, table) is True:
                kept[name] = index
        return [*kept.values(), *rest]

    def _missing(
        self, owner: Subject, left: Table, right: Table, one: Index, invalid: dict[str | Unknown | None, Index]
    ) -> None:
        subject = owner.part("index", label(one), one, None)
        broken = invalid.get(stored_name(one)) if isinstance(one.name, str) else None
        if isinstance(one.unique, Unknown):
            self.notes.vague(subject, "whether it is there", one.unique)
        elif broken is not None:
            subject = owner.part("index", label(one), one, broken)
            sql = f"REINDEX INDEX CONCURRENTLY {qualified(left.schema, str(broken.name))};"
            self.notes.compared(subject, "valid", False, True, False, sql=sql)
        else:
            again = ddl.create_index(left, one, concurrently=not is_partitioned(right))
            columns = columns_of(one, left.name)
            self.notes.alone(subject, right.indexes.rest, described(one), None, sql=again, more=columns)

    def _pair(self, owner: Subject, table: Table, right: Table, one: Index, other: Index) -> None:
        subject = owner.part("index", label(one), one, other)
        same = self._same(one, other, table)
        concurrently = not is_partitioned(right)
        again = ddl.create_index(table, one, concurrently=concurrently)
        drop = ddl.drop_index(table.schema, str(other.name), concurrently=concurrently)
        sql = f"{drop}\n{again}" if again is not None else None
        self.notes.compared(subject, "definition", same, described(one), described(other), sql=sql)

    def _same(self, one: Index, other: Index, table: Table) -> bool | Unknown:
        if isinstance(one.unique, Unknown):
            return one.unique
        plain = (one.method.lower(), one.unique, tuple(map(cut, one.include)), one.nulls_not_distinct)
        if plain != (other.method, other.unique, other.include, other.nulls_not_distinct):
            return False
        if len(one.parts) != len(other.parts):
            return False
        found = [same_part(*pair, one.method, table) for pair in zip(one.parts, other.parts, strict=True)]
        found.append(same_predicate(one.predicate, other.predicate, table))
        return together(found)


def columns_of(index: Index | ExclusionConstraint, table: str) -> tuple[str, ...]:
    """Columns that an index or EXCLUDE speaks of, as far as it is understood."""
    include = index.include if isinstance(index, Index) else ()
    names = {cut(column) for column in (*index.columns, *include) if column is not None}
    keys = [index_key(part.expression, table) for part in index.parts if isinstance(part.expression, str)]
    where = expression(index.predicate, table) if isinstance(index.predicate, str) else None
    for node in (*(key.node for key in keys if key is not None), where):
        names |= names_in(node) if node is not None else frozenset()
    return tuple(sorted(names))


def is_partitioned(table: Table) -> bool:
    """Its indexes cannot be made or dropped CONCURRENTLY."""
    return table.storage is not None and table.storage.kind == "partitioned table"


def same_predicate(ours: str | Unknown | None, theirs: str | Unknown | None, table: Table) -> bool | Unknown:
    """Whether what stands behind WHERE is the same, the model's first."""
    if isinstance(ours, Unknown) or isinstance(theirs, Unknown):
        return ours if isinstance(ours, Unknown) else _VAGUE
    if ours is None or theirs is None:
        return ours is theirs
    same = same_sql(ours, theirs, table.name)
    return _VAGUE if same is None else same


def with_plain_keys(table: Table) -> Table:
    """The table, with columns for those expressions in its indexes that are no more than a column's name."""
    if not any(part.expression is not None for index in table.indexes.known for part in index.parts):
        return table
    indexes = tuple(
        msgspec.structs.replace(index, parts=tuple(_plain(part, table) for part in index.parts))
        for index in table.indexes.known
    )
    return msgspec.structs.replace(table, indexes=Some(indexes, table.indexes.rest))


def _plain(part: IndexPart, table: Table) -> IndexPart:
    key = index_key(part.expression, table.name) if isinstance(part.expression, str) else None
    if key is None or key.node.kind != "name":
        return part
    return IndexPart(
        column=key.node.text,
        descending=key.descending or part.descending,
        nulls=key.nulls or part.nulls,
        operator_class=key.operator_class or part.operator_class,
        collation=key.collation or part.collation,
    )


def _key(part: IndexPart, table: str) -> IndexKey | Unknown:
    if isinstance(part.expression, Unknown):
        return part.expression
    if part.column is not None:
        return IndexKey(
            Node("name", cut(part.column)), part.collation, part.operator_class, part.descending, part.nulls
        )
    key = index_key(part.expression or "", table)
    if key is None:
        return _VAGUE
    return msgspec.structs.replace(
        key,
        collation=key.collation or part.collation,
        operator_class=key.operator_class or part.operator_class,
        descending=key.descending or part.descending,
        nulls=key.nulls or part.nulls,
    )


def same_part(left: IndexPart, right: IndexPart, method: str, table: Table) -> bool | Unknown:
    """Whether a key of the model's index is that of the database's."""
    one, other = _key(left, table.name), _key(right, "")
    if isinstance(one, Unknown):
        return one
    if isinstance(other, Unknown):
        return other
    same = same_tree(one.node, other.node)
    if not same:
        return _VAGUE if same is None else False
    if method == "btree" and (one.descending, _nulls(one)) != (other.descending, _nulls(other)):
        return False
    return _same_operators(one.operator_class, other.operator_class, one.collation, other.collation)


def _nulls(key: IndexKey) -> str:
    return key.nulls or ("first" if key.descending else "last")


def _same_operators(ours: str | None, theirs: str | None, collation: str | None, other: str | None) -> bool | Unknown:
    ours = ours.partition("(")[0].rpartition(".")[2].lower() if ours is not None else None
    if ours != theirs and (ours is None or theirs is not None or ours in _NEVER_DEFAULT):
        return False
    if collation is not None and collation.strip('"') != other:
        return False if other is not None else Unknown("the column may have that collation by itself")
    return True


def label(index: Index) -> str:
    """An index's name, or its keys."""
    return index.name if isinstance(index.name, str) else f"({', '.join(map(shown_part, index.parts))})"


def described(index: Index) -> str:
    """What an index is, as DDL has it from UNIQUE on, without its name."""
    words = ["UNIQUE"] if index.unique is True else []
    words += [f"USING {index.method}"] if index.method != "btree" else []
    words.append(f"({', '.join(map(shown_part, index.parts))})")
    words += [f"INCLUDE ({', '.join(index.include)})"] if index.include else []
    words += ["NULLS NOT DISTINCT"] if index.nulls_not_distinct else []
    if index.predicate is not None:
        words.append(f"WHERE {'?' if isinstance(index.predicate, Unknown) else index.predicate}")
    return " ".join(words)


def shown_part(part: IndexPart) -> str:
    """A key as people read it."""
    if part.column is None:
        text = "?" if isinstance(part.expression, Unknown) else part.expression or ""
    else:
        text = part.column
    words = [text, *([part.operator_class] if part.operator_class else []), *(["DESC"] if part.descending else [])]
    return " ".join([*words, *([f"NULLS {part.nulls.upper()}"] if part.nulls else [])])
