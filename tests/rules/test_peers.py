"""The cases that splinter and pg-index-health publish for their own checks, written anew, agree with ours."""

from __future__ import annotations

import pytest

from created import judged

CLIENTS = (
    "CREATE TABLE clients (id bigint PRIMARY KEY, last_name varchar(255) NOT NULL, first_name varchar(255) NOT NULL,\n"
    "  email varchar(200) NOT NULL, phone varchar(50) NOT NULL, info jsonb, middle_name varchar(255));\n"
    "CREATE UNIQUE INDEX i_clients_email_phone ON clients (email, phone);\n"
)
ACCOUNTS = CLIENTS + (
    "CREATE TABLE accounts (id bigint PRIMARY KEY, client_id bigint NOT NULL,\n"
    "  account_number varchar(50) NOT NULL UNIQUE,\n"
    "  account_balance numeric(22,2) NOT NULL DEFAULT 0, deleted boolean NOT NULL DEFAULT false);\n"
)
LINKED = ACCOUNTS + "ALTER TABLE accounts ADD CONSTRAINT fk FOREIGN KEY (client_id) REFERENCES clients (id);\n"
DICT = "CREATE TABLE dict (ref_type int, ref_value text, PRIMARY KEY (ref_type, ref_value));\n"
PAIR = "CREATE TABLE aaa (foo int, bar int, PRIMARY KEY (foo, bar));\n"
BBB = PAIR + (
    "CREATE TABLE bbb (id int PRIMARY KEY, foo int, bar int, FOREIGN KEY (foo, bar) REFERENCES aaa (foo, bar));\n"
)
MULTI = 'CREATE TABLE "t-multi" (id int PRIMARY KEY, ts timestamp, name text);\n'
PARTED = (
    "CREATE TABLE t1 (deleted boolean NOT NULL, entity_id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);\n"
    "CREATE TABLE t1_p PARTITION OF t1 DEFAULT;\nCREATE INDEX idx_t1_deleted ON t1 (deleted);\n"
)

SILENT: dict[str, tuple[str, str]] = {
    "splinter 0001: index on the key": (
        "FK001",
        "CREATE TABLE aaa (id int PRIMARY KEY);\nCREATE TABLE bbb (id int PRIMARY KEY, a int REFERENCES aaa);\n"
        "CREATE INDEX ON bbb (a)",
    ),
    "splinter 0001: index on both, in order": ("FK001", BBB + "CREATE INDEX ON bbb (foo, bar)"),
    "splinter 0001: first column of a composite key": (
        "FK001",
        "CREATE TABLE tenant (id uuid PRIMARY KEY);\nCREATE TABLE account (tenant_id uuid REFERENCES tenant (id),\n"
        "  user_id uuid, PRIMARY KEY (tenant_id, user_id))",
    ),
    "splinter 0004: with a key": ("KEY001", "CREATE TABLE foo (id int PRIMARY KEY)"),
    "splinter 0014: in a schema of its own": (
        "TBL038", "CREATE SCHEMA extensions;\nCREATE EXTENSION ltree SCHEMA extensions",
    ),
    "splinter 0018: types that pg_upgrade keeps": (
        "COL021", "CREATE TABLE t (id int PRIMARY KEY, a regclass, b regrole, c regtype)",
    ),
    "splinter 0022: the newest": ("TBL037", "CREATE EXTENSION amcheck"),
    "foreign_keys_without_index: suitable": (
        "FK001", LINKED + "CREATE INDEX ON accounts (client_id, account_number)",
    ),
    "foreign_keys_with_null_values: MATCH FULL": (
        "FK012", DICT + "CREATE TABLE r (a int NOT NULL, b text, FOREIGN KEY (a, b) REFERENCES dict MATCH FULL)",
    ),
    "self_referenced_foreign_keys: CASCADE": (
        "FK014", "CREATE TABLE t (id bigint PRIMARY KEY, p bigint REFERENCES t (id) ON DELETE CASCADE)",
    ),
    "duplicated_indexes: hash": ("IDX004", ACCOUNTS + "CREATE INDEX ON accounts USING hash (account_number)"),
    "duplicated_indexes: collation": ("IDX004", ACCOUNTS + 'CREATE INDEX ON accounts (account_number COLLATE "C")'),
    "duplicated_indexes: operator class": (
        "IDX004", CLIENTS + "CREATE INDEX ON clients (lower(last_name));\n"
        "CREATE INDEX ON clients (lower(last_name) text_pattern_ops)",
    ),
    "duplicated_indexes: partial beside a constraint": (
        "IDX004", ACCOUNTS + "CREATE INDEX ON accounts (account_number) WHERE NOT deleted",
    ),
    "intersected_indexes: hash": (
        "IDX005",
        CLIENTS + "CREATE INDEX ON clients (last_name, first_name);\nCREATE INDEX ON clients USING hash (last_name)",
    ),
    "indexes_with_boolean: unique": ("IDX006", ACCOUNTS + "CREATE UNIQUE INDEX ON accounts (account_number, deleted)"),
    "indexes_with_unnecessary_where_clause: nullable": (
        "IDX013", "CREATE TABLE t (a bigint);\nCREATE INDEX ON t (a) WHERE a IS NOT NULL",
    ),
    "btree_indexes_on_array_columns: INCLUDE and GIN": (
        "IDX016", "CREATE TABLE t (n int, roles text[]);\nCREATE INDEX ON t (n) INCLUDE (roles);\n"
        "CREATE INDEX ON t USING gin (roles)",
    ),
    "tables_where_all_columns_nullable_except_pk: one is not": (
        "NUL008", "CREATE TABLE t (description text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
    ),
    "tables_where_all_columns_nullable_except_pk: only a key": ("NUL008", "CREATE TABLE t (id bigint PRIMARY KEY)"),
    "primary_keys_that_most_likely_natural_keys: integer": ("KEY011", "CREATE TABLE good (id int PRIMARY KEY)"),
    "primary_keys_with_serial_types: identity": (
        "KEY010", "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
    ),
    "primary_keys_with_serial_types: unique, but no key": ("KEY010", "CREATE TABLE t (id bigserial UNIQUE)"),
    "indexes_with_timestamp_in_the_middle: last": ("IDX015", MULTI + 'CREATE INDEX ON "t-multi" (id, name, ts)'),
    "indexes_with_timestamp_in_the_middle: unique": ("IDX015", MULTI + 'CREATE UNIQUE INDEX ON "t-multi" (id, ts, id)'),
    "tables_without_primary_key: a materialized view": (
        "KEY001", "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a",
    ),
    "columns_with_inconsistent_types: one type": (
        "COL022", "CREATE TABLE a (id int PRIMARY KEY, ref_id int);\nCREATE TABLE b (id int PRIMARY KEY, ref_id int)",
    ),
    "columns_with_char_type: no length": ("COL015", "CREATE TABLE t (id int PRIMARY KEY, a bpchar)"),
    "columns_with_char_type: the internal one": ("COL015", 'CREATE TABLE t (id int PRIMARY KEY, a "char")'),
    "not_valid_constraints: validated": ("CON005", "CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 0))"),
}  # fmt: skip

