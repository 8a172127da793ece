"""One schema for each `MetaData`, database or replayed step; one project for all that was read."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import msgspec

from schema_lint.facts.application import (
    ConnectionSetting,
    Engine,
    SchemaCall,
    SessionFactory,
    SessionUse,
    UrlLiteral,
)
from schema_lint.facts.database import (
    Domain,
    Extension,
    Function,
    Grant,
    Namespace,
    Role,
    RowPolicy,
    Sample,
    Sequence,
    Server,
    Trigger,
)
from schema_lint.facts.difference import Difference
from schema_lint.facts.environments import AddressOption
from schema_lint.facts.files import Module, Suppression, UnreadFile
from schema_lint.facts.histories import Histories
from schema_lint.facts.migrations import RevisionEdit
from schema_lint.facts.models import MappingError, Model, Relationship, UpdateHook
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.schema import Column, ForeignKey, Table, TableKey
from schema_lint.facts.types import EnumType
from schema_lint.facts.unknown import Some, Unknown


class NamingConvention(msgspec.Struct, frozen=True, kw_only=True, tag="convention"):
    """A `MetaData`'s naming convention."""

    templates: dict[str, str]
    """By kind: `ix`, `uq`, `ck`, `fk`, `pk`."""

    stated: bool
    """The project set it, rather than the library (`{"ix": "ix_%(column_0_label)s"}` is SQLAlchemy's own)."""


