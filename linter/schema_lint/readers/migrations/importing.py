"""Which modules an `env.py` imports, directly or not.

By the text of the import statements, wherever they stand: what may be imported counts as imported. Where modules may be
imported in another way, or by somebody else, nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.evaluating.files import ReadError, SourceTree, decode
from schema_lint.evaluating.finding import ModuleFinder
from schema_lint.evaluating.modules import Module
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.roles import is_test

_FROM = re.compile(
    r"\bfrom[ \t]{1,16}(\.*)[ \t]{0,16}((?:\w[\w.]*)?)[ \t]{1,16}import[ \t]{0,16}"
    r"(\((?:[^()#]|#[^\n]*\n)*\)|(?:\\\n|[^\n#;])*)"
)
"""Bounded where parts could share a text in several ways: the source may be hostile."""

_IMPORT = re.compile(r"(?:^|[;:])[ \t]*import[ \t]+([\w., \t]+(?:\\\n[\w., \t]+)*)", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_COMPUTED = re.compile(
    r"\b(?:importlib(?!\.(?:metadata|resources)\b)|import_module|__import__|pkgutil|entry_points|iter_entry_points"
    r"|import_string|runpy|pluggy|stevedore|autodiscover\w*|venusian|find_modules|walk_packages|iter_modules"
    r"|load_module|current_app|flask|flask_migrate)\b"
    r"|(?<![.\w])(?:exec|eval)[ \t]*\("
)
"""What imports modules by names that the text does not show; and Flask, whose command imports the application."""

_COMMANDS = re.compile(
    r"\bcommand\.(?:revision|check)\b|import[^\n]{0,300}\b(?:revision|check)\b|flask_migrate|alembic\.config\.main"
)
_MOST = 2_000


def imported_by(env: str, tree: SourceTree, roots: tuple[str, ...], wanted: frozenset[str]) -> frozenset[str] | Unknown:
    """Which of the wanted modules an `env.py` imports.

    Args:
        env: its path.
        roots: folders that names of modules begin at.
        wanted: paths of modules.
    """
    finder = ModuleFinder(tree, roots)
    closure = _Closure(tree, finder, wanted)
    why = closure.follow(finder.at(env))
    if why is not None:
        return Unknown(why)
    missing = wanted - closure.seen
    if missing and _is_run_by_application(tree, env):
        return Unknown("the application runs Alembic's commands itself")
    return wanted - {path for path in missing if not closure.may_have(path)}


class _Closure:
    """The modules that are imported from one on."""

    def __init__(self, tree: SourceTree, finder: ModuleFinder, wanted: frozenset[str]) -> None:
        self.tree = tree
        self.finder = finder
        self.wanted = wanted
        self.seen: set[str] = set()
        self._unfound: set[str] = set()
        """Parts of names that were not found."""
        self._texts: list[str] = []
        self._names: set[str] = set()

    def follow(self, start: Module) -> str | None:
        """Take up all that is imported; why that is not known, where it is not."""
        waiting = [start]
        while waiting and not self.wanted <= self.seen:
            module = waiting.pop()
            if module.path in self.seen or module.library:
                continue
            self.seen.add(module.path)
            waiting += self._packages(module)
            if module.is_namespace:
                continue
            if len(self.seen) > _MOST:
                return "it imports very many modules"
            try:
                text = decode(self.tree.read(module.path))
            except ReadError:
                return f"{module.path} cannot be read"
            found = _COMPUTED.search(text)
            if found is not None:
                return f"{module.path} may import modules by {found[0]}"
            self._texts.append(text)
            for target in self._imported(module, text):
                if target is None:
                    return f"{module.path} imports all of a package"
                waiting.append(target)
        return None

    def may_have(self, path: str) -> bool:
        """Whether a module that was not met may be imported all the same, by a name that leads elsewhere here."""
        name = self.finder.at(path).name
        if name in self._met():
            return False  # Another copy of the application has it.
        parts = set(path.removesuffix(".py").split("/"))
        return bool(parts & self._unfound) or any(name in text for text in self._texts)

    def _met(self) -> set[str]:
        if not self._names:
            self._names = {self.finder.at(path).name for path in self.seen if path.endswith(".py")}
        return self._names

    def _packages(self, module: Module) -> Iterator[Module]:
        """The packages that a module lies in, which are imported before it."""
        folder = module.path.rpartition("/")[0]
        while folder and self.tree.is_file(f"{folder}/__init__.py"):
            yield self.finder.at(f"{folder}/__init__.py")
            folder = folder.rpartition("/")[0]

    def _imported(self, module: Module, text: str) -> Iterator[Module | None]:
        for match in _IMPORT.finditer(text):
            for piece in match[1].replace("\\\n", " ").split(","):
                dotted = piece.split(" as ")[0].strip()
                if dotted:
                    yield from self._named(module, dotted)
        for match in _FROM.finditer(text):
            names = [each.split()[0] for each in _names(match[3]) if each.split()]
            if match[1]:
                target = self.finder.relative(module, len(match[1]), match[2])
                yield from self._taken(target, match[2], names)
            elif match[2]:
                yield from self._named(module, match[2])
                yield from self._taken(self._found(module, match[2]), match[2], names)

    def _named(self, module: Module, dotted: str) -> Iterator[Module]:
        parts = dotted.split(".")
        for end in range(1, len(parts) + 1):
            target = self._found(module, ".".join(parts[:end]))
            if target is not None:
                yield target
            else:
                self._unfound.update(parts[:end])

    def _found(self, module: Module, dotted: str) -> Module | None:
        return self.finder.find(dotted, module) or self.finder.namespace(dotted, module)

    def _taken(self, target: Module | None, dotted: str, names: list[str]) -> Iterator[Module | None]:
        if target is None:
            self._unfound.update([*dotted.split("."), *names])
            return
        if target.library:
            return
        yield target
        for name in names if target.is_package else ():
            inner = self.finder.submodule(target, name)
            if inner is not None or name == "*":
                yield inner


def _names(text: str) -> list[str]:
    return _COMMENT.sub("", text).replace("\\\n", " ").strip("() \t\n").split(",")


def _is_run_by_application(tree: SourceTree, env: str) -> bool:
    """Whether code of the project compares models and database by itself, having imported what it likes."""
    for path in tree.python_files():
        content = tree.content(path) if path != env and not is_test(path) else None
        if content and (b"alembic" in content or b"flask_migrate" in content):
            text = content.decode("utf-8", "replace")
            if "down_revision" not in text and _COMMANDS.search(text) is not None:
                return True
    return False
