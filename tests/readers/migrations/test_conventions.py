"""Names that Alembic gives to constraints of revisions, as it writes them itself."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Unknown
from support import project_facts

FULL = {
    "ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
}  # fmt: skip
MODELS = """
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData({given})


class Task(Base):
    __tablename__ = "task"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
ENV = "from alembic import context\nfrom models import Base\ncontext.configure(target_metadata={})\n"
REVISION = '"""Change it"""\nimport sqlalchemy as sa\nfrom alembic import op\nrevision = "1a"\ndown_revision = None\n'
LONG = "a" * 60
BODIES = [
    "op.create_unique_constraint(None, 't', ['a', 'b'])",
    "op.create_unique_constraint('given', 't', ['a'])",
    "op.create_unique_constraint(None, 't', ['a'], schema='s')",
    "op.create_primary_key(None, 't', ['a'])",
    "op.create_foreign_key(None, 't', 'o', ['a'], ['id'])",
    "op.create_foreign_key(None, 't', 't', ['a'], ['id'])",
    "op.create_check_constraint('positive', 't', 'a > 0')",
    "op.create_check_constraint(op.f('positive'), 't', 'a > 0')",
    "op.create_index(None, 't', ['a'])",
    f"op.create_unique_constraint(None, 't', ['{LONG}', 'b'])",
    "op.drop_constraint('positive', 't', type_='check')",
    "op.drop_constraint('positive', 't')",
    "op.drop_constraint(op.f('positive'), 't', type_='check')",
    "op.drop_constraint(None, 't', type_='primary')",
    "with op.batch_alter_table('t') as batch:\n    batch.create_unique_constraint(None, ['a'])",
    "with op.batch_alter_table('t') as batch:\n    batch.create_check_constraint(batch.f('positive'), 'a > 0')",
    "op.add_column('t', sa.Column('c', sa.Integer(), sa.CheckConstraint('c > 0', name='positive')))",
    "op.add_column('t', sa.Column('c', sa.Integer(), unique=True))",
    "op.create_table('t', sa.Column('a', sa.Integer()), sa.Column('b', sa.Integer(), unique=True), "
    "sa.PrimaryKeyConstraint('a'), sa.UniqueConstraint('a', 'b'), sa.CheckConstraint('a > 0', name='positive'))",
    "op.create_table('t', sa.Column('a', sa.Integer()), sa.PrimaryKeyConstraint('a', name=op.f('given')), "
    "sa.UniqueConstraint('a', name='other'), sa.CheckConstraint('a > 0', name=op.f('positive')))",
]
CONVENTIONS: list[dict[str, str] | None] = [None, FULL, {"uq": "%(table_name)s_uq"}]


def written(body: str, convention: dict[str, str] | None) -> set[str]:
    """Names in what Alembic writes."""
    target = sa.MetaData(naming_convention=convention) if convention is not None else sa.MetaData()
    text = io.StringIO()
    options = {"as_sql": True, "output_buffer": text, "target_metadata": target}
    operations = Operations(MigrationContext.configure(dialect_name="postgresql", opts=options))
    exec(body, {"op": operations, "sa": sa})
    return set(re.findall(r"(?:CONSTRAINT|INDEX) (\w+)", text.getvalue()))


def steps(body: str, given: str, *, target: str = "Base.metadata") -> tuple[Operation, ...]:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    files = {
        "models.py": MODELS.replace("{given}", given),
        "m/env.py": ENV.format(target),
        "m/versions/1a.py": f"{REVISION}\n\ndef upgrade():\n{lines}\n",
    }
    [environment] = project_facts(files).migrations
    return environment.revisions[0].steps


def named(step: Operation) -> set[Any]:
    """Every name that a step gives or goes by."""
    table = step.declared if step.kind in ("create_table", "add_column") else None
    if not isinstance(table, Table):
        return {step.name} - {None}
    facts: list[Any] = [table.primary_key] if table.primary_key.columns else []
    for kind in ("unique_constraints", "check_constraints", "foreign_keys", "indexes"):
        facts += getattr(table, kind).known
    return {fact.name for fact in facts} - {None}


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("body", BODIES)
def test_names_are_those_of_alembic(body: str, convention: dict[str, str] | None) -> None:
    if convention == CONVENTIONS[2] and "create_index(None" in body:
        return  # Alembic raises.
    given = f"naming_convention={convention!r}" if convention is not None else ""
    if convention is None or "pk" not in convention:
        assert "drop_constraint(None" not in body or steps(body, given)[0].name is None
        if "drop_constraint(None" in body:
            return
    assert set().union(*map(named, steps(body, given))) == written(body, convention)


@pytest.mark.parametrize("given", ["naming_convention=elsewhere()", "naming_convention={**elsewhere()}"])
def test_a_convention_that_is_not_known(given: str) -> None:
    [step] = steps("op.create_unique_constraint(None, 't', ['a'])", given)
    assert isinstance(step.name, Unknown)
    [step] = steps("op.drop_constraint(None, 't', type_='unique')", given)
    assert isinstance(step.name, Unknown)
    [step] = steps("op.drop_constraint(None, 't')", given)
    assert step.name is None


@pytest.mark.parametrize("target", ["[Base.metadata]", "find()", "Base.metadata if find() else None"])
def test_a_target_that_is_not_known(target: str) -> None:
    [step] = steps("op.create_unique_constraint(None, 't', ['a'])", f"naming_convention={FULL!r}", target=target)
    assert isinstance(step.name, Unknown)


def test_no_target_has_no_convention() -> None:
    [step] = steps("op.create_unique_constraint(None, 't', ['a'])", f"naming_convention={FULL!r}", target="None")
    assert step.name is None


@pytest.mark.parametrize("kind", ["unique", "foreignkey", "check"])
def test_what_alembic_cannot_name_without_its_columns(kind: str) -> None:
    [step] = steps(f"op.drop_constraint(None, 't', type_='{kind}')", f"naming_convention={FULL!r}")
    assert step.name is None
