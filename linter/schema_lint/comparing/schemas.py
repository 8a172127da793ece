"""Two schemas: their tables, mapped classes and relationships."""

from __future__ import annotations

from schema_lint.comparing.ledger import Ledger, Subject
from schema_lint.comparing.tables import TableComparison
from schema_lint.facts.difference import Comparison, Plain
from schema_lint.facts.models import Model, Relationship
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Some, Unknown

_RELATIONSHIP = (
    "direction", "uselist", "back_populates", "secondary", "cascade", "viewonly", "passive_deletes", "single_parent",
    "lazy", "local_columns", "remote_columns",
)  # fmt: skip


def compare_schemas(left: Schema, right: Schema, *, names: tuple[str, str]) -> Comparison:
    """Where two schemas differ. Tables are paired by schema and name, columns by name, all else by content."""
    ledger = Ledger()
    compare_into(ledger, left, right)
    return comparison(ledger, names)


def comparison(ledger: Ledger, names: tuple[str, str], alone: tuple[str, ...] = ()) -> Comparison:
    """What a ledger holds."""
    return Comparison(
        left=names[0],
        right=names[1],
        differences=tuple(ledger.differences),
        uncompared=tuple(ledger.uncompared),
        tables=ledger.tables,
        fields=ledger.fields,
        alone=alone,
    )


def compare_into(ledger: Ledger, left: Schema, right: Schema) -> None:
    """Compare two schemas, and take down what is found."""
    tables = TableComparison(ledger, left, right)
    whole = Subject(kind="schema", table=None, name=left.label, left=left.place, right=right.place)

    def compare(subject: Subject, one: Table, other: Table) -> None:
        tables.compare(_of_table(subject, one), one, other)

    ledger.things(
        whole, "table", left.tables, right.tables,
        keys=[lambda table: (table.schema, table.name)], name=lambda table: table.key, compare=compare,
    )  # fmt: skip
    models = _Models(ledger, left, right)
    ledger.things(
        whole, "model", _mapped(left, right), _mapped(right, left),
        keys=[lambda model: (model.table, model.key), lambda model: (model.table, model.name)],
        name=lambda model: model.name, compare=models.compare,
    )  # fmt: skip


def _of_table(subject: Subject, table: Table) -> Subject:
    return Subject(kind="table", table=table.key, name=table.key, left=subject.left, right=subject.right)


def _mapped(schema: Schema, other: Schema) -> Some[Model]:
    """Classes whose table both have: a table that is missing says it all."""
    mapped = [model for model in schema.models.known if model.table is not None and not model.abstract]
    known = tuple(model for model in mapped if schema.table(model.table or "") and other.table(model.table or ""))
    return Some(known, schema.models.rest)


class _Models:
    """Compares mapped classes, pair by pair."""

    def __init__(self, ledger: Ledger, left: Schema, right: Schema) -> None:
        self.ledger = ledger
        self.left = left
        self.right = right

    def compare(self, subject: Subject, left: Model, right: Model) -> None:
        """Take down where two mapped classes differ."""
        subject = Subject(kind="model", table=left.table, name=left.name, left=subject.left, right=subject.right)
        # Dotted paths depend on the folder that imports begin from.
        self.ledger.field(subject, "inherits", _bare(left.inherits), _bare(right.inherits))
        for name in ("inheritance", "polymorphic_on", "polymorphic_identity"):
            self.ledger.field(subject, name, getattr(left, name), getattr(right, name))
        own = Some(self.left.own_relationships(left.key), left.rest)
        others = Some(self.right.own_relationships(right.key), right.rest)
        self.ledger.things(
            subject, "relationship", own, others,
            keys=[lambda found: found.name], name=lambda found: f"{left.name}.{found.name}",
            compare=self._relationships,
        )  # fmt: skip

    def _relationships(self, subject: Subject, left: Relationship, right: Relationship) -> None:
        self.ledger.field(subject, "target", _bare(left.target), _bare(right.target))
        for name in _RELATIONSHIP:
            self.ledger.field(subject, name, getattr(left, name), getattr(right, name))


def _bare(path: str | Unknown | None) -> Plain | Unknown:
    return path.rpartition(".")[2] if isinstance(path, str) else path
