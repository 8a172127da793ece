"""Helpers for tests: a project from a dict of files, its facts, and the findings of selected rules."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from schema_lint.checking.documentation import Example
from schema_lint.checking.finding import Finding
from schema_lint.checking.judging import Focus, Verdict, comments_of, judge
from schema_lint.checking.registry import load_rules
from schema_lint.checking.selection import select as select_rules
from schema_lint.checking.suppressions import Exceptions
from schema_lint.config.policies import Policies
from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from schema_lint.readers.migrations import with_histories
from schema_lint.readers.source import read
from schema_lint.readers.source.options import ReadOptions

Files = Mapping[str, str] | str
"""Text by path; a single text is `models.py`."""


BASE = "main:"
"""Begins the names of files that examples have on another branch, as `git show` wants them."""


def of_two_branches(example: Example) -> bool:
    """Whether an example compares a branch with another."""
    return any(name.startswith(BASE) for name in example.files)


@contextmanager
def project_tree(files: Files) -> Iterator[SourceTree]:
    """The files on disk."""
    if isinstance(files, str):
        files = {"models.py": files}
    with tempfile.TemporaryDirectory() as directory:
        for path, text in files.items():
            target = Path(directory, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        yield DiskTree(str(Path(directory).resolve()))


def project_facts(files: Files, **options: Any) -> Project:
    """What the static reader makes of the files."""
    with project_tree(files) as tree:
        return with_histories(read(tree, ["."], options=ReadOptions(**options)), tree)


def outcome(
    files: Files,
    *,
    select: Sequence[str] = (),
    profile: str = "recommended",
    policies: Mapping[str, Any] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    read_options: Mapping[str, Any] | None = None,
    reader: Callable[[SourceTree], Project] | None = None,
) -> Verdict:
    """What the selected rules (all of the profile's, if none are named) say of the files, comments considered; of what
    the static reader makes of them, if no other is given."""
    given = dict(policies or {})
    wanted = msgspec.convert({**given, "stated": sorted(given)}, Policies)
    rules = load_rules()
    selection = select_rules(rules, profile=profile, selected=select, options=options)
    with project_tree(files) as tree:
        if reader is not None:
            project = reader(tree)
        else:
            project = with_histories(read(tree, ["."], options=ReadOptions(**(read_options or {}))), tree)
        paths = [module.path for module in project.modules]
        comments = comments_of(paths, tree.read, lambda content: content.decode())
    exceptions = Exceptions(comments=comments, today=datetime.date(2026, 1, 1))
    return judge(project, selection, wanted, rules=rules, exceptions=exceptions, focus=Focus())


def findings(files: Files, **arguments: Any) -> list[Finding]:
    """The findings alone."""
    return list(outcome(files, **arguments).findings)


def codes(files: Files, **arguments: Any) -> list[str]:
    """The findings' codes, one for each finding, sorted."""
    return sorted(finding.code for finding in findings(files, **arguments))


def told(files: Files, code: str, **arguments: Any) -> list[tuple[str, str]]:
    """Severity and message of each finding of one rule."""
    return [(finding.severity, finding.message) for finding in findings(files, select=[code], **arguments)]
