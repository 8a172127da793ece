"""Real git repositories for tests, which know nothing of the configuration of whoever runs them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_{what}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def isolate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git see no configuration but the repository's, in this process and those it starts."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


def git(directory: Path, *arguments: str) -> str:
    """Run git there."""
    return subprocess.run(["git", *arguments], cwd=directory, capture_output=True, text=True, check=True).stdout.strip()


def commit(directory: Path, message: str = "All") -> str:
    """Commit everything there, in a repository that is made where there is none; the commit."""
    if not (directory / ".git").exists():
        git(directory, "init", "-q", "-b", "main")
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "--allow-empty", "-m", message)
    return git(directory, "rev-parse", "HEAD")


def write(directory: Path, **files: str) -> None:
    """Write files: `app__models="…"` is `app/models.py`."""
    for name, text in files.items():
        path = directory / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