class Schema(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything one `MetaData` (or one database, or one replayed step) holds."""

    label: str
    """`app.models.Base.metadata`, or the database's name."""

    evidence: str
    """`S`, `M`, `C`, `G` or `R`; `CP` with a database's statistics, `SM` where the source and what was built of it are
    merged."""

    tables: Some[Table] = Some()
    models: Some[Model] = Some()
    relationships: Some[Relationship] = Some()
    enums: Some[EnumType] = Some()
    default_schema: str | None = None
    naming_convention: NamingConvention | Unknown
    mapping_errors: tuple[MappingError, ...] = ()
    database: str | None = None
    """Name of the configured database unit it belongs to."""

    other_dialects: tuple[str, ...] = ()
    """Dialects besides PostgreSQL that the project supports, as far as it shows; rules about forms that only
    PostgreSQL has are silent then."""

    partial: bool = False
    """Of a database only some schemas were read: what the others have may refer to what is here."""

    server: Server | None = None
    """Where it was read from a database; the facts below are then known, too."""

    namespaces: tuple[Namespace, ...] = ()
    roles: tuple[Role, ...] = ()
    grants: tuple[Grant, ...] = ()
    row_policies: tuple[RowPolicy, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    functions: tuple[Function, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    extensions: tuple[Extension, ...] = ()
    available_extensions: tuple[str, ...] | None = None
    """Names of those that the server could install, or has; `None` where it was not asked."""

    domains: tuple[Domain, ...] = ()
    samples: tuple[Sample, ...] = ()
    """Of rows, where that was asked for."""

    set_aside: frozenset[TableKey] = frozenset()
    """Tables that are known and not judged: what was excluded, and what another tool keeps for itself."""

    platforms: frozenset[str] = frozenset()
    """Names of its schemas that a hosting platform keeps for itself: what is in them is known and not judged."""

    place: Place | None = None

    @functools.cached_property
    def _tables(self) -> dict[TableKey, Table]:
        return {table.key: table for table in self.tables.known}

    @functools.cached_property
    def _enums(self) -> dict[str, EnumType]:
        return {enum.key or str(enum.name): enum for enum in self.enums.known if enum.key or isinstance(enum.name, str)}

    @functools.cached_property
    def _numbering(self) -> dict[tuple[TableKey, str], Sequence]:
        numbering: dict[tuple[TableKey, str], Sequence] = {}
        for sequence in self.sequences:
            owned = (sequence.owned_by,) if sequence.identity and sequence.owned_by is not None else ()
            for column in (*sequence.feeds, *owned):
                numbering.setdefault(column, sequence)
        return numbering

    @functools.cached_property
    def _models(self) -> dict[str, Model]:
        return {model.key: model for model in self.models.known}

    @functools.cached_property
    def _relationships(self) -> dict[str, tuple[Relationship, ...]]:
        by_model: dict[str, list[Relationship]] = {}
        for relationship in self.relationships.known:
            by_model.setdefault(relationship.model, []).append(relationship)
        return {key: tuple(found) for key, found in by_model.items()}

    @functools.cached_property
    def _referencing(self) -> dict[TableKey, tuple[ForeignKey, ...]]:
        by_target: dict[TableKey, list[ForeignKey]] = {}
        for table in self.tables.known:
            for foreign_key in table.foreign_keys.known:
                by_target.setdefault(foreign_key.target_table, []).append(foreign_key)
        return {key: tuple(found) for key, found in by_target.items()}

    @functools.cached_property
    def _over(self) -> dict[tuple[TableKey, frozenset[str]], tuple[Relationship, ...]]:
        over: dict[tuple[TableKey, frozenset[str]], list[Relationship]] = {}
        for relationship in self.relationships.known:
            if not isinstance(relationship.foreign_keys, Unknown):
                for table, columns in relationship.foreign_keys:
                    over.setdefault((table, frozenset(columns)), []).append(relationship)
        return {key: tuple(found) for key, found in over.items()}

    @functools.cached_property
    def secondary_tables(self) -> frozenset[TableKey]:
        """Tables that a many-to-many relationship is known to go through."""
        named = (relationship.secondary for relationship in self.relationships.known)
        return frozenset(key for key in named if isinstance(key, str))

    @functools.cached_property
    def written_secondary_tables(self) -> frozenset[TableKey]:
        """Those whose rows a many-to-many relationship writes, and does not only look through (`viewonly`)."""
        named = (r.secondary for r in self.relationships.known if r.viewonly is not True)
        return frozenset(key for key in named if isinstance(key, str))

    @functools.cached_property
    def _by_type(self) -> dict[str, tuple[Column, ...]]:
        by_type: dict[str, list[Column]] = {}
        for table in self.tables.known:
            for column in table.columns.known:
                if not isinstance(column.type, Unknown):
                    by_type.setdefault(column.type.name, []).append(column)
        return {name: tuple(found) for name, found in by_type.items()}

    @functools.cached_property
    def _by_enum(self) -> dict[str, tuple[Column, ...]]:
        by_enum: dict[str, list[Column]] = {}
        for table in self.tables.known:
            for column in table.columns.known:
                if not isinstance(column.type, Unknown) and column.type.enum is not None:
                    by_enum.setdefault(column.type.enum, []).append(column)
        return {key: tuple(found) for key, found in by_enum.items()}

    @functools.cached_property
    def _domains(self) -> dict[str, Domain]:
        # Of two domains of one name the first.
        found = {f"{domain.schema}.{domain.name}": domain for domain in reversed(self.domains)}
        return found | {domain.name: domain for domain in reversed(self.domains)}

    @functools.cached_property
    def _samples(self) -> dict[tuple[TableKey, str, str], Sample]:
        # Of two samples of one column the first.
        return {(found.table, found.determinant, found.column): found for found in reversed(self.samples)}

    @functools.cached_property
    def _row_policies(self) -> dict[TableKey, tuple[RowPolicy, ...]]:
        by_table: dict[TableKey, list[RowPolicy]] = {}
        for policy in self.row_policies:
            by_table.setdefault(policy.table, []).append(policy)
        return {key: tuple(found) for key, found in by_table.items()}

    @functools.cached_property
    def _functions(self) -> dict[str, list[int]]:
        by_signature: dict[str, list[int]] = {}
        for number, function in enumerate(self.functions):
            by_signature.setdefault(function.signature, []).append(number)
        return by_signature

    @functools.cached_property
    def _callers(self) -> dict[str, tuple[RowPolicy, ...]]:
        by_function: dict[str, list[RowPolicy]] = {}
        for policy in self.row_policies:
            for signature in dict.fromkeys(policy.functions):
                by_function.setdefault(signature, []).append(policy)
        return {signature: tuple(found) for signature, found in by_function.items()}

    @functools.cached_property
    def _grants(self) -> dict[tuple[str, str | None, str], tuple[Grant, ...]]:
        by_object: dict[tuple[str, str | None, str], list[Grant]] = {}
        for grant in self.grants:
            by_object.setdefault((grant.kind, grant.schema, grant.object), []).append(grant)
        return {key: tuple(found) for key, found in by_object.items()}

    @functools.cached_property
    def _roles(self) -> dict[str, Role]:
        return {role.name: role for role in self.roles}

    def columns_of_enum(self, key: str) -> tuple[Column, ...]:
        """Columns whose type is the enum of that key, as far as types are known."""
        return self._by_enum.get(key, ())

    def domain(self, name: str) -> Domain | None:
        """The domain of that name, with or without its schema."""
        return self._domains.get(name)

    def columns_of_type(self, name: str) -> tuple[Column, ...]:
        """Columns whose type has that bare name (`ColumnType.name`), as far as types are known."""
        return self._by_type.get(name, ())

    def table(self, key: TableKey) -> Table | None:
        """The table of that key, if it is known."""
        return self._tables.get(key)

    def column(self, table: TableKey, name: str) -> Column | None:
        """The column of that name, if it is known."""
        found = self._tables.get(table)
        return found.column(name) if found else None

    def sequence_of(self, table: TableKey, column: str) -> Sequence | None:
        """The sequence that numbers the column, if a database says so."""
        return self._numbering.get((table, column))

    def sample_of(self, table: TableKey, determinant: str, column: str) -> Sample | None:
        """What some rows say of a column beside a foreign key, where rows were read."""
        return self._samples.get((table, determinant, column))

    def model(self, key: str) -> Model | None:
        """The class of that key, if it is known."""
        return self._models.get(key)

    def enum(self, key: str | None) -> EnumType | None:
        """The enum of that key, if it is known."""
        return self._enums.get(key) if key is not None else None

    def own_relationships(self, model: str) -> tuple[Relationship, ...]:
        """Relationships that belong to the class itself, not to a mapped ancestor."""
        return self._relationships.get(model, ())

    def relationships_of(self, model: str) -> tuple[Relationship, ...]:
        """Relationships of the class, those of its mapped ancestors included; an own one hides an inherited one."""
        found = {r.name: r for r in self._relationships.get(model, ())}
        seen = {model}
        parent = self._models.get(model)
        while parent is not None and parent.inherits is not None and parent.inherits not in seen:
            seen.add(parent.inherits)
            for relationship in self._relationships.get(parent.inherits, ()):
                found.setdefault(relationship.name, relationship)
            parent = self._models.get(parent.inherits)
        return tuple(found.values())

    def relationship(self, model: str, name: str) -> Relationship | None:
        """The relationship of that name on the class, if it is known."""
        return next((r for r in self.relationships_of(model) if r.name == name), None)

    def relationships_over(self, table: TableKey, columns: Iterable[str]) -> tuple[Relationship, ...]:
        """Relationships whose join is known to follow the foreign key of those columns."""
        return self._over.get((table, frozenset(columns)), ())

    def foreign_keys_to(self, table: TableKey) -> tuple[ForeignKey, ...]:
        """Foreign keys of other tables (or its own) that reference the table."""
        return self._referencing.get(table, ())

    def row_policies_of(self, table: TableKey) -> tuple[RowPolicy, ...]:
        """The table's policies of row-level security."""
        return self._row_policies.get(table, ())

    def row_policies_calling(self, function: Function) -> tuple[RowPolicy, ...]:
        """Policies of row-level security that call the function."""
        return self._callers.get(function.signature, ())

    def functions_of(self, policy: RowPolicy) -> tuple[Function, ...]:
        """The functions that the policy calls, PostgreSQL's own apart."""
        numbers = {number for signature in policy.functions for number in self._functions.get(signature, ())}
        return tuple(self.functions[number] for number in sorted(numbers))

    def grants_on(self, kind: str, schema: str | None, name: str) -> tuple[Grant, ...]:
        """Rights on an object, by its kind, schema and name as in `Grant`."""
        return self._grants.get((kind, schema, name), ())

    def role(self, name: str) -> Role | None:
        """The role of that name, if it is known."""
        return self._roles.get(name)

    def unique_sets(self, table: Table) -> tuple[frozenset[str], ...]:
        """Column sets that the database keeps unique for every row: those that a foreign key may reference, and those
        that an exclusion constraint compares by `=` alone."""
        excluded = [
            frozenset(column for column in constraint.columns if column is not None)
            for constraint in table.exclusion_constraints.known
            if constraint.predicate is None and None not in constraint.columns and set(constraint.operators) == {"="}
        ]
        return (*self.referable_sets(table), *excluded)

    def referable_sets(self, table: Table) -> tuple[frozenset[str], ...]:
        """Column sets that a foreign key may reference: keys, unique constraints, whole unique indexes."""
        sets = [frozenset(table.primary_key.columns)] if table.primary_key.columns else []
        sets += [frozenset(unique.columns) for unique in table.unique_constraints.known]
        for index in table.indexes.known:
            columns = [column for column in index.columns if column is not None]
            if index.unique is True and index.predicate is None and len(columns) == len(index.parts):
                sets.append(frozenset(columns))
        return tuple(sets)


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """Another branch, where this one left it: its code still runs while this one's revisions are applied."""

    name: str
    """As it was asked for: `origin/main`."""

    schemas: tuple[Schema, ...] = ()
    """What its models declare, tests and revisions apart."""

    revisions: frozenset[str] = frozenset()
    """Identifiers."""

    edits: tuple[RevisionEdit, ...] = ()


class Project(Histories, frozen=True, kw_only=True, dict=True):
    """All that was read in one run."""

    evidence: str = "S"
    """What was read: letters as in `Schema.evidence`."""

    schemas: tuple[Schema, ...] = ()
    engines: Some[Engine] = Some()
    session_factories: Some[SessionFactory] = Some()
    session_uses: tuple[SessionUse, ...] = ()
    url_literals: tuple[UrlLiteral, ...] = ()
    settings: tuple[ConnectionSetting, ...] = ()
    schema_calls: tuple[SchemaCall, ...] = ()
    address_options: tuple[AddressOption, ...] = ()
    """URLs that an `env.py` of Alembic sets."""

    update_hooks: tuple[UpdateHook, ...] = ()
    given_keys: frozenset[str] = frozenset()
    """Attributes (`app.models.Task.id`) of UUID keys without a default that code of the project gives a value where
    it makes the object."""

    constructed: frozenset[str] = frozenset()
    """Attributes (`app.models.Task.created_at`) that the class's own constructor sets."""

    modules: tuple[Module, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    import_roots: tuple[str, ...] = ()
    """Folders that the modules' names begin at, as far as modules were read; `""` is the project root."""

    set_aside: frozenset[str] = frozenset()
    """Paths of tests and of revisions: the tables made there are not the application's, and are not judged."""

    differences: tuple[Difference, ...] = ()
    """Where the database differs from the models, if both were read to be compared."""

    suppressions: tuple[Suppression, ...] = ()
    """Filled in after the other rules have run, so that what silenced nothing is known."""

    base: Base | None = None
    """The branch that this one is compared with, if it is with one."""

    sets_statement_timeout: bool = False
    """Some file of the project mentions `statement_timeout`."""

    sets_lock_timeout: bool = False
    """The same of `lock_timeout`."""

    sqlalchemy_version: tuple[int, ...] = ()
    sqlmodel_version: tuple[int, ...] = ()
    version_source: str = "newest is assumed"
    files_read: int = 0
    files_skipped: int = 0

    @functools.cached_property
    def declaring(self) -> frozenset[str]:
        """Paths of the files that declare tables."""
        tables = (table for schema in self.schemas for table in schema.tables.known)
        return frozenset(table.place.path for table in tables if isinstance(table.place, SourcePlace))
