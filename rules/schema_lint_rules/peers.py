"""What other tools check of migrations, and which rule does the same here, or why none does.

As these tools were in August 2026.
"""

from __future__ import annotations

from typing import NamedTuple


class Check(NamedTuple):
    """A check of another tool."""

    peer: str
    name: str
    codes: tuple[str, ...] = ()
    """Of the rules that find what it finds."""

    why: str = ""
    """Why none does, or does all of it."""


_DOMAINS = "revisions are not followed into domains; a database's are read by `live` and `drift`"
_OF_MODELS = "judged where the model declares it, not again in each revision"
_TRANSACTIONS = "Alembic begins and ends the transaction; a revision that commits in the middle is told"
_STATEMENTS = (
    "a limit that suits an ALTER TABLE would end an index build or a VALIDATE; lock_timeout is what others wait for"
)
_ORDER = "labels have an order, but few queries sort by it"
_RUBY = "about the ORM of another language"

CHECKS: tuple[Check, ...] = (
    Check("squawk", "adding-field-with-default", ("MIG015",)),
    Check("squawk", "adding-foreign-key-constraint", ("MIG015",)),
    Check("squawk", "adding-not-nullable-field", ("MIG015",)),
    Check("squawk", "adding-required-field", ("MIG014",)),
    Check("squawk", "adding-serial-primary-key-field", ("MIG015",)),
    Check("squawk", "ban-alter-domain-with-add-constraint", (), _DOMAINS),
    Check("squawk", "ban-char-field", ("COL015",), _OF_MODELS),
    Check("squawk", "ban-concurrent-index-creation-in-transaction", ("MIG003",)),
    Check("squawk", "ban-create-domain-with-constraint", (), _DOMAINS),
    Check("squawk", "ban-drop-column", ("MIG013",)),
    Check("squawk", "ban-drop-database", ("MIG013",)),
    Check("squawk", "ban-drop-not-null", (), "whether code takes NULL is the model's matter: its annotation says so"),
    Check("squawk", "ban-drop-table", ("MIG013",)),
    Check("squawk", "ban-duplicate-column-assignments", ("MIG003",)),
    Check("squawk", "ban-truncate-cascade", ("MIG013",)),
    Check("squawk", "ban-uncommitted-transaction", (), "Alembic ends the transaction that it began"),
    Check("squawk", "changing-column-type", ("MIG015", "MIG013"), "changes that write no row anew are left alone"),
    Check("squawk", "constraint-missing-not-valid", ("MIG015",)),
    Check("squawk", "disallowed-unique-constraint", ("MIG015",)),
    Check("squawk", "identifier-too-long", ("TBL022",), _OF_MODELS),
    Check("squawk", "prefer-bigint-over-int", ("KEY006",), _OF_MODELS),
    Check("squawk", "prefer-bigint-over-smallint", ("KEY006",), _OF_MODELS),
    Check("squawk", "prefer-identity", ("KEY010", "COL019"), _OF_MODELS),
    Check("squawk", "prefer-repack", ("MIG015",)),
    Check("squawk", "prefer-robust-stmts", ("MIG012",), "off by default"),
    Check("squawk", "prefer-text-field", ("COL016",), _OF_MODELS),
    Check("squawk", "prefer-timestamp-tz", ("COL002",), _OF_MODELS),
    Check("squawk", "renaming-column", ("MIG013",)),
    Check("squawk", "renaming-table", ("MIG013",)),
    Check("squawk", "require-concurrent-index-creation", ("MIG015",)),
    Check("squawk", "require-concurrent-index-deletion", ("MIG015",), "as info"),
    Check("squawk", "require-concurrent-partition-detach", ("MIG015",)),
    Check("squawk", "require-concurrent-reindex", ("MIG015",)),
    Check("squawk", "require-enum-value-ordering", (), _ORDER),
    Check("squawk", "require-lock-timeout", ("MIG017",)),
    Check("squawk", "require-statement-timeout", (), _STATEMENTS),
    Check("squawk", "require-table-schema", (), "which schema a bare name means is set for the role or the connection"),
    Check("squawk", "syntax-error", ("MIG003",), "SQL that does not parse fails when it is replayed"),
    Check("squawk", "transaction-nesting", ("MIG019",), _TRANSACTIONS),
    Check("squawk", "unused-ignore", ("SRC002",)),
    Check("strong_migrations", "add_check_constraint", ("MIG015",)),
    Check("strong_migrations", "add_column_auto_incrementing", ("MIG015",)),
    Check("strong_migrations", "add_column_default", ("MIG015",)),
    Check("strong_migrations", "add_column_default_callable", ("MIG015",), "a function that is not known is let pass"),
    Check("strong_migrations", "add_column_generated_stored", ("MIG015",)),
    Check("strong_migrations", "add_column_json", ("COL010",), _OF_MODELS),
    Check("strong_migrations", "add_exclusion_constraint", ("MIG015",)),
    Check("strong_migrations", "add_foreign_key", ("MIG015",), "one of a table that the revision made is let pass"),
    Check("strong_migrations", "add_index", ("MIG015",)),
    Check("strong_migrations", "add_index_columns", (), "an index may have as many columns as its queries ask for"),
    Check("strong_migrations", "add_index_corruption", (), "of PostgreSQL 14.0 to 14.3, long since replaced"),
    Check("strong_migrations", "add_reference", ("MIG015",)),
    Check("strong_migrations", "add_unique_constraint", ("MIG015",)),
    Check("strong_migrations", "change_column", ("MIG015",)),
    Check("strong_migrations", "change_column_constraint", (), "CHECKs of the column are not looked at"),
    Check("strong_migrations", "change_column_default", (), _RUBY),
    Check("strong_migrations", "change_column_null", ("MIG015", "MIG014")),
    Check("strong_migrations", "change_column_with_not_null", ("MIG015",)),
    Check("strong_migrations", "create_table", ("MIG013",), "as the drop that `force` is"),
    Check("strong_migrations", "execute", (), "SQL is read; what is not leaves what it names in doubt"),
    Check("strong_migrations", "remove_column", ("MIG013",)),
    Check("strong_migrations", "remove_index", ("MIG015",), "as info"),
    Check("strong_migrations", "rename_column", ("MIG013",)),
    Check("strong_migrations", "rename_schema", ("MIG013",)),
    Check("strong_migrations", "rename_table", ("MIG013",)),
    Check("strong_migrations", "validate_check_constraint", ("MIG015",)),
    Check("strong_migrations", "validate_foreign_key", ("MIG015",)),
    Check("eugene", "E1", ("MIG015",)),
    Check("eugene", "E2", ("MIG015",)),
    Check("eugene", "E3", ("COL010",), _OF_MODELS),
    Check("eugene", "E4", ("MIG007", "MIG015"), "of rows and of VALIDATE; an index that is built so is told by itself"),
    Check("eugene", "E5", ("MIG015",)),
    Check("eugene", "E6", ("MIG015",)),
    Check("eugene", "E7", ("MIG015",)),
    Check("eugene", "E8", ("MIG015",)),
    Check("eugene", "E9", ("MIG017",)),
    Check("eugene", "E10", ("MIG015",)),
    Check("eugene", "E11", ("MIG015",)),
    Check("eugene", "W12", (), "ALTER TABLE statements of one revision share its transaction and its locks"),
    Check("eugene", "W13", ("COL023",), _OF_MODELS),
    Check("eugene", "W14", ("MIG015",), "for a primary key that is not made of an index"),
    Check("eugene", "E15", ("FK001",), _OF_MODELS),
    Check("pytest-alembic", "test_single_head_revision", ("MIG004",)),
    Check("pytest-alembic", "test_upgrade", ("MIG003",)),
    Check("pytest-alembic", "test_model_definitions_match_ddl", ("MIG009",)),
    Check("pytest-alembic", "test_up_down_consistency", ("MIG003", "MIG002", "MIG001")),
    Check("pytest-alembic", "test_downgrade_leaves_no_trace", ("MIG002",)),
    Check("pytest-alembic", "test_all_models_register_on_metadata", ("TBL014",)),
)
