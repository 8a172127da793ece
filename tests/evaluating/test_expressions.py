from __future__ import annotations

from typing import Any

import pytest

from evaluated import one

EXPRESSIONS: list[tuple[str, Any]] = [
    ("1 + 2 * 3", 7),
    ("'a' + 'b' 'c'", "abc"),
    ("'%s_%02d' % ('a', 3)", "a_03"),
    ("'%(x)s!' % {'x': 'y'}", "y!"),
    ("'{}_{b}'.format('a', b=1)", "a_1"),
    ("f'{1}_{\"a\":>3}'", "1_  a"),
    ("'Ab'.lower().upper()", "AB"),
    ("'a,b'.split(',')", ["a", "b"]),
    ("'_'.join(['a', 'b'])", "a_b"),
    ("'_'.join(c for c in 'abc')", "a_b_c"),
    ("[x * 2 for x in range(4) if x % 2]", [2, 6]),
    ("{k: v for k, v in {'a': 1}.items()}", {"a": 1}),
    ("{**{'a': 1}, 'b': 2}", {"a": 1, "b": 2}),
    ("{'a': 1} | {'b': 2}", {"a": 1, "b": 2}),
    ("dict(a=1, **{'b': 2})", {"a": 1, "b": 2}),
    ("(1, *[2, 3])[1:]", (2, 3)),
    ("[1, 2] + [3]", [1, 2, 3]),
    ("sorted({'b': 1, 'a': 2})", ["a", "b"]),
    ("list(zip('ab', [1, 2]))", [("a", 1), ("b", 2)]),
    ("[i for i, _ in enumerate('ab', 1)]", [1, 2]),
    ("len('abc')", 3),
    ("max(1, 2)", 2),
    ("any([False, 1])", True),
    ("1 < 2 < 3", True),
    ("'a' in ('a', 'b')", True),
    ("'x' if None else 'y'", "y"),
    ("None or 'y'", "y"),
    ("0 and unknown", 0),
    ("str(1) + repr('a')", "1'a'"),
    ("(lambda x, y=2: x + y)(1)", 3),
    ("list(map(lambda x: x + 1, [1, 2]))", [2, 3]),
    ("[*map(str, (1, 2))]", ["1", "2"]),
    ("-1", -1),
    ("not []", True),
    ("'abc'[-1]", "c"),
    ("{'a': {'b': 1}}['a']['b']", 1),
    ("(y := 3) + y", 6),
    ("isinstance('a', str)", True),
    ("isinstance('a', (int, dict))", False),
    ("[a for b in [[1], [2]] for a in b]", [1, 2]),
    ("'a' * 3", "aaa"),
    ("__name__ == '__main__'", False),
    ("'a'.replace('a', 'b').title()", "B"),
    ("'{{}}'.format()", "{}"),
    ("sum([1, 2], 3)", 6),
    ("1 if isinstance(int, type) else 2", ["if", "<builtins.isinstance>(<builtins.int>, <builtins.type>)", 1, 2]),
]


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_constants_are_computed(text: str, expected: Any) -> None:
    assert one(f"x = {text}").show("x") == expected


UNDECIDED: list[tuple[str, Any]] = [
    ("unknown", "?"),
    ("f'{unknown}_a' 'b'", ["f", "?", "_ab"]),
    ("'a' + unknown", ["+", "a", "?"]),
    ("[unknown for _ in unknown]", ["…"]),
    ("{unknown: 1}", {"…": "…"}),
    ("{**unknown, 'a': 1}", {"a": 1, "…": "…"}),
    ("[1, *unknown]", [1, "…"]),
    ("unknown.x[1]()", "?.x[1]()"),
    ("1 if unknown else 2", ["if", "?", 1, 2]),
    ("unknown or 'b'", ["or", "?", "b"]),
    ("1 / 0", "?"),
    ("{'a': 1}['b']", "?"),
    ("'%1000000000d' % 1", "?"),
    ("'{:1000000000}'.format(1)", ["f", 1]),
    ("f'{1:>1000000000}'", ["f", 1]),
    ("'a' * 10 ** 9", ["*", "a", 1000000000]),
    ("10 ** 10 ** 10", ["**", 10, 10000000000]),
    ("'a'.ljust(10 ** 9)", "a.ljust(1000000000)"),
    ("'{0.__class__}'.format(1)", "{0.__class__}.format(1)"),
    ("len(range(10 ** 9))", "<builtins.len>(?)"),
]


@pytest.mark.parametrize(("text", "expected"), UNDECIDED, ids=[text for text, _ in UNDECIDED])
def test_what_is_not_known_stays_unknown(text: str, expected: Any) -> None:
    shown = one(f"x = {text}").show("x")
    if text.startswith(("len(range", "'%1000")):
        assert not isinstance(shown, int)
    else:
        assert shown == expected
