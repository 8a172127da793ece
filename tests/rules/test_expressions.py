"""What is read out of conditions as PostgreSQL prints them."""

from __future__ import annotations

import pytest

from schema_lint_rules._expressions import branches, calls, column, compared, constant, literals, names, parse

UNDECIDED = [
    "flag",
    "(NOT flag)",
    "(flag OR (n ~~ '%true%'::text))",
    "(owner = auth.uid())",
    "((1 = 1) AND flag)",
    "(NOT NULL::boolean)",
    "(NOT (false AND NULL::boolean))",
    "('a'::text = 'A'::citext)",
    "\nCASE\n    WHEN (flag AND (org = 1)) THEN true\n    ELSE false\nEND",
    "(EXISTS ( SELECT 1\n   FROM m\n  WHERE true))",
    "((owner = auth.uid()) IS TRUE)",
    '"true"',
]


@pytest.mark.parametrize("text", UNDECIDED)
def test_what_depends_is_no_constant(text: str) -> None:
    expression = parse(text)
    assert expression is not None
    assert constant(expression) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("(1 = 1)", True),
        ("('a'::text = 'a'::text)", True),
        ("((1 = 1) OR flag)", True),
        ("(flag OR (n = 'x'::text) OR true)", True),
        ("(NOT (NOT true))", True),
        ("false", False),
        ("(1 = 2)", False),
        ("NULL::boolean", False),
        ("(flag AND false)", False),
        ("(NOT true)", False),
        ("( SELECT true AS bool)", True),
    ],
)
def test_constants(text: str, value: bool) -> None:
    expression = parse(text)
    assert expression is not None
    assert constant(expression) is value


@pytest.mark.parametrize("text", [None, "(a", "a)", "'open", "(" * 200 + "a" + ")" * 200, "x" * 60_000])
def test_what_postgresql_does_not_print_is_not_read(text: str | None) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(owner = auth.uid())", [("auth.uid", False)]),
        ("(owner = ( SELECT auth.uid() AS uid))", [("auth.uid", True)]),
        (
            "(owner = ( SELECT (current_setting('app.user'::text, true))::uuid AS current_setting))",
            [("current_setting", True)],
        ),
        (
            "(EXISTS ( SELECT 1\n   FROM m\n  WHERE ((m.user_id = auth.uid()) AND (m.org = t.org))))",
            [("auth.uid", False)],
        ),
        ("(org IN ( SELECT m.org\n   FROM m\n  WHERE (m.id = ( SELECT auth.uid() AS uid))))", [("auth.uid", True)]),
        ("( SELECT (auth.uid() = t.owner))", [("auth.uid", False)]),
        ("(NOT (a OR (b IN (1, 2))))", []),
        ("(n ~~ 'auth.uid()'::text)", []),
        ('(owner = "Auth".uid(1, 2))', [("Auth.uid", False)]),
    ],
)
def test_calls(text: str, found: list[tuple[str, bool]]) -> None:
    expression = parse(text)
    assert expression is not None
    assert [(call.name, call.once) for call in calls(expression)] == found


def test_arguments_of_a_call() -> None:
    expression = parse("(a = current_setting('app.user'::text, true))")
    assert expression is not None
    [call] = calls(expression)
    assert len(call.arguments) == 2


def test_branches_sides_and_columns() -> None:
    expression = parse("(((owner)::text = CURRENT_USER) AND (flag AND (ts > now())))")
    assert expression is not None
    parts = branches(expression, "AND")
    assert len(parts) == 3
    sides = compared(parts[0])
    assert sides is not None
    assert (column(sides[0]), column(sides[1])) == (None, None)
    assert column(parts[1]) == "flag"
    assert compared(parts[2]) is None
    assert list(names(expression)) == ["owner", "flag", "ts"]


def test_literals() -> None:
    expression = parse("(((auth.jwt() -> 'user_metadata'::text) ->> 'it''s'::text) = 'admin'::text)")
    assert expression is not None
    assert list(literals(expression)) == ["user_metadata", "it's", "admin"]


def test_a_query_around_the_whole_is_seen_through() -> None:
    """As Drizzle's `crudPolicy` writes it."""
    expression = parse("( SELECT (auth.user_id() = todos.user_id))")
    assert expression is not None
    sides = compared(expression)
    assert sides is not None
    assert (column(sides[0]), column(sides[1])) == (None, "user_id")
    assert "user_id" in names(expression)
