from __future__ import annotations

from typing import Any

import pytest

from evaluated import Sources, one, show
from schema_lint.evaluating import enums
from schema_lint.evaluating.values import Attribute, Call, Collection, Constant, Either, FunctionValue, UnknownValue


def test_a_class_keeps_what_its_body_says() -> None:
    sources = one(
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Base(Generic[T]): pass\n"
        "class User(Base[int], table=True):\n    '''Doc'''\n    id: int\n    name: str = 'x'\n    a = b = 1\n"
        "    def f(self): ...\n    class Inner: pass\n"
    )
    user = sources.cls("User")
    assert [show(base) for base in user.bases] == ["Base"]
    assert {key: show(value) for key, value in user.keywords.items()} == {"table": True}
    assert list(user.namespace) == ["name", "a", "b", "f", "Inner"]
    assert list(user.annotations) == ["id", "name"]
    assert user.assigned_sites["id"].text() == "id: int"
    assert show(user.namespace["Inner"]) == "User.Inner"
    assert user.key == "m.User"
    assert [cls.qualname for cls in sources.run.classes(sources.module())] == ["Base", "User.Inner", "User"]


def test_resolution_order() -> None:
    sources = one(
        "import lib\nclass A: x = 1\nclass B(A): pass\nclass C(A): x = 2\nclass D(B, C, lib.L): pass\n"
        "class Bad(A, B): pass\ny = D.x\n"
    )
    assert [show(value) for value in sources.cls("D").mro()] == ["D", "B", "C", "A", "<lib.L>"]
    assert sources.show("y") == 2
    assert {show(value) for value in sources.cls("Bad").mro()} == {"Bad", "A", "B"}
    assert sources.cls("D").derives_from("lib.L")


def test_column_expressions_are_kept_with_their_identity() -> None:
    sources = one(
        "from sqlalchemy import Column, MetaData, Index\nmeta = MetaData()\n"
        "class Mixin:\n    created = Column('c')\nclass Lib(object):\n    metadata = meta\n"
        "class User(Mixin, Lib, Column):\n    id = Column('id')\n"
        "x = User.id\ny = User.created\nz = Lib.metadata\nIndex('i', User.id)\n"
    )
    user = sources.cls("User")
    assert sources.value("x") is user.namespace["id"]
    inherited = sources.value("y")
    assert isinstance(inherited, Attribute)
    assert (inherited.value, inherited.name) == (user, "created")
    assert sources.value("z") is sources.value("meta")
    names = [show(call.function) for call in sources.run.calls(sources.module())]
    assert names == ["<sqlalchemy.MetaData>", "<sqlalchemy.Column>", "<sqlalchemy.Column>", "<sqlalchemy.Index>"]


def test_attributes_added_afterwards() -> None:
    sources = Sources(
        {
            "m.py": (
                "from sqlalchemy import Column\nclass User: a = 1\nUser.b = Column()\nsetattr(User, 'c', 2)\n"
                "User.a = 3\nfor n in ('d', 'e'):\n    setattr(User, f'{n}_id', n)\n"
            ),
            "n.py": "from m import User\nUser.f = 4\n",
        }
    )
    user = sources.cls("User")
    assert user.added == ["b", "c", "d_id", "e_id"]
    assert user.assigned_sites["b"].text() == "User.b = Column()"
    assert show(user.namespace["a"]) == 3
    sources.run.load(sources.module("n.py"))
    assert user.added[-1] == "f"


def test_assignments_below_what_is_not_known_are_recorded() -> None:
    sources = one(
        "from sqlmodel import SQLModel\nfrom flask import Flask\nSQLModel.metadata.naming_convention = {'ix': 'a'}\n"
        "app = Flask('x')\napp.config['URI'] = 'postgresql://'\nmeta = SQLModel()\nmeta.x = 1\ny = meta.x\n"
    )
    assignments = sources.run.assignments(sources.module())
    assert [(show(a.owner), a.name, show(a.key) if a.key else None) for a in assignments] == [
        ("<sqlmodel.SQLModel.metadata>", "naming_convention", None),
        ("<flask.Flask>(x).config", None, "URI"),
        ("<sqlmodel.SQLModel>()", "x", None),
    ]
    assert sources.show("y") == 1


