"""Policies: where good practice disagrees, the project says what it wants."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class Timestamps(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Names of the audit timestamps; the first of each is the one that messages propose."""

    created: tuple[str, ...] = (
        "created_at",
        "created_on",
        "created",
        "creation_date",
        "date_created",
        "created_date",
        "created_time",
        "creation_time",
        "inserted_at",
        "create_time",
        "create_date",
        "time_created",
    )
    updated: tuple[str, ...] = (
        "updated_at",
        "updated_on",
        "updated",
        "modified_at",
        "modified_on",
        "modified",
        "last_updated",
        "last_modified",
        "update_time",
        "updated_date",
        "date_updated",
        "date_modified",
        "changed_on",
        "last_update_time",
        "update_date",
        "time_updated",
    )


class Policies(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What the project wants where good practice disagrees. `stated` names the policies that somebody set."""

    primary_key: Literal["uuid", "integer", "bigint", "any"] = "uuid"
    external_tables: dict[str, dict[str, str]] = {}
    """Tables that someone else makes: `{"users": {"id": "text"}}`. Known to rules, never reported."""

    deployment: Literal["auto", "neon", "traditional"] = "auto"
    foreign_key_action: Literal["RESTRICT", "CASCADE", "SET NULL", "NO ACTION", "any"] = "RESTRICT"
    cascade_tables: tuple[str, ...] = ()
    """Tables (globs) whose rows may go with their parent's."""

    timestamps: Timestamps = Timestamps()
    append_only: tuple[str, ...] = ()
    """Tables (globs) whose rows never change: they need no update time."""

    lookup_tables: tuple[str, ...] = ()
    """Tables (globs) of fixed reference data: they need no audit timestamps."""

    owner: tuple[str, ...] = ()
    """Columns that isolate one user's rows from another's: `["user_id", "owner_id"]`."""

    user_owned: tuple[str, ...] = ()
    """Tables (globs) that must have an owner."""

    soft_delete: tuple[str, ...] = ()
    """Columns that mark a row as deleted: `["deleted_at"]`."""

    filtered_columns: tuple[str, ...] = ("user_id", "completed", "status", "created_at")
    require_relationships: bool = False
    """Every foreign key between mapped classes has a relationship."""

    require_tls: bool = False
    exposed_roles: tuple[str, ...] = ()
    """Roles of the database that strangers or single users act as, by an API or a JWT: `["anon", "authenticated"]`.
    Rules about what such a role may do are silent while there are none."""

    observation_days: Annotated[int, msgspec.Meta(ge=1)] = 7
    """For how many days a database must have counted its statistics before rules rest on them; at least 1."""

    stated: frozenset[str] = frozenset()
    """Names (kebab-case) of the policies that the configuration sets."""
