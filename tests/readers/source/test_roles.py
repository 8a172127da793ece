from __future__ import annotations

import pytest

from schema_lint.readers.source.roles import is_example, is_migration, is_test, set_aside


@pytest.mark.parametrize(
    "path",
    ["app/models.py", "latest/models.py", "app/contest.py", "attestation/models.py", "app/testimonials.py", "a.py"],
)
def test_the_application_is_no_test(path: str) -> None:
    assert not is_test(path)


@pytest.mark.parametrize(
    "path", ["tests/models.py", "app/tests/x.py", "test_models.py", "app/conftest.py", "x_test.py"]
)
def test_tests(path: str) -> None:
    assert is_test(path)


def test_migrations_and_examples() -> None:
    assert is_migration("app/alembic/versions/1_a.py")
    assert is_migration("migrations/env.py")
    assert is_migration("db/versions/2024/d98dd8ec85a3_add_users.py")
    assert is_migration("db/versions/0001_initial.py")
    assert not is_migration("app/alembic.py")
    assert not is_migration("app/versions/models.py")
    assert is_example(".env.example")
    assert not is_example(".env")


def test_a_folder_that_is_asked_for_is_not_set_aside() -> None:
    files = ["app/models.py", "app/example.py", "tests/m.py", "migrations/versions/1_a.py", "docs/examples/m.py"]
    aside = {"tests/m.py", "migrations/versions/1_a.py", "docs/examples/m.py"}
    assert set_aside(files, [""]) == aside
    assert set_aside(files, ["tests"]) == aside - {"tests/m.py"}
    assert set_aside(files, ["docs/examples"]) == aside - {"docs/examples/m.py"}
    assert set_aside(files, ["tests/m.py"]) == aside
