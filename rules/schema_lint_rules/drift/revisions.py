"""DRF017, DRF018: the revisions that were applied, and those that were not."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint_rules.shapes import listed


@rule("DRF017", "revision-not-applied", severity=INFO, evidence="X", reference="db:create_server_engine")
def revision_not_applied(difference: Difference) -> Iterator[Violation]:
    """The revisions of the project are applied to the database.

    Why: until they are, the database differs from the models where these revisions change it. That is no drift:
    what they explain is not reported as such.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```python
        # file: migrations/versions/1a_tasks.py
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade():
            op.create_table("tasks", sa.Column("id", sa.Uuid(), primary_key=True))
        ```
        ```python
        # file: migrations/versions/2b_title.py
        import sqlalchemy as sa
        from alembic import op

        revision = "2b"
        down_revision = "1a"


        def upgrade():
            op.add_column("tasks", sa.Column("title", sa.String(), nullable=False))
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY);
        CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
        INSERT INTO alembic_version VALUES ('1a');
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```python
        # file: migrations/versions/1a_tasks.py
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade():
            op.create_table("tasks", sa.Column("id", sa.Uuid(), primary_key=True))
        ```
        ```python
        # file: migrations/versions/2b_title.py
        import sqlalchemy as sa
        from alembic import op

        revision = "2b"
        down_revision = "1a"


        def upgrade():
            op.add_column("tasks", sa.Column("title", sa.String(), nullable=False))
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
        INSERT INTO alembic_version VALUES ('2b');
        ```
    """
    if difference.kind != "revision" or difference.field != "not applied":
        return
    explained = f"; it explains what differs in {listed(difference.more)}" if difference.more else ""
    yield Violation(
        message=f"revision {difference.subject} is not applied to the database{explained}",
        suggestion="alembic upgrade head",
    )


@rule("DRF018", "unknown-revision", severity=ERROR, evidence="X", reference="db:create_server_engine", minimal=True)
def unknown_revision(difference: Difference) -> Iterator[Violation]:
    """The database is at a revision that the project has.

    Why: Alembic refuses to work (Can't locate revision): the revision was deleted or rewritten after it was
    applied, lies on another branch, or the database is another project's.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```python
        # file: migrations/versions/1a_tasks.py
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade():
            op.create_table("tasks", sa.Column("id", sa.Uuid(), primary_key=True))
        ```
        ```python
        # file: migrations/versions/2b_title.py
        import sqlalchemy as sa
        from alembic import op

        revision = "2b"
        down_revision = "1a"


        def upgrade():
            op.add_column("tasks", sa.Column("title", sa.String(), nullable=False))
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
        INSERT INTO alembic_version VALUES ('9z');
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```python
        # file: migrations/versions/1a_tasks.py
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade():
            op.create_table("tasks", sa.Column("id", sa.Uuid(), primary_key=True))
        ```
        ```python
        # file: migrations/versions/2b_title.py
        import sqlalchemy as sa
        from alembic import op

        revision = "2b"
        down_revision = "1a"


        def upgrade():
            op.add_column("tasks", sa.Column("title", sa.String(), nullable=False))
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
        INSERT INTO alembic_version VALUES ('2b');
        ```

    Exempt: histories of which some revisions could not be read; databases that several projects keep versions in.
    """
    if difference.kind == "revision" and difference.field == "unknown":
        yield Violation(
            message=f"the database is at revision {difference.subject}, which the project does not have",
            suggestion="bring the revision back, or `alembic stamp` the one that the database really is at",
        )
