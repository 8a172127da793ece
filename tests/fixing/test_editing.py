"""Edits change what they name, and nothing else."""

from __future__ import annotations

import pytest

from schema_lint.checking.finding import Edit
from schema_lint.facts.place import SourcePlace
from schema_lint.fixing import Misfit, edited


def place_of(source: str, text: str) -> SourcePlace:
    """Where the text stands in the source, as facts tell it: no further than its first line's end."""
    start = source.index(text)
    line = source.count("\n", 0, start) + 1
    column = start - (source.rfind("\n", 0, start) + 1) + 1
    first = text.split("\n", 1)[0]
    return SourcePlace("m.py", line, column, line, column + len(first))


def after(source: str, at: str, intent: str, name: str | None = None, value: str | None = None, *imports: str) -> str:
    edit = Edit(intent=intent, place=place_of(source, at), name=name, value=value, imports=imports)
    return edited(source.encode(), [edit]).decode()


FIELD = "x: int = Field(default=1)  # why\n"


@pytest.mark.parametrize(
    ("source", "at", "edit", "expected"),
    [
        ("x: int = Field()\n", "x: int", ("set-argument", "index", "True"), "x: int = Field(index=True)\n"),
        (FIELD, "x: int", ("set-argument", "index", "True"), "x: int = Field(default=1, index=True)  # why\n"),
        (FIELD, "x: int", ("set-argument", "default", "2"), "x: int = Field(default=2)  # why\n"),
        ("x = Field(a, b=1,)\n", "x =", ("set-argument", "c", "2"), "x = Field(a, b=1, c=2,)\n"),
        ("x = sa.Column(\n    a,\n    b=1,\n)\n", "x =", ("set-argument", "c", "2"),
         "x = sa.Column(\n    a,\n    b=1,\n    c=2,\n)\n"),
        ("x = sa.Column(\n    a,  # first\n    b=1  # last\n)\n", "x =", ("set-argument", "c", "2"),
         "x = sa.Column(\n    a,  # first\n    b=1,  # last\n    c=2\n)\n"),
        ("x = Column(\n    a,  # first\n    b=1,  # last\n)\n", "x =", ("set-argument", "c", "2"),
         "x = Column(\n    a,  # first\n    b=1,  # last\n    c=2,\n)\n"),
        ("x = Column(\n    a,\n)\n", "x =", ("set-argument", "c", "2"), "x = Column(\n    a,\n    c=2,\n)\n"),
        ("e = make(\n    u,\n)\n", "make(\n    u,\n)", ("set-argument", "c", "2"), "e = make(\n    u,\n    c=2,\n)\n"),
        (FIELD, "default=1", ("remove-argument", "default"), "x: int = Field()  # why\n"),
        ("x = f(a=1, b=2)\n", "b=2", ("remove-argument", "b"), "x = f(a=1)\n"),
        ("x = f(a=1, b=2)\n", "a=1", ("remove-argument", "a"), "x = f(b=2)\n"),
        ("x = f(\n    a=1,\n    b=2,\n)\n", "b=2", ("remove-argument", "b"), "x = f(\n    a=1,\n)\n"),
        ("x = f(g(b=1), b=2)\n", "b=1", ("remove-argument", "b"), "x = f(g(), b=2)\n"),
        ("x: 'A' = R()\n", "x:", ("set-annotation", None, "list['A']"), "x: list['A'] = R()\n"),
        ("x: int | None\n", "x:", ("set-value", None, "None"), "x: int | None = None\n"),
        ("f(d=utcnow)\n", "utcnow", ("replace-text", None, "lambda: now()"), "f(d=lambda: now())\n"),
        ('class A:\n    """Doc."""\n\n    x = 1\n', "class A", ("insert-statement", None, 'y = "a"'),
         'class A:\n    """Doc."""\n    y = "a"\n\n    x = 1\n'),
        ("class A: pass\n", "class A", ("insert-statement", None, "y = 1"), "class A:\n    y = 1\n"),
        ("def f():\n    pass\n", "def f", ("append-statement", None, "g()\nh()"), "def f():\n    g()\n    h()\n"),
        ("def f():\n  a()\n  # end\n", "def f", ("append-statement", None, "g()"), "def f():\n  a()\n  g()\n  # end\n"),
        ("def f():\n    # why\n    a()  # b\n", "a()", ("wrap-statement", None, "with c():"),
         "def f():\n    # why\n    with c():\n        a()  # b\n"),
    ],
)  # fmt: skip
def test_what_is_named_changes(source: str, at: str, edit: tuple[str, ...], expected: str) -> None:
    assert after(source, at, *edit) == expected


