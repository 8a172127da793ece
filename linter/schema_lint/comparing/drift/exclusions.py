"""Where a table's EXCLUDE constraints in a database are not those of its model."""

from __future__ import annotations

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.deferral import initially, is_deferrable
from schema_lint.comparing.drift.indexes import columns_of, same_part, same_predicate, shown_part
from schema_lint.comparing.drift.naming import compare_names, matched, stored_name, together
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.comparing.ledger import paired
from schema_lint.facts.schema import ExclusionConstraint, Table
from schema_lint.facts.unknown import Unknown

_KIND = "exclusion constraint"


class ExclusionDrift:
    """Compares the EXCLUDE constraints of tables, pair by pair."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def compare(self, owner: Subject, left: Table, right: Table) -> None:
        """Take down constraints that one side lacks, and those that exclude something else."""
        ours, theirs = left.exclusion_constraints, right.exclusion_constraints
        pairs, missing, more = paired(_kept(left), theirs.known, [stored_name])
        for one, other in matched(missing, more, lambda one, other: _same(one, other, left)):
            compare_names(self.notes, owner.part(_KIND, label(one), one, other), left, one, other)
        for one, other in pairs:
            self._pair(owner, left, one, other)
        for one in missing:
            subject, sql = owner.part(_KIND, label(one), one, None), ddl.add_exclusion(left, one)
            self.notes.alone(subject, theirs.rest, described(one), None, sql=sql, more=columns_of(one, left.name))
        for other in more:
            subject, sql = owner.part(_KIND, label(other), None, other), ddl.drop_constraint(left, str(other.name))
            self.notes.alone(subject, ours.rest, None, described(other), sql=sql, more=columns_of(other, ""))

    def _pair(self, owner: Subject, table: Table, one: ExclusionConstraint, other: ExclusionConstraint) -> None:
        subject = owner.part(_KIND, label(one), one, other)
        again = ddl.add_exclusion(table, one)
        sql = f"{ddl.drop_constraint(table, str(other.name))}\n{again}" if again is not None else None
        self.notes.compared(subject, "definition", _same(one, other, table), described(one), described(other), sql=sql)


def _kept(table: Table) -> list[ExclusionConstraint]:
    """Constraints, but one that repeats another, which PostgreSQL leaves out."""
    kept: list[ExclusionConstraint] = []
    for constraint in table.exclusion_constraints.known:
        if not any(_same(constraint, other, table) is True for other in kept):
            kept.append(constraint)
    return kept


def _same(one: ExclusionConstraint, other: ExclusionConstraint, table: Table) -> bool | Unknown:
    if (one.method, one.operators) != (other.method, other.operators) or len(one.parts) != len(other.parts):
        return False
    if (is_deferrable(one), initially(one)) != (is_deferrable(other), initially(other)):
        return False
    found = [same_part(*pair, one.method, table) for pair in zip(one.parts, other.parts, strict=True)]
    found.append(same_predicate(one.predicate, other.predicate, table))
    return together(found)


def label(constraint: ExclusionConstraint) -> str:
    """A constraint's name, or its comparisons."""
    return constraint.name if isinstance(constraint.name, str) else f"({_comparisons(constraint)})"


def described(constraint: ExclusionConstraint) -> str:
    """What a constraint is, as DDL has it behind EXCLUDE."""
    words = [f"USING {constraint.method} ({_comparisons(constraint)})"]
    if constraint.predicate is not None:
        words.append(f"WHERE {'?' if isinstance(constraint.predicate, Unknown) else constraint.predicate}")
    words += ["DEFERRABLE"] if is_deferrable(constraint) else []
    words += ["INITIALLY DEFERRED"] if initially(constraint) == "DEFERRED" else []
    return " ".join(words)


def _comparisons(constraint: ExclusionConstraint) -> str:
    pairs = zip(map(shown_part, constraint.parts), constraint.operators, strict=False)
    return ", ".join(f"{part} WITH {operator}" for part, operator in pairs)
