from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.files import ReadError, SourceTree, decode
from schema_lint.evaluating.modules import ModuleFinder


def write(root: Path, *paths: str) -> SourceTree:
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("x = 1\n")
    return DiskTree(str(root))


def test_walking_finds_the_project_s_own_files(tmp_path: Path) -> None:
    tree = write(
        tmp_path, "a.py", "b/c.py", "b/d.txt", ".git/x.py", ".venv/x.py", "node_modules/x.py", "b/__pycache__/x.py",
        "other/pyvenv.cfg", "other/x.py", "b/site-packages/x.py", ".hidden/y.py",
    )  # fmt: skip
    assert tree.python_files() == [".hidden/y.py", "a.py", "b/c.py"]
    assert tree.python_files(["b", "b/c.py", "b/d.txt"]) == ["b/c.py", "b/d.txt"]
    assert tree.python_files(exclude=["b/*", ".hidden"]) == ["a.py"]
    assert tree.python_files(exclude=["b/"]) == [".hidden/y.py", "a.py"]
    assert tree.files_named(lambda name: name.endswith(".txt")) == ["b/d.txt"]
    with pytest.raises(ReadError, match="does not exist"):
        tree.python_files(["nothing"])


def test_links_do_not_lead_out_or_around(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    write(outside, "secret.py", "package/s.py")
    tree = write(root, "a.py", "b/c.py")
    (root / "loop").symlink_to(root)
    (root / "b" / "up").symlink_to(root / "b")
    (root / "out").symlink_to(outside / "package")
    (root / "out.py").symlink_to(outside / "secret.py")
    (root / "in.py").symlink_to(root / "a.py")
    (root / "self.py").symlink_to(root / "self.py")
    assert tree.python_files() == ["a.py", "b/c.py"]
    assert not tree.exists("out.py")
    assert not tree.exists("out/s.py")
    assert tree.read("in.py") == b"x = 1\n"
    assert tree.is_file("loop/b/c.py")
    for path in ("out.py", "out/s.py", "../outside/secret.py", "self.py"):
        with pytest.raises(ReadError) as caught:
            tree.read(path)
        assert caught.value.kind in ("permission", "missing")


def test_virtual_environments_may_lead_out(tmp_path: Path) -> None:
    environment, root = tmp_path / "environment", tmp_path / "root"
    write(environment, "pyvenv.cfg", "lib/python3.12/site-packages/lib_x/__init__.py")
    tree = write(root, "a.py")
    (root / ".venv").symlink_to(environment)
    module = ModuleFinder(tree).find("lib_x", ModuleFinder(tree).at("a.py"))
    assert module is not None
    assert module.library
    assert module.source == "x = 1\n"


def test_what_cannot_be_read(tmp_path: Path) -> None:
    tree = write(tmp_path, "a.py")
    (tmp_path / "large.py").write_bytes(b"#" * 2000)
    os.mkfifo(tmp_path / "pipe.py")
    small = DiskTree(str(tmp_path), max_file_size=1000)
    kinds = {}
    for path in ("large.py", "pipe.py", "none.py", "a.py/b.py", "nul\0.py"):
        with pytest.raises(ReadError) as caught:
            small.read(path)
        kinds[path] = caught.value.kind
    assert kinds == {
        "large.py": "too-large",
        "pipe.py": "permission",
        "none.py": "missing",
        "a.py/b.py": "missing",
        "nul\0.py": "permission",
    }
    assert "pipe.py" not in tree.python_files()
    module = ModuleFinder(small).at("large.py")
    assert module.tree.body == []
    assert module.error is not None
    assert module.error.kind == "too-large"


DECODED = [
    (b"x = '\xc3\xa9'\n", "x = 'é'\n"),
    (b"\xef\xbb\xbfx\r\ny\rz", "x\ny\nz"),
    (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
    (
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n\x80",
        "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n€",
    ),
    (b"x\n# coding: latin-1\n", "x\n# coding: latin-1\n"),
    (b"", ""),
]


@pytest.mark.parametrize(("content", "text"), DECODED, ids=range(len(DECODED)))
def test_encodings(content: bytes, text: str) -> None:
    assert decode(content) == text


@pytest.mark.parametrize(
    "content", [b"x\n\xff", b"# coding: no-such\n", b"# coding: rot13\n", b"# coding: zlib\n", b"# coding: idna\n"]
)
def test_encodings_that_fail(content: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        decode(content)
    assert caught.value.kind == "encoding"
    assert caught.value.line >= 1


def test_what_git_tracks_is_told_from_its_index(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    tree = write(root, "backend/settings.py", "settings.py")
    assert tree.is_tracked("settings.py") is None
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run(["git", "add", "backend"], cwd=root, check=True)
    assert tree.is_tracked("backend/settings.py") is True
    assert tree.is_tracked("settings.py") is False
