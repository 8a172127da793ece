"""Text on a terminal: nothing in it acts, and everything in it takes the room it is given."""

from __future__ import annotations

import pytest

from schema_lint.reporting.fitting import fitting
from schema_lint.reporting.highlighting import highlighted
from schema_lint.reporting.terminal import (
    PLAIN,
    Style,
    cut,
    expanded,
    filled,
    inert,
    prose,
    tail,
    wants_colour,
    width,
    wrapped,
)


@pytest.mark.parametrize("text", ["plain", "tab\tstays", "ümläut", "日本語", "👨‍👩‍👧 family", "نوشته", "a::b", "# [x]"])
def test_ordinary_text_stays(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\rb\nc\x00d\x7f", "a␍b␊c␀d␡"),
        ("\x9b31m", "\ufffd31m"),
        ("\u202egnp.exe\u2066", "\ufffdgnp.exe\ufffd"),
        ("zero\u200bwidth\ufeff", "zero\ufffdwidth\ufffd"),
        ("a\u2028b", "a\ufffdb"),
        ("\udc80", "\ufffd"),
        ("\U000e0041", "\ufffd"),
        ("##[error]x ##vso[task]", "#♯[error]x #♯vso[task]"),
    ],
)
def test_what_a_terminal_or_build_server_obeys_is_only_shown(text: str, shown: str) -> None:
    assert inert(text) == shown
    assert len(shown) == len(text)


def test_prose_is_one_line_that_begins_no_command_when_wrapped() -> None:
    assert prose("a\n  b\t::error::c ::d") == "a b ∷error::c ∷d"
    assert prose("'x'::text") == "'x'::text"


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("👍", 2), ("ﾊ", 1), ("\u200d", 0), ("a\ufe0f", 1)]
)
def test_width_is_that_of_terminal_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_cutting_counts_cells() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 4) == "abc…"
    assert cut("日本語です", 6) == "日本…"
    assert cut("abc", 0) == ""
    assert [width(filled(text, 7)) for text in ("ab", "日本語です", "abcdefghij")] == [7, 7, 7]


def test_tabs_stop_every_four_columns() -> None:
    assert expanded("\tx\ty") == "    x   y"
    assert expanded("日\tx") == "日  x"


def test_wrapping_keeps_every_word_and_the_width() -> None:
    assert wrapped("", 10) == [""]
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("a verylongword b", 5) == ["a", "veryl", "ongwo", "rd b"]
    assert wrapped("日本語 です", 5) == ["日本", "語", "です"]
    assert wrapped("日", 1) == ["日"]


@pytest.mark.parametrize(
    ("environment", "terminal", "choice", "colour"),
    [
        ({}, True, "auto", True),
        ({}, False, "auto", False),
        ({"TERM": "dumb"}, True, "auto", False),
        ({"NO_COLOR": "1"}, True, "auto", False),
        ({"NO_COLOR": ""}, True, "auto", True),
        ({"FORCE_COLOR": "1"}, False, "auto", True),
        ({"FORCE_COLOR": "0"}, True, "auto", False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, "auto", False),
        ({"NO_COLOR": "1"}, False, "always", True),
        ({"FORCE_COLOR": "1"}, True, "never", False),
    ],
)
def test_when_to_colour(environment: dict[str, str], terminal: bool, choice: str, colour: bool) -> None:
    assert wants_colour(environment, is_terminal=terminal, choice=choice) is colour


def test_an_output_that_is_ascii_gets_ascii() -> None:
    assert Style(ascii=True).drawn("│ a … ✓ é 日") == "| a ~ * ? ?"
    assert PLAIN.drawn("│ é") == "│ é"


def test_python_in_colour_says_the_same() -> None:
    lines = [
        'class A(B):  # x "y"',
        '    """One',
        "    two",
        '    """',
        "    a: int = f('x', 1)  ",
        '    b = """c"""',
        "@d",
    ]
    coloured = highlighted(lines, Style(colour=True))
    import re

    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == lines
    assert coloured[2] == "\x1b[32m    two\x1b[0m"
    assert coloured[5].endswith('= \x1b[32m"""c"""\x1b[0m')
    assert highlighted(lines, PLAIN) == lines


def test_long_comments_are_wrapped_and_long_calls_opened() -> None:
    lines = [
        "# A comment that is too long for the pane, in",
        "# two lines.",
        'x: int = Field(default="a, (b", index=True, kwargs={"c": func.now(1, 2), "d": e})',
        "short = 1",
    ]
    assert fitting(lines, 36) == [
        "# A comment that is too long for the",
        "# pane, in two lines.",
        "x: int = Field(",
        '    default="a, (b",',
        "    index=True,",
        "    kwargs={",
        '        "c": func.now(1, 2),',
        '        "d": e,',
        "    },",
        ")",
        "short = 1",
    ]
    assert fitting(lines, 200) == lines


@pytest.mark.parametrize(
    "line", ["a" * 50, "f(" + "a" * 50, "f(a, b) + " + "g" * 40, ")" * 50, '"' + "a" * 50, "f(a)  # " + "b" * 50]
)
def test_what_cannot_be_opened_is_cut(line: str) -> None:
    assert fitting([line], 20) == [line[:19].rstrip() + "…"]


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("app/models.py:3:1", 17, "app/models.py:3:1"),
        ("app/models.py:3:1", 10, "…ls.py:3:1"),
        ("日本語", 5, "…本語"),
        ("ab", 0, "…"),
    ],
)
def test_a_path_is_cut_at_its_beginning(text: str, cells: int, shown: str) -> None:
    assert tail(text, cells) == shown
