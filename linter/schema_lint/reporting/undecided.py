"""What could not be decided, by cause, with what can be done about each, for `--show-unknown`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.reporting.report import Options, Report
from schema_lint.reporting.summary import listed, plural
from schema_lint.reporting.terminal import cut, inert, prose, wrapped

if TYPE_CHECKING:
    from schema_lint.checking.run import UndecidedRule

_CAUSES = 12
"""Of one kind that are shown; the most frequent come first."""

_PLACES = 3
"""Of one cause."""

_NAMES = 3
_WIDEST = 120


class _Kind(msgspec.Struct, frozen=True):
    title: str
    advice: str
    signs: str
    """Of a reason that is of this kind: a regular expression."""


_KINDS = (
    _Kind(
        "a policy that nobody stated",
        "state it in the configuration; `schema-lint config show policies` explains each",
        r"^the policy ",
    ),
    _Kind(
        "defined in packages that are not read",
        "install the project's dependencies into a virtual environment in its folder, such as .venv: what the models "
        "need of them is then read, and never run",
        r"of a package that is not read|librar(y|ies) that (is|was|are) not read|the library that the base class",
    ),
    _Kind(
        "named, but not found in what was read",
        "see that it lies below the project root and in a folder that is imported from (`import-roots`); a table that "
        "somebody else makes belongs into the policy `external-tables`",
        r"no class or table is named|^the class \S+ is not known|does not exist|does not define|is not defined"
        r"|cannot be read|could not be read|belongs to another registry|is not seen to be mapped",
    ),
    _Kind(
        "what an engine connects to, and how",
        "no rule claims anything about these; ENV rules judge what the source and the settings beside it state",
        r"\bengine\b|\bpool\b|^the database |^the URL|SQLALCHEMY_ENGINE_OPTIONS",
    ),
    _Kind(
        "known only when the program runs",
        "no rule claims anything about these; `check --metadata MODULE` imports the models and judges what SQLAlchemy "
        "makes of them",
        "",
    ),
)
"""The first that fits is a reason's kind; the last fits all."""


def undecided_lines(report: Report, options: Options) -> list[str]:
    """Kinds of causes, their causes by how often they were met, and the places of each."""
    style = options.style
    cells = max(40, min(options.width, _WIDEST))
    by_kind: dict[str, list[UndecidedRule]] = {}
    for item in report.undecided:
        by_kind.setdefault(_kind_of(item.why).title, []).append(item)
    lines: list[str] = []
    for kind in _KINDS:
        items = by_kind.get(kind.title, [])
        if items:
            lines += [f"{style.paint(f'undecided: {kind.title}', 'strong')}, {plural(len(items), 'check')}"]
            head, *rest = wrapped(prose(kind.advice), cells - 10)
            lines += [f"  = {style.paint('help:', 'good')} {head}", *(" " * 10 + line for line in rest)]
            lines += [*_causes(items, options, cells), ""]
    return lines[:-1]


def _kind_of(why: str) -> _Kind:
    return next(kind for kind in _KINDS if re.search(kind.signs, why))


def _causes(items: Sequence[UndecidedRule], options: Options, cells: int) -> list[str]:
    by_cause: dict[str, list[UndecidedRule]] = {}
    for item in items:
        by_cause.setdefault(item.why, []).append(item)
    ordered = sorted(by_cause.items(), key=lambda cause: (-len(cause[1]), cause[0]))
    lines: list[str] = []
    room = len(f"{len(ordered[0][1]):,}")
    for why, found in ordered[:_CAUSES]:
        head, *more = wrapped(prose(why), cells - room - 5)
        lines += [f"  {len(found):>{room},} × {head}", *(" " * (room + 5) + line for line in more)]
        lines += _places(found, options, cells, margin=room + 5)
    if ordered[_CAUSES:]:
        rest = sum(len(found) for _, found in ordered[_CAUSES:])
        lines.append(f"  and {plural(len(ordered) - _CAUSES, 'more cause')} of {plural(rest, 'check')}")
    return lines


def _places(items: Iterable[UndecidedRule], options: Options, cells: int, *, margin: int) -> list[str]:
    """The places of one cause, each with what is not known there and the rules that asked."""
    subjects: dict[str, dict[str, None]] = {}
    codes: dict[str, set[str]] = {}
    for item in items:
        where = inert(options.place(item.place)) if item.place is not None else ""
        subjects.setdefault(where, {})[prose(str(item.subject))] = None
        codes.setdefault(where, set()).add(item.code)
    ordered = sorted(subjects, key=lambda where: (-len(subjects[where]), where))
    lines = []
    for where in ordered[:_PLACES]:
        told = f"{listed(sorted(codes[where]), _NAMES)}: {listed(list(subjects[where]), _NAMES)}"
        lines.append(cut(" " * margin + (f"{where}  {told}" if where else told), cells))
    if ordered[_PLACES:]:
        lines.append(" " * margin + f"and {plural(len(ordered) - _PLACES, 'more place')}")
    return lines
