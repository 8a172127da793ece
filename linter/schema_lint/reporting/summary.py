"""What is said below the findings: how many, what is not shown, what was read, what to try next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from schema_lint.checking.finding import Finding
from schema_lint.reporting.report import Hint, Options, Report
from schema_lint.reporting.terminal import cut, inert, prose, wrapped

_SHOWN_REASONS = 3
_SHOWN_RULES = 6
_HOW = {"comment": "by a comment", "configuration": "by the configuration", "baseline": "by the baseline"}


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """`1 table`, `2 tables`, `1,200 tables`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def headline(report: Report) -> str:
    """`3 findings: 1 error, 2 warnings`; infos are counted apart."""
    counts = report.counts()
    parts = [plural(counts[severity], severity) for severity in ("error", "warning") if counts[severity]]
    total = counts["error"] + counts["warning"]
    if not total:
        return "No errors or warnings"
    return parts[0] if len(parts) == 1 else f"{plural(total, 'finding')}: {', '.join(parts)}"


def what_was_read(report: Report) -> str:
    """`34 files: 19 tables, 21 models (SQLAlchemy 2.0.36, from uv.lock)`."""
    read = report.read
    if read.compared is not None:
        both = plural(read.tables, "table") + f" of the models, {read.compared} of them in {read.database}"
        return prose(f"{both}{f' ({read.server})' if read.server else ''}")
    if read.database:
        judged = plural(read.tables - read.tables_set_aside, "table")
        aside = f"; {plural(read.tables_set_aside, 'more')} not judged" if read.tables_set_aside else ""
        return prose(f"{judged} of {read.database}{f' ({read.server})' if read.server else ''}{aside}")
    counted = ((read.tables, "table"), (read.models, "model"), (read.engines, "engine"))
    kinds = [plural(count, noun) for count, noun in counted if count]
    where = plural(read.files, "file") if read.files or not kinds else "what was imported"
    text = where + (f": {', '.join(kinds)}" if kinds else ", in which there is no table")
    names = (("SQLAlchemy", read.sqlalchemy), ("SQLModel", read.sqlmodel))
    versions = [f"{name} {version}" for name, version in names if version]
    if versions:
        origin = read.versions_from
        text += f" ({', '.join(versions)}{', ' + ('from ' if _is_file(origin) else '') + origin if origin else ''})"
    if read.tables_set_aside:
        text += f"; {plural(read.tables_set_aside, 'table')} of tests, examples or revisions not judged"
    if read.files_skipped:
        text += f"; {plural(read.files_skipped, 'more mentions', 'more mention')} no database"
    return prose(text)


def _is_file(origin: str) -> bool:
    return " " not in origin


def footer(report: Report, options: Options) -> list[str]:
    """The lines below the findings, or the only ones where there are none."""
    style = options.style
    counts = report.counts()
    worst = next((s for s in ("error", "warning") if counts[s]), None)
    if report.listed(show_info=options.show_info):
        head, look = headline(report), worst or "strong"
    else:
        head, look = (
            "✓ Nothing new to mend" if report.suppressed.baseline or report.since else "✓ Nothing to mend",
            "good",
        )
    first, *rest = wrapped(f"{head} in {what_was_read(report)}", max(40, options.width))
    lines = [style.paint(first[: len(head)], look) + first[len(head) :], *rest]
    for label, text in notes(report, options):
        lines += _labelled(label, prose(text), options)
    hints = next_steps(report, options)
    if hints:
        column = max(len(hint.command) for hint in hints)
        lines.append("")
        for position, hint in enumerate(hints):
            label = "next:" if position == 0 else "     "
            command = prose(hint.command).ljust(column)
            effect = cut(prose(hint.effect), options.width - column - len(label) - 3)
            lines.append(f"{style.paint(label, 'strong')} {style.paint(command, 'place')}  {effect}".rstrip())
    return lines


def _labelled(label: str, text: str, options: Options) -> list[str]:
    head, *rest = wrapped(text, max(20, min(options.width, 120) - len(label) - 4))
    margin = " " * (len(label) + 4)
    return [f"  {options.style.paint(label + ':', 'strong')} {head}", *(margin + line for line in rest)]