FOUND: dict[str, tuple[str, str, int]] = {
    "splinter 0001: no index": (
        "FK001",
        "CREATE TABLE aaa (id int PRIMARY KEY);\nCREATE TABLE bbb (id int PRIMARY KEY, a int REFERENCES aaa)", 1,
    ),
    "splinter 0001: composite, no index": ("FK001", BBB, 1),
    "splinter 0004: no key": ("KEY001", "CREATE TABLE bar (id int)", 1),
    "splinter 0009: two and three": (
        "IDX004", "CREATE TABLE blog (a int);\nCREATE INDEX x ON blog (a);\nCREATE INDEX y ON blog (a);\n"
        "CREATE INDEX z ON blog (a)", 2,
    ),
    "splinter 0014: in public": ("TBL038", "CREATE EXTENSION ltree", 1),
    "splinter 0018: the others": (
        "COL021", "CREATE TABLE t (id int PRIMARY KEY, a regcollation, b regconfig, c regdictionary, d regnamespace,\n"
        "  e regoper, f regproc, g regprocedure)", 7,
    ),
    "splinter 0022: an older one": ("TBL037", "CREATE EXTENSION amcheck VERSION '1.0'", 1),
    "foreign_keys_without_index: none": ("FK001", LINKED, 1),
    "foreign_keys_without_index: not suitable": (
        "FK001", LINKED + "CREATE INDEX ON accounts (account_number, client_id)", 1,
    ),
    "foreign_keys_with_unmatched_column_type": (
        "FK002", CLIENTS + "CREATE TABLE a (id int PRIMARY KEY, client_id int REFERENCES clients (id))", 1,
    ),
    "duplicated_foreign_keys": (
        "FK010", LINKED + "ALTER TABLE accounts ADD CONSTRAINT fk2 FOREIGN KEY (client_id) REFERENCES clients (id)", 1,
    ),
    "intersected_foreign_keys": (
        "FK011", CLIENTS + "ALTER TABLE clients ADD UNIQUE (email, first_name);\n"
        "CREATE TABLE p (email varchar(200), phone varchar(50), first_name varchar(255),\n"
        "  FOREIGN KEY (email, phone) REFERENCES clients (email, phone),\n"
        "  FOREIGN KEY (email, first_name) REFERENCES clients (email, first_name))", 1,
    ),
    "self_referenced_foreign_keys: NO ACTION": (
        "FK014", "CREATE TABLE t (id bigint PRIMARY KEY, p bigint REFERENCES t (id))", 1,
    ),
    "self_referenced_foreign_keys: RESTRICT": (
        "FK014", "CREATE TABLE t (id bigint PRIMARY KEY, p bigint REFERENCES t (id) ON DELETE RESTRICT)", 1,
    ),
    "duplicated_indexes: beside a constraint": ("IDX004", ACCOUNTS + "CREATE INDEX ON accounts (account_number)", 1),
    "duplicated_indexes: partitioned": ("IDX004", PARTED + "CREATE INDEX idx_t1_deleted_duplicate ON t1 (deleted)", 1),
    "intersected_indexes": (
        "IDX005", CLIENTS + "CREATE INDEX ON clients (last_name, first_name);\nCREATE INDEX ON clients (last_name)", 1,
    ),
    "intersected_indexes: partitioned": (
        "IDX005", PARTED + "CREATE INDEX idx_t1_deleted_entity_id ON t1 (deleted, entity_id)", 1,
    ),
    "indexes_with_boolean": ("IDX006", ACCOUNTS + "CREATE INDEX ON accounts (deleted)", 1),
    "indexes_with_unnecessary_where_clause": (
        "IDX013", 'CREATE TABLE t ("first-ref" bigint NOT NULL, b bigint NOT NULL);\n'
        "CREATE INDEX ON t (b) WHERE b IS NOT NULL", 1,
    ),
    "btree_indexes_on_array_columns": (
        "IDX016", "CREATE TABLE t (n int, roles text[]);\nCREATE INDEX ON t (roles) WHERE roles IS NOT NULL;\n"
        "CREATE INDEX ON t (n, roles)", 2,
    ),
    "columns_with_json_type": ("COL010", "CREATE TABLE t (id int PRIMARY KEY, info json)", 1),
    "columns_with_money_type": ("COL018", "CREATE TABLE t (id int PRIMARY KEY, price money)", 1),
    "columns_with_timestamp_or_timetz_type: timestamp": ("COL002",
        "CREATE TABLE t (id int PRIMARY KEY, a timestamp)", 1),
    "columns_with_timestamp_or_timetz_type: timetz": ("COL017", "CREATE TABLE t (id int PRIMARY KEY, a timetz)", 1),
    "columns_with_char_type": ("COL015", "CREATE TABLE t (id int PRIMARY KEY, a char(500), b bpchar(200))", 2),
    "columns_with_fixed_length_varchar": ("COL016", "CREATE TABLE t (id int PRIMARY KEY, a varchar(9), b varchar)", 1),
    "columns_with_blob_type": ("COL020", "CREATE TABLE t (id int PRIMARY KEY, content oid)", 1),
    "columns_with_serial_types": (
        "COL019", "CREATE TABLE t (id bigserial PRIMARY KEY, name text, a bigserial, b bigserial)", 2,
    ),
    "columns_with_inconsistent_types": (
        "COL022",
        "CREATE TABLE a (id int PRIMARY KEY, ref_id int);\nCREATE TABLE b (id int PRIMARY KEY, ref_id uuid)", 1,
    ),
    "columns_not_following_naming_convention": ("TBL019", 'CREATE TABLE t (id int PRIMARY KEY, "updatedAt" int)', 1),
    "columns_without_description": ("TBL015", "CREATE TABLE t (id int PRIMARY KEY, effort int)", 1),
    "primary_keys_that_most_likely_natural_keys": (
        "KEY011",
        "CREATE TABLE t (at timestamptz PRIMARY KEY);\nCREATE TABLE u (a text, b text, PRIMARY KEY (a, b))", 2,
    ),
    "primary_keys_with_serial_types": ("KEY010", "CREATE TABLE t (id bigserial PRIMARY KEY)", 1),
    "primary_keys_with_varchar": (
        "KEY004", "CREATE TABLE t (id varchar(36) PRIMARY KEY);\nCREATE TABLE u (id char(32) PRIMARY KEY)", 2,
    ),
    "tables_where_primary_key_columns_not_first": ("KEY013", "CREATE TABLE t (a text, id int PRIMARY KEY)", 1),
    "tables_where_all_columns_nullable_except_pk": (
        "NUL008", "CREATE TABLE t (a text, b text, c text, PRIMARY KEY (a, c))", 1,
    ),
    "tables_with_incrementing_columns": ("TBL011",
        "CREATE TABLE t (id int PRIMARY KEY, tel1 text, tel2 text, tel3 text)", 1),
    "tables_with_inheritance": (
        "TBL028", "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE c (n int) INHERITS (p);\n"
        "CREATE TABLE d (m int) INHERITS (c)", 2,
    ),
    "tables_with_zero_or_one_column: zero": ("TBL026", "CREATE TABLE t ()", 1),
    "tables_without_primary_key: partitioned": (
        "KEY001", "CREATE TABLE t (at date) PARTITION BY RANGE (at);\nCREATE TABLE p PARTITION OF t DEFAULT", 1,
    ),
    "tables_not_linked_to_others": ("TBL018",
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY)", 2),
    "indexes_with_timestamp_in_the_middle": ("IDX015", MULTI + 'CREATE INDEX ON "t-multi" (id, ts, name)', 1),
    "not_valid_constraints": (
        "CON005", "CREATE TABLE t (id int PRIMARY KEY, a int);\n"
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n"
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t NOT VALID", 2,
    ),
    "possible_object_name_overflow": ("TBL022", f"CREATE TABLE {'x' * 70} (id int PRIMARY KEY)", 1),
}  # fmt: skip

