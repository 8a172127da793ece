"""Reports to where they are wanted: standard output and files."""

from __future__ import annotations

import importlib
import os

import msgspec

from schema_lint.cli import output
from schema_lint.cli.setup import Setup
from schema_lint.cli.wanted import Wanted
from schema_lint.facts.place import CatalogPlace
from schema_lint.reporting.report import Options, Report
from schema_lint.reporting.terminal import PLAIN

_FOR_PEOPLE = ("full", "concise")
_FOR_HOSTS = ("github", "sarif")
"""Formats that a code host reads: paths lead from the repository's root, and through no links."""

_NEVER_EMPTY = ("json", "sarif")


def check_files(wanted: Wanted) -> None:
    """See that the wanted files can be written, before a long run ends with that they cannot.

    Raises:
        Failure: with what is in the way.
    """
    for _, path in wanted.outputs:
        if path is not None:
            output.check_file(path)


def publish(report: Report, setup: Setup, wanted: Wanted) -> None:
    """Render every wanted format and write it.

    Raises:
        Failure: if a file cannot be written.
    """
    for name, path in wanted.outputs:
        options = _options(name, path, report, setup, wanted)
        if path is not None:
            output.write_file(path, _render(name, report, options))
    for name, path in wanted.outputs:
        if path is None and not wanted.only_table and not _goes_without_saying(name, report, wanted):
            options = _options(name, path, report, setup, wanted)
            counted = wanted.statistics and name in _FOR_PEOPLE
            output.write(_render("statistics" if counted else name, report, options))
        if name == "github":
            from schema_lint.reporting.github import append_summary

            append_summary(report, os.environ, _options(name, path, report, setup, wanted))


def _goes_without_saying(name: str, report: Report, wanted: Wanted) -> bool:
    return wanted.quiet and name not in _NEVER_EMPTY and not report.listed(show_info=wanted.show_info)


def _render(name: str, report: Report, options: Options) -> str:
    text: str = importlib.import_module(f"schema_lint.reporting.{name}").render(report, options)
    return text


def _options(name: str, path: str | None, report: Report, setup: Setup, wanted: Wanted) -> Options:
    options = Options(
        width=output.terminal_width() if path is None else output.WIDTH,
        style=output.style_of(wanted.color) if path is None and name in _FOR_PEOPLE else PLAIN,
        show_info=wanted.show_info,
        show_unknown=wanted.show_unknown,
        prefix=setup.prefix,
    )
    if name not in _FOR_HOSTS:
        return options
    return msgspec.structs.replace(options, prefix=_from_repository(setup), links=_links(report, setup.root))


def _links(report: Report, root: str) -> dict[str, str]:
    """Where the report's paths really lead, of those that go through a link."""
    found: dict[str, str] = {}
    real_root = os.path.realpath(root)
    findings = (*report.findings, *(item.finding for item in report.silenced))
    places = (place for finding in findings for place in (*finding.places, *finding.related))
    paths = {place.path for place in places if not isinstance(place, CatalogPlace)}
    for path in paths | {file.path for file in report.unread}:
        real = os.path.relpath(os.path.realpath(os.path.join(root, path)), real_root).replace(os.sep, "/")
        if real != path and not real.startswith("../"):
            found[path] = real
    return found


def _from_repository(setup: Setup) -> str:
    """What leads from the repository's root to the project's: GitHub reads paths from there."""
    repository = os.environ.get("GITHUB_WORKSPACE", "")
    if not repository:
        repository = os.path.realpath(setup.root)
        while not os.path.lexists(os.path.join(repository, ".git")):
            parent = os.path.dirname(repository)
            if parent == repository:
                return ""
            repository = parent
    relative = os.path.relpath(os.path.realpath(setup.root), os.path.realpath(repository)).replace(os.sep, "/")
    return "" if relative == "." or relative.startswith("../") or relative == ".." else relative
