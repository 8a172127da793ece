from __future__ import annotations

from typing import Any

import pytest

from evaluated import Sources, one, show
from schema_lint.evaluating.values import Constant, Site

HEAD = "import typing as t\nfrom typing import Annotated, List, Literal, Optional\n"
HEAD += "from sqlalchemy.orm import Mapped, mapped_column\n"

ANNOTATIONS: list[tuple[str, Any]] = [
    ("int", "<builtins.int>"),
    ("'User'", "User"),
    ("Later", "Later"),
    ("Mapped['User | None']", "<sqlalchemy.orm.Mapped>[['|', 'User', None]]"),
    ("'Mapped[List[\"User\"]]'", "<sqlalchemy.orm.Mapped>[<typing.List>[User]]"),
    (
        "Optional[t.Dict[str, 'Later']]",
        "<typing.Optional>[<typing.Dict>[(<builtins.str>, 'Later')]]".replace(
            "<builtins.str>, 'Later'", "'<builtins.str>', 'Later'"
        ),
    ),
    ("Literal['User', 1]", "<typing.Literal>[('User', 1)]"),
    ("Annotated['User', 'User']", "<typing.Annotated>[('User', 'User')]"),
    (
        "Annotated[int, mapped_column(primary_key=True)]",
        "<typing.Annotated>[('<builtins.int>', '<sqlalchemy.orm.mapped_column>(primary_key=True)')]",
    ),
    ("alias", "<typing.Annotated>[('<builtins.int>', 'x')]"),
    ("'not an expression ('", "?"),
    ("'missing'", "?"),
    ("Inner", "A.Inner"),
    ("None", None),
]


@pytest.mark.parametrize(("text", "expected"), ANNOTATIONS, ids=[text for text, _ in ANNOTATIONS])
def test_annotations(text: str, expected: Any) -> None:
    sources = one(
        f"{HEAD}alias = Annotated[int, 'x']\nclass User: pass\nclass A:\n    class Inner: pass\n    x: {text}\n"
        f"class Later: pass\n"
    )
    note = sources.cls("A").annotations["x"]
    assert show(sources.run.annotation(note)) == expected
    assert sources.run.annotation(note) is sources.run.annotation(note)
    assert note.text() == text


def test_annotations_in_a_function_s_class_see_its_names() -> None:
    sources = one("def make():\n    class L: pass\n    class A:\n        x: 'L'\n    return A\nA = make()\n")
    assert show(sources.run.annotation(sources.cls("A").annotations["x"])) == "make.<locals>.L"


def test_the_site_of_a_name_in_a_string_is_the_string() -> None:
    sources = one("class A:\n    x: 'B[int]'\n")
    value = sources.run.annotation(sources.cls("A").annotations["x"])
    assert value.site is not None
    assert value.site.text() == "'B[int]'"


def test_expressions_in_strings() -> None:
    sources = Sources({"m.py": "class User:\n    id = 1\nx = 'here'\n"})
    module = sources.module()
    site = Site(module, module.tree.body[0])
    user = sources.cls("User")
    names = {"Task": user}
    assert show(sources.run.evaluate("Task.id", names.get, site)) == 1
    assert show(sources.run.evaluate("[User.id, x]", sources.run.load(module), site)) == [1, "here"]
    assert show(sources.run.evaluate("(", names.get, site)) == "?"
    assert show(sources.run.evaluate("x", Constant, site)) == "x"


def test_postponed_annotations_are_noticed() -> None:
    assert one("'''Doc'''\nfrom __future__ import annotations\n").module().postponed_annotations
    assert not one("import annotations\n").module().postponed_annotations
