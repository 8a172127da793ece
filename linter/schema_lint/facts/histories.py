"""Histories of migrations: what was read of them, and what a server did when it ran them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import msgspec

from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.replaying import Replay, ReplayedStep


class Histories(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A project's environments of Alembic."""

    uses_alembic: bool = False
    revision_files: tuple[str, ...] = ()
    """Paths of Alembic revisions among the files that were asked for; nothing was read of them yet."""

    migrations: tuple[MigrationEnvironment, ...] = ()
    replays: tuple[Replay, ...] = ()
    """Histories that were replayed on a server."""

    @functools.cached_property
    def _revisions_by_path(self) -> dict[str, tuple[Revision, MigrationEnvironment]]:
        return {revision.path: (revision, found) for found in self.migrations for revision in found.revisions}

    @functools.cached_property
    def _revisions(self) -> dict[str, tuple[Revision, ...]]:
        by_identifier: dict[str, list[Revision]] = {}
        for revision, _ in self._revisions_by_path.values():
            by_identifier.setdefault(revision.identifier, []).append(revision)
        return {identifier: tuple(found) for identifier, found in by_identifier.items()}

    @functools.cached_property
    def _replayed(self) -> dict[str, tuple[ReplayedStep, ...]]:
        by_revision: dict[str, list[ReplayedStep]] = {}
        for replay in self.replays:
            for step in replay.steps:
                by_revision.setdefault(step.revision, []).append(step)
        return {revision: tuple(found) for revision, found in by_revision.items()}

    def environment_of(self, revision: Revision) -> MigrationEnvironment | None:
        """The environment that the revision belongs to."""
        return self._revisions_by_path.get(revision.path, (None, None))[1]

    def revision_of(self, step: ReplayedStep) -> Revision | None:
        """What was read of a revision that was replayed."""
        return self._revisions_by_path.get(step.path, (None, None))[0]

    def revisions_called(self, identifier: str) -> tuple[Revision, ...]:
        """Revisions of that identifier: several environments may count alike."""
        return self._revisions.get(identifier, ())

    def replayed(self, identifier: str) -> tuple[ReplayedStep, ...]:
        """What a server did when it ran revisions of that identifier."""
        return self._replayed.get(identifier, ())

    def replays_of(self, environment: MigrationEnvironment) -> Iterator[Replay]:
        """Replays that ran the environment's `env.py`."""
        home = environment.place.path.rpartition("/")[0] if environment.place is not None else None
        return (replay for replay in self.replays if replay.folder == home)
