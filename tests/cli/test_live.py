"""`live` on a real PostgreSQL: what is read, what is told, and what is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cli_run import Result, Run

SCHEMA = """
CREATE TABLE "user" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE TABLE task (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner_id int NOT NULL REFERENCES "user");
CREATE TABLE alembic_version (version_num varchar(32));
CREATE SCHEMA audit;
CREATE TABLE audit."Log" (seen int);
"""
MODELS = "app/models.py"


@pytest.fixture
def todo(database: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The project's database, which the environment names."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
    monkeypatch.setenv("DATABASE_URL", database)
    for name in ("PGHOST", "PGSERVICE", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    yield database


def found(run: Run, *options: str) -> list[str]:
    """Code and object of each finding."""
    result = run("live", "--output-format", "json", *options)
    assert result.status in (0, 1), result.err
    return [f"{f['code']} {f['places'][0]['object']}" for f in json.loads(result.out)["findings"]]


def failure(result: Result) -> str:
    assert (result.status, result.out) == (2, "")
    return result.err


def test_a_database_is_judged_by_what_it_shows(run: Run, todo: str) -> None:
    assert found(run, "--select", "FK001,KEY001") == ["FK001 public.task.task_owner_id_fkey", 'KEY001 audit."Log"']


def test_the_line_that_declares_it(run: Run, todo: str) -> None:
    result = run("live", "--select", "FK001", "--output-format", "json")
    [finding] = json.loads(result.out)["findings"]
    assert [place.get("path", place.get("object")) for place in finding["places"]] == [
        "public.task.task_owner_id_fkey", MODELS
    ]  # fmt: skip
    assert finding["sql"] == "CREATE INDEX CONCURRENTLY ix_task_owner_id ON task (owner_id);"
    assert len(json.loads(run("live", "--no-models", "--output-format", "json").out)["findings"][0]["places"]) == 1


def test_the_source_says_why(run: Run, todo: str, project: Path) -> None:
    with psycopg.connect(todo, autocommit=True) as connection:
        connection.execute("ALTER TABLE task DROP CONSTRAINT task_owner_id_fkey")
        connection.execute('ALTER TABLE task ADD FOREIGN KEY (owner_id) REFERENCES "user" ON DELETE CASCADE')
    assert found(run, "--select", "FK005") == ["FK005 public.task.task_owner_id_fkey"]
    text = (project / MODELS).read_text("utf-8")
    (project / MODELS).write_text(text.replace("    owner_id", "    # Nobody else may see it.\n    owner_id"))
    assert found(run, "--select", "FK005") == []
    assert found(run, "--select", "FK005", "--no-models") == ["FK005 public.task.task_owner_id_fkey"]


def test_a_finding_is_the_same_in_the_models_and_in_the_database(run: Run, todo: str) -> None:
    both = [run(*command, "--select", "FK001", "--output-format", "json").out for command in (("live",), ("check",))]
    live, static = (json.loads(out)["findings"] for out in both)
    assert [f["fingerprint"] for f in live] == [f["fingerprint"] for f in static]


def test_what_is_accepted(run: Run, todo: str, project: Path) -> None:
    models = project / MODELS
    text = models.read_text("utf-8")
    models.write_text(text.replace('"user.id")', '"user.id")  # schema-lint: ignore[FK001,FK003] small'))
    assert found(run, "--select", "FK001,SRC002,KEY001") == ['KEY001 audit."Log"']
    models.write_text(text)
    (project / "pyproject.toml").write_text(
        '[[tool.schema-lint.ignore]]\nrule = "FK001"\nobject = "public.*"\n'
        '[[tool.schema-lint.ignore]]\nrule = "KEY001"\nobject = "audit.*"\n',
    )
    assert found(run, "--select", "FK001,KEY001,SRC002") == []


def test_what_accepts_nothing_is_told_only_of_rules_that_a_database_alone_shows(
    run: Run, todo: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text('[[tool.schema-lint.ignore]]\nrule = "KEY001"\nobject = "public.task"\n')
    assert "SRC002" not in run("live", "--select", "KEY001,SRC002", "--output-format", "concise").out


def test_an_entry_for_what_only_the_database_has_is_of_use(run: Run, todo: str, project: Path) -> None:
    entry = '[[tool.schema-lint.ignore]]\nrule = "KEY001"\nobject = "audit.*"\n'
    (project / "pyproject.toml").write_text(entry)
    assert "SRC002" in run("check", "--select", "KEY001,SRC002").out
    (project / "pyproject.toml").write_text(entry + '[tool.schema-lint.databases.todo]\nurl-variable = "TODO_URL"\n')
    assert "SRC002" not in run("check", "--select", "KEY001,SRC002").out


def test_tables_that_are_left_out(run: Run, todo: str) -> None:
    assert found(run, "--select", "KEY001", "--exclude", "audit.*") == []
    assert found(run, "--select", "KEY001", "--exclude", "log") == ['KEY001 audit."Log"']
    assert found(run, "--select", "KEY001", "--schema", "public") == []
    assert "no schema pubic in the database" in failure(run("live", "--schema", "pubic"))


def test_the_whole_schema_is_judged_without_what_is_left_out(run: Run, todo: str) -> None:
    out = run("live", "--select", "KEY001", "--output-format", "full").out
    assert "3 tables of" in out and "; 1 more not judged" in out


def test_rules_that_a_database_does_not_show(run: Run, todo: str) -> None:
    assert "FK003 cannot be judged by a database alone" in failure(run("live", "--select", "FK003"))
    document = json.loads(run("live", "--select", "FK003,KEY001", "--output-format", "json").out)
    assert [rule["code"] for rule in document["skipped_rules"]] == ["FK003"]


def test_a_database_without_tables(run: Run, database: str) -> None:
    assert "there is no table of" in failure(run("live", database))
    assert run("live", database, "--allow-empty").status == 0


def test_the_exit_status(run: Run, todo: str) -> None:
    assert run("live", "--select", "FK001").status == 1
    assert run("live", "--select", "FK001", "--fail-on", "never").status == 0
    assert run("live", "--select", "FK001", "--exit-zero").status == 0
    assert run("live", "--select", "FK002").status == 0


def test_one_database_is_named_once(run: Run, todo: str) -> None:
    assert "named twice" in failure(run("live", todo, "--database-url", todo))
    assert "name one of them" in failure(run("live", todo, "--snapshot", "x.json"))


def test_statistics_are_read_on_request(run: Run, todo: str) -> None:
    assert run("live", "--usage", "--select", "KEY001", "--fail-on", "never").status == 0
    assert "--usage and --sample belong there" in failure(run("live", "--usage", "--snapshot", "x.json"))


def test_a_snapshot_stands_for_the_database(
    run: Run, todo: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = found(run, "--profile", "strict")
    assert run("facts", "--database", "--usage", "--snapshot", "night.json").status == 0
    monkeypatch.delenv("DATABASE_URL")
    assert found(run, "--snapshot", "night.json", "--profile", "strict") == expected
    assert found(run, "--snapshot", "night.json", "--schema", "audit", "--select", "KEY001") == ['KEY001 audit."Log"']


def test_what_is_new_since_a_snapshot(run: Run, todo: str) -> None:
    run("facts", "--database", "--snapshot", "night.json")
    with psycopg.connect(todo, autocommit=True) as connection:
        connection.execute("CREATE TABLE again (seen int)")
    assert found(run, "--since-snapshot", "night.json", "--select", "KEY001") == ["KEY001 public.again"]
    assert "since: night.json: 1 older finding not shown" in run(
        "live", "--since-snapshot", "night.json", "--select", "KEY001"
    ).out  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "it is no snapshot of a database"),
        ("not JSON", "it is no snapshot of a database: "),
        ('{"format": "schema-lint snapshot of a database", "version": 99}', "it has version 99, and this schema-lint"),
        ('{"format": "schema-lint snapshot of a database", "version": 1}', "missing required field `schema`"),
    ],
)
def test_a_snapshot_that_cannot_be_used(run: Run, project: Path, text: str, message: str) -> None:
    (project / "broken.json").write_text(text)
    assert message in failure(run("live", "--snapshot", "broken.json"))
    assert "No such file" in failure(run("live", "--snapshot", "missing.json"))


def test_a_snapshot_holds_no_secret(run: Run, database: str, project: Path) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            b"CREATE TABLE t (a int); COMMENT ON TABLE t IS 'copied from postgresql://app:s3cret@db.example.com/x'"
        )
    run("facts", "--database", database.replace("postgres@", "postgres:t0psecret@"), "--snapshot", "night.json")
    text = (project / "night.json").read_text()
    assert "s3cret" not in text and "t0psecret" not in text and "host=" not in text


def test_facts_and_a_drawing_of_a_database(run: Run, todo: str) -> None:
    document = json.loads(run("facts", "--database", todo).out)
    assert [table["name"] for table in document["tables"]] == ["alembic_version", "task", "user", "Log"]
    assert json.loads(run("facts", "--database", "--schema", "audit").out)["tables"][0]["name"] == "Log"
    assert "task" in run("erd", "--database").out
    assert "give no PATH" in failure(run("facts", "--database", todo, "app"))
    assert "give --database" in failure(run("facts", "--snapshot", "x.json"))


def test_what_a_platform_keeps_is_left_alone(run: Run, todo: str) -> None:
    with psycopg.connect(todo, autocommit=True) as connection:
        connection.execute(
            """
            CREATE SCHEMA auth;
            CREATE TABLE auth."Users" (email char(30), bio json, seen timestamp);
            CREATE TYPE auth.unused AS ENUM ('a');
            CREATE SEQUENCE auth.loose;
            CREATE FUNCTION auth.uid() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN 1; END';
            CREATE TABLE profile (id int PRIMARY KEY, email char(30));
            """
        )
        strict = ("--profile", "strict", "--show-info")
        assert any(" auth." in finding for finding in found(run, *strict))
        connection.execute("CREATE ROLE supabase_admin")
        later = found(run, *strict)
        assert [finding for finding in later if " auth" in finding] == []
        assert any("profile" in finding for finding in later)
