"""What a revision does that is judged: steps of its upgrade, and the tables that were there before it."""

from __future__ import annotations

from schema_lint.checking.finding import Subject
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.replaying import ReplayedStep
from schema_lint.facts.unknown import Unknown, known


def upgrade(revision: Revision) -> tuple[Operation, ...]:
    """The steps of the upgrade; none for a revision that is applied, which cannot be mended any more.

    Raises:
        Undecided: where the file could not be read.
    """
    return () if revision.applied else known(revision.operations)


def on_existing(revision: Revision) -> frozenset[int]:
    """Which of these (by their `id()`) are on tables that were there before the revision.

    Raises:
        Undecided: where the file could not be read.
    """
    return frozenset(map(id, revision.on_existing())) if upgrade(revision) else frozenset()


def about(revision: Revision, operation: Operation, *columns: str) -> Subject:
    """The subject of a finding about a step: its table, and the revision."""
    key = operation.table if isinstance(operation.table, str) else None
    schema, _, table = key.rpartition(".") if key is not None else ("", "", None)
    name = operation.name if isinstance(operation.name, str) and not columns else None
    return Subject(
        kind="revision-step", schema=schema or None, table=table or None, columns=columns, name=name,
        revision=revision.identifier,
    )  # fmt: skip


def about_replayed(step: ReplayedStep, key: str, *columns: str) -> Subject:
    """The subject of a finding about what a server did to a table; the schema `public` is none."""
    schema, _, table = key.rpartition(".")
    return Subject(
        kind="revision-step", schema=schema if schema not in ("", "public") else None, table=table, columns=columns,
        revision=step.revision,
    )  # fmt: skip


def bare(name: object) -> str:
    """A table's name without its schema."""
    return name.rpartition(".")[2] if isinstance(name, str) else ""


def same(one: object, other: object) -> bool:
    """Whether both are one name, and known."""
    return isinstance(one, str) and one == other


def adds_column(earlier: Operation, step: Operation) -> bool:
    """Whether an earlier step adds the column that a later one is about."""
    return earlier.kind == "add_column" and earlier.table == step.table and same(earlier.name, step.name)


def text(name: str | Unknown | None, instead: str) -> str:
    """A name, or what to say where it is not known."""
    return name if isinstance(name, str) else instead
