"""Rows for tables of every kind, and the reasons where there are none."""

from __future__ import annotations

import psycopg
import pytest

from seeded import seed

TYPES = (
    "smallint", "integer", "bigint", "numeric", "numeric(4,2)", "numeric(3,0)", "real", "double precision", "money",
    "text", "varchar(5)", "varchar(40)", "char(1)", "char(36)", '"char"', "name", "bytea", "boolean", "uuid", "date",
    "timestamp", "timestamptz", "timestamptz(0)", "time", "timetz", "interval", "json", "jsonb", "jsonpath", "xml",
    "inet", "cidr", "macaddr", "macaddr8", "bit(8)", "bit", "bit varying(12)", "tsvector", "tsquery", "point", "line",
    "lseg", "box", "path", "polygon", "circle", "pg_lsn", "oid", "regclass", "int4range", "int8range", "numrange",
    "daterange", "tsrange", "tstzrange", "int4multirange", "datemultirange", "integer[]", "text[]", "varchar(20)[]",
    "jsonb[]", "uuid[]", "timestamptz[]", "mood", "mood[]", "positive", "code", "pair", "pair[]", "numrange[]",
)  # fmt: skip
MADE = """
CREATE TYPE mood AS ENUM ('sad', 'it''s fine', 'glad');
CREATE DOMAIN positive AS integer NOT NULL CHECK (VALUE > 0);
CREATE DOMAIN code AS varchar(3) CHECK (VALUE IN ('aaa', 'bbb', 'ccc'));
CREATE TYPE pair AS (number integer, word text);
"""
FEW = ('"char"', "boolean", "bit", "regclass", "mood", "mood[]", "char(1)")
"""Types that need not have a value of their own for every row."""


@pytest.mark.parametrize("nulls", [False, True])
def test_every_type(database: str, nulls: bool) -> None:
    with psycopg.connect(database) as connection:
        columns = ", ".join(f'"c{number}" {name} NOT NULL' for number, name in enumerate(TYPES))
        connection.execute(f"{MADE} CREATE TABLE every ({columns})".encode())
        answer = seed(connection, nulls=nulls)
        assert answer["unseeded"] == {}
        assert answer["seeded"] == {"public.every": 3}
        for number, name in enumerate(TYPES):
            if name not in FEW:
                [(distinct,)] = connection.execute(
                    f"SELECT count(DISTINCT c{number}::text) FROM every".encode()
                ).fetchall()
                assert (name, distinct) == (name, 3)


EXTENSIONS = {
    "citext": ("citext",), "hstore": ("hstore",), "ltree": ("ltree", "lquery", "ltxtquery"), "cube": ("cube",),
    "seg": ("seg",), "intarray": ("query_int",), "lo": ("lo",), "vector": ("vector(3)",),
}  # fmt: skip


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_types_of_extensions(database: str, extension: str) -> None:
    with psycopg.connect(database) as connection:
        try:
            connection.execute(f"CREATE EXTENSION {extension}".encode())
        except psycopg.errors.Error as error:
            pytest.skip(str(error))
        columns = ", ".join(f'"c{number}" {name} NOT NULL' for number, name in enumerate(EXTENSIONS[extension]))
        connection.execute(f"CREATE TABLE every ({columns})".encode())
        answer = seed(connection)
        assert (answer["unseeded"], answer["seeded"]) == ({}, {"public.every": 3})


def test_many_rows_are_distinct(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "CREATE TABLE a (id serial PRIMARY KEY, n smallint UNIQUE, t varchar(3) UNIQUE, d date UNIQUE)"
        )
        assert seed(connection, 20)["seeded"] == {"public.a": 20}


