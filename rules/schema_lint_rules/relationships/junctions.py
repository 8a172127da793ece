"""REL011, REL014, REL015: one to one, and many to many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, WARNING, Shared, Violation, rule
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import (
    columns_of,
    declaring_class,
    keeps_a_log,
    quoted,
    relationship_name,
    short,
    singular_name,
    words,
)
from schema_lint_rules._relations import OWN_JOIN, is_implicit_many_to_many, lacks_remote_side
from schema_lint_rules._statements import alter, in_database
from schema_lint_rules._tables import links_rows, tables_by_noun
from schema_lint_rules.shapes import label, listed

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Column, Table

_LISTS = frozenset({"array", "json", "jsonb", "text", "varchar"})


@rule(
    "REL011",
    "one-to-one-without-unique",
    severity=WARNING,
    evidence="SMC",
    reference="models:Profile.user_id",
    peers=(
        "active_record_doctor missing_unique_indexes", "database_consistency MissingIndex (has_one)",
        "Django fields.W342",
    ),
)  # fmt: skip
def one_to_one_without_unique(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """Where a relationship expects one row, a unique key keeps it at one.

    Why: nothing else prevents a second row. SQLAlchemy then takes one of them, with a warning ("Multiple rows returned
    with uselist=False"), and which one is chance.

    Bad:
        ```python
        import uuid
        from typing import Optional
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            profile: Optional["Profile"] = Relationship(back_populates="user")

        class Profile(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            user_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            user: User = Relationship(back_populates="profile")
        ```

    Good:
        ```python
        import uuid
        from typing import Optional
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            profile: Optional["Profile"] = Relationship(back_populates="user")

        class Profile(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            user_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", unique=True)
            user: User = Relationship(back_populates="profile")
        ```

    Exempt:
        - the foreign key, or some of its columns, is a primary key, a unique constraint or a unique index
        - `viewonly`, a join condition or an `order_by` of its own: one of several is picked on purpose
        - at `info`: a partial unique index over it (soft delete)
    """
    if relationship.direction != "ONETOMANY" or known(relationship.uselist) or known(relationship.viewonly):
        return
    if relationship.order_by or any(relationship.argument(name) is not None for name in OWN_JOIN):
        return
    if lacks_remote_side(relationship, schema):
        return
    for key, columns in known(relationship.foreign_keys):
        table = schema.table(key)
        if table is None or any(unique <= frozenset(columns) for unique in schema.unique_sets(table)):
            continue
        table.columns.complete()
        table.unique_constraints.complete()
        table.exclusion_constraints.complete()
        for index in table.indexes.complete():
            if frozenset(index.columns) == frozenset(columns) and index.predicate is None and known(index.unique):
                return
        yield _several_possible(relationship, table, columns, schema)


def _several_possible(relationship: Relationship, table: Table, columns: tuple[str, ...], schema: Schema) -> Violation:
    partial = any(
        index.unique is True and frozenset(index.columns) <= frozenset(columns) for index in table.indexes.known
    )
    column = table.column(columns[0]) if len(columns) == 1 else None
    name, target = relationship_name(relationship), short(known(relationship.target))
    add = f"add unique=True to {label(column)}" if column is not None else "make these columns unique"
    return Violation(
        message=f"{name} expects one {target}, but {columns_of(table.key, columns)} is not unique",
        suggestion=f"{add}, or annotate {name} as list[{target}] if there may be several",
        severity=INFO if partial else None,
    )


@rule(
    "REL014",
    "implicit-many-to-many",
    severity=WARNING,
    evidence="SM",
    reference="models:Task.tags",
)
def implicit_many_to_many(table: Table, schema: Schema, shared: Shared) -> Iterator[Violation]:
    """A many-to-many goes through a table of its own.

    Why: a list of ids in one column has no foreign keys: nothing keeps an id from naming a row that is gone, and no
    index answers which rows contain it. Lists on both sides without a table between cannot be configured at all.

    Bad:
        ```python
        import uuid
        from sqlalchemy import ARRAY, Column, Uuid
        from sqlmodel import Field, SQLModel

        class Tag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=50, unique=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tag_ids: list[uuid.UUID] = Field(default_factory=list, sa_column=Column(ARRAY(Uuid), nullable=False))
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Tag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=50, unique=True)

        class TaskTag(SQLModel, table=True):
            task_id: uuid.UUID = Field(foreign_key="task.id", ondelete="CASCADE", primary_key=True)
            tag_id: uuid.UUID = Field(foreign_key="tag.id", ondelete="CASCADE", primary_key=True, index=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt:
        - a Core `Table` or a class as `secondary` or `link_model`: that is a table of its own
        - columns of ids whose name is not a known table's (`external_ids`, `message_ids` without a table of messages),
          and arrays whose items are not of that table's key type
        - tables that by their name keep history (audit, event, log, version …)
    """
    for key in table.models:
        model = schema.model(key)
        if model is None or model.table != table.key:
            continue
        for relationship in schema.own_relationships(key):
            if is_implicit_many_to_many(relationship, schema) and _is_first(relationship):
                yield _lists_on_both_sides(relationship, table)
    if keeps_a_log(table) or table.is_view:
        return
    for column in table.columns.known:
        target = _listed_table(column, shared)
        if target is not None and target.key != table.key:
            yield _ids_in_a_column(column, table, target)


def _is_first(relationship: Relationship) -> bool:
    return (relationship.model, relationship.name) <= (known(relationship.target), known(relationship.back_populates))


def _lists_on_both_sides(relationship: Relationship, table: Table) -> Violation:
    name, target = relationship_name(relationship), short(known(relationship.target))
    return Violation(
        message=f"{name} and {target}.{known(relationship.back_populates)} are lists on both sides, "
        "and no table is between them",
        suggestion="add a junction table with foreign keys to both, and name it as link_model or secondary on both",
        severity=ERROR,
        subject=Subject(
            kind="relationship",
            schema=table.schema,
            table=table.name,
            class_=relationship.model,
            attribute=relationship.name,
        ),
        place=relationship.place,
    )


def _listed_table(column: Column, shared: Shared) -> Table | None:
    """The table whose keys the column holds a list of, by its name and type."""
    parts = words(column.name)
    kind = column.type
    if len(parts) < 2 or parts[-1] not in ("ids", "uuids") or isinstance(kind, Unknown) or kind.name not in _LISTS:
        return None
    wanted = singular_name("_".join(parts[:-1]))
    found = shared.of(tables_by_noun).get(wanted, [])
    if len(found) != 1 or len(found[0].primary_key.columns) != 1:
        return None
    key = found[0].column(found[0].primary_key.columns[0])
    if key is None or (kind.name == "array" and known(key.type).name != kind.item):
        return None
    return found[0]


def _ids_in_a_column(column: Column, table: Table, target: Table) -> Violation:
    junction = f"{singular_name(table.name)}_{target.name}"
    return Violation(
        message=f"{table.key}.{column.name} holds ids of {target.key} in one column",
        suggestion=f"make a junction table ({junction}) with foreign keys to {table.key} and {target.key}",
        subject=Subject(
            kind="column",
            schema=table.schema,
            table=table.name,
            columns=(column.name,),
            class_=column.declaration.owner if column.declaration else None,
            attribute=column.attribute,
        ),
        place=column.place,
    )


@rule(
    "REL015",
    "junction-without-key",
    severity=WARNING,
    evidence="SMC",
    reference="models:TaskTag",
    peers=("active_record_doctor missing_unique_indexes (join tables)", "Django models.E003"),
)
def junction_without_key(table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A junction table holds each pair once.

    Why: without a key over its foreign keys a pair can be added twice; the list then shows it twice, and removing it
    through the ORM fails because it expects to delete one row.

    The index for the way back, from the second foreign key, is FK001's to ask for.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class TaskTag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            task_id: uuid.UUID = Field(foreign_key="task.id", ondelete="CASCADE", index=True)
            tag_id: uuid.UUID = Field(foreign_key="tag.id", ondelete="CASCADE", index=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tags: list["Tag"] = Relationship(back_populates="tasks", link_model=TaskTag)

        class Tag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list[Task] = Relationship(back_populates="tags", link_model=TaskTag)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class TaskTag(SQLModel, table=True):
            task_id: uuid.UUID = Field(foreign_key="task.id", ondelete="CASCADE", primary_key=True)
            tag_id: uuid.UUID = Field(foreign_key="tag.id", ondelete="CASCADE", primary_key=True, index=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tags: list["Tag"] = Relationship(back_populates="tasks", link_model=TaskTag)

        class Tag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list[Task] = Relationship(back_populates="tags", link_model=TaskTag)
        ```

    Exempt:
        - a table with columns of its own beside the foreign keys, a surrogate key and audit timestamps, unless a
          many-to-many relationship writes to it (one with `viewonly` only looks through)
        - a primary key that holds two of the foreign keys and more
        - a column that is a foreign key to several tables; without a many-to-many, more than two foreign keys
        - a table without any primary key (KEY001)
        - tables that by their name keep history (audit, event, log, version …)
        - at `info`: a table that no many-to-many relationship goes through: its rows may be events
    """
    secondary = table.key in schema.secondary_tables
    if not table.primary_key.columns or table.is_view or not links_rows(table, schema, policies):
        return
    if keeps_a_log(table):
        return
    linked = _linked(table, schema)
    if not linked or any(unique <= linked for unique in schema.unique_sets(table)):
        return
    if len(linked.intersection(table.primary_key.columns)) > 1:
        return
    for collection in (
        table.columns,
        table.foreign_keys,
        table.unique_constraints,
        table.exclusion_constraints,
        table.indexes,
    ):
        collection.complete()
    parents = dict.fromkeys(fk.target_table for fk in table.foreign_keys.known if linked.issuperset(fk.columns))
    columns = [column.name for column in table.columns if column.name in linked]
    names = ", ".join(f'"{name}"' for name in columns)
    link = "pair" if len(columns) == 2 else "combination"
    yield Violation(
        message=f"{table.key} links {listed(parents)}, but nothing keeps it from holding a {link} twice",
        suggestion=f"make ({', '.join(columns)}) the primary key of {declaring_class(table)}, or add "
        + ("a unique constraint" if in_database(table) else f"UniqueConstraint({names})"),
        sql=alter(table, f"ADD UNIQUE ({', '.join(map(quoted, columns))})"),
        severity=None if secondary else INFO,
    )


def _linked(table: Table, schema: Schema) -> frozenset[str]:
    """Columns of the foreign keys that a many-to-many relationship follows; without one, of the only two there are.

    None where a column belongs to several foreign keys: which of them holds depends on the row.
    """
    columns = [column for fk in table.foreign_keys.known for column in fk.columns]
    if len(columns) > len(set(columns)):
        return frozenset()
    for relationship in schema.relationships.known:
        if isinstance(relationship.secondary, str) and relationship.secondary == table.key:
            followed = [columns for key, columns in known(relationship.foreign_keys) if key == table.key]
            own_join = any(relationship.argument(name) is not None for name in OWN_JOIN)
            return frozenset() if own_join or len(followed) < 2 else frozenset(c for cs in followed for c in cs)
    return frozenset(columns if len(table.foreign_keys.known) == 2 else ())
