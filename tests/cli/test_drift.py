"""`drift`: models against a database, as the command line tells it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cli_run import Run
from created import execute

MODELS = """\
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(50))


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None] = mapped_column("title", String(50))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
TABLES = """\
CREATE TABLE users (id serial PRIMARY KEY, email varchar(50) NOT NULL);
CREATE TABLE tasks (id serial PRIMARY KEY, title varchar(50), owner_id int NOT NULL REFERENCES users);
"""
FIRST = """\
import sqlalchemy as sa
from alembic import op

revision = "1a"
down_revision = None


def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer()))
"""
SECOND = FIRST.replace('"1a"', '"2b"').replace("None", '"1a"').partition("def upgrade")[0]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Path:
    """A project, and a database that has its tables; the working directory."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "DATABASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\n", encoding="utf-8")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "shop" / "models.py").write_text(MODELS, encoding="utf-8")
    execute(database, TABLES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def revisions(folder: Path, body: str, at: str, database: str) -> None:
    """A history of two revisions, and the version that the database has."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "migrations" / "env.py").write_text("", encoding="utf-8")
    (versions / "1a_first.py").write_text(FIRST, encoding="utf-8")
    (versions / "2b_second.py").write_text(f"{SECOND}def upgrade():\n    {body}\n", encoding="utf-8")
    execute(database, "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
    for version in at.split():
        execute(database, f"INSERT INTO alembic_version VALUES ('{version}')")


def told(run: Run, database: str, *more: str) -> list[str]:
    """Code and severity of each finding, infos included."""
    result = run("drift", database, "--output-format", "json", *more)
    assert result.err == ""
    return [f"{f['code']} {f['severity']}" for f in json.loads(result.out)["findings"]]


def test_no_drift(shop: Path, database: str, run: Run) -> None:
    result = run("drift", database)
    assert (result.status, result.out, result.err) == (0, "No errors or warnings\n", "")


def test_the_whole_report_names_both_sides(shop: Path, database: str, run: Run) -> None:
    execute(database, "ALTER TABLE users ALTER email TYPE varchar(20)")
    result = run("drift", database, "--output-format", "full")
    assert result.status == 1
    assert "User.email is VARCHAR(50) in the model, VARCHAR(20) in the database" in result.out
    assert "--> shop/models.py:12:5" in result.out
    assert "public.users.email" in result.out
    assert "ALTER TABLE users ALTER COLUMN email TYPE VARCHAR(50);" in result.out
    assert "in 2 tables of the models, 2 of them in" in result.out


def test_metadata_in_place_of_the_source(shop: Path, database: str, run: Run) -> None:
    execute(database, "ALTER TABLE users ALTER email DROP NOT NULL")
    assert told(run, database, "--metadata", "shop.models", "--python", sys.executable) == ["NUL010 error"]


def test_the_database_of_the_environment(shop: Path, database: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    assert run("drift").status == 0
    assert run("drift", "shop").status == 0


def test_a_database_by_its_name(shop: Path, database: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "pyproject.toml").write_text('[tool.schema-lint.databases.main]\nurl-variable = "MAIN_URL"\n')
    monkeypatch.setenv("MAIN_URL", database)
    assert run("drift", "shop", "main").status == 0


def test_no_database_at_all(shop: Path, run: Run) -> None:
    result = run("drift")
    assert result.status == 2
    assert result.err.startswith("error: no database is named")


def test_no_models(shop: Path, database: str, run: Run) -> None:
    (shop / "shop" / "models.py").write_text("X = 1\n", encoding="utf-8")
    result = run("drift", database)
    assert result.status == 2
    assert result.err.startswith("error: no models were found to compare with the database")
    assert run("drift", database, "--allow-empty").status == 0


def test_rules_that_do_not_compare(shop: Path, database: str, run: Run) -> None:
    result = run("drift", database, "--select", "FK001")
    assert result.status == 2
    assert "FK001 cannot be judged by comparing models with a database" in result.err


def test_a_check_does_not_run_rules_about_drift(shop: Path, run: Run) -> None:
    result = run("check", "--select", "DRF001")
    assert result.status == 2
    assert "schema-lint drift" in result.err


def test_findings_are_accepted_by_line_object_and_severity(shop: Path, database: str, run: Run) -> None:
    execute(database, "ALTER TABLE users ALTER email TYPE varchar(20);\nALTER TABLE users ADD legacy int")
    assert told(run, database) == ["DRF005 error", "DRF004 warning"]
    assert told(run, database, "--ignore", "column-type-drift") == ["DRF004 warning"]
    assert told(run, database, "--config", 'severities.DRF004="info"') == ["DRF005 error", "DRF004 info"]
    text = MODELS.replace(
        "mapped_column(String(50))\n", "mapped_column(String(50))  # schema-lint: ignore[DRF005] so\n"
    )
    (shop / "shop" / "models.py").write_text(text, encoding="utf-8")
    (shop / "pyproject.toml").write_text(
        '[[tool.schema-lint.ignore]]\nrule = "DRF004"\nobject = "public.users.legacy"\nreason = "old"\n'
    )
    assert told(run, database) == []
    # A check, which reads no database, does not take them for useless.
    assert run("check", "--select", "SRC002").status == 0


def test_tables_of_somebody_else(shop: Path, database: str, run: Run) -> None:
    execute(database, "CREATE TABLE legacy (id int)")
    assert told(run, database) == ["DRF002 info"]
    (shop / "pyproject.toml").write_text("[tool.schema-lint.policies]\nexternal-tables.legacy = {}\n")
    assert told(run, database) == []


LEAVES_OUT = """\
from alembic import context


def mine(object, name, type_, reflected, compare_to):
    if type_ == "table" and reflected and name.startswith("legacy"):
        return False
    return not (type_ == "column" and name == "title")


context.configure(connection=connection, target_metadata=Base.metadata, include_object=mine)
"""


def test_what_env_py_leaves_out_is_no_drift(shop: Path, database: str, run: Run) -> None:
    execute(database, "CREATE TABLE legacy (id int); ALTER TABLE tasks DROP title; ALTER TABLE users DROP email")
    found = told(run, database)
    assert sorted(found) == ["DRF002 info", "DRF003 error", "DRF003 error"]
    (shop / "migrations").mkdir()
    (shop / "migrations" / "env.py").write_text(LEAVES_OUT, encoding="utf-8")
    assert told(run, database) == ["DRF003 error"]
    (shop / "other").mkdir()
    (shop / "other" / "env.py").write_text("from alembic import context\n", encoding="utf-8")
    assert told(run, database) == found


def test_what_a_pending_revision_explains_is_no_drift(shop: Path, database: str, run: Run) -> None:
    revisions(shop, 'op.add_column("users", sa.Column("email", sa.String(50)))', "1a", database)
    execute(database, "ALTER TABLE users DROP COLUMN email;\nALTER TABLE tasks ALTER title SET NOT NULL")
    assert told(run, database) == ["NUL010 error", "DRF017 info"]
    result = run("drift", database, "--show-info", "--output-format", "concise")
    assert "revision 2b is not applied to the database; it explains what differs in users.email" in result.out


@pytest.mark.parametrize(
    "body",
    [
        'op.alter_column("users", "email", nullable=False)',
        'op.execute("ALTER TABLE users ALTER email SET NOT NULL")',
        'TABLE = "users"; op.alter_column(TABLE, "email", nullable=False)',
        'op.alter_column(column_name="email", table_name="users", nullable=False)',
        'with op.batch_alter_table("users") as batch:\n        batch.alter_column("email", nullable=False)',
        'for table in ("users", "tasks"):\n        op.alter_column(table, "email", nullable=False)',
        'op.drop_table("users"); op.create_table("users")',
        'op.rename_table("old", "users")',
        'helper("users")\n\n\ndef helper(table):\n    op.alter_column(table, "email", nullable=False)',
        "this is no Python",
    ],
)
def test_the_same_in_other_forms(shop: Path, database: str, run: Run, body: str) -> None:
    revisions(shop, body, "1a", database)
    execute(database, "ALTER TABLE users ALTER email DROP NOT NULL")
    assert told(run, database) == ["DRF017 info"]


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        'op.alter_column("users", "other", nullable=False)',
        'op.alter_column("tasks", "email", nullable=False)',
        'op.create_index("ix", "users", ["email"])',
        "op.execute(\"UPDATE users SET email = ''\")",
        'op.execute(sa.table("users").update().values(email=""))',
    ],
)
def test_what_a_pending_revision_does_not_touch_is_drift(shop: Path, database: str, run: Run, body: str) -> None:
    revisions(shop, body, "1a", database)
    execute(database, "ALTER TABLE users ALTER email DROP NOT NULL")
    assert told(run, database) == ["NUL010 error", "DRF017 info"]


