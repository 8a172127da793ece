"""What a rule is: one decorated function.

The first parameter's type says what the rule visits (`Table`, `Column`, `ForeignKey`, `Project` …). Other positional
parameters are given by type: `Schema`, `Project`, `Policies`, `Table` (the one a column, key or index belongs to), and
`Shared`, for what is the same for every fact of a schema.
Keyword-only parameters are its options; their defaults are the options' defaults. The docstring is its documentation,
and the examples in it are its tests.

Annotations are read as text (rule modules say `from __future__ import annotations`): resolving them, or importing
`inspect`, would cost more than running the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from schema_lint.checking.finding import ERROR, INFO, WARNING, Severity, Violation
from schema_lint.config.policies import Policies
from schema_lint.facts.project import Schema

RuleFunction = Callable[..., Iterator[Violation]]
F = TypeVar("F", bound=RuleFunction)
T = TypeVar("T")

VISITED = frozenset({
    "Project", "Schema", "Table", "Column", "PrimaryKey", "ForeignKey", "Index", "UniqueConstraint", "CheckConstraint",
    "EnumType", "Model", "Relationship", "MappingError", "Engine", "SessionFactory", "SessionUse", "UrlLiteral",
    "ConnectionSetting", "SchemaCall", "UnreadFile", "Suppression", "Server", "Namespace", "Role", "Grant", "RowPolicy",
    "Trigger", "Function", "Sequence", "Extension", "Domain", "MigrationEnvironment", "Revision", "ExclusionConstraint",
    "Difference", "ReplayedStep", "FailedUpgrade", "RevisionEdit",
})  # fmt: skip
INJECTED = frozenset({"Schema", "Project", "Policies", "Table", "Shared"})

EVERYWHERE = ("minimal", "recommended", "strict")


class Shared:
    """What rules work out about a whole schema, once in a run and not for each of its facts."""

    def __init__(self, schema: Schema, policies: Policies) -> None:
        self.schema = schema
        self._policies = policies
        self._made: dict[Callable[[Schema, Policies], Any], Any] = {}

    def of(self, make: Callable[[Schema, Policies], T]) -> T:
        """What the function makes of the schema."""
        if make not in self._made:
            self._made[make] = make(self.schema, self._policies)
        made: T = self._made[make]
        return made


class Option(msgspec.Struct, frozen=True):
    """An option of a rule: a keyword-only parameter."""

    name: str
    """As in the configuration: kebab-case."""

    type: str
    """`bool`, `int`, `str`, `float` or `tuple[str, ...]`."""

    default: Any


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of the checklist."""

    code: str
    name: str
    severity: Severity
    """In the `recommended` profile. `strict` raises `info` to `warning`."""

    on: bool
    """Whether `recommended` selects it."""

    strict: bool
    """Whether `strict` selects it: all but what is a matter of taste, which must be asked for by code or name."""

    minimal: bool
    """Whether `minimal` selects it: what fails at import, query or migration time, loses data or leaks a secret."""

    evidence: str
    """Kinds of facts it may judge: letters of `SMCPGR`, or `X`: models against a database."""

    visits: str
    """One kind of fact, or several: `UrlLiteral | Server`."""

    types: tuple[str | None, ...]
    """Of columns it visits those whose type has one of these bare names; `None` stands for a type that is not known.
    All where there is none."""

    names: Callable[[str, Policies], bool] | None
    """Of columns it visits those whose name this accepts."""

    injected: tuple[str, ...]
    options: tuple[Option, ...]
    reference: str
    """What of the reference implementation shows it done right: `models:Task.owner_id`."""

    since: str
    fix: str
    """`safe`, `unsafe`, `sql` or nothing."""

    needs_policy: str | None
    """The policy (kebab-case) it rests on: while nobody stated it, findings are `info`."""

    postgresql_only: bool
    """About forms that only PostgreSQL has: silent where the project supports other databases."""

    steps: bool
    """It asks what revisions do, which takes time to read."""

    windowed: bool
    """Of evidence `P` alone: it rests on what the server counted, which says something only after some days."""

    security_severity: float | None
    """Of what may come of it, from 0 to 10 as in CVSS; `None` for what is no matter of security."""

    silences: tuple[str, ...]
    """Codes of rules whose findings on the same subject this one's finding makes superfluous."""

    peers: tuple[str, ...]
    aliases: tuple[str, ...]
    function: RuleFunction

    @property
    def family(self) -> str:
        """The letters of its code: `FK`."""
        return self.code.rstrip("0123456789")

    @property
    def documentation(self) -> str:
        """The docstring as written."""
        return self.function.__doc__ or ""

    @property
    def summary(self) -> str:
        """What it demands, in one line."""
        return self.documentation.strip().partition("\n")[0]