DIFFERENT: dict[str, tuple[str, str, int]] = {
    # It wants the foreign key's own order; PostgreSQL's look-up does not.
    "splinter 0001: an index in another order serves": ("FK001", BBB + "CREATE INDEX ON bbb (bar, foo)", 0),
    # It reads indexes as text, so that the key's twin is unique and the other is not.
    "splinter 0009: a plain twin of the primary key is one": (
        "IDX004", "CREATE TABLE blog (id int PRIMARY KEY);\nCREATE INDEX ix ON blog (id)", 1,
    ),
    # NULL in the only column that may be NULL means that nothing is referenced; MATCH FULL would refuse the row.
    "foreign_keys_with_null_values: one nullable column": (
        "FK012", DICT + "CREATE TABLE r (a int NOT NULL, b text, FOREIGN KEY (a, b) REFERENCES dict)", 0,
    ),
    # The same pairs in another order are one reference twice.
    "intersected_foreign_keys: the same pairs": (
        "FK010", CLIENTS + "CREATE TABLE p (email varchar(200), phone varchar(50),\n"
        "  FOREIGN KEY (email, phone) REFERENCES clients (email, phone),\n"
        "  FOREIGN KEY (phone, email) REFERENCES clients (phone, email))", 1,
    ),
    # A partial index that leaves out more than NULLs of the key serves no foreign key.
    "foreign_keys_without_index: a partial one": (
        "FK001", LINKED + "CREATE INDEX ON accounts (client_id) WHERE NOT deleted", 1,
    ),
    # Two are no group: address1 and address2 are lines of one address.
    "tables_with_incrementing_columns: two": ("TBL011", "CREATE TABLE t (id int PRIMARY KEY, tel1 text, tel2 text)", 0),
    # Ids and times differ for a reason; which names say the same everywhere nobody knows.
    "columns_with_inconsistent_types: id and created_at": (
        "COL022", "CREATE TABLE a (id int PRIMARY KEY, created_at timestamp);\n"
        "CREATE TABLE b (id uuid PRIMARY KEY, created_at timestamptz)", 0,
    ),
    # A boolean that stands last, or that narrows nothing but the rest, is of use in an index over several columns.
    "indexes_with_boolean: several columns": ("IDX006", ACCOUNTS + "CREATE INDEX ON accounts (client_id, deleted)", 0),
    # It counts characters: PostgreSQL cuts bytes.
    "possible_object_name_overflow: letters of two bytes": (
        "TBL022", f"CREATE TABLE {'ß' * 40} (id int PRIMARY KEY)", 1,
    ),
    # One column that is the primary key is a set of words.
    "tables_with_zero_or_one_column: one": ("TBL026", "CREATE TABLE t (id int PRIMARY KEY)", 0),
}  # fmt: skip


@pytest.mark.parametrize(("code", "script"), SILENT.values(), ids=SILENT)
def test_their_negative_cases_are_ours(code: str, script: str, database: str) -> None:
    assert [finding.message for finding in judged(database, script, code)] == []


@pytest.mark.parametrize(("code", "script", "count"), FOUND.values(), ids=FOUND)
def test_their_positive_cases_are_ours(code: str, script: str, count: int, database: str) -> None:
    found = judged(database, script, code)
    assert len(found) == count, [finding.message for finding in found]


@pytest.mark.parametrize(("code", "script", "count"), DIFFERENT.values(), ids=DIFFERENT)
def test_where_we_differ(code: str, script: str, count: int, database: str) -> None:
    found = judged(database, script, code)
    assert len(found) == count, [finding.message for finding in found]
