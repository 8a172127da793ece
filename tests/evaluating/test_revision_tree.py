"""Files of a commit are what a checkout of it would have, without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from repositories import commit, git, isolate, write
from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.files import ReadError
from schema_lint.evaluating.git import GitError, Repository
from schema_lint.evaluating.revision_tree import RevisionTree


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)


@contextmanager
def tree_of(root: Path, ref: str = "HEAD", **options: int) -> Iterator[RevisionTree]:
    repository = Repository(str(root))
    with RevisionTree(DiskTree(str(root), **options), repository, repository.commit(ref)) as tree:
        yield tree


def test_it_is_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, a="A = 1\n", b__c="C = 1\n", b__build__d="", ä__ö="")
    (tmp_path / "b" / "run.py").write_text("", encoding="utf-8")
    (tmp_path / "b" / "run.py").chmod(0o755)
    commit(tmp_path)
    write(tmp_path, a="A = 2\n", new="")
    (tmp_path / "b" / "c.py").unlink()
    with tree_of(tmp_path) as tree:
        assert tree.python_files() == ["a.py", "b/c.py", "b/run.py", "ä/ö.py"]
        assert tree.python_files(["b"], exclude=["run.py"]) == ["b/c.py"]
        assert tree.files_named(lambda name: name == "a.py") == ["a.py"]
        assert (tree.read("a.py"), tree.read("b/c.py"), tree.read("b/run.py")) == (b"A = 1\n", b"C = 1\n", b"")
        assert tree.listdir("") == ["a.py", "b", "ä"]
        assert (tree.is_dir("b"), tree.is_file("b"), tree.exists("new.py"), tree.exists("b/x.py")) == (
            True, False, False, False,
        )  # fmt: skip
        assert (tree.is_tracked("a.py"), tree.is_tracked("new.py")) == (True, False)
        for path in ("new.py", "b", "none/x.py"):
            with pytest.raises(ReadError) as caught:
                tree.read(path)
            assert caught.value.kind == "missing"
        with pytest.raises(ReadError, match="does not exist"):
            tree.python_files(["none"])


def test_a_project_below_the_top(tmp_path: Path) -> None:
    project = tmp_path / "services" / "billing"
    write(project, models="X = 1\n")
    write(tmp_path, other="")
    commit(tmp_path)
    (project / "models.py").unlink()
    with tree_of(project) as tree:
        assert tree.python_files() == ["models.py"]
        assert tree.read("models.py") == b"X = 1\n"
    young = tmp_path / "services" / "young"
    write(young, models="")
    with tree_of(young) as tree:
        assert tree.python_files() == []


def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, a="A = 1\n", b__c="C = 1\n")
    write(tmp_path, secret="S = 1\n")
    targets = {
        "in.py": "a.py", "b/up.py": "../a.py", "folder": "b", "out.py": "../secret.py", "self.py": str(root),
        "loop": "loop", "one": "two", "two": "one", "chain.py": "folder/c.py", "dangling.py": "none.py", "above": "..",
    }  # fmt: skip
    for name, target in targets.items():
        (root / name).symlink_to(target)
    commit(root)
    with tree_of(root) as tree:
        assert tree.python_files() == ["a.py", "b/c.py"]
        assert (tree.read("in.py"), tree.read("b/up.py"), tree.read("chain.py")) == (b"A = 1\n", b"A = 1\n", b"C = 1\n")
        assert (tree.read("folder/c.py"), tree.listdir("folder")) == (b"C = 1\n", ["c.py", "up.py"])
        for path in ("out.py", "self.py", "loop", "one", "dangling.py", "above", "above/secret.py", "loop/x.py"):
            assert not tree.exists(path), path
            with pytest.raises(ReadError):
                tree.read(path)


def test_what_git_has_no_history_of_is_as_on_disk(tmp_path: Path) -> None:
    write(tmp_path, a="")
    (tmp_path / ".gitignore").write_text("/generated/\nlocal.py\n", encoding="utf-8")
    commit(tmp_path)
    write(tmp_path, generated__models="G = 1\n", local="L = 1\n", new="")
    site = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    write(site, lib="V = 1\n")
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("", encoding="utf-8")
    with tree_of(tmp_path) as tree:
        assert tree.python_files() == ["a.py", "generated/models.py", "local.py"]
        assert (tree.read("generated/models.py"), tree.read("local.py")) == (b"G = 1\n", b"L = 1\n")
        assert tree.is_environment(".venv")
        assert tree.is_file(".venv/pyvenv.cfg")
        assert tree.listdir(".venv/lib/python3.12/site-packages") == ["lib.py"]
        assert tree.read(".venv/lib/python3.12/site-packages/lib.py") == b"V = 1\n"
        assert not tree.is_environment("generated")


def test_a_file_that_was_tracked_before_it_was_ignored(tmp_path: Path) -> None:
    write(tmp_path, generated__models="G = 1\n", generated__gone="X = 1\n")
    before = commit(tmp_path)
    git(tmp_path, "rm", "-q", "-r", "--cached", "generated")
    (tmp_path / ".gitignore").write_text("/generated/\n", encoding="utf-8")
    (tmp_path / "generated" / "gone.py").unlink()
    write(tmp_path, generated__models="G = 2\n", generated__later="L = 1\n")
    commit(tmp_path)
    with tree_of(tmp_path, before) as tree:
        assert tree.read("generated/models.py") == b"G = 1\n"
        assert tree.read("generated/gone.py") == b"X = 1\n"
        assert tree.listdir("generated") == ["gone.py", "later.py", "models.py"]


def test_submodules_are_as_on_disk(tmp_path: Path) -> None:
    library, root = tmp_path / "library", tmp_path / "root"
    write(library, models="M = 1\n")
    commit(library)
    write(root, a="")
    commit(root)
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib")
    commit(root)
    with tree_of(root) as tree:
        assert tree.python_files() == ["a.py", "lib/models.py"]
        assert tree.read("lib/models.py") == b"M = 1\n"


def test_stand_ins_for_files(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 6\n"
    write(tmp_path, large=pointer, gone=pointer)
    commit(tmp_path)
    write(tmp_path, large="L = 1\n")
    (tmp_path / "gone.py").unlink()
    with tree_of(tmp_path) as tree:
        assert tree.read("large.py") == b"L = 1\n"
        with pytest.raises(ReadError):
            tree.read("gone.py")


def test_large_files(tmp_path: Path) -> None:
    write(tmp_path, large="#" * 5_000_000, small="S = 1\n")
    commit(tmp_path)
    with tree_of(tmp_path, max_file_size=1000) as tree:
        with pytest.raises(ReadError) as caught:
            tree.read("large.py")
        assert caught.value.kind == "too-large"
        assert tree.read("small.py") == b"S = 1\n"


def test_nothing_that_the_repository_configures_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, trap = tmp_path / "root", tmp_path / "trap"
    write(root, a="A = 1\n")
    (root / ".gitattributes").write_text("*.py filter=trap diff=trap text eol=crlf\n", encoding="utf-8")
    commit(root)
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {trap}\ncat\n", encoding="utf-8")
    script.chmod(0o755)
    hooks = root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).write_text(script.read_text("utf-8"), encoding="utf-8")
        (hooks / hook).chmod(0o755)
    for key in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "filter.trap.smudge",
        "filter.trap.clean", "filter.trap.process", "diff.trap.textconv", "diff.external", "remote.origin.uploadpack",
        "credential.helper", "alias.cat-file", "alias.rev-parse", "pager.ls-tree", "uploadpack.packObjectsHook",
    ):  # fmt: skip
        git(root, "config", key, str(script))
    git(root, "config", "core.hooksPath", str(hooks))
    git(root, "config", "remote.origin.url", str(tmp_path))
    git(root, "config", "protocol.allow", "always")
    git(root, "config", "protocol.ext.allow", "always")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere"))
    with tree_of(root) as tree:
        assert tree.read("a.py") == b"A = 1\n"
        assert tree.python_files() == ["a.py"]
    assert not trap.exists()


def test_a_partial_clone_fetches_nothing(tmp_path: Path) -> None:
    origin, clone, trap = tmp_path / "origin", tmp_path / "clone", tmp_path / "trap"
    write(origin, a="A = 1\n")
    commit(origin)
    write(origin, a="A = 2\n")
    commit(origin)
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", origin.as_uri(), "clone")
    git(clone, "config", "remote.origin.uploadpack", f"touch {trap}; git-upload-pack")
    git(clone, "config", "protocol.file.allow", "always")
    with tree_of(clone, "HEAD~1") as tree:
        with pytest.raises(ReadError):
            tree.read("a.py")
        assert "partial clone" in tree.lacking[0].message
    assert not trap.exists()


def test_what_git_cannot_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitError, match="in no git repository"):
        Repository(str(tmp_path))
    git(tmp_path, "init", "-q", "-b", "main")
    with pytest.raises(GitError, match="has no commit yet"):
        Repository(str(tmp_path)).merge_base("main")
    commit(tmp_path)
    repository = Repository(str(tmp_path))
    for ref in ("mian", "-h", "--all", "", "HEAD:a.py", "main\nmain", "@{u}"):
        with pytest.raises(GitError):
            repository.commit(ref)
    with pytest.raises(GitError) as caught:
        repository.commit("mian")
    assert caught.value.hint == "did you mean main?"
    with pytest.raises(GitError) as caught:
        repository.commit("origin/release")
    assert caught.value.hint == "git fetch origin release"
    git(tmp_path, "checkout", "-q", "--orphan", "other")
    commit(tmp_path, "Something else")
    with pytest.raises(GitError, match="no commit in common"):
        repository.merge_base(repository.commit("main"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitError, match="does not trust the repository") as caught:
        Repository(str(tmp_path))
    assert caught.value.hint.startswith("if it is safe, tell git: git config --global --add safe.directory ")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="not installed"):
        Repository(str(tmp_path))


def test_a_damaged_repository(tmp_path: Path) -> None:
    write(tmp_path, a="A = 1\n")
    commit(tmp_path)
    name = git(tmp_path, "rev-parse", "HEAD:a.py")
    (tmp_path / ".git" / "objects" / name[:2] / name[2:]).unlink()
    with tree_of(tmp_path) as tree:
        with pytest.raises(ReadError):
            tree.read("a.py")
        assert tree.lacking
    with pytest.raises(GitError):
        repository = Repository(str(tmp_path))
        (tmp_path / ".git" / "HEAD").write_text("rubbish", encoding="utf-8")
        repository.merge_base(repository.commit("HEAD"))
