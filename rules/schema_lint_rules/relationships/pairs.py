"""REL001–REL005: the two sides of a relationship. A pair that is wrong is reported by exactly one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Edit, Fix, Subject
from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import known
from schema_lint_rules._fixes import one_edit
from schema_lint_rules._names import columns_of, relationship_name, short
from schema_lint_rules._relations import Flaw, flaw, other_sides

if TYPE_CHECKING:
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.project import Schema

_JOINS = frozenset({"primaryjoin", "secondaryjoin"})


@rule(
    "REL001",
    "one-sided-relationship",
    severity=WARNING,
    evidence="SM",
    silences=("TBL017",),
    reference="models:User.tasks",
)
def one_sided_relationship(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """A relationship has its other side.

    Why: without it, code that holds the other object has to query for what the ORM already knows, and a collection
    whose elements know nothing of it is written back only when the parent is flushed.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship()

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt:
        - `viewonly` relationships, and those that a `viewonly` one answers
        - at `info`: a lone many-to-one, which is how a class points to a hub (a user, a tenant) that should not carry a
          collection of everything; a relationship whose join is written out (`primaryjoin`), which may well have no
          other side (the tasks of a user that are overdue)
        - a class or foreign key that could not be read, on either side
    """
    found = flaw(relationship, schema)
    if found is None or found.code != "REL001":
        return
    target = short(known(relationship.target))
    lone = relationship.direction == "MANYTOONE" or any(a.name in _JOINS for a in relationship.stated)
    yield Violation(
        message=f"{relationship_name(relationship)} leads to {target}, and nothing leads back from {target} to "
        f"{short(relationship.model)}",
        suggestion=f'add a relationship to {target} and name each in the other\'s back_populates="…"',
        severity=INFO if lone else None,
    )


@rule(
    "REL002",
    "relationship-without-back-populates",
    severity=ERROR,
    evidence="SM",
    silences=("TBL017",),
    reference="models:Task.owner",
    fix="safe",
    peers=("SQLAlchemy warning qzyx (copy conflict)", "flake8-sqlalchemy SQA300"),
)
def relationship_without_back_populates(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """Both sides of a relationship name each other in `back_populates`.

    Why: two relationships over one foreign key that do not know of each other both write it; a change on one side does
    not show on the other until the next query, and the later flush wins (SQLAlchemy error qzyx: relationship X will
    copy column Q to column P, which conflicts with relationship(s) Y).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship()
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt:
        - `viewonly` relationships
        - where neither side names the other: one with `overlaps` or a join condition of its own
        - at `warning`: a further relationship over a foreign key whose two sides do name each other
    """
    found = flaw(relationship, schema)
    if found is None or found.code != "REL002" or found.other is None:
        return
    here, there = relationship_name(relationship), relationship_name(found.other)
    if found.kind == "silent":
        message = f'{there} says back_populates="{relationship.name}", but {here} does not name it back'
        suggestion = f'add back_populates="{found.other.name}" to {here}'
    elif found.kind == "both-silent":
        path = "go through one table" if relationship.direction == "MANYTOMANY" else "follow one foreign key"
        message = f"{here} and {there} {path} and do not know of each other"
        suggestion = f'add back_populates="{found.other.name}" to {here} and back_populates="{relationship.name}" '
        suggestion += f"to {there}"
    else:
        message = f"{here} writes the foreign key that {there} and its other side write already"
        suggestion = f"set viewonly=True on {here}, or name in overlaps what it shares"
    yield Violation(
        message=message,
        suggestion=suggestion,
        severity=WARNING if found.kind == "extra" else None,
        subjects=(_subject(found.other, schema),),
        related=_places(found.other),
        fix=_name_back(relationship, found),
    )


def _name_back(relationship: Relationship, found: Flaw) -> Fix | None:
    """Name the other side on each silent one; nothing where more than one could be meant."""
    if found.other is None or found.kind == "extra":
        return None
    sides = [(relationship, found.other)]
    if found.kind == "both-silent":
        sides.append((found.other, relationship))
    edits = [
        Edit(intent="set-argument", place=side.place, name="back_populates", value=f'"{named.name}"')
        for side, named in sides
        if isinstance(side.place, SourcePlace)
    ]
    return Fix(applicability="safe", edits=tuple(edits)) if len(edits) == len(sides) else None


@rule(
    "REL003",
    "back-populates-mismatch",
    severity=ERROR,
    evidence="SM",
    silences=("TBL017",),
    reference="models:Task.owner",
    minimal=True,
    fix="safe",
    peers=("SQLAlchemy mapper configuration",),
)
def back_populates_mismatch(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """The two sides of a relationship name each other, and no third one.

    Why: SQLAlchemy refuses to configure the mappers where the named relationship leads to another class or in the same
    direction; where it merely names a third one, the two sides drift apart in memory and nothing says so.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")
            done_tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt:
        - classes of one line of inheritance count as one
        - `viewonly` on either side; two sides of a self reference in the same direction (REL017)
    """
    found = flaw(relationship, schema)
    if found is None or found.code != "REL003" or found.other is None:
        return
    here, there = relationship_name(relationship), relationship_name(found.other)
    says = f'{here} says back_populates="{found.other.name}"'
    if found.kind == "misdirected":
        message = f"{says}, but {there} leads to {short(known(found.other.target))}, not to {short(relationship.model)}"
        suggestion = f"name a relationship of {short(found.other.model)} that leads to {short(relationship.model)}"
    elif found.kind == "other-path":
        message = f"{says}, but the two follow different foreign keys ({_path(relationship)}; {_path(found.other)})"
        suggestion = f"name a relationship of {short(found.other.model)} over {_path(relationship)}"
    elif found.kind == "same-direction":
        message = f"{here} and {there} name each other, but lead in the same direction"
        suggestion = "make one the list and the other the single object"
    else:
        message = f"{says}, but {there} names {known(found.other.back_populates)} back"
        suggestion = f'set back_populates="{relationship.name}" on {there}, or viewonly=True on {here}'
    yield Violation(
        message=message,
        suggestion=suggestion,
        subjects=(_subject(found.other, schema),),
        related=_places(found.other),
        fix=_answer(relationship, found, schema),
    )


def _path(relationship: Relationship) -> str:
    return ", ".join(columns_of(table, columns) for table, columns in known(relationship.foreign_keys))


def _answer(relationship: Relationship, found: Flaw, schema: Schema) -> Fix | None:
    """Let the other side name this one, where they follow one foreign key and nothing else answers the other side."""
    other = found.other
    if found.kind != "answers-another" or other is None or not isinstance(other.place, SourcePlace):
        return None
    third = schema.relationship(known(other.target), known(other.back_populates) or "")
    answered = third is not None and known(third.back_populates) == other.name
    if answered or not any(side is other for side in other_sides(relationship, schema)):
        return None
    return one_edit("set-argument", other.place, "back_populates", f'"{relationship.name}"', applicability="safe")


@rule(
    "REL004",
    "back-populates-target-missing",
    severity=ERROR,
    evidence="SM",
    reference="models:Task.owner",
    minimal=True,
    peers=("SQLAlchemy mapper configuration",),
)
def back_populates_target_missing(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """The attribute that `back_populates` names exists, and is a relationship.

    Why: at the first query SQLAlchemy fails to configure the mappers, all of them, with an error that names the other
    class ("Mapper … has no property …").

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="user")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt: targets whose attributes could not all be read.
    """
    found = flaw(relationship, schema)
    if found is None or found.code != "REL004":
        return
    target, name = known(relationship.target), known(relationship.back_populates)
    model = schema.model(target)
    declared = model is not None and any(attribute.name == name for attribute in model.attributes)
    state = f"{short(target)}.{name} is no relationship" if declared else f"{short(target)} has no {name}"
    nearest = _nearest(relationship, schema)
    yield Violation(
        message=f'{relationship_name(relationship)} says back_populates="{name}", but {state}',
        suggestion=f'set back_populates="{nearest}"'
        if nearest
        else f"add {short(target)}.{name} as a relationship to {short(relationship.model)} with "
        f'back_populates="{relationship.name}"',
    )


def _nearest(relationship: Relationship, schema: Schema) -> str | None:
    from difflib import get_close_matches

    leading_back = [
        other.name
        for other in schema.relationships_of(known(relationship.target))
        if isinstance(other.target, str) and other.target == relationship.model
    ]
    answering = [
        other.name
        for other in schema.relationships_of(known(relationship.target))
        if isinstance(other.back_populates, str)
        and other.back_populates == relationship.name
        and other.name in leading_back
    ]
    close = get_close_matches(str(relationship.back_populates), leading_back, 1)
    return next(iter([*answering, *close, *(leading_back if len(leading_back) == 1 else ())]), None)


@rule(
    "REL005",
    "legacy-backref",
    severity=WARNING,
    evidence="SM",
    reference="models:User.tasks",
    peers=("flake8-sqlalchemy SQA300", "flake8-sqlalchemy2 SA203"),
)
def legacy_backref(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """Both sides of a relationship are written out, rather than one of them made by `backref`.

    Why: the attribute that `backref` makes stands in no class: readers, type checkers and editors do not find it
    (SQLAlchemy calls it legacy and recommends `back_populates`).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(sa_relationship_kwargs={"backref": "owner"})

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt: `viewonly` relationships.
    """
    found = flaw(relationship, schema)
    if found is None or found.code != "REL005":
        return
    target, made = short(known(relationship.target)), known(relationship.backref)
    yield Violation(
        message=f"{relationship_name(relationship)} makes {target}.{made} by backref, where no reader of {target} "
        "finds it",
        suggestion=f'write {target}.{made} out with back_populates="{relationship.name}", and say '
        f'back_populates="{made}" here',
    )


def _subject(relationship: Relationship, schema: Schema) -> Subject:
    model = schema.model(relationship.model)
    table = schema.table(model.table) if model is not None and model.table is not None else None
    return Subject(
        kind="relationship",
        schema=table.schema if table is not None else None,
        table=table.name if table is not None else None,
        class_=relationship.model,
        attribute=relationship.name,
    )


def _places(relationship: Relationship) -> tuple[SourcePlace, ...]:
    return (relationship.place,) if isinstance(relationship.place, SourcePlace) else ()
