"""Where the baseline is, and how it is read and renewed."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from schema_lint.cli.failures import Failure, say
from schema_lint.config.problems import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schema_lint.checking.baseline import Baseline, Entry
    from schema_lint.checking.finding import Finding
    from schema_lint.checking.judging import JudgedDatabase, Verdict
    from schema_lint.cli.setup import Setup
    from schema_lint.cli.wanted import Wanted
    from schema_lint.facts.place import Place

DEFAULT = ".schema-lint-baseline.json"
_SECRETS = ("ENV001", "ENV002")
_LISTED = 10
_LARGEST = 16 * 1024 * 1024


def baseline_path(setup: Setup, named: str | None) -> str:
    """Absolute path of the baseline, whether or not it exists: as named on the command line, else by the settings."""
    if named is not None:
        return os.path.join(setup.directory, named)
    return os.path.join(setup.root, setup.settings.baseline or DEFAULT)


def load_baseline(setup: Setup, named: str | None) -> Baseline | None:
    """The project's baseline; `None` if it does not exist.

    Raises:
        Failure: if it cannot be read, or is none.
    """
    path = baseline_path(setup, named)
    content = _read(path)
    if content is None:
        return None
    from schema_lint.checking.baseline import Baseline, BaselineError, parse

    try:
        entries = parse(content)
    except BaselineError as error:
        raise Failure(
            f"the baseline {_shown(path, setup)} cannot be used: {printable(error.message, 200)}", hint=error.hint
        ) from None
    return Baseline(os.path.relpath(path, setup.root).replace(os.sep, "/"), entries)


def used_baseline(setup: Setup, wanted: Wanted) -> Baseline | None:
    """The baseline that a check leaves out; `None` if there is none, or it is not wanted.

    Raises:
        Failure: if it cannot be read, is none, or was named and does not exist.
    """
    if not wanted.uses_baseline:
        return None
    baseline = load_baseline(setup, wanted.baseline)
    if baseline is None and (wanted.baseline is not None or setup.settings.baseline is not None):
        raise missing_baseline(setup, wanted.baseline)
    return baseline


def missing_baseline(setup: Setup, named: str | None) -> Failure:
    """What to tell where there must be a baseline."""
    return Failure(
        f"the baseline {_shown(baseline_path(setup, named), setup)} does not exist",
        hint="`schema-lint baseline update` makes it; `check --no-baseline` does without",
    )


def renewed(
    baseline: Baseline | None, verdict: Verdict, fail_on: str, database: JudgedDatabase | None = None
) -> tuple[tuple[Entry, ...], list[Finding]]:
    """The entries with what is found now, and without what is gone; and the findings that are new among them."""
    from schema_lint.checking.baseline import accepting, is_listed, refreshed

    own = baseline.path if baseline is not None else None
    of = database.name if database is not None else ""
    # That entries are gone is said at the baseline itself, and is no more once they are taken out.
    new = [f for f in verdict.findings if is_listed(f, fail_on) and (own is None or _path(f.place) != own)]
    still = [item.finding for item in verdict.suppressed if own is not None and _path(item.by) == own]
    old = baseline.entries if baseline is not None else ()
    return refreshed(accepting(old, new, verdict.stale, database=of), [*still, *new], database=of), new


def _path(place: Place | None) -> str | None:
    return getattr(place, "path", None)


def warn_of_secrets(findings: Iterable[Finding]) -> None:
    """Tell on stderr which of the findings that a baseline hides are passwords in the source."""
    secret = [finding for finding in findings if finding.code in _SECRETS]
    if secret:
        from schema_lint.reporting.summary import plural

        places = "; ".join(f"{finding.code} {finding.place}" for finding in secret[:_LISTED])
        say(
            f"warning: the baseline lists {plural(len(secret), 'password')} in the source: {places}",
            "hint: hiding it takes nothing back; change it",
        )


def _read(path: str) -> bytes | None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Failure(f"the baseline {printable(path, 200)} cannot be read: {why}") from None
    # A pipe or a device would never end.
    if not stat.S_ISREG(status.st_mode):
        raise Failure(f"the baseline {printable(path, 200)} is not a regular file")
    if status.st_size > _LARGEST:
        raise Failure(f"the baseline {printable(path, 200)} is larger than {_LARGEST // 2**20} MiB")
    try:
        with open(path, "rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise Failure(f"the baseline {printable(path, 200)} cannot be read: {error.strerror}") from None


def _shown(path: str, setup: Setup) -> str:
    return printable(os.path.relpath(path, setup.directory), 200)
