from __future__ import annotations

from typing import Any

import pytest

from evaluated import limits, one

PROGRAMS: list[tuple[str, Any]] = [
    ("a, (b, *c) = 1, (2, 3, 4)\nx = (a, b, c)", (1, 2, [3, 4])),
    ("a = b = 1\na += 2\nx = (a, b)", (3, 1)),
    ("x = []\ny = x\nx += [1]\nx.append(2)\nx = y", [1, 2]),
    ("x = {}\nx['a'] = 1\nx.setdefault('b', []).append(2)\nx.update(c=3)\ndel x['a']", {"b": [2], "c": 3}),
    (
        "x = {}\nfor n in ('a', 'b'):\n    for m in range(2):\n        x[f'{n}{m}'] = m",
        {"a0": 0, "a1": 1, "b0": 0, "b1": 1},
    ),
    (
        "x = []\nfor i in range(10):\n    if i == 1: continue\n    if i == 4: break\n    x.append(i)\nelse:\n"
        "    x = None",
        [0, 2, 3],
    ),
    ("x = 0\nwhile x < 5:\n    x += 1", 5),
    ("if 1 > 2:\n    x = 1\nelif 2 > 1:\n    x = 2\nelse:\n    x = 3", 2),
    ("if __name__ == '__main__':\n    x = 1\nelse:\n    x = 2", 2),
    ("match 'b':\n    case 'a': x = 1\n    case 'b' | 'c': x = 2\n    case _: x = 3", 2),
    ("match {'a': 1}:\n    case {'b': q}: x = 1\n    case _: x = 2", {"either": [1, 2]}),
    ("with open('f') as f:\n    x = f", "<builtins.open>(f)"),
    ("class M:\n    def __enter__(self): return 'in'\nwith M() as x: pass", "in"),
    ("from contextlib import contextmanager\n@contextmanager\ndef f():\n    yield 1\nwith f() as x: pass", 1),
    ("try:\n    x = int('1')\nfinally:\n    y = 1", 1),
    ("import os\ntry:\n    x = os.environ['A']\nexcept KeyError:\n    x = 'd'", {"either": ["<os.environ>[A]", "d"]}),
    ("import os\ntry:\n    x = 1\nexcept KeyError:\n    raise SystemExit", 1),
    ("x = 1\ndel x", "?"),
    ("x: int = 1", 1),
    ("def f():\n    global x\n    x = 2\nx = 1\nf()", 2),
    (
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n        return n\n    g()\n"
        "    return g()\nx = f()",
        2,
    ),
    ("x = [1, 2]\nx.remove(1)\nx.insert(0, 3)\nx.extend((4, 5))\ny = x.pop()", [3, 2, 4]),
    ("x = {1, 2}\nx |= {3}\nx.add(3)\nx.discard(1)", [2, 3]),
    ("x = dict(a=1)\nx |= {'b': 2}", {"a": 1, "b": 2}),
    ("import sys\nif not x_unknown:\n    x = 1\nelse:\n    sys.exit(1)", 1),
]


@pytest.mark.parametrize(("text", "expected"), PROGRAMS, ids=range(len(PROGRAMS)))
def test_programs(text: str, expected: Any) -> None:
    assert one(text + "\n").show("x") == expected


UNDECIDED: list[tuple[str, Any]] = [
    ("if u:\n    x = 1\nelse:\n    x = 2", {"either": [1, 2]}),
    ("x = 0\nif u:\n    x = 1", {"either": [1, 0]}),
    ("if u:\n    x = 1", 1),
    ("x = [1]\nif u:\n    x.append(2)", [1, "…"]),
    ("x = [1]\nif u:\n    pass\nelse:\n    x += [2]\nx.append(3)", [1, 3, "…"]),
    ("if u:\n    x = [1]\n    x.append(2)\nelse:\n    x = None", {"either": [[1, 2], None]}),
    ("x = {'a': 1}\nif u:\n    x['a'] = 2\n    x['b'] = 3", {"a": {"either": [1, 2]}, "b": {"either": ["?", 3]}}),
    ("x = []\nfor i in u:\n    x.append(i)", ["…"]),
    ("x = 1\nfor i in u:\n    x = 2", {"either": [2, 1]}),
    ("x = 1\nwhile u:\n    x = 2", {"either": [2, 1]}),
    ("x = []\nfor i in (1, 2):\n    if u: break\n    x.append(i)", ["…"]),
    ("x = []\nfor i in (1, 2):\n    if u: continue\n    x.append(i)\nx.append(3)", [3, "…"]),
    ("x = []\nfor i in (1, 2):\n    if u: break\nx.append(3)", [3]),
    ("def f():\n    if u: return 1\n    return 2\nx = f()", {"either": [1, 2]}),
    ("def f():\n    if u: raise ValueError\n    return 2\nx = f()", 2),
    ("def f(l):\n    if u: return\n    l.append(1)\nx = []\nf(x)", ["…"]),
    ("def f(l):\n    for i in (1,):\n        if u: return\n    l.append(1)\nx = []\nf(x)", ["…"]),
    (
        "def f():\n    l = []\n    l.append(1)\n    return l\nif u:\n    x = f()\nelse:\n    x = f()",
        {"either": [[1], [1]]},
    ),
    ("class A: pass\nif u:\n    A.y = 1\nx = A.y", {"either": ["?", 1]}),
    (
        "def f():\n    try:\n        return g()\n    except ValueError:\n        return 2\nx = f()",
        {"either": ["?()", 2]},
    ),
]


