"""IDX004 and IDX005: indexes that another index makes superfluous."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from schema_lint.checking.finding import Edit, Fix, Subject
from schema_lint.checking.rule import ERROR, INFO, WARNING, Severity, Violation, rule
from schema_lint.facts.database import IndexStorage
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Index, IndexPart, Table, UniqueConstraint
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._statements import drop_constraint, drop_index, in_database, in_schema_of
from schema_lint_rules.shapes import label

_Part = tuple[str, bool, bool, str | None, str | None]
"""Column or expression, descending, NULLs first, operator class, collation."""


class _Key:
    """A primary key, unique constraint or index, as the index that PostgreSQL makes of it."""

    __slots__ = ("deferrable", "implied", "include", "kind", "method", "name", "needed_by", "not_distinct", "parts",
                 "place", "predicate", "storage", "unique")  # fmt: skip

    def __init__(self, kind: str, parts: tuple[_Part, ...], name: str | Unknown | None, place: Place | None) -> None:
        self.kind = kind
        """`pk`, `uq` or `ix`."""
        self.parts = parts
        self.name = name if isinstance(name, str) else None
        self.place = place
        self.unique = True
        self.method = "btree"
        self.predicate: str | None = None
        self.include: frozenset[str] = frozenset()
        self.not_distinct = False
        self.deferrable = False
        self.implied: str | None = None
        """The column whose `index=True` or `unique=True` makes it."""
        self.storage: IndexStorage | None = None
        self.needed_by: str | None = None
        """Name of a foreign key of a database that cannot be without it."""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(part[0] for part in self.parts)

    @property
    def backwards(self) -> tuple[_Part, ...]:
        """Its parts as a scan from the other end meets them."""
        return tuple((key, not down, not first, opclass, coll) for key, down, first, opclass, coll in self.parts)

    @property
    def rank(self) -> tuple[int, int, int, bool, str]:
        """What to keep, the first of it first: keys, constraints, what else PostgreSQL relies on, unique indexes, plain
        ones; what is written out before what is implied; what is used most; the smaller name."""
        kinds = {"pk": 0, "uq": 1}
        relied_on = 2 if self.is_replica_identity else 3 if self.needed_by else 4 if self.unique else 5
        used = self.storage.scans if self.storage is not None and self.storage.scans is not None else 0
        clustered = self.storage is not None and self.storage.clustered
        return kinds.get(self.kind, relied_on), 0 if clustered else 1, -used, self.implied is not None, self.name or ""

    @property
    def is_replica_identity(self) -> bool:
        """Subscribers find rows by it."""
        return self.storage is not None and self.storage.replica_identity


def _plain(columns: tuple[str, ...]) -> tuple[_Part, ...]:
    return tuple((column, False, False, None, None) for column in columns)


def _begin_alike(table: Table) -> bool:
    """Two of the table's indexes may begin with the same: without that none is the other's beginning."""
    first = [index.columns[0] for index in table.indexes.known if index.parts]
    first += [key[0] for key in (table.primary_key.columns, *_unique(table)) if key]
    return len(set(first)) < len(first)


def _has_wide_key(table: Table) -> bool:
    """Uniqueness is kept of several columns, of which one may be unique already."""
    if any(index.unique is True and len(index.parts) > 1 for index in table.indexes.known):
        return True
    return any(len(key) > 1 for key in (table.primary_key.columns, *_unique(table)))


def _unique(table: Table) -> Iterator[tuple[str, ...]]:
    return (constraint.columns for constraint in table.unique_constraints.known)


def _keys(table: Table, schema: Schema) -> list[_Key]:
    """All that can be compared, what is to be kept first. What is not wholly known is left out."""
    needed = {fk.relies_on: str(fk.name) for fk in schema.foreign_keys_to(table.key) if fk.relies_on is not None}
    keys = []
    if table.primary_key.columns:
        keys.append(_Key("pk", _plain(table.primary_key.columns), table.primary_key.name, table.primary_key.place))
    keys += [_of_constraint(unique) for unique in table.unique_constraints.known if unique.columns]
    keys += [key for index in table.indexes.known if (key := _of_index(index)) is not None]
    for key in keys:
        key.needed_by = needed.get(key.name) if key.name is not None else None
    return sorted(keys, key=lambda key: key.rank)


def _of_constraint(unique: UniqueConstraint) -> _Key:
    key = _Key("uq", _plain(unique.columns), unique.name, unique.place)
    key.not_distinct = unique.nulls_not_distinct
    key.deferrable = bool(unique.deferrable)
    key.implied = unique.implied_by_column
    return key


def _of_index(index: Index) -> _Key | None:
    parts = [_part(part) for part in index.parts]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not parts or not index.valid:
        return None
    if isinstance(index.unique, Unknown) or isinstance(index.predicate, Unknown):
        return None
    key = _Key("ix", tuple(known), index.name, index.place)
    key.unique = index.unique
    key.method = index.method
    key.predicate = _folded(index.predicate) if index.predicate is not None else None
    key.include = frozenset(index.include)
    key.not_distinct = index.nulls_not_distinct
    key.implied = index.implied_by_column
    key.storage = index.storage
    return key


def _part(part: IndexPart) -> _Part | None:
    text = part.column if part.column is not None else part.expression
    if text is None or isinstance(text, Unknown):
        return None
    first = part.nulls == "first" if part.nulls is not None else part.descending
    key = text if part.column is not None else _folded(text)
    return key, part.descending, first, part.operator_class, part.collation


def _folded(text: str) -> str:
    """The text without differences of case and blanks, but for what stands in quotes."""
    parts = re.split(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""", text)
    return "".join(part if at % 2 else " ".join(f"|{part}|".lower().split()) for at, part in enumerate(parts))


