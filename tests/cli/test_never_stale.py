"""Whatever is done to a project, a run with the cache and one without print the same, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from changes import CHANGES, OTHER, check, write
from cli_run import Result, Run
from repositories import commit, isolate
from schema_lint.evaluating import recording


def everything(run: Run, *more: str) -> list[Result]:
    """What every command prints that reads the project's source."""
    return [
        check(run, *more),
        run("check", "-v", "--select", "FK,TBL", *more),
        run("facts", "--allow-empty", *more),
        run("erd", "--allow-empty", *more),
        run("baseline", "prune", *more),
    ]


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("settled", [False, True])
def test_never_stale(name: str, settled: bool, run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if settled:
        # What was written a moment ago counts as old, so that times alone are looked at.
        monkeypatch.setattr(recording, "_SETTLED", -(10**18))
    everything(run)
    assert everything(run) == everything(run, "--no-cache")
    CHANGES[name](tree)
    assert everything(run) == everything(run, "--no-cache")
    assert everything(run) == everything(run, "--no-cache")


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "git tracks a file"])
def test_never_stale_since(name: str, run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    monkeypatch.setattr(recording, "_SETTLED", -(10**18))
    shutil.rmtree(tree / ".git")
    write(".gitignore", ".env\n.venv\n")(tree)
    commit(tree)
    for change in (lambda root: None, CHANGES[name], commit, write("app/late.py", OTHER)):
        change(tree)
        assert check(run, "--since", "HEAD") == check(run, "--since", "HEAD", "--no-cache")
        assert check(run, "--since", "HEAD") == check(run, "--since", "HEAD", "--no-cache")
