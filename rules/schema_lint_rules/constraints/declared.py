"""CON: constraints, their names and what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, WARNING, Policies, Severity, Violation, rule
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Argument, Column, Declaration, Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import quoted
from schema_lint_rules.shapes import known_type, label, listed

_KINDS = {"fk": "foreign keys", "uq": "unique constraints", "ck": "check constraints", "pk": "primary keys"}


class _Constraint:
    """A constraint of any kind, as far as its name goes."""

    __slots__ = ("columns", "kind", "name", "place", "table")

    def __init__(
        self, kind: str, table: Table, columns: tuple[str, ...], name: str | Unknown | None, place: Place | None
    ) -> None:
        self.kind = kind
        self.table = table
        self.columns = columns
        self.name = name
        self.place = place if place is not None else table.place

    @property
    def subject(self) -> Subject:
        return Subject(kind="constraint", schema=self.table.schema, table=self.table.name, columns=self.columns)


def _constraints(schema: Schema, policies: Policies) -> Iterator[_Constraint]:
    for table in schema.tables.known:
        if table.key in policies.external_tables or table.is_view:
            continue
        for key in table.foreign_keys.known:
            yield _Constraint("fk", table, key.columns, key.name, key.place)
        for unique in table.unique_constraints.known:
            yield _Constraint("uq", table, unique.columns, unique.name, unique.place)
        for check in table.check_constraints.known:
            if not check.implied_by_type:
                yield _Constraint("ck", table, (), check.name, check.place)


@rule(
    "CON001", "metadata-without-naming-convention", severity=WARNING, evidence="SM",
    reference="models:NAMING_CONVENTION", silences=("CON002",), peers=("Alembic documentation",),
)  # fmt: skip
def metadata_without_naming_convention(schema: Schema, project: Project, policies: Policies) -> Iterator[Violation]:
    """A `MetaData` has a naming convention, so that every constraint has a name.

    Why: the server invents names for constraints that have none. Alembic can neither compare nor drop what it cannot
    name, and the names differ between databases (Alembic documentation, "The Importance of Naming Constraints").
    SQLModel's own metadata names indexes only.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            email: str = Field(max_length=320, unique=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        SQLModel.metadata.naming_convention = {
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            email: str = Field(max_length=320, unique=True)
        ```

    Exempt: a `MetaData` whose foreign keys, unique and check constraints all have names of their own; one without
    tables; those of tests and of migrations, which copy names that exist.
    """
    if known(schema.naming_convention).stated or _is_elsewhere(schema, project):
        return
    unnamed = [found for found in _constraints(schema, policies) if found.name is None]
    if not unnamed:
        return
    kinds = [_KINDS[kind] for kind in _KINDS if any(found.kind == kind for found in unnamed)]
    examples = listed((str(found.subject) for found in unnamed), 2)
    yield Violation(
        message=f"{schema.label} has no naming convention, so {len(unnamed)} {listed(kinds)} have no name ({examples})"
        if len(unnamed) > 1
        else f"{schema.label} has no naming convention, so a constraint of {unnamed[0].table.key} has no name",
        suggestion=f"give {schema.label} a naming_convention with uq, ck, fk and pk before the first table is declared",
        place=schema.place if schema.place is not None else unnamed[0].table.place,
    )


def _is_elsewhere(schema: Schema, project: Project) -> bool:
    """The metadata belongs to tests or to a migration, not to the application."""
    places = {table.place.path for table in schema.tables.known if isinstance(table.place, SourcePlace)}
    if isinstance(schema.place, SourcePlace):
        places.add(schema.place.path)
    tests = {module.path for module in project.modules if module.is_test}
    return bool(places) and all(path in tests or "/versions/" in f"/{path}" for path in places)


@rule("CON002", "unnamed-constraint", severity=INFO, evidence="SM", reference="models:Task.__table_args__")
def unnamed_constraint(schema: Schema, policies: Policies) -> Iterator[Violation]:
    """Where a naming convention exists, it leaves no constraint without a name.

    Why: a convention without a template for a kind of constraint leaves that kind to the server. A template with
    `%(constraint_name)s` needs a name to work on: without one SQLAlchemy raises `InvalidRequestError` when the module
    is imported.

    Bad:
        ```python
        import uuid
        from sqlalchemy import MetaData
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            metadata = MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "pk": "pk_%(table_name)s"})


        class User(Base):
            __tablename__ = "users"
            id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
            email: Mapped[str] = mapped_column(unique=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import MetaData
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            metadata = MetaData(
                naming_convention={
                    "ix": "ix_%(column_0_label)s",
                    "pk": "pk_%(table_name)s",
                    "uq": "uq_%(table_name)s_%(column_0_name)s",
                }
            )


        class User(Base):
            __tablename__ = "users"
            id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
            email: Mapped[str] = mapped_column(unique=True)
        ```

    Exempt: primary keys, of which a table has one; checks that a type makes.

    Limits: an error where SQLAlchemy refuses the constraint, else an info.
    """
    convention = known(schema.naming_convention)
    if not convention.stated:
        return
    nameless: dict[str, list[_Constraint]] = {}
    for found in _constraints(schema, policies):
        if found.name is None:
            nameless.setdefault(found.kind, []).append(found)
    for kind, constraints in nameless.items():
        template = convention.templates.get(kind)
        if template is None:
            yield _without_template(schema, kind, constraints)
        elif "%(constraint_name)s" in template:
            for constraint in constraints:
                yield Violation(
                    message=f"a constraint of {constraint.table.key} has no name, which the convention "
                    f"“{template}” needs: SQLAlchemy refuses it",
                    suggestion="give it name=",
                    severity=ERROR,
                    subject=constraint.subject,
                    place=constraint.place,
                )


def _without_template(schema: Schema, kind: str, constraints: list[_Constraint]) -> Violation:
    first = constraints[0]
    examples = listed((str(found.subject) for found in constraints), 3)
    return Violation(
        message=f"the naming convention of {schema.label} has no template for {_KINDS[kind]}, "
        f"so {examples} {'has' if len(constraints) == 1 else 'have'} no name",
        suggestion=f'add "{kind}" to the naming convention',
        subject=first.subject,
        subjects=tuple(found.subject for found in constraints[1:]),
        place=first.place if len(constraints) == 1 or schema.place is None else schema.place,
    )


_RANGES = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_CHECKED = (*_RANGES, "multiple_of", "min_length", "regex", "pattern")


@rule(
    "CON003", "field-constraint-without-check", severity=INFO, evidence="S", reference="models:Task.__table_args__",
    peers=("database_consistency NumericalityConstraint",),
)  # fmt: skip
def field_constraint_without_check(column: Column, table: Table) -> Iterator[Violation]:
    """What a field demands of a value, the database demands too.

    Why: `Field(ge=1)` on a table model is not even run when an object is made (SQLModel issues 52, 225 and 406), and
    makes no CHECK. Every other writer passes it by.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int = Field(default=3, ge=1, le=5)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (CheckConstraint("priority BETWEEN 1 AND 5", name="ck_task_priority"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int = Field(default=3, ge=1, le=5)
        ```

    Exempt: columns that any CHECK of the table names; `max_length`, which is the column's length.
    """
    declaration = column.declaration
    if declaration is None or declaration.form != "Field":
        return
    demands = [found for name in _CHECKED if (found := declaration.argument(name)) is not None]
    if not demands:
        return
    for check in table.check_constraints.complete():
        if re.search(rf"\b{re.escape(column.name)}\b", known(check.expression)):
            return
    stated = listed(f"{argument.name}={argument.text}" for argument in demands)
    condition = _condition(column, demands)
    yield Violation(
        message=f"{label(column)} has {stated}, which the database does not know",
        suggestion=f'add CheckConstraint({_literal(condition)}, name="…") to {table.key}'
        if condition
        else f"add a CheckConstraint on {column.name} to {table.key}",
    )


def _literal(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _condition(column: Column, demands: list[Argument]) -> str | None:
    """The demands in SQL, where they are plain numbers."""
    name, kind = quoted(column.name), known_type(column)
    parts = []
    for argument in demands:
        if not re.fullmatch(r"-?\d+(\.\d+)?", argument.text):
            return None
        if argument.name in _RANGES:
            parts.append(f"{name} {_RANGES[argument.name]} {argument.text}")
        elif argument.name == "min_length" and kind is not None and kind.name in ("varchar", "text"):
            parts.append(f"length({name}) >= {argument.text}")
        else:
            return None
    return " AND ".join(parts)


@rule(
    "CON004", "length-disagreement", severity=WARNING, evidence="SMC", reference="models:Task.title",
    peers=("active_record_doctor incorrect_length_validation", "database_consistency LengthConstraint",
           "django fields.E009"),
)  # fmt: skip
def length_disagreement(column: Column, table: Table) -> Iterator[Violation]:
    """The longest text that a field admits is the longest that its column holds.

    Why: where `max_length` is larger, a value that the form accepts fails in the database; where it is smaller, the
    column promises what nobody may write. Beside `sa_type` and `sa_column` SQLModel does not read it.

    Bad:
        ```python
        import uuid
        from sqlalchemy import String
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200, sa_type=String(100))
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import String
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200, sa_type=String(200))
        ```

    Exempt: columns without a length; types of the project's own, which may store more than they are given; a CHECK that
    admits less than the column, which narrows it on purpose.
    """
    kind = known_type(column)
    if kind is None or kind.length is None or kind.decorated or kind.enum is not None:
        return
    stated = _max_length(column.declaration)
    if stated is not None and stated != kind.length:
        severity: Severity = WARNING if stated > kind.length else INFO
        yield Violation(
            message=f"{label(column)} admits {stated} characters, and its column {kind.length}",
            suggestion=f"write the same length twice in {label(column)}, or leave sa_type away",
            severity=severity,
        )
    for check in table.check_constraints.known:
        longest = _longest(column.name, check.expression)
        if longest is not None and longest > kind.length:
            yield Violation(
                message=f"a CHECK admits {longest} characters in {label(column)}, and the column {kind.length}",
                suggestion=f"write the same length in the CHECK and in {label(column)}",
                related=(check.place,) if isinstance(check.place, SourcePlace) else (),
            )


def _max_length(declaration: Declaration | None) -> int | None:
    argument = declaration.argument("max_length") if declaration is not None and declaration.form == "Field" else None
    return int(argument.text) if argument is not None and re.fullmatch(r"[0-9]{1,9}", argument.text) else None


def _longest(name: str, expression: str | Unknown) -> int | None:
    """What a CHECK of the form `length(name) <= 100` admits at most."""
    if isinstance(expression, Unknown):
        return None
    pattern = (
        rf"\s*\(?\s*(?:char_|character_)?length\(\s*\"?{re.escape(name)}\"?\s*\)\s*(<=?)\s*([0-9]{{1,9}})\s*\)?\s*"
    )
    # A catalogue shows the cast of a varchar to text: length((title)::text).
    plain = re.sub(r"\(\s*(\"?\w+\"?)\s*\)::text", r"\1", expression)
    found = re.fullmatch(pattern, plain, re.IGNORECASE)
    return int(found[2]) - (found[1] == "<") if found else None
