"""The report for people: each finding in the user's code, with the reference doing the same thing right beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from schema_lint.checking.finding import Finding
from schema_lint.facts.place import CatalogPlace, RevisionPlace, SourcePlace
from schema_lint.reporting.excerpt import excerpt
from schema_lint.reporting.panes import Pane, drawn
from schema_lint.reporting.report import DEFAULT, Options, Report
from schema_lint.reporting.snippet import CodeLine, snippet
from schema_lint.reporting.summary import footer, plural, suppressed_lines
from schema_lint.reporting.terminal import cut, inert, prose, wrapped
from schema_lint.reporting.undecided import undecided_lines

IN_FULL = 3
"""Findings of one rule that are shown with their code; the rest of them take a line each."""

_WIDEST = 160
_WIDEST_PROSE = 116
_NAMES = 8


def render(report: Report, options: Options = DEFAULT) -> str:
    """The report, for a terminal of `options.width` cells."""
    lines: list[str] = []
    shown: set[str] = set()
    listed = report.listed(show_info=options.show_info)
    for _, group in groupby(listed, key=lambda finding: (finding.severity, finding.code)):
        for block in _blocks(report, options, list(group), shown):
            lines += [*block, ""]
    if silenced := suppressed_lines(report, options):
        lines += [*silenced, ""]
    if options.show_unknown and report.undecided:
        lines += [*undecided_lines(report, options), ""]
    lines += footer(report, options)
    return options.style.drawn("\n".join(lines) + "\n")


def _blocks(report: Report, options: Options, group: Sequence[Finding], shown: set[str]) -> Iterator[list[str]]:
    """The findings of one rule. What was said once in the report (the reason, the excerpt) is not said again."""
    whole = len(group) if len(group) <= IN_FULL + 1 else IN_FULL
    for position, finding in enumerate(group[:whole]):
        yield _block(report, options, finding, first=position == 0, shown=shown)
    if group[whole:]:
        yield _compact(options, group[whole:])


def _block(report: Report, options: Options, finding: Finding, *, first: bool, shown: set[str]) -> list[str]:
    cells = min(options.width, _WIDEST)
    code = _code(report, finding, first=first)
    gutter = max([2, *(len(str(line.number)) for line in code if line.number is not None)])
    reference = None if finding.reference in shown else excerpt(finding.reference)
    lines = _title(finding, options, cells)
    place = finding.source or finding.place
    title = inert(options.place(place)) if place is not None else prose(str(finding.subject))
    path = place.path if isinstance(place, SourcePlace) else ""
    pane = Pane(title=title, lines=code, look=finding.severity, python=path.endswith((".py", ".pyi")))
    lines += drawn(pane, reference, cells=cells, gutter=gutter, style=options.style)
    for label, texts in _notes(report, options, finding, first=first, repeated=finding.reference in shown):
        lines += _note(label, texts, options, gutter)
    if reference is not None:
        shown.add(finding.reference)
    return lines


def _code(report: Report, finding: Finding, *, first: bool) -> list[CodeLine]:
    place = finding.source or finding.place
    if isinstance(place, RevisionPlace):
        place = SourcePlace(path=place.path, line=place.line)
    if not isinstance(place, SourcePlace):
        from schema_lint.reporting.definition import definition

        return definition(report.database, finding.subject) if report.database is not None else []
    text = report.source(place.path)
    return snippet(text, place, before=2 if first else 0, after=1 if first else 0) if text is not None else []


def _title(finding: Finding, options: Options, cells: int) -> list[str]:
    label = f"{finding.severity}[{finding.code}]"
    head, *rest = wrapped(f"{label} {finding.rule}: {prose(finding.message)}", max(cells, 40))
    style = options.style
    painted = style.paint(label, finding.severity) + style.paint(head[len(label) :], "strong")
    indented = wrapped(" ".join(rest), max(cells, 40) - 2) if rest else []
    return [painted, *(style.paint(f"  {line}", "strong") for line in indented)]


def _notes(
    report: Report, options: Options, finding: Finding, *, first: bool, repeated: bool
) -> Iterator[tuple[str, list[str]]]:
    cells = max(24, min(options.width, _WIDEST_PROSE) - 14)
    if finding.unnamed:
        yield "also", wrapped(prose(_subjects(finding)), cells)
    shown = finding.source or finding.place
    for place in finding.places:
        if place != shown:
            yield "in" if isinstance(place, CatalogPlace) else "at", [inert(options.place(place))]
    if first and finding.why:
        head, *rest = wrapped(prose(finding.why), cells)
        yield "why", [head, cut(" ".join(rest), cells)] if rest else [head]
    if finding.suggestion:
        yield "help", wrapped(prose(finding.suggestion), cells)
    if finding.sql:
        yield "sql", [inert(line).replace("::", "∷") if line.startswith("::") else inert(line)
                      for line in finding.sql.strip().split("\n")]  # fmt: skip
    for related in finding.related[:3]:
        yield "see", [cut(f"{inert(options.place(related))}  {_first_line(report, related)}".rstrip(), cells)]
    if finding.related[3:]:
        yield "see", [f"{plural(len(finding.related) - 3, 'more place')}"]
    if repeated:
        yield "as above", [f"reference {finding.reference}"]


def _note(label: str, texts: list[str], options: Options, gutter: int) -> list[str]:
    style = options.style
    look = {"help": "good", "why": "info"}.get(label, "strong")
    head = f"{' ' * (gutter + 1)}{style.paint('=', 'frame')} {style.paint(label + ':', look)} {texts[0]}"
    return [head, *(" " * (gutter + 5 + len(label)) + text for text in texts[1:])]


def _subjects(finding: Finding) -> str:
    others = finding.unnamed
    kinds = {subject.kind for subject in others}
    kind = kinds.pop().replace("-", " ") if len(kinds) == 1 else "subject"
    names = [str(subject) for subject in others]
    listed = ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES:,} more" if names[_NAMES:] else "")
    return f"{plural(len(names), 'more ' + kind, 'more ' + ('indexes' if kind == 'index' else kind + 's'))}: {listed}"


def _first_line(report: Report, place: SourcePlace) -> str:
    text = report.source(place.path)
    lines = snippet(text, place, before=0, after=0) if text is not None else []
    return next((line.text.strip() for line in lines if line.number == place.line), "")


def _compact(options: Options, group: Sequence[Finding]) -> list[str]:
    """Several findings of one rule whose like was shown before, a line each."""
    style = options.style
    label = f"{group[0].severity}[{group[0].code}]"
    lines = [
        f"{style.paint(label, group[0].severity)}{style.paint(f' {group[0].rule}: {len(group):,} more', 'strong')}"
    ]
    cells = max(40, min(options.width, _WIDEST))
    arrow = f"  {style.paint('-->', 'frame')} "
    for path, found in _by_file(group):
        if path is not None and len(found) > 1:
            lines.append(arrow + inert(options.path(path)))
            positions = [f"{line}:{column}" for line, column in map(_position, found)]
            room = max(map(len, positions))
            for position, finding in zip(positions, found, strict=True):
                lines.append(cut(f"      {position.rjust(room)}  {prose(finding.message)}", cells))
            continue
        for finding in found:
            place = f"{inert(options.place(finding.place))}  " if finding.place is not None else ""
            lines.append(arrow + cut(place + prose(finding.message), cells - 6))
    return lines


def _by_file(group: Sequence[Finding]) -> Iterator[tuple[str | None, list[Finding]]]:
    for path, found in groupby(group, key=lambda f: f.place.path if isinstance(f.place, SourcePlace) else None):
        yield path, list(found)


def _position(finding: Finding) -> tuple[int, int]:
    place = finding.place
    return (place.line, place.column) if isinstance(place, SourcePlace) else (0, 0)
