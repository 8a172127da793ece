"""Which SQLAlchemy and SQLModel a project uses, as its environment, lock files and requirements say.

The nearest to the checked path wins, upwards and then, for a repository of several projects, a few levels downwards; in
one directory what is installed comes first, then what is locked, then what is required. A requirement with an upper
bound means the newest release that it admits; one without says nothing, so that a lock file further up may still
decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import msgspec

from schema_lint.evaluating.files import SourceTree
from schema_lint.readers.source.options import ReadOptions
from schema_lint.readers.source.roles import is_example, is_test

Version = tuple[int, ...]

RELEASES: dict[str, tuple[Version, ...]] = {
    "sqlalchemy": ((1, 2, 19), (1, 3, 24), (1, 4, 54), (2, 0, 58), (2, 1, 9)),
    "sqlmodel": ((0, 0, 50),),
}
"""The last release of each line that is known here; what is newer behaves like the last."""

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
_REQUIREMENTS = ("requirements*.txt", "requirements*.in", "constraints*.txt")
_DECLARATIONS = ("pyproject.toml", "Pipfile", "setup.cfg", "setup.py")
_ENVIRONMENTS = (".venv", "venv", "env", ".env")
_PACKAGE = r"(?P<name>sqlalchemy|sqlmodel)"
_LOCKED = rf'(?im)^name = "{_PACKAGE}"\s*\nversion = "(?P<version>[^"]+)"'
_PIPFILE_LOCKED = rf'(?i)"{_PACKAGE}"\s*:\s*\{{[^{{}}]*?"version"\s*:\s*"==(?P<version>[^"]+)"'
_REQUIRED = (
    rf"(?im)(?:^|[\"'])[ \t]*(?:Requires-Dist:[ \t]*)?{_PACKAGE}[ \t]*(?:\[[^\]\n]*\])?[ \t]*"
    r"\(?(?P<bounds>(?:[<>=!~]{1,3}[ \t]*v?\d[^;#\"'\n)]*)?)\)?[ \t]*(?=[;#\"'\n]|$)"
)
_POETRY = (
    rf"(?im)^[ \t]*[\"']?{_PACKAGE}[\"']?[ \t]*=[ \t]*(?:[\"'](?P<bounds>[^\"'\n]*)[\"']"
    r"|\{[^}\n]*?\bversion[ \t]*=[ \t]*[\"'](?P<inner>[^\"'\n]*)[\"'])"
)
_BOUND = r"(===|==|~=|<=|<|\^|~|>=|>|!=)?\s*v?(\d+(?:\.\d+)*)(\.\*)?"
_INSTALLED = rf"(?i){_PACKAGE}-(?P<version>\d[\w.]*)\.(?:dist|egg)-info"
_MAX_SIZE = 20_000_000
_DEPTH = 2
_BREADTH = 100
_FOREIGN = frozenset({"node_modules", "site-packages", "venv", "env"})
_STATED = "as stated"
_FREE, _BOUNDED, _EXACT = 0, 1, 2
"""A requirement without an upper bound, with one, and a version that is installed, locked or pinned."""


class Versions(msgspec.Struct, frozen=True, gc=False):
    """The versions in use, and where they were found."""

    sqlalchemy: Version
    sqlmodel: Version
    source: str


class _Found(msgspec.Struct, frozen=True, gc=False):
    version: Version
    source: str
    rank: int
    """`_EXACT`, `_BOUNDED` or `_FREE`."""


def find_versions(tree: SourceTree, paths: Sequence[str], options: ReadOptions | None = None) -> Versions:
    """The versions for the paths given (relative to the tree's root): those of the options, else those found, else
    the newest."""
    options = options if options is not None else ReadOptions()
    if options.sqlalchemy_version and options.sqlmodel_version:
        return Versions(options.sqlalchemy_version, options.sqlmodel_version, _STATED)
    found: dict[str, _Found] = {}
    for path in paths or ("",):
        directory = _directory(tree, path)
        answers = _above(tree, directory)
        if len(answers) < len(RELEASES) or any(answer.rank < _EXACT for answer in answers.values()):
            _prefer(answers, _beneath(tree, directory))
        _prefer(found, answers)
    for name, stated in (("sqlalchemy", options.sqlalchemy_version), ("sqlmodel", options.sqlmodel_version)):
        if stated:
            found[name] = _Found(stated, _STATED, _EXACT)
    found = {name: found[name] for name in RELEASES if name in found}
    sources = dict.fromkeys(answer.source for answer in found.values())
    return Versions(
        found["sqlalchemy"].version if "sqlalchemy" in found else RELEASES["sqlalchemy"][-1],
        found["sqlmodel"].version if "sqlmodel" in found else RELEASES["sqlmodel"][-1],
        ", ".join(sources) or "newest is assumed",
    )


def _directory(tree: SourceTree, path: str) -> str:
    path = path.strip("/")
    path = "" if path == "." else path.removeprefix("./")
    return path if not path or tree.is_dir(path) else path.rpartition("/")[0]


def _above(tree: SourceTree, directory: str) -> dict[str, _Found]:
    """The nearest answers from a directory upwards."""
    found: dict[str, _Found] = {}
    while True:
        here = _here(tree, directory)
        for name, answer in here.items():
            known = found.get(name)
            if known is None or (known.rank < _EXACT and answer.source.endswith(_LOCKS)):
                found[name] = answer
        if not directory or (len(found) == len(RELEASES) and all(a.rank == _EXACT for a in found.values())):
            return found
        directory = directory.rpartition("/")[0]


def _prefer(found: dict[str, _Found], answers: dict[str, _Found]) -> None:
    """Take over answers that are the first of their name, or more exact."""
    for name, answer in answers.items():
        if name not in found or answer.rank > found[name].rank:
            found[name] = answer


def _beneath(tree: SourceTree, directory: str) -> dict[str, _Found]:
    """What the projects below a directory say, the nearest first; of equally near ones, the newest."""
    found: dict[str, _Found] = {}
    level = [directory]
    for _ in range(_DEPTH):
        level = [below for above in level for below in _projects(tree, above)][:_BREADTH]
        answers: dict[str, _Found] = {}
        for below in level:
            for name, answer in _here(tree, below).items():
                known = answers.get(name)
                if known is None or (answer.rank, answer.version) > (known.rank, known.version):
                    answers[name] = answer
        _prefer(found, answers)
    return found


def _projects(tree: SourceTree, directory: str) -> Iterable[str]:
    """Directories right below that may hold a project of the application."""
    for name in tree.listdir(directory):
        path = _join(directory, name)
        if (
            name[0] not in "._"
            and name not in _FOREIGN
            and tree.is_dir(path)
            and not (is_test(path) or is_example(path))
        ):
            yield path


def _here(tree: SourceTree, directory: str) -> dict[str, _Found]:
    """What one directory says; later sources only where earlier ones are silent or less exact."""
    found: dict[str, _Found] = {}

    def add(answers: Iterable[tuple[str, _Found]]) -> None:
        for name, answer in answers:
            if name not in found or answer.rank > found[name].rank:
                found[name] = answer

    names = tree.listdir(directory)
    add(_installed(tree, directory))
    for lock in _LOCKS:
        if lock in names:
            add(_locked(_text(tree, directory, lock), _join(directory, lock)))
    requirements = [name for name in names if any(fnmatchcase(name, pattern) for pattern in _REQUIREMENTS)]
    for name in sorted(requirements, key=lambda n: (n != "requirements.txt", n)):
        add(_required(_text(tree, directory, name), _join(directory, name)))
    for name in _DECLARATIONS:
        if name in names:
            add(_required(_text(tree, directory, name), _join(directory, name)))
    for name in names:
        if name.endswith(".dist-info") and not re.fullmatch(_INSTALLED, name):
            add(_required(_text(tree, _join(directory, name), "METADATA"), _join(directory, f"{name}/METADATA")))
    return found


def _join(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory else name


def _text(tree: SourceTree, directory: str, name: str) -> str:
    path = _join(directory, name)
    if not tree.is_file(path):
        return ""
    content = tree.content(path)
    if content is None or len(content) > _MAX_SIZE:
        return ""
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _installed(tree: SourceTree, directory: str) -> Iterable[tuple[str, _Found]]:
    for environment in (_join(directory, name) for name in _ENVIRONMENTS):
        if not tree.is_file(_join(environment, "pyvenv.cfg")):
            continue
        for packages in _site_packages(tree, environment):
            for entry in tree.listdir(packages):
                match = re.fullmatch(_INSTALLED, entry)
                if match is not None:
                    yield match["name"].lower(), _Found(parse_version(match["version"]), environment, _EXACT)


def _site_packages(tree: SourceTree, environment: str) -> Iterable[str]:
    for library in (_join(environment, "lib"), _join(environment, "Lib")):
        if tree.is_dir(library):
            for name in tree.listdir(library):
                if name.startswith("python3"):
                    yield f"{library}/{name}/site-packages"
            yield f"{library}/site-packages"


def _locked(text: str, source: str) -> Iterable[tuple[str, _Found]]:
    pattern = _PIPFILE_LOCKED if source.endswith("Pipfile.lock") else _LOCKED
    newest: dict[str, Version] = {}
    for match in re.finditer(pattern, text):
        name, version = match["name"].lower(), parse_version(match["version"])
        newest[name] = max(version, newest.get(name, version))
    return [(name, _Found(version, source, _EXACT)) for name, version in newest.items()]


def _required(text: str, source: str) -> Iterable[tuple[str, _Found]]:
    """The newest version that any line about the package admits: markers are not evaluated."""
    newest: dict[str, _Found] = {}
    matches = list(re.finditer(_REQUIRED, text))
    if source.endswith((".toml", "Pipfile")):
        matches += re.finditer(_POETRY, text)
    for match in matches:
        name = match["name"].lower()
        bounds = match["bounds"] or (match["inner"] if "inner" in match.re.groupindex else "") or ""
        bounded = newest_admitted(name, bounds, poetry=match.re.pattern == _POETRY)
        rank = _FREE if bounded is None else _EXACT if "==" in bounds and "*" not in bounds else _BOUNDED
        answer = _Found(bounded or RELEASES[name][-1], source, rank)
        newest[name] = max(answer, newest.get(name, answer), key=lambda each: (each.version, each.rank))
    return list(newest.items())


def parse_version(text: str) -> Version:
    """The release numbers of a version: `2.0.36rc1` is (2, 0, 36)."""
    match = re.match(r"\d+(?:\.\d+)*", text.strip().lstrip("v"))
    return tuple(map(int, match.group().split("."))) if match else ()


def newest_admitted(package: str, bounds: str, *, poetry: bool = False) -> Version | None:
    """The newest version that comma-separated bounds admit; `None` where nothing bounds it from above."""
    admitted: list[Version] = []
    for operator, number, wildcard in re.findall(_BOUND, bounds):
        version = parse_version(number)
        operator = operator or ("^" if poetry and not wildcard else "==")
        if operator in {"==", "==="}:
            admitted.append(_below(package, _next(version)) if wildcard else version)
        elif operator == "<=":
            admitted.append(version)
        elif operator == "<":
            admitted.append(_below(package, version))
        elif operator == "~=" and len(version) > 1:
            admitted.append(_below(package, _next(version[:-1])))
        elif operator == "~":
            admitted.append(_below(package, _next(version[:2])))
        elif operator == "^":
            admitted.append(_below(package, _caret(version)))
    return min(admitted) if admitted else None


def _next(version: Version) -> Version:
    return (*version[:-1], version[-1] + 1)


def _caret(version: Version) -> Version:
    """Poetry's `^`: up to the next change of the leftmost number that is not zero."""
    for index, number in enumerate(version):
        if number:
            return _next(version[: index + 1])
    return _next(version)


def _below(package: str, bound: Version) -> Version:
    """The newest release below a bound: its line's last, or the patch before it."""
    trimmed = bound
    while len(trimmed) > 1 and trimmed[-1] == 0:
        trimmed = trimmed[:-1]
    if len(trimmed) > 2:
        return (*trimmed[:-1], trimmed[-1] - 1)
    below = [release for release in RELEASES[package] if release < trimmed]
    return below[-1] if below else RELEASES[package][0]
