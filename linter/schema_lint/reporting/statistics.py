"""How often each rule found something."""

from __future__ import annotations

from collections import Counter

from schema_lint.checking.finding import RANK
from schema_lint.reporting.report import DEFAULT, Options, Report
from schema_lint.reporting.summary import headline
from schema_lint.reporting.table import table


def render(report: Report, options: Options = DEFAULT) -> str:
    """A table of rules, most findings first within each severity; infos are counted too."""
    counted = Counter((finding.severity, finding.code, finding.rule) for finding in report.findings)
    subjects: Counter[tuple[str, str, str]] = Counter()
    for finding in report.findings:
        subjects[finding.severity, finding.code, finding.rule] += len(finding.subjects)
    ordered = sorted(counted, key=lambda key: (RANK[key[0]], -counted[key], key[1]))
    if not ordered:
        return options.style.drawn(headline(report) + "\n")
    fixes: dict[tuple[str, str, str], Counter[str]] = {}
    for finding in report.findings:
        if finding.fix is not None:
            key = (finding.severity, finding.code, finding.rule)
            fixes.setdefault(key, Counter())[finding.fix.applicability] += 1
    titles = ("code", "rule", "severity", "findings", "subjects", *(["fixable"] if fixes else []))
    rows = []
    for key in ordered:
        fixable = ", ".join(f"{count:,} {kind}" for kind, count in sorted(fixes.get(key, {}).items()))
        row = (key[1], key[2], key[0], f"{counted[key]:,}", f"{subjects[key]:,}", fixable)
        rows.append(row[: len(titles)])
    lines = table(titles, rows, style=options.style, right={3, 4}, looks={2: lambda text: text.strip()})
    return options.style.drawn("\n".join([*lines, "", headline(report)]) + "\n")
