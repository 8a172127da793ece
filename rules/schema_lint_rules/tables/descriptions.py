"""TBL015: columns that explain themselves, and those that do not."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, Policies, Violation, rule
from schema_lint.facts.schema import Column, Table
from schema_lint_rules._names import quoted, quoted_table
from schema_lint_rules._statements import in_database
from schema_lint_rules.shapes import is_creation_time, is_update_time, label

_OBVIOUS = frozenset({
    "id", "uuid", "name", "title", "email", "username", "description", "display_name", "first_name", "last_name",
    "full_name", "password", "hashed_password", "password_hash", "is_active", "is_deleted", "deleted_at", "created_by",
    "updated_by", "url", "slug", "phone", "address", "city", "country", "body", "text", "content", "notes", "comment",
    "biography", "completed", "status",
})  # fmt: skip


@rule(
    "TBL015", "undescribed-column", severity=INFO, on=False, evidence="SC", reference="models:Task.due_at",
    peers=("pg-index-health columns_without_description", "tbls requireColumnComment", "flake8-sqlalchemy SQA200"),
)  # fmt: skip
def undescribed_column(column: Column, table: Table, policies: Policies) -> Iterator[Violation]:
    """A column whose name does not say all has a description.

    Why: units, zones and what NULL means are in no name: is `timeout` in seconds, is `amount` with tax?

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            effort: int
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            effort: int = Field(description="Hours that the owner expects")
        ```

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, effort integer NOT NULL);
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, effort integer NOT NULL);
        COMMENT ON COLUMN tasks.effort IS 'Hours that the owner expects';
        ```

    Exempt: a comment in the source or the database counts; keys and foreign keys; the times at which a row was made and
    last changed; names that leave no question (`email`, `title` …); views.
    """
    if table.is_view or column.explanation or column.comment is not None or column.name.lower() in _OBVIOUS:
        return
    if column.name in table.primary_key.columns or column.name in table.foreign_key_columns:
        return
    if is_creation_time(column.name, policies) or is_update_time(column.name, policies):
        return
    yield Violation(
        message=f"{label(column)} has no description",
        suggestion=f"say in a comment or a description what {label(column)} holds",
        sql=f"COMMENT ON COLUMN {quoted_table(table)}.{quoted(column.name)} IS '…';" if in_database(table) else None,
    )
