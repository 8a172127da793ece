"""IDX: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings

COLUMNS = "a = Column(Integer)\nb = Column(Integer)\nc = Column(String)\n"


def indexed(*keys: str) -> str:
    return declarative(f"{COLUMNS}__table_args__ = ({', '.join(keys)},)")


IDX004_SILENT = {
    "one unique index": sqlmodel("email: str = Field(unique=True, index=True)"),
    "another order": indexed("Index('i', 'a', 'b')", "Index('j', 'b', 'a')"),
    "another direction": indexed("Index('i', 'a', 'b')", "Index('j', 'a', b.desc())"),
    "another method": indexed("Index('i', 'a')", "Index('j', 'a', postgresql_using='hash')"),
    "another predicate": indexed("Index('i', 'a')", "Index('j', 'a', postgresql_where=text('b > 0'))"),
    "another operator class": indexed("Index('i', 'c')", "Index('j', 'c', postgresql_ops={'c': 'text_pattern_ops'})"),
    "more columns included": indexed("Index('i', 'a', postgresql_include=['b'])", "Index('j', 'a', unique=True)"),
    "another expression": indexed("Index('i', func.lower(c))", "Index('j', func.upper(c))"),
    "expression not known": indexed("Index('i', made('c'))", "Index('j', made('c'))").replace(
        "import uuid", "import uuid\nfrom elsewhere import made", 1
    ),
    "foreign key and its index": sqlmodel("user_id: uuid.UUID = Field(foreign_key='users.id', index=True)"),
    "second column of the key": declarative(
        "a = Column(Integer, primary_key=True)\nb = Column(Integer, primary_key=True, index=True)"
    ),
}


@pytest.mark.parametrize("source", IDX004_SILENT.values(), ids=IDX004_SILENT)
def test_duplicate_index_is_silent(source: str) -> None:
    assert findings(source, select=["IDX004"]) == []


IDX004_FOUND = {
    "constraint and index": (
        sqlmodel("email: str = Field(index=True)\n__table_args__ = (UniqueConstraint('email', name='uq'),)"),
        "index=True on Task.email makes a second index over (email) of tasks, beside the unique constraint uq",
        "remove index=True from Task.email",
    ),
    "primary key and index": (
        declarative("id = Column(Integer, primary_key=True, index=True)"),
        "index=True on Task.id makes a second index over (id) of tasks, beside the primary key",
        "remove index=True from Task.id",
    ),
    "constraint and unique": (
        declarative("c = Column(String, unique=True)\n__table_args__ = (UniqueConstraint('c', name='uq'),)"),
        "unique=True on Task.c makes a second index over (c) of tasks, beside the unique constraint uq",
        "remove unique=True from Task.c",
    ),
    "primary key and unique index": (
        declarative("id = Column(Integer, primary_key=True, index=True, unique=True)"),
        "unique=True and index=True on Task.id makes a second index over (id) of tasks, beside the primary key",
        "remove unique=True and index=True from Task.id",
    ),
    "two indexes": (
        indexed("Index('i', 'a', 'b')", "Index('j', 'a', 'b')"),
        "the index j makes a second index over (a, b) of tasks, beside the index i",
        "remove the index j",
    ),
    "plain and unique": (
        indexed("Index('i', 'a')", "Index('j', 'a', unique=True)"),
        "the index i makes a second index over (a) of tasks, beside the unique index j",
        "remove the index i",
    ),
}


@pytest.mark.parametrize(("source", "message", "suggestion"), IDX004_FOUND.values(), ids=IDX004_FOUND)
def test_duplicate_index(source: str, message: str, suggestion: str) -> None:
    (finding,) = findings(source, select=["IDX004", "IDX005"])
    assert (finding.code, finding.severity) == ("IDX004", "warning")
    assert (finding.message, finding.suggestion) == (message, suggestion)


def test_an_index_read_backwards_is_an_info() -> None:
    (finding,) = findings(indexed("Index('i', 'a')", "Index('j', a.desc())"), select=["IDX004"])
    assert finding.severity == "info"


def test_two_indexes_of_one_name_are_an_error() -> None:
    source = sqlmodel("title: str = Field(index=True)\n__table_args__ = (Index('ix_tasks_title', 'title'),)")
    (finding,) = findings(source, select=["IDX004"])
    assert finding.message == "tasks has two indexes named ix_tasks_title, which PostgreSQL refuses"
    assert finding.severity == "error"


def test_redundant_pairs_of_one_table() -> None:
    """The fixture on which peers report the primary key, partial indexes, or names that begin alike."""
    source = declarative(
        """
        a = Column(Integer)
        b = Column(Integer)
        ab = Column(Integer)
        t = Column(Text)
        __table_args__ = (
            Index("i_a", "a"), Index("i_a_b", "a", "b"), Index("i_ab", "ab"), UniqueConstraint("b", name="u_b"),
            Index("i_b", "b"), UniqueConstraint("b", "a", name="u_b_a"),
            Index("i_a_partial", "a", postgresql_where=text("b > 0")), Index("i_lower", func.lower(t)),
            Index("i_upper", func.upper(t)), Index("i_id", "id"),
        )
        """
    )
    found = findings(source, select=["IDX004", "IDX005"])
    assert sorted((f.code, f.subject.name) for f in found) == [
        ("IDX004", "i_b"),
        ("IDX004", "i_id"),
        ("IDX005", "i_a"),
    ]


IDX005_SILENT = {
    "no beginning": indexed("Index('i', 'b')", "Index('j', 'a', 'b')"),
    "unique": indexed("Index('i', 'a', unique=True)", "Index('j', 'a', 'b')"),
    "partial": indexed("Index('i', 'a', postgresql_where=text('b > 0'))", "Index('j', 'a', 'b')"),
    "longer is partial": indexed("Index('i', 'a')", "Index('j', 'a', 'b', postgresql_where=text('b > 0'))"),
    "another method": indexed("Index('i', 'a', postgresql_using='brin')", "Index('j', 'a', 'b')"),
    "another direction": indexed("Index('i', 'a', b.desc())", "Index('j', 'a', 'b', 'c')"),
    "included column": indexed("Index('i', 'a', postgresql_include=['c'])", "Index('j', 'a', 'b')"),
    "name that begins alike": declarative(
        "a = Column(Integer, index=True)\nab = Column(Integer)\n__table_args__ = (Index('j', 'ab', 'a'),)"
    ),
    "larger key referenced": declarative(
        "owner = Column(Integer)\n__table_args__ = (UniqueConstraint('id', 'owner'),)",
        after="""
            class Note(Base):
                __tablename__ = "notes"
                id = Column(Integer, primary_key=True)
                task_id = Column(sa.Uuid)
                owner = Column(Integer)
                __table_args__ = (sa.ForeignKeyConstraint(["task_id", "owner"], ["tasks.id", "tasks.owner"]),)
        """,
    ),
    "smaller key admits NULL": indexed("UniqueConstraint('a')", "UniqueConstraint('a', 'b')"),
}


@pytest.mark.parametrize("source", IDX005_SILENT.values(), ids=IDX005_SILENT)
def test_redundant_index_is_silent(source: str) -> None:
    assert findings(source, select=["IDX005"]) == []


IDX005_FOUND = {
    "beginning": (
        indexed("Index('i', 'a')", "Index('j', 'a', 'b')"),
        "the index i is only the beginning of the index j (a, b)",
    ),
    "beginning of the primary key": (
        declarative("a = Column(Integer, primary_key=True, index=True)\nb = Column(Integer, primary_key=True)"),
        "index=True on Task.a is only the beginning of the primary key (a, b)",
    ),
    "unique by itself": (
        declarative("owner = Column(Integer)\n__table_args__ = (UniqueConstraint('owner', 'id', name='uq'),)"),
        "the unique constraint uq over (owner, id) of tasks holds by itself, since id is unique",
    ),
}


@pytest.mark.parametrize(("source", "message"), IDX005_FOUND.values(), ids=IDX005_FOUND)
def test_redundant_index(source: str, message: str) -> None:
    (finding,) = findings(source, select=["IDX005"])
    assert (finding.message, finding.severity) == (message, "info")


IDX008_SILENT = {
    "column": indexed("Index('i', 'a')", "UniqueConstraint('a', 'b')"),
    "attribute": declarative("a = Column('x', Integer)\n__table_args__ = (Index('i', a),)"),
    "expression": indexed("Index('i', text('nothing'))"),
    "columns not known": declarative("__table_args__ = (Index('i', 'b'),)", bases="Wanted, Base",
                                     before="from elsewhere import Wanted"),
}  # fmt: skip


@pytest.mark.parametrize("source", IDX008_SILENT.values(), ids=IDX008_SILENT)
def test_index_on_unknown_column_is_silent(source: str) -> None:
    assert findings(source, select=["IDX008"]) == []


@pytest.mark.parametrize("key", ["Index('i', 'd')", "UniqueConstraint('a', 'd')"])
def test_index_on_unknown_column(key: str) -> None:
    (finding,) = findings(indexed(key), select=["IDX008"])
    assert "d" in finding.message
    assert finding.severity == "error"


def user(body: str, name: str = "accounts") -> str:
    return declarative(f"__tablename__ = '{name}'\n{body}")


IDX009_SILENT = {
    "unique": user("email = Column(String, unique=True)"),
    "unique index": user("email = Column(String, unique=True, index=True)"),
    "constraint": user("email = Column(String)\n__table_args__ = (UniqueConstraint('email'),)"),
    "excluded": user("email = Column(String)\n__table_args__ = (ExcludeConstraint(('email', '='), using='btree'),)"),
    "within a tenant": user(
        "t = Column(Integer)\nemail = Column(String)\n__table_args__ = (UniqueConstraint('t', 'email'),)"
    ),
    "among the living": user(
        "email = Column(String)\n__table_args__ = (Index('i', 'email', unique=True, postgresql_where=text('x')),)"
    ),
    "in lower case": user("email = Column(String)\n__table_args__ = (Index('i', func.lower(email), unique=True),)"),
    "primary key": user("email = Column(String, primary_key=True)"),
    "another table": user("email = Column(String)", "invitations"),
    "bank accounts": user("email = Column(String)", "bank_accounts"),
    "hangs on users": user("email = Column(String)\nuser_id = Column(ForeignKey('users.id'))", "invited_users"),
    "another column": user("name = Column(String)"),
    "encrypted": declarative(
        "__tablename__ = 'accounts'\nemail = Column(Secret)",
        before="class Secret(TypeDecorator):\n    impl = String\n    cache_ok = True\n",
    ),
    "indexes not known": declarative(
        "__tablename__ = 'accounts'\nemail = Column(String)\n__table_args__ = made()",
        before="from elsewhere import made",
    ),
    "slug of a reference": declarative("slug = Column(ForeignKey('users.id'))"),
}


@pytest.mark.parametrize("source", IDX009_SILENT.values(), ids=IDX009_SILENT)
def test_lookup_column_without_unique_is_silent(source: str) -> None:
    assert findings(source, select=["IDX009"]) == []


@pytest.mark.parametrize("table", ["accounts", "user", "app_users"])
@pytest.mark.parametrize("column", ["email", "username"])
def test_lookup_column_without_unique(table: str, column: str) -> None:
    (finding,) = findings(user(f"{column} = Column(String, index=True)", table), select=["IDX009"])
    assert finding.message == f"Task.{column} finds a row of {table}, but is not unique"
    assert (finding.suggestion, finding.severity) == (f"add unique=True to Task.{column}", "warning")


def test_another_unique_login_is_an_identity() -> None:
    source = user("email = Column(String)\nusername = Column(String, unique=True)")
    assert [(f.subject.columns, f.severity) for f in findings(source, select=["IDX009"])] == [(("email",), "info")]


def test_slugs_and_tokens_are_an_info() -> None:
    source = declarative("slug = Column(String)\ntoken = Column(String)")
    assert [f.severity for f in findings(source, select=["IDX009"])] == ["info", "info"]