def test_undecided_members_of_a_class() -> None:
    user = one(
        "import os\nclass User:\n    x = 1\n    if os.environ.get('A'):\n        y = 2\n        x = 3\n    else:\n"
        "        z = 4\n"
    ).cls("User")
    assert show(user.namespace["x"]) == {"either": [3, 1]}
    assert isinstance(user.namespace["y"], Either)
    assert isinstance(user.namespace["y"].options[1], UnknownValue)
    assert show(user.namespace["z"]) == {"either": [4, "?"]}


def test_init_subclass_is_carried_out() -> None:
    sources = one(
        "class Base:\n    def __init_subclass__(cls, prefix='', **kw):\n        super().__init_subclass__(**kw)\n"
        "        cls.__tablename__ = prefix + cls.__name__.lower()\n"
        "class Mixin(Base):\n    def __init_subclass__(cls, **kw):\n        super().__init_subclass__(**kw)\n"
        "        cls.seen = True\n"
        "class User(Mixin, prefix='app_', table=True): pass\n"
        "x = (User.__tablename__, User.seen, Mixin.__tablename__)\n"
    )
    assert sources.show("x") == ("app_user", True, "mixin")
    assert sources.cls("User").added == ["__tablename__", "seen"]


def test_decorators_of_classes() -> None:
    sources = one(
        "import functools\nfrom dataclasses import dataclass\nfrom lib import register\n"
        "def table(cls):\n    cls.__tablename__ = cls.__name__ + 's'\n    return cls\n"
        "def named(name):\n    def wrap(cls):\n        cls.name = name\n        return dataclass(cls)\n"
        "    return wrap\n"
        "@register\n@register('x')\n@named('n')\n@table\nclass A: pass\n"
    )
    a = sources.cls("A")
    assert (show(a.namespace["__tablename__"]), show(a.namespace["name"])) == ("As", "n")
    assert [show(d) for d in a.decorators] == ["<lib.register>", "<lib.register>(x)", "<dataclasses.dataclass>"]
    assert a.rest is None


def test_a_decorator_that_cannot_be_followed_leaves_the_class_open() -> None:
    a = one("def deco(cls):\n    return unknown(cls, 1)(2)\n@deco\nclass A: pass\n").cls("A")
    assert a.rest is not None


def test_classes_made_by_calls() -> None:
    sources = one(
        "class Base: pass\ndef make(name):\n    class Local(Base):\n        __tablename__ = name\n    return Local\n"
        "A = make('a')\nB = make('b')\n"
        "for n in ('X', 'Y'):\n    globals()[n] = type(n, (Base,), {'__tablename__': n.lower(), 'v': 1})\n"
        "C = type('C', (Base,), unknown)\nD = type(unknown, (), {})\n"
    )
    assert sources.cls("A") is not sources.cls("B")
    assert (sources.cls("A").qualname, show(sources.cls("B").namespace["__tablename__"])) == (
        "make.<locals>.Local",
        "b",
    )
    made = [cls for cls in sources.run.classes(sources.module()) if cls.synthetic]
    assert [(cls.name, show(cls.lookup("__tablename__") or Constant(None))) for cls in made] == [
        ("X", "x"),
        ("Y", "y"),
        ("C", None),
    ]
    assert sources.cls("X") is made[0]
    assert made[2].rest is not None
    assert isinstance(sources.value("D"), Call)


def test_super_finds_the_next_class() -> None:
    sources = one(
        "class A:\n    __table_args__ = ('a',)\n    def f(self): return 'A.f'\n    @classmethod\n"
        "    def g(cls): return cls.__name__\n"
        "class B:\n    __table_args__ = ('b',)\n"
        "class C(A, B):\n    def f(self): return super().f() + '!'\n    @classmethod\n"
        "    def g(cls): return super().g() + '?'\n"
        "    @classmethod\n    def args(cls): return super().__table_args__ + ('c',)\n"
        "x = (C().f(), C.g(), C.args())\n"
    )
    assert sources.show("x") == ("A.f!", "C?", ("a", "c"))


