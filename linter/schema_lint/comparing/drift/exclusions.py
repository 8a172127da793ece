"""Where a table's EXCLUDE constraints in a database are not those of its model."""

from __future__ import annotations

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.indexes import columns_of, same_part, same_predicate, shown_part
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.comparing.ledger import paired, take_out
from schema_lint.facts.identifiers import shortened as stored
from schema_lint.facts.schema import ExclusionConstraint, Table
from schema_lint.facts.unknown import Unknown


class ExclusionDrift:
    """Compares the EXCLUDE constraints of tables, pair by pair."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def compare(self, owner: Subject, left: Table, right: Table) -> None:
        """Take down constraints that one side lacks, and those that exclude something else."""
        ours, theirs = left.exclusion_constraints, right.exclusion_constraints
        pairs, missing, more = paired(ours.known, theirs.known, [_name])
        for one in list(missing):
            # What cannot be told apart is not held against either.
            alike = [other for other in more if not _both_named(one, other) or _same(one, other, left) is True]
            found = next((other for other in alike if _same(one, other, left) is True), None)
            found = found or next((o for o in alike if isinstance(_same(one, o, left), Unknown)), None)
            if found is not None:
                take_out(missing, one)
                take_out(more, found)
                self._renamed(owner, left, one, found)
        for one, other in pairs:
            self._pair(owner, left, one, other)
        for one in missing:
            sql = ddl.add_exclusion(left, one)
            self._alone(owner, one, None, theirs.rest, sql, columns_of(one, left.name))
        for other in more:
            sql = ddl.drop_constraint(left, str(other.name))
            self._alone(owner, None, other, ours.rest, sql, columns_of(other, ""))

    def _pair(self, owner: Subject, table: Table, one: ExclusionConstraint, other: ExclusionConstraint) -> None:
        subject = owner.part("exclusion constraint", label(one), one, other)
        again = ddl.add_exclusion(table, one)
        sql = f"{ddl.drop_constraint(table, str(other.name))}\n{again}" if again is not None else None
        self.notes.compared(subject, "definition", _same(one, other, table), described(one), described(other), sql=sql)

    def _renamed(self, owner: Subject, table: Table, one: ExclusionConstraint, other: ExclusionConstraint) -> None:
        if isinstance(one.name, str) and isinstance(other.name, str):
            subject = owner.part("exclusion constraint", label(one), one, other)
            name = stored(one.name)
            sql = ddl.rename_constraint(table, other.name, name)
            self.notes.compared(subject, "name", name == other.name, name, other.name, sql=sql)

    def _alone(
        self,
        owner: Subject,
        one: ExclusionConstraint | None,
        other: ExclusionConstraint | None,
        rest: Unknown | None,
        sql: str | None,
        columns: tuple[str, ...],
    ) -> None:
        there = one or other
        assert there is not None
        subject = owner.part("exclusion constraint", label(there), one, other)
        if rest is not None:
            self.notes.vague(subject, "whether it is there", rest)
            return
        self.notes.fields += 1
        texts = (described(found) if found is not None else None for found in (one, other))
        self.notes.differs(subject, None, *texts, sql=sql, more=columns)


def _same(one: ExclusionConstraint, other: ExclusionConstraint, table: Table) -> bool | Unknown:
    later = [bool(found.deferrable) or found.initially == "DEFERRED" for found in (one, other)]
    deferred = [(found.initially or "IMMEDIATE").upper() for found in (one, other)]
    if (one.method, one.operators) != (other.method, other.operators) or later[0] != later[1]:
        return False
    if deferred[0] != deferred[1] or len(one.parts) != len(other.parts):
        return False
    found = [same_part(*pair, one.method, table) for pair in zip(one.parts, other.parts, strict=True)]
    found.append(same_predicate(one.predicate, other.predicate, table))
    if False in [same for same in found if not isinstance(same, Unknown)]:
        return False
    return next((same for same in found if isinstance(same, Unknown)), True)


def _name(constraint: ExclusionConstraint) -> str | None:
    return stored(constraint.name) if isinstance(constraint.name, str) else None


def _both_named(one: ExclusionConstraint, other: ExclusionConstraint) -> bool:
    return isinstance(one.name, str) and isinstance(other.name, str)


def label(constraint: ExclusionConstraint) -> str:
    """A constraint's name, or its comparisons."""
    return constraint.name if isinstance(constraint.name, str) else f"({_comparisons(constraint)})"


def described(constraint: ExclusionConstraint) -> str:
    """What a constraint is, as DDL has it behind EXCLUDE."""
    words = [f"USING {constraint.method} ({_comparisons(constraint)})"]
    if constraint.predicate is not None:
        words.append(f"WHERE {'?' if isinstance(constraint.predicate, Unknown) else constraint.predicate}")
    later = bool(constraint.deferrable) or constraint.initially == "DEFERRED"
    words += ["DEFERRABLE"] if later else []
    words += ["INITIALLY DEFERRED"] if (constraint.initially or "").upper() == "DEFERRED" else []
    return " ".join(words)


def _comparisons(constraint: ExclusionConstraint) -> str:
    pairs = zip(map(shown_part, constraint.parts), constraint.operators, strict=False)
    return ", ".join(f"{part} WITH {operator}" for part, operator in pairs)
