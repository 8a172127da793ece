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
    rows = [(code, rule, severity, f"{counted[severity, code, rule]:,}", f"{subjects[severity, code, rule]:,}")
            for severity, code, rule in ordered]  # fmt: skip
    if not rows:
        return options.style.drawn(headline(report) + "\n")
    titles = ("code", "rule", "severity", "findings", "subjects")
    lines = table(titles, rows, style=options.style, right={3, 4}, looks={2: lambda text: text.strip()})
    return options.style.drawn("\n".join([*lines, "", headline(report)]) + "\n")
