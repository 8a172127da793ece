"""Why metadata could not be read, in the user's terms: what happened, in which lines of theirs, and what to do next."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from schema_lint.facts.secrets import MASK, mask
from schema_lint.readers.metadata.process import PROBE, Ended

Json = dict[str, Any]
MOST_FRAMES = 8
_LONGEST = 600
_SECRET_NAME = re.compile(r"PASSW|SECRET|TOKEN|API_?KEY|PRIVATE|CREDENTIAL", re.I)
_TRACED = re.compile(r'\s*File "(.*)", line (\d+) in (.*)')
_LIBRARY = re.compile(r"(?:^|[/\\])(?:site-packages|dist-packages|lib[/\\]python3[^/\\]*)[/\\]")


class MetadataError(Exception):
    """Metadata could not be read."""

    def __init__(self, message: str, *, hint: str = "", trace: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.trace = tuple(trace)
        """The project's own lines that led to it, outermost first."""


class Explanation:
    """Turns what a probe answered, or how it died, into an error."""

    def __init__(self, *, root: str, python: str, limit: float, variables: Mapping[str, str]) -> None:
        self.root = os.path.realpath(root)
        self.python = python
        self.limit = limit
        self.secrets = sorted(
            (value for name, value in variables.items() if _SECRET_NAME.search(name) and len(value) > 5),
            key=len,
            reverse=True,
        )

    def of(self, ended: Ended, targets: str) -> MetadataError:
        """The error for a probe that did not do its job."""
        failure = (ended.answer or {}).get("failure")
        if failure is None:
            return self._died(ended, targets)
        explain = getattr(self, "_" + failure["kind"].replace("-", "_"))
        error: MetadataError = explain(failure)
        return error

    def safe(self, text: str) -> str:
        """Text without passwords, in one line of bounded length."""
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        line = " ".join(mask(text).split())
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"

    def _died(self, ended: Ended, targets: str) -> MetadataError:
        frames = [(m[1], int(m[2]), m[3]) for m in map(_TRACED.match, _main_thread(ended.trace)) if m]
        frames.reverse()
        trace = tuple(self.lines([[file, line, name, ""] for file, line, name in frames]))
        if ended.timed_out:
            return MetadataError(
                f"importing {targets} took longer than {self.limit:g} s, and was ended",
                hint="name the module that holds the models alone, or give it longer: --import-timeout SECONDS",
                trace=trace,
            )
        if ended.status < 0:
            try:
                name = signal.Signals(-ended.status).name
            except ValueError:
                name = f"signal {-ended.status}"
            return MetadataError(
                f"{self.interpreter()} died of {name} while it imported {targets}",
                hint="an extension module of a library is the usual cause; try the import by itself: "
                f"{self.interpreter()} -c 'import {targets.partition(':')[0]}'",
                trace=trace,
            )
        said = "".join(self.safe(line) for line in ended.output.strip().splitlines()[-1:] if PROBE not in line)
        version = re.search(r"SyntaxError|future feature annotations", ended.output)
        if version and os.path.basename(PROBE) in ended.output:
            return MetadataError(
                f"{self.interpreter()} is too old: Python 3.8 or newer is needed",
                hint="name another interpreter with --python",
            )
        return MetadataError(
            f"{self.interpreter()} ended with status {ended.status} before it had imported {targets}"
            + (f": {said}" if said else ""),
            hint=f"is it a Python interpreter? try {self.interpreter()} -c 'import {targets.partition(':')[0]}'",
            trace=trace,
        )

    def _raised(self, failure: Json) -> MetadataError:
        said = self.safe(failure["message"])
        name = failure["type"]
        syntax = failure.get("syntax")
        trace = tuple(self.lines(failure["frames"]))
        if syntax:
            trace = (*trace, *self.lines([[syntax[0], syntax[1], "", syntax[2]]]))
        hint = f"try {self.interpreter()} -c 'import {failure['module']}'"
        if name == "KeyError" and re.fullmatch(r"'[A-Z][A-Z0-9_]+'", failure["message"].strip()):
            hint = f"set {failure['message'].strip()[1:-1]} in the environment; nothing is connected to"
        elif name == "ValidationError":
            hint = "the settings want variables of the environment: any values will do, nothing is connected to"
        return MetadataError(
            f"{failure['module']} cannot be imported: {name}" + (f": {said}" if said else ""), hint=hint, trace=trace
        )

    def _no_module(self, failure: Json) -> MetadataError:
        name = failure["name"]
        close = get_close_matches(name, failure["known"], 1)
        parent = name.rpartition(".")[0]
        where = f"in {parent}" if parent else "on the import path"
        hint = f"did you mean {close[0]}?" if close else "name it as an import statement would, from the project's root"
        return MetadataError(f"there is no module {name.rpartition('.')[2]} {where}", hint=hint)

    def _missing_package(self, failure: Json) -> MetadataError:
        return MetadataError(
            f"{failure['module']} needs the package {failure['name']}, which {self.interpreter()} does not have",
            hint="install the project's requirements there, or name the interpreter that has them with --python",
            trace=tuple(self.lines(failure["frames"])),
        )

    def _exit(self, failure: Json) -> MetadataError:
        how = "os._exit" if failure["type"] == "os._exit" else "sys.exit"
        said = self.safe(failure["message"])
        return MetadataError(
            f"{failure.get('module') or 'the project'} calls {how}({said}) when it is imported",
            hint='keep it under `if __name__ == "__main__":`, or name the module that holds the models',
            trace=tuple(self.lines(failure["frames"])),
        )

    def _refused(self, failure: Json) -> MetadataError:
        said = self.safe(failure["message"].partition("imports models: ")[2].partition("\n")[0])
        return MetadataError(
            f"{failure['module']} wants to connect when it is imported: {said}",
            hint="name the module that holds the models alone; --allow-network lets it connect",
            trace=tuple(self.lines(failure["frames"])),
        )

    def _no_attribute(self, failure: Json) -> MetadataError:
        close = get_close_matches(failure["name"], failure["known"], 1)
        hint = f"did you mean {close[0]}?" if close else f"`{failure['module']}` alone takes all that it holds"
        return MetadataError(f"{failure['module']} has no {failure['name']}", hint=hint)

    def _no_metadata(self, failure: Json) -> MetadataError:
        return MetadataError(
            f"{failure['module']}:{failure['attribute']} is of type {failure['message']}, and holds no MetaData",
            hint="name a MetaData, a declarative base, a registry or Flask-SQLAlchemy's db",
        )

    def _no_tables(self, failure: Json) -> MetadataError:
        known = [name for name in failure["known"] if not name.startswith("sqlalchemy.")]
        hint = f"{failure['module']}:* imports the modules below it, too"
        if known:
            hint = f"tables are in {', '.join(known[:3])}; {failure['module']}:* takes every MetaData there is"
        return MetadataError(f"no name of {failure['module']} leads to a MetaData with tables", hint=hint)

    def _no_sqlalchemy(self, failure: Json) -> MetadataError:
        return MetadataError(
            f"{self.interpreter()} has no SQLAlchemy",
            hint="name the project's own interpreter with --python, or install the project's requirements there",
        )

    def _old_sqlalchemy(self, failure: Json) -> MetadataError:
        return MetadataError(
            f"{self.interpreter()} has SQLAlchemy {failure['message']}, which is too old: 1.4 or newer is needed",
            hint="without --metadata the source is read, whatever the version",
        )

    def _old_python(self, failure: Json) -> MetadataError:
        return MetadataError(
            f"{self.interpreter()} is Python {failure['message']}, which is too old: 3.8 or newer is needed",
            hint="name another interpreter with --python",
        )

    def _broken(self, failure: Json) -> MetadataError:
        said = self.safe(failure["message"])
        return MetadataError(
            f"what SQLAlchemy built could not be described: {failure['type']}" + (f": {said}" if said else ""),
            hint="this is a defect of schema-lint; please report it, with the versions of Python and SQLAlchemy",
        )

    def interpreter(self) -> str:
        """Where the interpreter lies, relative to the working directory where it lies below."""
        relative = os.path.relpath(self.python)
        return relative if not relative.startswith("..") else self.python

    def lines(self, frames: Sequence[Sequence[Any]]) -> Iterator[str]:
        """The project's own frames, and the library's call that they end in."""
        frames = [frame for frame in frames if not frame[0].startswith("<frozen") and "importlib" not in frame[0]]
        own = [frame for frame in frames if self.is_own(frame[0])]
        last = frames[-1] if frames else None
        shown = list(dict.fromkeys(map(tuple, own)))[-MOST_FRAMES:]
        if last is not None and not self.is_own(last[0]):
            shown.append(tuple(last))
        for file, line, name, text in shown:
            where = self._shown(file)
            inside = f" in {name}" if name and name != "<module>" else ""
            yield f"{where}:{line}{inside}"
            written = self.safe(text or self._text(file, line))
            if written:
                yield f"    {written}"

    def is_own(self, file: str) -> bool:
        """Whether a file is the project's, and no library."""
        real, root = os.path.realpath(file), self.root.rstrip(os.sep) + os.sep
        return real.startswith(root) and _LIBRARY.search(real[len(root) :]) is None

    def _shown(self, file: str) -> str:
        real = os.path.realpath(file)
        if self.is_own(file):
            return os.path.relpath(real, self.root).replace(os.sep, "/")
        return _LIBRARY.split(real)[-1].replace(os.sep, "/")

    def _text(self, file: str, line: int) -> str:
        if not self.is_own(file):
            return ""
        try:
            with open(file, encoding="utf-8", errors="replace") as opened:
                return next((text.strip() for number, text in enumerate(opened, 1) if number == line), "")
        except OSError:
            return ""


def _main_thread(trace: str) -> list[str]:
    """Of all threads' frames those of the last thread listed, which is the main one."""
    blocks = re.split(r"^(?=(?:Current )?[Tt]hread 0x)", trace, flags=re.M)
    return blocks[-1].splitlines()
