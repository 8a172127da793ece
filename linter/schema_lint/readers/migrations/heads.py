"""The head revisions of Alembic histories: what the files of a `versions` folder say of themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import msgspec

from schema_lint.evaluating.files import ReadError, SourceTree, decode

_REVISION = re.compile(rb"^revision\b[^\n]*=", re.MULTILINE)
_DOWN = b"down_revision"


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The revisions of one Alembic environment."""

    folder: str
    """Of its `env.py`; of the revisions, where there is none."""

    revisions: int
    heads: tuple[str, ...]
    """Sorted; none where each revision is another's parent, which Alembic refuses."""

    unread: tuple[str, ...] = ()
    """Files whose identifier or parent is computed, or that do not parse."""


class _Revision(msgspec.Struct, frozen=True):
    path: str
    name: str
    parents: tuple[str, ...]


def read_heads(tree: SourceTree, *, skip: Callable[[str], bool]) -> tuple[History, ...]:
    """Every history of the project, by folder.

    Args:
        skip: folders that are not the application's: tests, examples. Names of revisions say nothing of that.
    """
    found: dict[str, list[_Revision]] = {}
    unread: dict[str, list[str]] = {}
    for path in tree.python_files():
        if skip(path.rpartition("/")[0]):
            continue
        content = tree.content(path)
        if content is None or _DOWN not in content or _REVISION.search(content) is None:
            continue
        folder = _environment(tree, path)
        revision = _revision(path, content)
        if revision is None:
            unread.setdefault(folder, []).append(path)
        else:
            found.setdefault(folder, []).append(revision)
    return tuple(
        _history(folder, found.get(folder, []), unread.get(folder, [])) for folder in sorted({*found, *unread})
    )


def _history(folder: str, revisions: list[_Revision], unread: list[str]) -> History:
    parents = {parent for revision in revisions for parent in revision.parents}
    heads = sorted({revision.name for revision in revisions} - parents)
    return History(folder=folder, revisions=len(revisions), heads=tuple(heads), unread=tuple(unread))


def _environment(tree: SourceTree, path: str) -> str:
    """The nearest folder above a revision that has an `env.py`, or the revision's own."""
    own = folder = path.rpartition("/")[0]
    while folder:
        if tree.is_file(f"{folder}/env.py"):
            return folder
        folder = folder.rpartition("/")[0]
    return own


def _revision(path: str, content: bytes) -> _Revision | None:
    try:
        module = ast.parse(decode(content))
    except (ReadError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    given = dict(_assigned(module))
    if "revision" not in given or "down_revision" not in given:
        return None
    name, parents = _names(given["revision"]), _names(given["down_revision"])
    return _Revision(path, name[0], parents) if name is not None and len(name) == 1 and parents is not None else None


def _assigned(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for statement in module.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            yield statement.target.id, statement.value
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value


def _names(value: ast.expr) -> tuple[str, ...] | None:
    """A revision identifier, several, or none (`None`, the first revision); `None` where they are computed."""
    if isinstance(value, ast.Constant):
        if value.value is None:
            return ()
        return (value.value,) if isinstance(value.value, str) else None
    if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
        names = [_names(item) for item in value.elts]
        return tuple(name for each in names if each for name in each) if None not in names else None
    return None
