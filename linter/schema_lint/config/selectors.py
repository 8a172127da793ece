"""How rules are named: by code, kebab-case name, former name, family, or `ALL`; upper and lower case are one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

# Making a Protocol takes longer than all else that this module does.
if TYPE_CHECKING:

    class NamedOption(Protocol):
        """An option of a rule."""

        @property
        def name(self) -> str:
            """In kebab-case."""

        @property
        def type(self) -> str:
            """`bool`, `int`, `float`, `str` or `tuple[str, ...]`."""

        @property
        def default(self) -> Any:
            """Where it is not given."""

    class NamedRule(Protocol):
        """What the configuration needs to know of a rule."""

        @property
        def code(self) -> str:
            """`FK001`."""

        @property
        def name(self) -> str:
            """`foreign-key-without-index`."""

        @property
        def family(self) -> str:
            """`FK`."""

        @property
        def summary(self) -> str:
            """What it demands, in one line."""

        @property
        def aliases(self) -> tuple[str, ...]:
            """Former names and codes."""

        @property
        def options(self) -> Sequence[NamedOption]:
            """Its options."""


R = TypeVar("R", bound="NamedRule")


def matching(token: str, rules: Iterable[R]) -> tuple[R, ...]:
    """Rules that a code, a name, an alias, a family or `ALL` stands for; none if it stands for nothing."""
    wanted = token.lower()
    if wanted == "all":
        return tuple(rules)
    return tuple(rule for rule in rules if wanted in _names(rule) or wanted == rule.family.lower())


def named(token: str, rules: Iterable[R]) -> R | None:
    """The one rule of that code, name or alias."""
    wanted = token.lower()
    return next((rule for rule in rules if wanted in _names(rule)), None)


def precision(token: str, rule: NamedRule) -> int:
    """How precisely a token names a rule that it matches: 1 as `ALL`, 2 by its family, 3 by itself."""
    wanted = token.lower()
    return 1 if wanted == "all" else 2 if wanted == rule.family.lower() else 3


def nearest(token: str, rules: Iterable[NamedRule], *, single: bool = False) -> str | None:
    """The name of a rule, or (unless `single`) a family or `ALL`, that is most like a token that stands for nothing."""
    from schema_lint.config.problems import nearest as nearest_word

    names: list[str] = []
    families: dict[str, None] = {}
    for rule in rules:
        names += (rule.code, rule.name, *rule.aliases)
        families[rule.family] = None
    # `FK1` is rather FK001 than any other.
    letters = token.rstrip("0123456789")
    padded = f"{letters.upper()}{token[len(letters) :].zfill(3)}"
    if padded in names:
        return padded
    return nearest_word(token, names if single else [*names, *families, "ALL"])


def _names(rule: NamedRule) -> tuple[str, ...]:
    return rule.code.lower(), rule.name, *(alias.lower() for alias in rule.aliases)
