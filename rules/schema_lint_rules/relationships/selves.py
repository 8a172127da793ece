"""REL017: relationships of a class with itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.unknown import known
from schema_lint_rules._names import relationship_name, short
from schema_lint_rules._relations import is_self_reference, lacks_remote_side

if TYPE_CHECKING:
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.project import Schema


@rule(
    "REL017",
    "self-reference-without-remote-side",
    severity=ERROR,
    evidence="SM",
    reference="models:Task.parent",
    minimal=True,
    peers=("SQLAlchemy mapper configuration",),
)
def self_reference_without_remote_side(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """The parent side of a self reference says with `remote_side` which column is the parent's.

    Why: both columns are in one table, so SQLAlchemy cannot tell parent from children and takes every such relationship
    for the list. Of a pair it then says that both lead in the same direction; alone, the attribute holds the children.

    Bad:
        ```python
        import uuid
        from typing import Optional
        from sqlmodel import Field, Relationship, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            parent_id: uuid.UUID | None = Field(default=None, foreign_key="task.id", ondelete="SET NULL", index=True)
            parent: Optional["Task"] = Relationship(back_populates="subtasks")
            subtasks: list["Task"] = Relationship(back_populates="parent")
        ```

    Good:
        ```python
        import uuid
        from typing import Optional
        from sqlmodel import Field, Relationship, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            parent_id: uuid.UUID | None = Field(default=None, foreign_key="task.id", ondelete="SET NULL", index=True)
            parent: Optional["Task"] = Relationship(
                back_populates="subtasks", sa_relationship_kwargs={"remote_side": "Task.id"}
            )
            subtasks: list["Task"] = Relationship(back_populates="parent")
        ```

    Exempt:
        - one object whose other side has `remote_side` (the `next` of a `previous`), or that says `uselist=False`
        - a join condition or a table between (`secondary`)
        - a relationship without an annotation, unless it is named after its foreign key (`parent` of `parent_id`) or
          its other side leads in the same direction
    """
    if not lacks_remote_side(relationship, schema) and not _is_second_list(relationship, schema):
        return
    name, cls = relationship_name(relationship), short(relationship.model)
    model = schema.model(relationship.model)
    table = schema.table(model.table) if model is not None and model.table is not None else None
    key = table.primary_key.columns if table is not None else ()
    column = key[0] if len(key) == 1 else "id"
    argument = f'remote_side="{cls}.{column}"'
    if model is not None and model.style == "sqlmodel":
        argument = f'sa_relationship_kwargs={{"remote_side": "{cls}.{column}"}}'
    yield Violation(
        message=f"{name} leads from {cls} to itself without remote_side, so SQLAlchemy takes it for the children",
        suggestion=f"add {argument} to {name}",
    )


def _is_second_list(relationship: Relationship, schema: Schema) -> bool:
    """The pair is without annotations, both are lists, and this is the one to be reported."""
    named = relationship.back_populates
    if relationship.annotation is not None or not isinstance(named, str) or relationship.generated_by_backref:
        return False
    if not known(relationship.target_found) or not is_self_reference(relationship, schema):
        return False
    other = schema.relationship(known(relationship.target), named)
    if other is None or other is relationship or other.annotation is not None:
        return False
    lists = known(relationship.direction) == "ONETOMANY" and known(other.direction) == "ONETOMANY"
    named_after_key = lacks_remote_side(relationship, schema) or lacks_remote_side(other, schema)
    return lists and not named_after_key and relationship.name < other.name
