"""The options of one run of a command that judges."""

from __future__ import annotations

import msgspec

from schema_lint.cli.output import to_terminal
from schema_lint.cli.reading import Importing


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one run."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    profile: str | None = None
    exclude: tuple[str, ...] = ()
    sqlalchemy_version: str = ""
    sqlmodel_version: str = ""
    metadata: tuple[str, ...] = ()
    python: str | None = None
    import_timeout: float = 60.0
    allow_network: bool = False
    compare: bool = False
    output_format: tuple[tuple[str, str | None], ...] = ()
    statistics: bool = False
    show_info: bool = False
    show_unknown: bool = False
    show_suppressed: bool = False
    color: str = "auto"
    fail_on: str | None = None
    exit_zero: bool = False
    config: tuple[str, ...] = ()
    isolated: bool = False
    no_plugins: bool = False
    baseline: str | None = None
    no_baseline: bool = False
    since: str | None = None
    all_revisions: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    allow_empty: bool = False
    no_cache: bool = False
    cache_dir: str | None = None
    verbose: int = 0
    """How often it was asked for."""

    quiet: bool = False

    @property
    def command(self) -> str:
        """What runs with these options."""
        return "check"

    @property
    def plugins(self) -> bool:
        """Whether the project's own rules may be run."""
        return not (self.no_plugins or self.isolated)

    @property
    def counts_strict(self) -> bool:
        """Whether it is told how many findings the strict profile would list."""
        told = any(name in ("full", "json") for name, _ in self.outputs)
        return told and not (self.select or self.quiet or self.statistics or self.since)

    @property
    def lists_rules(self) -> bool:
        """Whether the rules that ran are told, whatever they found."""
        return any(name == "sarif" for name, _ in self.output_format)

    @property
    def heads_alone(self) -> bool:
        """Whether, of revisions of which nobody said that they are applied, the last alone are judged by themselves."""
        return not (self.all_revisions or self.since)

    @property
    def only_table(self) -> bool:
        """Whether standard output gets a table, and no report."""
        return False

    @property
    def uses_baseline(self) -> bool:
        """Whether what the baseline lists is left out."""
        return self.baseline is not None or not (self.no_baseline or self.isolated)

    @property
    def importing(self) -> Importing:
        """What is to be imported, and how."""
        return Importing(
            targets=self.metadata,
            python=self.python,
            timeout=self.import_timeout,
            allow_network=self.allow_network,
        )

    @property
    def outputs(self) -> tuple[tuple[str, str | None], ...]:
        """Formats, each with its file; `None` is standard output, which always gets one."""
        if any(path is None for _, path in self.output_format):
            return self.output_format
        return (*self.output_format, ("full" if to_terminal() else "concise", None))


class WantedLive(Wanted, frozen=True, kw_only=True):
    """The options of one run of `live`. `exclude` holds globs of tables here."""

    database: str | None = None
    """A URL, or the name that the settings give a database; `None` where the environment says it."""

    schemas: tuple[str, ...] = ()
    usage: bool = False
    sample: bool = False
    models: tuple[str, ...] = ()
    """Paths that were named."""

    no_models: bool = False
    snapshot: str | None = None
    since_snapshot: str | None = None

    @property
    def command(self) -> str:
        """What runs with these options."""
        return "live"

    @property
    def counts_strict(self) -> bool:
        """Whether it is told how many findings the strict profile would list."""
        return super().counts_strict and self.since_snapshot is None


class WantedDrift(Wanted, frozen=True, kw_only=True):
    """The options of one run of `drift`."""

    arguments: tuple[str, ...] = ()
    """Paths and, as the last, a database."""

    database: str | None = None
    """A URL, or the name that the settings give a database; `None` where the environment says it."""

    schemas: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """What runs with these options."""
        return "drift"

    @property
    def counts_strict(self) -> bool:
        """Whether it is told how many findings the strict profile would list."""
        return False


class WantedMigrations(Wanted, frozen=True, kw_only=True):
    """The options of one run of `migrations`."""

    replay: bool = False
    table: bool = False
    ini: str | None = None
    section: str = "alembic"
    arguments: tuple[str, ...] = ()
    """What `alembic -x` would be given."""

    variables: tuple[tuple[str, str], ...] = ()
    server: str | None = None
    setup: str | None = None
    step_timeout: float = 120.0
    allow_processes: bool = False
    initial_schema: str | None = None
    initial_revision: str | None = None
    from_revision: str | None = None
    rows: int = 0

    @property
    def needs_history(self) -> bool:
        """Whether the revisions have to be known before they are replayed, or the project is imported besides."""
        named = (self.from_revision, self.since, self.initial_schema, self.initial_revision)
        return any(option is not None for option in named) or bool(self.metadata)

    @property
    def command(self) -> str:
        """What runs with these options."""
        return "migrations"

    @property
    def only_table(self) -> bool:
        """Whether standard output gets a table, and no report."""
        return self.table

    @property
    def heads_alone(self) -> bool:
        """Whether, of revisions of which nobody said that they are applied, the last alone are judged by themselves."""
        return False

    @property
    def counts_strict(self) -> bool:
        """Whether it is told how many findings the strict profile would list."""
        return False