def _twin(key: _Key, kept: _Key) -> bool:
    """Every query and every guarantee that the one serves, the other serves too; both hold the same columns."""
    if key.method != kept.method or key.predicate != kept.predicate or not key.include <= kept.include:
        return False
    if key.parts != kept.parts and not (key.method == "btree" and key.backwards == kept.parts):
        return False
    if not key.unique:
        return True
    same_nulls = key.not_distinct == kept.not_distinct or kept.kind == "pk"
    return kept.unique and same_nulls and (key.deferrable or not kept.deferrable)


def _twins(keys: list[_Key]) -> Iterator[tuple[_Key, _Key]]:
    """Pairs: what is superfluous, and what is kept in its place."""
    alike: dict[tuple[_Part, ...], list[tuple[int, _Key]]] = {}
    for position, key in enumerate(keys):
        earlier = [*alike.get(key.parts, ()), *alike.get(key.backwards, ())]
        kept = min((number for number, other in earlier if _twin(key, other)), default=None)
        if kept is not None:
            yield key, keys[kept]
        alike.setdefault(key.parts, []).append((position, key))


class _Begun:
    """Keys by what they begin with, so that a table of many indexes is not compared pair by pair."""

    def __init__(self, keys: list[_Key]) -> None:
        self._by_part: dict[_Part, list[tuple[int, _Key]]] = {}
        self._by_column: dict[str, list[tuple[int, _Key]]] = {}
        for number, key in enumerate(keys):
            self._by_part.setdefault(key.parts[0], []).append((number, key))
            self._by_column.setdefault(key.columns[0], []).append((number, key))

    def longer(self, key: _Key) -> _Key | None:
        """The first key that the given one is a beginning of."""
        near = [pair for part in {key.parts[0], key.backwards[0]} for pair in self._by_part.get(part, ())]
        return _first(pair for pair in near if _begins(key, pair[1]))

    def smaller(self, key: _Key, table: Table) -> _Key | None:
        """The first key that keeps the given one's columns unique by itself."""
        near = [pair for column in set(key.columns) for pair in self._by_column.get(column, ())]
        return _first(pair for pair in near if _implies(pair[1], key, table))


def _first(found: Iterable[tuple[int, _Key]]) -> _Key | None:
    earliest = min(found, key=lambda pair: pair[0], default=None)
    return earliest[1] if earliest is not None else None


