"""Files that are no files, cannot be read, lie about themselves or are gone: findings, never a crash or a wait."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli_run import Run
from schema_lint.evaluating.disk import DiskTree

MODEL = """\
from sqlmodel import Field, SQLModel

class {name}(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
"""
SECONDS = 120


def model(name: str) -> str:
    return MODEL.replace("{name}", name)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "kept.py").write_text(model("Kept"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def process(*arguments: str, cwd: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """A check in a process of its own, after some statements."""
    code = f"import sys\n{before}\nfrom schema_lint.cli import main\nmain(sys.argv[1:])\n"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


def report(run: Run, *arguments: str) -> dict[str, Any]:
    result = run("check", "--isolated", "--output-format", "json", *arguments)
    assert (result.status in (0, 1), result.err) == (True, "")
    document: dict[str, Any] = json.loads(result.out)
    return document


def unread(document: dict[str, Any]) -> dict[str, str]:
    """Messages by path."""
    found = [finding for finding in document["findings"] if finding["code"] == "SRC001"]
    return {finding["places"][0]["path"]: finding["message"].partition(": ")[2] for finding in found}


def tables(run: Run) -> set[str]:
    return {table["name"] for table in json.loads(run("facts", "--isolated").out)["tables"]}


ENCODED = {
    "a byte order mark": (b"\xef\xbb\xbf" + model("Made").encode(), None),
    "a declared encoding": (b"# -*- coding: latin-1 -*-\n# \xe4\n" + model("Made").encode(), None),
    "carriage returns": (model("Made").replace("\n", "\r").encode(), None),
    "both line ends": (model("Made").replace("\n", "\r\n", 2).encode(), None),
    "form feeds": (model("Made").replace("\n\n", "\n\x0c\n").encode(), None),
    "latin-1": (b"# \xe4\n" + model("Made").encode(), "is not valid utf-8"),
    "UTF-16": (model("Made").encode("utf-16"), "is not valid utf-8"),
    "UTF-32": (model("Made").encode("utf-32"), "is not valid utf-8"),
    "an unknown encoding": (b"# coding: klingon\n" + model("Made").encode(), "'klingon', which is not known"),
    "an encoding that is none": (b"# coding: base64\n" + model("Made").encode(), "'base64', which is not known"),
    "a wrong encoding": (b"# coding: ascii\n# \xe4\n" + model("Made").encode(), "is not valid ascii"),
    "a null character": (model("Made").encode() + b"\0", "null"),
    "an unpaired surrogate": (b"# \xed\xa0\x80\n" + model("Made").encode(), "is not valid utf-8"),
}


@pytest.mark.parametrize("name", ENCODED)
def test_encodings(name: str, project: Path, run: Run) -> None:
    content, problem = ENCODED[name]
    (project / "made.py").write_bytes(content)
    told = unread(report(run))
    assert list(told) == (["made.py"] if problem else [])
    assert problem is None or problem in told["made.py"]
    assert tables(run) == ({"kept"} if problem else {"kept", "made"})


NAMES = [b"a\nb.py", b"\x1b[31mred\x1b]0;title\x07.py", b"\xff\xfe.py", b"%0A::error::x.py", b"'\"`$(x).py", b"-rf.py"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_of_files(name: bytes, project: Path, run: Run) -> None:
    try:
        (project / os.fsdecode(name)).write_bytes(model("Made").encode() + b"x = (\n")
    except OSError:
        pytest.skip("this file system has no such names")
    assert len(unread(report(run))) == 1
    for form in ("full", "concise", "json", "github"):
        result = run("check", "--isolated", "--output-format", form)
        assert (result.status, result.err) == (1, "")
        assert not any(ord(character) < 32 and character != "\n" for character in result.out)
        assert not any(line.startswith("::error::") for line in result.out.split("\n"))


def test_what_is_no_file(project: Path, run: Run) -> None:
    (project / "folder.py").mkdir()
    (project / "folder.py" / "inner.py").write_text(model("Inner"))
    os.mkfifo(project / "pipe.py")
    (project / "self.py").symlink_to("self.py")
    (project / "gone.py").symlink_to("nowhere.py")
    (project / "zero.py").symlink_to("/dev/zero")
    (project / "again").symlink_to(".", target_is_directory=True)
    (project / "above").symlink_to("..", target_is_directory=True)
    with socket.socket(socket.AF_UNIX) as listening:
        # Its address may not be long.
        listening.bind("socket.py")
        assert unread(report(run)) == {}
        assert tables(run) == {"kept", "inner"}
        for path in ("pipe.py", "self.py", "gone.py", "zero.py", "socket.py"):
            result = run("check", "--isolated", path)
            assert (result.status, result.err.count("error: ")) == (2, 1), path


def test_links_out_of_the_project(project: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "models.py").write_text(model("Outside"))
    (outside / ".env").write_text("DATABASE_URL=postgresql://a:s3cret@db.example.org/x\n")
    (project / "linked.py").symlink_to(outside / "models.py")
    (project / "linked").symlink_to(outside, target_is_directory=True)
    (project / ".env").symlink_to(outside / ".env")
    (project / "user.py").write_text("from linked import Outside\nfrom linked.models import Outside\n" + model("User"))
    assert tables(run) == {"kept", "user"}
    assert [f for f in report(run)["findings"] if f["code"].startswith("ENV")] == []


def test_files_that_vanish_or_change_while_they_are_read(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "gone.py").write_text(model("Gone"))
    (project / "grown.py").write_text(model("Grown"))
    find, read = DiskTree.python_files, DiskTree.read
    reads: list[str] = []

    def finding(self: DiskTree, *arguments: Any, **keywords: Any) -> list[str]:
        found = find(self, *arguments, **keywords)
        (project / "gone.py").unlink(missing_ok=True)
        return found

    def reading(self: DiskTree, path: str) -> bytes:
        content = read(self, path)
        reads.append(path)
        if path == "grown.py":
            (project / path).write_bytes(b"\xff" * (100 + len(reads)))
        return content

    monkeypatch.setattr(DiskTree, "python_files", finding)
    monkeypatch.setattr(DiskTree, "read", reading)
    for form in ("full", "json", "github"):
        (project / "gone.py").write_text(model("Gone"))
        (project / "grown.py").write_text(model("Grown") + "class X(SQLModel, table=True): ...\n")
        result = run("check", "--isolated", "--output-format", form)
        assert (result.status, result.err) == (1, "")


@pytest.mark.parametrize("data", ["x = [" + "1," * 1_000_000 + "]", "x = f'" + "{a}" * 660_000 + "'", "a;" * 1_000_000])
def test_a_table_of_data_takes_no_memory(data: str, project: Path) -> None:
    (project / "data.py").write_text(f"import sqlmodel\n{data}\n")
    before = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))"
    result = process("check", "--isolated", "--output-format", "json", cwd=project, before=before)
    assert (result.returncode, result.stderr) == (1, "")
    document = json.loads(result.stdout)
    assert list(unread(document)) == ["data.py"]
    assert document["read"]["tables"] == 1


@pytest.fixture
def open_project() -> Iterator[Path]:
    """A project that every user of the system can reach."""
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    (root / ".git").mkdir()
    (root / "kept.py").write_text(model("Kept"))
    yield root
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(root)


def unprivileged(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A check that file modes hold for. What it imports is imported before: another user may not reach it."""
    before = (
        "import io, os\nfrom schema_lint.cli import run\nkept = sys.stdout, sys.stderr\n"
        "sys.stdout = sys.stderr = io.StringIO()\nos.mkdir('first')\nos.chdir('first')\n"
        "open('m.py', 'w').write('from sqlmodel import SQLModel\\nx = (')\n"
        "for a in ('--isolated', '--output-format=json', '--config=a=b', '--config=a', 'nowhere'): run(['check', a])\n"
        "os.chdir('..')\nos.unlink('first/m.py')\nos.rmdir('first')\nsys.stdout, sys.stderr = kept\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    )
    return process(*arguments, cwd=cwd, before=before)


def test_files_and_folders_without_permission(open_project: Path) -> None:
    for name in ("file.py", "folder/inner.py", "listed/inner.py"):
        (open_project / name).parent.mkdir(exist_ok=True)
        (open_project / name).write_text(model("Hidden"))
    for name in (".env", "alembic.ini", "uv.lock", "compose.yaml"):
        (open_project / name).write_text("[project]\n")
        (open_project / name).chmod(0)
    (open_project / "file.py").chmod(0)
    (open_project / "folder").chmod(0)
    (open_project / "listed").chmod(0o444)
    result = unprivileged("check", "--isolated", "--output-format", "json", cwd=open_project)
    assert (result.returncode, result.stderr) == (1, "")
    told = unread(json.loads(result.stdout))
    assert told["file.py"] == "cannot be read: Permission denied"
    assert set(told) == {"file.py", "listed/inner.py"}
    # A database's own files often lie in the project: nobody knows whether such a folder holds source.
    assert [item["why"] for item in json.loads(result.stdout)["unknown"]] == [
        "folder cannot be listed: Permission denied"
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--isolated", "folder"], "error: folder cannot be listed: Permission denied"),
        (["check"], "error: pyproject.toml: cannot be read: Permission denied"),
        (["check", "--isolated", "--output-format", "json=closed/report.json"], "error: cannot write closed/report"),
    ],
)
def test_what_is_asked_for_without_permission(arguments: list[str], message: str, open_project: Path) -> None:
    (open_project / "pyproject.toml").write_text("[tool.schema-lint]\n")
    for name in ("file.py", "pyproject.toml"):
        (open_project / name).touch()
        (open_project / name).chmod(0)
    (open_project / "closed").mkdir(mode=0o555)
    (open_project / "folder").mkdir(mode=0)
    result = unprivileged(*arguments, cwd=open_project)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
    assert "Traceback" not in result.stderr
    assert list((open_project / "closed").iterdir()) == []
