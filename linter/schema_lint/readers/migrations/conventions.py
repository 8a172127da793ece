"""Names that constraints of revisions get by a naming convention: that of the metadata which `env.py` gives Alembic.

Source: `alembic.operations.schemaobj`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from schema_lint.evaluating.values import Value
from schema_lint.facts.identifiers import NAME_LENGTH, shortened
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.project import NamingConvention, Project
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.source.drafts import ColumnDraft, MetaDataDraft, TableDraft
from schema_lint.readers.source.naming import FinalName, Named, conventional, given_name

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

CONVENTION = Unknown("the naming convention is that of the metadata that env.py names")
Templates = dict[str, str]
_OF_SQLALCHEMY = {"ix": "ix_%(column_0_label)s"}
_KINDS = {
    "create_unique_constraint": "uq", "create_primary_key": "pk", "create_foreign_key": "fk",
    "create_check_constraint": "ck", "create_index": "ix",
}  # fmt: skip
_DROPPED = {"unique": "uq", "primary": "pk", "foreignkey": "fk", "check": "ck"}
_NAMED = ("foreign_keys", "indexes", "unique_constraints", "check_constraints")


def convention_of(environment: MigrationEnvironment, project: Project) -> Templates | None:
    """The templates by which Alembic names what an environment's revisions leave without a name; `None` where they are
    not known."""
    if environment.target_metadata in ("none", "missing"):
        return _OF_SQLALCHEMY
    known = {schema.label: _templates(schema.naming_convention) for schema in project.schemas}
    if isinstance(environment.target, str):
        return known.get(environment.target)
    # Whichever is meant.
    none = known and all(each is not None and not each.keys() - {"ix"} for each in known.values())
    return _OF_SQLALCHEMY if none else None


def _templates(convention: NamingConvention | Unknown) -> Templates | None:
    if isinstance(convention, Unknown) or "(computed)" in convention.templates.values():
        return None
    return convention.templates


def metadata_of(templates: Templates | None) -> MetaDataDraft:
    """A metadata as Alembic makes one for each operation."""
    metadata = MetaDataDraft("revision")
    metadata.convention = dict(templates) if templates is not None else CONVENTION
    return metadata


class ConstraintNames:
    """Names of constraints that are no part of a table that is created."""

    def __init__(self, interpreter: Interpreter, templates: Templates | None) -> None:
        self._interpreter = interpreter
        self._metadata = metadata_of(templates)

    def created(
        self, kind: str, given: Value | None, key: Any, columns: Any, target: Any = None, referred: Any = ()
    ) -> str | Unknown | None:
        """The name of what an operation creates.

        Args:
            kind: of the operation.
            given: what stands for the name.
            key: of the table.
            columns: of the constraint.
            target: the table that a foreign key references.
            referred: columns of that.
        """
        name, part = given_name(given), _KINDS.get(kind, "")
        if isinstance(name, Unknown) or self._has_none(part):
            return _stated(name)
        unread = [each for each in (key, columns, target, referred) if isinstance(each, Unknown)]
        if not isinstance(key, str) or unread:
            return _stated(name) if name is not None else CONVENTION
        named = self._named(name, key, columns)
        if kind == "create_foreign_key":
            named.referred_table, named.target_key = str(target).rpartition(".")[2], str(target)
            named.referred_columns = list(referred)
        return self._made(part, named)

    def dropped(self, type_: object, given: Value | None, key: Any) -> str | Unknown | None:
        """The name that `drop_constraint()` goes by; `None` where Alembic has none, or one that cannot be right."""
        name = given_name(given)
        part = _DROPPED.get(type_, "") if isinstance(type_, str) else ""
        if isinstance(name, Unknown) or type_ is None or self._has_none(part):
            return _stated(name)
        if not part or not isinstance(key, str):
            return _stated(name) if name is not None else CONVENTION
        convention = self._metadata.convention
        if name is None and isinstance(convention, dict) and "column" in str(convention[part]):
            # Alembic does not know which columns it has.
            return None
        return self._made(part, self._named(name, key, ()))

    def _made(self, part: str, named: Named) -> str | Unknown | None:
        found = conventional(part, named, self._interpreter)
        # What the revision states is never cut: SQLAlchemy refuses it.
        stated = isinstance(found, str) and found == named.name and not isinstance(named.name, FinalName)
        return found if stated else as_written(found)

    def _has_none(self, part: str) -> bool:
        """Whether the convention surely leaves constraints of a kind as they are."""
        convention = self._metadata.convention
        return isinstance(convention, dict) and part in (*_KINDS.values(), "ex") and part not in convention

    def _named(self, name: str | Unknown | None, key: str, columns: Sequence[str]) -> Named:
        schema, _, table = key.rpartition(".")
        drafts = []
        for column in columns:
            draft = ColumnDraft(None)
            draft.name = column
            drafts.append(draft)
        return Named(TableDraft(table, schema or None, self._metadata, None), drafts, name)


def _stated(name: str | Unknown | None) -> str | Unknown | None:
    return as_written(str(name)) if isinstance(name, FinalName) else name


def as_written(name: str | Unknown | None) -> str | Unknown | None:
    """A name as it stands in DDL."""
    return shortened(name) if isinstance(name, str) else name


def with_written_names(table: Table) -> Table:
    """The table, with names of constraints and indexes as they stand in DDL."""
    changes: dict[str, Any] = {}
    for kind in _NAMED:
        facts = getattr(table, kind)
        if any(map(_is_long, facts.known)):
            changes[kind] = Some(tuple(map(_written, facts.known)), facts.rest)
    if _is_long(table.primary_key):
        changes["primary_key"] = _written(table.primary_key)
    return msgspec.structs.replace(table, **changes) if changes else table


def _is_long(fact: Any) -> bool:
    return isinstance(fact.name, str) and len(fact.name) > NAME_LENGTH


def _written(fact: Any) -> Any:
    return msgspec.structs.replace(fact, name=as_written(fact.name))
