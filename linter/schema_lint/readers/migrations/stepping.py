"""A history carried out in memory: what each of its steps finds and leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.catalogue import Catalogue

if TYPE_CHECKING:
    from schema_lint.readers.migrations.operations import Functions

Operations = tuple[Operation, ...] | Unknown


def carried_out(environment: MigrationEnvironment, read: Callable[[str], Functions]) -> MigrationEnvironment:
    """The environment, with what its revisions do and what each finds and leaves.

    One that joins branches finds what all of them left; of those that follow one another in a circle, any is first.

    Args:
        read: what the functions of a file do.
    """
    catalogue = Catalogue()
    done: dict[str, Revision] = {}
    for revision in environment.revisions:
        _applied(catalogue, read(revision.path).when_imported)
    for revision in environment.in_order():
        functions = read(revision.path)
        before = catalogue.snapshot()
        up = _applied(catalogue, functions.upgrade)
        back = catalogue.copy()
        down = _applied(back, functions.downgrade)
        if functions.error is not None:
            revision = msgspec.structs.replace(revision, upgrade="unread", downgrade="unread")
        done[revision.path] = msgspec.structs.replace(
            revision,
            upgrade="empty" if functions.idle and revision.upgrade == "acts" else revision.upgrade,
            operations=up,
            downgrade_operations=down,
            undefined=functions.undefined,
            uses=functions.uses,
            asks=functions.asks,
            before=before,
            after=catalogue.snapshot(),
            undone=back.snapshot(),
        )
    return msgspec.structs.replace(
        environment, revisions=tuple(done.get(revision.path, revision) for revision in environment.revisions)
    )


def _applied(catalogue: Catalogue, operations: Operations) -> Operations:
    catalogue.begin()
    if isinstance(operations, Unknown):
        catalogue.apply(Operation(kind="unread"))
        return operations
    return tuple(catalogue.apply(operation) for operation in operations)
