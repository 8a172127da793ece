from __future__ import annotations

import ast

import pytest

from evaluated import one, show
from schema_lint.evaluating.files import ReadError
from schema_lint.evaluating.lexing import comments, tokens
from schema_lint.evaluating.newer_syntax import rewrite
from schema_lint.evaluating.parsing import parse

DEEP = [
    "(" * 10_000 + ")" * 10_000,
    "-" * 10_000 + "1",
    "x" + ".y" * 10_000,
    "1" + " + 1" * 20_000,
    "lambda: " * 10_000 + "1",
    "if x: pass\n" + "elif x: pass\n" * 10_000,
    "\n".join(" " * i + "if x:" for i in range(200)),
]


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_deep_nesting_is_an_error_or_read(text: str) -> None:
    sources = one(text + "\n")
    sources.run.load(sources.module())
    error = sources.module().error
    assert error is None or error.kind == "too-deep"


@pytest.mark.parametrize("text", ["def", "x = \0", "'", "x = (", "\tx\n        y", "é = €", "print 'x'", "x = 0777"])
def test_what_is_not_python_says_where(text: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse(text)
    assert caught.value.kind == "syntax"
    assert caught.value.line >= 1


LARGE = {
    "a list": "x = [" + "1," * 200_000 + "]",
    "a dict": "x = {" + "1: 2, " * 100_000 + "}",
    "strings": "x = [" + "'', " * 200_000 + "]",
    "statements on a line": "x;" * 200_000,
    "statements": "x\n" * 200_000,
    "f-strings": "x = (" + "f'{a}', " * 100_000 + ")",
    "one f-string": "# data\nx = f'" + "{a}" * 60_000 + "'",
}


@pytest.mark.parametrize("name", LARGE)
def test_tables_of_data_are_too_large(name: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse(LARGE[name])
    assert caught.value.kind == "too-large"


READ = {
    "a megabyte of code": 'def function(argument: int = 1) -> str:\n    """Do it."""\n    return argument.x\n\n\n'
    * 12_500,
    "data in a string": "x = '''" + "1, 2, 3\n" * 200_000 + "'''",
    "base64": "x = '" + "a+" * 900_000 + "'",
    "comments": "x = 1\n" + "# 1, 2, 3, 4\n" * 100_000,
}


@pytest.mark.parametrize("name", READ)
def test_large_files_of_code_and_data_in_strings_are_read(name: str) -> None:
    assert parse(READ[name])[0].body


NEWER = [
    ("try:\n    x\nexcept A, B:\n    pass\n", "try:\n    x\nexcept (A, B):\n    pass", (3, 1)),
    (
        "if 1:\n    try: x\n    except  a.A, B :  # c\n        y = 1\n",
        "if 1:\n    try: x\n    except (a.A, B):  # c\n        y = 1",
        (3, 1),
    ),
    ("type X[T] = list[T]\n", "X = list[T]", (1, 1)),
    ("type = 1\ntype(x)\ntype X = int\n", "type = 1\ntype(x)\nX = int", (3, 1)),
    ("class A[T: int = str, *Ts](B): pass\n", "class A(B): pass", (1, 8)),
    ("class A[\n    T,\n](B):\n    x = 1\n", "class A(B):\n    x = 1", (1, 8)),
    ("def f[**P](x): pass\n", "def f(x): pass", (1, 6)),
    ("x = t'{a}'\n", "x = f'{a}'", (1, 5)),
    ('x = f"{a["b"]}"\n', "x = f\"{a['b']}\"", (1, 5)),
    ('x = f"-{\n    a(b["c"], d)\n}"\n', 'x = f"""-{\n    a(b["c"], d)\n}"""', (1, 5)),
]


@pytest.mark.parametrize(("text", "older", "place"), NEWER, ids=range(len(NEWER)))
def test_newer_syntax_is_rewritten_line_by_line(text: str, older: str, place: tuple[int, int]) -> None:
    rewritten = rewrite(text)
    assert rewritten is not None
    assert ast.dump(ast.parse(rewritten.text)) == ast.dump(ast.parse(older))
    assert rewritten.text.count("\n") == text.count("\n")
    assert (rewritten.line, rewritten.column) == place


def test_older_syntax_is_left_alone() -> None:
    for text in ("x = [1]\n", "try: x\nexcept (A, B): pass\n", "# except A, B:\n'''\nexcept A, B:\n'''\n", "f(a)[b]\n"):
        assert rewrite(text) is None


def test_a_module_in_newer_syntax_is_evaluated() -> None:
    sources = one("try:\n    x = 1\nexcept A, B:\n    pass\nclass C[T](dict):\n    y: int = 2\n")
    assert (sources.show("x"), sources.show("C.y")) == (1, 2)
    assert [show(base) for base in sources.cls("C").bases] == ["<builtins.dict>"]


def test_a_real_error_is_reported_as_it_is() -> None:
    sources = one("try:\n    x\nexcept A, B:\n    pass\ndef\n")
    assert sources.module().tree.body == []
    assert sources.module().error is not None


COMMENTS = [
    ("x = 1  # a\n# b\n", {1: "# a", 2: "# b"}),
    ("x = '# no'  # yes\n", {1: "# yes"}),
    ("'''\n# no\n'''\n# yes", {4: "# yes"}),
    ("x = f'{a}#{b!r:>{w}}'  # yes\n", {1: "# yes"}),
    ("x = f'{d['#']}'  # yes\n", {1: "# yes"}),
    ("x = f'{\n    a(b)\n}#'  # yes\n", {3: "# yes"}),
    ("x = rb'\\'#'  # yes\n", {1: "# yes"}),
    ("x = 'unclosed # no\ny  # yes\n", {2: "# yes"}),
    ("x = f'''{\n# in a field\na}'''\n# b\n", {4: "# b"}),
]


@pytest.mark.parametrize(("text", "expected"), COMMENTS, ids=range(len(COMMENTS)))
def test_comments(text: str, expected: dict[int, str]) -> None:
    assert comments(text) == expected


def test_lexing_ends_on_anything() -> None:
    for text in ("f'{", "f'{a:{", "f'''{''' {", "'\\", "f'\\", '"""', "f'" * 500, "f'{" * 500, "rf'{f'{f'"):
        assert [token.end for token in tokens(text)] == sorted(token.end for token in tokens(text))
