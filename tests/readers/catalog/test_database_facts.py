"""What only a database has: rights, policies, triggers, functions, sequences, storage, statistics."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from created import schema_of
from schema_lint.facts.database import PUBLIC, IndexStorage, TableStorage
from schema_lint.facts.project import Schema
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.catalog import read


def made(database: str, ddl: str, *, usage: bool = False) -> Schema:
    """What is read of a database after the statements."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(ddl.encode())
    return schema_of(database, usage=usage)


def storage(schema: Schema, table: str) -> TableStorage:
    found = schema.table(table)
    assert found is not None and found.storage is not None
    return found.storage


@contextmanager
def role(database: str, options: str = "") -> Iterator[str]:
    """A role of its own name, since roles belong to the whole server."""
    name = f"schema_lint_{os.urandom(5).hex()}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} {options}".encode())
        try:
            yield name
        finally:
            connection.execute(f"DROP OWNED BY {name} CASCADE; DROP ROLE {name}".encode())


def test_an_empty_database_has_a_server_and_little_else(database: str) -> None:
    schema = made(database, "SELECT")
    assert schema.server is not None
    assert not schema.server.neon and schema.server.endpoint is None and schema.server.observed_days is None
    assert schema.server.settings["search_path"] == '"$user", public'
    # Our own transaction sets a limit; what is told is the role's own.
    assert schema.server.settings["statement_timeout"] == "0"
    assert [namespace.name for namespace in schema.namespaces] == ["public"]
    assert [extension.name for extension in schema.extensions] == ["plpgsql"]
    assert not (schema.row_policies or schema.triggers or schema.functions or schema.sequences or schema.domains)
    assert {grant.kind for grant in schema.grants} <= {"database", "schema"}


def test_rights_of_the_owner_are_not_told(database: str) -> None:
    with role(database) as reader:
        schema = made(
            database,
            f"""CREATE TABLE task (id int, title text); CREATE SEQUENCE counter;
            GRANT SELECT ON task TO PUBLIC; GRANT UPDATE (title), INSERT ON task TO {reader};
            GRANT USAGE ON SEQUENCE counter TO {reader};
            CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
            CREATE FUNCTION thrice(int) RETURNS int LANGUAGE sql AS 'SELECT 3 * $1';
            REVOKE EXECUTE ON FUNCTION thrice FROM PUBLIC;
            ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {reader};""",
        )
        told = {
            (grant.kind, grant.object, grant.column, grant.grantee, grant.privileges, grant.by_default)
            for grant in schema.grants
            if grant.kind not in ("database", "schema")
        }
        assert schema.server is not None
        assert told == {
            ("table", "task", None, PUBLIC, ("SELECT",), False),
            ("table", "task", None, reader, ("INSERT",), False),
            ("column", "task", "title", reader, ("UPDATE",), False),
            ("sequence", "counter", None, reader, ("USAGE",), False),
            ("function", "twice(integer)", None, PUBLIC, ("EXECUTE",), True),
            ("future tables", schema.server.role, None, reader, ("SELECT",), False),
        }


def test_a_role_has_the_rights_of_groups_of_its_groups(database: str) -> None:
    with role(database) as outer, role(database, f"IN ROLE {outer}") as inner, role(database, "LOGIN BYPASSRLS") as app:
        schema = made(database, f"GRANT {inner} TO {app}")
        [found] = [role for role in schema.roles if role.name == app]
        assert found.login and found.bypasses_row_security and not found.superuser
        assert found.member_of == (inner, outer)
    assert not any(found.name.startswith("pg_") for found in schema.roles)


def test_a_policy_tells_what_it_reads(database: str) -> None:
    schema = made(
        database,
        """CREATE SCHEMA auth; CREATE TABLE member (user_id int);
        CREATE FUNCTION auth.me() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
        CREATE TABLE task (id int, owner_id int); ALTER TABLE task ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON task FOR UPDATE USING (owner_id = auth.me())
          WITH CHECK (EXISTS (SELECT FROM member WHERE user_id = owner_id));
        CREATE POLICY none ON task AS RESTRICTIVE USING (false);""",
    )
    none, own = schema.row_policies
    assert (none.command, none.permissive, none.using, none.check, none.roles) == (
        "ALL", False, "false", None, (PUBLIC,),
    )  # fmt: skip
    assert (own.table, own.name, own.command, own.permissive) == ("task", "own", "UPDATE", True)
    assert own.using == "(owner_id = auth.me())"
    assert own.check is not None and "member" in own.check
    assert own.columns == ("owner_id",)
    assert own.reads == ("member",)
    assert own.functions == ("auth.me()",)
    assert storage(schema, "task").row_security and not storage(schema, "task").row_security_forced


