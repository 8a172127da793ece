"""Alembic's histories: environments, and the revisions of each."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import msgspec

from schema_lint.facts.application import UrlSource
from schema_lint.facts.environments import Configuration
from schema_lint.facts.files import UnreadFile
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import Table, TableKey
from schema_lint.facts.unknown import Some, Unknown

_UNREAD = Unknown("its functions were not read")


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The tables and enums of a database between two steps, as far as the revisions tell."""

    tables: tuple[Table, ...] = ()
    enums: tuple[tuple[str, tuple[str, ...] | Unknown], ...] = ()
    """Types by name, with their labels."""

    rest: Unknown | None = None
    """Why all of it may be otherwise, if it may: a statement could not be read."""

    doubtful: frozenset[TableKey] = frozenset()
    """Tables that a statement is about that could not be read."""

    doubtful_types: frozenset[str] = frozenset()
    """Types, without schema and in lower case, that may be there or not: a step about them could not be read, or only
    the database decides whether it is done."""

    @functools.cached_property
    def by_key(self) -> dict[TableKey, Table]:
        """The tables that are known."""
        return {table.key: table for table in self.tables}


_MANY = 10
"""Revisions, of which it tells a habit how they are written."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A revision, as its file says of itself."""

    identifier: str
    environment: str
    """Folder of its environment."""

    path: str
    parents: tuple[str, ...] = ()
    """`down_revision`: none for the first, several for a merge."""

    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """`branch_labels`."""

    message: str = ""
    """First line of the module's docstring."""

    created: str | None = None
    """`Create Date:` of the docstring."""

    upgrade: str = "missing"
    """What the function does: `missing`, `empty`, `raises` (and nothing else) or `acts`. One that was read, and only
    prints or logs, or raises after that, is `empty`; `unread` in a file that does not parse."""

    downgrade: str = "missing"
    applied: bool = False
    """It lies at or before a revision that the configuration says to start after: what it does cannot be mended."""

    changes_schema: bool = True
    """Its upgrade may, as far as its text tells; else it changes rows only."""

    explained: bool = False
    """A comment, or a docstring beyond its title, says something of it, apart from the downgrade."""

    downgrade_explained: bool = False
    """A comment or docstring of the downgrade says something."""

    operations: tuple[Operation, ...] | Unknown = _UNREAD
    """Of the upgrade, in order; those that a condition around them may leave out are `guarded`."""

    downgrade_operations: tuple[Operation, ...] | Unknown = _UNREAD
    undefined: tuple[tuple[str, SourcePlace], ...] = ()
    """Names that its functions use and that nothing in the file gives a value, each at its first use."""

    uses: tuple[str, ...] = ()
    """Dotted names of the project's classes that its functions call, or hand to what they call."""

    asks: SourcePlace | None = None
    """Where its upgrade, unless a condition leaves that out, uses what the database answers."""

    before: Snapshot | None = None
    """What it finds; `None` where its functions were not read."""

    after: Snapshot | None = None
    undone: Snapshot | None = None
    """What the downgrade leaves when it follows the upgrade."""

    upgrade_place: SourcePlace | None = None
    downgrade_place: SourcePlace | None = None
    place: SourcePlace | None = None

    @property
    def is_merge(self) -> bool:
        """Whether it joins branches."""
        return len(self.parents) > 1

    @property
    def steps(self) -> tuple[Operation, ...]:
        """Of the upgrade, in order; none, where the file could not be read."""
        return self.operations if not isinstance(self.operations, Unknown) else ()

    def on_existing(self) -> Iterator[Operation]:
        """Steps of the upgrade on tables that were there before, or that no revision creates; none, where the file
        could not be read. A table that only a statement may have made which could not be read is left out."""
        unread = False
        for step in self.steps:
            unread = unread or step.kind in ("unread", "all")
            if not isinstance(step.table, str) or step.created or step.kind == "create_table":
                continue
            there = self.before is not None and step.table in self.before.by_key
            if there or step.before is not None or not unread:
                yield step


class RevisionEdit(msgspec.Struct, frozen=True, kw_only=True):
    """How a revision that another branch has is otherwise here."""

    revision: str
    environment: str
    """Folder of its environment."""

    change: str
    """`upgrade` or `downgrade`, whose code is another; `parents` (what it follows or depends on); `identifier`, where
    the same file has another; or `deleted`."""

    was: str = ""
    """Of a downgrade: what it did, as in `Revision.downgrade`; of an identifier or parents: the new ones."""

    place: SourcePlace | None = None


