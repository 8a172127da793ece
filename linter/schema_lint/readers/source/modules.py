"""Facts of the project's modules: what imports what, which are tests, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from schema_lint.config.globs import path_matches
from schema_lint.evaluating.files import ReadError, SourceTree
from schema_lint.evaluating.modules import ImportStatement, ModuleFinder
from schema_lint.evaluating.modules import Module as SourceModule
from schema_lint.facts.files import Module, ModuleImport, UnreadFile
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.roles import is_test


class Imports:
    """Finds which project modules a module imports when it is imported itself."""

    def __init__(self, finder: ModuleFinder) -> None:
        self.finder = finder
        self._known: dict[str, tuple[tuple[SourceModule, tuple[str, ...], SourcePlace], ...]] = {}

    def of(self, module: SourceModule) -> tuple[tuple[SourceModule, tuple[str, ...], SourcePlace], ...]:
        """The modules of the project that it imports at run time, the names it takes, and where."""
        known = self._known.get(module.path)
        if known is None:
            known = tuple(self._found(module))
            self._known[module.path] = known
        return known

    def _found(self, module: SourceModule) -> Iterator[tuple[SourceModule, tuple[str, ...], SourcePlace]]:
        for statement in module.imports:
            if statement.source is None:
                for name in statement.names:
                    target = self.finder.find(name, module)
                    if target is not None and not target.library:
                        yield target, (), statement.place
            else:
                yield from self._from(module, statement, statement.source)

    def _from(
        self, module: SourceModule, statement: ImportStatement, source: str
    ) -> Iterator[tuple[SourceModule, tuple[str, ...], SourcePlace]]:
        if statement.level:
            target = self.finder.relative(module, statement.level, source)
        else:
            target = self.finder.find(source, module)
        if target is None or target.library:
            return
        names = []
        for name in statement.names:
            inner = self.finder.submodule(target, name) if target.is_package else None
            if inner is not None and name not in target.bound_names:
                yield inner, (), statement.place
            else:
                names.append(name)
        if names or not statement.names:
            yield target, tuple(names), statement.place

    def fact(self, module: SourceModule, has_models: bool) -> Module:
        """The module's fact."""
        imports = tuple(
            ModuleImport(module=target.name, names=names, place=place) for target, names, place in self.of(module)
        )
        return Module(
            name=module.name, path=module.path, imports=imports, has_models=has_models, is_test=is_test(module.path)
        )


class Units:
    """Which modules belong to one application: those of one import root, and of roots that import each other.

    Copies of an application in one repository share their tables' names, and a library's `MetaData` is one for each.
    Where the configuration names the databases, the files of each are a unit of their own.
    """

    def __init__(self, databases: Mapping[str, Sequence[str]] | None = None) -> None:
        self._parents: dict[str, str] = {}
        self._databases = databases or {}
        """Globs of the files whose models belong to a database, by its name."""

    def database(self, path: str) -> str | None:
        """The configured database that a file's models belong to."""
        for name, patterns in self._databases.items():
            if any(path_matches(path, pattern) for pattern in patterns):
                return name
        return None

    def join(self, one: SourceModule, other: SourceModule) -> None:
        """Note that one module imports the other."""
        first, second = self._top(one.root), self._top(other.root)
        if first != second:
            self._parents[max(first, second)] = min(first, second)

    def unit(self, module: SourceModule) -> str:
        """The unit of a module: the same text for all modules of an application."""
        database = self.database(module.path) if self._databases else None
        return f"database {database}" if database is not None else self._top(module.root)

    def _top(self, root: str) -> str:
        while self._parents.get(root, root) != root:
            root = self._parents[root]
        return root


def unread(module: SourceModule) -> UnreadFile | None:
    """Why a module's file could not be read, or that its syntax is newer than the running Python."""
    error = module.error
    if error is not None:
        return unread_file(module.path, error)
    place = module.newer_syntax
    if place is not None:
        return UnreadFile(
            path=module.path, kind="newer-syntax", message="uses syntax that is newer than the running Python",
            place=place,
        )  # fmt: skip
    return None


def unread_file(path: str, error: ReadError) -> UnreadFile:
    """The fact of a file that could not be read."""
    line, column = max(error.line, 1), max(error.column, 1)
    place = SourcePlace(path, line, column, line, column + 1)
    return UnreadFile(path=path, kind=error.kind, message=error.message, place=place)


def unlisted(tree: SourceTree) -> list[UnreadFile]:
    """Folders that could not be listed. Whether they hold source nobody knows: a database's own files often lie in the
    project."""
    found = []
    for path, error in dict(tree.errors).items():
        fact = unread_file(path, error)
        found.append(msgspec.structs.replace(fact, unread=Unknown(f"{path} {error.message}", fact.place)))
    return found
