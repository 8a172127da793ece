"""Where a database's enum has other labels than the model's."""

from __future__ import annotations

import msgspec

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.database import Database
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.facts.identifiers import qualified
from schema_lint.facts.project import Schema
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Unknown


class EnumDrift:
    """Compares enums, each once, at the first column of its type."""

    def __init__(self, notes: Notes, models: Schema, database: Database) -> None:
        self.notes = notes
        self.models = models
        self.database = database
        self.seen: set[tuple[str | None, str, tuple[str, ...]]] = set()

    def compare(self, subject: Subject, left: ColumnType, right: ColumnType) -> None:
        """Take down where the labels of a column's enum differ."""
        ours, theirs = self.models.enum(left.enum), self.database.enum(right)
        if ours is None or theirs is None or not ours.native or isinstance(theirs.labels, Unknown):
            return
        subject = msgspec.structs.replace(subject, kind="enum", name=str(theirs.name), right=theirs.place)
        if isinstance(ours.labels, Unknown):
            self.notes.vague(subject, "labels", ours.labels)
            return
        key = (theirs.schema, str(theirs.name), ours.labels)
        if key in self.seen:
            return
        self.seen.add(key)
        labels = theirs.labels
        if set(ours.labels) == set(labels):
            self.notes.compared(subject, "order", ours.labels == labels, ours.labels, labels, sql=None)
            return
        field = "values" if isinstance(ours.values, tuple) and set(ours.values) == set(labels) else "labels"
        self.notes.compared(subject, field, False, ours.labels, labels, sql=_added(ours, theirs, labels))


def _added(ours: EnumType, theirs: EnumType, there: tuple[str, ...]) -> str | None:
    """The labels that are missing, added in the model's order; nothing can take one away."""
    assert isinstance(ours.labels, tuple)
    if not set(ours.labels) & set(there):
        return None
    name = qualified(theirs.schema, str(theirs.name))
    present = set(there)
    statements = []
    for number, label in enumerate(ours.labels):
        if label in present:
            continue
        before = ours.labels[number - 1] if number else None
        after = next((other for other in ours.labels[number + 1 :] if other in present), None)
        where = f" AFTER {ddl.literal(before)}" if before else f" BEFORE {ddl.literal(after)}" if after else ""
        statements.append(f"ALTER TYPE {name} ADD VALUE {ddl.literal(label)}{where};")
        present.add(label)
    return "\n".join(statements) or None
