"""Reports to where they are wanted: standard output and files."""

from __future__ import annotations

import importlib
import os

import msgspec

from schema_lint.cli import output
from schema_lint.cli.setup import Setup
from schema_lint.cli.wanted import Wanted
from schema_lint.reporting.report import Options, Report
from schema_lint.reporting.terminal import PLAIN


def publish(report: Report, setup: Setup, wanted: Wanted) -> None:
    """Render every wanted format and write it.

    Raises:
        Failure: if a file cannot be written.
    """
    for name, path in wanted.outputs:
        options = _options(name, path, setup, wanted)
        if path is not None:
            output.write_file(path, _render(name, report, options))
    for name, path in wanted.outputs:
        if path is None and not (wanted.quiet and not report.listed(show_info=wanted.show_info) and name != "json"):
            options = _options(name, path, setup, wanted)
            output.write(_render("statistics" if wanted.statistics else name, report, options))
        if name == "github":
            from schema_lint.reporting.github import append_summary

            append_summary(report, os.environ, _options(name, path, setup, wanted))


def _render(name: str, report: Report, options: Options) -> str:
    text: str = importlib.import_module(f"schema_lint.reporting.{name}").render(report, options)
    return text


def _options(name: str, path: str | None, setup: Setup, wanted: Wanted) -> Options:
    options = Options(
        width=output.terminal_width() if path is None else output.WIDTH,
        style=output.style_of(wanted.color) if path is None and name in ("full", "concise") else PLAIN,
        show_info=wanted.show_info,
        show_unknown=wanted.show_unknown,
        prefix=setup.prefix,
    )
    return msgspec.structs.replace(options, prefix=_from_repository(setup)) if name == "github" else options


def _from_repository(setup: Setup) -> str:
    """What leads from the repository's root to the project's: GitHub reads paths from there."""
    repository = os.environ.get("GITHUB_WORKSPACE", "")
    if not repository:
        repository = setup.root
        while not os.path.lexists(os.path.join(repository, ".git")):
            parent = os.path.dirname(repository)
            if parent == repository:
                return ""
            repository = parent
    relative = os.path.relpath(setup.root, os.path.realpath(repository)).replace(os.sep, "/")
    return "" if relative == "." or relative.startswith("../") or relative == ".." else relative
