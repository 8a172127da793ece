"""Names that are too long are cut as SQLAlchemy cuts them in its DDL."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint, CreateIndex

from schema_lint.facts.identifiers import NAME_LENGTH, shortened

CONVENTION = {"ix": "ix_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s"}


@pytest.mark.parametrize("length", [40, 53, 54, 55, 80])
@pytest.mark.parametrize("letter", ["a", "ä"])
def test_a_convention_s_name_is_that_of_the_ddl(length: int, letter: str) -> None:
    metadata = MetaData(naming_convention=CONVENTION)
    column = Column(letter * length, ForeignKey("users.id"), index=True)
    Table("users", metadata, Column("id", Integer, primary_key=True))
    table = Table("tasks", metadata, column)
    (index,), (key,) = table.indexes, table.foreign_key_constraints
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for made, name in ((CreateIndex(index), index.name), (AddConstraint(key), key.name)):
        text = shortened(str(name))
        assert len(text) <= NAME_LENGTH
        assert text in str(made.compile(dialect=dialect)).replace('"', " ").split()
