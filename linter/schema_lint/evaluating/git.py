"""A git repository, asked for commits and their files; nothing that it configures is run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping

_TIME_LIMIT = 120
"""Seconds for one question."""

_REFS = 5000

# The repository's own configuration must not choose programs for us to run: no file system monitor, no hooks, no
# transport (a partial clone would fetch what it lacks). The user's and the system's is trusted: it says which
# directories are safe.
_SETTINGS = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "core.pager=cat", "protocol.allow=never")
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none", "GIT_LITERAL_PATHSPECS": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0", "LANGUAGE": "", "LC_ALL": "C",
}  # fmt: skip
_OF_A_CALLER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE")
"""Set by git where it runs a hook; they may mean another repository than the project's."""


class GitError(Exception):
    """Git could not answer; says why, and what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Repository:
    """The repository around a directory.

    Raises:
        GitError: if there is none, it is not trusted, or git is not installed.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.prefix = self._prefix()
        """What leads from the top of the repository to the directory, with a `/` at its end, or empty."""

    def _prefix(self) -> str:
        status, out, error = self._run("rev-parse", "--show-prefix")
        if status == 0:
            return os.fsdecode(out).rstrip("\n")
        if "dubious ownership" in error:
            raise GitError(
                "git does not trust the repository, which belongs to another user",
                f"if it is safe, tell git: {_last_line(error).strip()}",
            )
        if "not a git repository" in error:
            raise GitError("the project is in no git repository", "a baseline needs none: schema-lint baseline update")
        raise GitError(f"git cannot read the repository: {_last_line(error)}")

    def commit(self, ref: str) -> str:
        """The commit that a branch, tag, or other name of a commit stands for.

        Raises:
            GitError: if it stands for none.
        """
        status, out, _ = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if status == 0:
            return out.decode().strip()
        if ref == "HEAD":
            raise GitError("the repository has no commit yet")
        if ".." in ref:
            raise GitError(f"{ref} is no commit", "give one branch, tag or commit; what left it is found by itself")
        raise GitError(f"git knows no commit {ref}", self._hint(ref))

    def _hint(self, ref: str) -> str:
        from schema_lint.config.problems import nearest

        if self.is_shallow:
            return _DEEPEN
        _, out, _ = self._run("for-each-ref", f"--count={_REFS}", "--format=%(refname:short)")
        names = out.decode("utf-8", "replace").split()
        close = next((name for name in names if name.endswith(f"/{ref}")), None) or nearest(ref, names)
        if close is not None:
            return f"did you mean {close}?"
        remote, slash, branch = ref.partition("/")
        return f"git fetch {remote} {branch}" if slash else "`git branch --all` lists the branches"

    @property
    def is_shallow(self) -> bool:
        """Whether history is cut off, as in most CI jobs."""
        return self._run("rev-parse", "--is-shallow-repository")[1].strip() == b"true"

    def merge_base(self, commit: str) -> str:
        """Where the checked-out branch left another.

        Raises:
            GitError: if they have no commit in common, or the clone does not go back to it.
        """
        head = self.commit("HEAD")
        status, out, error = self._run("merge-base", commit, head)
        if status == 0:
            return out.decode().split()[0]
        if self.is_shallow:
            raise GitError("the clone is shallow: it does not go back to where this branch began", _DEEPEN)
        if status == 1:
            raise GitError("they have no commit in common", "compare with a branch that this one came from")
        raise GitError(f"git cannot compare them: {_last_line(error)}")

    def added(self, path: str) -> str | None:
        """The commit that a file, relative to the directory, first came with; `None` if it is in none.

        Raises:
            GitError: if the clone does not go back to it.
        """
        _, out, _ = self._run("log", "--no-renames", "--diff-filter=A", "--format=%H %P", "--", path)
        lines = out.decode().splitlines()
        if not lines:
            return None
        commit, *parents = lines[-1].split()
        if not parents and self.is_shallow:
            raise GitError("the clone is shallow: it may not go back to the commit that is wanted", _DEEPEN)
        return commit

    def files(self, commit: str) -> Iterator[tuple[str, str, str]]:
        """Mode, object and path, relative to the directory, of everything below it; nothing if it was not there yet.

        Raises:
            GitError: if the commit cannot be read.
        """
        tree = f"{commit}:{self.prefix.rstrip('/')}"
        if self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{tree}")[0] != 0:
            return
        status, out, error = self._run("ls-tree", "-r", "-z", "--full-tree", tree)
        if status != 0:
            raise GitError(f"git cannot list {commit[:10]}: {_last_line(error)}", _DEEPEN if self.is_shallow else "")
        for line in out.split(b"\0"):
            about, tab, path = line.partition(b"\t")
            if tab:
                mode, _, name = about.decode().split(" ")
                yield mode, name, os.fsdecode(path)

    def ignored(self) -> tuple[str, ...]:
        """Files below the directory, relative to it, and folders (with a `/` at their end), that git ignores."""
        status, out, _ = self._run("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        return tuple(os.fsdecode(out).split("\0")[:-1]) if status == 0 else ()

    def _run(self, *arguments: str) -> tuple[int, bytes, str]:
        try:
            done = subprocess.run(
                _command(arguments), cwd=self.directory, env=_environment(os.environ), stdin=subprocess.DEVNULL,
                capture_output=True, timeout=_TIME_LIMIT, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            raise GitError("git is not installed, or not on the PATH") from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git {arguments[0]} took longer than {_TIME_LIMIT} seconds") from None
        except (OSError, ValueError) as error:
            raise GitError(f"git cannot be run: {getattr(error, 'strerror', None) or error}") from None
        return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


class ObjectReader:
    """Contents of blobs, from one process that is asked again and again. To be closed."""

    def __init__(self, repository: Repository) -> None:
        self._process = subprocess.Popen(
            _command(("cat-file", "--batch")), cwd=repository.directory, env=_environment(os.environ),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def read(self, name: str, limit: int) -> bytes | int:
        """The content of a blob; its size in bytes where that is above the limit.

        Raises:
            GitError: if the repository lacks it.
        """
        source, sink = self._process.stdout, self._process.stdin
        assert source is not None and sink is not None
        try:
            sink.write(name.encode() + b"\n")
            sink.flush()
            header = source.readline().split()
        except OSError:
            header = []
        if len(header) != 3 or header[1] != b"blob":
            raise GitError(
                f"the repository lacks {name[:10]}, since it is a partial clone or damaged",
                "clone without --filter, or fetch everything: git fetch --refetch --no-filter",
            )
        size = int(header[2])
        if size <= limit:
            content = source.read(size)
            source.read(1)
            return content
        left = size + 1
        while left > 0:
            left -= len(source.read(min(left, 1 << 20))) or left
        return size

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()


_DEEPEN = "fetch the whole history: `git fetch --unshallow`; in GitHub Actions, actions/checkout with fetch-depth: 0"


def _command(arguments: tuple[str, ...]) -> list[str]:
    return ["git", *(word for setting in _SETTINGS for word in ("-c", setting)), *arguments]


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    return {**{name: value for name, value in ours.items() if name not in _OF_A_CALLER}, **_ENVIRONMENT}


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].removeprefix("fatal: ") if lines else "it does not say why"
