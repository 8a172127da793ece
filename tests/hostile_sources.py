"""Source that means harm, by what it does: nests, loops, multiplies, inherits in circles, holds too much of one thing.

Each is a file beside a table of its own, which must be found all the same.
"""

from __future__ import annotations

HEAD = """
from sqlalchemy import (CheckConstraint, Column, Enum, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint,
                        create_engine, func)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, relationship
class Base(DeclarativeBase): ...
"""
TABLE = """
class Kept(Base):
    __tablename__ = "kept"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
MODEL = "class U(Base):\n    __tablename__ = 'u'\n    id = Column(Integer, primary_key=True)\n"
MANY = 10_000


def _lines(template: str, count: int) -> str:
    """One line (or several) for each number: `{i}`, and `{j}` for the next one."""
    return "".join(template.replace("{i}", str(i)).replace("{j}", str(i + 1)) for i in range(count))


def _steps(line: str, count: int, end: str) -> str:
    """Lines that are each one step further to the right."""
    return "".join(" " * i + line.replace("{i}", str(i)) + "\n" for i in range(count)) + " " * count + end + "\n"


DEEP = {
    "parentheses": "x = " + "(" * MANY + "1" + ")" * MANY,
    "brackets": "x = " + "[" * MANY + "]" * MANY,
    "braces": "x = " + "{" * MANY + "1" + "}" * MANY,
    "as deep as Python goes": "x = " + "(" * 90 + "1" + ")" * 90,
    "attributes": "x = a" + ".b" * MANY,
    "calls": "x = f" + "()" * MANY,
    "calls in calls": "x = " + "f(" * 90 + ")" * 90,
    "subscripts": "x = a" + "[0]" * MANY,
    "sums": "x = 1" + " + 1" * MANY,
    "sums to the right": "x = " + "1 + (" * 80 + "1" + ")" * 80,
    "strings added": "x = 'a'" + " + 'b'" * MANY,
    "powers": "x = 9" + " ** 9" * MANY,
    "signs": "x = " + "-" * MANY + "1",
    "nots": "x = " + "not " * MANY + "1",
    "ors": "x = a" + " or a" * MANY,
    "comparisons": "x = a" + " < a" * MANY,
    "ternaries": "x = " + "1 if a else " * MANY + "2",
    "lambdas": "x = " + "lambda: " * MANY + "2",
    "walruses": "x = " + "(y := " * 90 + "1" + ")" * 90,
    "f-strings": "x = f'" + "{a}" * 3_000 + "'\ny = " + "f\"{f'{1}'}\"",
    "strings side by side": "x = " + "'a' " * MANY,
    "ifs": _steps("if a:", 99, "x = 1"),
    "ifs, too deep": _steps("if a:", 1_000, "x = 1"),
    "elifs": "if a: pass\n" + "elif a: x = 1\n" * MANY,
    "classes": _steps("class C{i}:", 99, "x = 1"),
    "functions": _steps("def f{i}():", 99, "return 1") + "x = f0()",
    "loops": _steps("for i in range(9):", 19, "x = i"),
    "withs": _steps("with a:", 19, "x = 1"),
    "decorators": "@d\n" * MANY + "class D: ...",
    "except clauses": "try: x = 1\n" + "except A: x = 2\n" * 3_000,
    "cases": "match a:\n" + _lines("    case {i}: x = {i}\n", 3_000),
    "alternatives of a case": "match a:\n    case " + " | ".join(map(str, range(MANY))) + ": x = 1",
    "targets": "x = " * MANY + "1",
    "attribute targets": "x.y = " * MANY + "1",
    "unpacking": "a, *b = " * 200 + "range(10000)",
    "an annotation": MODEL + "    x: Mapped[" + "Optional[" * 90 + "int" + "]" * 90 + "]",
    "a union": MODEL + "    x: Mapped[int" + " | int" * MANY + "]",
    "an annotation in a string": MODEL + "    x: Mapped['" + "Optional[" * MANY + "int" + "]" * MANY + "']",
    "a union in a string": MODEL + "    x: Mapped['int" + " | int" * MANY + "']",
    "a target in a string": MODEL + "    x = relationship('" + "(" * MANY + "U" + ")" * MANY + "')",
    "a dotted target": MODEL + "    x = relationship('U" + ".U" * MANY + "')",
    "a join in a string": MODEL + "    x = relationship('U', primaryjoin='" + "and_(" * MANY + ")" * MANY + "')",
    "a target in lambdas": MODEL + "    x = relationship(" + "lambda: " * 50 + "U)",
    "a continued line": "x = " + "1 + \\\n" * MANY + "1",
}

_BIG_NUMBERS = (
    """
