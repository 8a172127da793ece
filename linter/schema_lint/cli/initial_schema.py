"""`--initial-schema`: what a history begins with that is no empty database."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click
import msgspec

from schema_lint.cli.failures import Failure
from schema_lint.cli.setup import Setup
from schema_lint.cli.wanted import WantedMigrations
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.replaying import InitialModels, ReplayOptions


def with_initial_schema(
    options: ReplayOptions, environments: Sequence[MigrationEnvironment], setup: Setup, wanted: WantedMigrations
) -> ReplayOptions:
    """The options with the schema to begin with: a file of SQL, or the models that a revision came with.

    Raises:
        Failure: if it is neither, or git does not know the revision's commit.
    """
    given = wanted.initial_schema
    if given is None:
        if wanted.initial_revision is not None:
            raise click.UsageError("--initial-revision says which revision the file of --initial-schema is at")
        return options
    if os.path.isfile(given):
        path = os.path.abspath(given)
        return msgspec.structs.replace(options, initial_schema=path, initial_revision=wanted.initial_revision)
    if wanted.initial_revision is not None:
        raise click.UsageError(f"--initial-revision goes with a file of --initial-schema, and {given} is none")
    revision = _revision(given, environments)
    models = InitialModels(revision=revision.identifier, commit=_commit(revision, setup))
    return msgspec.structs.replace(options, initial_models=models)


def _revision(given: str, environments: Sequence[MigrationEnvironment]) -> Revision:
    revisions = [revision for environment in environments for revision in environment.revisions]
    found = [revision for revision in revisions if revision.identifier == given]
    found = found or [revision for revision in revisions if revision.identifier.startswith(given)]
    if len(found) > 1:
        raise Failure(f"--initial-schema {given}: {len(found)} revisions have an identifier that begins so")
    if not found:
        raise Failure(_neither(given), hint="`schema-lint migrations` lists the revisions")
    return found[0]


def _neither(given: str) -> str:
    return f"--initial-schema {given}: there is no such file, and no revision whose identifier begins so"


def _commit(revision: Revision, setup: Setup) -> str:
    from schema_lint.evaluating.git import GitError, Repository

    try:
        commit = Repository(setup.root).added(revision.path)
    except GitError as error:
        raise Failure(f"--initial-schema {revision.identifier}: {error.message}", hint=error.hint) from None
    if commit is None:
        raise Failure(
            f"--initial-schema {revision.identifier}: {revision.path} is in no commit, and so has no models",
            hint="give the schema as SQL: --initial-schema FILE",
        )
    return commit
