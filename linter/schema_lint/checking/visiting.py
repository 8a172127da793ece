"""What rules visit: the facts that are to be judged, each kind found once for all rules."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec

from schema_lint.checking.rule import Rule, Shared
from schema_lint.checking.subjects import is_bookkeeping, namespace_of, table_of
from schema_lint.config.policies import Policies
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Some, Unknown

Visit = tuple[Schema | None, Table | None, Sequence[Any]]
"""Facts of one kind, and the schema and table that they belong to, if any."""

_OF_TABLE: dict[str, Callable[[Table], Sequence[Any]]] = {
    "Table": lambda table: (table,),
    "Column": lambda table: table.columns.known,
    "PrimaryKey": lambda table: (table.primary_key,),
    "ForeignKey": lambda table: table.foreign_keys.known,
    "Index": lambda table: table.indexes.known,
    "UniqueConstraint": lambda table: table.unique_constraints.known,
    "CheckConstraint": lambda table: table.check_constraints.known,
    "ExclusionConstraint": lambda table: table.exclusion_constraints.known,
}
_OF_SCHEMA: dict[str, Callable[[Schema], Iterable[Any]]] = {
    "Server": lambda schema: () if schema.server is None else (schema.server,),
    "EnumType": lambda schema: schema.enums,
    "Model": lambda schema: schema.models,
    "Relationship": lambda schema: schema.relationships,
    "MappingError": lambda schema: schema.mapping_errors,
    "Namespace": lambda schema: schema.namespaces,
    "Role": lambda schema: schema.roles,
    "Grant": lambda schema: schema.grants,
    "RowPolicy": lambda schema: schema.row_policies,
    "Trigger": lambda schema: schema.triggers,
    "Function": lambda schema: schema.functions,
    "Sequence": lambda schema: schema.sequences,
    "Extension": lambda schema: schema.extensions,
    "Domain": lambda schema: schema.domains,
}
_OF_PROJECT: dict[str, Callable[[Project], Iterable[Any]]] = {
    "Project": lambda project: (project,),
    "Engine": lambda project: project.engines,
    "SessionFactory": lambda project: project.session_factories,
    "SessionUse": lambda project: project.session_uses,
    "UrlLiteral": lambda project: project.url_literals,
    "ConnectionSetting": lambda project: project.settings,
    "SchemaCall": lambda project: project.schema_calls,
    "UnreadFile": lambda project: project.unread,
    "Suppression": lambda project: project.suppressions,
    "MigrationEnvironment": lambda project: project.migrations,
    "Revision": lambda project: (revision for found in project.migrations for revision in found.revisions),
    "ReplayedStep": lambda project: (step for replay in project.replays for step in replay.judged),
    "FailedUpgrade": lambda project: (replay.failure for replay in project.replays if replay.failure is not None),
    "RevisionEdit": lambda project: project.base.edits if project.base is not None else (),
    "Difference": lambda project: project.differences,
}


class Visits:
    """What there is to be judged in a project. A large database has a hundred thousand columns, and most rules about
    columns are about few of them."""

    def __init__(self, project: Project, policies: Policies) -> None:
        self._project = project
        self._policies = policies
        self._by_kind: dict[str, Sequence[Visit]] = {}
        self._shared: list[Shared] = []

    def shared(self, schema: Schema) -> Shared:
        """What the rules work out about the schema."""
        for shared in self._shared:
            if shared.schema is schema:
                return shared
        self._shared.append(Shared(schema, self._policies))
        return self._shared[-1]

    def of(self, rule: Rule) -> Iterable[Visit]:
        """What the rule visits, in the order of the facts."""
        if rule.types:
            return self._columns([self._by_type.get(name, ()) for name in rule.types])
        if rule.names is not None:
            fits, policies = rule.names, self._policies
            return self._columns([found for name, found in self._by_name.items() if fits(name, policies)])
        return chain.from_iterable(map(self._of_kind, rule.visits.split(" | ")))

    def _of_kind(self, kind: str) -> Sequence[Visit]:
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(self._found(kind))
        return self._by_kind[kind]

    def _found(self, kind: str) -> Iterator[Visit]:
        project = self._project
        if kind in _OF_PROJECT:
            yield None, None, [fact for fact in _OF_PROJECT[kind](project) if self._is_judged(fact, None)]
        elif kind == "Schema":
            for schema in application(project).schemas:
                yield schema, None, [schema] if self._is_judged(schema, schema) else []
        elif kind in _OF_SCHEMA:
            for schema in project.schemas:
                yield schema, None, [fact for fact in _OF_SCHEMA[kind](schema) if self._is_judged(fact, schema)]
        else:
            of_table = _OF_TABLE[kind]
            for schema, table in self._tables:
                if facts := of_table(table):
                    yield schema, table, facts

    @functools.cached_property
    def _tables(self) -> list[tuple[Schema, Table]]:
        schemas = self._project.schemas
        return [(of, table) for of in schemas for table in of.tables.known if self._is_judged(table, of)]

    def _is_judged(self, fact: Any, schema: Schema | None) -> bool:
        """Whether the fact is the application's own, and of no table that is known and not judged."""
        if schema is not None and self._project.set_aside and _is_set_aside(fact, self._project):
            return False
        if schema is not None and schema.platforms and namespace_of(fact) in schema.platforms:
            return False
        key = table_of(fact, schema)
        if key is None:
            return True
        left = key in self._policies.external_tables or is_bookkeeping(key)
        return not left and (schema is None or key not in schema.set_aside)

    @functools.cached_property
    def _all_columns(self) -> list[Visit]:
        return [(schema, table, (column,)) for schema, table, found in self._of_kind("Column") for column in found]

    @functools.cached_property
    def _by_type(self) -> dict[str | None, list[int]]:
        """Places in the list of all columns, by the bare name of their type; `None` where it is not known."""
        by_type: dict[str | None, list[int]] = {}
        for number, (_, _, (column,)) in enumerate(self._all_columns):
            name = None if isinstance(column.type, Unknown) else column.type.name
            by_type.setdefault(name, []).append(number)
        return by_type

    @functools.cached_property
    def _by_name(self) -> dict[str, list[int]]:
        by_name: dict[str, list[int]] = {}
        for number, (_, _, (column,)) in enumerate(self._all_columns):
            by_name.setdefault(column.name, []).append(number)
        return by_name

    def _columns(self, numbers: Iterable[Iterable[int]]) -> Iterator[Visit]:
        found = self._all_columns
        return (found[number] for number in sorted(chain.from_iterable(numbers)))


def application(project: Project) -> Project:
    """The project for rules that look at a whole schema: without tables that are not judged."""
    if not project.set_aside and not any(schema.set_aside for schema in project.schemas):
        return project
    schemas = []
    for schema in project.schemas:
        tables = tuple(
            table
            for table in schema.tables.known
            if table.key not in schema.set_aside and not _is_set_aside(table, project)
        )
        if tables or not schema.tables.known:
            schemas.append(msgspec.structs.replace(schema, tables=Some(tables, schema.tables.rest)))
    return msgspec.structs.replace(project, schemas=tuple(schemas))


def _is_set_aside(fact: Any, project: Project) -> bool:
    if isinstance(fact, Schema):
        places = [table.place for table in fact.tables.known]
        return bool(places) and all(_path(place) in project.set_aside for place in places)
    return _path(getattr(fact, "place", None)) in project.set_aside


def _path(place: Place | None) -> str | None:
    return place.path if isinstance(place, SourcePlace) else None