def test_properties_and_methods() -> None:
    sources = one(
        "import functools\nclass Settings:\n    host = 'h'\n    def __init__(self, port=1, *, name='n'):\n"
        "        self.port = port\n        self.name = name\n"
        "    @property\n    def url(self): return f'{self.host}:{self.port}/{self.name}'\n"
        "    @url.setter\n    def url(self, value): ...\n"
        "    @functools.cached_property\n    def twice(self): return self.url * 2\n"
        "    @staticmethod\n    def s(x): return x\n    @classmethod\n    def c(cls): return cls.host\n"
        "    def __call__(self): return 'called'\n    def __getitem__(self, key): return key\n"
        "s = Settings(2, name='db')\n"
        "x = (s.url, s.s(1), Settings.s(2), s.c(), Settings.c(), s(), s['k'], s.missing)\n"
    )
    assert sources.show("x") == ("h:2/db", 1, 2, "h", "h", "called", "k", "Settings object.missing")
    assert sources.show("Settings.url") == "Settings.url"


def test_objects_without_init_have_their_arguments() -> None:
    sources = one(
        "from dataclasses import dataclass\nfrom pydantic_settings import BaseSettings\n"
        "@dataclass\nclass P:\n    x: int\n    y: int = 2\n"
        "class S(BaseSettings):\n    url: str = 'default'\n    other: str\n"
        "a = (P(1).x, P(1).y, P(1, y=3).y)\ns = S()\nb = (s.url, s.other, S(url='given').url)\n"
    )
    assert sources.show("a") == (1, 2, 3)
    assert sources.show("b") == ("default", "S object.other", "given")


def test_descriptors_of_the_project() -> None:
    sources = one(
        "class classproperty:\n    def __init__(self, f): self.f = f\n"
        "    def __get__(self, instance, owner): return self.f(owner)\n"
        "class A:\n    @classproperty\n    def name(cls): return cls.__name__.lower()\nclass B(A): pass\n"
        "x = (A.name, B.name, B().name)\n"
    )
    assert sources.show("x") == ("a", "b", "b")


def test_decorators_that_a_reader_declares_as_class_properties() -> None:
    text = (
        "from sqlalchemy.orm import declared_attr\nclass A:\n    @declared_attr\n"
        "    def __tablename__(cls): return cls.__name__\n"
        "class B(A): pass\nx = B.__tablename__\n"
    )
    assert one(text, class_properties=frozenset({"sqlalchemy.orm.declared_attr"})).show("x") == "B"
    sources = one(text)
    assert sources.show("x") == "A.__tablename__"
    function = sources.cls("A").namespace["__tablename__"]
    assert isinstance(function, FunctionValue)
    assert show(sources.run.call_undecorated(function, [sources.cls("B")], {})) == "B"


def test_what_a_class_has() -> None:
    text = (
        "import lib\nclass A:\n    x = 1\n    note: int\nclass B(A, lib.L): pass\n"
        "a = (hasattr(A, 'x'), hasattr(A, 'y'), hasattr(A, 'note'), getattr(A, 'y', 'd'), hasattr(B, 'x'))\n"
        "b = hasattr(B, 'y')\nc = getattr(B, 'y', 'd')\nd = [k for k in A.__dict__]\n"
        "e = [k.__name__ for k in A.__mro__]\n"
        "f = (issubclass(A, A), issubclass(A, B), isinstance(A(), A), issubclass(B, A), issubclass(B, lib.L))\n"
        "g = issubclass(B, lib.M)\nh = type(A()) is A\n"
    )
    sources = one(text)
    assert sources.show("a") == (True, False, False, "d", True)
    assert isinstance(sources.value("b"), Call)
    assert sources.show("c") == {"either": ["B.y", "d"]}
    assert (sources.show("d"), sources.show("e")) == (["x"], ["A"])
    assert sources.show("f") == (True, False, True, True, True)
    assert isinstance(sources.value("g"), Call)
    assert sources.show("h") is True
    known = one(text, attributes_of=lambda value: frozenset({"metadata"}))
    assert (known.show("b"), known.show("c")) == (False, "d")


