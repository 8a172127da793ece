"""What was read and found before is taken over, as long as it may be, and nowhere else."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from changes import FILES, FOLDER, MODELS, check, write
from cli_run import Run
from repositories import commit, isolate
from schema_lint.cli import caching
from schema_lint.evaluating import recording, store
from schema_lint.evaluating.recording import RecordingTree, compare
from schema_lint.evaluating.store import Store
from schema_lint.readers import source
from schema_lint.readers.source import looks, reading


class Counted:
    """How many runs read the project, rather than believing what was kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        read = source.read

        def counting(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            return read(*arguments, **options)

        monkeypatch.setattr(source, "read", counting)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def test_what_was_there_is_read_once(run: Run, tree: Path, reads: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    shutil.rmtree(tree / ".git")
    commit(tree)
    check(run, "--since", "HEAD")
    assert reads.count == 2
    check(run, "--since", "HEAD")
    assert reads.count == 2
    write("app/models.py", MODELS + "    name: str\n")(tree)
    check(run, "--since", "HEAD")
    assert reads.count == 3, "the working tree alone"
    commit(tree)
    check(run, "--since", "HEAD")
    assert reads.count == 4, "the commit alone"


def test_an_unchanged_project_is_not_read_again(run: Run, tree: Path, reads: Counted) -> None:
    first = check(run)
    assert reads.count == 1
    assert check(run) == first
    assert reads.count == 1
    assert check(run, "--select", "FK").out != first.out
    assert check(run) == first
    assert run("check", "--output-format", "concise").status == 1
    assert run("check", "-v").status == 1
    assert run("erd").status == 0
    assert reads.count == 1
    run("facts")
    assert reads.count == 2, "with what revisions declare"
    write("pyproject.toml", FILES["pyproject.toml"] + 'ignore = ["FK"]\n')(tree)
    assert check(run) != first
    assert reads.count == 2 + 1, "the configuration file may say versions"
    assert run("check", "--config", "policies.primary-key=bigint").status == 1
    assert reads.count == 3


def test_a_file_that_does_not_matter_may_change(run: Run, tree: Path, reads: Counted) -> None:
    first = check(run)
    for text in ("X = 2\n", "def f() -> None:\n    print('user', 1)\n", "thing = Thing(user_id=1)\n"):
        write("app/plain.py", text)(tree)
        assert check(run) == first
        assert run("check", "-v").status == 1
    assert reads.count == 1
    write("app/plain.py", "thing = Thing(id=1)\n")(tree)
    assert check(run) != first, "the key is given a value"
    assert reads.count == 2


def test_only_what_changed_is_looked_at(run: Run, tree: Path, reads: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_SETTLED", -(10**18))
    check(run)
    answer, looked_at = looks.MENTIONED.answer, []

    def answering(path: str, content: bytes) -> Any:
        looked_at.append(path)
        return answer(path, content)

    monkeypatch.setattr(reading, "MENTIONED", msgspec.structs.replace(looks.MENTIONED, answer=answering))
    write("app/models.py", MODELS + "    name: str\n")(tree)
    assert check(run) == check(run, "--no-cache")
    assert looked_at.count("app/models.py") == 2
    assert looked_at.count("app/plain.py") == 1, "without the cache"
    assert reads.count == 3


def test_a_fresh_checkout_is_not_read_again(run: Run, tree: Path, reads: Counted) -> None:
    first = check(run)
    for path in [*tree.rglob("*.py"), tree / "uv.lock", tree / "app"]:
        os.utime(path)
    copy = (tree / "app/models.py").read_bytes()
    (tree / "app/models.py").unlink()
    (tree / "app/models.py").write_bytes(copy)
    assert check(run) == first
    assert reads.count == 1


def test_every_format_is_as_without(run: Run, tree: Path) -> None:
    for name in ("full", "concise", "github", "sarif", "json"):
        run("check", "--output-format", name)
        assert run("check", "--output-format", name) == run("check", "--output-format", name, "--no-cache")


def test_the_folder_ignores_itself(run: Run, tree: Path) -> None:
    check(run)
    assert (tree / FOLDER / ".gitignore").read_text() == "*\n"
    assert (tree / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert sorted(path.name.partition("-")[0] for path in (tree / FOLDER).glob("*.cache")) == ["facts", "found"]


def test_nothing_is_kept(run: Run, tree: Path) -> None:
    for command in ("check", "facts", "erd"):
        run(command, "--no-cache")
    assert not (tree / FOLDER).exists()


def test_what_was_found_is_not_kept_where_it_rests_on_more(run: Run, tree: Path) -> None:
    run("check", "-v")
    assert [path.name.partition("-")[0] for path in _files(tree)] == ["facts"]


def test_nothing_is_kept_where_plugins_run(run: Run, tree: Path) -> None:
    write("pyproject.toml", '[tool.schema-lint]\nplugins = ["own.py"]\n')(tree)
    write("own.py", "")(tree)
    check(run)
    assert [path.name.partition("-")[0] for path in _files(tree)] == ["facts"]
    check(run, "--no-plugins")
    assert len(_files(tree)) == 2


def test_another_folder(run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: Counted) -> None:
    check(run, "--cache-dir", str(tmp_path / "one"))
    monkeypatch.setenv("SCHEMA_LINT_CACHE_DIR", str(tmp_path / "two"))
    check(run)
    check(run)
    assert reads.count == 2
    assert list((tmp_path / "one").glob("*.cache")) and list((tmp_path / "two").glob("*.cache"))
    assert not (tree / FOLDER).exists()


def test_projects_may_share_a_folder(
    run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: Counted
) -> None:
    shutil.copytree(tree, tmp_path / "copy")
    monkeypatch.setenv("SCHEMA_LINT_CACHE_DIR", str(tmp_path / "shared"))
    for _ in range(2):
        for root in (tree, tmp_path / "copy"):
            monkeypatch.chdir(root)
            assert check(run) == check(run, "--no-cache")
    assert reads.count == 2 + 4


def _files(tree: Path) -> list[Path]:
    return list((tree / FOLDER).glob("*.cache"))


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _signed(payload: bytes) -> bytes:
    return store._MAGIC + recording.digest_of(payload) + payload


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:100],
        lambda content: content[:-1],
        lambda content: content + b"x",
        _flipped,
        lambda content: content.replace(b"cache 2", b"cache 1"),
        lambda content: _signed(b""),
        lambda content: _signed(b"\xc1"),
        lambda content: _signed(b"\x92\x90\x80"),
        lambda content: _signed(b"\x91" * 100_000),
        lambda content: _signed(b"\xdd\xff\xff\xff\xff"),
        lambda content: _signed(content[len(store._MAGIC) + 16 :].replace(b"severity", b"severitx")),
    ],
)
def test_a_spoilt_file_is_as_good_as_none(spoil: Callable[[bytes], bytes], run: Run, tree: Path) -> None:
    first = check(run)
    for file in _files(tree):
        file.write_bytes(spoil(file.read_bytes()))
    assert check(run) == first
    assert check(run) == first


def test_what_was_committed_is_not_believed(run: Run, tree: Path, reads: Counted) -> None:
    first = check(run)
    names = [f"{FOLDER}/{file.name}".encode() for file in _files(tree)]
    entries = b"".join(b"\0" * 10 + len(name).to_bytes(2, "big") + name + b"\0" for name in names)
    (tree / ".git/index").write_bytes(b"DIRC\0\0\0\2" + entries)
    assert check(run) == first
    assert reads.count == 2


def test_links_are_not_written_through(run: Run, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tree / FOLDER).symlink_to(tmp_path / "elsewhere")
    assert check(run).status == 1
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_file_in_the_folder_s_place(run: Run, tree: Path) -> None:
    first = check(run, "--no-cache")
    (tree / FOLDER).write_text("")
    assert check(run) == first


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_project_that_cannot_be_written_to(run: Run, tree: Path) -> None:
    first = check(run, "--no-cache")
    tree.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert check(run) == first
    finally:
        tree.chmod(stat.S_IRWXU)


def test_a_full_disk(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check(run, "--no-cache")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert check(run) == first
    assert not _files(tree) and not list((tree / FOLDER).glob("*.cache.*"))


@pytest.mark.parametrize("what", ["tool", "python", "msgspec"])
def test_another_tool_or_python(
    what: str, run: Run, tree: Path, reads: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(run)
    if what == "tool":
        monkeypatch.setattr(caching, "_tool", lambda: [("edited.py", 1, 1)])
    elif what == "python":
        monkeypatch.setattr(caching.sys, "version", "4.0")
    else:
        monkeypatch.setattr(caching.msgspec, "__version__", "9.9")
    check(run)
    assert reads.count == 2


def test_an_installed_tool_is_told_by_what_installed_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "schema_lint/cli/caching.py"
    record = tmp_path / f"schema_lint-{caching.__version__}.dist-info/RECORD"
    for path in (module, record):
        path.parent.mkdir(parents=True)
        path.write_text("x", encoding="utf-8")
    monkeypatch.setattr(caching, "__file__", str(module))
    first = list(caching._tool())
    assert [path for path, _, _ in first] == [str(record)]
    record.write_text("another", encoding="utf-8")
    assert list(caching._tool()) != first
    record.unlink()
    assert str(module) in {path for path, _, _ in caching._tool()}


def test_the_date_counts_where_something_is_accepted_until_one(run: Run, tree: Path, reads: Counted) -> None:
    text = FILES["pyproject.toml"] + 'ignore = [{rule = "FK001", object = "task", until = 2000-01-01}]\n'
    write("pyproject.toml", text)(tree)
    assert check(run) == check(run, "--no-cache")


def test_only_the_newest_are_kept_and_nobody_else_s_are_touched(run: Run, tree: Path) -> None:
    write(f"{FOLDER}/found-theirs.cache", "")(tree)
    for number in range(store._FILES + 3):
        check(run, "--exclude", f"x{number}")
    assert len(_files(tree)) == 2 * store._FILES + 1
    assert (tree / FOLDER / "found-theirs.cache").exists()


def test_a_change_while_reading_is_not_kept(tree: Path) -> None:
    reading = RecordingTree(str(tree))
    reading.read("app/models.py")
    write("app/models.py", MODELS + "\n")(tree)
    assert reading.record() is None
    reading = RecordingTree(str(tree))
    reading.python_files()
    write("app/new.py", "")(tree)
    assert reading.record() is None


def test_a_record_tells_what_was_asked(tree: Path) -> None:
    reading = RecordingTree(str(tree))
    reading.is_file("nowhere/x.py")
    record = reading.record()
    assert record is not None and compare(record, str(tree)) is not None
    write("nowhere/x.py", "")(tree)
    assert compare(record, str(tree)) is None


def test_two_at_once(tree: Path) -> None:
    """Writers replace whole files; readers see one or the other."""
    folder = Store(str(tree / FOLDER), str(tree), lambda: b"")
    path = folder.path("found", folder.digest(b""))
    seen = []

    def write_and_read() -> None:
        for _ in range(20):
            folder.write(path, [b"\x80"])
            seen.append(folder.read(path) is not None)

    threads = [threading.Thread(target=write_and_read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(seen)
