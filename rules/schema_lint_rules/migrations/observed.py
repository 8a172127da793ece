"""What a server did when a revision was replayed: it beats what reading suspected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from schema_lint.checking.rule import Violation
from schema_lint.facts.migrations import Revision
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import ReplayedStep
from schema_lint.facts.unknown import Undecided
from schema_lint_rules._steps import about_replayed, bare


def held(revision: Revision, table: object, project: Project) -> str | None:
    """What to add to a message about a table: the lock that a server held on it, and whether it wrote it anew.

    Empty where the revision was not replayed or no table is known; `None` where the server never locked the table.
    """
    step = next(iter(project.replayed(revision.identifier)), None)
    if step is None or step.autocommit or not isinstance(table, str):
        return ""
    mode = next((lock.mode for lock in step.locks if bare(lock.table) == bare(table)), None)
    if mode is None:
        return None
    rewritten = " and wrote it anew" if any(bare(name) == bare(table) for name in step.rewritten) else ""
    return f" (replayed: it held {mode} on {bare(table)}{rewritten})"


def unread_rewrites(
    step: ReplayedStep, project: Project, read: Callable[[Revision, Project], set[str]]
) -> Iterator[Violation]:
    """Tables that a server wrote anew, of which reading the revision tells nothing."""
    known: set[str] = set()
    for revision in project.revisions_called(step.revision) if step.rewritten else ():
        if revision.applied:
            return
        with suppress(Undecided):
            known |= {bare(table) for table in read(revision, project)}
    for name in step.rewritten:
        table = bare(name)
        if table not in known:
            yield Violation(
                message=f"revision {step.revision} writes all rows of {table} anew (replayed: it held ACCESS EXCLUSIVE "
                f"on {table} meanwhile)",
                suggestion="add a column of the new type, write both, fill it in batches, and swap them",
                subject=about_replayed(step, name),
                place=step.place,
            )
