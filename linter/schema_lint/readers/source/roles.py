"""What part of a project a file belongs to, by its path: the application, its tests, its migrations, its examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_TESTS = frozenset({"test", "tests", "testing", "fixtures", "conftest.py"})
_EXAMPLE = r"(?i)example|sample|template|dist\b|\.tpl|\.default|^docs/"
_SHOWING = frozenset({"doc", "docs", "docs_src", "examples"})
_MIGRATIONS = frozenset({"alembic", "migration", "migrations"})
_REVISION = r"(?:^|/)versions/(?:.*/)?(?:\d|v\d|[0-9a-f]{8,})[^/]*\.py$"
"""In a folder `versions` that can also be the application's own, revisions begin with a number or an identifier."""


def is_test(path: str) -> bool:
    """Whether it is a test's, by its name or a folder's."""
    return any(map(_is_test, path.lower().split("/")))


def _is_test(name: str) -> bool:
    if name in _TESTS or name.startswith(("test_", "unittest")) or name.endswith(("_test.py", "_tests.py")):
        return True
    words = name.replace("-", ".").replace("_", ".")
    return ".test." in words or ".ci." in words


def is_example(path: str) -> bool:
    """Whether it shows how one of its kind looks, rather than being one."""
    return re.search(_EXAMPLE, path) is not None


def is_migration(path: str) -> bool:
    """Whether it is an Alembic `env.py` or revision, or a migration of another kind."""
    return any(folder in _MIGRATIONS for folder in path.split("/")[:-1]) or re.search(_REVISION, path) is not None


def is_shown(path: str) -> bool:
    """Whether it lies in a folder of documentation or examples."""
    return any(folder in _SHOWING for folder in path.split("/")[:-1])


def _is_aside(path: str) -> bool:
    return is_test(path) or is_migration(path) or is_shown(path)


def set_aside(paths: Iterable[str], asked: Sequence[str]) -> frozenset[str]:
    """Files whose tables are not the application's: tests and examples make their own, and revisions show what once
    was.

    Args:
        asked: files and folders that were asked for; a folder of tests, examples or revisions that is named counts.
    """
    named = [start for start in asked if not start.endswith(".py") and _is_aside(f"{start}/")]
    return frozenset(
        path for path in paths if _is_aside(path) and not any(path.startswith(f"{start}/") for start in named)
    )
