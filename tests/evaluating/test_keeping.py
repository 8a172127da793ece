"""Values are kept with everything that was asked for them, and computed again when any of it is answered otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from memory_tree import MemoryTree
from repositories import commit, isolate
from schema_lint.evaluating import recording, store
from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.files import SourceTree
from schema_lint.evaluating.git import Repository
from schema_lint.evaluating.keeping import kept
from schema_lint.evaluating.recording import RecordingTree
from schema_lint.evaluating.revision_tree import RevisionTree
from schema_lint.evaluating.store import Store


class Runs:
    """Runs one after the other over the same folder; what was computed in the last one is listed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.computed: list[str] = []
        self.version = b"1"

    def run(self, work: Callable[[Runs, RecordingTree], object]) -> object:
        """One run."""
        self.computed = []
        kept_there = Store(str(self.root / ".schema_lint_cache"), str(self.root), lambda: self.version)
        found = work(self, RecordingTree(str(self.root), store=kept_there))
        kept_there.save()
        return found

    def length(self, tree: SourceTree, path: str, *, key: object = 0, alone: bool = False) -> int:
        """A value that rests on one file."""

        def compute() -> int:
            self.computed.append(path)
            return len(tree.content(path) or b"")

        return kept(tree, "lengths", [path, key], compute, int, alone=alone)

    def upper(self, tree: SourceTree, text: str) -> str:
        """A value that rests on a text in hand."""

        def compute() -> str:
            self.computed.append(text)
            return text.upper()

        return kept(tree, "texts", text, compute, str)

    def sum(self, tree: SourceTree, *paths: str) -> int:
        """A value that is found out by way of others."""

        def compute() -> int:
            self.computed.append("sum")
            return sum(self.length(tree, path) for path in paths)

        return kept(tree, "sums", paths, compute, int, alone=True)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    # What was written a moment ago counts as old, so that times are looked at, too.
    monkeypatch.setattr(recording, "_SETTLED", -(10**18))
    return Runs(tmp_path)


@pytest.mark.parametrize("alone", [False, True])
def test_a_value_is_computed_once(runs: Runs, alone: bool) -> None:
    def both(runs: Runs, tree: RecordingTree) -> list[int]:
        return [runs.length(tree, path, alone=alone) for path in ("a", "b", "missing")]

    assert runs.run(both) == [1, 1, 0]
    assert runs.computed == ["a", "b", "missing"]
    assert runs.run(both) == [1, 1, 0]
    assert runs.computed == []
    (runs.root / "a").write_text("aaa", encoding="utf-8")
    assert runs.run(both) == [3, 1, 0]
    assert runs.computed == ["a"]
    (runs.root / "missing").write_text("xx", encoding="utf-8")
    assert runs.run(both) == [3, 1, 2]
    assert runs.computed == ["missing"]
    runs.version = b"2"
    assert runs.run(both) == [3, 1, 2]
    assert runs.computed == ["a", "b", "missing"]


def test_another_key_is_another_value(runs: Runs) -> None:
    runs.run(lambda runs, tree: runs.length(tree, "a"))
    runs.run(lambda runs, tree: runs.length(tree, "a", key=1))
    assert runs.computed == ["a"]


def test_what_a_part_rests_on_the_whole_rests_on(runs: Runs) -> None:
    """Whether the part was computed in that run, or was known from before."""
    runs.run(lambda runs, tree: runs.length(tree, "a"))
    runs.run(lambda runs, tree: runs.sum(tree, "a", "b"))
    assert runs.computed == ["sum", "b"]
    runs.run(lambda runs, tree: runs.sum(tree, "a", "b"))
    assert runs.computed == []
    for path in ("a", "b"):
        (runs.root / path).write_text("longer", encoding="utf-8")
        runs.run(lambda runs, tree: runs.sum(tree, "a", "b"))
        assert runs.computed == ["sum", path]


def test_the_run_rests_on_what_was_taken_over(runs: Runs) -> None:
    def first(runs: Runs, tree: RecordingTree) -> object:
        runs.sum(tree, "a", "b")
        return tree.record()

    runs.run(first)
    record = runs.run(first)
    assert runs.computed == []
    assert isinstance(record, recording.Record)
    assert set(record.files) == {"a", "b"}


def test_what_two_values_ask_for_both_rest_on(runs: Runs) -> None:
    """The second is answered from memory, and asked all the same."""

    def listed(runs: Runs, tree: RecordingTree) -> list[int]:
        names = []
        for number in range(2):

            def compute(number: int = number) -> int:
                runs.computed.append(str(number))
                return len(set(tree.listdir("")) - {recording.CACHE_FOLDER}) + number

            names.append(kept(tree, "listings", number, compute, int))
        return names

    assert runs.run(listed) == [2, 3]
    assert runs.run(listed) == [2, 3]
    assert runs.computed == []
    (runs.root / "c").write_text("", encoding="utf-8")
    assert runs.run(listed) == [3, 4]
    assert runs.computed == ["0", "1"]


