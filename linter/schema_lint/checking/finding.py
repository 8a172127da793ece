"""What a rule reports, and what the runner makes of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from schema_lint.facts.place import Place, SourcePlace

Severity = Literal["error", "warning", "info"]
ERROR: Severity = "error"
WARNING: Severity = "warning"
INFO: Severity = "info"
RANK: dict[str, int] = {"error": 0, "warning": 1, "info": 2}


class Edit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One intended change of the source: declarative, carried out only when asked for."""

    intent: str
    """`set-argument`, `remove-argument`, `set-annotation`, `set-value` (of what is only annotated), `replace-text` (of
    an expression), `insert-statement` (first in a class or function), `append-statement` (last in it),
    `append-function` (after another, with its parameters), or `wrap-statement` (in another: `with …:`)."""

    place: SourcePlace
    name: str | None = None
    """The argument, or the new function."""

    value: str | None = None
    """The new source text."""

    imports: tuple[str, ...] = ()
    """Dotted names that the new text needs: `sqlalchemy.DateTime`."""


class Fix(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How to mend the source. `safe` keeps the metadata equal, or mends code that raises as it stands."""

    applicability: Literal["safe", "unsafe"]
    edits: tuple[Edit, ...]
    raises: bool = False
    """The code raises as it stands, so that there is no metadata yet that a safe fix could change."""


class Subject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a finding is about."""

    kind: str
    schema: str | None = None
    table: str | None = None
    columns: tuple[str, ...] = ()
    class_: str | None = msgspec.field(default=None, name="class")
    attribute: str | None = None
    name: str | None = None
    """Of an index, constraint, enum, engine or file."""

    revision: str | None = None

    def __str__(self) -> str:
        if self.table:
            base = f"{self.schema}.{self.table}" if self.schema else self.table
            if self.columns:
                inner = self.columns[0] if len(self.columns) == 1 else "(" + ", ".join(self.columns) + ")"
                return f"{base}.{inner}"
            return f"{base} ({self.name})" if self.name else base
        if self.class_:
            short = self.class_.rpartition(".")[2]
            return f"{short}.{self.attribute}" if self.attribute else short
        return self.name or self.revision or self.kind


class Violation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a rule yields; the runner adds the rest from the rule and the visited fact."""

    message: str
    """One sentence that names the table, column or class, with no rule code in it."""

    suggestion: str | None = None
    """The way out, in the imperative, with the names in it."""

    severity: Severity | None = None
    """Where it differs from the rule's."""

    subject: Subject | None = None
    """Where it is not the visited fact itself."""

    subjects: tuple[Subject, ...] = ()
    """More subjects of the same cause."""

    place: Place | None = None
    """Where it is not the visited fact's."""

    related: tuple[SourcePlace, ...] = ()
    sql: str | None = None
    fix: Fix | None = None
    reference: str | None = None
    """An anchor that shows it better than the rule's own."""


class Finding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A violation, placed, graded and identified."""

    code: str
    rule: str
    severity: Severity
    message: str
    why: str
    suggestion: str | None
    subjects: tuple[Subject, ...]
    """At least one; the first is primary."""

    unnamed: tuple[Subject, ...] = ()
    """Those of the subjects that the message does not speak of: others that the same line of source makes."""

    places: tuple[Place, ...]
    related: tuple[SourcePlace, ...] = ()
    sql: str | None = None
    fix: Fix | None = None
    reference: str
    fingerprint: str

    @property
    def subject(self) -> Subject:
        """The primary subject."""
        return self.subjects[0]

    @property
    def place(self) -> Place | None:
        """The primary place."""
        return self.places[0] if self.places else None

    @property
    def source(self) -> SourcePlace | None:
        """Its place in the source: the primary one, or where models declare what a database has."""
        return next((place for place in self.places if isinstance(place, SourcePlace)), None)