def test_functions_and_triggers(database: str) -> None:
    schema = made(
        database,
        """CREATE TABLE task (id int, at timestamptz);
        CREATE FUNCTION me() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
        CREATE FUNCTION bound() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON task FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE TRIGGER note AFTER DELETE ON task EXECUTE FUNCTION touch(); ALTER TABLE task DISABLE TRIGGER note;""",
    )
    functions = {function.signature: function for function in schema.functions}
    assert functions["me()"].security_definer and functions["me()"].settings == {"search_path": '""'}
    assert functions["me()"].volatility == "stable" and functions["me()"].body == "SELECT 1"
    assert functions["bound()"].body is None
    note, touch = schema.triggers
    assert (touch.table, touch.function, touch.timing, touch.events) == (
        "task",
        "touch",
        "BEFORE",
        ("INSERT", "UPDATE"),
    )
    assert touch.for_each_row and touch.enabled
    assert not note.enabled and not note.for_each_row and note.events == ("DELETE",)


def test_a_foreign_key_s_own_triggers_are_told_only_when_disabled(database: str) -> None:
    ddl = "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (u_id int CONSTRAINT fk REFERENCES u);"
    assert made(database, ddl).triggers == ()
    disabled = made(database, "ALTER TABLE t DISABLE TRIGGER ALL").triggers
    assert {(trigger.table, trigger.constraint, trigger.enabled) for trigger in disabled} == {("t", "fk", False)}


def test_sequences_and_what_they_feed(database: str) -> None:
    ddl = """CREATE TABLE task (id serial, n int GENERATED ALWAYS AS IDENTITY);
    CREATE SEQUENCE shared MAXVALUE 100 CYCLE; CREATE TABLE other (a int DEFAULT nextval('shared'));
    INSERT INTO task DEFAULT VALUES;"""
    first = made(database, ddl)
    assert all(isinstance(sequence.last_value, Unknown) for sequence in first.sequences)
    sequences = {sequence.name: sequence for sequence in made(database, "SELECT", usage=True).sequences}
    assert sequences["task_id_seq"].owned_by == ("task", "id") and not sequences["task_id_seq"].identity
    assert sequences["task_id_seq"].feeds == (("task", "id"),) and sequences["task_id_seq"].last_value == 1
    assert sequences["task_n_seq"].identity and sequences["task_n_seq"].feeds == (("task", "n"),)
    assert sequences["shared"].owned_by is None and sequences["shared"].feeds == (("other", "a"),)
    assert sequences["shared"].cycles and sequences["shared"].maximum == 100 and sequences["shared"].last_value is None


def test_how_tables_are_kept(database: str) -> None:
    schema = made(
        database,
        """CREATE TABLE event (at date) PARTITION BY RANGE (at);
        CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE TABLE event_2027 PARTITION OF event FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
        GRANT SELECT ON event_2026 TO PUBLIC;
        CREATE INDEX event_at ON ONLY event (at); ALTER TABLE event ENABLE ROW LEVEL SECURITY;
        CREATE UNLOGGED TABLE base (id int) WITH (autovacuum_enabled = false); CREATE TABLE child () INHERITS (base);
        CREATE RULE nothing AS ON DELETE TO child DO INSTEAD NOTHING;
        CREATE VIEW bases WITH (security_invoker = true) AS SELECT id FROM base;
        CREATE TABLE seen (id int); CREATE PUBLICATION news FOR TABLE seen;""".replace(
            "WITH (security_invoker = true) ", "" if _version(database) < 150000 else "WITH (security_invoker = true) "
        ),
    )
    event = storage(schema, "event")
    assert (event.kind, event.partitions, event.unprotected_partitions) == ("partitioned table", 2, ("event_2026",))
    read_event = schema.table("event")
    assert read_event is not None
    [index] = read_event.indexes.known
    assert index.storage is not None and not index.valid
    assert (
        index.storage.unattached == ("event_2026", "event_2027") and index.storage.ready and not index.storage.building
    )
    base = storage(schema, "base")
    assert base.persistence == "unlogged" and base.options == {"autovacuum_enabled": "false"}
    assert storage(schema, "child").inherits == ("base",)
    assert storage(schema, "child").rewrite_rules == ("nothing",)
    assert storage(schema, "bases").reads == ("base",) and storage(schema, "bases").kind == "view"
    assert storage(schema, "seen").published and not base.published
    assert base.rows is None and base.statistics is None


