"""Settings from files and from the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from schema_lint.config.discovery import ConfigFile, Location, config_at, locate
from schema_lint.config.problems import ConfigurationError, Problem
from schema_lint.config.settings import Settings

if TYPE_CHECKING:
    from schema_lint.config.selectors import NamedRule

    FindRules = Callable[[Settings, str], Sequence[NamedRule] | None]
    """From settings (for `plugins`) and the root to every rule there is; `None` if they cannot all be known."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """Settings, and where they come from."""

    root: str
    """Absolute path of the project root."""

    marked: bool = True
    """Something marks the root, rather than the working directory being taken for want of a better."""

    settings: Settings = Settings()
    file: str | None = None
    """The configuration file, absolute; `None` where there is none."""

    given: frozenset[str] = frozenset()
    """Dotted keys that somebody set."""


def load(
    directory: str,
    *,
    paths: Sequence[str] = (),
    config: Sequence[str] = (),
    isolated: bool = False,
    find_rules: FindRules | None = None,
) -> Loaded:
    """Read the settings that hold for a directory, and for the paths (absolute) that are to be checked.

    `config` has what was given as `--config`: a file, or `KEY=VALUE` (TOML) laid over what the file says. `isolated`
    reads no file that was not named. `find_rules` is called only if the settings name rules.

    Raises:
        ConfigurationError: with every mistake.
    """
    location = locate(directory, paths)
    file = None if isolated else location.file
    problems: list[Problem] = []
    overrides: dict[str, Any] = {}
    for argument in config:
        if "=" in argument and not os.path.exists(os.path.join(directory, argument)):
            from schema_lint.config.toml import merge, parse_pair

            merge(overrides, parse_pair(argument, problems))
        else:
            try:
                file = config_at(directory, argument)
            except ConfigurationError as error:
                problems += error.problems
    if file is None and not overrides and not problems:
        return Loaded(root=location.root, marked=location.marked)
    return _load(location, file, overrides, problems, find_rules)


def _load(
    location: Location,
    file: ConfigFile | None,
    overrides: dict[str, Any],
    problems: list[Problem],
    find_rules: FindRules | None,
) -> Loaded:
    from schema_lint.config.toml import merge
    from schema_lint.config.validation import settings_from

    root = location.root
    where = os.path.relpath(file.path, root) if file else "--config"
    prefix = file.prefix if file else ""
    found: list[Problem] = []
    if file is not None:
        problems += (msgspec.structs.replace(p, where=where) for p in file.problems)
    try:
        table = file.table if file else {}
        merge(table, overrides)
        settings = settings_from(table, found, where=where, prefix=prefix)
        if find_rules is not None:
            _check_rules(settings, root, find_rules, found, where, prefix)
    except RecursionError:
        raise ConfigurationError([*problems, Problem(where, "", "nested too deeply")]) from None
    overridden = tuple(_keys(overrides, ""))
    problems += (_attributed(problem, prefix, overridden) for problem in found)
    if problems:
        raise ConfigurationError(problems)
    return Loaded(
        root=root,
        marked=location.marked,
        settings=settings,
        file=file.path if file else None,
        given=frozenset(_keys(table, "")),
    )


def _check_rules(
    settings: Settings, root: str, find_rules: FindRules, found: list[Problem], where: str, prefix: str
) -> None:
    from schema_lint.config.references import check_references, names_rules

    rules = find_rules(settings, root) if names_rules(settings) else None
    if rules is not None:
        check_references(settings, rules, found, where=where, prefix=prefix)


def _attributed(problem: Problem, prefix: str, overridden: Sequence[str]) -> Problem:
    """The problem, laid at the door of `--config` if that is where the key comes from."""
    key = problem.key.removeprefix(prefix)
    if any(key == o or key.startswith((f"{o}.", f"{o}[")) or o.startswith(f"{key}.") for o in overridden):
        return Problem("--config", key, problem.message)
    return problem


def _keys(table: dict[str, Any], prefix: str, depth: int = 0) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict) and value and depth < 4:
            yield from _keys(value, f"{prefix}{key}.", depth + 1)
        else:
            yield f"{prefix}{key}"
