from __future__ import annotations

from typing import Any

import pytest

from evaluated import Sources, limits, one, show
from schema_lint.evaluating.values import Call, Either, FunctionValue, UnknownValue

RESULTS: list[tuple[str, Any]] = [
    (
        "class A:\n    __x = 1\n    y = __x + 1\nclass B(A):\n    __x = 2\nx = (A._A__x, B._A__x, B._B__x, B.y)",
        (1, 1, 2, 2),
    ),
    ("class A:\n    __x = 1\n    @classmethod\n    def f(cls): return cls.__x\nclass B(A):\n    __x = 2\nx = B.f()", 1),
    ("class A:\n    b = 1\nclass B(A):\n    a = 2\nx = [n for n in dir(B) if n[0] != '_']", ["a", "b"]),
    ("import lib\nclass A(lib.L): a = 1\nx = [n for n in dir(A) if n == 'a']", ["a", "…"]),
    (
        "class prop(property):\n    def __get__(self, obj, kind=None): return self.fget.__get__(None, kind)()\n"
        "class A:\n    n = 1\n    @prop\n    @classmethod\n    def f(cls): return cls.n\n"
        "class B(A):\n    n = 2\nx = (A.f, B.f)",
        (1, 2),
    ),
    ("def f(a, b=2, *c, d=4, **e): return (a, b, c, d, e)\nx = f(1, 3, 5, d=6, z=7)", (1, 3, (5,), 6, {"z": 7})),
    ("def f(a, b=2, *, d=4): return (a, b, d)\nx = f(b=1, a=0)", (0, 1, 4)),
    ("def f(**kw): return g(**{'a': 1, **kw})\ndef g(**kw): return kw\nx = f(b=2)", {"a": 1, "b": 2}),
    ("def f(a): return a\nx = f()", "?"),
    ("def f(*a, **k): return (a, k)\nx = f(1, *u, b=2, **v)", ((1, "…"), {"b": 2, "…": "…"})),
    ("def f(a, b=1): return (a, b)\nx = f(*u)", ("?", "?")),
    ("def fact(n): return 1 if n < 2 else n * fact(n - 1)\nx = fact(5)", 120),
    ("def f(): return f()\nx = f()", "?"),
    ("def f(): pass\nx = f()", None),
    ("def outer(a):\n    def inner(b): return a + b\n    return inner\nx = outer(1)(2)", 3),
    ("x = (lambda *a, k=1: (a, k))(1, 2)", ((1, 2), 1)),
    ("def g(n):\n    for i in range(n): yield i\nx = [*g(3)]", [0, 1, 2]),
    ("def g():\n    yield 1\n    yield from [2, 3]\nx = list(g())", [1, 2, 3]),
    ("def g():\n    if u: yield 1\n    yield 2\nx = list(g())", [2, "…"]),
    ("from functools import partial\ndef f(a, b, c=0): return (a, b, c)\nx = partial(f, 1, c=3)(2)", (1, 2, 3)),
    (
        "from functools import partial\nimport sa\nC = partial(sa.Column, nullable=False)\nx = C(1, index=True)",
        "<sa.Column>(1, nullable=False, index=True)",
    ),
    ("from functools import partial\nx = partial(partial(dict, a=1), b=2)(c=3)", {"a": 1, "b": 2, "c": 3}),
    (
        "from functools import lru_cache\n@lru_cache\ndef f(): return 1\n@lru_cache(maxsize=None)\n"
        "def g(): return 2\nx = f() + g()",
        3,
    ),
    ("from functools import cache\nf = cache(lambda: 1)\nx = f()", 1),
    (
        "from functools import wraps\ndef deco(f):\n    @wraps(f)\n    def w(*a, **k): return f(*a, **k) + 1\n"
        "    return w\n@deco\ndef f(a): return a\nx = (f(1), f.__name__)",
        (2, "f"),
    ),
    ("def deco(n):\n    def wrap(f): return lambda: f() * n\n    return wrap\n@deco(3)\ndef f(): return 2\nx = f()", 6),
    ("async def f(): return 1\nasync def g(): return await f()\nx = g()", 1),
    ("from lib import deco\n@deco\ndef f(): return 1\nx = f()", "f()"),
    ("from typing import cast\nx = cast(int, 'a')", "a"),
    ("import os\nx = os.getenv('A', 'd')", "<os.getenv>(A, d)"),
    ("import os.path\nx = os.path.join('a', 'b') + os.sep", "a/b/"),
    ("import re\nx = re.sub(r'(?<!^)(?=[A-Z])', '_', 'UserTask').lower()", "user_task"),
    ("import re\np = re.compile('([a-z0-9])([A-Z])')\nx = p.sub(r'\\1_\\2', 'apiKey')", "api_Key"),
    ("import re\nx = re.sub('[A-Z]', lambda m: '_' + m.group(0).lower(), 'aBC')", "a_b_c"),
    ("import re\nx = re.findall('[A-Z][^A-Z]*', 'UserTask')", ["User", "Task"]),
    ("import re\nx = re.sub('(a+)+', '', 'aaa')", "<re.sub>((a+)+, , aaa)"),
    ("import textwrap\nx = textwrap.dedent('  a\\n  b')", "a\nb"),
    (
        "from itertools import chain, product\nx = [*chain([1], (2,)), *product('a', [1, 2])]",
        [1, 2, ("a", 1), ("a", 2)],
    ),
    ("from copy import deepcopy\na = {'x': [1]}\nb = deepcopy(a)\nb['y'] = 1\nx = a", {"x": [1]}),
    ("from operator import or_\nfrom functools import reduce\nx = reduce(or_, [{'a': 1}, {'b': 2}])", {"a": 1, "b": 2}),
    ("def f(t=[]):\n    t.append(1)\n    return t\nf()\nx = f()", [1, 1]),
    ("import string\nx = string.digits[:2]", "01"),
    ("x = getattr('a', 'upper')()", "A"),
    ("import inflection\nx = inflection.tableize('A')", "<inflection.tableize>(A)"),
]


