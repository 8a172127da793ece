"""Annotations on a pull request: GitHub's workflow commands, and a table for the job's summary page."""

from __future__ import annotations

from collections.abc import Mapping

from schema_lint.checking.finding import Finding
from schema_lint.facts.place import RevisionPlace, SourcePlace
from schema_lint.reporting.markdown import code, escaped
from schema_lint.reporting.report import DEFAULT, Options, Report
from schema_lint.reporting.summary import headline, left_out, plural, what_was_read
from schema_lint.reporting.terminal import inert

PER_KIND = 10
"""Annotations of one kind that GitHub keeps of a step; the rest would vanish without a word."""

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_ROWS = 500
_SUMMARY_BYTES = 1_000_000
"""GitHub refuses a step's summary above 1 MiB."""


def render(report: Report, options: Options = DEFAULT) -> str:
    """Commands, worst first, then a line that says how many were cut, and one that counts them all."""
    lines: list[str] = []
    cut: list[str] = []
    listed = report.listed(show_info=options.show_info)
    for severity, command in _COMMANDS.items():
        found = [finding for finding in listed if finding.severity == severity]
        lines += [_command(command, finding, options) for finding in found[:PER_KIND]]
        if found[PER_KIND:]:
            cut.append(plural(len(found) - PER_KIND, f"more {severity}"))
    if cut:
        lines.append(f"{' and '.join(cut)} without annotation: GitHub shows {PER_KIND} of each kind for a step")
    lines.append("; ".join(filter(None, [f"{headline(report)} in {what_was_read(report)}", left_out(report, options)])))
    return "\n".join(lines) + "\n"


def _command(command: str, finding: Finding, options: Options) -> str:
    properties = {**_where(finding, options), "title": f"{finding.code} {finding.rule}"}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = finding.message
    if finding.unnamed:
        message += f" (and {plural(len(finding.unnamed), 'more place')})"
    if finding.suggestion:
        message += f"\n{finding.suggestion}"
    return f"::{command} {written}::{_data(message)}"


def _where(finding: Finding, options: Options) -> dict[str, str]:
    place = finding.source or finding.place
    if isinstance(place, RevisionPlace):
        return {"file": options.path(place.path), "line": str(place.line)}
    if not isinstance(place, SourcePlace):
        return {}
    where = {"file": options.path(place.path), "line": str(place.line)}
    if place.end_line > place.line:
        # With columns, GitHub draws a span of several lines in the wrong place.
        return {**where, "endLine": str(place.end_line)}
    where["col"] = str(place.column)
    if place.end_line == place.line and place.end_column > place.column:
        where["endColumn"] = str(place.end_column)
    return where


def _data(text: str) -> str:
    """A command's message. Percent first: the others make some. A lone CR is made visible like other controls."""
    shown = "\n".join(map(inert, text.replace("\r\n", "\n").split("\n")))
    return shown.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(report: Report, options: Options = DEFAULT) -> str:
    """The findings as a Markdown table, for a step's summary page; infos are counted unless asked for."""
    lines = [f"### schema-lint: {escaped(headline(report))}", ""]
    listed = report.listed(show_info=options.show_info)
    if listed:
        lines += ["| | Rule | Where | What |", "|---|---|---|---|"]
        rows = [_row(finding, options) for finding in listed[:_ROWS]]
        size = 0
        for count, row in enumerate(rows):
            size += len(row.encode("utf-8", "replace")) + 1
            if size > _SUMMARY_BYTES:
                rows = rows[:count]
                break
        lines += rows
        if len(rows) < len(listed):
            lines += ["", f"… and {plural(len(listed) - len(rows), 'more finding')}."]
        lines.append("")
    infos = 0 if options.show_info else len(report.of("info"))
    if infos:
        lines += [f"{plural(infos, 'info')} not listed.", ""]
    rest = left_out(report, options)
    if rest:
        lines += [f"Not listed: {escaped(rest)}.", ""]
    lines.append(f"Read {escaped(what_was_read(report))}.")
    return "\n".join(lines) + "\n"


def _row(finding: Finding, options: Options) -> str:
    place = finding.place
    where = code(options.place(place)) if place is not None else escaped(str(finding.subject))
    message = escaped(finding.message)
    if finding.unnamed:
        message += f" (and {len(finding.unnamed):,} more)"
    if finding.suggestion:
        message += f"<br>→ {escaped(finding.suggestion)}"
    return f"| {finding.severity} | {code(finding.code)} {finding.rule} | {where} | {message} |"


def append_summary(report: Report, environment: Mapping[str, str], options: Options = DEFAULT) -> None:
    """Append the table, and that of revisions, to the file that `GITHUB_STEP_SUMMARY` names, if that can be written."""
    path = environment.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    text = summary(report, options)
    if report.revisions:
        from schema_lint.reporting.history import as_markdown

        revisions = as_markdown(report.revisions, report.replay, report.unread_revisions)
        if len((text + revisions).encode("utf-8", "replace")) < _SUMMARY_BYTES:
            text = f"{text}\n{revisions}"
    try:
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError:
        # The annotations are out by now; a missing summary page is no reason to fail the build.
        return
