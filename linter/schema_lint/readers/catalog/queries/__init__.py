"""What is asked of a database: a constant number of queries, each beside the row that it gives.

Each looks at the catalogue directly (PostgreSQL's documentation, chapter "System Catalogs"), since the views of
`information_schema` hide what the role does not own and cost several times as much. All run in one transaction that
sees one moment, so that object numbers fit from one to the next.
"""

from __future__ import annotations

from schema_lint.readers.catalog.queries import access, programs, server, storage, tables


def in_order(*, usage: bool) -> tuple[str, ...]:
    """The queries of one reading, in the order in which their rows are made into facts."""
    counted = (storage.TABLE_STATISTICS, storage.INDEX_STATISTICS, storage.COLUMN_STATISTICS) if usage else ()
    return (
        server.SERVER, tables.ENUMS, tables.TABLES, tables.COLLATIONS,
        storage.PARTITIONS, storage.INHERITANCE, storage.REWRITES, storage.PUBLISHED, *counted,
        tables.REFERENCED, programs.SEQUENCES, tables.COLUMNS, tables.CONSTRAINTS, tables.INDEXES,
        tables.OPERATOR_CLASSES, server.EXTENSIONS, server.NAMESPACES, server.ROLES,
        access.GRANTS, access.POLICIES, programs.TRIGGERS, programs.FUNCTIONS,
        programs.FEEDS, *((programs.LAST_VALUES,) if usage else ()), programs.DOMAINS,
    )  # fmt: skip
