"""How a visited fact is named in a finding."""

from __future__ import annotations

from typing import Any

from schema_lint.checking.finding import Subject
from schema_lint.facts.database import Domain, Function, Grant, Namespace, RowPolicy, Sequence, Server, Trigger
from schema_lint.facts.difference import Difference
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.models import Model, Relationship
from schema_lint.facts.place import Place
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Column, ForeignKey, Index, PrimaryKey, Table
from schema_lint.facts.types import EnumType

_BOOKKEEPING = frozenset({
    "alembic_version", "schema_migrations", "ar_internal_metadata", "flyway_schema_history", "databasechangelog",
    "databasechangeloglock", "atlas_schema_revisions", "goose_db_version", "django_migrations", "_prisma_migrations",
})  # fmt: skip


def is_bookkeeping(key: str) -> bool:
    """The table is one that a migration tool keeps for itself: known to rules, never reported."""
    return key.rpartition(".")[2] in _BOOKKEEPING


def namespace_of(fact: object) -> str | None:
    """The schema of a database that something is in which belongs to no table."""
    if isinstance(fact, Namespace):
        return fact.name
    return fact.schema if isinstance(fact, (Domain, EnumType, Function, Sequence)) else None


def table_of(fact: object, schema: Schema | None) -> str | None:
    """Key of the table that a fact is about, so that external tables are left alone."""
    if isinstance(fact, Table):
        return fact.key
    if isinstance(fact, Model):
        return fact.table
    if isinstance(fact, Relationship) and schema is not None:
        model = schema.model(fact.model)
        return model.table if model else None
    if isinstance(fact, RowPolicy | Trigger | Difference):
        return fact.table
    return None


def subject_of(fact: Any, schema: Schema | None, table: Table | None) -> Subject:
    """How a finding names the fact."""
    names: dict[str, Any] = {"schema": table.schema, "table": table.name} if table is not None else {}
    if isinstance(fact, Table):
        return Subject(kind="table", **names, class_=fact.models[0] if fact.models else None)
    if isinstance(fact, Column):
        owner = fact.declaration.owner if fact.declaration else fact.owner
        return Subject(kind="column", **names, columns=(fact.name,), class_=owner, attribute=fact.attribute)
    if isinstance(fact, ForeignKey):
        return Subject(kind="foreign-key", **names, columns=fact.columns)
    if isinstance(fact, PrimaryKey):
        return Subject(kind="primary-key", **names, columns=fact.columns)
    if isinstance(fact, Index):
        columns = tuple(column for column in fact.columns if column)
        return Subject(kind="index", **names, columns=columns, name=_text(fact.name))
    if isinstance(fact, Relationship):
        return Subject(kind="relationship", class_=fact.model, attribute=fact.name, **_table_names(fact, schema))
    if isinstance(fact, Model):
        return Subject(kind="model", class_=fact.key, **_table_names(fact, schema))
    if isinstance(fact, EnumType):
        return Subject(kind="enum", schema=fact.schema, name=_text(fact.name), class_=fact.class_name)
    if isinstance(fact, Difference):
        return _of_difference(fact)
    if isinstance(fact, RowPolicy | Trigger):
        return Subject(kind=_kebab(fact), **_table_names(fact, schema), name=fact.name)
    if isinstance(fact, Function | Sequence | Domain | Grant):
        return Subject(kind=_kebab(fact), schema=fact.schema, name=_name_of(fact))
    if isinstance(fact, Revision):
        return Subject(kind="revision", revision=fact.identifier)
    if isinstance(fact, MigrationEnvironment):
        return Subject(kind="migration-environment", name=fact.folder)
    if isinstance(fact, Server):
        return Subject(kind="server", name=schema.label if schema is not None else None)
    if isinstance(fact, Schema):
        return Subject(kind="metadata", name=fact.label)
    if isinstance(fact, Project):
        return Subject(kind="project", name="project")
    if table is not None:
        return Subject(kind="constraint", **names, columns=getattr(fact, "columns", ()), name=_text(fact.name))
    return _of_application(fact)


def _of_difference(fact: Difference) -> Subject:
    kind = fact.kind.replace(" ", "-")
    if fact.kind == "revision":
        return Subject(kind=kind, revision=fact.subject)
    if fact.kind == "enum":
        return Subject(kind=kind, name=fact.subject)
    named: dict[str, Any] = {"schema": fact.schema, "table": fact.table_name}
    if fact.kind in ("table", "tables"):
        return Subject(kind="table", **named, class_=fact.owner)
    if fact.columns:
        return Subject(kind=kind, **named, columns=fact.columns, class_=fact.owner, attribute=fact.attribute)
    return Subject(kind=kind, **named, name=fact.subject)


def _of_application(fact: Any) -> Subject:
    if isinstance(getattr(fact, "revision", None), str):
        return Subject(kind="revision", revision=fact.revision)
    for field in ("function", "name", "subject", "function_scope", "path"):
        name = getattr(fact, field, None)
        if isinstance(name, str):
            return Subject(kind=_kebab(fact), name=name)
    return Subject(kind=_kebab(fact), name=None)


def _kebab(fact: object) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in type(fact).__name__).lstrip("-")


def _name_of(fact: Function | Sequence | Domain | Grant) -> str:
    if isinstance(fact, Function):
        return f"{fact.name}({fact.arguments})"
    if isinstance(fact, Grant):
        return f"{fact.object}.{fact.column}" if fact.column else fact.object
    return fact.name


def _table_names(fact: Model | Relationship | RowPolicy | Trigger, schema: Schema | None) -> dict[str, Any]:
    key = table_of(fact, schema)
    table = schema.table(key) if schema is not None and key is not None else None
    return {"schema": table.schema, "table": table.name} if table is not None else {}


def _text(name: object) -> str | None:
    return name if isinstance(name, str) else None


def place_of(fact: Any, table: Table | None) -> Place | None:
    """Where the fact was seen; its table's place where it has none of its own."""
    if isinstance(fact, Difference):
        return fact.left_place or fact.right_place
    place: Place | None = getattr(fact, "place", None)
    return place if place is not None else table.place if table is not None else None


def other_place_of(fact: Any) -> Place | None:
    """Where a difference is seen besides: the other side's."""
    return fact.right_place if isinstance(fact, Difference) and fact.left_place is not None else None
