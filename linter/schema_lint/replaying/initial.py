"""The schema at a revision, made from the models of the commit that the revision came with."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from schema_lint.evaluating.git import GitError, ObjectReader, Repository
from schema_lint.replaying.errors import ReplayFailed
from schema_lint.replaying.explaining import Explanation
from schema_lint.replaying.options import InitialModels, ReplayOptions
from schema_lint.replaying.process import Heard

_LARGEST = 32 * 1024 * 1024
"""Bytes of a file; models are in none that is larger."""

_INSTEAD = "give the schema as SQL: --initial-schema FILE, with --initial-revision"


class CommittedModels:
    """The project's files as they were in a commit."""

    def __init__(self, root: str, folder: str, models: InitialModels) -> None:
        """Write them.

        Args:
            root: the project's, in a git repository.
            folder: empty; where they go.

        Raises:
            ReplayFailed: if they cannot be read.
        """
        self.root = os.path.realpath(root)
        self.folder = os.path.realpath(folder)
        self._models = models
        try:
            self._write(Repository(root))
        except GitError as error:
            raise ReplayFailed(
                f"the models of {models.revision} cannot be read: {error.message}", hint=error.hint
            ) from None

    def _write(self, repository: Repository) -> None:
        reader = ObjectReader(repository)
        try:
            for mode, name, path in repository.files(self._models.commit):
                content = reader.read(name, _LARGEST) if mode.startswith(("100", "120")) else 0
                if isinstance(content, bytes):
                    self._write_file(mode, path, content)
        finally:
            reader.close()

    def _write_file(self, mode: str, path: str, content: bytes) -> None:
        target = os.path.join(self.folder, path)
        if not self._is_inside(os.path.dirname(target)) or ".." in path.split("/"):
            return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if mode.startswith("120"):
            link = os.fsdecode(content)
            if self._is_inside(os.path.join(os.path.dirname(target), link)):
                os.symlink(link, target)
            return
        with open(target, "xb") as file:
            file.write(content)

    def _is_inside(self, path: str) -> bool:
        real = os.path.realpath(path)
        return real == self.folder or real.startswith(self.folder + os.sep)

    def instead_of(self, path: str) -> str:
        """Where a file or folder of the project lies here."""
        return os.path.join(self.folder, os.path.relpath(os.path.realpath(path), self.root))

    def create(self, options: ReplayOptions, run: Callable[[dict[str, Any]], Heard], python: str) -> None:
        """Create their tables.

        Args:
            options: those of the replay.
            run: runs a probe with changes to its job where these files lie; returns what it told.
            python: the interpreter.

        Raises:
            ReplayFailed: if they could not be.
        """
        commit, revision = self._models.commit[:10], self._models.revision
        there = self.instead_of(options.ini)
        if not os.path.isfile(there):
            shown = os.path.relpath(options.ini, self.root)
            raise ReplayFailed(f"commit {commit}, which {revision} came with, has no {shown}", hint=_INSTEAD)
        create = {"revision": revision, "root": self.root, "instead": self.folder}
        heard = run({"ini": there, "create": create, "edited": {}})
        if heard.of("created"):
            return
        explanation, ended = Explanation(self.folder, python, options), heard.events[-1:]
        if ended and ended[0]["event"] == "ended":
            failed = explanation.of_nothing(ended[0]["known"], has_run=False)
        else:
            failed = explanation.of(heard)
        about = f"the schema at {revision} was not made from the models of commit {commit}, which it came with"
        raise ReplayFailed(f"{about}: {failed.message}", hint=f"{failed.hint}; or {_INSTEAD}", trace=failed.trace)
