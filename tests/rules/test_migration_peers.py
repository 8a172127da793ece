"""What other tools check of migrations, as Alembic revisions: each bad case is found, each good one is silent."""

from __future__ import annotations

import json

import pytest

from cli_run import Run
from schema_lint.checking.registry import load_rules
from schema_lint_rules.peers import CHECKS
from support import codes

HEAD = '"""Change something particular"""\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "{name}"\n'
TABLES = """op.create_table("users", sa.Column("id", sa.BigInteger(), primary_key=True))
op.create_table(
    "tasks",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("note", sa.String(50)),
    sa.Column("count", sa.Integer()),
    sa.Column("owner_id", sa.BigInteger()),
    sa.CheckConstraint("count IS NOT NULL", name="count_not_null"),
)"""
BLOCK = "with op.get_context().autocommit_block():\n    "


def sql(*statements: str) -> str:
    return "\n".join(f'op.execute("""{statement}""")' for statement in statements)


CASES: dict[str, tuple[str, str]] = {
    "squawk adding-field-with-default": (
        sql("ALTER TABLE tasks ADD COLUMN key uuid DEFAULT gen_random_uuid()"),
        sql("ALTER TABLE tasks ADD COLUMN key int DEFAULT 10"),
    ),
    "squawk adding-foreign-key-constraint": (
        sql("ALTER TABLE tasks ADD CONSTRAINT fk FOREIGN KEY (owner_id) REFERENCES users (id)"),
        sql("ALTER TABLE tasks ADD CONSTRAINT fk FOREIGN KEY (owner_id) REFERENCES users (id) NOT VALID"),
    ),
    "squawk adding-not-nullable-field": (
        sql("ALTER TABLE tasks ALTER COLUMN note SET NOT NULL"),
        sql("ALTER TABLE tasks ALTER COLUMN count SET NOT NULL"),
    ),
    "squawk adding-required-field": (
        sql("ALTER TABLE tasks ADD COLUMN due date NOT NULL"),
        sql("ALTER TABLE tasks ADD COLUMN due date NOT NULL DEFAULT '2026-01-01'"),
    ),
    "squawk adding-serial-primary-key-field": (
        sql("ALTER TABLE tasks ADD PRIMARY KEY (id)"),
        sql("ALTER TABLE tasks ADD CONSTRAINT pk PRIMARY KEY USING INDEX pk_ix"),
    ),
    "squawk ban-concurrent-index-creation-in-transaction": (
        sql("CREATE INDEX CONCURRENTLY ix ON tasks (note)"),
        BLOCK + sql("CREATE INDEX CONCURRENTLY ix ON tasks (note)"),
    ),
    "squawk ban-duplicate-column-assignments": (
        sql("UPDATE tasks SET note = 'a', note = 'b'"),
        sql("UPDATE tasks SET note = 'a', count = 1"),
    ),
    "squawk ban-drop-column": (sql("ALTER TABLE tasks DROP COLUMN note"), sql("ALTER TABLE tasks ADD COLUMN a int")),
    "squawk ban-drop-database": (sql("DROP DATABASE shop"), sql("CREATE SCHEMA shop")),
    "squawk ban-drop-table": (sql("DROP TABLE tasks"), sql("CREATE TABLE x (id int)", "DROP TABLE x")),
    "squawk ban-truncate-cascade": (sql("TRUNCATE tasks CASCADE"), sql("DELETE FROM tasks WHERE count < 0")),
    "squawk changing-column-type": (
        sql("ALTER TABLE tasks ALTER COLUMN count TYPE bigint"),
        sql("ALTER TABLE tasks ALTER COLUMN note TYPE text"),
    ),
    "squawk constraint-missing-not-valid": (
        sql("ALTER TABLE tasks ADD CONSTRAINT c CHECK (count > 0)"),
        sql("ALTER TABLE tasks ADD CONSTRAINT c CHECK (count > 0) NOT VALID"),
    ),
    "squawk disallowed-unique-constraint": (
        sql("ALTER TABLE tasks ADD CONSTRAINT u UNIQUE (note)"),
        sql("ALTER TABLE tasks ADD CONSTRAINT u UNIQUE USING INDEX u_ix"),
    ),
    "squawk prefer-repack": (sql("CLUSTER tasks USING ix"), sql("ANALYZE tasks")),
    "squawk prefer-robust-stmts": (
        BLOCK + sql("CREATE INDEX CONCURRENTLY ix ON tasks (note)"),
        BLOCK + sql("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON tasks (note)"),
    ),
    "squawk renaming-column": (
        sql("ALTER TABLE tasks RENAME COLUMN note TO text"),
        sql("ALTER TABLE tasks RENAME CONSTRAINT count_not_null TO c"),
    ),
    "squawk renaming-table": (
        sql("ALTER TABLE tasks RENAME TO todos"),
        sql("ALTER TABLE tasks RENAME TO todos", "CREATE VIEW tasks AS SELECT * FROM todos"),
    ),
    "squawk require-concurrent-index-creation": (
        sql("CREATE INDEX ix ON tasks (note)"),
        BLOCK + sql("CREATE INDEX CONCURRENTLY ix ON tasks (note)"),
    ),
    "squawk require-concurrent-index-deletion": (sql("DROP INDEX ix"), BLOCK + sql("DROP INDEX CONCURRENTLY ix")),
    "squawk require-concurrent-partition-detach": (
        sql("ALTER TABLE tasks DETACH PARTITION p"),
        BLOCK + sql("ALTER TABLE tasks DETACH PARTITION p CONCURRENTLY"),
    ),
    "squawk require-concurrent-reindex": (sql("REINDEX INDEX ix"), BLOCK + sql("REINDEX INDEX CONCURRENTLY ix")),
    "squawk require-lock-timeout": (
        sql("ALTER TABLE tasks ADD COLUMN a int"),
        sql("SET lock_timeout = '2s'", "ALTER TABLE tasks ADD COLUMN a int"),
    ),
    "squawk transaction-nesting": (
        sql("ALTER TABLE tasks ADD COLUMN a int", "COMMIT", "BEGIN"),
        sql("ALTER TABLE tasks ADD COLUMN a int"),
    ),
    "strong_migrations add_check_constraint": (
        "op.create_check_constraint('c', 'tasks', 'count > 0')",
        "op.create_check_constraint('c', 'tasks', 'count > 0', postgresql_not_valid=True)",
    ),
    "strong_migrations add_column_auto_incrementing": (
        "op.add_column('tasks', sa.Column('n', sa.BigInteger(), sa.Identity()))",
        "op.add_column('tasks', sa.Column('n', sa.BigInteger()))",
    ),
    "strong_migrations add_column_default": (
        "op.add_column('tasks', sa.Column('k', sa.Uuid(), server_default=sa.text('gen_random_uuid()')))",
        "op.add_column('tasks', sa.Column('k', sa.Uuid()))",
    ),
    "strong_migrations add_column_default_callable": (
        "op.add_column('tasks', sa.Column('k', sa.Float(), server_default=sa.func.random()))",
        "op.add_column('tasks', sa.Column('k', sa.DateTime(), server_default=sa.func.now()))",
    ),
    "strong_migrations add_column_generated_stored": (
        "op.add_column('tasks', sa.Column('n', sa.Integer(), sa.Computed('count + 1', persisted=True)))",
        "op.add_column('tasks', sa.Column('n', sa.Integer()))",
    ),
    "strong_migrations add_exclusion_constraint": (
        "op.create_exclude_constraint('e', 'tasks', ('note', '='))",
        "op.create_table('new')\nop.create_exclude_constraint('e', 'new', ('note', '='))",
    ),
    "strong_migrations add_foreign_key": (
        "op.create_foreign_key('fk', 'tasks', 'users', ['owner_id'], ['id'])",
        "op.create_foreign_key('fk', 'tasks', 'users', ['owner_id'], ['id'], postgresql_not_valid=True)",
    ),
    "strong_migrations add_index": (
        "op.create_index('ix', 'tasks', ['note'])",
        BLOCK + "op.create_index('ix', 'tasks', ['note'], postgresql_concurrently=True)",
    ),
    "strong_migrations add_reference": (
        "op.add_column('tasks', sa.Column('by_id', sa.BigInteger(), sa.ForeignKey('users.id')))",
        "op.add_column('tasks', sa.Column('by_id', sa.BigInteger()))\n"
        "op.create_foreign_key('fk', 'tasks', 'users', ['by_id'], ['id'], postgresql_not_valid=True)",
    ),
    "strong_migrations add_unique_constraint": (
        "op.create_unique_constraint('u', 'tasks', ['note'])",
        sql("ALTER TABLE tasks ADD CONSTRAINT u UNIQUE USING INDEX u_ix"),
    ),
    "strong_migrations change_column": (
        "op.alter_column('tasks', 'count', type_=sa.BigInteger())",
        "op.alter_column('tasks', 'note', type_=sa.String(100))",
    ),
    "strong_migrations change_column_null": (
        "op.alter_column('tasks', 'note', nullable=False)",
        "op.alter_column('tasks', 'count', nullable=False)",
    ),
    "strong_migrations change_column_with_not_null": (
        "op.alter_column('tasks', 'note', type_=sa.Text(), nullable=False)",
        "op.alter_column('tasks', 'note', type_=sa.Text())",
    ),
    "strong_migrations create_table": (
        "op.drop_table('tasks', if_exists=True)\nop.create_table('tasks')",
        "op.create_table('new')",
    ),
    "strong_migrations remove_column": ("op.drop_column('tasks', 'note')", "op.drop_constraint('u', 'tasks')"),
    "strong_migrations remove_index": (
        "op.drop_index('ix', 'tasks')",
        BLOCK + "op.drop_index('ix', 'tasks', postgresql_concurrently=True)",
    ),
    "strong_migrations rename_column": (
        "op.alter_column('tasks', 'note', new_column_name='text')",
        "op.alter_column('tasks', 'note', comment='what it is')",
    ),
    "strong_migrations rename_schema": (sql("ALTER SCHEMA app RENAME TO shop"), sql("CREATE SCHEMA shop")),
    "strong_migrations rename_table": (
        "op.rename_table('tasks', 'todos')",
        "op.create_table('new')\nop.rename_table('new', 'newer')",
    ),
    "strong_migrations validate_check_constraint": (
        sql(
            "ALTER TABLE tasks ADD CONSTRAINT c CHECK (count > 0) NOT VALID", "ALTER TABLE tasks VALIDATE CONSTRAINT c"
        ),
        sql("ALTER TABLE tasks VALIDATE CONSTRAINT c"),
    ),
    "strong_migrations validate_foreign_key": (
        "op.create_foreign_key('fk', 'tasks', 'users', ['owner_id'], ['id'], postgresql_not_valid=True)\n"
        + sql("ALTER TABLE tasks VALIDATE CONSTRAINT fk"),
        sql("ALTER TABLE tasks VALIDATE CONSTRAINT fk"),
    ),
}
CASES |= {
    "eugene E1": CASES["squawk constraint-missing-not-valid"],
    "eugene E2": CASES["squawk adding-not-nullable-field"],
    "eugene E4": (
        sql("ALTER TABLE tasks ADD COLUMN a int", "UPDATE tasks SET a = 1"),
        sql("ALTER TABLE tasks ADD COLUMN a int"),
    ),
    "eugene E5": CASES["squawk changing-column-type"],
    "eugene E6": CASES["squawk require-concurrent-index-creation"],
    "eugene E7": CASES["squawk disallowed-unique-constraint"],
    "eugene E8": CASES["strong_migrations add_exclusion_constraint"],
    "eugene E9": CASES["squawk require-lock-timeout"],
    "eugene E10": CASES["strong_migrations change_column"],
    "eugene E11": CASES["strong_migrations add_column_generated_stored"],
    "eugene W14": CASES["squawk adding-serial-primary-key-field"],
}
CASES["strong_migrations rename_schema"] = (sql("ALTER SCHEMA a RENAME TO b"), sql("CREATE SCHEMA b"))
REPLAYED = {"squawk syntax-error", "pytest-alembic test_model_definitions_match_ddl"}
"""Checks that a replay alone can do; their cases are the examples of the rules, and stand in the tests of replays."""