REGISTRY: dict[str, Rule] = {}
"""Every rule whose module has been imported, by code."""


def rule(
    code: str,
    name: str,
    *,
    severity: Severity,
    evidence: str,
    reference: str,
    since: str = "0.1",
    on: bool = True,
    strict: bool = True,
    minimal: bool = False,
    fix: str = "",
    needs_policy: str | None = None,
    postgresql_only: bool = False,
    steps: bool = False,
    windowed: bool = True,
    security_severity: float | None = None,
    silences: Sequence[str] = (),
    peers: Sequence[str] = (),
    aliases: Sequence[str] = (),
    types: Collection[str | None] = (),
    names: Callable[[str, Policies], bool] | None = None,
) -> Callable[[F], F]:
    """Make a function a rule.

    A rule about columns of some types, or of some names, had better say so by `types` or `names`: the others are then
    passed over without asking it.

    Raises:
        TypeError: if the function's parameters do not fit the rule API, or the code is taken.
    """

    def register(function: F) -> F:
        visits, injected, options = _signature(function)
        taken = REGISTRY.get(code)
        if taken is not None and taken.function.__module__ != function.__module__:
            raise TypeError(f"rule code {code} is taken by {taken.name}")
        if (types or names) and visits != "Column":
            raise TypeError(f"rule {function.__name__}: types and names are those of columns, and it visits {visits}")
        REGISTRY[code] = Rule(
            code=code, name=name, severity=severity, on=on, strict=strict, minimal=minimal, evidence=evidence,
            visits=visits, types=tuple(types), names=names, injected=injected, options=options, reference=reference,
            since=since, fix=fix,
            needs_policy=needs_policy, postgresql_only=postgresql_only, steps=steps,
            windowed=windowed and evidence == "P",
            security_severity=security_severity, silences=tuple(silences), peers=tuple(peers), aliases=tuple(aliases),
            function=function,
        )  # fmt: skip
        return function

    return register


def _signature(function: RuleFunction) -> tuple[str, tuple[str, ...], tuple[Option, ...]]:
    code = function.__code__
    annotations = function.__annotations__
    positional = code.co_varnames[: code.co_argcount]
    keyword = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    types = [str(annotations.get(parameter, "")) for parameter in positional]
    where = f"rule {function.__name__}"
    if not types or not VISITED.issuperset(types[0].split(" | ")):
        raise TypeError(f"{where}: the first parameter must be annotated with one of {', '.join(sorted(VISITED))}")
    for parameter, kind in zip(positional[1:], types[1:], strict=True):
        if kind not in INJECTED:
            raise TypeError(f"{where}: {parameter} must be one of {', '.join(sorted(INJECTED))}, or keyword-only")
    defaults = function.__kwdefaults__ or {}
    missing = [parameter for parameter in keyword if parameter not in defaults]
    if missing:
        raise TypeError(f"{where}: option {missing[0]} needs a default")
    options = tuple(
        Option(parameter.replace("_", "-"), str(annotations.get(parameter, "str")), defaults[parameter])
        for parameter in keyword
    )
    return types[0], tuple(types[1:]), options


__all__ = [
    "ERROR", "INFO", "REGISTRY", "WARNING", "Option", "Policies", "Rule", "Severity", "Shared", "Violation", "rule",
]  # fmt: skip