@pytest.mark.parametrize(
    ("source", "at", "edit"),
    [
        ("x: Mapped[int] = deferred(mapped_column())\n", "x:", ("set-argument", "index", "True")),
        ("x: int = Field(**options)\n", "x:", ("set-argument", "index", "True")),
        ("x = 1\n", "x =", ("set-argument", "index", "True")),
        ("x: int = 1\n", "x:", ("set-value", None, "None")),
        ("x = f(1)\n", "f(1)", ("remove-argument", "a")),
        ("x = 1\n", "x =", ("set-annotation", None, "int")),
        ("x = f(a)\n", "a", ("replace-text", None, "not an expression")),
        ("x = f(a\n", "a", ("replace-text", None, "b")),
        ("x = 1\n", "x =", ("sharpen", None, "b")),
    ],
)
def test_what_does_not_fit_is_refused(source: str, at: str, edit: tuple[str, ...]) -> None:
    with pytest.raises(Misfit):
        after(source, at, *edit)


@pytest.mark.parametrize(
    ("before", "name", "expected"),
    [
        ("", "uuid", "import uuid\n\n"),
        ("import uuid\n", "uuid", "import uuid\n"),
        ("from sqlalchemy import String\n", "sqlalchemy.DateTime", "from sqlalchemy import DateTime, String\n"),
        ("from sqlalchemy import DateTime\n", "sqlalchemy.DateTime", "from sqlalchemy import DateTime\n"),
    ],
)
def test_new_code_finds_its_names(before: str, name: str, expected: str) -> None:
    source = f"{before}x: int = Field()\n"
    assert after(source, "x:", "set-argument", "a", "b", name) == f"{expected}x: int = Field(a=b)\n"


@pytest.mark.parametrize("before", ["from models import DateTime\n", "class DateTime: ...\n", "DateTime = 1\n"])
def test_names_that_mean_something_else_are_not_taken(before: str) -> None:
    with pytest.raises(Misfit):
        after(f"{before}x: int = Field()\n", "x:", "set-argument", "a", "b", "sqlalchemy.DateTime")


def test_bare_annotations_get_the_call_that_makes_their_column() -> None:
    assert after("x: int\n", "x:", "set-argument", "index", "True") == (
        "from sqlmodel import Field\n\nx: int = Field(index=True)\n"
    )
    assert after("x: int = 1\n", "x:", "set-argument", "index", "True") == (
        "from sqlmodel import Field\n\nx: int = Field(default=1, index=True)\n"
    )
    assert after("x: Mapped[int]\n", "x:", "set-argument", "index", "True") == (
        "from sqlalchemy.orm import mapped_column\n\nx: Mapped[int] = mapped_column(index=True)\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbfx: int = Field()\n",
        b"# coding: latin-1\ny = '\xe9'\nx: int = Field()\n",
        b"y = 1\r\nx: int = Field()\r\n",
        b"\ty = 1\nx: int = Field()"[1:],
        b"y = '''\r\n \xc3\xa9 '''; z = 1\nx: int = Field()  \n\n\n",
    ],
)
def test_encoding_and_line_ends_stay(source: bytes) -> None:
    line = source[: source.index(b"x:")].count(b"\n") + 1
    place = SourcePlace("m.py", line, 1, line, 17)
    edit = Edit(intent="set-argument", place=place, name="index", value="True")
    assert edited(source, [edit]) == source.replace(b"Field()", b"Field(index=True)")


def test_several_edits_of_one_call() -> None:
    source = "x: int = Field(default=f(), a=1)\n"
    edits = [
        Edit(intent="remove-argument", place=place_of(source, "default"), name="default"),
        Edit(intent="set-argument", place=place_of(source, "x:"), name="default_factory", value="f"),
        Edit(intent="set-annotation", place=place_of(source, "x:"), value="int | None"),
    ]
    assert edited(source.encode(), edits) == b"x: int | None = Field(a=1, default_factory=f)\n"
