"""`check --since`: the project as it was where this branch left another."""

from __future__ import annotations

import msgspec

from schema_lint.checking.judging import Focus, Verdict
from schema_lint.checking.newness import compare
from schema_lint.checking.selection import Selection
from schema_lint.cli.examining import Examination, examine_again
from schema_lint.cli.failures import Failure
from schema_lint.config.problems import printable
from schema_lint.evaluating.git import GitError, Repository
from schema_lint.evaluating.revision_tree import RevisionTree
from schema_lint.reporting.report import Since


def only_new(run: Examination, selection: Selection, verdict: Verdict, ref: str) -> tuple[Verdict, Since]:
    """The verdict without the findings that were there where HEAD left `ref`, and how many those are.

    Both states are judged by the same rules and settings: those of the working tree.

    Raises:
        Failure: if git cannot say what was there.
    """
    try:
        repository = Repository(run.setup.root)
        commit = repository.merge_base(repository.commit(ref))
        with RevisionTree(run.tree, repository, commit) as tree:
            before = _judged(run, selection, tree)
            compared = compare(
                verdict.findings,
                before.findings,
                is_new=lambda path: not tree.is_file(path),
                is_gone=lambda path: not run.tree.is_file(path),
            )
            if tree.lacking:
                raise tree.lacking[0]
    except GitError as error:
        raise failure(ref, error) from None
    older = sum(finding.severity != "info" for finding in compared.older)
    return msgspec.structs.replace(verdict, findings=compared.new), Since(ref=ref, commit=commit, older=older)


def _judged(run: Examination, selection: Selection, tree: RevisionTree) -> Verdict:
    focus = Focus(exclude=run.focus.exclude)
    paths = tuple(path for path in run.paths if tree.exists(path))
    return examine_again(run, selection, tree, paths=paths or ("",), focus=focus).judge(selection)


def failure(ref: str, error: GitError) -> Failure:
    """Why what a commit has could not be read."""
    return Failure(f"--since {printable(ref, 200)}: {printable(error.message, 300)}", hint=printable(error.hint, 300))
