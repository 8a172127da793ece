"""What the code shows of the policies; first of all, where it shows nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schema_lint.checking import inference
from schema_lint.checking.inference import Inferred, infer
from schema_lint.checking.registry import load_rules
from support import project_facts

HEAD = """\
import uuid
from datetime import datetime
from sqlalchemy import BigInteger, Column, DateTime, func
from sqlmodel import Field, SQLModel

"""


def inferred(files: Mapping[str, str] | str, *documents: tuple[str, str]) -> dict[str, Inferred]:
    if isinstance(files, str):
        files = {"models.py": HEAD + files}
    return {item.key: item for item in infer(project_facts(files), documents=documents)}


def values(files: Mapping[str, str] | str, *documents: tuple[str, str]) -> dict[str, Any]:
    return {key: item.value for key, item in inferred(files, *documents).items() if item.value is not None}


def table(
    name: str, *columns: str, key: str = "id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)"
) -> str:
    body = "".join(f"    {column}\n" for column in (key, *columns))
    return f'\nclass {name.title()}(SQLModel, table=True):\n    __tablename__ = "{name}"\n{body}'


INTEGER = "id: int | None = Field(default=None, primary_key=True)"
BIG = "id: int | None = Field(default=None, sa_column=Column(BigInteger, primary_key=True))"
OWNED = 'user_id: uuid.UUID = Field(foreign_key="users.id")'


def several(count: int, *columns: str, prefix: str = "t", **options: str) -> str:
    return "".join(table(f"{prefix}{n}", *columns, **options) for n in range(count))


def test_nothing_there_shows_nothing() -> None:
    found = inferred({"a.py": "x = 1\n"})
    assert {key: item.value for key, item in found.items()} == {"deployment": None}
    found = inferred(table("one", key="a: int = Field(foreign_key='one.a', primary_key=True)"))
    assert not any(item.value for item in found.values())
    assert set(found) == {"primary-key", "timestamps", "owner", "soft-delete", "deployment"}


def test_mixed_keys_are_undecided() -> None:
    found = inferred(several(11) + several(9, key=INTEGER, prefix="i"))["primary-key"]
    assert (found.value, found.shown) == (None, "")
    assert found.why == "of 20 tables: uuid 11, integer 9; decided from 80% on"
    assert found.effect


def test_most_keys_decide() -> None:
    found = inferred(several(4) + table("odd", key=INTEGER))["primary-key"]
    assert (found.value, found.why) == ("uuid", "4 of 5 tables")
    assert found.place is not None
    assert found.place.path == "models.py"
    assert values(several(4, key=INTEGER) + table("odd"))["primary-key"] == "integer"
    assert values(several(4, key=BIG) + table("odd"))["primary-key"] == "bigint"
    found = inferred(several(3, key=BIG) + several(3, key=INTEGER, prefix="i"))["primary-key"]
    assert (found.value, found.why) == ("integer", "6 of 6 tables (3 of them bigint)")


def test_junctions_children_natural_keys_and_tests_do_not_count() -> None:
    files = {
        "models.py": HEAD + several(2) + table("country", key="code: str = Field(primary_key=True)")
        + table("link", key='a: uuid.UUID = Field(foreign_key="t0.id", primary_key=True)')
        + table("pair", "b: int = Field(primary_key=True)", key="a: int = Field(primary_key=True)"),
        "tests/models.py": HEAD + several(9, key=INTEGER, prefix="i"),
    }  # fmt: skip
    assert inferred(files)["primary-key"].why == "2 of 2 tables"


STAMP = "{}: datetime = Field(default_factory=datetime.now)"


def test_usual_names_need_no_statement() -> None:
    found = inferred(several(3, STAMP.format("created_at"), STAMP.format("updated_at")))["timestamps"]
    assert (found.value, found.shown) == (None, "created_at, updated_at")
    assert inferred(several(3, STAMP.format("createdAt")))["timestamps"].value == {"created": ["createdAt"]}


def test_names_that_do_not_prevail_are_undecided() -> None:
    two = several(2, STAMP.format("created")) + several(2, STAMP.format("created_at"), prefix="s")
    assert inferred(two)["timestamps"].value is None
    assert inferred(several(2, STAMP.format("created")) + several(9, prefix="s"))["timestamps"].value is None
    assert inferred(several(4, STAMP.format("expires_at"), STAMP.format("due")))["timestamps"].value is None


def test_names_of_the_project() -> None:
    several_names = several(5, STAMP.format("created_on")) + table("odd", STAMP.format("inserted_at"))
    assert values(several_names)["timestamps"] == {"created": ["created_on", "inserted_at"]}
    filled = "entered: datetime = Field(sa_column=Column(DateTime, server_default=func.now()))"
    assert values(several(3, filled))["timestamps"] == {"created": ["entered"]}
    changed = "touched: datetime = Field(sa_column=Column(DateTime, onupdate=func.now()))"
    assert values(several(3, changed))["timestamps"] == {"updated": ["touched"]}


def test_who_owns_is_told_by_half_of_the_tables() -> None:
    assert values(table("users") + several(3, OWNED))["owner"] == ["user_id"]
    assert "owner" not in values(table("users") + several(3, OWNED) + several(4, prefix="s"))
    author = OWNED.replace("user_id", "author_id")
    assert "owner" not in values(table("users") + several(3, author))
    plain = "user_id: uuid.UUID"
    assert "owner" not in values(table("users") + several(3, plain))


def test_a_tenant_beside_the_user_leaves_it_open() -> None:
    tenant = 'org_id: uuid.UUID = Field(foreign_key="orgs.id")'
    found = inferred(table("users") + table("orgs") + several(4, OWNED, tenant))["owner"]
    assert (found.value, found.why) == (None, "user_id leads to users in 4 of 5 tables, and org_id is in 4")


def test_marks_of_deletion() -> None:
    assert values(several(2, "deleted_at: datetime | None = None"))["soft-delete"] == ["deleted_at"]
    assert values(table("one", "is_deleted: bool = False"))["soft-delete"] == ["is_deleted"]
    assert "soft-delete" not in values(several(4) + table("one", "is_deleted: bool = False"))
    assert "soft-delete" not in values(several(4, "deleted: int = 0"))


def test_tables_of_somebody_else() -> None:
    text = 'user_id: str = Field(foreign_key="user.id")'
    found = inferred(several(2, text))["external-tables.user"]
    assert (found.value, found.why) == (
        {"id": "text"}, "t0.user_id, t1.user_id lead there, and it is defined nowhere",
    )  # fmt: skip
    auth = 'user_id: uuid.UUID = Field(foreign_key="auth.users.id")'
    assert values(several(1, auth))["external-tables.auth.users"] == {"id": "uuid"}


def test_a_table_that_is_probably_a_mistake_is_nobodys() -> None:
    users = table("users") + several(2, OWNED.replace("users.id", "user.id"))
    found = inferred(users)["external-tables.user"]
    assert (found.value, found.effect) == (None, "FK003 reports it")
    assert "is users meant?" in found.why
    assert (
        inferred(several(1, 'ghost_id: int = Field(foreign_key="ghosts.id")'))["external-tables.ghosts"].value is None
    )
    mixed = table("a", 'user_id: str = Field(foreign_key="user.id")') + table(
        "b", 'user_id: int = Field(foreign_key="user.id")'
    )
    assert inferred(mixed)["external-tables.user"].value is None


ENGINE = "import os\nfrom sqlalchemy import create_engine\nengine = create_engine(os.environ['DATABASE_URL'])\n"


def test_where_the_database_runs() -> None:
    neon = {
        "app/.env.example": "DATABASE_URL=postgresql://u:p@ep-cool-1.eu-central-1.aws.neon.tech/x\n",
        "app/m.py": ENGINE,
    }
    assert values(neon)["deployment"] == "neon"
    local = {"app/.env": "DATABASE_URL=postgresql://u:p@localhost/x\n", "app/m.py": ENGINE}
    assert "deployment" not in values(local)
    assert values(local, ("README.md", "Uses Neon Serverless PostgreSQL"))["deployment"] == "neon"
    assert "deployment" not in values(local, ("README.md", "Neon Postgres, Supabase or RDS"))
    assert "deployment" not in values(local, ("README.md", "neon lights"))
    rds = {"app/db.py": 'URL = "postgresql://u@x.eu-west-1.rds.amazonaws.com/x"\n' + HEAD}
    assert values(rds)["deployment"] == "traditional"


def test_rules_that_it_names_exist() -> None:
    assert inference.__file__ is not None
    named = set(re.findall(r"\b[A-Z]{3}\d{3}\b|\bFK\d{3}\b", Path(inference.__file__).read_text("utf-8")))
    assert named
    assert named <= {rule.code for rule in load_rules()}
