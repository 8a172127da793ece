"""What `--verbose` tells on stderr: what was read, what was not, and why."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from schema_lint.checking.run import SkippedRule
from schema_lint.checking.selection import Selection
from schema_lint.cli.output import terminal_width
from schema_lint.cli.setup import Setup
from schema_lint.facts.application import UrlSource
from schema_lint.facts.environments import Configuration
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.roles import is_migration, is_test
from schema_lint.reporting.summary import plural
from schema_lint.reporting.terminal import wrapped

_FOLDERS = 6
_SHOWN = 20
"""Unread files that are named; all of them with `-vv`."""


def told(
    setup: Setup,
    project: Project,
    files: Sequence[str],
    excluded: Sequence[str],
    selection: Selection,
    skipped: Sequence[SkippedRule],
    rules: int,
    *,
    all_files: bool,
) -> Iterator[str]:
    """The lines.

    Args:
        files: every Python file below the paths.
        excluded: globs of files that are left out.
        rules: how many there are.
        all_files: name each, with what became of it; otherwise they are counted by folder.
    """
    yield f"root: {setup.root}"
    yield f"configuration: {setup.configuration or 'none'}"
    yield f"import roots: {', '.join(root or '.' for root in project.import_roots) or 'none'}"
    known = (("SQLAlchemy", project.sqlalchemy_version), ("SQLModel", project.sqlmodel_version))
    versions = ", ".join(f"{name} {'.'.join(map(str, version))}" for name, version in known if version)
    origin = project.version_source
    yield f"versions: {versions}, {origin if ' ' in origin else f'from {origin}'}"
    yield f"profile {selection.profile}: {len(selection.rules)} of {plural(rules, 'rule')}"
    codes: dict[str, list[str]] = {}
    for rule in skipped:
        codes.setdefault(rule.why, []).append(rule.code)
    yield from (f"not run: {', '.join(found)}: {why}" for why, found in codes.items())
    if project.evidence != "M":
        yield from _files(project, files, excluded, all_files=all_files)


def told_of_environments(project: Project) -> Iterator[str]:
    """What each `env.py` of Alembic says."""
    for environment in project.migrations:
        if environment.place is None:
            continue
        kind = "asynchronous engine" if environment.is_async else "engine"
        metadata = f"target_metadata {environment.target_metadata}"
        metadata += f" ({environment.metadata})" if environment.metadata is not None else ""
        sources = [_source(source) for source in environment.addresses.known]
        rest = environment.addresses.rest
        where = ", ".join(dict.fromkeys(sources)) or (f"not known: {rest.why}" if rest is not None else "none")
        yield f"{environment.place.path}: {kind}; {metadata}; address: {where}"
        for configuration in environment.configurations:
            yield f"  line {configuration.place.line}, {_configuration(configuration)}"
        yield from (f"  {line}" for line in _of_other_database(environment))


def _of_other_database(environment: MigrationEnvironment) -> Iterator[str]:
    if environment.dialect is not None:
        yield f"{environment.folder}: revisions of {environment.dialect}, not judged by rules about PostgreSQL"


def _source(source: UrlSource) -> str:
    what = f"{source.kind} {source.name}" if source.name is not None else source.kind
    return f"{what} ({source.url.masked})" if source.url is not None else what


def _configuration(found: Configuration) -> str:
    options = [
        f"{name} {value if not isinstance(value, Unknown) else 'not known'}"
        for name in found.__struct_fields__
        if name not in ("place", "begun", "offline", "target_metadata") and (value := getattr(found, name)) is not None
    ]
    begun = found.begun
    if not found.offline:
        options.append(
            "who begins the transaction is not known" if isinstance(begun, Unknown)
            else f"in the transaction of {begun.by}" if begun is not None
            else "in a transaction of Alembic's"
        )  # fmt: skip
    return f"{'offline' if found.offline else 'online'}: {', '.join(options) or 'no options'}"


def hanging(lines: Iterable[str]) -> Iterator[str]:
    """The lines, wrapped with a margin where people read them as they are written."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from lines
        return
    cells = max(40, terminal_width())
    for line in lines:
        margin = " " * (len(line) - len(line.lstrip()))
        head, *rest = wrapped(line, cells - len(margin) - 4)
        yield margin + head
        yield from (f"{margin}    {more}" for more in rest)


def _files(project: Project, files: Sequence[str], excluded: Sequence[str], *, all_files: bool) -> Iterator[str]:
    own = {module.path for module in project.modules}
    lost = {file.path for file in project.unread if file.kind != "newer-syntax"}
    libraries = project.files_read - len(own)
    outside = f", {libraries:,} of them in packages" if libraries > 0 else ""
    yield f"files: {len(files):,} below the paths, {project.files_read - len(own & lost):,} read{outside}"
    if excluded:
        yield f"  excluded: {', '.join(excluded)}"
    newer = [file for file in project.unread if file.path not in lost]
    others = [path for path in files if path not in own and path not in lost]
    groups = {
        "read": [path for path in sorted(own) if path not in project.set_aside and path not in lost],
        **_by_role(path for path in sorted(own) if path in project.set_aside and path not in lost),
        "of migrations, not read": [path for path in others if is_migration(path)],
        "without a word of models or engines, not read": [path for path in others if not is_migration(path)],
        "in syntax newer than the running Python, read as far as that goes": [file.path for file in newer],
    }
    for title, paths in groups.items():
        if all_files:
            yield from (f"  {title}: {path}" for path in paths)
        elif paths:
            yield f"  {len(paths):,} {title}: {_by_folder(paths)}"
    failed = [file for file in project.unread if file.path in lost]
    yield from (f"  not read: {_place(file.place)}: {file.message}" for file in failed[: None if all_files else _SHOWN])
    if failed[_SHOWN:] and not all_files:
        yield f"  not read: {plural(len(failed) - _SHOWN, 'more file')}"
    for environment in project.migrations:
        yield from (f"  not read: {each.path}: {each.why}" for each in environment.unread if each.file is None)
        yield from (f"  {line}" for line in _of_other_database(environment))


def _by_role(aside: Iterable[str]) -> dict[str, list[str]]:
    """Files whose tables are not judged, by what they are."""
    found: dict[str, list[str]] = {}
    for path in aside:
        role = "tests" if is_test(path) else "migrations" if is_migration(path) else "examples"
        found.setdefault(f"of {role}, read but not judged", []).append(path)
    return dict(sorted(found.items()))


def _by_folder(paths: Sequence[str]) -> str:
    """`app/ 12, tests/ 3, 1 more folder 2`: the folders that the paths part into, the fullest first."""
    folders = Counter(_folder(path, _common(paths)) for path in paths)
    ordered = sorted(folders.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{folder} {count:,}" for folder, count in ordered[:_FOLDERS]]
    if ordered[_FOLDERS:]:
        rest = sum(count for _, count in ordered[_FOLDERS:])
        shown.append(f"{plural(len(ordered) - _FOLDERS, 'more folder')} {rest:,}")
    return ", ".join(shown)


def _common(paths: Sequence[str]) -> int:
    """How many folders all the paths begin with."""
    first, last = min(paths).split("/")[:-1], max(paths).split("/")[:-1]
    return next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


def _folder(path: str, common: int) -> str:
    parts = path.split("/")
    folder = "/".join(parts[: min(common + 1, len(parts) - 1)])
    return f"{folder}/" if folder else "./"


def _place(place: SourcePlace) -> str:
    return f"{place.path}:{place.line}:{place.column}"