def test_an_environment_that_another_value_asked_about(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Links in it are followed from then on, so that both rest on its being one."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "x").write_text("xxx", encoding="utf-8")
    environment = runs.root / ".venv"
    environment.mkdir()
    (environment / "pyvenv.cfg").write_text("", encoding="utf-8")
    (environment / "lib").symlink_to(elsewhere)

    def work(runs: Runs, tree: RecordingTree) -> tuple[bool, int]:
        is_one = kept(tree, "environments", 0, lambda: tree.is_environment(".venv"), bool)
        return is_one, runs.length(tree, ".venv/lib/x")

    assert runs.run(work) == (True, 3)
    assert runs.run(work) == (True, 3)
    assert runs.computed == []
    (environment / "pyvenv.cfg").unlink()
    assert runs.run(work) == (False, 0)


def test_a_change_meanwhile_is_not_kept(runs: Runs) -> None:
    def work(runs: Runs, tree: RecordingTree) -> int:
        def compute() -> int:
            length = runs.length(tree, "a")
            (runs.root / "a").write_text("changed", encoding="utf-8")
            return length

        return kept(tree, "changing", 0, compute, int, alone=True)

    assert runs.run(work) == 1
    (runs.root / "a").write_text("x" * 5, encoding="utf-8")
    assert runs.run(work) == 5


def test_texts_are_the_same_on_disk_and_in_a_commit(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    commit(runs.root)
    repository = Repository(str(runs.root))

    def both(runs: Runs, tree: RecordingTree) -> list[object]:
        with RevisionTree(tree, repository, "HEAD") as before:
            return [runs.upper(tree, "t"), runs.upper(before, "t"), runs.length(tree, "a"), runs.length(before, "a")]

    assert runs.run(both) == ["T", "T", 1, 1]
    assert runs.computed == ["t", "a", "a"]
    (runs.root / "a").write_text("changed", encoding="utf-8")
    assert runs.run(both) == ["T", "T", 7, 1]
    assert runs.computed == ["a"]
    commit(runs.root)
    assert runs.run(both) == ["T", "T", 7, 7]
    assert runs.computed == ["a"]


def test_where_nothing_is_noted_it_is_computed(runs: Runs) -> None:
    for tree in (DiskTree(str(runs.root)), MemoryTree({"a": "a"}), RecordingTree(str(runs.root))):
        for _ in range(2):
            assert runs.length(tree, "a") == 1
    assert runs.computed == ["a"] * 6
    assert not (runs.root / ".schema_lint_cache").exists()


@pytest.mark.parametrize("value", ["\ud800", 2**70])
def test_what_would_not_come_back_is_not_kept(runs: Runs, value: object) -> None:
    def work(runs: Runs, tree: RecordingTree) -> list[object]:
        return [kept(tree, "odd", 0, lambda: value, type(value)), kept(tree, "odd", [value], lambda: 1, int)]

    assert runs.run(work) == [value, 1]
    assert runs.run(work) == [value, 1]


@pytest.mark.parametrize(
    "content", [b"", b"x" * 100, b"\xc1", b"\x81\xc4\x01a\x92\xc0\xc1", b"\x81\xc4\x01a\x92\x90\x01"]
)
def test_a_spoilt_file_is_as_good_as_none(runs: Runs, content: bytes) -> None:
    def work(runs: Runs, tree: RecordingTree) -> list[object]:
        return [runs.upper(tree, "t"), runs.length(tree, "a"), runs.sum(tree, "a")]

    first = runs.run(work)
    for file in (runs.root / ".schema_lint_cache").glob("*.cache"):
        file.write_bytes(store._MAGIC + recording.digest_of(content) + content)
    assert runs.run(work) == first
    assert runs.computed == ["t", "a", "sum"]


def test_a_value_of_another_shape_is_as_good_as_none(runs: Runs) -> None:
    runs.run(lambda runs, tree: kept(tree, "shapes", 0, lambda: 1, int))
    assert runs.run(lambda runs, tree: kept(tree, "shapes", 0, lambda: "a", str)) == "a"


def test_what_nobody_asks_for_goes_first(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_ENTRIES", 2)
    for text in "xyz":
        runs.run(lambda runs, tree, text=text: [runs.upper(tree, "always"), runs.upper(tree, text)])
        assert runs.computed[-1:] == [text]
    runs.run(lambda runs, tree: [runs.upper(tree, "always"), runs.upper(tree, "z")])
    assert runs.computed == []
