"""The table of a replay, on wide terminals and narrow ones."""

from __future__ import annotations

import pytest

from schema_lint.facts.replaying import FailedUpgrade, Replay, ReplayedStep, ReplayError, TableLock, TrialDowngrade
from schema_lint.reporting import replay as replayed
from schema_lint.reporting.history import as_markdown
from schema_lint.reporting.revisions import replayed_rows

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


def render(replay: Replay, *, width: int) -> str:
    return replayed.render(replay, replayed_rows(replay, (), (), command="alembic"), width=width)


def test_a_wide_one() -> None:
    head, first, second, failed, *_ = render(REPLAY, width=130).splitlines()
    assert head.split() == ["revision", "title", "ms", "locks", "held", "downgrade"]
    assert first.split() == ["1a", "Create", "tasks", "0", "inverse"]
    assert "1,250  ACCESS EXCLUSIVE task (rewritten)" in second
    assert second.endswith("does nothing, upgrade fails then")
    assert failed.endswith("upgrade fails")


def test_the_widest_tells_what_each_does_and_risks() -> None:
    head, _, second, *_ = render(REPLAY, width=160).splitlines()
    assert head.endswith("  risk")
    assert "what it does" in head and "not known" in second and second.endswith("none found")


@pytest.mark.parametrize("width", [60, 80, 100, 140, 160])
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


def test_how_to_apply_and_to_roll_back() -> None:
    text = render(REPLAY, width=160)
    assert "To apply 2b: alembic upgrade 2b\nTo roll it back: nothing (its downgrade does nothing)\n" in text
    assert "To apply 3c" not in text
    many = Replay(folder="m", server="PostgreSQL 17.2", steps=(STEPS[0],) * 4)
    assert "--table tells how to apply and to roll back each." in render(many, width=160)


def test_in_markdown() -> None:
    rows = replayed_rows(REPLAY, (), (), command="alembic -n shop")
    head, _, first, second, failed, _, *summed = as_markdown(rows, REPLAY).splitlines()
    assert head.split(" | ")[3:6] == ["ms", "Locks held on tables that were there", "Downgrade"]
    assert first.startswith("| `1a` | Create tasks | not known | 0 | none | inverse | none found |")
    assert "| ACCESS EXCLUSIVE on task \\(rewritten\\); SHARE ROW EXCLUSIVE on crm.user |" in second
    assert second.endswith("| `alembic -n shop upgrade 2b` | no: its downgrade does nothing |")
    assert "| upgrade fails |" in failed and failed.endswith("| no |")
    assert summed[0] == "2 revisions replayed on PostgreSQL 17.2."
