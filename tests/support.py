"""Helpers for tests: a project from a dict of files, its facts, and the findings of selected rules."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from schema_lint.checking.finding import Finding
from schema_lint.checking.registry import load_rules
from schema_lint.checking.run import Outcome, run
from schema_lint.checking.selection import select as select_rules
from schema_lint.config.policies import Policies
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from schema_lint.readers.source import read
from schema_lint.readers.source.options import ReadOptions

Files = Mapping[str, str] | str
"""Text by path; a single text is `models.py`."""


def project_facts(files: Files, **options: Any) -> Project:
    """What the static reader makes of the files."""
    if isinstance(files, str):
        files = {"models.py": files}
    with tempfile.TemporaryDirectory() as directory:
        for path, text in files.items():
            target = Path(directory, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return read(SourceTree(str(Path(directory).resolve())), ["."], options=ReadOptions(**options))


def outcome(
    files: Files,
    *,
    select: Sequence[str] = (),
    profile: str = "recommended",
    policies: Mapping[str, Any] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    read_options: Mapping[str, Any] | None = None,
) -> Outcome:
    """What the selected rules (all of the profile's, if none are named) say of the files."""
    given = dict(policies or {})
    wanted = msgspec.convert({**given, "stated": sorted(given)}, Policies)
    selection = select_rules(load_rules(), profile=profile, selected=select, options=options)
    return run(project_facts(files, **(read_options or {})), selection, wanted)


def findings(files: Files, **arguments: Any) -> list[Finding]:
    """The findings alone."""
    return list(outcome(files, **arguments).findings)


def codes(files: Files, **arguments: Any) -> list[str]:
    """The findings' codes, one for each finding, sorted."""
    return sorted(finding.code for finding in findings(files, **arguments))


def told(files: Files, code: str, **arguments: Any) -> list[tuple[str, str]]:
    """Severity and message of each finding of one rule."""
    return [(finding.severity, finding.message) for finding in findings(files, select=[code], **arguments)]
