"""Settings are added as text: what was there stays as it is, byte for byte."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_lint.config.editing import Addition, with_additions

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

OURS = ("tool", "schema-lint")
KEY = Addition(path=("policies", "primary-key"), value="uuid", comment="10 of 10 tables")
HEADS = Addition(path=("migrations", "start-after"), value=["a1", "b2"])
HEADING = "# Inferred."
SECTIONS = """\
# Inferred.
[tool.schema-lint.policies]
primary-key = "uuid"  # 10 of 10 tables

[tool.schema-lint.migrations]
start-after = ["a1", "b2"]
"""


def added(text: str, *additions: Addition, owner: tuple[str, ...] = OURS) -> str | None:
    return with_additions(text, owner, additions or (KEY, HEADS), heading=HEADING)


def test_a_new_file() -> None:
    assert added("") == SECTIONS
    assert added("", KEY, owner=()) == '# Inferred.\n[policies]\nprimary-key = "uuid"  # 10 of 10 tables\n'


def test_nothing_to_say_still_marks_the_project() -> None:
    assert with_additions("", OURS, (), heading=HEADING) == "# Inferred.\n[tool.schema-lint]\n"
    assert with_additions("", (), (), heading=HEADING) == "# Inferred.\n"


@pytest.mark.parametrize(
    "before",
    [
        '[project]\nname = "x"\n',
        '# top\r\n[a]\r\nb = "x"\r\n',
        "a = 1",
        "a = 1\n\n\n",
        '[[tool.x]]\ny = """\n[z]\n"""\n',
    ],
)
def test_what_was_there_stays(before: str) -> None:
    after = added(before)
    assert after is not None
    assert after.startswith(before)
    newline = "\r\n" if "\r" in before else "\n"
    assert after.endswith(SECTIONS.replace("\n", newline))
    assert ("\r" in after.replace("\r\n", "")) is False


def test_keys_join_the_table_that_is_there() -> None:
    before = '[tool.schema-lint.policies]  # ours\nowner = ["user_id"]\n\n[tool.ruff]\n'
    after = added(before)
    assert after is not None
    key = 'primary-key = "uuid"  # 10 of 10 tables\n'
    heads = '\n[tool.schema-lint.migrations]\nstart-after = ["a1", "b2"]\n'
    assert after == before.replace("# ours\n", f"# ours\n{key}") + heads
    assert HEADING not in after
    assert with_additions(before, OURS, (), heading=HEADING) == before


@pytest.mark.parametrize(
    "before",
    [
        "tool = {}\n",
        "[tool]\nschema-lint = {}\n",
        "[tool.schema-lint]\npolicies = {}\n",
        '[tool.schema-lint.policies]\nprimary-key = "any"\n',
        'x = """\n[tool.schema-lint.policies]\n"""\n[tool.schema-lint]\n[tool.schema-lint."policies"]\n',
        "not TOML",
        "[a]\n[a]\n",
    ],
)
def test_what_cannot_be_added_as_text(before: str) -> None:
    assert added(before) is None


def test_names_and_comments_are_written_safely() -> None:
    odd = Addition(path=("policies", "external-tables", 'auth.us"ers\n'), value={"id": "te\nxt"}, comment="a\nb # c")
    after = added("", odd)
    assert after is not None
    policies = tomllib.loads(after)["tool"]["schema-lint"]["policies"]
    assert policies == {"external-tables": {'auth.us"ers\n': {"id": "te\nxt"}}}
    hidden = added("", Addition(path=("policies", "owner"), value=["x"], comment="a\x1b[31mb"))
    assert hidden is not None
    assert "\x1b" not in hidden


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_name(name: str, value: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in name + value):
        return
    after = added("[x]\n", Addition(path=("policies", "external-tables", name), value={"id": value}))
    assert after is not None
    found = tomllib.loads(after)["tool"]["schema-lint"]["policies"]["external-tables"]
    assert found == {name: {"id": value}}
