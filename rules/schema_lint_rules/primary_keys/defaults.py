"""KEY003, KEY005: where a key's value comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Edit, Fix
from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.schema import Default
from schema_lint.facts.unknown import known
from schema_lint_rules._fixes import one_edit, set_argument
from schema_lint_rules._tables import is_surrogate_key
from schema_lint_rules.shapes import label

if TYPE_CHECKING:
    from schema_lint.facts.project import Project
    from schema_lint.facts.schema import Argument, Column, Table

_CHANGING = frozenset({
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "django.utils.timezone.now", "os.urandom", "pendulum.now", "arrow.now", "arrow.utcnow", "shortuuid.uuid",
    "time.monotonic", "time.perf_counter", "time.time", "time.time_ns", "ulid.new", "ulid.ULID", "uuid.uuid1",
    "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "uuid_extensions.uuid7", "uuid_utils.uuid4", "uuid_utils.uuid7",
    "nanoid.generate", "cuid.cuid", "cuid2.cuid_wrapper",
})  # fmt: skip
_CHANGING_MODULES = ("random.", "secrets.")
_SETTINGS = frozenset({"random.seed", "random.Random", "random.SystemRandom", "secrets.SystemRandom"})


@rule(
    "KEY003",
    "uuid-key-without-default",
    severity=ERROR,
    evidence="SM",
    reference="models:Task.id",
    minimal=True,
    fix="unsafe",
)
def uuid_key_without_default(column: Column, table: Table, project: Project) -> Iterator[Violation]:
    """A UUID primary key has a default that makes one.

    Why: unlike an integer, a UUID is not numbered by the database. Whoever forgets to set it gets an error when the row
    is written (SQLAlchemy: instance has a NULL identity key).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt:
        - keys that are foreign keys, and composite keys
        - a key that is named after something else (`account_id` in `settings`): its value comes from there
        - a server default, an identity, or a default for the constructor alone (`MappedAsDataclass`)
        - a key that code of the project gives where it makes the object: `Task(id=…)`
    """
    if table.is_view or known(column.primary_key) is not True or len(table.primary_key.columns) != 1:
        return
    if known(column.type).name != "uuid" or not is_surrogate_key(column, table):
        return
    if column.name in table.foreign_key_columns or known(column.default) or known(column.server_default):
        return
    declaration = column.declaration
    if declaration is not None and known(declaration.has_default) and not declaration.default_none:
        return
    if any(f"{model}.{column.attribute}" in project.given_keys | project.constructed for model in table.models):
        return
    table.foreign_keys.complete()
    name = label(column)
    sqlmodel = declaration is not None and declaration.form in ("Field", "annotation") and declaration.sa_column is None
    argument = "default_factory" if sqlmodel else "default"
    yield Violation(
        message=f"the primary key {table.key}.{column.name} is a UUID that nothing makes",
        suggestion=f"add {argument}=uuid.uuid4 to {name}",
        fix=set_argument(declaration, argument, "uuid.uuid4", imports=("uuid",)),
    )


@rule(
    "KEY005",
    "default-called-at-import",
    severity=ERROR,
    evidence="SM",
    reference="models:Task.id",
    minimal=True,
    fix="unsafe",
    peers=("Django fields.W161", "Django fields.E010"),
)
def default_called_at_import(column: Column, table: Table) -> Iterator[Violation]:
    """A default that has to differ from row to row is a function, not a function's result.

    Why: `default=uuid4()` is evaluated once, when the module is imported: every row of the process gets the same key,
    and the second insert fails. `default=datetime.now()` is the time at which the server started.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default=uuid.uuid4(), primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: calls that give the same at each import (`Decimal("0")`, `timedelta(days=1)`, `get_settings().limit`), and
    functions of the project whose result is not known.
    """
    for default, argument in ((column.default, "default"), (column.onupdate, "onupdate")):
        if not isinstance(default, Default) or default.called is None or not _changes(default.called):
            continue
        called = default.called.rpartition(".")
        short_name = f"{called[0].rpartition('.')[2]}.{called[2]}" if called[0] else called[2]
        yield Violation(
            message=f"the {argument} of {table.key}.{column.name} is what {short_name}() gave once, at import",
            suggestion=_hand_over(column, argument, short_name),
            fix=_hand_over_fix(column, default, argument),
        )


def _changes(function: str) -> bool:
    if function in _SETTINGS:
        return False
    return function in _CHANGING or function.startswith(_CHANGING_MODULES)


def _hand_over(column: Column, argument: str, function: str) -> str:
    name = _argument_for_function(column, argument)
    stated = _stated(column, argument)
    if stated is not None:
        function = _function_of(stated.text)
    return f"hand over a function, not its result: {name}={function} on {label(column)}"


def _argument_for_function(column: Column, argument: str) -> str:
    """What takes a function in the place of an argument that takes a value."""
    declaration = column.declaration
    sqlmodel = declaration is not None and declaration.form in ("Field", "annotation") and declaration.sa_column is None
    return "default_factory" if sqlmodel and argument == "default" else argument


def _stated(column: Column, argument: str) -> Argument | None:
    """The argument that is a call."""
    declaration = column.declaration
    given = (*declaration.arguments, *(declaration.sa_column or ())) if declaration is not None else ()
    return next((a for a in reversed(given) if a.name == argument and "(" in a.text), None)


def _function_of(call: str) -> str:
    bare = call.removesuffix("()")
    return bare if all(part.isidentifier() for part in bare.split(".")) else f"lambda: {call}"


def _hand_over_fix(column: Column, default: Default, argument: str) -> Fix | None:
    stated, declaration = _stated(column, argument), column.declaration
    if stated is None or declaration is None or declaration.place is None:
        return None
    name, function = _argument_for_function(column, argument), _function_of(stated.text)
    if name != argument:
        edits = (
            Edit(intent="remove-argument", place=stated.place, name=argument),
            Edit(intent="set-argument", place=declaration.place, name=name, value=function),
        )
        return Fix(applicability="unsafe", edits=edits)
    return one_edit("replace-text", default.place, argument, function)