a = 2 ** 10 ** 8
b = 10 ** 10 ** 10
c = 9 ** 9 ** 9 ** 9
d = 1 << 10 ** 9
e = pow(2, 10 ** 9)
f = (1 << 100000) ** 1000
g = 1
for i in range(10000): g = g * g + 1
h = 3
"""
    + "h = h * h\n" * 60
    + """
i = f"{h} {str(h)} {h / 3}"
j = int("9" * 100000)
k = "%d" % h
l = float(h)
m = round(1e308 * 10)
n = int(float("inf"))
o = 1 // 0 + 1 % 0
p = chr(10 ** 9)
q = "%c" % 10 ** 9
r = bytes(10 ** 10)
s = 1 << -1
"""
)
_LONG_TEXTS = (
    """
a = "x" * 10 ** 10
b = "x" * 10 ** 6 * 10 ** 6
c = b"x" * 10 ** 9
d = f"{'x':>1000000000}"
e = "%1000000000d" % 1
f = "{:>1000000000}".format(1)
g = "a".ljust(10 ** 9) + "a".rjust(10 ** 9) + "a".center(10 ** 9) + "a".zfill(10 ** 9)
h = "a".join(["b"] * 10 ** 9)
i = "\\t".expandtabs(10 ** 9)
j = format(1, "1000000000")
k = "a".replace("", "b" * 10 ** 6).replace("b", "c" * 10 ** 6)
l = "a"
"""
    + "l = l + l\n" * 100
)
_COLLECTIONS = (
    """
a = list(range(10 ** 9))
b = [i for i in range(10 ** 12)]
c = [[i for i in range(10 ** 4)] for j in range(10 ** 4)]
d = [(i, j, k) for i in range(999) for j in range(999) for k in range(999)]
e = {i: j for i in range(10 ** 9) for j in range(10 ** 9)}
f = [1]
for i in range(1000): f += f
g = [0]
for i in range(1000): g = [g, g]
h = (1,)
"""
    + "h = h * 1000\n" * 10
    + "k = [1]\n"
    + "k = [*k, *k]\n" * 200
    + "m = {'a': 1}\n"
    + _lines("m = {**m, 'k{i}': m}\n", 300)
)
_GENERATORS = """
import itertools
def g():
    while True: yield 1
a = list(g())
b = [*g()]
c = list(itertools.count())
d = list(itertools.product(range(1000), repeat=10))
e = list(itertools.permutations(range(100)))
f = list(itertools.chain.from_iterable([range(10 ** 6)] * 10 ** 6))
h = list(zip(itertools.count(), itertools.cycle([1])))
"""
_PATTERNS = """
import re
a = re.sub("(a+)+$", "x", "a" * 60 + "b")
b = re.sub("(.*)*y", "x", "a" * 200)
c = re.match("(a|a)*b", "a" * 60)
d = re.sub("(" * 500, "", "a")
e = re.compile("(a*)*b").sub("", "a" * 60)
f = re.sub("(?:(?:a{1000}){1000}){1000}", "", "a")
g = re.findall("(a?){60}a{60}", "a" * 60)
class P(Base):
    __tablename__ = re.sub("(a+)+$", "x", "a" * 60 + "b")
    id = Column(Integer, primary_key=True)
"""
_RECURSION = """
def f(x): return f(x + 1)
def g(x): return g(g(x))
def h(x): return [h(x), h(x)]
def fib(n): return fib(n - 1) + fib(n - 2) if n > 1 else n
def even(n): return odd(n - 1)
def odd(n): return even(n - 1)
def column(n): return column(n + 1) or Column(Integer)
def A(m, n):
    if m == 0: return n + 1
    if n == 0: return A(m - 1, 1)
    return A(m - 1, A(m, n - 1))
def make():
    class X(make()): ...
    return X
a, b, c, d, e, i, j = f(1), g(1), h(1), fib(1000), even(10), A(5, 5), make()
class R(Base):
    __tablename__ = "r"
    id = Column(Integer, primary_key=True)
    c = column(1)
    @declared_attr
    def d(cls): return cls.d
    @property
    def p(self): return self.p
    def __getattr__(self, name): return getattr(self, name)
x = R().p, R().q
"""
_SELVES = (
    """
import copy
x = []
x.append(x)
x.extend(x)
for i in x: x.append(i)
d = {}
d["d"] = d
y = str(x), f"{x}{d}", repr(d), x == x, sorted(x), [*x, *x], x + x, copy.deepcopy(x)
class O: ...
o = O()
o.o = o
z = o"""
    + ".o" * 5_000
    + """
