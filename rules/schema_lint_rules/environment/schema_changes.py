"""ENV011 and ENV016: who changes the schema."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.application import SchemaCall
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint.facts.schema import Table


@rule(
    "ENV011",
    "create-all-in-application",
    severity=WARNING,
    evidence="S",
    reference="db:create_server_engine",
    peers=("Alembic documentation",),
)
def create_all_in_application(call: SchemaCall, project: Project) -> Iterator[Violation]:
    """The application does not create its own tables where migrations do.

    Why: `create_all` makes a table that is missing, but never changes one that exists, so that the next migration finds
    tables it did not make, and fails or is skipped.

    Bad:
        ```python
        # file: main.py
        import os

        from fastapi import FastAPI
        from sqlmodel import SQLModel, create_engine

        engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
        app = FastAPI()


        @app.on_event("startup")
        def startup() -> None:
            SQLModel.metadata.create_all(engine)
        ```
        ```ini
        # file: alembic.ini
        [alembic]
        script_location = migrations
        ```

    Good:
        ```python
        # file: main.py
        import os

        from fastapi import FastAPI
        from sqlmodel import SQLModel, create_engine

        engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
        app = FastAPI()
        ```
        ```ini
        # file: alembic.ini
        [alembic]
        script_location = migrations
        ```

    Exempt: tests, seeds, set-up and reset utilities, migrations; code that stamps the new database with Alembic's
    latest revision. Without Alembic it is only noted, and so it is in a file that creates the tables it declares
    itself, beside others: a store of its own (an index, a cache).
    """
    if call.kind != "create_all" or call.is_test or call.is_script or call.is_migration or call.stamped:
        return
    beside = project.uses_alembic and not _is_own_store(call, project)
    where = f"{call.function_scope}()" if call.function_scope else "importing the module"
    yield Violation(
        message=f"{where} creates tables with create_all()"
        + (", beside Alembic" if beside else ", which never changes a table that exists"),
        suggestion="run `alembic upgrade head` before the application starts"
        if beside
        else "let Alembic create and change the tables",
        severity=WARNING if beside else INFO,
    )


def _is_own_store(call: SchemaCall, project: Project) -> bool:
    """Some `MetaData` has all its tables in the file of the call, and another has others."""
    files = [{_path(table) for table in schema.tables.known} for schema in project.schemas if schema.tables.known]
    return len(files) > 1 and {call.place.path} in files


def _path(table: Table) -> str | None:
    return table.place.path if isinstance(table.place, SourcePlace) else None


@rule(
    "ENV016",
    "ddl-in-application-code",
    severity=WARNING,
    evidence="S",
    reference="models:Task.__table_args__",
)
def ddl_in_application_code(project: Project) -> Iterator[Violation]:
    """Raw DDL stands in migrations, not in application code.

    Why: what the application changes by itself no migration knows of, two processes that start at once run it twice,
    and `ALTER TABLE` takes an ACCESS EXCLUSIVE lock while requests are served (PostgreSQL documentation, 13.3. Explicit
    Locking).

    Bad:
        ```python
        # file: main.py
        from sqlalchemy import Engine, text


        def startup(engine: Engine) -> None:
            with engine.begin() as connection:
                connection.execute(text("ALTER TABLE task ADD COLUMN IF NOT EXISTS priority integer"))
        ```

    Good:
        ```python
        # file: main.py
        from sqlalchemy import Engine, text


        def startup(engine: Engine) -> None:
            with engine.begin() as connection:
                connection.execute(text("SELECT 1"))
        ```

    Exempt: temporary tables; tables whose name is computed; scripts that somebody runs by hand, tests, migrations;
    modules that use SQLite or DuckDB by their own drivers, and no other database.
    """
    functions: dict[tuple[str, str | None], list[SchemaCall]] = {}
    for call in project.schema_calls:
        if call.kind == "ddl" and not (call.is_test or call.is_script or call.is_migration):
            functions.setdefault((call.place.path, call.function_scope), []).append(call)
    for (path, scope), calls in functions.items():
        statements = ", ".join(sorted({call.statement or "DDL" for call in calls}))
        yield Violation(
            message=f"{f'{scope}()' if scope else 'importing the module'} runs {statements} outside the migrations",
            suggestion="move the statements into an Alembic revision",
            subject=Subject(kind="schema-call", name=f"{path}:{scope or '<module>'}"),
            place=calls[0].place,
            related=tuple(call.place for call in calls[1:]),
        )
