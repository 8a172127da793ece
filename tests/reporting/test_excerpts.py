"""Excerpts of the reference: read as text, bounded, with the comments that explain them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from schema_lint.reporting import excerpt as excerpts
from schema_lint.reporting.excerpt import LIMIT, anchors, excerpt, modules, resolve, whole

SOURCE = '''\
"""A module."""

# Not about anything below.

# Why it is so,
# in two lines.
NAMES = {
    "a": 1,
}


class Task(Base, table=True):
    """First line.

    More of it.
    """

    a: int = 1
    # About b.
    b: int = Field(
        index=True,
    )

    class Inner:
        c = 3

    @property
    def d(self) -> int:
        """One line."""
        return 1


async def long() -> None:
    x = 1
    if x:
''' + "".join(f"        x = {n}\n" for n in range(20))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "models.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "_private.py").write_text("", encoding="utf-8")
    for cached in (excerpts._directory, excerpts._read, excerpts.excerpt):
        cached.cache_clear()
    monkeypatch.setattr(excerpts, "_directory", lambda: str(tmp_path))
    yield
    monkeypatch.undo()
    for cached in (excerpts._directory, excerpts._read, excerpts.excerpt):
        cached.cache_clear()


def text(name: str) -> str:
    found = excerpt(name)
    assert found is not None
    return found.text


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("name", "line", "shown"),
    [
        ("models:NAMES", 5, '# Why it is so,\n# in two lines.\nNAMES = {\n    "a": 1,\n}'),
        ("models:Task.a", 18, "a: int = 1"),
        ("models:Task.b", 19, "# About b.\nb: int = Field(\n    index=True,\n)"),
        ("models:Task.Inner.c", 25, "c = 3"),
        ("models:Task.d", 27, '@property\ndef d(self) -> int:\n    """One line."""\n    return 1'),
    ],
)
def test_what_an_anchor_names(name: str, line: int, shown: str) -> None:
    found = excerpt(name)
    assert found is not None
    assert (found.line, found.text, found.path) == (line, shown, "schema_lint_reference/models.py")


@pytest.mark.usefixtures("package")
def test_long_ones_are_bounded_and_docstrings_shortened() -> None:
    assert text("models:Task").split("\n") == [
        "class Task(Base, table=True):",
        '    """First line."""',
        "    a: int = 1",
        "    b: int = Field(…)",
        "    class Inner: …",
        "    def d(self) -> int: …",
    ]
    lines = text("models:long").split("\n")
    assert (len(lines), lines[-1]) == (LIMIT, "        …")


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    "name", ["models:Nothing", "models:Task.x", "models:NAMES.a", "nothing:Task", "../models:Task", "", ":", "models:."]
)
def test_what_does_not_exist(name: str) -> None:
    assert excerpt(name) is None


@pytest.mark.usefixtures("package")
def test_listing_and_looking_up() -> None:
    assert modules() == ("models",)
    assert [(anchor.name.partition(":")[2], anchor.kind) for anchor in anchors("models")] == [
        ("NAMES", "constant"),
        ("Task", "class"),
        ("Task.a", "attribute"),
        ("Task.b", "attribute"),
        ("Task.Inner", "class"),
        ("Task.Inner.c", "attribute"),
        ("Task.d", "function"),
        ("long", "function"),
    ]
    assert resolve("Task.b") == resolve("models:Task.b") == resolve("b") == ("models:Task.b",)
    assert resolve("task") == ("models:Task",)
    assert resolve("models") == ("models",)
    assert resolve("nothing") == ()
    assert whole("models") == SOURCE
    assert whole("nothing") is None


def test_a_reference_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpts, "_directory", lambda: None)
    excerpts._read.cache_clear()
    excerpts.excerpt.cache_clear()
    assert (modules(), anchors("models"), excerpt("models:Task"), whole("models")) == ((), (), None, None)
    excerpts._read.cache_clear()
    excerpts.excerpt.cache_clear()


def test_every_anchor_of_the_reference_gives_an_excerpt() -> None:
    names = [anchor.name for module in modules() for anchor in anchors(module)]
    assert names
    for name in names:
        assert 1 <= len(text(name).split("\n")) <= LIMIT