class UnreadRevision(msgspec.Struct, frozen=True, kw_only=True):
    """A file of revisions whose identifier or parent is computed, or that does not parse."""

    path: str
    why: str
    file: UnreadFile | None = None
    """Where it is no text at all."""


class MigrationEnvironment(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An Alembic environment: its `env.py`, and its revisions."""

    folder: str
    """Of its `env.py`; of the revisions, where there is none."""

    revisions: tuple[Revision, ...] = ()
    """Sorted by path."""

    words: frozenset[str] = frozenset()
    """Every word of its `env.py`."""

    target_metadata: str = "unknown"
    """What its `env.py` gives Alembic to compare with: `given`, `none`, `missing` (nothing is said) or `unknown`."""

    metadata: str | None = None
    """That metadata as its `env.py` writes it: `Base.metadata`; `None` for none, and for several."""

    target: str | Unknown = Unknown("which of the project's metadata env.py means was not found out")
    """Its label among the project's schemas."""

    configurations: tuple[Configuration, ...] = ()
    """Every `context.configure(…)` of its `env.py`, in order."""

    is_async: bool = False
    """Its `env.py` connects through an asynchronous engine."""

    addresses: Some[UrlSource] = Some()
    """Everything that the address may come from which it connects to."""

    dialect: str | None = None
    """Its revisions are surely of this kind of database, and not of PostgreSQL."""

    imported: frozenset[str] | Unknown = Unknown("its imports were not followed")
    """Paths of the modules with tables that its `env.py` imports, directly or not, or may import."""

    unread: tuple[UnreadRevision, ...] = ()
    place: SourcePlace | None = None

    @functools.cached_property
    def by_identifier(self) -> dict[str, Revision]:
        """Of several of one identifier the first."""
        found: dict[str, Revision] = {}
        for revision in self.revisions:
            found.setdefault(revision.identifier, revision)
        return found

    @property
    def online(self) -> tuple[Configuration, ...]:
        """Calls of `context.configure()` for a connection; the others write scripts of SQL."""
        return tuple(each for each in self.configurations if not each.offline)

    @functools.cached_property
    def heads(self) -> tuple[str, ...]:
        """Identifiers that are nobody's parent, sorted; none where each is another's, which Alembic refuses."""
        parents = {parent for revision in self.revisions for parent in revision.parents}
        return tuple(sorted(set(self.by_identifier) - parents))

    @functools.cached_property
    def never_downgraded(self) -> Revision | None:
        """The last revision that does something, where many have no `downgrade()` and the others' do nothing: a choice,
        and no slips."""
        acting = [revision for revision in self.in_order() if revision.upgrade == "acts" and not revision.is_merge]
        if any(revision.downgrade not in ("missing", "empty") for revision in self.revisions):
            return None
        missing = [revision for revision in acting if revision.downgrade == "missing"]
        return acting[-1] if len(missing) >= _MANY else None

    def in_order(self) -> Iterator[Revision]:
        """The revisions, each after those that lead to it and that it depends on."""
        begun: set[str] = set()
        for start in self.revisions:
            path = [(start, self._before(start))] if start.identifier not in begun else []
            begun.add(start.identifier)
            while path:
                revision, waiting = path[-1]
                following = next((each for each in waiting if each.identifier not in begun), None)
                if following is None:
                    path.pop()
                    yield revision
                else:
                    begun.add(following.identifier)
                    path.append((following, self._before(following)))

    def _before(self, revision: Revision) -> Iterator[Revision]:
        names = (*revision.parents, *revision.depends_on)
        return iter([found for name in names if (found := self.by_identifier.get(name)) is not None])

    def ancestors(self, identifier: str) -> frozenset[str]:
        """The revision and all that lead to it, as far as they are known; what it depends on does not count."""
        seen: set[str] = set()
        waiting = [identifier]
        while waiting:
            name = waiting.pop()
            revision = self.by_identifier.get(name)
            if name not in seen and revision is not None:
                seen.add(name)
                waiting += revision.parents
        return frozenset(seen)
