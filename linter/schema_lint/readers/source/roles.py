"""What part of a project a file belongs to, by its path: the application, its tests, its migrations, its examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_TEST = (
    r"(?i)(?:^|/)(?:tests?|testing|unittests?[^/]*|fixtures|conftest\.py|test_[^/]*|[^/]*_tests?\.py|[^/]*[._-]test[._-][^/]*"
    r"|[^/]*[._-]ci[._-][^/]*)(?:/|$)"
)
_EXAMPLE = r"(?i)example|sample|template|dist\b|\.tpl|\.default|^docs/"
_MIGRATIONS = frozenset({"alembic", "migration", "migrations", "versions"})


def is_test(path: str) -> bool:
    """Whether it is a test's, by its name or a folder's."""
    return re.search(_TEST, path) is not None


def is_example(path: str) -> bool:
    """Whether it shows how one of its kind looks, rather than being one."""
    return re.search(_EXAMPLE, path) is not None


def is_migration(path: str) -> bool:
    """Whether it is an Alembic `env.py` or revision, or a migration of another kind."""
    return any(folder in _MIGRATIONS for folder in path.split("/")[:-1])


def set_aside(paths: Iterable[str], asked: Sequence[str]) -> frozenset[str]:
    """Files whose tables are not the application's: tests make their own, and revisions show what once was.

    Args:
        asked: files and folders that were asked for; a folder of tests or revisions that is named itself counts.
    """
    named = [start for start in asked if not start.endswith(".py") and (is_test(start) or is_migration(f"{start}/"))]
    return frozenset(
        path
        for path in paths
        if (is_test(path) or is_migration(path)) and not any(path.startswith(f"{start}/") for start in named)
    )
