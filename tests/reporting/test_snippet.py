"""The user's code around a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_lint.facts.place import SourcePlace
from schema_lint.reporting.snippet import CodeLine, fitted, snippet
from schema_lint.reporting.terminal import width

TASK = "import x\n\n\nclass Task(Base):\n    a: int\n    b: int\n\n    c: int\n    d: int\n"


def numbers(lines: list[CodeLine]) -> list[int | None]:
    return [line.number for line in lines]


def carets(text: str, place: SourcePlace) -> str:
    return next("." * line.start + "^" * line.length for line in snippet(text, place) if line.length)


def test_lines_around_and_the_class_they_belong_to() -> None:
    assert numbers(snippet(TASK, SourcePlace("m.py", 8, 5, 8, 6))) == [4, None, 6, 7, 8, 9]
    assert numbers(snippet(TASK, SourcePlace("m.py", 5, 5, 5, 6))) == [4, 5, 6]
    assert numbers(snippet(TASK, SourcePlace("m.py", 6, 5, 6, 6))) == [4, 5, 6]


def test_blank_lines_at_the_edges_are_left_out() -> None:
    assert numbers(snippet(TASK, SourcePlace("m.py", 4, 1, 4, 17))) == [4, 5]
    assert numbers(snippet(TASK, SourcePlace("m.py", 9, 5, 9, 6), before=0, after=0)) == [4, None, 9]


def test_lines_of_another_block_are_left_out() -> None:
    text = "class A:\n    x = 1\nclass B:\n    y = 2\n"
    assert numbers(snippet(text, SourcePlace("m.py", 3, 1, 3, 8))) == [1, 2, 3, 4]
    assert numbers(snippet(text, SourcePlace("m.py", 4, 5, 4, 6))) == [3, 4]


def test_the_nearest_header_through_a_nested_call() -> None:
    text = "class A:\n    x = [\n        f(\n            1,\n        )\n    ]\n"
    assert numbers(snippet(text, SourcePlace("m.py", 4, 13, 4, 14), before=0, after=0)) == [1, None, 4]


def test_the_arguments_of_a_call_that_the_line_opens() -> None:
    text = "a: int = Field(\n    1,\n    2,\n)\nb: int\n"
    assert numbers(snippet(text, SourcePlace("m.py", 1, 1, 1, 15), after=0)) == [1, 2, 3]
    text = "a: int = Field(\n" + "    x,\n" * 9 + ")\n"
    assert numbers(snippet(text, SourcePlace("m.py", 1, 1, 1, 15))) == [1, 2, 3, 4]


def test_no_header_at_module_level() -> None:
    assert numbers(snippet("a = 1\nif x:\n    b = 2\n", SourcePlace("m.py", 3, 5, 3, 6), before=0, after=0)) == [3]


@pytest.mark.parametrize("line", [0, 99, -1])
def test_a_place_outside_the_text(line: int) -> None:
    assert snippet(TASK, SourcePlace("m.py", line)) == []


def test_lines_are_counted_as_python_does() -> None:
    text = "a = '\x0c\u2028\x1c'\r\nb = 2\rc = 3\n"
    assert snippet(text, SourcePlace("m.py", 3, 1, 3, 2), before=0)[-1].text == "c = 3"


@pytest.mark.parametrize(
    ("text", "place", "shown"),
    [
        ("owner_id: int", SourcePlace("m.py", 1, 1, 1, 9), "^^^^^^^^"),
        ("owner_id: int", SourcePlace("m.py", 1, 1), "^^^^^^^^"),
        ("x = f(1,\n 2)", SourcePlace("m.py", 1, 5, 2, 4), "....^^^^"),
        ("\tx = 1", SourcePlace("m.py", 1, 2, 1, 3), "....^"),
        ("名前 = 値", SourcePlace("m.py", 1, 1, 1, 3), "^^^^"),
        ("'日本' + x", SourcePlace("m.py", 1, 8, 1, 9), ".........^"),
        ("x", SourcePlace("m.py", 1, 50, 1, 60), ".^"),
        ("'\x1b[1m' + x", SourcePlace("m.py", 1, 10, 1, 11), ".........^"),
    ],
)
def test_the_caret_stands_under_the_place(text: str, place: SourcePlace, shown: str) -> None:
    assert carets(text, place) == shown


def test_passwords_are_masked_and_the_caret_moves_along() -> None:
    text = 'e = create_engine("postgresql://app:s3cret-and-long@db/app", echo=True)'
    column = text.index("echo") + 1
    (line,) = snippet(text, SourcePlace("m.py", 1, column, 1, column + 9))
    assert line.text == 'e = create_engine("postgresql://app:***@db/app", echo=True)'
    assert line.text[line.start : line.start + line.length] == "echo=True"


def test_a_password_on_a_line_of_its_own_is_masked() -> None:
    text = 'url = (\n    "postgresql://app:"\n    "s3cret@db/app"\n)\n'
    assert "s3cret" not in "".join(line.text for line in snippet(text, SourcePlace("m.py", 3, 5, 3, 10), before=0))


def test_a_line_of_an_env_file() -> None:
    (line,) = snippet("POSTGRES_PASSWORD=s3cret\n", SourcePlace(".env", 1, 19, 1, 25))
    assert (line.text, line.start, line.length) == ("POSTGRES_PASSWORD=***", 18, 3)


def test_a_long_line_is_cut_where_the_caret_allows() -> None:
    line = CodeLine(1, "x" * 200, 5, 3)
    assert fitted(line, 20) == CodeLine(1, "x" * 19 + "…", 5, 3)
    moved = fitted(CodeLine(1, "a" * 150 + "bcd" + "e" * 50, 150, 3), 30)
    assert moved.text[moved.start : moved.start + moved.length] == "bcd"
    assert len(moved.text) == 30
    assert moved.text.startswith("…")


@pytest.mark.parametrize("piece", ["x", "日", "password=", "://a:", '"\\', "\t"])
def test_a_line_of_megabytes(piece: str) -> None:
    line = piece * 300_000 + "owner_id: int"
    column = len(line) - len("owner_id: int") + 1
    shown = snippet(f"{line}\n{line}\n{line}", SourcePlace("m.py", 2, column, 2, column + 8))
    fit = next(fitted(line, 60) for line in shown if line.length)
    assert width(fit.text) <= 60
    assert fit.length == 8
    assert "owner_id" in fit.text


def test_a_wide_span_is_underlined_as_far_as_it_is_seen() -> None:
    line = fitted(CodeLine(1, "x" * 200, 5, 190), 20)
    assert (line.start, line.length) == (5, 15)


@given(
    st.text(alphabet=st.sampled_from("ab \t\n\r\x1b日é\u0301'\":@/#(),=_密"), max_size=200),
    st.tuples(st.integers(0, 12), st.integers(1, 30), st.integers(0, 12), st.integers(0, 30)),
    st.integers(10, 60),
)
def test_any_place_in_any_text(text: str, span: tuple[int, int, int, int], cells: int) -> None:
    lines = snippet(text, SourcePlace("m.py", *span))
    assert len(lines) <= 10
    for line in lines:
        fit = fitted(line, cells)
        assert width(fit.text) <= cells
        assert "\x1b" not in fit.text
        assert fit.start + fit.length <= cells
