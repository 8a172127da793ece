from __future__ import annotations

from memory_tree import MemoryTree
from schema_lint.readers.migrations.heads import History, read_heads


def revision(name: str, parent: str) -> str:
    return f"import sqlalchemy as sa\n\nrevision = {name}\ndown_revision = {parent}\n\n\ndef upgrade() -> None: ...\n"


def heads(files: dict[str, str]) -> tuple[History, ...]:
    return read_heads(MemoryTree(files), skip=lambda folder: "tests" in folder)


def test_a_straight_history() -> None:
    found = heads({
        "alembic/env.py": "", "alembic/versions/a.py": revision("'a'", "None"),
        "alembic/versions/2024/b_template.py": "revision: str = 'b'\ndown_revision: str | None = 'a'\n",
        "app/models.py": "down_revision = 3\n", "app/x.py": "def revision(): ...\nx = 'down_revision'\n",
    })  # fmt: skip
    assert found == (History(folder="alembic", revisions=2, heads=("b",)),)


def test_branches_and_merges() -> None:
    files = {
        "m/a.py": revision("'a'", "None"), "m/b.py": revision("'b'", "'a'"), "m/c.py": revision("'c'", "('a',)"),
    }  # fmt: skip
    assert heads(files)[0].heads == ("b", "c")
    assert heads({**files, "m/d.py": revision("'d'", "['b', 'c']")})[0].heads == ("d",)


def test_each_environment_has_a_history_of_its_own() -> None:
    found = heads({
        "one/env.py": "", "one/versions/a.py": revision("'a'", "None"), "two/migrations/env.py": "",
        "two/migrations/versions/x/b.py": revision("'b'", "None"), "tests/versions/t.py": revision("'t'", "None"),
    })  # fmt: skip
    assert [(history.folder, history.heads) for history in found] == [("one", ("a",)), ("two/migrations", ("b",))]


def test_a_circle_has_no_head() -> None:
    assert heads({"m/a.py": revision("'a'", "'b'"), "m/b.py": revision("'b'", "'a'")})[0].heads == ()


def test_what_is_computed_is_told() -> None:
    for text in (revision("make()", "None"), revision("'b'", "PARENT"), revision("3", "None"), revision("'b'", "[x]"),
                 revision("'b'", "None") + "def (\n", "revision = 'b'\nif x:\n    down_revision = 'a'\n"):  # fmt: skip
        (found,) = heads({"m/a.py": revision("'a'", "None"), "m/b.py": text})
        assert (found.heads, found.unread) == (("a",), ("m/b.py",))