def _version(database: str) -> int:
    with psycopg.connect(database) as connection:
        return connection.info.server_version


def test_constraints_that_were_never_checked(database: str) -> None:
    schema = made(
        database,
        """CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (a int, b int);
        ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES u MATCH FULL NOT VALID;
        ALTER TABLE t ADD CONSTRAINT positive CHECK (b > 0) NOT VALID;
        CREATE DOMAIN small AS int CHECK (VALUE < 10);
        ALTER DOMAIN small ADD CONSTRAINT high CHECK (VALUE > 0) NOT VALID;
        """,
    )
    table = schema.table("t")
    assert table is not None
    [key], [check] = table.foreign_keys.known, table.check_constraints.known
    assert (key.validated, key.match) == (False, "FULL") and not check.validated
    [domain] = schema.domains
    assert domain.unvalidated == ("high",) and domain.type == "integer"


def test_postgresql_18_knows_constraints_that_are_only_declared(database: str) -> None:
    if _version(database) < 180000:
        return
    schema = made(
        database,
        """CREATE TABLE t (a int CONSTRAINT big CHECK (a > 9) NOT ENFORCED, b int NOT NULL, c int);
        ALTER TABLE t ADD CONSTRAINT there NOT NULL c NOT VALID;""",
    )
    table = schema.table("t")
    assert table is not None
    checks = {check.name: check for check in table.check_constraints.known}
    assert set(checks) == {"big", "there"}
    assert not checks["big"].enforced
    assert checks["there"].expression == "c IS NOT NULL" and not checks["there"].validated


def test_statistics_are_read_only_when_asked_for(database: str) -> None:
    ddl = """CREATE TABLE t (a int, b text COLLATE "C"); INSERT INTO t SELECT 1, NULL FROM generate_series(1, 50);
    CREATE INDEX t_a ON t (a); ANALYZE t;"""
    without = made(database, ddl)
    assert storage(without, "t").statistics is None and storage(without, "t").rows == 50
    schema = made(database, "SELECT", usage=True)
    assert schema.evidence == "CP" and schema.server is not None and schema.server.observed_days is not None
    counted = storage(schema, "t").statistics
    assert counted is not None and counted.analyzed and counted.days_since_vacuum is None
    table = schema.table("t")
    assert table is not None
    first, second = table.columns.known
    assert first.statistics is not None and (first.statistics.null_share, first.statistics.distinct) == (0, 1)
    assert second.statistics is not None and second.statistics.null_share == 1 and second.collation == "C"
    [index] = table.indexes.known
    assert isinstance(index.storage, IndexStorage) and index.storage.scans == 0 and index.storage.bytes > 0


def test_a_role_that_may_only_connect_reads_the_catalogue(database: str) -> None:
    ddl = "CREATE TABLE t (id serial PRIMARY KEY, a text); CREATE POLICY p ON t USING (a = current_user);"
    made(database, ddl)
    with role(database, "LOGIN PASSWORD 'x'") as stranger, psycopg.connect(database) as connection:
        connection.execute(f"SET SESSION AUTHORIZATION {stranger}".encode())
        schema = read(connection, usage=True)
    assert schema.table("t") is not None and schema.row_policies
    [sequence] = schema.sequences
    assert isinstance(sequence.last_value, Unknown) and "may not read" in sequence.last_value.why


def test_a_foreign_key_names_the_columns_that_a_delete_empties_and_the_index_it_relies_on(database: str) -> None:
    listed = ' ("B")' if _version(database) >= 150_000 else ""
    schema = made(
        database,
        f"""CREATE TABLE pair (a int, "B" int, CONSTRAINT pair_key UNIQUE (a, "B"));
        CREATE TABLE child (a int NOT NULL, "B" int,
          FOREIGN KEY (a, "B") REFERENCES pair (a, "B") ON DELETE SET NULL{listed})""",
    )
    child = schema.table("child")
    assert child is not None
    [key] = child.foreign_keys.complete()
    assert (key.ondelete, key.relies_on) == (f"SET NULL{listed}", "pair_key")
