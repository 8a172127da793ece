"""Where a database's domain is not the one that the models state."""

from __future__ import annotations

import msgspec

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.column_types import form_of
from schema_lint.comparing.drift.database import Database
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.comparing.drift.sql_equality import same_sql
from schema_lint.facts.database import Domain
from schema_lint.facts.identifiers import qualified
from schema_lint.facts.types import ColumnType, DomainType
from schema_lint.facts.unknown import Unknown


class DomainDrift:
    """Compares domains, each once, at the first column of its type."""

    def __init__(self, notes: Notes, database: Database) -> None:
        self.notes = notes
        self.database = database
        self.seen: set[tuple[str | None, str]] = set()

    def compare(self, subject: Subject, kind: ColumnType) -> None:
        """Take down where the domain of a column differs."""
        ours = kind.domain
        theirs = self.database.domain(ours.name, ours.schema) if ours is not None else None
        if ours is None or theirs is None or (theirs.schema, theirs.name) in self.seen:
            return
        self.seen.add((theirs.schema, theirs.name))
        subject = msgspec.structs.replace(subject, kind="domain", name=theirs.name, right=theirs.place)
        name = qualified(theirs.schema, theirs.name)
        if isinstance(ours.type, Unknown):
            self.notes.vague(subject, "type", ours.type)
        else:
            same = form_of(ours.type) == form_of(theirs.type)
            # Nothing changes it: a domain of another type is another domain.
            self.notes.compared(subject, "type", same, ours.type, theirs.type, sql=None)
        self._nullable(subject, ours, theirs, name)
        self._checks(subject, ours, theirs, name)

    def _nullable(self, subject: Subject, ours: DomainType, theirs: Domain, name: str) -> None:
        if isinstance(ours.nullable, Unknown):
            self.notes.vague(subject, "nullable", ours.nullable)
            return
        sql = f"ALTER DOMAIN {name} {'DROP' if ours.nullable else 'SET'} NOT NULL;"
        same = ours.nullable == theirs.nullable
        self.notes.compared(subject, "nullable", same, ours.nullable, theirs.nullable, sql=sql)

    def _checks(self, subject: Subject, ours: DomainType, theirs: Domain, name: str) -> None:
        if isinstance(ours.check, Unknown):
            self.notes.vague(subject, "checks", ours.check)
            return
        there = [_condition(text) for text in theirs.checks]
        if ours.check is None:
            same: bool | Unknown | None = not there
        elif len(there) == 1:
            same = same_sql(ours.check, there[0], "")
        else:
            same = False if not there else Unknown("several CHECKs may say together what one does")
        actions = [f"DROP CONSTRAINT {ddl.listed((constraint,))}" for constraint in theirs.check_names]
        actions += [f"ADD CHECK ({ours.check})"] if ours.check is not None else []
        sql = "\n".join(f"ALTER DOMAIN {name} {action};" for action in actions)
        self.notes.compared(subject, "checks", same, ours.check, " AND ".join(there) or None, sql=sql)


def _condition(check: str) -> str:
    """What stands in `CHECK (…)`."""
    text = check.removesuffix(" NOT VALID").removeprefix("CHECK ")
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text
