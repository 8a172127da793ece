"""TBL035 to TBL040: the database around the tables: its schemas, owners, extensions, encoding and collations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint_rules._names import quoted, words
from schema_lint_rules.shapes import listed

if TYPE_CHECKING:
    from schema_lint.facts.database import Extension, Namespace, Server
    from schema_lint.facts.project import Schema

_ENVIRONMENTS = frozenset({
    "dev", "development", "prod", "production", "test", "testing", "stage", "staging", "qa", "uat", "preprod",
    "sandbox",
})  # fmt: skip


@rule(
    "TBL035", "environment-in-schema-name", severity=INFO, on=False, strict=False, evidence="C",
    reference="models:Base", peers=("pglinter S002", "dblinter"),
)  # fmt: skip
def environment_in_schema_name(namespace: Namespace) -> Iterator[Violation]:
    """A schema is named after what it holds, not where it runs.

    Why: the same migration has to run in every environment; a name that differs has to be put into each statement.

    Bad:
        ```sql
        CREATE SCHEMA todo_dev;
        ```

    Good:
        ```sql
        CREATE SCHEMA todo;
        ```

    Exempt: such a word in the middle of a name.
    """
    parts = words(namespace.name)
    found = next((part for part in parts[:1] + parts[-1:] if part in _ENVIRONMENTS), None)
    if found is not None:
        yield Violation(
            message=f"the schema {namespace.name} is named after an environment ({found})",
            suggestion="give each environment a database of its own, with schemas of the same names",
        )


@rule(
    "TBL036", "several-owners", severity=INFO, evidence="C", reference="models:Base",
    peers=("pglinter B011", "pglinter S005"),
)  # fmt: skip
def several_owners(namespace: Namespace, schema: Schema) -> Iterator[Violation]:
    """All tables of a schema belong to one role.

    Why: only the owner may alter a table, so a migration that runs as one role fails at the tables of another.

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY);
        CREATE TABLE users (id uuid PRIMARY KEY);
        ALTER TABLE users OWNER TO pg_monitor;
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY);
        CREATE TABLE users (id uuid PRIMARY KEY);
        ```

    Exempt: schemas of one table; tables of extensions.
    """
    own = None if namespace.name == schema.default_schema else namespace.name
    owners: dict[str, list[str]] = {}
    for table in schema.tables.known:
        if table.schema == own and table.storage is not None and table.storage.owner:
            owners.setdefault(table.storage.owner, []).append(table.key)
    if len(owners) > 1:
        rare = min(owners, key=lambda owner: len(owners[owner]))
        usual = max(owners, key=lambda owner: len(owners[owner]))
        yield Violation(
            message=f"tables of {namespace.name} belong to {len(owners)} roles: {listed(owners[rare], 3)} to {rare}, "
            f"most to {usual}",
            suggestion=f"let all belong to {usual}",
            sql="\n".join(
                f"ALTER TABLE {'.'.join(map(quoted, key.split('.', 1)))} OWNER TO {quoted(usual)};"
                for owner, keys in owners.items()
                if owner != usual
                for key in keys
            ),
        )


@rule(
    "TBL037", "outdated-extension", severity=INFO, evidence="C", reference="models:Base",
    peers=("splinter 0022 extension_versions_outdated",),
)  # fmt: skip
def outdated_extension(extension: Extension) -> Iterator[Violation]:
    """An extension is as new as the server has it.

    Why: after an upgrade of the server its extensions stay as they were, without what was mended since.

    Bad:
        ```sql
        CREATE EXTENSION pg_trgm VERSION '1.3';
        ```

    Good:
        ```sql
        CREATE EXTENSION pg_trgm;
        ```

    Exempt: extensions of which the server knows no newer version.
    """
    if extension.newest is not None and extension.newest != extension.version:
        yield Violation(
            message=f"the extension {extension.name} is {extension.version}, and the server has {extension.newest}",
            suggestion="update it, after reading what has changed",
            sql=f"ALTER EXTENSION {quoted(extension.name)} UPDATE;",
        )


@rule(
    "TBL038", "extension-in-public", severity=INFO, on=False, strict=False, evidence="C", reference="models:Base",
    peers=("splinter 0014 extension_in_public",),
)  # fmt: skip
def extension_in_public(extension: Extension) -> Iterator[Violation]:
    """Extensions have a schema of their own.

    Why: their functions and tables stand among the project's, in what is listed, dumped and exposed.

    Bad:
        ```sql
        CREATE EXTENSION pg_trgm;
        ```

    Good:
        ```sql
        CREATE SCHEMA extensions;
        CREATE EXTENSION pg_trgm SCHEMA extensions;
        ```

    Exempt: languages such as `plpgsql`, and extensions that choose their schema.
    """
    if extension.schema == "public":
        yield Violation(
            message=f"the extension {extension.name} is in the schema public",
            suggestion="move it to a schema of its own, which the search_path names",
            sql=f"CREATE SCHEMA IF NOT EXISTS extensions;\n"
            f"ALTER EXTENSION {quoted(extension.name)} SET SCHEMA extensions;",
        )


@rule(
    "TBL039", "unsuitable-encoding", severity=WARNING, evidence="C", reference="db:create_neon_engine",
    peers=("bytebase SYSTEM_CHARSET_ALLOWLIST",),
)  # fmt: skip
def unsuitable_encoding(server: Server) -> Iterator[Violation]:
    """A database is encoded in UTF-8.

    Why: SQL_ASCII checks nothing, so texts of several encodings stand side by side and none can be told from another;
    any other encoding refuses most of the world's letters (PostgreSQL documentation, 24.3 Character Set Support).

    Bad:
        ```text
        CREATE DATABASE todo ENCODING 'SQL_ASCII' TEMPLATE template0;
        ```

    Good:
        ```text
        CREATE DATABASE todo ENCODING 'UTF8' TEMPLATE template0;
        ```

    Exempt: none.

    Limits: an info for other encodings than SQL_ASCII, which at least say what they hold.
    """
    if server.encoding not in ("UTF8", ""):
        yield Violation(
            message=f"the database is encoded in {server.encoding}",
            suggestion="dump it, and restore it into one with ENCODING 'UTF8'",
            severity=None if server.encoding == "SQL_ASCII" else INFO,
        )


@rule(
    "TBL040", "changed-collation", severity=ERROR, evidence="C", reference="db:create_neon_engine",
    peers=("postgres_dba", "check_pgactivity"),
)  # fmt: skip
def changed_collation(server: Server, schema: Schema) -> Iterator[Violation]:
    """Indexes are sorted as the operating system sorts today.

    Why: a new version of its locale data may sort otherwise; an index built before then misses rows that are there, and
    a unique one lets doubles in (PostgreSQL documentation, ALTER COLLATION, Notes).

    Bad:
        ```text
        WARNING:  database "todo" has a collation version mismatch
        ```

    Good:
        ```text
        REINDEX DATABASE CONCURRENTLY todo;
        ALTER DATABASE todo REFRESH COLLATION VERSION;
        ```

    Exempt: databases whose collation has no version (`C`), and servers before PostgreSQL 15, which do not tell.
    """
    if server.collation_changed:
        name = quoted(schema.label)
        yield Violation(
            message=f"the operating system sorts texts otherwise than when the indexes of {schema.label} were built",
            suggestion="build the indexes anew, then tell PostgreSQL",
            subject=Subject(kind="server", name=schema.label),
            sql=f"REINDEX DATABASE CONCURRENTLY {name};\nALTER DATABASE {name} REFRESH COLLATION VERSION;",
        )