def history(upgrade: str) -> dict[str, str]:
    def text(name: str, parent: str, statements: str) -> str:
        body = "\n".join(f"    {line}" for line in statements.splitlines())
        return f"{HEAD.format(name=name)}down_revision = {parent}\n\n\ndef upgrade():\n{body}\n"

    files = {"m/versions/1a.py": text("1a", "None", TABLES), "m/versions/2a.py": text("2a", '"1a"', upgrade)}
    return {"m/env.py": "from alembic import context\n\ncontext.configure(target_metadata=None)\n", **files}


def revision(name: str, parent: str | None, upgrade: str, downgrade: str) -> str:
    functions = (f"def {word}():\n    {body}\n" for word, body in (("upgrade", upgrade), ("downgrade", downgrade)))
    return f"{HEAD.format(name=name)}down_revision = {parent!r}\n\n\n" + "\n\n".join(functions)


FIRST = revision("1a", None, 'op.create_table("t", sa.Column("id", sa.Integer()))', 'op.drop_table("t")')
SECOND = ('op.create_unique_constraint("u", "t", ["id"])', 'op.drop_constraint("u", "t")')
ENUM = 'op.create_table("j", sa.Column("s", sa.Enum("a", name="s")))'
DROPPED = 'op.drop_table("j")'
HISTORIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pytest-alembic test_single_head_revision": (
        (FIRST, revision("2a", "1a", *SECOND), revision("2b", "1a", *SECOND)),
        (FIRST, revision("2a", "1a", *SECOND), revision("2b", "2a", *SECOND)),
    ),
    "pytest-alembic test_upgrade": (
        (FIRST, revision("2a", "1a", 'op.execute("CREATE INDEX CONCURRENTLY i ON t (id)")', "pass")),
        (FIRST, revision("2a", "1a", *SECOND)),
    ),
    "pytest-alembic test_up_down_consistency": (
        (FIRST, revision("2a", "1a", SECOND[0], 'op.drop_constraint(None, "t")')),
        (FIRST, revision("2a", "1a", *SECOND)),
    ),
    "pytest-alembic test_downgrade_leaves_no_trace": (
        (revision("1a", None, ENUM, DROPPED),),
        (revision("1a", None, ENUM, f'{DROPPED}\n    op.execute("DROP TYPE s")'),),
    ),
}

