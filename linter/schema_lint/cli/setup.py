"""What every command that reads a project begins with: paths, the project root, settings, rules."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.cli.failures import Failure
from schema_lint.config.discovery import OWN_FILE, SHARED_FILE, contains
from schema_lint.config.loading import Loaded, load
from schema_lint.config.problems import printable

if TYPE_CHECKING:
    from schema_lint.checking.rule import Rule
    from schema_lint.config.settings import Settings
    from schema_lint.evaluating.files import SourceTree
    from schema_lint.evaluating.store import Store
    from schema_lint.readers.source.options import ReadOptions


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What a command works on."""

    loaded: Loaded
    paths: tuple[str, ...]
    """What was asked for, relative to the project root, with `/`; `""` is all of it."""

    directory: str
    """The working directory."""

    named: bool = True
    """Whether paths were given."""

    @property
    def root(self) -> str:
        """The project root."""
        return self.loaded.root

    @property
    def settings(self) -> Settings:
        """The project's settings."""
        return self.loaded.settings

    @property
    def configuration(self) -> str | None:
        """The configuration file, relative to the project root."""
        file = self.loaded.file
        return os.path.relpath(file, self.root).replace(os.sep, "/") if file is not None else None

    @property
    def prefix(self) -> str:
        """What leads from the working directory to the project root; empty if they are one."""
        relative = os.path.relpath(self.root, self.directory).replace(os.sep, "/")
        return "" if relative == "." else relative


def set_up(paths: Sequence[str], *, config: Sequence[str], isolated: bool, plugins: bool) -> Setup:
    """Find the project and read its settings.

    Raises:
        Failure: for paths that do not exist, or that belong to no one project.
        ConfigurationError: with every mistake in the configuration.
    """
    directory = working_directory()
    wanted = [_existing(path, directory) for path in paths or (".",)]
    find_rules = _RuleFinder(plugins=plugins and not isolated)
    loaded = load(directory, paths=wanted, config=config, isolated=isolated, find_rules=find_rules)
    relative = tuple(dict.fromkeys(_relative(path, loaded.root, directory) for path in wanted))
    return Setup(loaded=loaded, paths=relative, directory=directory, named=bool(paths))


def load_settings(*, config: Sequence[str], isolated: bool, plugins: bool, directory: str | None = None) -> Loaded:
    """Settings of the project around a directory: the working directory, if none is given.

    Raises:
        ConfigurationError: with every mistake.
    """
    finder = _RuleFinder(plugins=plugins and not isolated)
    return load(directory or working_directory(), config=config, isolated=isolated, find_rules=finder)


def known_rules(*, config: Sequence[str], isolated: bool, plugins: bool) -> tuple[Rule, ...]:
    """Every rule, with those that the project's configuration adds."""
    return all_rules(load_settings(config=config, isolated=isolated, plugins=plugins), plugins=plugins)


def all_rules(loaded: Loaded, *, plugins: bool) -> tuple[Rule, ...]:
    """Every rule of the checklist, and of the project's plugins."""
    return _RuleFinder(plugins=plugins).find(loaded.settings, loaded.root)


def rules_of_source(
    loaded: Loaded, names: Iterable[str], *, plugins: bool, of_revisions: bool = True
) -> tuple[Rule, ...]:
    """The rules that can judge source, those about revisions only if asked for; all rules, where others may be meant by
    the settings or these names."""
    if not (loaded.settings.plugins and plugins):
        from schema_lint.checking.registry import load_rules
        from schema_lint.config.references import are_known, selectors

        rules = load_rules(of_source=True, of_revisions=of_revisions)
        if are_known((*selectors(loaded.settings), *names), rules):
            return rules
    return all_rules(loaded, plugins=plugins)


def working_directory() -> str:
    """The working directory.

    Raises:
        Failure: if it has been deleted.
    """
    try:
        return os.getcwd()
    except OSError:
        raise Failure("the working directory does not exist any more", hint="change to another one") from None


def check_tokens(option: str, tokens: Sequence[str], rules: Sequence[Rule]) -> None:
    """See that what was given names rules.

    Raises:
        Failure: with the nearest rule for each that does not.
    """
    from schema_lint.config.selectors import matching

    wrong = [token for token in tokens if not matching(token, rules)]
    if wrong:
        from schema_lint.config.references import unknown_rule

        told = "; ".join(unknown_rule(token, rules).replace("; did", ", did") for token in wrong)
        raise Failure(
            f"{option}: {told}", hint="`schema-lint rules` lists the rules; families are such as FK; ALL is all"
        )


def read_options(
    settings: Settings, *, exclude: Sequence[str] = (), sqlalchemy: str = "", sqlmodel: str = ""
) -> ReadOptions:
    """What to tell the reader; options of the command line beat the settings.

    Raises:
        Failure: if a version is none.
    """
    from schema_lint.readers.source.options import ReadOptions

    return ReadOptions(
        sqlalchemy_version=_version("sqlalchemy-version", sqlalchemy or settings.sqlalchemy_version or ""),
        sqlmodel_version=_version("sqlmodel-version", sqlmodel or settings.sqlmodel_version or ""),
        import_roots=tuple(path.strip("/") if path != "." else "" for path in settings.import_roots),
        exclude=excluded(settings, exclude),
        databases={name: database.paths for name, database in settings.databases.items()},
        metadatas={name: database.metadata for name, database in settings.databases.items()},
    )


