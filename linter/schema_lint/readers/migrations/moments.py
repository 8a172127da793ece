"""What is worked out once, when a revision runs: the time, a random number."""

from __future__ import annotations

from collections.abc import Iterable

from schema_lint.evaluating.values import Attribute, Call, Collection, Dictionary, Operation, Symbol, Value

_MANY = 200
_TIMES = frozenset({
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today", "time.time",
})  # fmt: skip
_RANDOM = frozenset({
    "uuid.uuid1", "uuid.uuid4", "uuid.uuid7", "random.random", "random.randint", "secrets.token_hex",
    "secrets.token_urlsafe", "secrets.token_bytes", "os.urandom",
})  # fmt: skip


def random_in(values: Iterable[Value | None]) -> str | None:
    """The function (dotted path) that makes a random part of the values; `None` where none does."""
    return _found(values, _RANDOM)


def moment_in(values: Iterable[Value | None]) -> str | None:
    """The same for what another moment or another call would give another value."""
    return _found(values, _RANDOM | _TIMES)


def _found(values: Iterable[Value | None], wanted: frozenset[str]) -> str | None:
    waiting = list(values)
    for _ in range(_MANY):
        if not waiting:
            break
        value = waiting.pop()
        if isinstance(value, Call):
            if isinstance(value.function, Symbol) and value.function.path in wanted:
                return value.function.path
            waiting += [value.function, *value.arguments, *value.keywords.values()]
        elif isinstance(value, Attribute):
            waiting.append(value.value)
        elif isinstance(value, Operation):
            waiting += value.operands
        elif isinstance(value, Collection):
            waiting += value.items
        elif isinstance(value, Dictionary):
            waiting += value.entries.values()
    return None
