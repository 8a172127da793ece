"""Reading a project's source: which files, in which order, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from schema_lint.evaluating.deferring import forget
from schema_lint.evaluating.files import ReadError, SourceTree
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.looking import Look
from schema_lint.evaluating.modules import Module, ModuleFinder
from schema_lint.evaluating.values import Value
from schema_lint.facts.files import UnreadFile
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.application import read_application
from schema_lint.readers.source.application.around import Around
from schema_lint.readers.source.arguments import unknown
from schema_lint.readers.source.bases import Bases
from schema_lint.readers.source.columns import ColumnReader
from schema_lint.readers.source.constraints import makes_object
from schema_lint.readers.source.conventions import listened
from schema_lint.readers.source.drafts import Mapping
from schema_lint.readers.source.duplicates import Together, duplicate_names
from schema_lint.readers.source.given_keys import constructed, given_keys
from schema_lint.readers.source.hooks import read_hooks
from schema_lint.readers.source.imperative import ImperativeMapper
from schema_lint.readers.source.labels import label_metadatas
from schema_lint.readers.source.linking import Linker
from schema_lint.readers.source.looks import DEFINES_ONE, MENTIONED, Mentioned
from schema_lint.readers.source.mapping import ClassMapper
from schema_lint.readers.source.modules import Imports, Units, unlisted, unread, unread_file
from schema_lint.readers.source.names import call_name
from schema_lint.readers.source.options import ReadOptions
from schema_lint.readers.source.relationships import read_relationships
from schema_lint.readers.source.roles import is_test, set_aside
from schema_lint.readers.source.run_time_tables import note_run_time_tables
from schema_lint.readers.source.scanning import DECLARED, attributes_of
from schema_lint.readers.source.schemas import SchemaMaker
from schema_lint.readers.source.star_imports import star_names
from schema_lint.readers.source.tables import TableReader, is_table
from schema_lint.readers.source.targets import missing_names
from schema_lint.readers.source.unread_tables import unread_tables
from schema_lint.readers.source.versions import find_versions

_ROUNDS = 4
_KEPT = 150_000
_KEPT_AGAIN = 400_000
"""Characters of source; their trees take up to a hundred times as much."""

_MANY = 400
"""Modules, from which on what their values are made of takes more memory than letting it go is worth in time."""
V = TypeVar("V", bound=Value)


def read(tree: SourceTree, paths: Sequence[str], *, options: ReadOptions | None = None) -> Project:
    """All facts of the project's Python source.

    Files below `paths` (relative to the tree's root; all of it where empty) are read if they mention what matters,
    with whatever of the project they need. Nothing is imported or executed. Files that cannot be read are listed
    in `unread`.

    Raises:
        ReadError: where one of `paths` does not exist.
    """
    return Reading(tree, paths, options if options is not None else ReadOptions()).project()


class Reading:
    """One reading of a project."""

    def __init__(self, tree: SourceTree, paths: Sequence[str], options: ReadOptions) -> None:
        self.tree = tree
        self.options = options
        self.paths = tuple(paths) or ("",)
        versions = find_versions(tree, self.paths, options)
        self.sqlalchemy, self.sqlmodel, self.version_source = versions.sqlalchemy, versions.sqlmodel, versions.source
        self.finder = ModuleFinder(tree, options.import_roots)
        self.interpreter = Interpreter(
            self.finder,
            class_properties=DECLARED,
            attributes_of=attributes_of,
            star_names=lambda package: star_names(package, self.sqlalchemy),
            makes_object=makes_object,
            evaluated=self._evaluated,
        )
        self.imports = Imports(self.finder)
        self.units = Units(options.databases)
        self.mapping = Mapping()
        self.bases = Bases(self.interpreter, self.sqlalchemy, self.units)
        self.columns = ColumnReader(self.interpreter, self.sqlalchemy)
        self.together = Together(self.imports)
        self.tables = TableReader(self.interpreter, self.bases, self.columns, self.mapping, self.together)
        self.classes = ClassMapper(self.interpreter, self.bases, self.columns, self.tables, self.mapping, self.sqlmodel)
        self.imperative = ImperativeMapper(self.classes, self.tables)
        self.unread: list[UnreadFile] = []
        self.files: list[str] = []
        self.around = Around()
        self.revisions: list[str] = []
        """Files of Alembic revisions."""
        self.hooking: list[str] = []
        """Files that may have listeners or triggers."""
        self.failures: list[tuple[Value, Exception]] = []
        """Tables and classes given up because of a surprise in the reader itself."""
        self._kept = 0
        """Characters of source whose trees are kept."""
        self._keeping: list[Module] = []
        self._modules_seen = 0
        self._in_hand: Module | None = None
        """The module whose tree is looked at."""
        self._loaded: dict[str, Module] = {}
        self._mapped: set[str] = set()

    def project(self) -> Project:
        """Read, link and assemble."""
        self.files = self.tree.python_files(self.paths, self.options.exclude)
        self.unread += unlisted(self.tree)
        self._load(self._mentioning(self.files))
        self._link()
        if self.options.revisions:
            # After all else: what the application declares comes first, where a revision adds to its metadata.
            self._load(self.revisions)
            self._drop_bygone()
            self._relink()
        self._share_names()
        duplicate_names(self.mapping, self.together)
        label_metadatas(self.mapping, self.interpreter)
        project = self._assemble()
        forget(self.interpreter, modules=self._is_large)
        if self._is_large:
            self.mapping.forget()
        return project

    def _mentioning(self, files: Iterable[str]) -> list[str]:
        found = []
        for path in files:
            try:
                mentioned: Mentioned = self.tree.look(path, MENTIONED)
            except ReadError as error:
                self.unread.append(unread_file(path, error))
                continue
            if mentioned.hooks:
                self.hooking.append(path)
            self.around.note(path, mentioned.around)
            if mentioned.revision:
                self.revisions.append(path)
            elif mentioned.defines:
                found.append(path)
        return found

    def _evaluated(self, module: Module) -> None:
        """Keep the trees of a small project, and of a larger one some of those that are looked at again."""
        self._modules_seen += 1
        while self._keeping and self._is_large:
            self._keeping.pop().release()
        limit = _KEPT_AGAIN if module.path in self.around.topics else _KEPT
        if self._kept + len(module.source) < limit:
            self._kept += len(module.source)
            self._keeping.append(module)
        elif module is not self._in_hand:
            module.release(values=self._is_large)

    @property
    def _is_large(self) -> bool:
        return self._modules_seen > _MANY

    def _take_in_hand(self, module: Module) -> None:
        self._in_hand = module

    def _let_go(self, module: Module) -> None:
        self._in_hand = None
        self._evaluated(module)

    def _load(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.interpreter.load(self.finder.at(path))
        for module in self.interpreter.loaded():
            if module.path in self._loaded:
                continue
            self._loaded[module.path] = module
            if not module.library:
                self.together.note(module)
                for target, _, _ in self.imports.of(module):
                    self.units.join(module, target)
        self._map()

    def _map(self) -> None:
        """Map what the modules loaded since the last time hold: tables first, then classes, in the order they ran."""
        modules = [m for m in self._loaded.values() if m.path not in self._mapped]
        modules.sort(key=lambda m: is_test(m.path))
        self._mapped.update(m.path for m in modules)
        calls = [(module, call) for module in modules for call in self.interpreter.calls(module)]
        for _, call in calls:
            if is_table(call):
                self._guarded(self.tables.core, call)
        for module in modules:
            for cls in self.interpreter.classes(module):
                self._guarded(self.classes.map_class, cls)
        self._map_made()
        for _, call in calls:
            self._guarded(self.imperative.map_call, call)
        self.mapping.metadatas = self.bases.metadatas
        self._conventions(modules)
        self._listeners(modules)
        for module in modules:
            note_run_time_tables(module, self.interpreter, self.bases)

    def _map_made(self) -> None:
        """Map the classes that a `declared_attr` made of the class it was carried out for, in whatever module."""
        for _ in range(_ROUNDS):
            everything = [cls for module in self._loaded.values() for cls in self.interpreter.classes(module)]
            made = [cls for cls in everything if not self.classes.has_seen(cls)]
            if not made:
                return
            for cls in made:
                self._guarded(self.classes.map_class, cls)

    def _guarded(self, take_up: Callable[[V], object], value: V) -> None:
        """Whatever the source is, one class that surprises us must not take the others with it."""
        try:
            take_up(value)
        except Exception as error:
            self.failures.append((value, error))

    def _given_up(self) -> Unknown | None:
        if not self.failures:
            return None
        value = self.failures[0][0]
        return unknown(value, "a table or class could not be read")

    def _conventions(self, modules: list[Module]) -> None:
        """`SQLModel.metadata.naming_convention = …`, and the same on any other metadata that is no call of its own."""
        for module in modules:
            for assignment in self.interpreter.assignments(module):
                if assignment.name == "naming_convention":
                    metadata = self.bases.metadata(assignment.owner, module)
                    if metadata is not None:
                        self.bases.set_convention(metadata, assignment.value)

    def _listeners(self, modules: list[Module]) -> None:
        """Constraints and indexes that listeners may name."""
        for module in modules:
            for call in self.interpreter.calls(module):
                kinds, why = listened(call)
                for metadata in self.bases.metadatas if kinds else ():
                    metadata.listened.update(dict.fromkeys(kinds, why))

    def _link(self) -> None:
        """Resolve references; files that seem to define what is missing are read for it."""
        self._relink()
        asked: set[str] = set()
        for _ in range(_ROUNDS):
            missing = missing_names(self.mapping) - asked
            found = self._defining(missing)
            asked |= missing
            if not found:
                return
            self._load(found)
            self._relink()

    def _share_names(self) -> None:
        """Classes of unread bases are found by name beside those of the application's registry, if it has only one."""
        registries = {id(m.base.registry.classes): m.base.registry for m in self.mapping.classes}
        strange = [r for r in registries.values() if r.metadata.unread is not None]
        others = [r for r in registries.values() if r.metadata.unread is None]
        for registry in strange if len(others) == 1 else ():
            for name, found in registry.classes.items():
                others[0].classes.setdefault(name, []).extend(found)
            registry.classes = others[0].classes

    def _drop_bygone(self) -> None:
        """Of the tables that revisions declare, leave those that the application has, too: others are of the past."""
        revisions = set(self.revisions)
        tables = [(metadata, table) for metadata in self.mapping.metadatas for table in metadata.tables.values()]
        bygone = {id(t) for _, t in tables if t.site is not None and t.site.module.path in revisions}
        current = {table.key for _, table in tables if id(table) not in bygone}
        for metadata, table in tables:
            if id(table) in bygone and table.key not in current:
                del metadata.tables[table.key]
        self.mapping.classes = [
            m for m in self.mapping.classes
            if m.table is None or id(m.table) not in bygone or m.table.key in current
        ]  # fmt: skip

    def _relink(self) -> None:
        linker = Linker(self.mapping, self.interpreter)
        for module in self._loaded.values():
            for call in self.interpreter.calls(module):
                if call_name(call) in {"Index", "UniqueConstraint"}:
                    linker.loose(call)
        linker.link()

    def _defining(self, names: set[str]) -> list[str]:
        """Files that are not read yet and mention one of the names beside the words that matter."""
        if not names:
            return []
        wanted = b"\0".join(name.encode(errors="replace") for name in sorted(names))
        rest = [path for path in self._beyond(()) if path not in self._loaded]
        roots = {self.units.unit(module) for module in self._loaded.values()}
        return [
            path
            for path in rest
            if self._look(path, DEFINES_ONE, wanted) and self.units.unit(self.finder.at(path)) in roots
        ]

    def _look(self, path: str, look: Look, *parameters: bytes) -> Any:
        """The answer of a look at a file; `None` if it cannot be read."""
        try:
            return self.tree.look(path, look, *parameters)
        except ReadError:
            return None

    def _beyond(self, exclude: tuple[str, ...]) -> list[str]:
        """Files of the project that were not searched for words, since they are not below the paths."""
        if "" in self.paths and exclude == self.options.exclude:
            return []
        searched = set(self.files)
        return [path for path in self.tree.python_files(exclude=exclude) if path not in searched]

    def _assemble(self) -> Project:
        relationships = read_relationships(self.mapping, self.interpreter, sqlalchemy_version=self.sqlalchemy)
        maker = SchemaMaker(self.mapping, self.interpreter, self.units, self.options.metadatas, self._given_up())
        schemas = maker.all(relationships)
        project_modules = [m for m in self._loaded.values() if not m.library]
        with_models = {m.cls.module.path for m in self.mapping.classes}
        for module in project_modules:
            fact = unread(module)
            if fact is not None:
                self.unread.append(fact)
        self.unread += unread_tables(project_modules, self.interpreter, self.mapping)
        application = read_application(self.around, self.interpreter, self.tree, self._take_in_hand, self._let_go)
        return Project(
            schemas=schemas,
            engines=application.engines,
            session_factories=application.session_factories,
            session_uses=application.session_uses,
            url_literals=application.url_literals,
            settings=application.settings,
            schema_calls=application.schema_calls,
            address_options=application.address_options,
            uses_alembic=application.uses_alembic,
            sets_statement_timeout=application.sets_statement_timeout,
            sets_lock_timeout=application.sets_lock_timeout,
            given_keys=given_keys(schemas, self.tree),
            constructed=constructed(mapped.cls for mapped in self.mapping.classes),
            update_hooks=tuple(read_hooks(self._hooking(), self.tree, self.finder, self.interpreter)),
            modules=tuple(self.imports.fact(m, m.path in with_models) for m in project_modules),
            unread=tuple(self.unread),
            import_roots=tuple(sorted({m.root for m in project_modules})),
            set_aside=set_aside(self._loaded, self.paths),
            sqlalchemy_version=self.sqlalchemy,
            sqlmodel_version=self.sqlmodel,
            version_source=self.version_source,
            revision_files=tuple(self.revisions),
            files_read=len(self._loaded),
            files_skipped=len(self.files) - sum(path in self._loaded for path in self.files),
        )

    def _hooking(self) -> Iterator[str]:
        """Files that may have listeners or triggers, also beyond the paths to check; none where there is no table."""
        if not any(metadata.tables for metadata in self.mapping.metadatas):
            return
        yield from self.hooking
        yield from filter(self._may_hook, self._beyond(self.options.exclude))

    def _may_hook(self, path: str) -> bool:
        mentioned = self._look(path, MENTIONED)
        return mentioned is not None and mentioned.hooks
