"""`check --fix` and `--diff`: carry out what findings intend, as long as what is read afterwards is the better for it.

Edits are made in memory and the project is judged again with them. What brings something new to report, or what calls
itself safe and changes a table, is not done. What is new in a revision is laid to the edits of that revision; for
anything else, and for a changed table, the edits are halved until the one that brought it stands alone.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from difflib import unified_diff

import msgspec

from schema_lint.checking.finding import Edit, Finding
from schema_lint.checking.judging import Verdict
from schema_lint.checking.selection import Selection
from schema_lint.cli import output
from schema_lint.cli.examining import Examination, examine_again
from schema_lint.cli.failures import Failure, say
from schema_lint.cli.progress import Progress
from schema_lint.config.problems import printable
from schema_lint.evaluating.edited_tree import EditedTree
from schema_lint.evaluating.files import PRUNED
from schema_lint.facts.export import export
from schema_lint.fixing import Misfit, edited
from schema_lint.reporting.report import Options
from schema_lint.reporting.summary import plural
from schema_lint.reporting.terminal import inert

_TOLD = 5
_MOST_REPLAYS = 12
"""Of hundreds of revisions one takes a minute."""

Completing = Callable[[Callable[[], Examination], Mapping[str, bytes]], Examination]
"""Has the project read, with edits of these files, and adds what reading does not show."""

_LOOKS = {"+": "good", "-": "error", "@": "info"}


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The project as it is with some edits, and what is to be said of it."""

    run: Examination
    verdict: Verdict
    contents: dict[str, tuple[bytes, bytes]]
    """Of the files that are edited: as they were read, and as they are to be."""

    @property
    def open(self) -> frozenset[str]:
        """Fingerprints of what is reported."""
        return frozenset(finding.fingerprint for finding in self.verdict.findings)