TABLES = {
    "identity and generated": "CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b int NOT NULL, "
    "c int GENERATED ALWAYS AS (b * 2) STORED)",
    "names that need quotes": 'CREATE SCHEMA "S s"; CREATE TABLE "S s"."order" ("select" text NOT NULL, "50%" int)',
    "keys": "CREATE TABLE z (id uuid PRIMARY KEY); CREATE TABLE a (id int PRIMARY KEY, z uuid NOT NULL UNIQUE "
    "REFERENCES z)",
    "composite keys": "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (t int REFERENCES t, n int, PRIMARY "
    "KEY (t, n)); "
    "CREATE TABLE a (t int NOT NULL REFERENCES t, n int NOT NULL, FOREIGN KEY (t, n) REFERENCES u)",
    "a reference to itself": "CREATE TABLE a (id serial PRIMARY KEY, parent int REFERENCES a, top int NOT NULL "
    "REFERENCES a)",
    "a circle with a way in": "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, "
    "a int NOT "
    "NULL REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
    "a circle that can wait": "CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int "
    "PRIMARY KEY, a int "
    "NOT NULL REFERENCES a DEFERRABLE); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE; "
    "CREATE TABLE c (a int NOT NULL REFERENCES a)",
    "checks": "CREATE TABLE a (state text NOT NULL CHECK (state IN ('open', 'done')), n int CHECK (n BETWEEN 1 AND 5), "
    "mail text NOT NULL CHECK (mail ~ '^.+@.+$'), low text CHECK (low = lower(low) AND low !~ ' '), "
    "f date NOT NULL, t date NOT NULL, CHECK (f < t), x int, y int, CHECK (num_nonnulls(x, y) = 1))",
    "unique": "CREATE TABLE a (b boolean, n int, UNIQUE (b, n)); CREATE UNIQUE INDEX ON a (lower(n::text)) WHERE b",
    "no overlap": "CREATE TABLE a (during tstzrange NOT NULL, EXCLUDE USING gist (during WITH &&))",
    "partitions by range": "CREATE TABLE a (at date NOT NULL, n int) PARTITION BY RANGE (at); CREATE TABLE a1 "
    "PARTITION OF a "
    "FOR VALUES FROM ('2031-01-01') TO ('2031-02-01')",
    "partitions by list": "CREATE TABLE a (s text) PARTITION BY LIST (s); CREATE TABLE a1 PARTITION OF a FOR "
    "VALUES IN ('x')",
    "partitions by hash": "CREATE TABLE a (s int) PARTITION BY HASH (s); CREATE TABLE a1 PARTITION OF a FOR "
    "VALUES WITH "
    "(MODULUS 1, REMAINDER 0)",
    "inheritance": "CREATE TABLE a (id int NOT NULL); CREATE TABLE b (x text NOT NULL) INHERITS (a)",
    "constraints that wait": "CREATE TABLE z (id int PRIMARY KEY); CREATE TABLE a (z int REFERENCES z "
    "DEFERRABLE INITIALLY "
    "DEFERRED)",
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_no_table_is_left_without(database: str, name: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(TABLES[name].encode())
        answer = seed(connection)
        assert answer["unseeded"] == {}
        assert all(answer["seeded"].values())
        # What is pending would keep a revision from altering the table.
        for table in answer["seeded"]:
            schema, _, bare = table.partition(".")
            connection.execute(f'ALTER TABLE "{schema}"."{bare}" ADD COLUMN "new in {bare}" int'.encode())


UNSEEDED = {
    "CREATE TABLE a (n int CHECK (n = 42 AND n <> 42) NOT NULL)": {"public.a": 'new row for relation "a" violates'},
    "CREATE TABLE a (s text) PARTITION BY LIST (s)": {"public.a": "it has no partition"},
    "CREATE TABLE z (n int NOT NULL CHECK (n > 2 AND n < 2), id int PRIMARY KEY); CREATE TABLE a (z int NOT NULL "
    "REFERENCES z)": {"public.z": "new row", "public.a": "public.z, which it refers to, has no rows"},
    "CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL "
    "REFERENCES a); "
    "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b": {"public.a": "violates foreign key", "public.b": "violates"},
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no rows here'; END$$; CREATE TABLE "
    "a (n int); "
    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()": {"public.a": "no rows here"},
}  # fmt: skip


@pytest.mark.parametrize("sql", UNSEEDED)
def test_a_table_without_says_why(database: str, sql: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(f"{sql}; CREATE TABLE other (n int)".encode())
        answer = seed(connection)
        assert answer["seeded"] == {"public.other": 3}
        assert answer["unseeded"].keys() == UNSEEDED[sql].keys()
        for table, why in UNSEEDED[sql].items():
            assert why in answer["unseeded"][table]
        # The transaction is none the worse for it.
        assert connection.execute("SELECT count(*) FROM other").fetchone() == (3,)


def test_the_last_row_may_lack_values(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE a (id int PRIMARY KEY, b text, c text NOT NULL)")
        assert seed(connection, nulls=True)["nulls"] == ["public.a.b"]
        assert connection.execute("SELECT count(*), count(b), count(c) FROM a").fetchone() == (3, 2, 3)
