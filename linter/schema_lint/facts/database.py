"""What only a database has: a server, its roles and their rights, what runs in it, and what it counted."""

from __future__ import annotations

import msgspec

from schema_lint.facts.place import Place
from schema_lint.facts.unknown import Unknown

PUBLIC = "PUBLIC"
"""Stands for every role where a role is named."""


class Server(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The server, as the role that read it sees it."""

    version: int
    """`server_version_num`: 180006 for 18.6."""

    role: str
    superuser: bool = False
    encoding: str = "UTF8"
    settings: dict[str, str] = {}
    """In the session's own words and units, by name; those that rules ask for."""

    in_recovery: bool = False
    host: str | None = None
    """As the client named it; `None` for a socket of the same machine."""

    encrypted: bool | None = None
    """Whether the connection is; `None` for a socket of the same machine."""

    neon: bool = False
    endpoint: str | None = None
    """`pooled` or `direct`, where the address says it."""

    observed_days: float | None = None
    """For how long the statistics have been counted; `None` where they were not read."""

    collation: str | None = None
    """The database's own, as the operating system calls it; `None` where another library collates."""

    collation_changed: bool = False
    """The operating system's collation is another than the one that the database's indexes were built with."""


class TableStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the server counted of a table since its statistics began (`pg_stat_all_tables`); partitions summed up."""

    sequential_scans: int = 0
    rows_read_sequentially: int = 0
    index_scans: int = 0
    inserts: int = 0
    updates: int = 0
    hot_updates: int = 0
    deletes: int = 0
    live_rows: int = 0
    dead_rows: int = 0
    modified_since_analyze: int = 0
    days_since_analyze: float | None = None
    days_since_vacuum: float | None = None
    analyzed: bool = False
    """Some column has statistics for the planner, whenever they were made."""

    transactions_old: int = 0
    """`age(relfrozenxid)`, in transactions; the oldest of its partitions'."""

    multixacts_old: int = 0

    @property
    def scans(self) -> int:
        """Of either kind."""
        return self.sequential_scans + self.index_scans

    @property
    def writes(self) -> int:
        """Rows inserted, updated and deleted."""
        return self.inserts + self.updates + self.deletes


class TableStorage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How a database keeps a table."""

    kind: str = "table"
    """`table`, `partitioned table`, `foreign table`, `view` or `materialized view`."""

    persistence: str = "permanent"
    """`permanent` or `unlogged`."""

    owner: str = ""
    options: dict[str, str] = {}
    """Storage parameters: `autovacuum_enabled`, `fillfactor`; a view's `security_invoker`."""

    row_security: bool = False
    row_security_forced: bool = False
    replica_identity: str = "default"
    """`default`, `nothing`, `full` or `index`."""

    partitions: int = 0
    """Tables that are partitions of it, at any depth, that hold rows."""

    unprotected_partitions: tuple[str, ...] = ()
    """Those of the partitions (`schema.name`) on which others than the owner have rights, and that have no row-level
    security while this table has."""

    inherits: tuple[str, ...] = ()
    """Tables that it inherits from (`INHERITS`, not partitions)."""

    rewrite_rules: tuple[str, ...] = ()
    """Names of its rules (`CREATE RULE`), but a view's own."""

    reads: tuple[str, ...] = ()
    """Keys of the tables that a view reads."""

    rows: int | None = None
    """As ANALYZE or VACUUM last estimated; `None` if neither ever ran."""

    bytes: int = 0
    """Of its own pages and its partitions', as of the last VACUUM or ANALYZE; without indexes and TOAST."""

    published: bool = False
    """Some publication sends its changes to subscribers."""

    statistics: TableStatistics | None = None
    """`None` where they were not asked for."""


class IndexStorage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How a database keeps an index."""

    bytes: int = 0
    """Of its pages, as of the last VACUUM or ANALYZE; 0 for a partitioned table's."""

    ready: bool = True
    """New rows are entered in it."""

    building: bool = False
    """CREATE INDEX or REINDEX is at work on it."""

    clustered: bool = False
    replica_identity: bool = False
    unattached: tuple[str, ...] = ()
    """Partitions that lack their share of a partitioned table's index, which is invalid until they have it."""

    scans: int | None = None
    """Since the statistics began; `None` where they were not asked for."""

    days_since_scan: float | None = None
    """PostgreSQL 16 and later."""


class ColumnStatistics(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the planner knows of a column's values (`pg_stats`)."""

    null_share: float
    distinct: float
    """Number of distinct values; below zero its negative share of the rows."""


class Sample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What some rows say of a column that seems to repeat one of the row that a foreign key leads to."""

    table: str
    """Key of its table."""

    determinant: str
    """The foreign key's column."""

    column: str
    rows: int = 0
    """That were looked at: those in which both have a value."""

    differing: int | Unknown = 0
    """Of them those that say something else; unknown where they could not be read."""


class Namespace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A schema of the database."""

    name: str
    owner: str
    place: Place | None = None


class Role(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A role: a user or a group. PostgreSQL's own (`pg_…`) are left out."""

    name: str
    login: bool = False
    superuser: bool = False
    bypasses_row_security: bool = False
    member_of: tuple[str, ...] = ()
    """Roles whose rights it has or may take, directly or through others."""

    place: Place | None = None


class Grant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Rights of a role on an object; the owner's own are left out."""

    kind: str
    """`table` (views, too), `column`, `sequence`, `schema`, `function` or `database`; `future tables`,
    `future sequences`, `future functions` for default privileges."""

    schema: str | None
    object: str
    """Its name; for a function with its argument types."""

    column: str | None = None
    grantee: str
    """A role, or `PUBLIC`."""

    privileges: tuple[str, ...]
    """`SELECT`, `INSERT`, `EXECUTE`, `CREATE` …, in the order of the catalogue."""

    by_default: bool = False
    """Nobody granted it: PostgreSQL gives it to new objects of that kind."""

    place: Place | None = None


class RowPolicy(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A policy of row-level security."""

    table: str
    """Key of its table."""

    name: str
    command: str = "ALL"
    """`ALL`, `SELECT`, `INSERT`, `UPDATE` or `DELETE`."""

    permissive: bool = True
    roles: tuple[str, ...] = (PUBLIC,)
    using: str | None = None
    """As `pg_get_expr` prints it."""

    check: str | None = None
    columns: tuple[str, ...] = ()
    """The table's own columns that it reads."""

    reads: tuple[str, ...] = ()
    """Keys of other tables that it reads."""

    functions: tuple[str, ...] = ()
    """Functions that are not PostgreSQL's own and that it calls: `auth.user_id()`."""

    place: Place | None = None


class Trigger(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A trigger of a table."""

    table: str
    name: str
    function: str
    """`schema.name`, or `name` in the default schema."""

    timing: str = "AFTER"
    """`BEFORE`, `AFTER` or `INSTEAD OF`."""

    events: tuple[str, ...] = ()
    """`INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`."""

    for_each_row: bool = True
    enabled: bool = True
    constraint: str | None = None
    """The foreign key that it enforces, for those that PostgreSQL makes by itself; only disabled ones are facts."""

    place: Place | None = None


class Function(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A function or procedure of the project's, not an extension's."""

    schema: str | None
    name: str
    arguments: str = ""
    """Types, as `pg_get_function_identity_arguments` prints them."""

    language: str = "sql"
    owner: str = ""
    security_definer: bool = False
    volatility: str = "volatile"
    """`immutable`, `stable` or `volatile`."""

    leakproof: bool = False
    settings: dict[str, str] = {}
    """What it sets while it runs: `search_path`."""

    returns: str = ""
    body: str | None = None
    """Its text; `None` for what is bound when it is made (SQL-standard bodies) or written in C."""

    place: Place | None = None

    @property
    def signature(self) -> str:
        """`schema.name(integer, text)`."""
        prefix = f"{self.schema}." if self.schema else ""
        return f"{prefix}{self.name}({self.arguments})"


class Sequence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A sequence."""

    schema: str | None
    name: str
    type: str = "bigint"
    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int
    cycles: bool = False
    unlogged: bool = False
    last_value: int | Unknown | None = None
    """`None` if it never gave one; unknown where the role may not read it."""

    owned_by: tuple[str, str] | None = None
    """Table key and column whose `serial` or identity it is."""

    identity: bool = False
    feeds: tuple[tuple[str, str], ...] = ()
    """Table keys and columns whose default takes its next value."""

    place: Place | None = None


class Extension(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An installed extension."""

    name: str
    schema: str
    version: str
    newest: str | None = None
    """The version that the server would install now."""

    place: Place | None = None


class Domain(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A domain: a type with rules of its own."""

    schema: str | None
    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    checks: tuple[str, ...] = ()
    """As `pg_get_constraintdef` prints them, by name."""

    check_names: tuple[str, ...] = ()
    unvalidated: tuple[str, ...] = ()
    """Names of its checks that were added NOT VALID."""

    place: Place | None = None
