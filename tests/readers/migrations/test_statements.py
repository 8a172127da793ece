"""What is read of SQL."""

from __future__ import annotations

from typing import Any

import pytest

from schema_lint.facts.operations import Operation
from schema_lint.readers.migrations.statements import read_sql


def one(sql: str) -> Operation:
    """The only operation of a statement."""
    [found] = read_sql(sql)
    return found


@pytest.mark.parametrize("sql", ["", "  ;; ", "-- a comment", "/* nothing */"])
def test_nothing(sql: str) -> None:
    assert read_sql(sql) == ()


@pytest.mark.parametrize(
    ("sql", "kind", "fields"),
    [
        ("ALTER TABLE tasks ADD COLUMN due timestamptz", "add_column", {"table": "tasks"}),
        ("ALTER TABLE IF EXISTS ONLY app.tasks DROP COLUMN IF EXISTS due CASCADE", "drop_column",
         {"table": "app.tasks", "name": "due", "cascade": True, "if_exists": True}),
        ("ALTER TABLE tasks ALTER COLUMN due SET NOT NULL", "alter_column", {"name": "due", "nullable": False}),
        ("ALTER TABLE tasks ALTER due DROP NOT NULL", "alter_column", {"name": "due", "nullable": True}),
        ("ALTER TABLE tasks ALTER due DROP DEFAULT", "alter_column", {"name": "due", "drops_default": True}),
        ("ALTER TABLE tasks RENAME COLUMN due TO due_at", "alter_column", {"name": "due", "new_name": "due_at"}),
        ("ALTER TABLE tasks RENAME TO todos", "rename_table", {"table": "tasks", "name": "todos"}),
        ('ALTER TABLE "Tasks" DROP CONSTRAINT "Uq"', "drop_constraint", {"table": "Tasks", "name": "Uq"}),
        ("ALTER TABLE tasks VALIDATE CONSTRAINT ck", "validate_constraint", {"name": "ck"}),
        ("ALTER TABLE tasks ADD CONSTRAINT ck CHECK (due > now()) NOT VALID", "create_check_constraint",
         {"name": "ck", "condition": "due > now()", "unvalidated": True}),
        ("ALTER TABLE tasks ADD CONSTRAINT fk FOREIGN KEY (owner_id) REFERENCES public.users (id) ON DELETE CASCADE",
         "create_foreign_key", {"columns": ("owner_id",), "target": "users", "unvalidated": False}),
        ("ALTER TABLE tasks ADD PRIMARY KEY (id)", "create_primary_key", {"columns": ("id",)}),
        ("ALTER TABLE tasks ADD CONSTRAINT uq UNIQUE USING INDEX uq_ix", "create_unique_constraint",
         {"name": "uq", "index": "uq_ix"}),
        ("ALTER TABLE tasks ENABLE ROW LEVEL SECURITY", "enable_row_security", {}),
        ("ALTER TABLE tasks DISABLE TRIGGER ALL", "disable_trigger", {}),
        ("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "detach_partition", {"concurrently": True}),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ix ON tasks USING gin (a, lower(b)) WHERE a > 1",
         "create_index", {"name": "ix", "unique": True, "concurrently": True, "if_exists": True}),
        ("DROP INDEX CONCURRENTLY IF EXISTS app.ix", "drop_index", {"name": "ix", "concurrently": True}),
        ("CREATE TYPE status AS ENUM ('open', 'it''s')", "create_type", {"labels": ("open", "it's")}),
        ("DROP TYPE IF EXISTS status", "drop_type", {"name": "status"}),
        ("UPDATE tasks AS t SET done = (SELECT 1), (a, b) = (1, 2) FROM x WHERE x.id = t.id", "update",
         {"columns": ("done", "a", "b"), "condition": "x.id = t.id"}),
        ("INSERT INTO tasks (id) SELECT id FROM old", "insert", {"columns": ("id",), "condition": "select"}),
        ("DELETE FROM tasks", "delete", {"table": "tasks", "condition": None}),
        ("TRUNCATE TABLE tasks CASCADE", "truncate", {"cascade": True}),
        ("SET LOCAL lock_timeout = '4s'", "set", {"name": "lock_timeout", "value": "4s"}),
        ("SELECT set_config('lock_timeout', '4s', true)", "set", {"name": "lock_timeout", "value": "4s"}),
        ("VACUUM (FULL, ANALYZE) tasks", "vacuum", {"full": True, "table": "tasks"}),
        ("WITH x AS (SELECT 1) UPDATE tasks SET a = 1", "update", {}),
        ("COMMENT ON TABLE tasks IS 'a; b'", "other", {}),
        ("DO $$ BEGIN DROP TABLE x; END $$", "unread",
         {"words": frozenset({"do", "begin", "drop", "table", "x", "end"})}),
        ("DO $$ BEGIN EXECUTE format('DROP TABLE %I', x); END $$", "unread", {"words": None}),
        ("CREATE TEMP TABLE x (id int)", "other", {}),
        ("ALTER TABLE tasks DISABLE TRIGGER ALL", "disable_trigger", {"name": "all"}),
        ("ALTER TABLE tasks ENABLE ALWAYS TRIGGER t", "enable_trigger", {"name": "t"}),
        ("ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY", "disable_row_security", {"name": "force"}),
        ("GRANT SELECT ON tasks TO PUBLIC", "grant", {"name": "SELECT ON tasks", "value": "public"}),
        ("ALTER TYPE status RENAME VALUE 'a' TO 'b'", "rename_value", {"labels": ("a",), "new_name": "b"}),
        ("ALTER SCHEMA one RENAME TO two", "rename_schema", {"name": "one", "new_name": "two"}),
        ("ALTER INDEX whole ATTACH PARTITION part", "attach_index", {"name": "whole", "new_name": "part"}),
        ("CREATE INDEX ix ON ONLY tasks (id)", "create_index", {"only": True}),
        ("CREATE FUNCTION f() RETURNS int SECURITY DEFINER AS ''", "create_function", {"definer": True}),
        ("CREATE FUNCTION f() RETURNS int SECURITY DEFINER SET search_path = '' AS ''", "create_function",
         {"definer": False}),
    ],
)  # fmt: skip
def test_a_statement(sql: str, kind: str, fields: dict[str, Any]) -> None:
    found = one(sql)
    assert found.kind == kind
    assert {name: getattr(found, name) for name in fields} == fields


