"""The account that PostgreSQL runs as: it refuses to run as root."""

from __future__ import annotations

import os
import stat
import tempfile

import msgspec

from schema_lint.scratch.errors import ScratchError


class Account(msgspec.Struct, frozen=True):
    """An account of this machine; without a number it is our own."""

    user: int | None = None
    group: int | None = None

    def own(self, path: str) -> None:
        """Give it what we made."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group, follow_symlinks=False)

    def own_all(self, root: str) -> None:
        """Give it a folder that we made, with all that is in it."""
        if self.user is None:
            return
        self.own(root)
        for folder, folders, files in os.walk(root):
            for name in (*folders, *files):
                self.own(os.path.join(folder, name))

    def can_enter(self, directory: str) -> bool:
        """Whether it can enter a directory and all above it."""
        if self.user is None:
            return True
        path = os.path.realpath(directory)
        while os.stat(path).st_mode & stat.S_IXOTH:
            parent = os.path.dirname(path)
            if parent == path:
                return True
            path = parent
        return False

    def temporary_directory(self) -> str:
        """Make a directory of its own, closed to others but root.

        Raises:
            ScratchError: if it can reach none of the machine's temporary directories.
        """
        for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):
            # A socket's path may have 107 bytes (`sun_path`, 103 on macOS).
            if len(os.fsencode(parent)) < 60 and os.path.isdir(parent) and self.can_enter(parent):
                directory = tempfile.mkdtemp(prefix="schema-lint-", dir=parent)
                self.own(directory)
                return directory
        raise ScratchError("no temporary directory can be reached by another user than root", hint="set TMPDIR to one")


def server_account() -> Account:
    """Our own account, or for root one that exists and owns nothing.

    Raises:
        ScratchError: if there is none.
    """
    if os.geteuid() != 0:
        return Account()
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ScratchError(
        "PostgreSQL does not run as root, and there is neither a user postgres nor nobody",
        hint="run this as another user, or name a server",
    )