@rule(
    "IDX004", "duplicate-index", severity=WARNING, evidence="SMC", reference="models:Task.__table_args__", fix="unsafe",
    silences=("IDX005",),
    peers=("splinter 0009", "pg-index-health duplicated_indexes", "SchemaCrawler LinterRedundantIndexes",
           "active_record_doctor extraneous_indexes", "database_consistency redundant unique index",
           "db_verifier i1003", "pg-migration-lint PGM508"),
)  # fmt: skip
def duplicate_index(table: Table, schema: Schema) -> Iterator[Violation]:
    """No two indexes of a table are alike.

    Why: the second serves no query that the first does not, and every write maintains both. A primary key and a unique
    constraint have an index of their own (PostgreSQL documentation, "Unique Indexes").

    Bad:
        ```python
        import uuid
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            __table_args__ = (UniqueConstraint("email", name="uq_users_email"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            email: str = Field(max_length=320, index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            __table_args__ = (UniqueConstraint("email", name="uq_users_email"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            email: str = Field(max_length=320)
        ```

    Exempt: another method, predicate, operator class, collation, direction or order of columns; more INCLUDE columns; a
    unique index beside a plain one is what is kept; a deferrable constraint beside a unique index; indexes that are not
    wholly known. `unique=True, index=True` on one column makes one index.

    Note: what is kept is a primary key, else a unique constraint, else the replica identity, else what a foreign key
    relies on, else a unique index, else the smaller name.

    Limits: an error where both have one name, which PostgreSQL refuses; an info where one is the other read backwards.
    """
    if not _begin_alike(table):
        return
    for key, kept in _twins(_keys(table, schema)):
        severity: Severity = WARNING if key.parts == kept.parts else INFO
        clash = key.kind == kept.kind == "ix" and key.name is not None and key.name == kept.name
        columns = ", ".join(key.columns)
        yield Violation(
            message=f"{table.key} has two indexes named {key.name}, which PostgreSQL refuses"
            if clash
            else f"{_described(key, table)} makes a second index over ({columns}) of {table.key}, "
            f"beside {_described(kept, table)}",
            suggestion=_removal(key, table, kept),
            severity=ERROR if clash else severity,
            subject=_subject(key, table),
            place=key.place,
            related=(kept.place,) if isinstance(kept.place, SourcePlace) and kept.place != key.place else (),
            sql=_drop(key, table),
            fix=_fix(key, table),
        )


def _described(key: _Key, table: Table) -> str:
    if key.kind == "pk":
        return "the primary key"
    column = table.column(key.implied) if key.implied is not None else None
    if column is not None:
        return f"{' and '.join(_flags(key))} on {label(column)}"
    what = "the unique constraint" if key.kind == "uq" else "the unique index" if key.unique else "the index"
    return f"{what} {key.name}" if key.name else f"{what} on ({', '.join(key.columns)})"


def _flags(key: _Key) -> list[str]:
    """The arguments of a column that make the index; unique=True with index=True makes one unique index."""
    if key.kind == "uq":
        return ["unique=True"]
    return ["unique=True", "index=True"] if key.unique else ["index=True"]


def _removal(key: _Key, table: Table, kept: _Key | None = None) -> str:
    column = table.column(key.implied) if key.implied is not None else None
    if column is not None:
        return f"remove {' and '.join(_flags(key))} from {label(column)}"
    if kept is not None and key.needed_by is not None:
        return (
            f"make the foreign key {key.needed_by} anew, so that it relies on {_described(kept, table)}, then remove "
            f"{_described(key, table)}"
        )
    return f"remove {_described(key, table)}"


def _subject(key: _Key, table: Table) -> Subject:
    kind = "index" if key.kind == "ix" else "constraint"
    return Subject(kind=kind, schema=table.schema, table=table.name, columns=key.columns, name=key.name)


def _drop(key: _Key, table: Table) -> str | None:
    if key.name is None or key.needed_by is not None or key.is_replica_identity or key.kind == "pk":
        return None
    if in_database(table):
        return drop_index(table, key.name) if key.kind == "ix" else drop_constraint(table, key.name)
    return f"DROP INDEX CONCURRENTLY {in_schema_of(table, key.name)};" if key.kind == "ix" else None


