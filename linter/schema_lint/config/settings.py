"""What a project may say in `[tool.schema-lint]` of its `pyproject.toml`, or in `schema-lint.toml`."""

from __future__ import annotations

import datetime
from typing import Any, Literal

import msgspec

from schema_lint.config.policies import Policies

Profile = Literal["minimal", "recommended", "strict"]
Level = Literal["error", "warning", "info", "off"]


class ObjectIgnore(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Findings that the project accepts for some objects of its schema."""

    rule: str
    """Code, name, family or `ALL`."""

    object: str = "*"
    """Glob over `schema.table.column`, `schema.table` or `table`: `public.audit_*`."""

    reason: str | None = None
    until: datetime.date | None = None
    """The last day on which it holds."""


class Database(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """One of several databases of the project: its models are never merged with those of another."""

    paths: tuple[str, ...] = ()
    """Glob patterns of the files that hold its models."""

    metadata: tuple[str, ...] = ()
    """Dotted names of its `MetaData` objects or base classes: `app.db.Base`."""

    url_variable: str | None = None
    """Environment variable that holds its URL."""


class Migrations(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """What the project says of its Alembic revisions."""

    start_after: tuple[str, ...] = ()
    """Revisions, one for each branch or history, up to which what was applied cannot be mended: rules about the safety
    of one revision look at later ones only."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Settings of one project. Paths and globs are relative to the project root."""

    profile: Profile = "recommended"
    """The rules to start from."""

    select: tuple[str, ...] | None = None
    """Rules to run instead of the profile's: codes, names, families or `ALL`."""

    extend_select: tuple[str, ...] = ()
    """Rules to run besides."""

    ignore: tuple[str | ObjectIgnore, ...] = ()
    """Rules not to run; or, as a table, findings not to report for some objects of the schema."""

    severities: dict[str, Level] = {}
    """Severity by rule or family."""

    per_file_ignores: dict[str, tuple[str, ...]] = {}
    """Rules not to report, by glob of the file."""

    exclude: tuple[str, ...] = ()
    """Globs of files and folders not to report on. Caches and virtual environments never are."""

    extend_exclude: tuple[str, ...] = ()
    """The same, besides: for `--config extend-exclude=[…]`, which leaves `exclude` as it is."""

    import_roots: tuple[str, ...] = ()
    """Folders that are on `sys.path` when the project runs; found by themselves where possible."""

    sqlmodel_version: str | None = None
    """Version of SQLModel that the project uses, where no lock file tells."""

    sqlalchemy_version: str | None = None
    """Version of SQLAlchemy that the project uses, where no lock file tells."""

    baseline: str | None = None
    """File that lists the findings that were there before, which are not reported; `.schema-lint-baseline.json` where
    there is one."""

    fail_on: Literal["error", "warning", "info", "never"] = "warning"
    """The lowest severity that makes the exit status 1."""

    policies: Policies = Policies()
    """What the project wants where good practice disagrees. Each may also stand one level higher."""

    databases: dict[str, Database] = {}
    """The databases, by name, where the project has several."""

    migrations: Migrations = Migrations()
    """What holds for Alembic revisions."""

    plugins: tuple[str, ...] = ()
    """Python files with rules of the project's own. They are run by `check`."""

    rules: dict[str, dict[str, Any]] = {}
    """Options by rule."""

    @property
    def rule_ignores(self) -> tuple[str, ...]:
        """Rules not to run at all."""
        return tuple(entry for entry in self.ignore if isinstance(entry, str))

    @property
    def object_ignores(self) -> tuple[ObjectIgnore, ...]:
        """Findings not to report for some objects."""
        return tuple(entry for entry in self.ignore if isinstance(entry, ObjectIgnore))
