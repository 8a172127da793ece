"""One line for each finding: `path:line:column: CODE[severity] message`, for editors, logs and `grep`."""

from __future__ import annotations

from schema_lint.checking.finding import Finding
from schema_lint.reporting.report import DEFAULT, Options, Report
from schema_lint.reporting.summary import headline, left_out, located, notes, suppressed_lines, unknown_lines
from schema_lint.reporting.terminal import prose


def render(report: Report, options: Options = DEFAULT) -> str:
    """The findings in the order of the source, and one line that counts them."""
    style = options.style
    found = sorted(report.listed(show_info=options.show_info), key=_order)
    lines = [_line(finding, options) for finding in found]
    lines += suppressed_lines(report, options)
    if options.show_unknown:
        lines += unknown_lines(report, options)
    infos = [f"{label}: {prose(text)}" for label, text in notes(report, options) if label == "info"]
    rest = "; ".join(filter(None, [*infos, left_out(report, options)]))
    lines.append(headline(report) + (f" ({rest})" if rest else ""))
    return style.drawn("\n".join(lines) + "\n")


def _line(finding: Finding, options: Options) -> str:
    style = options.style
    where = located(finding, options)
    more = f" (and {len(finding.unnamed)} more)" if finding.unnamed else ""
    grade = style.paint(f"{finding.code}[{finding.severity}]", finding.severity)
    return f"{style.paint(where, 'strong')}: {grade} {prose(finding.message)}{more}"


def _order(finding: Finding) -> tuple[str, int, int, str]:
    place = finding.place
    if place is None:
        return ("~", 0, 0, finding.code)
    line, column = getattr(place, "line", 0), getattr(place, "column", 0)
    return (getattr(place, "path", f"~{place}"), line, column, finding.code)