@pytest.mark.parametrize(("text", "expected"), UNDECIDED, ids=range(len(UNDECIDED)))
def test_what_may_happen_or_not(text: str, expected: Any) -> None:
    assert one(text + "\n").show("x") == expected


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    pass",
        "x = [0]\nfor i in x:\n    x.append(i)",
        "x = 'a'\nfor i in range(100):\n    x += x",
        "x = [1]\nfor i in range(100):\n    x += x",
        "x = {}\nfor i in range(100):\n    for j in range(1000):\n        for k in range(1000):\n"
        "            x[i, j, k] = x",
        "def f(): return f() + f()\nx = f()",
        "x = [[[i for i in range(2000)] for j in range(2000)] for k in range(2000)]",
        "x = 1\nwhile x:\n    x = x * x + 1",
        "x = 'a' * 60000\ny = [x + str(i) for i in range(2000)]\nz = ''.join(y)",
        "x = '{0}{0}{0}{0}'\nfor i in range(50):\n    x = x.format(x)",
        "import re\nx = re.sub('(a+)+$', '', 'a' * 5000 + 'b')\ny = re.findall('.*.*.*.*.*=', 'x' * 3000)",
        "x = []\nx.append(x)\ny = str(x) + f'{x}' + '%s' % x\nz = x == [x]",
        "d = {}\nd['d'] = d\ny = f'{d}'\nd.update(d)",
        "class A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\nx = A().y",
        "class A:\n    def __iter__(self): return self\nx = [y for y in A()]",
        "class A:\n    def __init_subclass__(cls):\n        class B(A): pass\nclass C(A): pass",
        "x = lambda: x()\ny = x()",
        "class A: pass\nclass B: pass\n"
        + "".join(f"class A{i}(A, B): pass\nclass B{i}(A, B): pass\nA, B = A{i}, B{i}\n" for i in range(60)),
        "x = (1,)\nfor i in range(60): x = (x, x)\ny = (1,)\nfor i in range(60): y = (y, y)\n"
        "z = x == y\nw = {x: 1}\nw[y]\nv = x if u else y\nif u: q = x\nelse: q = y\nstr(x)\nhash(x)",
        "x = ['a' * 60000] * 5000\ny = str(x)\nz = [x] * 5000\nw = str(z) + f'{z}'",
        "import re\nx = re.sub('(a|a)' * 60 + 'b', '', 'a' * 60)\ny = re.sub('a?' * 60 + 'a' * 60, '', 'a' * 60)",
        "import re\nx = re.sub('[[a]', '', 'a')\ny = re.split('(', 'a')\nz = re.sub('a', r'\\9', 'a')",
        "import functools\nx = functools.partial(lambda *a: x(*a), 1)\ny = x()",
        "x = " + "+".join(["'a'"] * 3000),
        "x = " + "[" * 80 + "]" * 80,
        "x = f" + ".g()" * 500,
        "if 0: pass\n" + "elif 0: pass\n" * 500 + "else: x = 1",
        "class A(A): pass\nclass B(B.C): pass",
        "x = yield\nreturn 1\nawait x\nbreak",
        "del x.y, x[0], (a, b)\n(x.y, *z) = 1\nfor x.y in [1]: pass\nwith a as (b, c): pass",
        "x = range(10 ** 400)\ny = 'a' * 10 ** 400\nz = [1] * 10 ** 400\nw = 1 << 10 ** 400",
        "global x\nnonlocal y\ny = 1",
        "from . import x\nfrom ... import y\nfrom .m import z\nimport m.m.m\nfrom m import *",
        "super().x\n__class__\nsuper(1, 2).y\nclass A: x = super().y",
        "x = {[]: 1, {}: 2}\ny = {x: 1}\nz = x[{}]\nw = {*[], *{}}",
        "type('A', (), {})()\ntype('B', (1, 2), {'__init__': 3})().x\ntype(1)(2)",
        "import enum\nclass E(enum.Enum):\n    A = lambda: 1\n    B = A\nclass F(E): C = 1\nE(1)\nE['Z']\n"
        "enum.Enum()\nenum.Enum(1, 2)",
        "@property\nclass A: pass\n@A.x\n@A\ndef f(): pass\nf.setter\n@f.setter\ndef f(): pass",
        "def f(a, /, b=1, *c, d, e=2, **g): return a, b, c, d, e, g\nf()\nf(1, 2, 3, 4, d=5, z=6)\nf(*1, **2)",
    ],
)
def test_hostile_source_ends(text: str) -> None:
    sources = one(text + "\n", limits=limits(steps_per_statement=20_000))
    sources.run.load(sources.module())
    for function in sources.run.functions(sources.module()):
        sources.run.body(function)
    for cls in sources.run.classes(sources.module()):
        cls.mro()


def test_a_statement_that_costs_too_much_leaves_its_name_unknown() -> None:
    sources = one("x = [i for j in range(2000) for i in range(2000)]\ny = 1\n", limits=limits(steps_per_statement=1000))
    assert (sources.show("x"), sources.show("y")) == ("?", 1)
    assert sources.run.load(sources.module()).rest is not None


def test_a_class_body_that_costs_too_much_keeps_what_it_had() -> None:
    text = "class A:\n    x = 1\n    for i in range(2000):\n        for j in range(2000): pass\n    y = 2\n"
    cls = one(text, limits=limits(steps_per_statement=1000)).cls("A")
    assert "x" in cls.namespace
    assert cls.rest is not None
