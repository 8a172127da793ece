"""DRF021: extensions."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.difference import Difference


@rule(
    "DRF021",
    "extension-missing",
    severity=ERROR,
    evidence="X",
    reference="db:create_server_engine",
    fix="sql",
    silences=("DRF003",),
)
def extension_missing(difference: Difference) -> Iterator[Violation]:
    """An extension that the models need is in the database.

    Why: `create_all` and the revision that makes the column fail with UndefinedObject; and where a hosting service does
    not offer the extension, no revision helps.

    Bad:
        ```python
        from sqlalchemy.dialects.postgresql import HSTORE
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Task(Base):
            __tablename__ = "tasks"
            id: Mapped[int] = mapped_column(primary_key=True)
            labels: Mapped[dict[str, str]] = mapped_column(HSTORE)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id serial PRIMARY KEY);
        ```

    Good:
        ```python
        from sqlalchemy.dialects.postgresql import JSONB
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Task(Base):
            __tablename__ = "tasks"
            id: Mapped[int] = mapped_column(primary_key=True)
            labels: Mapped[dict[str, str]] = mapped_column(JSONB)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id serial PRIMARY KEY, labels jsonb NOT NULL);
        ```

    Exempt: what is in the database already, however its type came to be there.

    Limits: the types, operator classes, index methods and functions of well-known extensions (`citext`, `cube`,
    `hstore`, `ltree`, `pg_trgm`, `postgis`, `uuid-ossp`, `vector` …).
    """
    if difference.kind != "extension":
        return
    needed = f"{difference.left} needs the extension {difference.subject}, which the database does not have"
    if difference.field == "available":
        yield Violation(
            message=f"{needed}, and its server does not offer",
            suggestion="install it on the server, or do without: a hosting service lists what it offers",
        )
    else:
        yield Violation(
            message=needed,
            suggestion="create it by the first revision that needs it",
            sql=difference.sql,
        )
