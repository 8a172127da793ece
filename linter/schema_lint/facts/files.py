"""Files and modules of the project, and what could not be read."""

from __future__ import annotations

import msgspec

from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown


class UnreadFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that should have been read and was not, or only in part."""

    path: str
    kind: str
    """`syntax`, `encoding`, `too-large`, `too-deep`, `permission`, `newer-syntax` (read all the same) or `tables`
    (read, but it may hold tables that were not found)."""

    message: str
    place: SourcePlace
    unread: bool | Unknown = True
    """`Unknown` where that depends on what is in packages that are not read."""


class ModuleImport(msgspec.Struct, frozen=True, kw_only=True):
    """An import of one project module by another that runs when the importing module is imported."""

    module: str
    names: tuple[str, ...]
    place: SourcePlace


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A Python module of the project that was read."""

    name: str
    path: str
    imports: tuple[ModuleImport, ...] = ()
    has_models: bool = False
    is_test: bool = False


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """A request to ignore findings: a comment in the source, an entry of the configuration, or a baseline."""

    kind: str
    """`line`, `file`, `configuration` or `baseline`."""

    names: tuple[str, ...]
    """Rules as written: codes or kebab-case names. Of a baseline, what it lists and is gone."""

    reason: str | None = None
    unknown: tuple[tuple[str, str | None], ...] = ()
    """Those of `names` that are no rule's, each with the nearest that is."""

    unused: tuple[str, ...] = ()
    """Those of `names` that silenced nothing although the rule ran on the evidence they concern."""

    malformed: str | None = None
    """What is wrong with a comment that cannot be understood: it names no rules, and silences nothing."""

    place: SourcePlace