class Fixer:
    """Carries out the fixes of a verdict, as many at once as do well together."""

    def __init__(
        self, start: State, shown: frozenset[str], selection: Selection, progress: Progress, complete: Completing
    ) -> None:
        self.start = self.state = start
        self.done: list[Finding] = []
        self.refused: dict[str, tuple[Finding, str]] = {}
        """By fingerprint: those that cannot be carried out, and why."""

        self.untried = 0
        """How many findings were not tried, because that would have taken too many replays."""

        self._known = start.open
        self._shown = shown
        self._selection = selection
        self._progress = progress
        self._complete = complete
        self._revisions = frozenset(r.path for e in start.run.project.migrations for r in e.revisions)
        self._one_by_one: set[str] = set()
        """Files of which one finding is mended at a time, to see which of them brings something new."""

        self._blamed: set[str] = set()
        """Fingerprints of those that are refused for what is new in their file."""

    def fix(self) -> None:
        """Go on until nothing more can be mended."""
        most, replayed = 1_000_000, bool(self.start.run.project.replays)
        replays = 0
        while batch := self._batch(most):
            if replayed and replays == _MOST_REPLAYS:
                self.untried = sum(map(self.fixable, self.state.verdict.findings))
                return
            contents = self._edited(batch)
            if contents is None:
                continue
            replays += 1
            self._tell(batch, replays if replayed else None)
            found = self._judged(contents)
            new = [finding for finding in found.verdict.findings if finding.fingerprint not in self._known]
            if self._lay_aside(batch, found, new):
                continue
            why = self._objection(batch, found, new)
            if why is None:
                self.state = found
                self.done += batch
                most *= 2
            elif len(batch) == 1:
                self._refuse_alone(batch[0], why)
            else:
                most = len(batch) // 2

    def _tell(self, batch: Sequence[Finding], replay: int | None) -> None:
        if replay is None:
            self._progress.say(f"mending {plural(len(batch), 'finding')}")
            return
        proven = f"{plural(len(self.done), 'fix', 'fixes')} proven"
        self._progress.begin(f"replay {replay + 1}: {proven}, {len(self.refused)} left out")

    def _lay_aside(self, batch: Sequence[Finding], found: State, new: Sequence[Finding]) -> bool:
        """Refuse what is mended in vain, and whose file has something new to report; whether there was any.

        Of several in one file, each is tried by itself.
        """
        still = found.open
        aside = {f.fingerprint: (f, "it would still be reported") for f in batch if f.fingerprint in still}
        suspected = False
        for finding in new:
            path = finding.source.path if finding.source is not None else ""
            there = [f for f in batch if any(edit.place.path == path for edit in _edits(f))]
            if path not in self._revisions or not there:
                continue
            suspected = True
            if len(there) > 1:
                self._one_by_one.add(path)
            elif there[0].fingerprint not in aside:
                aside[there[0].fingerprint] = (there[0], _would_be(finding))
                self._blamed.add(there[0].fingerprint)
        self.refused |= aside
        return bool(aside) or suspected

    def _refuse_alone(self, finding: Finding, why: str) -> None:
        """Refuse what brings something new elsewhere; those that were blamed meanwhile may do without it."""
        for fingerprint in self._blamed:
            del self.refused[fingerprint]
        self._blamed.clear()
        self.refused[finding.fingerprint] = (finding, why)

    def fixable(self, finding: Finding) -> bool:
        """Whether it is to be mended."""
        safe = finding.fix is not None and finding.fix.applicability == "safe"
        asked_for = safe or self.start.run.wanted.unsafe_fixes
        return asked_for and finding.fingerprint in self._shown and self.could_fix(finding)

    def could_fix(self, finding: Finding) -> bool:
        """Whether it is listed, comes with a fix, and was not tried in vain."""
        listed = finding.severity != "info" or self.start.run.wanted.show_info
        return listed and finding.fix is not None and finding.fingerprint not in self.refused

    def _batch(self, most: int) -> list[Finding]:
        """Findings whose edits touch no line twice."""
        taken: set[tuple[str, int]] = set()
        batch: list[Finding] = []
        for finding in self.state.verdict.findings:
            if len(batch) == most:
                break
            if self.fixable(finding):
                lines = _lines(finding)
                lines |= {(path, 0) for path, _ in lines if path in self._one_by_one}
                if not lines & taken:
                    taken |= lines
                    batch.append(finding)
        return batch

    def _edited(self, batch: Sequence[Finding]) -> dict[str, tuple[bytes, bytes]] | None:
        """What the files held and hold then; `None` if some finding's edits do not fit, which is noted."""
        contents = dict(self.state.contents)
        for path in dict.fromkeys(edit.place.path for finding in batch for edit in _edits(finding)):
            before = self.state.run.tree.content(path)
            there = [finding for finding in batch if any(edit.place.path == path for edit in _edits(finding))]
            try:
                if before is None or not PRUNED.isdisjoint(path.split("/")):
                    raise Misfit(f"{path} is not the project's own")
                after = edited(before, [e for f in there for e in _edits(f) if e.place.path == path])
                contents[path] = (contents[path][0] if path in contents else before, after)
            except Misfit as misfit:
                self._refuse(path, before, there, str(misfit))
                return None
        return contents

    def _refuse(self, path: str, before: bytes | None, findings: Sequence[Finding], why: str) -> None:
        """Leave the first finding that does not fit by itself; the last, where only all together do not."""
        for finding in findings:
            try:
                edited(before or b"", [edit for edit in _edits(finding) if edit.place.path == path])
            except Misfit as misfit:
                self.refused[finding.fingerprint] = (finding, str(misfit))
                return
        self.refused[findings[-1].fingerprint] = (findings[-1], why)

    def _judged(self, contents: dict[str, tuple[bytes, bytes]]) -> State:
        run = self.start.run
        edits = {path: after for path, (_, after) in contents.items()}
        tree = EditedTree(run.setup.root, edits)

        def read() -> Examination:
            baseline = run.exceptions.baseline
            return examine_again(run, self._selection, tree, paths=run.paths, focus=run.focus, baseline=baseline)

        again = self._complete(read, edits)
        return State(run=again, verdict=again.judge(self._selection), contents=contents)

    def _objection(self, batch: Sequence[Finding], found: State, new: Sequence[Finding]) -> str | None:
        """What speaks against the edits, if anything does."""
        if new:
            return _would_be(new[0])
        fixes = [finding.fix for finding in batch if finding.fix is not None]
        if all(fix.applicability == "safe" and not fix.raises for fix in fixes) and changes_tables(self.state, found):
            return "it would change a table, and is not meant to"
        return None


def _would_be(finding: Finding) -> str:
    return f"with it there would be {finding.code}: {finding.message}"


def changes_tables(before: State, after: State) -> bool:
    """Whether the tables differ in more than where they are declared."""
    return _tables(before) != _tables(after)