def _fix(key: _Key, table: Table) -> Fix | None:
    column = table.column(key.implied) if key.implied is not None else None
    if column is None or column.declaration is None:
        return None
    arguments = [column.declaration.argument(flag.partition("=")[0]) for flag in _flags(key)]
    edits = [Edit(intent="remove-argument", place=a.place, name=a.name) for a in arguments if a is not None]
    return Fix(applicability="unsafe", edits=tuple(edits)) if len(edits) == len(arguments) else None


@rule(
    "IDX005", "redundant-index", severity=INFO, evidence="SMC", reference="models:Task.__table_args__", fix="unsafe",
    peers=("pg-index-health intersected_indexes", "active_record_doctor extraneous_indexes", "pgdesigner W017",
           "PgHero duplicate indexes", "pg-migration-lint PGM508"),
)  # fmt: skip
def redundant_index(table: Table, schema: Schema) -> Iterator[Violation]:
    """An index is no mere beginning of another, and a unique key no extension of another.

    Why: an index over (owner_id, status) serves every search by owner_id. A second one over owner_id alone is written
    with every row; it pays only where it is much smaller and much used.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_status_title", "status", "title"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            status: str = Field(index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_status_title", "status", "title"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            status: str
        ```

    Exempt: unique, partial and non-btree indexes; another operator class, collation or direction; INCLUDE columns that
    the longer index lacks; a unique key that a foreign key references or that is the replica identity, or whose smaller
    key admits NULL.

    Limits: a warning where a database says that the index takes more than 100 MB.
    """
    if not _begin_alike(table) and not _has_wide_key(table):
        return
    keys = _keys(table, schema)
    begun = _Begun(keys)
    doubled = {id(key) for key, _ in _twins(keys)}
    for key in keys:
        if id(key) in doubled:
            continue
        longer = begun.longer(key)
        if longer is not None:
            yield Violation(
                message=f"{_described(key, table)} is only the beginning of {_described(longer, table)} "
                f"({', '.join(longer.columns)})",
                suggestion=f"{_removal(key, table)}, unless it is much smaller and much used",
                subject=_subject(key, table),
                place=key.place,
                severity=WARNING if _costs_much(key) else None,
                related=(longer.place,) if isinstance(longer.place, SourcePlace) and longer.place != key.place else (),
                sql=_drop(key, table),
                fix=_fix(key, table),
            )
            continue
        smaller = begun.smaller(key, table)
        if smaller is not None and not key.is_replica_identity and not _is_referenced(key, table, schema):
            yield Violation(
                message=f"{_described(key, table)} over ({', '.join(key.columns)}) of {table.key} holds by itself, "
                f"since {', '.join(smaller.columns)} {'is' if len(smaller.columns) == 1 else 'are'} unique",
                suggestion=f"{_removal(key, table)}, or make it a plain index where queries need one",
                subject=_subject(key, table),
                place=key.place,
                sql=_drop(key, table) if in_database(table) else None,
            )


LARGE = 100 * 2**20
"""Bytes of an index that are worth a second look."""


def _costs_much(key: _Key) -> bool:
    return key.storage is not None and key.storage.bytes > LARGE


def _begins(key: _Key, longer: _Key) -> bool:
    if key.unique or key.predicate is not None or longer.predicate is not None or len(key.parts) >= len(longer.parts):
        return False
    if key.method != "btree" or longer.method != "btree":
        return False
    length = len(key.parts)
    same = key.parts == longer.parts[:length] or key.backwards == longer.parts[:length]
    return same and key.include <= longer.include | set(longer.columns)


def _implies(smaller: _Key, key: _Key, table: Table) -> bool:
    """The smaller key already keeps the columns of the larger one unique."""
    if (
        not (key.unique and smaller.unique)
        or key.kind == "pk"
        or key.predicate is not None
        or smaller.predicate is not None
    ):
        return False
    if not set(smaller.columns) < set(key.columns) or (smaller.deferrable and not key.deferrable):
        return False
    found = [table.column(name) for name in smaller.columns]
    return all(column is not None and column.nullable is False for column in found)


def _is_referenced(key: _Key, table: Table, schema: Schema) -> bool:
    """A foreign key needs exactly this key (of another table of this schema, perhaps one that is not known)."""
    schema.tables.complete()
    return schema.partial or any(
        set(found.target_columns) == set(key.columns) for found in schema.foreign_keys_to(table.key)
    )
