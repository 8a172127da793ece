"""Which histories are of another database than PostgreSQL, and what is not said of them."""

from __future__ import annotations

import pytest

from support import codes, project_facts

HEAD = '"""Change something particular"""\nimport sqlalchemy as sa\nfrom alembic import op\n'
FIRST = (
    f'{HEAD}revision = "{{0}}a"\ndown_revision = None\n\n\ndef upgrade():\n'
    '    op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("note", sa.String(9)))\n'
)
SECOND = (
    f'{HEAD}revision = "{{0}}b"\ndown_revision = "{{0}}a"\n\n\ndef upgrade():\n'
    '    op.create_index("ix_task_note", "task", ["note"])\n    op.drop_constraint(None, "task")\n'
)
LITERAL = (
    "from alembic import context\nfrom sqlalchemy import create_engine\n\nengine = create_engine({})\n"
    "with engine.connect() as connection:\n    context.configure(connection=connection, target_metadata=None)\n"
)


def of(*folders: str, env: str = "", **files: str) -> dict[str, str]:
    """One history in each of the folders."""
    found = {"m/env.py": env}
    for number, folder in enumerate(folders):
        found |= {f"m/{folder}/a.py": FIRST.format(number), f"m/{folder}/b.py": SECOND.format(number)}
    return {**found, **{name.replace("__", "/"): text for name, text in files.items()}}


@pytest.mark.parametrize(
    "files",
    [
        of("versions"),
        of("versions/sqlite"),
        of("versions/sqlite", "versions/mysql"),
        of("versions/postgresql", "versions/sqlite_zip"),
        of("versions/core", "versions/tenant"),
        of("versions/sqlite/postgresql", "versions/sqlite/mysqlite"),
        {**of("versions"), "alembic.ini": "[alembic]\nscript_location = m\nsqlalchemy.url = sqlite:///x.db\n"},
        of("versions", env=LITERAL.format("'postgresql://localhost/x'")),
        of("versions", env=LITERAL.format("os.getenv('URL', 'sqlite:///x.db')")),
        of("versions", env=LITERAL.format("find()")),
    ],
)
def test_what_may_be_postgresql(files: dict[str, str]) -> None:
    assert {environment.dialect for environment in project_facts(files).migrations} == {None}
    assert "MIG015" in codes(files, select=["MIG003", "MIG015"])


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (of("versions/postgresql", "versions/sqlite"), {None, "sqlite"}),
        (of("postgres/versions", "mysql/versions"), {None, "mysql"}),
        (of("versions", env=LITERAL.format("'sqlite:///x.db'")), {"sqlite"}),
    ],
)
def test_what_is_surely_of_another_database(files: dict[str, str], expected: set[str | None]) -> None:
    environments = project_facts(files).migrations
    assert {environment.dialect for environment in environments} == expected
    judged = sum(environment.dialect is None for environment in environments)
    assert codes(files, select=["MIG003", "MIG015"]) == ["MIG003"] * judged + ["MIG015"] * judged
    assert codes(files, select=["MIG001"]) == ["MIG001"] * 2 * len(environments)
