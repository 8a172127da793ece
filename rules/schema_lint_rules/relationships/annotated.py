"""REL010, REL016: what a relationship's annotation says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Fix
from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.unknown import known
from schema_lint_rules._fixes import one_edit
from schema_lint_rules._names import relationship_name, short
from schema_lint_rules._relations import is_self_reference

if TYPE_CHECKING:
    from schema_lint.facts.models import Model, Relationship
    from schema_lint.facts.project import Schema

_QUERIES = frozenset({"dynamic", "write_only"})


@rule(
    "REL010",
    "relationship-annotation-mismatch",
    severity=ERROR,
    evidence="S",
    reference="models:User.tasks",
    fix="safe",
)
def relationship_annotation_mismatch(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """A relationship is annotated as a list if it holds several objects, as one if it holds one.

    Why: the foreign key decides which it is. A list on the side that has the foreign key is never a list: the attribute
    holds one object, no error says so, and a loop over it fails.

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
            owner: list[User] = Relationship(back_populates="tasks")
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
        - one object on the other side of a foreign key: that is a one-to-one, and REL011 asks for its unique key
        - `lazy="dynamic"` and `"write_only"`, a `collection_class`, and annotations that name neither
        - lists on both sides and no foreign key (REL014)
    """
    annotated = relationship.annotation_collection
    if annotated is None or relationship.lazy in _QUERIES or relationship.argument("collection_class") is not None:
        return
    several = known(relationship.uselist)
    if known(annotated) == several:
        return
    name, target = relationship_name(relationship), short(known(relationship.target))
    if several:
        yield Violation(
            message=f"{name} is annotated as one {target}, but holds a list",
            suggestion=f"annotate it as list[{target}]",
            fix=_as_list(relationship, schema),
        )
    elif relationship.argument("uselist") is None and relationship.direction == "MANYTOONE":
        yield _list_on_the_one_side(relationship, schema)
    else:
        yield Violation(
            message=f"{name} is annotated as a list, but uselist=False makes it one {target}",
            suggestion=f"remove uselist=False, or annotate it as {target} | None",
        )


def _as_list(relationship: Relationship, schema: Schema) -> Fix | None:
    """The annotation as a list, where it is a class's name and nothing else."""
    model, text = schema.model(relationship.model), (relationship.annotation or "").strip()
    name = _unquoted(text) or text
    if model is None or model.postponed_annotations:
        return None
    if not _is_name(name) or model.style != "sqlmodel":
        return None
    value = f'list["{name}"]' if name != text else f"list[{name}]"
    return one_edit("set-annotation", relationship.place, value=value, applicability="safe")


def _list_on_the_one_side(relationship: Relationship, schema: Schema) -> Violation:
    name, target = relationship_name(relationship), short(known(relationship.target))
    if is_self_reference(relationship, schema):
        return Violation(
            message=f"{name} is annotated as a list, but remote_side makes it the parent: it holds one {target}",
            suggestion="give remote_side to the single object, not to the list",
        )
    keys = ", ".join(column for _, columns in known(relationship.foreign_keys) for column in columns)
    owner = short(relationship.model)
    return Violation(
        message=f"{name} is annotated as a list, but {owner} has the foreign key ({keys}): it holds one {target}",
        suggestion=f"annotate it as {target}, or move the foreign key to {target} if one {owner} has several",
    )


@rule(
    "REL016",
    "unresolvable-annotation",
    severity=ERROR,
    evidence="S",
    reference="models:User.tasks",
    minimal=True,
    fix="safe",
    peers=("SQLAlchemy mapper configuration",),
)
def unresolvable_annotation(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """A SQLModel relationship's annotation reaches SQLAlchemy as a class or its name.

    Why: SQLModel takes lists and optionals apart only if they are not text. `"list[Task]"` in quotes, or any of them
    under `from __future__ import annotations`, is handed to SQLAlchemy as the name of a class, and the first query
    fails to configure the mappers (SQLModel issues 196 and 238).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: "list[Task]" = Relationship(back_populates="owner")

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
        - SQLAlchemy's own `Mapped[...]` in declarative classes, which SQLAlchemy resolves itself
        - a relationship given as `sa_relationship=...`, whose target stands in that call
        - a class's bare name, which is fine postponed and fine in quotes, but not both
    """
    model = schema.model(relationship.model)
    if model is None or model.style != "sqlmodel" or relationship.annotation is None:
        return
    if relationship.argument("sa_relationship") is not None or relationship.owner not in (None, relationship.model):
        return
    reason = _text_for_sqlalchemy(relationship, model)
    if reason is None:
        return
    advice, mending = "drop the import, and quote no more than the class's name", None
    if not model.postponed_annotations:
        quoted = _with_name_quoted(relationship.annotation)
        advice = f"write {quoted}" if quoted else "put the class's name in quotes, and nothing else"
        if quoted is not None and quoted[:1] == "l":
            mending = one_edit("set-annotation", relationship.place, value=quoted, applicability="safe")
    yield Violation(
        message=f"{relationship_name(relationship)} cannot be resolved: {reason}", suggestion=advice, fix=mending
    )


def _text_for_sqlalchemy(relationship: Relationship, model: Model) -> str | None:
    """Why the annotation does not arrive as a class or a class's name; `None` if it does."""
    text = (relationship.annotation or "").strip()
    if model.postponed_annotations:
        if _is_name(text) and not relationship.annotation_quoted:
            return None
        return f"from __future__ import annotations turns {text} into text that SQLAlchemy takes for a class's name"
    inner = _unquoted(text) if relationship.annotation_quoted else None
    if inner is not None:
        return None if _is_name(inner) else f"SQLAlchemy takes {inner}, which is in quotes, for a class's name"
    parts = [part.strip() for part in text.split("|")]
    if len(parts) > 1 and any(_unquoted(part) is not None for part in parts) and "None" in parts:
        return f"Python cannot join a text and None with |, as {text} does"
    return None


def _is_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _unquoted(text: str) -> str | None:
    """What stands in the quotes, if the text is one string literal, or `Mapped` of one."""
    inner = text.rpartition("Mapped[")[2].removesuffix("]").strip() if "Mapped[" in text else text
    if len(inner) > 1 and inner[0] in "'\"" and inner[-1] == inner[0] and inner[0] not in inner[1:-1]:
        return inner[1:-1].strip()
    return None


def _with_name_quoted(text: str) -> str | None:
    """The annotation with quotes around the class's name alone."""
    inner = _unquoted(text) or text
    bare = inner.replace('"', "").replace("'", "")
    members = [part.strip() for part in bare.split("|") if part.strip() != "None"]
    for opening in ("list[", "List[", "Optional["):
        if bare.startswith(opening) and _is_name(bare[len(opening) : -1].strip()):
            return f'{opening}"{bare[len(opening) : -1].strip()}"]'
    if len(members) == 1 and _is_name(members[0]):
        return f'Optional["{members[0]}"]'
    return None
