"""The Alembic environments of a project, and the revisions that belong to each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from schema_lint.evaluating.files import ReadError, SourceTree, decode, decoded
from schema_lint.facts.files import UnreadFile
from schema_lint.facts.migrations import MigrationEnvironment, Revision, UnreadRevision
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint.readers.migrations.addresses import with_addresses, with_target
from schema_lint.readers.migrations.dialects import with_dialects
from schema_lint.readers.migrations.environments import read_environment
from schema_lint.readers.migrations.locations import Locations
from schema_lint.readers.migrations.revisions import is_revision, read_revision
from schema_lint.readers.source.modules import unread_file
from schema_lint.readers.source.roles import is_example, is_shown, is_test

_WORD = re.compile(rb"[A-Za-z_]\w*")


def with_histories(
    project: Project,
    tree: SourceTree,
    *,
    start_after: Iterable[str] = (),
    heads_alone: bool = False,
    steps: bool = True,
) -> Project:
    """The project with the histories that the revisions among its files belong to.

    Args:
        start_after: revisions that are applied everywhere, with all that lead to them.
        heads_alone: all but the heads are taken to be applied.
        steps: read what revisions do, too, where there are any that are not applied.
    """
    found = with_dialects(
        [
            _marked(with_target(with_addresses(each, project), project), start_after, heads_alone=heads_alone)
            for each in read_histories(tree, project.revision_files)
        ]
    )
    if steps and any(not revision.applied for each in found for revision in each.revisions):
        from schema_lint.readers.migrations.conventions import convention_of
        from schema_lint.readers.migrations.importing import imported_by
        from schema_lint.readers.migrations.operations import read_operations
        from schema_lint.readers.migrations.stepping import carried_out

        paths = [revision.path for each in found for revision in each.revisions]
        conventions = [convention_of(each, project) for each in found for _ in each.revisions]
        read = dict(zip(paths, read_operations(tree, paths, project, conventions), strict=True))
        found = tuple(carried_out(each, read.__getitem__) for each in found)
        project = _with_unread(project, (each.error for each in read.values()))
        declaring = project.declaring - project.set_aside
        found = tuple(
            msgspec.structs.replace(each, imported=imported_by(each.place.path, tree, project.import_roots, declaring))
            if each.place is not None and each.target_metadata == "given" and declaring
            else each
            for each in found
        )
    project = _with_unread(project, (revision.file for each in found for revision in each.unread))
    return msgspec.structs.replace(project, migrations=found, evidence=f"{project.evidence}G") if found else project


def _with_unread(project: Project, files: Iterable[UnreadFile | None]) -> Project:
    unread = tuple(file for file in files if file is not None)
    return msgspec.structs.replace(project, unread=(*project.unread, *unread)) if unread else project


def _marked(
    environment: MigrationEnvironment, start_after: Iterable[str], *, heads_alone: bool
) -> MigrationEnvironment:
    applied = {name for start in start_after for name in environment.ancestors(start)}
    if heads_alone and environment.heads:
        applied |= environment.by_identifier.keys() - set(environment.heads)
    return msgspec.structs.replace(
        environment,
        revisions=tuple(
            msgspec.structs.replace(revision, applied=True) if revision.identifier in applied else revision
            for revision in environment.revisions
        ),
    )


def read_histories(tree: SourceTree, files: Iterable[str]) -> tuple[MigrationEnvironment, ...]:
    """The whole histories that some revisions belong to, by folder. Those of tests and examples are left out."""
    locations = Locations(tree)
    folders: defaultdict[str, set[str]] = defaultdict(set)
    for path in files:
        own = path.rpartition("/")[0]
        if not _is_aside(own):
            environment = locations.environment_of(own)
            folders[environment] |= {own, *locations.folders_of(environment)}
    return tuple(
        history
        for environment in sorted(folders)
        for history in apart(_read(tree, environment, folders[environment], locations))
    )


def _read(tree: SourceTree, environment: str, folders: Iterable[str], locations: Locations) -> MigrationEnvironment:
    revisions: list[Revision] = []
    unread: list[UnreadRevision] = []
    for path in sorted(set(tree.python_files(sorted(filter(tree.exists, folders))))):
        folder = path.rpartition("/")[0]
        if _is_aside(folder) or locations.environment_of(folder) != environment:
            continue
        content = tree.content(path)
        if content is None or not is_revision(content):
            continue
        try:
            found = read_revision(path, environment, decode(content))
        except ReadError as error:
            found = UnreadRevision(path=path, why=error.message, file=unread_file(path, error))
        if isinstance(found, Revision):
            revisions.append(found)
        else:
            unread.append(found)
    env = f"{environment}/env.py" if environment else "env.py"
    written = (tree.content(env) if tree.is_file(env) else None) or b""
    said = read_environment(env, decoded(written) or "")
    return MigrationEnvironment(
        folder=environment,
        revisions=tuple(revisions),
        unread=tuple(unread),
        words=frozenset(word.decode() for word in _WORD.findall(written)),
        target_metadata=said.target_metadata,
        metadata=said.metadata,
        configurations=said.configurations,
        is_async=said.is_async,
        place=SourcePlace(path=env, line=1) if written else None,
    )


def apart(environment: MigrationEnvironment) -> list[MigrationEnvironment]:
    """The environment by itself, or its histories where its folders hold several: for one kind of database each, of
    which `env.py` takes one. Folders belong together where a revision's parent lies in another than its own."""
    folder_of = {revision.path: revision.path.rpartition("/")[0] for revision in environment.revisions}
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for revision in environment.revisions:
        homes[revision.identifier].append(folder_of[revision.path])
    group = {folder: folder for folder in sorted(set(folder_of.values()))}
    for revision in environment.revisions:
        own = folder_of[revision.path]
        for parent in (*revision.parents, *revision.depends_on):
            if homes[parent] and own not in homes[parent]:
                old, new = group[homes[parent][0]], group[own]
                group = {folder: new if leader == old else leader for folder, leader in group.items()}
    if len(set(group.values())) < 2:
        return [environment]
    return [
        msgspec.structs.replace(
            environment,
            folder=leader,
            revisions=tuple(r for r in environment.revisions if group[folder_of[r.path]] == leader),
            unread=tuple(u for u in environment.unread if group.get(u.path.rpartition("/")[0], leader) == leader),
        )
        for leader in sorted(set(group.values()))
    ]


def _is_aside(folder: str) -> bool:
    """Whether a folder is no application's. A revision's own name says nothing of that: `2a_add_template.py`."""
    path = f"{folder}/revision.py"
    return is_test(path) or is_example(path) or is_shown(path)
