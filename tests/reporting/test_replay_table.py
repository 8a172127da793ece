"""The table of a replay, on wide terminals and narrow ones."""

from __future__ import annotations

import pytest

from schema_lint.facts.replaying import FailedUpgrade, Replay, ReplayedStep, ReplayError, TableLock, TrialDowngrade
from schema_lint.reporting.replay import render

LOCK = TableLock(table="public.task", mode="ACCESS EXCLUSIVE")
ERROR = ReplayError(type="ProgrammingError", message="no")
STEPS = (
    ReplayedStep(revision="1a", title="Create tasks", path="1a.py", downgrade=TrialDowngrade(verdict="inverse")),
    ReplayedStep(
        revision="2b",
        title="Make the identifiers of tasks wider than they were",
        path="2b.py",
        seconds=1.25,
        locks=(LOCK, TableLock(table="crm.user", mode="SHARE ROW EXCLUSIVE")),
        rewritten=("public.task",),
        downgrade=TrialDowngrade(verdict="empty", second_upgrade=ERROR),
    ),
)
REPLAY = Replay(
    folder="migrations",
    server="PostgreSQL 17.2",
    steps=STEPS,
    revisions=4,
    failure=FailedUpgrade(revision="3c", title="\x1b[31mred", path="3c.py", error=ERROR),
)


def test_a_wide_one() -> None:
    head, first, second, failed, *_ = render(REPLAY, width=160).splitlines()
    assert head.split() == ["revision", "title", "ms", "locks", "held", "downgrade"]
    assert first.split() == ["1a", "Create", "tasks", "0", "inverse"]
    assert "1,250  ACCESS EXCLUSIVE task (rewritten); SHARE ROW EXCLUSIVE crm.user  " in second
    assert second.endswith("does nothing, upgrade fails then")
    assert failed.endswith("upgrade fails")


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = render(REPLAY, width=width).splitlines()
    assert [line for line in lines[:4] if len(line) > max(width, 70)] == []
    assert ("title" in lines[0]) == (width >= 100)


def test_what_it_says() -> None:
    text = render(REPLAY, width=160)
    assert "2 revisions replayed on PostgreSQL 17.2." in text
    assert "Downgrades: 1 inverse, 1 does nothing." in text
    assert "The upgrade of 3c fails, and the replay ends there: 1 revision not reached." in text
    assert "\x1b" not in text


def test_an_empty_one() -> None:
    assert render(Replay(folder="m", server="PostgreSQL 17.2"), width=80).strip() == (
        "0 revisions replayed on PostgreSQL 17.2."
    )