def notes(report: Report, options: Options) -> list[tuple[str, str]]:
    """What the findings shown do not tell: (label, text) each."""
    found: list[tuple[str, str]] = []
    infos = report.of("info")
    if infos and not options.show_info:
        # Not `most_common(n)`, which imports heapq.
        by_rule = Counter(f"{finding.code} {finding.rule}" for finding in infos)
        rules = [f"{count} × {name}" for name, count in by_rule.most_common()[:_SHOWN_RULES]]
        found.append(("info", ", ".join(rules) + _and_more(len(by_rule) - len(rules), "rule")))
    fixable = Counter[str](f.fix.applicability for f in report.listed(show_info=options.show_info) if f.fix is not None)
    if fixable and report.command == "check":
        ways = (("safe", "--fix"), ("unsafe", "--fix --unsafe-fixes"))
        found.append(("fixable", ", ".join(f"{fixable[kind]:,} by {way}" for kind, way in ways if fixable[kind])))
    if report.strict_more:
        found.append(("strict", f"the strict profile would report {report.strict_more:,} more"))
    if report.undecided and not options.show_unknown:
        reasons = Counter(item.why for item in report.undecided)
        shown = [f"{count} × {why}" for why, count in reasons.most_common()[:_SHOWN_REASONS]]
        checks = plural(len(report.undecided), "check")
        text = f"{checks}, about which nothing is claimed: {'; '.join(shown)}"
        found.append(("undecided", text + _and_more(len(reasons) - len(shown), "cause")))
    if report.suppressed.total:
        by = report.suppressed
        parts = (
            (by.comments, "by comments"),
            (by.configuration, "by the configuration"),
            (by.baseline, "by the baseline"),
        )
        found.append(("suppressed", ", ".join(f"{count:,} {how}" for count, how in parts if count)))
    if report.since is not None:
        since = report.since
        were = f"{plural(since.older, 'older finding')} not shown" if since.older else "no older findings"
        at = f" (at {since.commit[:10]})" if since.commit else ""
        found.append(("since", f"{since.ref}{at}: {were}"))
    if report.skipped:
        why: dict[str, list[str]] = {}
        for rule in report.skipped:
            why.setdefault(rule.why, []).append(rule.code)
        found.append(("not run", "; ".join(f"{', '.join(codes)}: {reason}" for reason, codes in why.items())))
    return found


def left_out(report: Report, options: Options) -> str:
    """What was found and is not in the report, on one line; empty where that is nothing."""
    told = ((label, text) for label, text in notes(report, options) if label in ("suppressed", "since"))
    return "; ".join(f"{label}: {prose(text)}" for label, text in told)


def listed(names: Sequence[str], limit: int) -> str:
    """`a, b and 7 more` where there are more than the limit."""
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _and_more(count: int, noun: str) -> str:
    return f" and {plural(count, f'more {noun}')}" if count else ""


def next_steps(report: Report, options: Options) -> list[Hint]:
    """What to try next: what this run suggests, then what fits its findings. At most four."""
    hints = list(report.hints)
    listed = report.listed(show_info=options.show_info)
    if listed:
        finding = listed[0]
        hints.append(Hint(f"schema-lint explain {finding.code}", f"why {finding.rule} matters, with examples"))
    if report.of("info") and not options.show_info:
        hints.append(Hint(f"schema-lint {report.command} --show-info", "lists the infos too"))
    if report.undecided and not options.show_unknown:
        hints.append(Hint(f"schema-lint {report.command} --show-unknown", "lists what could not be decided"))
    if report.strict_more and not listed:
        hints.append(Hint(f"schema-lint {report.command} --profile strict", "reports the whole checklist"))
    return hints[:4]


def located(finding: Finding, options: Options) -> str:
    """Where a finding is, as a line about it begins."""
    place = finding.place
    where = inert(options.place(place)) if place is not None else prose(str(finding.subject))
    # A path that begins with colons would be a command to a build server.
    return f"./{where}" if where.lstrip().startswith(":") else where


def suppressed_lines(report: Report, options: Options) -> list[str]:
    """What was taken away, one line for each finding, for `--show-suppressed`."""
    style, lines = options.style, []
    for item in report.listed_silenced(show_info=options.show_info):
        where, code = style.paint(located(item.finding, options), "strong"), item.finding.code
        why = f" ({_HOW[item.how]}: {prose(item.reason)})" if item.reason else f" ({_HOW[item.how]})"
        lines.append(f"{where}: {code}[suppressed] {prose(item.finding.message)}{why}")
    return lines


def unknown_lines(report: Report, options: Options) -> list[str]:
    """What could not be decided, one line for each rule and subject, for `--show-unknown`."""
    lines = []
    for item in report.undecided:
        where = f"{options.place(item.place)}: " if item.place is not None else ""
        lines.append(prose(f"{where}{item.code} undecided for {item.subject}: {item.why}"))
    return lines