SA = """from datetime import datetime
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Task(Base):
    __tablename__ = "{table}"
    {key}
    tags: Mapped[list[str]] = mapped_column(postgresql.ARRAY(sa.Text()))
    {column}
"""
KEY = "id: Mapped[int] = mapped_column(sa.BigInteger(), sa.Identity(always=True), primary_key=True)"


def model(column: str = "", *, key: str = KEY, table: str = "tasks") -> dict[str, str]:
    return {"app/models.py": SA.format(table=table, key=key, column=column)}


def keyed(kind: str) -> dict[str, str]:
    return model(key=f"id: Mapped[int] = mapped_column({kind}, primary_key=True)")


def env(imported: str) -> dict[str, str]:
    head = "from sqlalchemy.orm import Mapped, mapped_column\nfrom app.base import Base\n\n\n"
    table = 'class {0}(Base):\n    __tablename__ = "{0}"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    return {
        "app/__init__.py": "",
        "app/base.py": "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
        "app/task.py": head + table.format("task"),
        "app/user.py": head + table.format("user"),
        "m/env.py": f"from alembic import context\nfrom app import {imported}\nfrom app.base import Base\n\n"
        "context.configure(target_metadata=Base.metadata)\n",
        "m/versions/1a.py": FIRST,
    }


MODELS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "squawk ban-char-field": (
        model("code: Mapped[str] = mapped_column(sa.CHAR(3))"),
        model("code: Mapped[str] = mapped_column(sa.String(3))"),
    ),
    "squawk identifier-too-long": (model(table="t" * 64), model(table="t" * 63)),
    "squawk prefer-bigint-over-int": (keyed("sa.Integer()"), keyed("sa.BigInteger()")),
    "squawk prefer-bigint-over-smallint": (keyed("sa.SmallInteger()"), keyed("sa.BigInteger()")),
    "squawk prefer-identity": (keyed("sa.BigInteger()"), model()),
    "squawk prefer-text-field": (
        model("note: Mapped[str] = mapped_column(sa.String(255))"),
        model("note: Mapped[str] = mapped_column(sa.Text())"),
    ),
    "squawk prefer-timestamp-tz": (
        model("at: Mapped[datetime] = mapped_column(sa.DateTime())"),
        model("at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))"),
    ),
    "squawk unused-ignore": (
        model("code: Mapped[str] = mapped_column(sa.String(3))  # schema-lint: ignore[COL015] as it was"),
        model("code: Mapped[str] = mapped_column(sa.CHAR(3))  # schema-lint: ignore[COL015] as ISO 3166 has it"),
    ),
    "strong_migrations add_column_json": (
        model("extra: Mapped[dict[str, str]] = mapped_column(sa.JSON())"),
        model("extra: Mapped[dict[str, str]] = mapped_column(postgresql.JSONB())"),
    ),
    "eugene W13": (
        model('state: Mapped[str] = mapped_column(sa.Enum("a", "b", name="state"))'),
        model('state: Mapped[str] = mapped_column(sa.Enum("a", "b", name="state", native_enum=False))'),
    ),
    "eugene E15": (
        model('parent_id: Mapped[int] = mapped_column(sa.ForeignKey("tasks.id"))'),
        model('parent_id: Mapped[int] = mapped_column(sa.ForeignKey("tasks.id"), index=True)'),
    ),
    "pytest-alembic test_all_models_register_on_metadata": (env("task"), env("task, user")),
}
MODELS["eugene E3"] = MODELS["strong_migrations add_column_json"]