def test_what_is_applied_explains_nothing(shop: Path, database: str, run: Run) -> None:
    revisions(shop, 'op.alter_column("users", "email", nullable=False)', "2b", database)
    execute(database, "ALTER TABLE users ALTER email DROP NOT NULL")
    assert told(run, database) == ["NUL010 error"]


def test_several_heads_are_all_applied(shop: Path, database: str, run: Run) -> None:
    revisions(shop, "pass", "2b 3c", database)
    third = shop / "migrations" / "versions" / "3c_third.py"
    third.write_text(SECOND.replace('"2b"', '"3c"') + "def upgrade():\n    pass\n", encoding="utf-8")
    assert told(run, database) == []


def test_a_revision_that_nobody_has(shop: Path, database: str, run: Run) -> None:
    revisions(shop, "pass", "9z", database)
    result = run("drift", database, "--output-format", "concise")
    assert result.status == 1
    assert "the database is at revision 9z, which the project does not have" in result.out


def test_a_history_with_revisions_that_cannot_be_read_may_have_any(shop: Path, database: str, run: Run) -> None:
    revisions(shop, "pass", "9z", database)
    computed = SECOND.replace('"2b"', "make()")
    (shop / "migrations" / "versions" / "4d.py").write_text(computed, encoding="utf-8")
    assert told(run, database) == []