class S(Base):
    __tablename__ = "s"
    __table_args__ = x
    __mapper_args__ = d
    id = Column(Integer, primary_key=True, default=x, info=d, server_default=x)
    e = Column(Enum(*x))
    f = Column(o, default=o)
"""
)
_SHARED = (
    """
x = a
"""
    + "x = x + x\n" * 200
    + "y = a\n"
    + "y = y or y\n" * 200
    + "f = func.lower(a)\n"
    + "f = func.coalesce(f, f, f)\n" * 100
    + """
class S(Base):
    __tablename__ = "s"
    __table_args__ = (Index("i", x), Index("j", f), CheckConstraint(f), CheckConstraint(x), UniqueConstraint(x, f))
    id = Column(Integer, primary_key=True, default=x, server_default=x, nullable=y, index=y)
    b = Column(Integer, default=f, server_default=f, info={"a": x})
    r = relationship("S", primaryjoin=x, order_by=f, foreign_keys=[x], remote_side=f)
Index("k", x, f)
create_engine(x)
create_engine(f"{x}{x}")
"""
)
LOOPS = {
    "for ever": "while True:\n  while True:\n    while True:\n      x = 1",
    "while something": "while a:\n  while a:\n    while a:\n      while a:\n        while a:\n          x = 1",
    "a thousand million times": "for i in range(10 ** 9):\n  for j in range(10 ** 9):\n    x = i",
    "big numbers": _BIG_NUMBERS,
    "long texts": _LONG_TEXTS,
    "collections": _COLLECTIONS,
    "generators": _GENERATORS,
    "patterns": _PATTERNS,
    "recursion": _RECURSION,
    "values that hold themselves": _SELVES,
    "shared parts": _SHARED,
    "names either way": _lines("if a{i}: x = 1\nelse: x = x{i}\n", 2_000),
    "branches of a function": "def f(a):\n" + "    if a: a = a.b\n" * 300 + "    return a\nx = f(1), f(q)",
    "calls either way": _lines("def f{i}(a):\n    if b: return f{j}(a)\n    return f{j}([a, a])\n", 200) + "x = f0(1)",
    "many names and conditions": _lines("n{i} = {i}\n", 5_000) + "if a: z = 1\n" * 1_000,
}

INHERITANCE = {
    "itself": "class X(X): ...\nclass Y(Y, Base):\n    __tablename__ = 'y'\n    id = Column(Integer)",
    "a circle": "class A(B): ...\nclass B(C): ...\nclass C(A): ...\nclass D(A, Base):\n    __tablename__ = 'd'",
    "a chain": "class C0: ...\n" + _lines("class C{j}(C{i}): ...\n", 3_000)
    + "class X(C3000, Base):\n    __tablename__ = 'x'\n    id = Column(Integer, primary_key=True)",
    "a chain of models": MODEL.replace("U", "C0") + _lines("class C{j}(C{i}): ...\n", 300),
    "diamonds": "class A0: ...\nclass B0: ...\n"
    + _lines("class A{j}(A{i}, B{i}): ...\nclass B{j}(A{i}, B{i}): ...\n", 200)
    + "class X(A200, B200, Base):\n    __tablename__ = 'x'\n    id = Column(Integer, primary_key=True)",
    "very many bases": _lines("class C{i}: ...\n", 3_000)
    + "class X(" + ", ".join(f"C{i}" for i in range(3_000)) + ", Base):\n    __tablename__ = 'x'",
    "one base again and again": "class X(" + "Base, " * MANY + "):\n    __tablename__ = 'x'",
    "metaclasses": "class M(M): ...\nclass X(metaclass=X): ...\nclass Y(Base, metaclass=M):\n    __tablename__ = 'y'",
    "a mixin for many": "class Mixin:\n" + _lines("    c{i} = Column(Integer)\n", 40)
    + _lines("class C{i}(Mixin, Base):\n    __tablename__ = 'c{i}'\n    id = Column(Integer, primary_key=True)\n", 40),
}  # fmt: skip

WIDE = {
    "columns": MODEL + _lines("    c{i} = Column(Integer, index=True)\n", 1_500),
    "annotations": MODEL + _lines("    a{i}: int\n", MANY) + _lines("    b{i} = 1\n", MANY),
    "foreign keys to itself": MODEL
    + _lines("    c{i} = Column(ForeignKey('u.id'))\n    r{i} = relationship('U', foreign_keys=[c{i}])\n", 150),
    "constraints": MODEL + "    __table_args__ = ("
    + _lines("Index('i{i}', 'id'), UniqueConstraint('id'), CheckConstraint('id > {i}'),", 200) + ")",
    "tables": _lines("class C{i}(Base):\n    __tablename__ = 'c{i}'\n    id = Column(ForeignKey('c{j}.id'))\n", 300),
    "one table again and again": MODEL * 150,
    "core tables": "m = MetaData()\n" + _lines("Table('t{i}', m, Column('f', ForeignKey('t{j}.id')))\n", 300),
    "members of an enum": "import enum\nclass E(enum.Enum):\n" + _lines("    a{i} = {i}\n", 3_000) + MODEL
    + "    e = Column(Enum(E))\n    f = Column(Enum(" + ", ".join(f"'v{i}'" for i in range(3_000)) + "))",
    "imports": _lines("from .m{i} import a{i}\n", 3_000),
    "star imports": _lines("from m{i} import *\n", 1_000) + "x = undefined\n" * 100,
    "engines": _lines("e{i} = create_engine('postgresql://u:p{i}@h{i}.example.org/d')\n", 500),
    "engines of a function": _lines("def f{i}(u): return create_engine(u)\nf{i}(os.getenv('X'))\n", 200),
    "sessions": _lines("def f{i}():\n    s = Session()\n    s.execute('CREATE TABLE x')\n", 500),
    "statements on a line": "x = 1;" * MANY,
    "spaces": " " * 500_000 + "\n" + "#" * 500_000 + "\n" + ("x = 1" + " " * 1_000 + "\n") * 300,
    "signs of passwords": "x = '''" + "password=a://b:c@d " * 20_000 + "'''\ny = '" + "a://" * 50_000 + "'\nz = '"
    + ":@" * 50_000 + "'\nw = 'postgresql://" + "a:" * 50_000 + "'",
    "signs of SQL": "x = '''" + "create " * 50_000 + "'''\ny = '" + "CREATE OR REPLACE " * 9_000 + "'",
    "signs of suppressions": "x = 1  # schema-lint: ignore[" + "FK001," * 20_000 + "]\n# "
    + "schema-lint: " * 20_000 + "\n# schema-lint: ignore[\n# schema-lint: ignore\n# schema-lint: ignore[]\n"
    + "# schema-lint: ignore[FK001] x\n" * 2_000,
    "a long name": "class " + "X" * 50_000 + "(Base):\n    __tablename__ = '" + "y" * 50_000 + "'\n"
    + "    id = Column(Integer)\n    f = Column(ForeignKey('" + "z" * 50_000 + ".q'))",
}  # fmt: skip

_ESCAPES = r"\x1b[31m\x1b]0;title\x07\n::error file=a::x\r\n%0A::set-output name=a::b \u202e \u2028 | ` <script> ]]>"
TEXTS = {
    "escape sequences in names": f"class X(Base):\n    __tablename__ = '{_ESCAPES}'\n    id = Column(Integer)\n"
    f"    a = Column('{_ESCAPES}', ForeignKey('{_ESCAPES}.id'))\n"
    f"    r = relationship('{_ESCAPES}', back_populates='{_ESCAPES}')\n    x: Mapped['{_ESCAPES}']",
    "raw escape sequences": "class X(Base):\n    __tablename__ = '\x1b[31mx\x07'\n    id = Column(Integer)  # \x1b[2J\n"
    "    # schema-lint: ignore[\x1b] x\n    # schema-lint: ignore[FK001] \x1b[31m",
    "form feeds and other line ends": "\x0c\n\x0c\n" + MODEL
    + "    a = Column(Integer, ForeignKey('q.id'))  # \x0c\x1c x\u2028 y\x85 z",
    "unpaired surrogates": MODEL + r"    a = Column('\ud800', ForeignKey('\udfff.id'))" + "\n"
    + r"    __table_args__ = {'schema': '\ud83d', 'comment': '\udc80'}" + "\n"
    + r"Index('\udc80', U.a)" + "\n" + r"create_engine('postgresql://\ud800%41:x@db.example.org/d')",
    "null characters in names": r"class X(Base):" + "\n" + r"    __tablename__ = 'a\0b'" + "\n    id = Column(Integer)",
    "wide characters": "class 漢字(Base):\n    __tablename__ = '漢字👩‍👩‍👧é'\n    ñ = Column(ForeignKey('漢.字'))",
    "no end of the last line": MODEL.rstrip(),
}  # fmt: skip

FAMILIES = {
    "deep": DEEP, "loops": LOOPS, "inheritance": INHERITANCE, "wide": WIDE, "texts": TEXTS,
}  # fmt: skip
