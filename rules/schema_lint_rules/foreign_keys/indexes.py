"""FK001: foreign keys without an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Fix, Subject
from schema_lint.checking.rule import ERROR, INFO, Severity, Violation, rule
from schema_lint.facts.unknown import Undecided
from schema_lint_rules._databases import is_mysql_only
from schema_lint_rules._fixes import set_argument
from schema_lint_rules._index_coverage import (
    column_order,
    create_plain_index,
    index_name,
    is_served,
    near_misses,
    partly_served,
    proposals,
)
from schema_lint_rules._names import declaring_class
from schema_lint_rules._statements import in_database
from schema_lint_rules._tables import is_lookup, reference, resolve
from schema_lint_rules.shapes import label, listed

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.project import Project, Schema
    from schema_lint.facts.schema import Column, ForeignKey, Table


SMALL = 1_000
"""Rows that a scan reads as fast as an index finds one of them."""


@rule(
    "FK001",
    "foreign-key-without-index",
    severity=ERROR,
    evidence="SMCGR",
    reference="models:Task.owner_id",
    fix="unsafe",
    peers=(
        "splinter 0001 unindexed_foreign_keys", "pglinter B003", "pg-index-health foreign_keys_without_index",
        "schemalint index-referencing-column", "dbcritic index_fk_ref", "tbls",
        "SchemaCrawler LinterForeignKeyWithNoIndexes", "pg-extras missing_fk_indexes", "pgdesigner W002",
        "pgAssistant", "active_record_doctor unindexed_foreign_keys", "database_consistency MissingIndex",
        "eugene E15", "pg-migration-lint PGM501", "prisma-lint require-field-index",
    ),
)  # fmt: skip
def foreign_key_without_index(
    fk: ForeignKey,
    table: Table,
    schema: Schema,
    project: Project,
    policies: Policies,
    *,
    ignore_lookup_tables: bool = False,
) -> Iterator[Violation]:
    """A foreign key has an index that starts with its columns.

    Why: PostgreSQL indexes the referenced columns but not the referencing ones, so every DELETE or key update of a
    parent row, and every join from the parent, reads the whole child table (PostgreSQL documentation, 5.5.5 Foreign
    Keys).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT")
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Exempt:
        - the first columns of a primary key, of a unique constraint or of a B-tree index, in any order among
          themselves; a hash index for a single column
        - a partial index that leaves out nothing but NULLs of the key itself (`WHERE owner_id IS NOT NULL`); any other
          partial index, INCLUDE columns, expressions, BRIN and invalid indexes do not count
        - the child of joined inheritance: its primary key is the foreign key
        - views, and tables that someone else makes
        - projects all of whose URLs are MySQL's or MariaDB's, which make the index themselves
        - at `info`: a composite foreign key that an index serves in part; one to a table of the policy
          `lookup-tables`; one between tables that both have fewer than 1,000 rows, where statistics are read

    Options:
        ignore-lookup-tables: say nothing of foreign keys to tables of the policy `lookup-tables`.
    """
    if table.is_view or is_served(table, fk.columns) or is_mysql_only(project):
        return
    leader, served = _proposal(fk, table)
    if leader is not fk:
        return
    target = resolve(fk.target_table, schema)
    to_lookup = target is not None and is_lookup(target, policies)
    if to_lookup and ignore_lookup_tables:
        return
    columns = column_order(leader, served)
    small = _is_small(table) and target is not None and _is_small(target)
    severity: Severity | None = INFO if to_lookup or small or partly_served(table, fk.columns) else None
    yield Violation(
        message=_message(fk, served, table),
        suggestion=_suggestion(columns, table, schema),
        severity=severity,
        subjects=tuple(
            Subject(kind="foreign-key", schema=table.schema, table=table.name, columns=other.columns)
            for other in served
        ),
        sql=create_plain_index(table, columns, schema),
        fix=_fix(columns, table),
    )


def _is_small(table: Table) -> bool:
    """The server has counted that a scan of the table costs next to nothing. What a database merely holds at the moment
    says nothing of the one in production."""
    if table.storage is None or table.storage.statistics is None or table.storage.rows is None:
        return False
    return 0 < table.storage.rows < SMALL


def _proposal(fk: ForeignKey, table: Table) -> tuple[ForeignKey, list[ForeignKey]]:
    """The foreign key in whose name an index for this one is proposed, and the others which that index serves."""
    if not _LATEST or _LATEST[0][0] is not table:
        _LATEST[:] = [(table, _proposals(table))]
    return _LATEST[0][1].get(id(fk), (fk, []))


_Proposal = tuple["ForeignKey", list["ForeignKey"]]
_LATEST: list[tuple[Table, dict[int, _Proposal]]] = []
"""The table whose foreign keys are being visited, and the proposal for each of them, by identity."""


def _proposals(table: Table) -> dict[int, _Proposal]:
    unserved = [fk for fk in table.foreign_keys.known if not _served_or_undecided(fk, table)]
    return {id(fk): (leader, served) for leader, served in proposals(unserved) for fk in (leader, *served)}


def _served_or_undecided(fk: ForeignKey, table: Table) -> bool:
    try:
        return is_served(table, fk.columns)
    except Undecided:
        return True


def _message(fk: ForeignKey, served: Sequence[ForeignKey], table: Table) -> str:
    names = listed(reference(key) for key in (fk, *served))
    if served:
        return f"the foreign keys {names} have no index that starts with their columns"
    text = f"the foreign key {names} has no index that starts with it"
    reason = next(near_misses(table, fk.columns), None)
    return f"{text}: {reason}" if reason else text


def _suggestion(columns: Sequence[str], table: Table, schema: Schema) -> str:
    if in_database(table):
        return f"make an index on {table.key} ({', '.join(columns)})"
    if len(columns) > 1:
        name = index_name(table, columns, schema)
        arguments = ", ".join(f'"{argument}"' for argument in (name, *columns))
        where = "__table_args__ of " if table.form == "declarative" else ""
        return f"add Index({arguments}) to {where}{declaring_class(table)}"
    column = table.column(columns[0])
    if column is None:
        return f'add Index("{index_name(table, columns, schema)}", "{columns[0]}") to {declaring_class(table)}'
    if _is_made_by_helper(column):
        where = "__table_args__ of " if table.form == "declarative" else ""
        name = index_name(table, columns, schema)
        return f'add Index("{name}", "{columns[0]}") to {where}{declaring_class(table)}'
    nested = column.declaration is not None and column.declaration.sa_column is not None
    return f"add index=True to {'the Column of ' if nested else ''}{label(column)}"


def _is_made_by_helper(column: Column) -> bool:
    """The call that makes the column stands elsewhere than its attribute: an argument there would hit others too."""
    declaration = column.declaration
    if declaration is None or declaration.place is None:
        return False
    here = declaration.place
    arguments = (*declaration.arguments, *(declaration.sa_column or ()))
    return any(a.place.path != here.path or a.place.line < here.line for a in arguments)


def _fix(columns: Sequence[str], table: Table) -> Fix | None:
    column = table.column(columns[0]) if len(columns) == 1 else None
    if column is None or _is_made_by_helper(column):
        return None
    return set_argument(column.declaration, "index", "True")
