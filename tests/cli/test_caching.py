"""What was found before is believed only while nothing that it rests on has changed: a run with the cache and one
without print the same, byte for byte, whatever is done to the project in between."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli_run import Result, Run
from schema_lint.cli import caching, examining
from schema_lint.evaluating import recording
from schema_lint.evaluating.recording import RecordingTree, compare

FOLDER = ".schema_lint_cache"
MODELS = """\
from sqlmodel import Field, SQLModel
from app.base import Stamped


class Task(Stamped, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
"""
BASE = "from sqlmodel import SQLModel\n\n\nclass Stamped(SQLModel):\n    created: str\n"
OTHER = MODELS.replace("Task", "Chore")
USER = """\
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
"""
FILES = {
    "pyproject.toml": '[tool.schema-lint]\nprofile = "strict"\n',
    "uv.lock": 'name = "sqlalchemy"\nversion = "2.0.30"\n',
    "alembic.ini": "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://u:pw@db.example.com/d\n",
    ".env": "DATABASE_URL=postgresql://u:secret@db.example.com/d\n",
    "docker-compose.yml": "services:\n  db:\n    environment:\n      U: postgresql://u:secret@db.example.com/d\n",
    "app/__init__.py": "",
    "app/base.py": BASE,
    "app/models.py": MODELS,
    "app/db.py": "import os\nfrom sqlmodel import create_engine\nengine = create_engine(os.getenv('DATABASE_URL'))\n",
    "app/plain.py": "X = 1\n",
    "migrations/env.py": "from alembic import context\nfrom app.models import SQLModel\n",
    ".git/HEAD": "ref: refs/heads/main\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(root)
    monkeypatch.delenv("SCHEMA_LINT_CACHE_DIR", raising=False)
    return root


class Counted:
    """How many runs read the project, rather than believing what was kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        read = examining.read_tree

        def counting(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            return read(*arguments, **options)

        monkeypatch.setattr(examining, "read_tree", counting)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


def check(run: Run, *more: str) -> Result:
    return run("check", "--output-format", "json", "--show-info", "--show-unknown", *more)


def write(path: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")

    return change


def keep_times(path: str, text: str) -> Callable[[Path], None]:
    """Another text of the same length, with the times set back: only the inode's own time tells."""

    def change(root: Path) -> None:
        status = (root / path).stat()
        assert len((root / path).read_text()) == len(text)
        (root / path).write_text(text, encoding="utf-8")
        os.utime(root / path, ns=(status.st_atime_ns, status.st_mtime_ns))

    return change


def delete(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).unlink()


def rename(path: str, to: str) -> Callable[[Path], None]:
    return lambda root: (root / path).rename(root / to)


def link(path: str, to: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        if (root / path).exists():
            (root / path).unlink()
        (root / path).symlink_to(to)

    return change


def environment(root: Path) -> None:
    write(".venv/pyvenv.cfg", "home = /usr\n")(root)
    write(".venv/lib/python3.11/site-packages/SQLAlchemy-1.4.50.dist-info/METADATA", "")(root)


CHANGES: dict[str, Callable[[Path], None]] = {
    "a model is edited": write("app/models.py", MODELS + "    name: str\n"),
    "a model keeps its length and time": keep_times("app/models.py", MODELS.replace("owner_id", "owned_by")),
    "a model's base is edited": write("app/base.py", BASE + "    updated: str\n"),
    "a file of no interest is edited": write("app/plain.py", "X = 2\n"),
    "a file of no interest gets a model": write("app/plain.py", USER),
    "a file becomes unreadable source": write("app/plain.py", "from sqlmodel import (\n"),
    "the missing target appears": write("app/user.py", USER),
    "a file appears in a new folder": write("other/user.py", USER),
    "a model appears beside": write("app/more.py", OTHER),
    "a file goes": delete("app/models.py"),
    "a base goes": delete("app/base.py"),
    "a package is no more": delete("app/__init__.py"),
    "a module is renamed": rename("app/base.py", "app/basis.py"),
    "a folder is renamed": rename("app", "application"),
    "a module becomes a package": lambda root: (
        (root / "app/base.py").unlink(), write("app/base/__init__.py", BASE.replace("created", "made"))(root),
    )[0],
    "a package hides a module": write("app/base/__init__.py", BASE.replace("created", "made")),
    "the lock file is edited": write("uv.lock", 'name = "sqlalchemy"\nversion = "1.4.50"\n'),
    "the lock file goes": delete("uv.lock"),
    "a lock file appears": write("app/poetry.lock", '[[package]]\nname = "sqlmodel"\nversion = "0.0.14"\n'),
    "an environment appears": environment,
    ".env is edited": write(".env", "A=1\n"),
    ".env goes": delete(".env"),
    "another .env appears": write("app/.env", "URL=postgresql://u:other@db.example.com/d\n"),
    "compose is edited": write("docker-compose.yml", "services: {}\n"),
    "alembic.ini is edited": write("alembic.ini", "[alembic]\nscript_location = migrations\n"),
    "env.py sets the URL": write("migrations/env.py", "config.set_main_option('sqlalchemy.url', url)\n"),
    "the configuration is edited": write("pyproject.toml", '[tool.schema-lint]\nprofile = "minimal"\n'),
    "the configuration's lines move": write(
        "pyproject.toml", '\n\n[tool.schema-lint]\nprofile = "strict"\nignore = [{rule = "FK001", object = "x"}]\n'
    ),
    "the configuration goes": delete("pyproject.toml"),
    "a configuration appears": write("schema-lint.toml", 'ignore = ["FK"]\n'),
    "an ignoring comment appears": write(
        "app/models.py", MODELS.replace('"user.id")', '"user.id")  # schema-lint: ignore[FK001] few rows')
    ),
    "a baseline appears": write(".schema-lint-baseline.json", '{"version": 1, "findings": []}\n'),
    "git tracks a file": lambda root: (root / ".git/index").write_bytes(b"DIRC\0\0\0\2" + b"\0" * 10 + b"\0\4.env\0"),
    "a file becomes a link out": link("app/base.py", "/etc/hostname"),
    "a link in appears": link("app/linked.py", "models.py"),
    "a cache folder is cleared": lambda root: shutil.rmtree(root / FOLDER),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("settled", [False, True])
def test_never_stale(name: str, settled: bool, run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if settled:
        # What was written a moment ago counts as old, so that times alone are looked at.
        monkeypatch.setattr(recording, "_SETTLED", -(10**18))
    check(run)
    assert check(run) == check(run, "--no-cache")
    CHANGES[name](tree)
    assert check(run) == check(run, "--no-cache")
    assert check(run) == check(run, "--no-cache")


def test_an_unchanged_project_is_not_read_again(run: Run, tree: Path, reads: Counted) -> None:
    first = check(run)
    assert reads.count == 1
    assert check(run) == first
    assert reads.count == 1
    assert check(run, "--select", "FK").out != first.out
    assert reads.count == 2
    assert check(run) == first
    assert run("check", "--output-format", "concise").status == 1
    assert reads.count == 2 + 1, "what the strict profile would find is counted for json alone"


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
    assert [path.suffix for path in (tree / FOLDER).glob("*.*") if path.name != "CACHEDIR.TAG"].count(".cache") == 1


@pytest.mark.parametrize("options", [("--no-cache",), ("-v",), ("--since", "HEAD")])
def test_nothing_is_kept(options: tuple[str, ...], run: Run, tree: Path) -> None:
    run("check", *options)
    assert not (tree / FOLDER).exists()


def test_nothing_is_kept_where_plugins_run(run: Run, tree: Path) -> None:
    write("pyproject.toml", '[tool.schema-lint]\nplugins = ["own.py"]\n')(tree)
    write("own.py", "")(tree)
    check(run)
    assert not (tree / FOLDER).exists()
    check(run, "--no-plugins")
    assert (tree / FOLDER).exists()


def test_another_folder(run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: Counted) -> None:
    check(run, "--cache-dir", str(tmp_path / "one"))
    monkeypatch.setenv("SCHEMA_LINT_CACHE_DIR", str(tmp_path / "two"))
    check(run)
    check(run)
    assert reads.count == 2
    assert list((tmp_path / "one").glob("*.cache")) and list((tmp_path / "two").glob("*.cache"))
    assert not (tree / FOLDER).exists()


def _files(tree: Path) -> list[Path]:
    return list((tree / FOLDER).glob("*.cache"))


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _signed(payload: bytes) -> bytes:
    return caching._MAGIC + recording.digest_of(payload) + payload


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:100],
        lambda content: content[:-1],
        lambda content: content + b"x",
        _flipped,
        lambda content: content.replace(b"cache 1", b"cache 0"),
        lambda content: _signed(b""),
        lambda content: _signed(b"\xc1"),
        lambda content: _signed(b"\x92\x90\x80"),
        lambda content: _signed(b"\x91" * 100_000),
        lambda content: _signed(b"\xdd\xff\xff\xff\xff"),
        lambda content: _signed(content[len(caching._MAGIC) + 16 :].replace(b"severity", b"severitx")),
    ],
)
def test_a_spoilt_file_is_as_good_as_none(spoil: Callable[[bytes], bytes], run: Run, tree: Path) -> None:
    first = check(run)
    (file,) = _files(tree)
    file.write_bytes(spoil(file.read_bytes()))
    assert check(run) == first
    assert check(run) == first


def test_what_was_committed_is_not_believed(run: Run, tree: Path, reads: Counted) -> None:
    first = check(run)
    (file,) = _files(tree)
    name = f"{FOLDER}/{file.name}".encode()
    (tree / ".git/index").write_bytes(b"DIRC\0\0\0\2" + b"\0" * 10 + len(name).to_bytes(2, "big") + name + b"\0")
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


def test_the_date_counts_where_something_is_accepted_until_one(run: Run, tree: Path, reads: Counted) -> None:
    text = FILES["pyproject.toml"] + 'ignore = [{rule = "FK001", object = "task", until = 2000-01-01}]\n'
    write("pyproject.toml", text)(tree)
    assert check(run) == check(run, "--no-cache")


def test_only_the_newest_are_kept_and_nobody_else_s_are_touched(run: Run, tree: Path) -> None:
    write(f"{FOLDER}/theirs.cache", "")(tree)
    for number in range(caching._FILES + 3):
        check(run, "--exclude", f"x{number}")
    assert len(_files(tree)) == caching._FILES + 1
    assert (tree / FOLDER / "theirs.cache").exists()


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
    cache = caching.Cache(str(tree / FOLDER), b"key", str(tree))
    reading = RecordingTree(str(tree))
    reading.read("app/models.py")
    record = reading.record()
    assert record is not None
    seen = []

    def write_and_read() -> None:
        for _ in range(20):
            cache._write(record, b"\x80")
            seen.append(cache._content() is not None)

    threads = [threading.Thread(target=write_and_read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(seen)
