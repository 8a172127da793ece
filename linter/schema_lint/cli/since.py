"""`--since`: the project as it was where this branch left another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from schema_lint.checking.judging import Focus, Verdict
from schema_lint.checking.newness import compare
from schema_lint.checking.selection import Selection
from schema_lint.checking.visiting import application
from schema_lint.cli.examining import Examination, examine_again
from schema_lint.cli.failures import Failure
from schema_lint.config.problems import printable
from schema_lint.evaluating.git import GitError, Repository
from schema_lint.evaluating.revision_tree import RevisionTree
from schema_lint.facts.migrations import RevisionEdit
from schema_lint.facts.project import Base
from schema_lint.reporting.report import Since


class NewVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is new, and how many findings are not."""

    run: Examination
    """With what the other branch has."""

    whole: Verdict
    new: Verdict
    since: Since


def judged_since(run: Examination, selection: Selection, ref: str) -> NewVerdict:
    """Judge both states by the same rules and settings, those of the working tree, and tell what was there where HEAD
    left `ref`.

    Raises:
        Failure: if git cannot say what was there.
    """
    with _where_it_left(run, ref) as tree:
        before = _read(run, selection, tree)
        run = _beside(run, before, ref)
        whole = run.judge(selection)
        compared = compare(
            whole.findings,
            before.judge(selection).findings,
            is_new=lambda path: not tree.is_file(path),
            is_gone=lambda path: not run.tree.is_file(path),
        )
    older = sum(finding.severity != "info" for finding in compared.older)
    return NewVerdict(
        run=run,
        whole=whole,
        new=msgspec.structs.replace(whole, findings=compared.new),
        since=Since(ref=ref, commit=tree.commit, older=older),
    )


def with_base(run: Examination, selection: Selection, ref: str) -> Examination:
    """The run, with what the branch has that it is compared with.

    Raises:
        Failure: if git cannot say what was there.
    """
    with _where_it_left(run, ref) as tree:
        return _beside(run, _read(run, selection, tree), ref)


@contextmanager
def _where_it_left(run: Examination, ref: str) -> Iterator[RevisionTree]:
    try:
        repository = Repository(run.setup.root)
        with RevisionTree(run.tree, repository, repository.merge_base(repository.commit(ref))) as tree:
            yield tree
            if tree.lacking:
                raise tree.lacking[0]
    except GitError as error:
        raise _failure(ref, error) from None


def _read(run: Examination, selection: Selection, tree: RevisionTree) -> Examination:
    focus = Focus(exclude=run.focus.exclude)
    paths = tuple(path for path in run.paths if tree.exists(path))
    return examine_again(run, selection, tree, paths=paths or ("",), focus=focus)


def _beside(run: Examination, before: Examination, ref: str) -> Examination:
    histories = before.project.migrations
    edits: tuple[RevisionEdit, ...] = ()
    if histories:
        from schema_lint.comparing.revisions import edits_of

        edits = edits_of(histories, run.project.migrations, before.tree.text, run.tree.text)
    base = Base(
        name=ref,
        schemas=application(before.project).schemas,
        revisions=frozenset(name for environment in histories for name in environment.by_identifier),
        edits=edits,
    )
    return msgspec.structs.replace(run, project=msgspec.structs.replace(run.project, base=base))


def _failure(ref: str, error: GitError) -> Failure:
    """Why what a commit has could not be read."""
    return Failure(f"--since {printable(ref, 200)}: {printable(error.message, 300)}", hint=printable(error.hint, 300))
