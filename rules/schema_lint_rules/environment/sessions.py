"""ENV010 and ENV015: how sessions are made and used."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.application import SessionFactory, SessionUse
from schema_lint.facts.unknown import known
from schema_lint_rules._fixes import one_edit


@rule(
    "ENV010",
    "session-factory-policy",
    severity=WARNING,
    evidence="S",
    reference="db:session_factory",
    fix="unsafe",
)
def session_factory_policy(factory: SessionFactory) -> Iterator[Violation]:
    """An async session factory keeps attributes loaded after commit.

    Why: by default a commit expires every attribute, and the next access loads it again, which an `AsyncSession` cannot
    do outside `await`: MissingGreenlet (SQLAlchemy documentation, Preventing Implicit IO when Using AsyncSession).

    Bad:
        ```python
        # file: db.py
        import os

        from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

        engine = create_async_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
        session_factory = async_sessionmaker(engine)
        ```

    Good:
        ```python
        # file: db.py
        import os

        from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

        engine = create_async_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
        session_factory = async_sessionmaker(engine, expire_on_commit=False)
        ```

    Exempt: synchronous factories; tests.
    """
    if factory.is_async and not factory.is_test and known(factory.expire_on_commit):
        yield Violation(
            message=f"{factory.function}() makes async sessions that expire every attribute on commit",
            suggestion="add expire_on_commit=False",
            fix=one_edit("set-argument", factory.place, "expire_on_commit", "False"),
        )


@rule(
    "ENV015",
    "sync-session-in-async-endpoint",
    severity=WARNING,
    evidence="S",
    reference="db:get_session",
)
def sync_session_in_async_endpoint(use: SessionUse) -> Iterator[Violation]:
    """An `async def` endpoint does not wait for a synchronous session.

    Why: the query blocks the event loop, and with it every other request of the process (FastAPI documentation,
    Concurrency and async / await); a plain `def` endpoint runs in a thread.

    Bad:
        ```python
        # file: main.py
        import os
        from collections.abc import Iterator

        from fastapi import Depends, FastAPI
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session

        app = FastAPI()
        engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)


        def get_session() -> Iterator[Session]:
            with Session(engine) as session:
                yield session


        @app.get("/count")
        async def count(session: Session = Depends(get_session)) -> int:
            return session.execute(text("SELECT count(*) FROM task")).scalar_one()
        ```

    Good:
        ```python
        # file: main.py
        import os
        from collections.abc import Iterator

        from fastapi import Depends, FastAPI
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session

        app = FastAPI()
        engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)


        def get_session() -> Iterator[Session]:
            with Session(engine) as session:
                yield session


        @app.get("/count")
        def count(session: Session = Depends(get_session)) -> int:
            return session.execute(text("SELECT count(*) FROM task")).scalar_one()
        ```

    Exempt: functions that are not endpoints; sessions handed to a thread; tests.
    """
    if use.is_endpoint and use.function_is_async and not use.is_async and use.blocking_call and not use.is_test:
        yield Violation(
            message=f"the async endpoint {use.function}() blocks the event loop with {use.blocking_call}()",
            suggestion=f"write def {use.function.rpartition('.')[2]}(…) without async, or use an AsyncSession",
        )
