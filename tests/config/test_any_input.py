"""Whatever is in a configuration or a comment, it is understood or told; nothing raises."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from schema_lint.checking.comments import read_comments
from schema_lint.config.globs import object_matches, path_matches
from schema_lint.config.problems import Problem
from schema_lint.config.settings import Settings
from schema_lint.config.showing import toml_value
from schema_lint.config.toml import parse, parse_pair
from schema_lint.config.validation import settings_from

KEYS = st.sampled_from(
    ["profile", "select", "ignore", "policies", "primary-key", "external-tables", "databases", "rules", "timestamps",
     "until", "rule", "paths", "severities", "per-file-ignores", "fail-on", "stated", "tool", ""]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.datetimes()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
FRAGMENTS = st.sampled_from(
    ["# schema-lint: ", "ignore", "-file", "[", "]", "FK001", ",", "\n", "\r\n", "    ", "class A:", "x = (", ")", "'",
     '"""', "@d", "\\", "\x00", "\x0c", "\ufeff", "if x:", "; -- ", "# "]
)  # fmt: skip
SOURCES = st.lists(FRAGMENTS | st.text(max_size=3), max_size=25).map("".join)


@given(st.dictionaries(KEYS | st.text(max_size=4), VALUES, max_size=5))
def test_any_table(table: dict[str, Any]) -> None:
    problems: list[Problem] = []
    assert isinstance(settings_from(table, problems), Settings)
    for problem in problems:
        assert "\x1b" not in str(problem)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_text(text: bytes) -> None:
    problems: list[Problem] = []
    assert (parse("a.toml", text, problems) is None) is bool(problems)
    parse_pair(text.decode("utf-8", "replace"), problems)


@given(SOURCES, st.sampled_from(["a.py", "a.sql", "alembic.ini", ".env", "compose.yaml"]))
@example("\x1e\x1e# schema-lint: ", "alembic.ini")
def test_any_source(text: str, path: str) -> None:
    lines = text.count("\n") + text.count("\r") + text.count("\x0c") + 2
    for comment in read_comments(path, text):
        assert 1 <= comment.place.line <= lines
        assert bool(comment.names) != bool(comment.malformed)


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=9) | st.integers() | st.booleans(), max_size=3))
def test_what_is_shown_is_toml_again(table: dict[str, Any]) -> None:
    assert parse("", f"a = {toml_value(table)}".encode(), []) == {"a": table}


@given(st.text("ab*?[]!/.", max_size=8), st.text("ab/.", max_size=8))
def test_any_glob(pattern: str, name: str) -> None:
    path_matches(name, pattern)
    object_matches(pattern, None, name, (name,))
