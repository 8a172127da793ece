"""What is not parsed since it mentions nothing: words in any of their forms are found, their look-alikes are not."""

from __future__ import annotations

import pytest

from schema_lint.readers.source.application.around import Around, mentions_of
from schema_lint.readers.source.mentions import is_revision, may_define


@pytest.mark.parametrize(
    "source",
    [
        "", "import os\n", "table = None\nTrue\n", "column = 1\n", "a.Models\n", "relationship = 1\n", "x__tablename\n",
        "Tablet(1)\n", "TableTop\n", "class Model(Base): pass\n",
    ],
)  # fmt: skip
def test_not_parsed(source: str) -> None:
    assert not may_define(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import func", "import sqlmodel", "SQLModel", "x: Mapped[int]", "Column(Integer)",
        "mapped_column()", "relationship('X')", "sa.column(1)", "Relationship()", "Table('x')",
        "class X(Base, table = True): pass",
        "class X(db.Model): pass", "__tablename__ = 'x'", "__table_args__ = ()", "__mapper_args__ = {}",
        "__abstract__ = True", "@declared_attr", "MetaData()", "ForeignKey('x.id')", "create_engine('')",
    ],
)  # fmt: skip
def test_parsed(source: str) -> None:
    assert may_define(source.encode())


def test_revisions() -> None:
    assert is_revision(b"revision: str = 'a'\ndown_revision = None\n")
    assert not is_revision(b"revision = 'a'\n")
    assert not is_revision(b"down_revision = 'a'\n    revision = 1\n")


@pytest.mark.parametrize(
    ("source", "topics"),
    [
        ("engine = None", set()),
        ("# https://example.com/postgresql", set()),
        ("created table", set()),
        ("async def f(session: Session): pass", set()),
        ("create_engine(url)", {"engines"}),
        ("sessionmaker()", {"engines"}),
        ("'postgresql+asyncpg://u@h/d'", {"urls"}),
        ("'https://a', 'sqlite://'", {"urls"}),
        ('f"""\\\n  postgresql://{user}"""', {"urls"}),
        ("# such as postgresql://localhost", set()),
        ("metadata.create_all()", {"schema"}),
        ("execute('Create  UNIQUE\n index')", {"schema"}),
        ("text('alter or_so the TABLE x')", {"schema"}),
        ("execute(\n    # why\n    f'\\n -- what\n  drop table x')", {"schema"}),
        ("exec('' r'DROP TYPE x')", {"schema"}),
        ("Create table x", set()),
        ("text(to create table x)", set()),
        ('def execute():\n    """Create tables."""', set()),
        ("execute('select 1')  # then create table x", set()),
        ("@router.get('/')\nasync def f(session: Session): pass", {"sessions"}),
        ("  @app.websocket(\n'/')\nasync def f(session: Session): pass", {"sessions"}),
        ("flask_sqlalchemy", {"flask"}),
        ("SQLALCHEMY_DATABASE_URI", {"setting"}),
        ("-c statement_timeout=1", {"timeout"}),
    ],
)
def test_topics(source: str, topics: set[str]) -> None:
    around = Around()
    around.note("app/x.py", mentions_of("app/x.py", source.encode()))
    assert set(around.topics.get("app/x.py", ())) == topics


def test_environment_of_alembic() -> None:
    around = Around()
    for path in ("alembic/env.py", "env.py", "alembic/myenv.py"):
        around.note(path, mentions_of(path, b"from alembic import context"))
    assert around.about("environment") == ["alembic/env.py", "env.py"]
