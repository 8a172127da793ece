"""The evidence of `schema-lint init`, and how it is shown: a line for each thing that the code tells or leaves open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from schema_lint.checking.inference import Inferred
from schema_lint.checking.rule import Rule
from schema_lint.cli.output import terminal_width
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.project import Project
from schema_lint.reporting.summary import plural
from schema_lint.reporting.terminal import Style, prose, wrapped

_DOCUMENTS = 60
_FOLDERS = ("docs", "specs")
_LONGEST_DOCUMENT = 300_000
_LABEL = 17
_UNDECIDED = "undecided"
_SHOWN_METADATAS = 6


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the code tells, or leaves open."""

    label: str
    answer: str
    why: str


def documents(tree: SourceTree, project: Project) -> tuple[tuple[str, str], ...]:
    """Paths and texts that may tell where the database runs: Markdown beside and above the models, `.env` files."""
    folders = dict.fromkeys(["", *_FOLDERS])
    for module in project.modules:
        folder = module.path.rpartition("/")[0] if module.has_models else ""
        while folder:
            folders[folder] = None
            folder = folder.rpartition("/")[0]
    found: list[tuple[str, str]] = []
    for folder in folders:
        for name in tree.listdir(folder):
            path = f"{folder}/{name}" if folder else name
            if (name.lower().endswith(".md") or name.startswith(".env")) and tree.is_file(path):
                content = tree.content(path)
                if content is not None:
                    found.append((path, content[:_LONGEST_DOCUMENT].decode("utf-8", "replace")))
    return tuple(found[:_DOCUMENTS])


def start_after(found: Sequence[MigrationEnvironment]) -> list[str]:
    """The heads of the histories that could be read as a whole."""
    return sorted({head for history in found if not history.unread for head in history.heads})


def rows(
    project: Project,
    inferred: Sequence[Inferred],
    found: Sequence[MigrationEnvironment],
    rules: Sequence[Rule],
    stated: Collection[str],
) -> Iterator[Row]:
    """What to show.

    Args:
        stated: keys that the configuration states already.
    """
    yield from _databases(project)
    yield from _dialects(project, rules)
    for item in inferred:
        where = f", first {item.place.path}:{item.place.line}" if item.place is not None else ""
        effect = f"; {item.effect}" if item.effect else ""
        if item.key in stated:
            seen = f"the code shows {item.shown}, {item.why}" if item.shown else item.why
            yield Row(label=item.key, answer="as stated", why=f"{seen}{where}")
        else:
            yield Row(label=item.key, answer=item.shown or _UNDECIDED, why=f"{item.why}{where}{effect}")
    yield from _migrations(found)
    told = {*stated, *(item.key for item in inferred)}
    open_ones: dict[str, list[str]] = {}
    for rule in rules:
        if rule.needs_policy is not None and rule.needs_policy not in told:
            open_ones.setdefault(rule.needs_policy, []).append(rule.code)
    if open_ones:
        named = "; ".join(f"{key}: {', '.join(codes)}" for key, codes in open_ones.items())
        yield Row(label="not stated", answer="", why=f"{named}; these rules report at info until they are")


def _databases(project: Project) -> Iterator[Row]:
    counts = [
        (schema.label, sum(getattr(t.place, "path", None) not in project.set_aside for t in schema.tables.known))
        for schema in project.schemas
    ]
    counts = [(label, count) for label, count in counts if count]
    named = [f"{label} with {plural(count, 'table')}" for label, count in counts[:_SHOWN_METADATAS]]
    more = [f"{len(counts) - len(named)} more"] if counts[_SHOWN_METADATAS:] else []
    apart = "; each is judged by itself" if len(counts) > 1 else ""
    yield Row(label="databases", answer=str(len(counts)), why=(", ".join([*named, *more]) or "no table") + apart)


def _dialects(project: Project, rules: Sequence[Rule]) -> Iterator[Row]:
    others = sorted({dialect for schema in project.schemas for dialect in schema.other_dialects})
    if others:
        named = [dialect if dialect != "other" else "one that no name tells" for dialect in others]
        codes = ", ".join(rule.code for rule in rules if rule.postgresql_only)
        why = f"the types name variants for them; rules about forms that only PostgreSQL has do not run: {codes}"
        yield Row(label="dialects", answer=f"also {', '.join(named)}", why=why)


def _migrations(found: Sequence[MigrationEnvironment]) -> Iterator[Row]:
    label = "migrations"
    if not found:
        yield Row(label=label, answer="none", why="there is no Alembic revision")
    for history in found:
        where = f"{plural(len(history.revisions), 'revision')} in {history.folder or '.'}"
        if history.unread:
            count = plural(len(history.unread), "revision has", "revisions have")
            why = f"{count} an identifier that is computed, as {history.unread[0].path}; the {where} are left out"
            yield Row(label=label, answer=_UNDECIDED, why=why)
        elif not history.heads:
            why = f"each of the {where} is the parent of another"
            yield Row(label=label, answer=_UNDECIDED, why=why)
        else:
            heads = "the head" if len(history.heads) == 1 else "the heads"
            yield Row(label=label, answer=", ".join(history.heads), why=f"{heads} of {where}")


def drawn(shown: Sequence[Row], style: Style) -> Iterator[str]:
    """The rows as lines, for the terminal's width."""
    cells = max(40, min(terminal_width(), 120))
    room = min(_LABEL, max((len(row.label) for row in shown), default=0))
    for row in shown:
        answer = prose(row.answer)
        text = prose(f"{row.answer}: {row.why}" if row.answer else row.why)
        label = prose(row.label)
        margin = " " * (room + 4)
        lines = wrapped(text, cells - len(margin))
        if lines[0].startswith(answer):
            look = "warning" if row.answer == _UNDECIDED else "strong"
            lines[0] = style.paint(answer, look) + lines[0][len(answer) :] if answer else lines[0]
        if len(label) > room:
            yield f"  {label}"
            yield from (margin + line for line in lines)
        else:
            yield f"  {label.ljust(room)}  {lines[0]}"
            yield from (margin + line for line in lines[1:])
