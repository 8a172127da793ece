"""Rules that a database is judged by: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from created import SCRIPT, cases, execute, judged, project_of, said
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from support import told

USERS = "CREATE TABLE users (id uuid PRIMARY KEY);\n"
TREE = "CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL, parent_id uuid {});\n"
PLACES = "CREATE TABLE places (x int, y int, PRIMARY KEY (x, y));\n"

SILENT: dict[str, tuple[str, str]] = {
    "a parent within the tenant, NULL at the top": (
        "FK012",
        "CREATE TABLE t (tenant int, id int, parent int, PRIMARY KEY (tenant, id),\n"
        "  FOREIGN KEY (tenant, parent) REFERENCES t)",
    ),
    "a CHECK keeps them together": (
        "FK012",
        PLACES + "CREATE TABLE v (x int, y int, FOREIGN KEY (x, y) REFERENCES places,\n"
        "  CHECK (num_nulls(x, y) IN (0, 2)))",
    ),
    "SET NULL of the column that may be NULL": (
        "FK007",
        PLACES + "CREATE TABLE v (x int NOT NULL, y int, FOREIGN KEY (x, y) REFERENCES places ON DELETE SET NULL (y))",
    ),
    "a domain of the same type": (
        "FK002",
        "CREATE DOMAIN number AS bigint;\nCREATE TABLE u (id bigint PRIMARY KEY);\n"
        "CREATE TABLE t (id bigint PRIMARY KEY, u number REFERENCES u)",
    ),
    "a tree that cascades": ("FK014", TREE.format("REFERENCES tasks ON DELETE CASCADE")),
    "a tree with a top": ("FK015", TREE.format("REFERENCES tasks")),
    "a tree that is checked at the end": (
        "FK015", TREE.format("NOT NULL REFERENCES tasks DEFERRABLE"),
    ),
    "a tenant of its own parent": (
        "FK016",
        "CREATE TABLE t (tenant int, id int, parent int, PRIMARY KEY (tenant, id),\n"
        "  FOREIGN KEY (tenant, parent) REFERENCES t (tenant, id))",
    ),
    "comment on a cascade": (
        "FK005",
        USERS + "CREATE TABLE t (id uuid PRIMARY KEY, n int, u uuid REFERENCES users ON DELETE CASCADE);\n"
        "COMMENT ON COLUMN t.u IS 'goes with its user'",
    ),
    "an id of somebody else's": (
        "NUL011", "CREATE TABLE t (id uuid PRIMARY KEY, method_id text NOT NULL, method_type text)",
    ),
    "a pair that a CHECK speaks of": (
        "NUL011",
        "CREATE TABLE t (id uuid PRIMARY KEY, item_id uuid, item_type text NOT NULL,\n"
        "  CHECK (item_type = 'none' OR item_id IS NOT NULL))",
    ),
    "a text that is no word NULL": ("NUL012", "CREATE TABLE t (id uuid PRIMARY KEY, a text DEFAULT 'null and void')"),
    "DEFAULT NULL": ("NUL012", "CREATE TABLE t (id uuid PRIMARY KEY, a varchar(9) DEFAULT NULL)"),
    "bookkeeping of a migration tool": (
        "KEY001", "CREATE TABLE schema_migrations (version text NOT NULL);\nCREATE TABLE databasechangelog (id text)",
    ),
    "a view": ("KEY001", "CREATE VIEW v AS SELECT 1 AS a"),
    "a foreign table": (
        "KEY001",
        "CREATE EXTENSION file_fdw;\nCREATE SERVER files FOREIGN DATA WRAPPER file_fdw;\n"
        "CREATE FOREIGN TABLE lines (line text, ok boolean) SERVER files OPTIONS (filename '/dev/null')",
    ),
    "tables of an extension": ("KEY001", "CREATE EXTENSION pg_stat_statements"),
    "partitions of a table with a key": (
        "KEY001",
        "CREATE TABLE e (at date PRIMARY KEY) PARTITION BY RANGE (at);\nCREATE TABLE e1 PARTITION OF e DEFAULT",
    ),
    "a primary key is an identity": (
        "KEY009", "CREATE TABLE t (id int PRIMARY KEY)",
    ),
    "an index is the identity": (
        "KEY009",
        "CREATE TABLE t (a int NOT NULL);\nCREATE UNIQUE INDEX i ON t (a);\n"
        "ALTER TABLE t REPLICA IDENTITY USING INDEX i",
    ),
    "a wide junction": (
        "KEY012",
        "CREATE TABLE a (id int PRIMARY KEY);\n"
        "CREATE TABLE j (a int REFERENCES a, b int REFERENCES a, c int REFERENCES a, d int REFERENCES a,\n"
        "  e int REFERENCES a, PRIMARY KEY (a, b, c, d, e))",
    ),
    "the sequence of an identity column": (
        "KEY016", "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n serial)",
    ),
    "a sequence that feeds nothing": ("KEY016", "CREATE SEQUENCE tickets"),
    "a sequence with an end of its own": (
        "KEY018",
        "CREATE SEQUENCE s AS integer MAXVALUE 1000;\nCREATE TABLE t (id bigint PRIMARY KEY DEFAULT nextval('s'))",
    ),
    "an identity column that is widened": (
        "KEY018",
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\nALTER TABLE t ALTER id TYPE bigint",
    ),
    "a column under two operator classes": (
        "IDX012", "CREATE TABLE t (a text);\nCREATE INDEX ON t (a, a text_pattern_ops)",
    ),
    "a value taken out of a document": (
        "IDX016", "CREATE TABLE t (a jsonb);\nCREATE INDEX ON t ((a ->> 'x'));\nCREATE UNIQUE INDEX ON t (a)",
    ),
    "indexes of foreign keys": (
        "IDX019",
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY, "
        + ", ".join(f"c{n} int REFERENCES a" for n in range(12))
        + ");\n"
        + ";\n".join(f"CREATE INDEX ON t (c{n})" for n in range(12)),
    ),
    "codes of one letter": ("COL015", "CREATE TABLE t (id int PRIMARY KEY, a char)"),
    "a UUID as text is another rule's": ("COL015", "CREATE TABLE t (id char(36) PRIMARY KEY)"),
    "a row of the catalogue": ("COL020", "CREATE TABLE t (id int PRIMARY KEY, reloid oid)"),
    "columns of a view": (
        "COL002", "CREATE VIEW v AS SELECT now()::timestamp AS a",
    ),
    "a foreign key follows its target": (
        "COL022",
        "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id uuid PRIMARY KEY);\n"
        "CREATE TABLE c (id int PRIMARY KEY, ref_id int REFERENCES a);\n"
        "CREATE TABLE d (id int PRIMARY KEY, ref_id uuid REFERENCES b)",
    ),
    "an enum that a function takes": (
        "COL025",
        "CREATE TYPE mood AS ENUM ('a');\nCREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ),
    "an enum in a list": ("COL025", "CREATE TYPE mood AS ENUM ('a');\nCREATE TABLE t (id int PRIMARY KEY, a mood[])"),
    "a comment says that it is a hash": (
        "COL026",
        "CREATE TABLE t (id int PRIMARY KEY, password text);\nCOMMENT ON COLUMN t.password IS 'argon2id'",
    ),
    "never analysed": ("COL028", "CREATE TABLE t (a bool, b bigint, c bool, d bigint, e bool, f bigint)"),
    "names of indexes": ("TBL019", 'CREATE TABLE t (id int PRIMARY KEY);\nCREATE INDEX "Odd" ON t (id)'),
    "a view beside its table": (
        "TBL021", "CREATE TABLE tasks (id int PRIMARY KEY);\nCREATE VIEW task_s AS SELECT 1 AS a",
    ),
    "a name that PostgreSQL made": (
        "TBL022",
        f"CREATE TABLE {'x' * 55} (id int PRIMARY KEY, {'y' * 40} int REFERENCES {'x' * 55} (id), UNIQUE ({'y' * 40}))",
    ),
    "partitions": (
        "TBL028", "CREATE TABLE e (at date) PARTITION BY RANGE (at);\nCREATE TABLE e1 PARTITION OF e DEFAULT",
    ),
    "a temporary table": ("TBL029", "CREATE TEMPORARY TABLE t (id int)"),
    "a rule of a view": (
        "TBL032",
        "CREATE TABLE t (id int PRIMARY KEY);\nCREATE VIEW v AS SELECT 1 AS a;\n"
        "CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING",
    ),
    "a trigger for replicas alone": (
        "TBL034",
        "CREATE TABLE t (id int PRIMARY KEY);\n"
        "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();\n"
        "ALTER TABLE t ENABLE REPLICA TRIGGER g",
    ),
    "a constraint that was validated": (
        "CON005",
        "CREATE TABLE t (id int PRIMARY KEY, a int);\nALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT c",
    ),
    "PostgreSQL 18's NOT NULL constraints": ("CON008", "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL)"),
    "texts in another case": (
        "CON007", "CREATE TABLE t (id int PRIMARY KEY, a text, CHECK (a <> 'x'), CHECK (a <> 'X'))",
    ),
    "unique twice, once as a constraint": (
        "CON009",
        "CREATE TABLE u (id int PRIMARY KEY, a int CONSTRAINT k UNIQUE);\nCREATE UNIQUE INDEX i ON u (a);\n"
        "CREATE TABLE t (a int REFERENCES u (a))",
    ),
    "a time that a database fills in": (
        "TBL001",
        "CREATE TABLE t (id int PRIMARY KEY, title text, created_at timestamptz NOT NULL DEFAULT now(),\n"
        "  updated_at timestamptz NOT NULL DEFAULT now())",
    ),
    "a CHECK on a varchar": (
        "CON004", "CREATE TABLE t (id int PRIMARY KEY, a varchar(9) CHECK (length(a) <= 9))",
    ),
}  # fmt: skip

FOUND: dict[str, tuple[str, str, list[str]]] = {
    "two columns of a reference that may be NULL": (
        "FK012", PLACES + "CREATE TABLE v (x int, y int, FOREIGN KEY (x, y) REFERENCES places)", ["warning"],
    ),
    "a domain of a narrower type": (
        "FK002",
        "CREATE DOMAIN number AS integer;\nCREATE TABLE u (id bigint PRIMARY KEY);\n"
        "CREATE TABLE t (id bigint PRIMARY KEY, u number REFERENCES u)",
        ["error"],
    ),
    "two collations": (
        "FK002",
        'CREATE TABLE u (id text COLLATE "C" PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY, u text REFERENCES u)',
        ["warning"],
    ),
    "a nullable boolean without a default": ("NUL004", "CREATE TABLE t (id int PRIMARY KEY, a bool)", ["warning"]),
    "a nullable boolean with one": ("NUL004", "CREATE TABLE t (id int PRIMARY KEY, a bool DEFAULT false)", ["info"]),
    "a nullable time with a default": (
        "NUL005", "CREATE TABLE t (id int PRIMARY KEY, updated_at timestamptz DEFAULT now())", ["warning"],
    ),
    "a published table without identity": (
        "KEY009", "CREATE TABLE t (a int);\nCREATE PUBLICATION p FOR TABLE t", ["warning"],
    ),
    "a key that the database numbers": (
        "KEY006", "CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)", ["info"],
    ),
    "a sequence that two columns share": (
        "KEY016",
        "CREATE SEQUENCE s;\nCREATE TABLE a (id bigint PRIMARY KEY DEFAULT nextval('s'));\n"
        "CREATE TABLE b (id bigint PRIMARY KEY DEFAULT nextval('s'))",
        ["info"],
    ),
    "five sequences of nobody's": (
        "KEY016",
        "".join(
            f"CREATE SEQUENCE s{n};\nCREATE TABLE t{n} (id bigint PRIMARY KEY DEFAULT nextval('s{n}'));\n"
            for n in range(5)
        ),
        ["warning"],
    ),
    "a foreign key that is serial": (
        "COL019", "CREATE TABLE u (id int PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY, u serial REFERENCES u)",
        ["warning"],
    ),
    "codes of three letters": ("COL015", "CREATE TABLE t (id int PRIMARY KEY, a char(3))", ["info"]),
    "a secret that everybody reads": (
        "COL026", "CREATE TABLE t (id int PRIMARY KEY, password text);\nGRANT SELECT ON t TO PUBLIC", ["error"],
    ),
    "a tax rate is no amount": ("COL009", "CREATE TABLE t (id int PRIMARY KEY, tax_rate float, tax float)",
        ["warning", "info"]),
    "five tables with names in two cases": (
        "TBL019", ";\n".join(f'CREATE TABLE t{n} (id int PRIMARY KEY, "createdAt" int)' for n in range(5)), ["info"],
    ),
    "a partition that was not attached": (
        "IDX011",
        "CREATE TABLE e (at date) PARTITION BY RANGE (at);\nCREATE TABLE e1 PARTITION OF e DEFAULT;\n"
        "CREATE INDEX i ON ONLY e (at)",
        ["warning"],
    ),
    "the trigger of a foreign key": (
        "TBL034",
        USERS + "CREATE TABLE t (id uuid PRIMARY KEY, u uuid REFERENCES users);\nALTER TABLE t DISABLE TRIGGER ALL",
        ["error"],
    ),
    "a domain's constraint": (
        "CON005",
        "CREATE DOMAIN d AS int;\nALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID", ["warning"],
    ),
    "a CHECK longer than its varchar": (
        "CON004", "CREATE TABLE t (id int PRIMARY KEY, a varchar(9) CHECK (length(a) <= 20))", ["warning"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "script"), cases(SILENT, since={"SET NULL of the column that may be NULL": 15}))
def test_silent(code: str, script: str, database: str) -> None:
    assert said(database, script, code) == []


@pytest.mark.parametrize(("code", "script", "severities"), FOUND.values(), ids=FOUND)
def test_found(code: str, script: str, severities: list[str], database: str) -> None:
    found = said(database, script, code)
    assert sorted(severity for severity, _ in found) == sorted(severities), found


PASTED = {
    "KEY010": "CREATE TABLE t (id bigserial PRIMARY KEY);\nINSERT INTO t DEFAULT VALUES",
    "KEY016": "CREATE SEQUENCE s;\nCREATE TABLE t (id bigint PRIMARY KEY DEFAULT nextval('s'))",
    "KEY018": "CREATE TABLE t (id serial PRIMARY KEY);\nALTER TABLE t ALTER id TYPE bigint",
    "KEY004": "CREATE TABLE t (id varchar(36) PRIMARY KEY)",
    "KEY009": 'CREATE TABLE "Odd Table" (a int)',
    "FK002": "CREATE TABLE u (id bigint PRIMARY KEY);\nCREATE TABLE t (id int PRIMARY KEY, u int REFERENCES u)",
    "FK006": USERS + 'CREATE TABLE t (id uuid PRIMARY KEY, "user_id" uuid)',
    "FK010": USERS + "CREATE TABLE t (u uuid REFERENCES users, FOREIGN KEY (u) REFERENCES users)",
    "FK014": TREE.format("REFERENCES tasks"),
    "FK015": TREE.format("NOT NULL REFERENCES tasks"),
    "FK016": "CREATE TABLE t (id uuid PRIMARY KEY REFERENCES t)",
    "NUL004": "CREATE TABLE t (id uuid PRIMARY KEY, a bool)",
    "NUL005": "CREATE TABLE t (id uuid PRIMARY KEY, created_at timestamptz)",
    "NUL012": "CREATE TABLE t (id uuid PRIMARY KEY, a text DEFAULT 'NULL')",
    "IDX006": "CREATE TABLE t (id uuid PRIMARY KEY, a bool);\nCREATE INDEX ON t (a)",
    "IDX009": "CREATE TABLE users (id uuid PRIMARY KEY, email text)",
    "IDX016": "CREATE TABLE t (id uuid PRIMARY KEY, a text[]);\nCREATE INDEX i ON t (a)",
    "COL002": "CREATE TABLE t (id uuid PRIMARY KEY, a timestamp)",
    "COL009": "CREATE TABLE t (id uuid PRIMARY KEY, price float)",
    "COL010": "CREATE TABLE t (id uuid PRIMARY KEY, a json)",
    "COL015": "CREATE TABLE t (id uuid PRIMARY KEY, a char(9))",
    "COL018": "CREATE TABLE t (id uuid PRIMARY KEY, a money)",
    "COL021": "CREATE TABLE t (id uuid PRIMARY KEY, a regproc)",
    "COL025": "CREATE SCHEMA s;\nCREATE TYPE s.mood AS ENUM ('a')",
    "TBL029": "CREATE UNLOGGED TABLE t (id uuid PRIMARY KEY)",
    "TBL034": USERS + "CREATE TABLE t (u uuid REFERENCES users);\nALTER TABLE t DISABLE TRIGGER ALL",
    "TBL037": "CREATE EXTENSION amcheck VERSION '1.0'",
    "CON005": "CREATE TABLE t (a int);\nALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
    "CON007": "CREATE TABLE t (a int, CHECK (a > 0), CHECK (a > 0))",
    "CON008": "CREATE TABLE t (a int NOT NULL CHECK (a IS NOT NULL))",
    "CON009": "CREATE TABLE u (a int);\nCREATE UNIQUE INDEX i ON u (a);\nCREATE TABLE t (a int REFERENCES u (a))",
}
"""Each as long as it is; what is pasted ends it."""


@pytest.mark.parametrize(("code", "script"), PASTED.items(), ids=PASTED)
def test_what_is_to_be_pasted_mends_it(code: str, script: str, database: str) -> None:
    [finding] = judged(database, script, code)
    assert finding.sql is not None
    assert said(database, finding.sql, code) == []


def test_what_a_schema_that_was_not_read_uses(database: str) -> None:
    script = (
        "CREATE TYPE mood AS ENUM ('a');\nCREATE TABLE u (id int PRIMARY KEY, a int NOT NULL, UNIQUE (id, a));\n"
        "CREATE SCHEMA other;\nCREATE TABLE other.t (m mood, id int, a int, FOREIGN KEY (id, a) REFERENCES u (id, a))"
    )

    def reader(tree: SourceTree) -> Project:
        execute(database, script)
        return project_of(database, schemas=["public"])

    assert told({SCRIPT: ""}, "COL025", reader=reader) == []
    execute(database, "DROP SCHEMA other CASCADE;\nDROP TYPE mood;\nDROP TABLE u")
    assert told({SCRIPT: ""}, "IDX005", reader=reader) == []