def test_several_actions_and_statements() -> None:
    found = read_sql("ALTER TABLE tasks ADD a int, ADD CONSTRAINT u UNIQUE (a), DROP b; UPDATE tasks SET a = 1; ")
    assert [operation.kind for operation in found] == [
        "add_column", "create_unique_constraint", "drop_column", "update",
    ]  # fmt: skip


def test_columns_of_a_table() -> None:
    found = one("""
CREATE TABLE IF NOT EXISTS app.tasks (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    number bigserial,
    title character varying(80) NOT NULL DEFAULT '',
    price numeric(10, 2) CHECK (price > 0),
    owner_id uuid CONSTRAINT fk_owner REFERENCES users (id) ON DELETE SET NULL,
    seen timestamp with time zone GENERATED ALWAYS AS (now()) STORED,
    UNIQUE (title),
    CONSTRAINT fk FOREIGN KEY (price) REFERENCES prices
)""")
    table = found.declared
    assert table is not None and found.if_exists
    columns = table.columns.complete()
    assert [(c.name, c.type.sql, c.nullable) for c in columns] == [  # type: ignore[union-attr]
        ("id", "UUID", False), ("number", "BIGSERIAL", False), ("title", "CHARACTER VARYING(80)", False),
        ("price", "NUMERIC(10, 2)", True), ("owner_id", "UUID", True), ("seen", "TIMESTAMP WITH TIME ZONE", True),
    ]  # fmt: skip
    assert columns[2].type.name == "varchar" and columns[2].type.length == 80  # type: ignore[union-attr]
    assert (table.schema, table.primary_key.columns) == ("app", ("id",))
    assert [(fk.name, fk.target_table) for fk in table.foreign_keys] == [("fk_owner", "users"), ("fk", "prices")]
    assert len(table.check_constraints.complete()) == len(table.unique_constraints.complete()) == 1
    assert columns[5].server_default is not None


def test_a_long_text_ends() -> None:
    [found] = read_sql("SELECT '" + "x" * 300_000 + "'")
    assert found.kind == "unread"


@pytest.mark.parametrize("piece", ["/*", "$a$", "$x", "'", '"', "(", "a.", "ALTER TABLE ", "--"])
def test_texts_that_do_not_end_are_read_once(piece: str) -> None:
    for sql in (piece * 20_000, "CREATE TABLE t (" + piece * 20_000, "ALTER TABLE t ADD " + piece * 20_000):
        assert isinstance(read_sql(sql), tuple)
