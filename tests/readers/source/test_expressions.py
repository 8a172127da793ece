"""SQL text of expressions is what SQLAlchemy compiles for PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql

from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import ModuleFinder
from schema_lint.evaluating.values import Call, Collection, Constant, Value
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.drafts import ColumnDraft, MetaDataDraft, TableDraft
from schema_lint.readers.source.expressions import columns_mentioned, literal, sql_text

MODULE = """
from sqlalchemy import (
    JSON, Boolean, Column, DateTime, Integer, MetaData, String, Table, and_, desc, false, func, literal_column, not_,
    null, nulls_last, or_, text, true,
)
from settings import anything

t = Table(
    "t", MetaData(),
    Column("id", Integer, primary_key=True), Column("name", String), Column("deleted", Boolean),
    Column("created", DateTime), Column("price", Integer), Column("data", JSON),
)
c = t.c
expressions = [%s]
"""

SAME = [
    "c.name",
    "func.lower(c.name)",
    "func.now()",
    "func.current_timestamp()",
    "func.coalesce(c.created, func.now()).desc()",
    "func.count()",
    "text('now()')",
    "literal_column('1 + 1')",
    "c.created.desc()",
    "c.created.asc().nullslast()",
    "desc(c.created)",
    "nulls_last(c.created.desc())",
    "c.name.in_(['a', \"it's\"])",
    "c.price.not_in((1, 2))",
    "c.price > 0",
    "c.deleted == False",
    "c.deleted == true()",
    "c.deleted.is_(False)",
    "c.name == None",
    "c.name != None",
    "c.name.is_(None)",
    "c.name.is_not(None)",
    "c.name.isnot(null())",
    "and_(c.price > 0, c.price < 10)",
    "or_(and_(c.price > 0, c.deleted), c.name == 'x')",
    "and_(or_(c.price > 0, c.price < 1), c.name == 'x')",
    "(c.price > 0) & (c.name == 'x') | c.deleted",
    "not_(c.name == 'x')",
    "not_(c.price < 1)",
    "~c.name.is_(None)",
    "not_(and_(c.price > 0, c.price < 10))",
    "c.price.between(1, 10)",
    "c.price + 1 > c.id * 2",
    "(c.price + 1) * 2 > 0",
    "c.price - (c.id - 1) > 0",
    "c.name.ilike('abc')",
    "c.name.op('~')('^a')",
    "c.name.is_distinct_from('x')",
    "false()",
]


@pytest.fixture
def interpreter(tmp_path: Path) -> Interpreter:
    return Interpreter(ModuleFinder(DiskTree(str(tmp_path))), strict=True)


def _values(
    interpreter: Interpreter, root: Path, expressions: list[str], module: str = ""
) -> tuple[list[Value], TableDraft]:
    (root / "m.py").write_text(module or MODULE % ", ".join(expressions), encoding="utf-8")
    scope = interpreter.load(interpreter.finder.at("m.py"))
    made, found = scope.names["t"], scope.names["expressions"]
    assert isinstance(made, Call)
    assert isinstance(found, Collection)
    table = TableDraft("t", None, MetaDataDraft("m"), None)
    table.value = made
    for argument in made.arguments[2:]:
        assert isinstance(argument, Call)
        name = argument.arguments[0]
        assert isinstance(name, Constant)
        column = ColumnDraft(argument)
        column.name, column.table = name.value, table
        table.columns.append(column)
        table.by_value[id(argument)] = column
    return found.items, table


def _compiled(expressions: list[str]) -> list[str]:
    namespace: dict[str, Any] = {}
    exec((MODULE % ", ".join(expressions)).replace("from settings import anything", ""), namespace)
    return [
        str(e.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
        for e in namespace["expressions"]
    ]


def test_the_text_is_what_sqlalchemy_compiles(interpreter: Interpreter, tmp_path: Path) -> None:
    values, table = _values(interpreter, tmp_path, SAME)
    said = [sql_text(value, table, interpreter=interpreter) for value in values]
    for expression, text, compiled in zip(SAME, said, _compiled(SAME), strict=True):
        assert not isinstance(text, Unknown), (expression, text)
        assert text == re.sub(r"\s+", " ", compiled), expression


@pytest.mark.parametrize(
    "expression",
    ["anything", "c.name == anything", "anything()", "func.lower(anything)", "c.name.in_(anything)", "text(anything)"],
)
def test_what_is_not_known_is_unknown(interpreter: Interpreter, tmp_path: Path, expression: str) -> None:
    values, table = _values(interpreter, tmp_path, [expression])
    assert isinstance(sql_text(values[0], table, interpreter=interpreter), Unknown)


def test_columns_of_an_expression(interpreter: Interpreter, tmp_path: Path) -> None:
    values, table = _values(
        interpreter, tmp_path, ["and_(func.lower(c.name) == 'x', c.price > c.id, c.name == anything)"]
    )
    assert columns_mentioned(values[0], table, interpreter=interpreter) == ("name", "price", "id")


ENUM = """
import enum
from sqlalchemy import Column, Enum, MetaData, String, Table

class Status(str, enum.Enum):
    OPEN = "open"
    DONE = "done"

t = Table("t", MetaData(), Column("status", Enum(Status)), Column("word", String))
expressions = [t.c.status == Status.OPEN, t.c.status.in_([Status.OPEN, Status.DONE]), t.c.word == Status.DONE]
"""


def test_a_member_of_an_enum_is_what_its_column_stores(interpreter: Interpreter, tmp_path: Path) -> None:
    values, table = _values(interpreter, tmp_path, [], ENUM)
    table.columns[0].enum = EnumType(name="status", labels=("OPEN", "DONE"))
    table.columns[1].type = ColumnType(sql="VARCHAR", name="varchar")
    said = [sql_text(value, table, interpreter=interpreter) for value in values]
    assert said == ["t.status = 'OPEN'", "t.status IN ('OPEN', 'DONE')", "t.word = 'done'"]


def test_literals() -> None:
    assert [literal(value) for value in (None, True, 1, "it's", b"x")] == ["NULL", "true", "1", "'it''s'", None]