@pytest.mark.parametrize(("text", "expected"), RESULTS, ids=range(len(RESULTS)))
def test_results(text: str, expected: Any) -> None:
    assert one(text + "\n").show("x") == expected


def test_helpers_that_return_columns_give_a_new_call_each_time() -> None:
    sources = Sources(
        {
            "columns.py": (
                "from sqlalchemy import Column, ForeignKey, Integer\ndef key(table, *, nullable=False, **kw):\n"
                "    return Column(Integer, ForeignKey(f'{table}.id'), nullable=nullable, **kw)\n"
            ),
            "m.py": "from columns import key\nclass A:\n    a = key('users', index=True)\n    b = key('users')\n",
        }
    )
    names = sources.cls("A").namespace
    assert names["a"] is not names["b"]
    assert show(names["a"]) == (
        "<sqlalchemy.Column>(<sqlalchemy.Integer>, <sqlalchemy.ForeignKey>(users.id), nullable=False, index=True)"
    )
    call = names["a"]
    assert isinstance(call, Call)
    assert call.scope == "key"
    assert call.site is not None
    assert call.site.module.path == "columns.py"
    assert len(sources.run.calls(sources.module())) == 4
    assert sources.run.calls(sources.module("columns.py")) == []


def test_calls_are_recorded_in_order_and_where_they_are_made() -> None:
    sources = one(
        "from lib import a, b, c\na(b())\ndef f():\n    c()\nf()\nclass A:\n    x = b(1)\nwith a(2) as y: y.z()\n"
    )
    seen = [(show(call), call.scope) for call in sources.run.calls(sources.module())]
    assert seen == [
        ("<lib.b>()", None),
        ("<lib.a>(<lib.b>())", None),
        ("<lib.c>()", "f"),
        ("<lib.b>(1)", None),
        ("<lib.a>(2)", None),
        ("<lib.a>(2).z()", None),
    ]


def test_functions_of_a_module() -> None:
    sources = one(
        "from lib import route\n@route('/')\nasync def f(): ...\nclass A:\n    @staticmethod\n    def g(): ...\n"
        "    class B:\n        def h(self): ...\ndef outer():\n    def inner(): ...\nx = lambda: 1\n"
    )
    functions = sources.run.functions(sources.module())
    assert [(f.qualname, f.owner.name if f.owner else None) for f in functions] == [
        ("f", None),
        ("A.g", "A"),
        ("A.B.h", "B"),
        ("outer", None),
    ]
    assert [show(decorator) for decorator in functions[0].decorators] == ["<lib.route>(/)"]
    assert [show(decorator) for decorator in functions[1].decorators] == ["<builtins.staticmethod>"]


