"""The project's files as they were in a commit, read from git's objects: nothing is checked out, no filter is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

from schema_lint.evaluating.answers import CACHE_FOLDER, Asked, digest_of
from schema_lint.evaluating.files import PRUNED, ReadError, SourceTree, excluded
from schema_lint.evaluating.git import GitError, ObjectReader, Repository
from schema_lint.evaluating.recording import RecordingTree

_LINK = "120000"
_SUBMODULE = "160000"
_HOPS = 40
_COME_AND_GO = frozenset({"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", CACHE_FOLDER})
"""Ignored folders of tools, which hold no source: that they are there is no difference."""

_KEPT_ELSEWHERE = (b"version https://git-lfs.github.com/spec/", b"\0GITCRYPT\0")
"""How a blob begins that only stands for a file: a pointer of Git LFS, something encrypted."""


class RevisionTree(SourceTree):
    """Files of a commit, below the project's root. To be used in a `with`.

    What git has no history of is as it lies on disk: ignored files, virtual environments, submodules (whose commits are
    in other repositories), and files that are kept elsewhere (Git LFS) or encrypted. So it is the same before and after
    a change, and nothing about it is new.

    Raises:
        GitError: if the commit cannot be read.
    """

    def __init__(self, disk: SourceTree, repository: Repository, commit: str) -> None:
        super().__init__(disk.root, max_file_size=disk.max_file_size)
        self.commit = commit
        self.lacking: list[GitError] = []
        """Why files could not be read that the commit has."""

        self._disk = disk
        self._blobs: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._folders: dict[str, dict[str, bool]] = {"": {}}
        self._on_disk: set[str] = set()
        self._resolved: dict[str, dict[str, bool]] = {}
        self._environments: dict[str, bool] = {}
        self._asked: Asked | None = None
        """What that was found out for which is known of the disk."""
        for mode, name, path in repository.files(commit):
            if mode == _SUBMODULE:
                self._on_disk.add(path)
                continue
            (self._links if mode == _LINK else self._blobs)[path] = name
            self._enter(path)
        for path in repository.ignored():
            path = path.rstrip("/")
            if _COME_AND_GO.isdisjoint(path.split("/")):
                self._on_disk.add(path)
        self._identity = digest_of(
            *(f"{path}\0{name}\0".encode("utf-8", "surrogateescape")
              for path, name in (*self._blobs.items(), ("", "links"), *self._links.items())),
            *(f"\0{path}".encode("utf-8", "surrogateescape") for path in sorted(self._on_disk)),
        )  # fmt: skip
        self._objects = ObjectReader(repository)

    @property
    def recorder(self) -> RecordingTree | None:
        return self._disk.recorder

    @property
    def identity(self) -> bytes:
        return self._identity

    def _lacks(self, error: GitError) -> None:
        self.lacking.append(error)
        if self.recorder is not None:
            self.recorder.distrust()

    def _note(self) -> None:
        asked = self.recorder.note_elsewhere() if self.recorder is not None else None
        if asked is not self._asked:
            self._asked = asked
            self._resolved, self._environments = {}, {}

    def __enter__(self) -> RevisionTree:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._objects.close()

    def _enter(self, path: str) -> None:
        is_folder = False
        while path:
            folder, _, name = path.rpartition("/")
            known = self._folders.setdefault(folder, {})
            if name in known:
                return
            known[name] = is_folder
            path, is_folder = folder, True

    def read(self, path: str) -> bytes:
        self._note()
        real = self._real(path)
        if real is None:
            raise ReadError("permission", "is behind a link that leads out of the project")
        name = self._blobs.get(real)
        if name is None:
            if self._is_on_disk(real):
                return self._disk.read(real)
            raise ReadError("missing", "does not exist")
        try:
            content = self._objects.read(name, self.max_file_size)
        except GitError as error:
            self._lacks(error)
            raise ReadError("missing", error.message) from None
        if isinstance(content, int):
            raise ReadError("too-large", f"has {content} bytes, more than {self.max_file_size}")
        return self._disk.read(real) if content.startswith(_KEPT_ELSEWHERE) else content

    def is_environment(self, path: str) -> bool:
        self._note()
        return self._disk.is_environment(path) if self._is_on_disk(path) else f"{path}/pyvenv.cfg" in self._blobs

    def is_tracked(self, path: str) -> bool | None:
        self._note()
        return None if self._disk.is_tracked(path) is None else path in self._blobs

    def listing(self, directory: str) -> dict[str, bool]:
        self._note()
        known = self._resolved.get(directory)
        if known is None:
            known = self._resolved[directory] = self._listing(directory)
        return known

    def _listing(self, directory: str) -> dict[str, bool]:
        real = self._real(directory)
        if real is None:
            return {}
        on_disk = self._disk.listing(real).items()
        found = {name: is_folder for name, is_folder in on_disk if self._is_on_disk(f"{real}/{name}" if real else name)}
        for name, is_folder in self._folders.get(real, {}).items():
            path = f"{real}/{name}" if real else name
            if path not in self._links:
                found[name] = is_folder
                continue
            target = self._real(path)
            if target in self._blobs or (target is not None and self._disk_file(target)):
                found[name] = False
            elif target in self._folders or (target is not None and self._disk_folder(target)):
                found[name] = True
        return found

    def _disk_file(self, path: str) -> bool:
        return self._is_on_disk(path) and self._disk.is_file(path)

    def _disk_folder(self, path: str) -> bool:
        return self._is_on_disk(path) and self._disk.is_dir(path)

    def walk(self, start: str, exclude: Sequence[str], wanted: Callable[[str], object]) -> Iterator[str]:
        self._note()
        pending = [start]
        while pending:
            directory = pending.pop()
            if self._is_on_disk(directory) and directory not in self._folders:
                yield from self._disk.walk(directory, exclude, wanted)
                continue
            for name, is_folder in self.listing(directory).items():
                path = f"{directory}/{name}" if directory else name
                if path in self._links or excluded(path, exclude):
                    continue
                if not is_folder:
                    if wanted(name):
                        yield path
                elif name not in PRUNED and not self.is_file(f"{path}/pyvenv.cfg"):
                    pending.append(path)

    def _is_on_disk(self, path: str) -> bool:
        """Whether it is, or is in, something that git has no history of."""
        if not path or path in self._blobs:
            return False
        if path in self._on_disk:
            return True
        known = self._environments.get(path)
        if known is None:
            above = path.rpartition("/")[0]
            known = self._is_on_disk(above) or (path not in self._folders and self._disk.is_environment(path))
            self._environments[path] = known
        return known

    def _real(self, path: str) -> str | None:
        """The path without links; `None` if one leads out of the root, or round in a circle."""
        if not self._links:
            return path
        ahead = path.split("/")[::-1] if path else []
        behind: list[str] = []
        hops = 0
        while ahead:
            part = ahead.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not behind:
                    return None
                behind.pop()
                continue
            behind.append(part)
            name = self._links.get("/".join(behind))
            if name is not None:
                hops += 1
                target = self._target(name)
                if hops > _HOPS or target is None or target.startswith("/"):
                    return None
                behind.pop()
                ahead += target.split("/")[::-1]
        return "/".join(behind)

    def _target(self, name: str) -> str | None:
        try:
            content = self._objects.read(name, 4096)
        except GitError as error:
            self._lacks(error)
            return None
        return content.decode("utf-8", "surrogateescape") if isinstance(content, bytes) else None
