"""SRC: the check itself: what could not be read, and what is ignored."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint.facts.files import Suppression, UnreadFile
from schema_lint.facts.project import Project
from schema_lint_rules.shapes import listed


@rule("SRC001", "unreadable-file", severity=ERROR, evidence="S", reference="models:User", minimal=True)
def unreadable_file(file: UnreadFile) -> Iterator[Violation]:
    """Every file of the project can be read.

    Why: what cannot be read is not checked: models in it would be missing without a word. The other files are checked
    all the same.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True:
            \"\"\"Something that its owner wants done.\"\"\"

            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            \"\"\"Something that its owner wants done.\"\"\"

            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: templates, whose path holds `{{`; files that the configuration excludes.
    """
    if file.kind != "newer-syntax" and "{{" not in file.path and file.unread:
        yield Violation(
            message=f"{file.path} could not be read: {file.message}",
            suggestion=_remedies.get(file.kind, "mend it, or exclude it in the configuration"),
        )


_remedies = {
    "encoding": "store it as UTF-8, or declare its encoding in the first line",
    "too-large": "exclude it in the configuration",
    "too-deep": "exclude it in the configuration",
    "permission": "make it readable, or exclude it in the configuration",
}


@rule("SRC002", "unused-suppression", severity=WARNING, evidence="SC", reference="models:Task", peers=("ruff RUF100",))
def unused_suppression(suppression: Suppression) -> Iterator[Violation]:
    """A suppression silences something.

    Why: what it once silenced was mended or moved. Left in place it hides the next finding of that rule, which nobody
    has looked at.

    Bad:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            completed: bool = Field(default=False)  # schema-lint: ignore[NUL004] older clients send nothing
        ```

    Good:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            completed: bool = Field(default=False)
        ```

    Exempt: rules that did not run, that could not decide, or that need other evidence than was read; entries of the
    configuration and of the baseline while only a part of the project is checked.

    Entries of the baseline whose findings are gone are one finding, at severity info: mending something is no reason to
    fail.
    """
    if suppression.kind == "baseline":
        if suppression.unused:
            yield Violation(
                message=f"the baseline lists what is gone: {listed(suppression.unused, 5)}",
                suggestion="run schema-lint baseline prune",
                severity=INFO,
            )
        return
    for name in suppression.unused:
        yield Violation(
            message=f"{name} is ignored here, but finds nothing",
            suggestion=f"take {name} away" if len(suppression.names) > 1 else "take the suppression away",
        )


@rule("SRC003", "unknown-rule-in-suppression", severity=WARNING, evidence="S", reference="models:Task")
def unknown_rule_in_suppression(suppression: Suppression) -> Iterator[Violation]:
    """A suppression names rules that exist.

    Why: a mistyped code silences nothing, and the finding it was meant for stays.

    Bad:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            completed: bool | None = None  # schema-lint: ignore[NUL004, NUL09] older clients send nothing
        ```

    Good:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            completed: bool | None = None  # schema-lint: ignore[NUL004] older clients send nothing
        ```

    Exempt: former names of rules, which stay known.
    """
    for name, nearest in suppression.unknown:
        yield Violation(
            message=f"{name} is no rule",
            suggestion=f"write {nearest}" if nearest else "see schema-lint rules for the rules there are",
        )
    if suppression.malformed is not None:
        yield Violation(
            message=f"the suppression cannot be understood: {suppression.malformed}",
            suggestion="write # schema-lint: ignore[FK001] reason",
        )


@rule("SRC004", "suppression-without-reason", severity=INFO, on=False, evidence="S", reference="models:Task",
      peers=("ruff PGH003", "mypy ignore-without-code"))  # fmt: skip
def suppression_without_reason(suppression: Suppression) -> Iterator[Violation]:
    """A suppression says why.

    Why: whoever meets it next must know whether the reason still holds.

    Bad:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            completed: bool | None = None  # schema-lint: ignore[NUL004]
        ```

    Good:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            completed: bool | None = None  # schema-lint: ignore[NUL004] older clients send nothing
        ```

    Exempt: comments that cannot be understood (SRC003).
    """
    if not suppression.reason and suppression.malformed is None:
        yield Violation(
            message=f"{', '.join(suppression.names)} is ignored without a reason",
            suggestion="write the reason behind the bracket",
        )


@rule(
    "SRC005", "newer-syntax-than-interpreter", severity=WARNING, evidence="S", reference="models:User",
)  # fmt: skip
def newer_syntax_than_interpreter(project: Project) -> Iterator[Violation]:
    """The interpreter that runs the check knows the syntax of the project.

    Why: a file in newer Python than the one that runs schema-lint is read with a stand-in for what is new. What that
    hides is not checked.

    Bad:
        ```python
        from sqlmodel import Session, text


        def first(session: Session) -> object:
            rows = session.exec(text("SELECT 1")).all()
            try:
                return rows[0]
            except IndexError, KeyError:
                return None
        ```

    Good:
        ```python
        from sqlmodel import Session, text


        def first(session: Session) -> object:
            rows = session.exec(text("SELECT 1")).all()
            try:
                return rows[0]
            except (IndexError, KeyError):
                return None
        ```

    Exempt: newer syntax that this interpreter knows.

    All such files of a project are one finding, at the first of them.
    """
    files = [file for file in project.unread if file.kind == "newer-syntax"]
    if not files:
        return
    first = files[0]
    written = f"{listed((file.path for file in files), 1)} {'is' if len(files) == 1 else 'are'} written"
    yield Violation(
        message=f"{written} in newer Python than the one that checks: {first.message}",
        suggestion="run schema-lint with the project's own Python",
        subject=Subject(kind="unread-file", name=first.path),
        subjects=tuple(Subject(kind="unread-file", name=file.path) for file in files[1:]),
        place=first.place,
        related=tuple(file.place for file in files[1:]),
    )