def body(text: str, name: str = "f", **options: Any) -> list[tuple[str, str | None]]:
    sources = one(text, **options)
    function = next(f for f in sources.run.functions(sources.module()) if f.qualname == name)
    return [(show(call), call.scope) for call in sources.run.body_calls(function)]


def test_bodies_are_looked_at_on_every_branch() -> None:
    text = (
        "from lib import a, b, c, d, e\ndef f(url, *rest, pool=5, **kw):\n    if url:\n        a(url)\n"
        "        return 1\n"
        "    else:\n        b(pool, rest, kw)\n    for i in url:\n        c(i)\n    try:\n        d()\n"
        "    except Exception:\n"
        "        e()\n    raise ValueError\n"
    )
    assert [call for call, _ in body(text) if "ValueError" not in call] == [
        "<lib.a>(parameter url)",
        "<lib.b>(parameter pool, parameter rest, parameter kw)",
        "<lib.c>(?)",
        "<lib.d>()",
        "<lib.e>()",
    ]


def test_bodies_of_methods_know_self_and_cls() -> None:
    text = (
        "from lib import engine, use\nclass Db:\n    url = 'u'\n    def __init__(self, echo):\n"
        "        self.engine = engine(self.url, echo=echo)\n    def f(self):\n"
        "        use(self.engine, self.missing)\n"
        "    @classmethod\n    def g(cls): use(cls.url)\n"
    )
    assert body(text, "Db.f")[-1] == ("<lib.use>(<lib.engine>(u, echo=?), Db object.missing)", "Db.f")
    assert body(text, "Db.g") == [("<lib.use>(u)", "Db.g")]
    assert body(text, "Db.__init__") == [("<lib.engine>(u, echo=parameter echo)", "Db.__init__")]


def test_bodies_include_nested_functions_and_what_is_called() -> None:
    text = (
        "from lib import engine, session\ndef make(url): return engine(url)\ndef f():\n    e = make('u')\n"
        "    def inner():\n        with session(e) as s:\n            yield s\n    return inner\n"
    )
    assert body(text) == [("<lib.engine>(u)", "make"), ("<lib.session>(<lib.engine>(u))", "f.<locals>.inner")]


def test_looking_at_a_body_changes_nothing() -> None:
    sources = one(
        "class A: x = 1\nitems = [1]\nd = {'a': 1}\ncount = 0\nobj = A()\n"
        "def f(self):\n    global count\n    count = 5\n    A.x = 2\n    A.y = 3\n    setattr(A, 'z', 1)\n"
        "    items.append(2)\n"
        "    d['b'] = 2\n    obj.w = 1\n    local = []\n    local.append(A)\n    class B(A): pass\n    return local\n"
    )
    function = sources.value("f")
    assert isinstance(function, FunctionValue)
    seen = sources.run.body(function)
    assert show(seen.returned or UnknownValue("")) == ["A"]
    assert [(a.name, a.scope) for a in seen.assignments][:2] == [("x", "f"), ("y", "f")]
    assert (sources.show("items"), sources.show("d"), sources.show("count")) == ([1], {"a": 1}, 0)
    assert list(sources.cls("A").namespace) == ["x"]
    assert sources.show("A.x") == 1
    assert [cls.name for cls in sources.run.classes(sources.module())] == ["A"]


def test_a_body_that_calls_something_large_is_seen_to_its_end() -> None:
    text = (
        "from lib import a\ndef large():\n    for i in range(1000):\n        for j in range(1000): pass\n"
        "def f():\n    x = large()\n    a(x)\n"
    )
    assert body(text) == [("<lib.a>(?)", "f")]


def test_depth_is_bounded() -> None:
    chain = (
        "".join(f"def f{i}(): return f{i + 1}()\n" for i in range(40)) + "def f40(): return 1\nx = f0()\ny = f35()\n"
    )
    sources = one(chain)
    assert (sources.show("x"), sources.show("y")) == ("?", 1)


def test_questions_from_outside_have_their_own_budget() -> None:
    sources = one("def f(): return [i for i in range(500)]\n", limits=limits(steps_per_body=2000))
    function = sources.value("f")
    for _ in range(20):
        assert len(show(sources.run.call(function, [], {}))) == 500
    assert isinstance(sources.run.call(sources.run.attribute(function, "x"), [], {}), Call)


def test_either_function() -> None:
    sources = one("if u:\n    def f(): return 1\nelse:\n    def f(): return 2\nx = f()\n")
    assert isinstance(sources.value("f"), Either)
    assert sources.show("x") == {"either": [1, 2]}