def test_versions_that_may_not_be_read_explain_nothing(shop: Path, database: str, run: Run) -> None:
    import psycopg

    revisions(shop, 'op.alter_column("users", "email", nullable=False)', "1a", database)
    execute(database, "ALTER TABLE users ALTER email DROP NOT NULL")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS drift_reader")
        connection.execute("CREATE ROLE drift_reader LOGIN PASSWORD 'x'")
        try:
            info = connection.info
            address = f"host={info.host} port={info.port} dbname={info.dbname} user=drift_reader password=x"
            assert told(run, address) == ["NUL010 error"]
        finally:
            connection.execute("DROP OWNED BY drift_reader")
            connection.execute("DROP ROLE drift_reader")


def test_what_could_not_be_compared_is_listed(shop: Path, database: str, run: Run) -> None:
    text = MODELS.replace("String(50))\n\n\nclass Task", "String(int(input())))\n\n\nclass Task")
    (shop / "shop" / "models.py").write_text(text, encoding="utf-8")
    result = run("drift", database, "--output-format", "json")
    document = json.loads(result.out)
    assert document["findings"] == []
    assert [item["code"] for item in document["unknown"]] == ["DRF005"]


def test_only_the_paths_that_were_named_are_reported(shop: Path, database: str, run: Run) -> None:
    execute(database, "ALTER TABLE users ALTER email TYPE varchar(20)")
    assert run("drift", "shop/models.py", database).status == 1
    assert run("drift", "shop/__init__.py", database).status == 0


def test_what_was_imported_states_the_same_as_the_source(shop: Path, database: str, run: Run) -> None:
    """Domains, EXCLUDE, collations and counting are read from both."""
    text = MODELS.replace("import ForeignKey, String", "import *").replace(
        "    email: Mapped[str] = mapped_column(String(50))",
        """\
    email: Mapped[str] = mapped_column(String(50, collation="C"))
    rank: Mapped[int] = mapped_column(DOMAIN("rank", Integer, check="VALUE < 3"))
    days = mapped_column(INT4RANGE)
    number: Mapped[int] = mapped_column(Identity(always=True, increment=3))
    drawn: Mapped[int] = mapped_column(Sequence("draws", increment=5))
    __table_args__ = (
        ExcludeConstraint(("days", "&&"), name="ex_days"),
        UniqueConstraint("days", deferrable=True, initially="DEFERRED"),
    )""",
    )
    imports = "from sqlalchemy.dialects.postgresql import DOMAIN, INT4RANGE, ExcludeConstraint\n"
    (shop / "shop" / "models.py").write_text(imports + text, encoding="utf-8")
    execute(
        database,
        """
        CREATE DOMAIN rank AS int CHECK (VALUE < 2);
        CREATE SEQUENCE draws INCREMENT 4;
        ALTER TABLE users ADD rank rank NOT NULL, ADD days int4range UNIQUE DEFERRABLE, ADD drawn int NOT NULL,
          ADD number int NOT NULL GENERATED BY DEFAULT AS IDENTITY (INCREMENT 2);
        ALTER TABLE users ADD CONSTRAINT ex_days EXCLUDE USING gist (days WITH =);
        ALTER TABLE users ALTER email TYPE varchar(50) COLLATE "und-x-icu";
        """,
    )
    source = told(run, database)
    assert sorted(source) == [
        "DRF005 warning", "DRF008 warning", "DRF008 warning", "DRF012 warning", "DRF019 error", "DRF020 warning",
    ]  # fmt: skip
    assert told(run, database, "--metadata", "shop.models", "--python", sys.executable) == source


def test_a_revision_that_is_not_applied_explains_the_sequence_that_it_makes(
    shop: Path, database: str, run: Run
) -> None:
    text = MODELS.replace("ForeignKey, String", "ForeignKey, Sequence, String").replace(
        "mapped_column(String(50))",
        "mapped_column(String(50))\n    drawn: Mapped[int] = mapped_column(Sequence('draws'))",
    )
    (shop / "shop" / "models.py").write_text(text, encoding="utf-8")
    execute(database, "ALTER TABLE users ADD drawn int NOT NULL")
    assert told(run, database) == ["DRF008 error"]
    revisions(shop, 'op.execute("CREATE SEQUENCE draws")', "1a", database)
    assert told(run, database) == ["DRF017 info"]