def test_metaclasses() -> None:
    sources = one(
        "from lib import Meta\nclass M(type):\n    def __init__(cls, name, bases, namespace):\n"
        "        cls.made = name\n"
        "    def all(cls): return cls.__name__\n"
        "class A(metaclass=M): pass\nclass B(A): pass\nclass C(metaclass=Meta): pass\n"
        "class N(type):\n    def __new__(mcs, *a): ...\nclass D(metaclass=N): pass\nx = (B.made, B.all())\n"
    )
    assert sources.show("x") == ("B", "B")
    assert (sources.cls("C").metaclass, sources.cls("C").rest) == (sources.run.symbol("lib.Meta"), None)
    assert sources.cls("D").rest is not None


ENUMS: list[tuple[str, Any]] = [
    ("class E(Enum):\n    A = 'a'\n    B = 'b'", [("A", "a"), ("B", "b")]),
    ("class E(str, Enum):\n    A = 'a'\n    ALSO = 'a'\n    def f(self): ...", [("A", "a")]),
    ("class E(IntEnum):\n    A = auto()\n    B = 5\n    C = auto()", [("A", 1), ("B", 5), ("C", 6)]),
    ("class E(StrEnum):\n    OPEN = auto()\n    DONE = 'x'", [("OPEN", "open"), ("DONE", "x")]),
    ("class E(Flag):\n    A = auto()\n    B = auto()\n    C = auto()", [("A", 1), ("B", 2), ("C", 4)]),
    (
        "class Auto(str, Enum):\n    def _generate_next_value_(name, *a): return name.lower()\nclass E(Auto):\n"
        "    A = auto()",
        [("A", "a")],
    ),
    ("E = Enum('E', 'A B')", [("A", 1), ("B", 2)]),
    ("E = Enum('E', {'A': 'x'})", [("A", "x")]),
    ("E = Enum('E', [('A', 1), ('B', 2)], type=str)", [("A", 1), ("B", 2)]),
    ("class E(Enum):\n    _ignore_ = []\n    A = 1, 'x'\n    __slots__ = ()", [("A", (1, "x"))]),
]


@pytest.mark.parametrize(("text", "expected"), ENUMS, ids=range(len(ENUMS)))
def test_enum_members(text: str, expected: Any) -> None:
    cls = one(f"from enum import *\n{text}\n".replace("*", "Enum, IntEnum, StrEnum, Flag, auto", 1)).cls("E")
    assert [(member.name, show(member.value)) for member in enums.members(cls)] == expected


def test_enums_in_expressions() -> None:
    sources = one(
        "import enum\nclass S(str, enum.Enum):\n    A = 'a'\n    B = 'b'\n    @property\n"
        "    def label(self): return self.value.title()\n"
        "x = ([s.value for s in S], S.A.name, S('b').name, S['B'].value, S.A == 'a', S.A is S.A, len(S), S.A.label)\n"
        "y = ', '.join(repr(s.value) for s in S)\nz = list(S)\nw = f'{S.A}'\nv = S.A in (S.A, S.B)\nu = S.A.upper()\n"
        "t = [k for k in S.__members__]\n"
    )
    assert sources.show("x") == (["a", "b"], "A", "B", "b", True, True, 2, "A")
    assert sources.show("y") == "'a', 'b'"
    assert sources.show("z") == ["S.A", "S.B"]
    assert sources.show("w") == ["f", "S.A"]
    assert (sources.show("v"), sources.show("u"), sources.show("t")) == (True, "A", ["A", "B"])


def test_lists_shared_between_classes_are_one_object() -> None:
    sources = one("shared = [1]\nclass A: x = shared\nclass B: x = shared\nA.x.append(2)\n")
    first, second = sources.cls("A").namespace["x"], sources.cls("B").namespace["x"]
    assert isinstance(first, Collection)
    assert first is second
    assert show(first) == [1, 2]