def files_of(case: str, bad: bool) -> dict[str, str]:
    """A project with the case."""
    if case in MODELS:
        return MODELS[case][0 if bad else 1]
    if case in HISTORIES:
        revisions = HISTORIES[case][0 if bad else 1]
        versions = {f"m/versions/{number}.py": text for number, text in enumerate(revisions)}
        return {"m/env.py": "from alembic import context\n\ncontext.configure(target_metadata=None)\n", **versions}
    return history(CASES[case][0 if bad else 1])


FOUND = {f"{check.peer} {check.name}": check.codes for check in CHECKS if check.codes}
SELECTED = {case: [codes[0], "COL015"] if codes[0] == "SRC002" else [codes[0]] for case, codes in FOUND.items()}


@pytest.mark.parametrize("case", [*CASES, *HISTORIES, *MODELS])
def test_good_is_silent(case: str) -> None:
    assert codes(files_of(case, bad=False), select=SELECTED[case]) == []


@pytest.mark.parametrize("case", [*CASES, *HISTORIES, *MODELS])
def test_bad_is_found(case: str) -> None:
    assert set(codes(files_of(case, bad=True), select=SELECTED[case])) == {FOUND[case][0]}


def test_every_check_is_found_or_explained() -> None:
    known = {rule.code for rule in load_rules()}
    assert [check for check in CHECKS if not check.codes and not check.why] == []
    assert {code for check in CHECKS for code in check.codes} <= known
    assert set(FOUND) - REPLAYED == {*CASES, *HISTORIES, *MODELS}


def test_the_table(run: Run) -> None:
    out = run("rules", "--peers").out
    assert "squawk" in out and f"{len(CHECKS)} checks, " in out
    listed = json.loads(run("rules", "--peers", "--output-format", "json", "--select", "MIG014").out)
    assert [found["check"] for found in listed] == ["adding-required-field", "change_column_null"]
    assert run("rules", "--peers", "--output-format", "markdown").out.startswith("| Peer | Check | Rules | Note |")
