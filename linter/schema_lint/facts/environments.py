"""What an Alembic `env.py` tells Alembic."""

from __future__ import annotations

import msgspec

from schema_lint.facts.application import UrlSource
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="begun"):
    """A transaction that was begun before Alembic got the connection: Alembic then begins and commits none itself."""

    by: str
    """What begins it: `engine.begin()`, or `connection.execute()`, with which SQLAlchemy begins one by itself."""

    place: SourcePlace


class Configuration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One `context.configure(…)`. An option that is `None` is not given: Alembic does what it does by default."""

    offline: bool = False
    """It is given no connection: `alembic upgrade --sql` writes a script."""

    target_metadata: str = "unknown"
    """`given`, `none`, `missing` (nothing is said) or `unknown`."""

    compare_type: bool | Unknown | None = None
    """A function that compares counts as true."""

    compare_server_default: bool | Unknown | None = None
    include_schemas: bool | Unknown | None = None
    render_as_batch: bool | Unknown | None = None
    """On PostgreSQL, like all the rest."""

    transaction_per_migration: bool | Unknown | None = None
    transactional_ddl: bool | Unknown | None = None
    version_table: str | Unknown | None = None
    version_table_schema: str | Unknown | None = None
    include_object: str | Unknown | None = None
    """Name of the function that leaves objects out of comparisons."""

    include_name: str | Unknown | None = None
    begun: Begun | Unknown | None = None
    place: SourcePlace


class AddressOption(msgspec.Struct, frozen=True, kw_only=True):
    """An `env.py` that sets `sqlalchemy.url` itself: `config.set_main_option("sqlalchemy.url", …)`."""

    sources: tuple[UrlSource, ...] | Unknown
    """Everything the URL may come from."""

    place: SourcePlace
