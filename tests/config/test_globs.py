from __future__ import annotations

import pytest

from schema_lint.config.globs import path_matches


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("tests", "tests/a.py", True),
        ("tests/", "tests/a.py", True),
        ("tests", "app/tests/a.py", True),
        ("tests", "tests.py", False),
        ("*.py", "app/a.py", True),
        ("a.py", "app/a.py", True),
        ("app/a.py", "app/a.py", True),
        ("./app/a.py", "app/a.py", True),
        ("app/a.py", "other/app/a.py", False),
        ("app/*", "app/b/a.py", True),
        ("app/**", "app/b/a.py", True),
        ("app/**/a.py", "app/b/c/a.py", True),
        ("app/**/a.py", "app/a.py", True),
        ("**/a.py", "a.py", True),
        ("**/b/a.py", "x/b/a.py", True),
        ("**/b/a.py", "x/bb/a.py", False),
        ("app/b", "app/b/c/a.py", True),
        ("/app", "app/a.py", True),
        ("", "app/a.py", False),
        ("/", "app/a.py", False),
    ],
)
def test_paths(pattern: str, path: str, expected: bool) -> None:
    assert path_matches(path, pattern) is expected