def _tables(state: State) -> list[object]:
    tables = export(state.run.project)["tables"]
    return [{name: value for name, value in table.items() if name not in ("file", "line")} for table in tables]


def _edits(finding: Finding) -> tuple[Edit, ...]:
    return finding.fix.edits if finding.fix is not None else ()


def _lines(finding: Finding) -> set[tuple[str, int]]:
    return {
        (edit.place.path, line)
        for edit in _edits(finding)
        for line in range(edit.place.line, max(edit.place.line, edit.place.end_line) + 1)
    }


def _as_read(read: Callable[[], Examination], _edits: Mapping[str, bytes]) -> Examination:
    return read()


def fix(
    run: Examination,
    selection: Selection,
    whole: Verdict,
    shown: Verdict,
    progress: Progress,
    complete: Completing = _as_read,
) -> tuple[State, Fixer]:
    """Mend what can be, in memory: the project as it is then, and what was done.

    Args:
        whole: all that the rules say.
        shown: what of it is reported. The rest, as what is not new since another branch, is not mended.
    """
    start = State(run=run, verdict=whole, contents={})
    fingerprints = frozenset(finding.fingerprint for finding in shown.findings)
    fixer = Fixer(start, fingerprints, selection, progress, complete)
    fixer.fix()
    state = fixer.state
    left = tuple(finding for finding in state.verdict.findings if finding.fingerprint in fingerprints)
    verdict = msgspec.structs.replace(state.verdict, findings=left) if fixer.done else shown
    return msgspec.structs.replace(state, verdict=verdict), fixer


def write(state: State) -> None:
    """Write the edited files, each whole or not at all.

    Raises:
        Failure: where one changed since it was read, or cannot be written. Those before it are written.
    """
    for path, (before, after) in sorted(state.contents.items()):
        full = os.path.join(state.run.setup.root, path)
        name = printable(path, 200)
        try:
            with open(full, "rb") as file:
                if file.read() != before:
                    raise Failure(f"{name} changed meanwhile", hint="it is as you left it; run --fix again")
            output.replace_file(os.path.realpath(full), after)
        except OSError as error:
            raise Failure(f"cannot write {name}: {error.strerror}") from None


def diff(state: State) -> str:
    """The edits as a unified diff, as `patch -p1` takes it in the project's root."""
    lines: list[str] = []
    for path, (before, after) in sorted(state.contents.items()):
        lines += unified_diff(_lines_of(before), _lines_of(after), f"a/{path}", f"b/{path}")
    whole = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    if not output.to_terminal():
        return "".join(whole)
    style = output.style_of(state.run.wanted.color)
    inert_lines = (inert(line.rstrip("\r\n")) for line in whole)
    return "".join(f"{style.paint(line, _LOOKS[line[0]]) if line[:1] in _LOOKS else line}\n" for line in inert_lines)


def _lines_of(content: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", content.decode("utf-8", "surrogateescape"))


def tell(fixer: Fixer, state: State, *, written: bool) -> None:
    """Say on stderr what was mended, what was not, and what is to be done besides."""
    run = state.run
    by_rule = Counter(finding.code for finding in fixer.done)
    if fixer.done:
        did = "mended" if written else "would mend"
        rules = ", ".join(f"{count} × {code}" for code, count in sorted(by_rule.items()))
        say(f"{did} {plural(len(fixer.done), 'finding')} in {plural(len(state.contents), 'file')}: {rules}")
    elif not run.wanted.quiet:
        say("nothing to mend")
    for finding, why in list(fixer.refused.values())[:_TOLD]:
        place = finding.source or finding.place
        where = f" at {Options(prefix=run.setup.prefix).place(place)}" if place is not None else ""
        say(f"note: {finding.code}{where} is left: {printable(why, 300)}")
    if len(fixer.refused) > _TOLD:
        say(f"note: {len(fixer.refused) - _TOLD:,} more are left")
    if fixer.untried:
        limit = plural(_MOST_REPLAYS, "replay")
        say(f"note: {plural(fixer.untried, 'more finding')} can perhaps be mended: after {limit} it is enough")
    left = sum(map(fixer.could_fix, state.verdict.findings))
    if left and not run.wanted.unsafe_fixes:
        say(f"note: {plural(left, 'more finding')} can be mended with --unsafe-fixes: look at what that does by --diff")
    if fixer.done and run.project.migrations and changes_tables(fixer.start, state):
        say('hint: tables differ from the database now: alembic revision --autogenerate -m "…"')