def excluded(settings: Settings, more: Sequence[str] = ()) -> tuple[str, ...]:
    """Globs of what is not reported on."""
    return (*settings.exclude, *settings.extend_exclude, *more)


def reading_paths(setup: Setup, tree: SourceTree) -> tuple[str, ...]:
    """What to read so that the paths can be reported on.

    A file is a focus: what is said of it may rest on any other, so all of the project is read. Files that are not
    Python are found by the readers that understand them.
    """
    folders = tuple(path for path in setup.paths if tree.is_dir(path))
    files = [path for path in setup.paths if not tree.is_dir(path)]
    if not files:
        return folders
    python = tuple(path for path in files if path.endswith((".py", ".pyi")))
    if setup.loaded.marked:
        return ("", *python)
    return (*folders, *dict.fromkeys(path.rpartition("/")[0] for path in files), *python)


def tree_of(setup: Setup, exclude: Sequence[str], *, allow_empty: bool, store: Store | None = None) -> SourceTree:
    """The project's files; with a store, what is asked of them is noted for what is kept there.

    Raises:
        Failure: if a path cannot be read, or there is no Python file below the paths. A file that was named itself is
            taken as it is.
    """
    from schema_lint.evaluating.disk import DiskTree
    from schema_lint.evaluating.recording import RecordingTree

    tree = RecordingTree(setup.root, store=store) if store is not None else DiskTree(setup.root)
    paths = setup.paths
    for path in paths:
        if not tree.exists(path):
            raise Failure(
                f"{printable(path, 200)} cannot be read",
                hint="it is no file or folder, may not be read, or is a link that leads out of the project",
            )
    if allow_empty or any(not tree.is_dir(path) for path in paths) or tree.python_files(paths, exclude):
        return tree
    for path, error in tree.errors:
        raise Failure(f"{printable(path, 200) or setup.root} {error.message}", hint="make it readable, or exclude it")
    raise Failure(
        f"no Python files in {', '.join(path or setup.root for path in paths)}",
        hint="give the folder that holds the models; --allow-empty makes this no mistake",
    )


def unused_configuration(setup: Setup) -> str | None:
    """A configuration below the project root that a path leads to, and that does not count: its path."""
    for path in setup.paths:
        while path:
            for name in (OWN_FILE, SHARED_FILE):
                full = os.path.join(setup.root, path, name)
                if os.path.isfile(full):
                    from schema_lint.config.discovery import config_in

                    if config_in(os.path.dirname(full)) is not None:
                        return os.path.relpath(full, setup.directory)
            path = path.rpartition("/")[0]
    return None


class _RuleFinder:
    """Loads plugins once, and only if the rules are needed."""

    def __init__(self, *, plugins: bool) -> None:
        self.plugins = plugins

    def __call__(self, settings: Settings, root: str) -> tuple[Rule, ...] | None:
        if settings.plugins and not self.plugins:
            # Names in the settings may be those of rules that are not loaded.
            return None
        return rules_of_source(Loaded(root=root, settings=settings), (), plugins=self.plugins, of_revisions=False)

    def find(self, settings: Settings, root: str) -> tuple[Rule, ...]:
        from schema_lint.checking.registry import PluginError, load_plugin, load_rules

        if self.plugins:
            for plugin in settings.plugins:
                try:
                    load_plugin(os.path.join(root, plugin))
                except PluginError as error:
                    raise Failure(
                        f"plugin {error}", hint="--no-plugins checks without the project's own rules"
                    ) from None
        return load_rules()


def _existing(path: str, directory: str) -> str:
    if not path.strip():
        raise Failure("an empty path", hint="`.` is the working directory")
    if "\0" in path:
        raise Failure(f"{printable(path, 200)} is no path")
    full = os.path.abspath(os.path.join(directory, path))
    if os.path.exists(full):
        return full
    shown = printable(path, 200)
    if os.path.islink(full):
        raise Failure(f"{shown} is a link that leads nowhere")
    parent = os.path.dirname(full)
    try:
        names = os.listdir(parent)
    except OSError:
        raise Failure(
            f"{shown} does not exist", hint=f"nor does {printable(os.path.dirname(path) or parent, 200)}"
        ) from None
    from schema_lint.config.problems import nearest

    close = nearest(os.path.basename(full), names)
    hint = f"did you mean {printable(os.path.join(os.path.dirname(path), close), 200)}?" if close else ""
    raise Failure(f"{shown} does not exist", hint=hint or "give files or folders of the project; without any it is `.`")


def _relative(path: str, root: str, directory: str) -> str:
    for candidate, base in ((path, root), (os.path.realpath(path), os.path.realpath(root))):
        if contains(base, candidate):
            return "" if candidate == base else os.path.relpath(candidate, base).replace(os.sep, "/")
    shown = printable(os.path.relpath(path, directory), 200)
    raise Failure(
        f"{shown} is outside the project root {printable(root, 200)}",
        hint="check one project at a time, from inside it or by its own path",
    )


def _version(option: str, text: str) -> tuple[int, ...]:
    numbers = []
    for part in text.strip().lstrip("=v").split(".") if text.strip() else ():
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits[:9]))
    if text.strip() and len(numbers) < 2:
        raise Failure(f"{option}: {printable(text)} is no version", hint="give one such as 2.0.36")
    return tuple(numbers)
