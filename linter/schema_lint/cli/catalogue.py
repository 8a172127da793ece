"""The database of a comparison, read by another process while this one reads the models."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.cli.database import opened, read_schema
from schema_lint.cli.failures import Failure
from schema_lint.facts.project import Schema

if TYPE_CHECKING:
    from schema_lint.readers.catalog.addresses import Address


class Catalogue(msgspec.Struct, frozen=True, tag="catalogue"):
    """What a database holds, for a comparison with models."""

    schema: Schema
    elsewhere: frozenset[str]
    """`schema.name` of partitions and of what belongs to an extension."""

    versions: dict[str, tuple[str, ...]]
    """The revisions that Alembic's tables hold, by the table's key."""


class _Failed(msgspec.Struct, frozen=True, tag="failed"):
    message: str
    hint: str


@contextlib.contextmanager
def reading_catalogue(address: Address, *, schemas: Sequence[str]) -> Iterator[Callable[[], Catalogue]]:
    """What waits for the database to be read, which begins at once. If the block is left early, it ends.

    The function raises `Failure` where the database cannot be read.
    """
    from schema_lint.checking.forking import forked

    def work() -> bytes:
        try:
            return msgspec.msgpack.encode(_read(address, schemas))
        except Failure as failure:
            return msgspec.msgpack.encode(_Failed(str(failure), failure.hint))

    with forked(work) as received:

        def result() -> Catalogue:
            found = _decoded(received()) if received is not None else None
            if isinstance(found, _Failed):
                raise Failure(found.message, hint=found.hint)
            return found if found is not None else _read(address, schemas)

        yield result


def _read(address: Address, schemas: Sequence[str]) -> Catalogue:
    from schema_lint.comparing.drift import is_version_table
    from schema_lint.readers.catalog.relations import read_elsewhere, read_versions

    with opened(address) as connection:
        schema = read_schema(connection, schemas=schemas)
        elsewhere = read_elsewhere(connection)
        tables = filter(is_version_table, schema.tables.known)
        return Catalogue(schema, elsewhere, read_versions(connection, tables, schema.default_schema))


def _decoded(content: bytes) -> Catalogue | _Failed | None:
    """The answer; `None` where the other process came to no end."""
    try:
        return msgspec.msgpack.decode(content, type=Catalogue | _Failed)
    except msgspec.DecodeError:
        return None
