"""Expressions as PostgreSQL prints them, and as people write them: the same, another, or not to be told."""

from __future__ import annotations

import psycopg
import pytest

from schema_lint.comparing.drift.sql_equality import same_sql

TABLE = """CREATE TYPE colour AS ENUM ('red', 'blue');
CREATE TABLE t (n int, price numeric, status text, vc varchar(20), done boolean, at timestamptz, d date, data jsonb,
  tags text[], f float, colour colour, "order" int, "Odd" int)"""
EXPRESSIONS = (
    "price >= 0", "price > 0.5", "status IN ('a', 'b')", "status NOT IN ('a', 'b')", "status != 'x'",
    "n BETWEEN 1 AND 10 AND status = 'x'", "n NOT BETWEEN 1 AND 10", "status LIKE 'a%' OR status ILIKE '%b'",
    "status NOT LIKE 'b%'", "(n > 0) = (price > 0)", "n IS NULL OR n > -1", "NOT done", "done = true", "done IS TRUE",
    "char_length(status) > 3", "lower(status) = status", "at < now()", "at > CURRENT_TIMESTAMP - interval '1 day'",
    "d > date '2020-01-01'", "data ->> 'a' = 'b'", "data @> '{\"a\": 1}'", "data ? 'a'",
    "CASE WHEN n > 0 THEN done ELSE NULL END", "COALESCE(n, 0) > 0", "tags && ARRAY['a', 'b']", "n % 2 = 0",
    "n + 1 > 2 * n - 3", "extract(year from at) > 2000", "substring(status from 1 for 2) = 'ab'", "trim(status) <> ''",
    "status ~ '^[a-z]+$'", "num_nonnulls(n, price) = 1", "f > 1e3", "n IN (1, 2, 3)", "colour IN ('red', 'blue')",
    "status IS DISTINCT FROM vc", "status IS NOT DISTINCT FROM vc", "vc || 'x' = status", "n::text = '1'",
    "position('a' in status) > 0", "tags[1] = 'a'", 'upper(vc) COLLATE "C" = vc', '"order" > 0', '"Odd" > 0',
    "vc IN ('it''s')", "n & 1 = 1", "GREATEST(n, 1) < 5", "t.n > 0 AND public.t.price > 0",
)  # fmt: skip


@pytest.fixture(scope="module")
def printed(postgres: object) -> dict[str, str]:
    """Each expression as PostgreSQL prints it."""
    found = {}
    with postgres.database() as address, psycopg.connect(address, autocommit=True) as connection:  # type: ignore[attr-defined]
        connection.execute(TABLE.encode())
        for number, text in enumerate(EXPRESSIONS):
            connection.execute(f"ALTER TABLE t ADD CONSTRAINT c{number} CHECK ({text})".encode())
            query = f"SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = 'c{number}'"
            row = connection.execute(query.encode()).fetchone()
            assert row is not None
            found[text] = row[0]
    return found


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_is_what_postgresql_makes_of_it(printed: dict[str, str], text: str) -> None:
    assert same_sql(text, printed[text], "t") is True


def test_no_expression_is_another(printed: dict[str, str]) -> None:
    outcomes = {(a, b): same_sql(a, printed[b], "t") for a in EXPRESSIONS for b in EXPRESSIONS if a != b}
    assert [pair for pair, same in outcomes.items() if same] == []
    # What is not told apart is little.
    assert sum(same is None for same in outcomes.values()) < len(outcomes) / 10


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("at > '2020-01-01'", "(at > '2020-01-01 00:00:00+00'::timestamp with time zone)"),
        ("a > '1 hour'", "(a > '01:00:00'::interval)"),
        ("a SIMILAR TO 'x'", "((a)::text ~ similar_to_escape('x'::text))"),
        ("a IN ('x', b)", "((a = 'x'::text) OR (a = b))"),
        ("EXISTS (SELECT 1)", "(a > 1)"),
        ("a = E'\\n'", "(a = 'x'::text)"),
        ("length(a) > 1", "(char_length(a) > 1)"),
    ],
)
def test_what_cannot_be_told_is_left_open(left: str, right: str) -> None:
    assert same_sql(left, right, "t") is None


@pytest.mark.parametrize(
    "text",
    ["(" * 5_000, "not " * 4_000 + "a", "+".join("a" * 5_000), "-" * 9_000 + "1", "a::" * 3_000, "'" * 9_999,
     " and ".join("a" * 3_000), "case when " * 2_000, "a[" * 4_000, '"' * 9_999, "x" * 50_000],
)  # fmt: skip
def test_hostile_text_ends(text: str) -> None:
    assert same_sql(text, f"{text} ", "t") in (True, None)
    assert same_sql(text, "(b > 1)", "t") in (False, None)
