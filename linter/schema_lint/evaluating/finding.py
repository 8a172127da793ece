"""Which file an import leads to, decided from the layout of the tree."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from schema_lint.evaluating.files import SourceTree

if TYPE_CHECKING:
    from schema_lint.evaluating.modules import Module

NEVER_READ = frozenset(
    {
        "alembic", "asyncpg", "attr", "attrs", "fastapi", "flask", "flask_sqlalchemy", "numpy", "pandas", "psycopg",
        "psycopg2", "pydantic", "pydantic_core", "pydantic_settings", "pytest", "six", "sqlalchemy", "sqlmodel",
        "starlette", "typing_extensions",
    }
)  # fmt: skip
"""Top-level packages whose things stay symbols: readers know them by name, or gain nothing from their source."""

_TESTS = frozenset({"test"})
_STANDARD = sys.stdlib_module_names - _TESTS
_ENVIRONMENTS = (".venv", "venv", "env", ".env")
_PREPEND = r"(?m)^\s*prepend_sys_path\s*=\s*(.+?)\s*$"
_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "alembic.ini", "manage.py", ".git")


class ModuleFinder:
    """Finds modules below a tree's root.

    An absolute import is looked up from the importing file outwards: its own import root first (the directory above
    its topmost package), then the directories above and their `src`, declared roots, packages found anywhere in the
    tree if there is only one of that name, last the project's virtual environment.
    """

    def __init__(
        self,
        tree: SourceTree,
        import_roots: Sequence[str] = (),
        site_packages: Sequence[str] | None = None,
        never_read: Collection[str] = NEVER_READ,
    ) -> None:
        self.tree = tree
        self.import_roots = tuple(root.strip("/").removeprefix("./") if root != "." else "" for root in import_roots)
        self.never_read = frozenset(never_read)
        self._site_packages = site_packages
        self._modules: dict[str, Module] = {}
        self._found: dict[tuple[str, str], Module | None] = {}
        self._search_paths: dict[str, tuple[str, ...]] = {}
        self._environments: dict[str, tuple[str, ...]] = {}
        self._packages: dict[str, list[str]] | None = None

    def at(self, path: str) -> Module:
        """The module of a file; the same object each time."""
        module = self._modules.get(path)
        if module is None:
            root = self.import_root(path)
            name = _dotted(path, root)
            module = self._make(path, name, root, library=False)
        return module

    def _make(self, path: str, name: str, root: str, *, library: bool) -> Module:
        from schema_lint.evaluating.modules import Module

        module = self._modules.get(path)
        if module is None:
            package = path.endswith("/__init__.py") or path == "__init__.py"
            namespace = not path.endswith(".py") and self.tree.is_dir(path)
            module = Module(
                self.tree, path, name, root, is_package=package or namespace, is_namespace=namespace, library=library
            )
            self._modules[path] = module
        return module

    def import_root(self, path: str) -> str:
        """The directory that a file's dotted name starts from: above its topmost package, or, for a file in no
        package, the nearest `src`, declared root or project directory above it."""
        directory = _parent(path)
        if not self.tree.is_file(_join(directory, "__init__.py")):
            return self._root_above(directory)
        while directory and self.tree.is_file(_join(directory, "__init__.py")):
            directory = _parent(directory)
        return directory

    def _root_above(self, directory: str) -> str:
        start = directory
        while True:
            name = directory.rpartition("/")[2]
            if directory in self.import_roots or name == "src" or not directory:
                break
            if any(self.tree.exists(_join(directory, marker)) for marker in _MARKERS):
                break
            if not name.isidentifier():
                return start
            directory = _parent(directory)
        return directory

    def reads(self, dotted: str) -> bool:
        """Whether a module of that name is read where it is found: not of the standard library, nor of a library that
        is never read."""
        top = dotted.partition(".")[0]
        return bool(top) and top not in self.never_read and top not in _STANDARD

    def find(self, dotted: str, importer: Module | None = None) -> Module | None:
        """The module of an absolute dotted name, as seen from the importing module; `None` if it is not to be found,
        or belongs to a library that is never read."""
        if not self.reads(dotted):
            return None
        start = _parent(importer.path) if importer is not None else ""
        key = (start, dotted)
        if key in self._found:
            found = self._found[key]
            return None if found is importer and importer is not None and "." not in dotted else found
        found = self._find(dotted, start, importer)
        self._found[key] = found
        return None if found is importer and importer is not None and "." not in dotted else found

    def _find(self, dotted: str, start: str, importer: Module | None) -> Module | None:
        if importer is not None and importer.library:
            return self._below_roots(dotted, (importer.root,), library=True)
        found = self._below_roots(dotted, self._search_path(start), library=False)
        if found is None:
            found = self._by_package_name(dotted)
        if found is None:
            found = self._below_roots(dotted, self._environment(start), library=True)
        return found

    def _below_roots(self, dotted: str, roots: Sequence[str], *, library: bool) -> Module | None:
        relative = dotted.replace(".", "/")
        for root in roots:
            base = _join(root, relative)
            for path in (f"{base}/__init__.py", f"{base}.py"):
                if self.tree.is_file(path):
                    return self._make(path, dotted, root, library=library)
        return None

    def namespace(self, dotted: str, importer: Module | None = None) -> Module | None:
        """The package without `__init__.py` of that name, a module with nothing in it but submodules."""
        if not self.reads(dotted):
            return None
        start = _parent(importer.path) if importer is not None else ""
        for root in self._search_path(start):
            path = _join(root, dotted.replace(".", "/"))
            if self.tree.is_dir(path):
                return self._make(path, dotted, root, library=False)
        return None

    def submodule(self, package: Module, name: str) -> Module | None:
        """A module directly inside a package."""
        directory = package.path if package.is_namespace else _parent(package.path)
        if not package.is_package:
            return None
        base = _join(directory, name)
        for path in (f"{base}/__init__.py", f"{base}.py"):
            if self.tree.is_file(path):
                return self._make(path, f"{package.name}.{name}", package.root, library=package.library)
        if self.tree.is_dir(base) and name not in ("__pycache__",):
            return self._make(base, f"{package.name}.{name}", package.root, library=package.library)
        return None

    def relative(self, importer: Module, level: int, dotted: str) -> Module | None:
        """The module of a relative import, by the importing file's own directory."""
        directory = importer.path if importer.is_namespace else _parent(importer.path)
        for _ in range(level - 1):
            if not directory:
                return None
            directory = _parent(directory)
        base = _join(directory, dotted.replace(".", "/")) if dotted else directory
        for path in (_join(base, "__init__.py"), f"{base}.py"):
            if self.tree.is_file(path):
                return self._relative_module(path, importer)
        if self.tree.is_dir(base):
            return self._relative_module(base, importer)
        return None

    def _relative_module(self, path: str, importer: Module) -> Module:
        known = self._modules.get(path)
        if known is not None:
            return known
        if importer.library:
            return self._make(path, _dotted(path, importer.root), importer.root, library=True)
        if path.endswith(".py"):
            return self.at(path)
        root = self.import_root(_join(path, "__init__.py"))
        return self._make(path, _dotted(path, root), root, library=False)

    def _search_path(self, directory: str) -> tuple[str, ...]:
        known = self._search_paths.get(directory)
        if known is None:
            known = self._search_paths[directory] = self._make_search_path(directory)
        return known

    def _make_search_path(self, directory: str) -> tuple[str, ...]:
        roots: list[str] = []
        start = directory
        while start and self.tree.is_file(_join(start, "__init__.py")):
            start = _parent(start)
        above: str | None = start
        while above is not None:
            roots.append(above)
            roots.extend(self._declared_at(above))
            above = _parent(above) if above else None
        roots.extend(self.import_roots)
        return tuple(dict.fromkeys(roots))

    def _declared_at(self, directory: str) -> list[str]:
        roots = [_join(directory, name) for name in ("src", "lib") if self.tree.is_dir(_join(directory, name))]
        ini = _join(directory, "alembic.ini")
        if self.tree.is_file(ini):
            text = (self.tree.content(ini) or b"").decode("utf-8", "replace")
            for match in re.finditer(_PREPEND, text):
                for piece in re.split(r"[\s:;,]+", match.group(1).replace("%(here)s", ".")):
                    root = _normal(_join(directory, piece))
                    if root is not None:
                        roots.append(root)
        return roots

    def _by_package_name(self, dotted: str) -> Module | None:
        """A package anywhere in the tree, where only one has that name: members of a workspace import each other."""
        if self._packages is None:
            self._packages = {}
            for path in self.tree.python_files():
                if path.endswith("/__init__.py"):
                    package = _parent(path)
                    if not self.tree.is_file(_join(_parent(package), "__init__.py")):
                        self._packages.setdefault(package.rpartition("/")[2], []).append(_parent(package))
        roots = self._packages.get(dotted.partition(".")[0], [])
        return self._below_roots(dotted, roots, library=False) if len(roots) == 1 else None

    def _environment(self, directory: str) -> tuple[str, ...]:
        if self._site_packages is not None:
            return tuple(self._site_packages)
        known = self._environments.get(directory)
        if known is None:
            known = self._site_packages_of(directory)
            if not known and directory:
                known = self._environment(_parent(directory))
            self._environments[directory] = known
        return known

    def _site_packages_of(self, directory: str) -> tuple[str, ...]:
        for name in _ENVIRONMENTS:
            environment = _join(directory, name)
            if not self.tree.is_environment(environment):
                continue
            for pattern in ("lib", "Lib"):
                library = _join(environment, pattern)
                if not self.tree.is_dir(library):
                    continue
                versions = [v for v in self.tree.listdir(library) if v.startswith("python3")]
                paths = [_join(library, f"{version}/site-packages") for version in versions]
                paths.append(_join(library, "site-packages"))
                found = tuple(path for path in paths if self.tree.is_dir(path))
                if found:
                    return found
        return ()


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _join(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name


def _normal(path: str) -> str | None:
    """Without `.` and `..`; `None` if it leads out of the root."""
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _dotted(path: str, root: str) -> str:
    relative = path[len(root) + 1 :] if root and path.startswith(f"{root}/") else path
    relative = relative.removesuffix(".py").removesuffix("/__init__")
    if relative == "__init__":
        relative = root.rpartition("/")[2]
    return relative.replace("/", ".")
