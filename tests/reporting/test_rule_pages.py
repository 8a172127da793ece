"""What `rules`, `explain` and `reference` print."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec
import pytest

from schema_lint.checking.rule import ERROR, INFO, REGISTRY, Rule, Violation, rule
from schema_lint.facts.schema import ForeignKey
from schema_lint.reporting import explanation, reference_text, rule_list
from schema_lint.reporting.report import Options
from schema_lint.reporting.terminal import Style


def _example(
    fk: ForeignKey, *, ignore_small_tables: bool = False, names: tuple[str, ...] = ("a", "b")
) -> Iterator[Violation]:
    """A foreign key has an index | that starts with its columns.

    Why: PostgreSQL does not index it (manual).

    Bad:
        In one file:
        ```python
        owner_id: int
        ```

    Good:
        ```python
        # file: a.py
        A = 1

        # file: b.py
        B = 2
        ```

    Exempt: one; two.

    Options:
        ignore-small-tables: leave them out.
    """
    yield from ()


@pytest.fixture
def rules() -> Iterator[list[Rule]]:
    before = dict(REGISTRY)
    REGISTRY.clear()
    peers = ("squawk adding-foreign-key",)
    rule("FK901", "example-rule", severity=ERROR, evidence="SMC", reference="models:Task.owner_id", fix="unsafe sql",
         peers=peers, aliases=("old-name",), minimal=True, silences=("FK902",))(_example)  # fmt: skip
    rule("NUL901", "other-rule", severity=INFO, evidence="S", reference="models:None", on=False)(_none)
    found = list(REGISTRY.values())
    REGISTRY.clear()
    REGISTRY.update(before)
    yield found


def _none(fk: ForeignKey) -> Iterator[Violation]:
    """Nothing."""
    yield from ()


def test_the_table(rules: list[Rule]) -> None:
    assert rule_list.as_table(rules, Options(width=100)) == (
        "code    name          severity  evidence  fix          demands\n"
        "FK901   example-rule  error     S M C     unsafe, sql  A foreign key has an index | that starts wit…\n"
        "NUL901  other-rule    off       S         -            Nothing.\n"
        "\n"
        "2 rules. Evidence: S source, M metadata, C catalog. `schema-lint explain CODE` says more.\n"
    )
    assert "demands" not in rule_list.as_table(rules, Options(width=70))
    assert "\x1b[1;31merror   \x1b[0m" in rule_list.as_table(rules, Options(style=Style(colour=True)))


def test_the_list_for_programs(rules: list[Rule]) -> None:
    first, second = json.loads(rule_list.as_json(rules))
    assert first == {
        "code": "FK901",
        "name": "example-rule",
        "family": "FK",
        "severity": "error",
        "profiles": ["minimal", "recommended", "strict"],
        "evidence": ["source", "metadata", "catalog"],
        "fix": ["unsafe", "sql"],
        "summary": "A foreign key has an index | that starts with its columns.",
        "description": "",
        "why": "PostgreSQL does not index it (manual).",
        "bad": [{"title": "In one file", "files": {"models.py": "owner_id: int\n"}}],
        "good": [{"title": "", "files": {"a.py": "A = 1\n", "b.py": "B = 2\n"}}],
        "exempt": ["one", "two"],
        "notes": "",
        "options": [
            {"name": "ignore-small-tables", "type": "bool", "default": False, "explanation": "leave them out."},
            {"name": "names", "type": "tuple[str, ...]", "default": ["a", "b"], "explanation": None},
        ],
        "policy": None,
        "postgresql_only": False,
        "silences": ["FK902"],
        "peers": ["squawk adding-foreign-key"],
        "aliases": ["old-name"],
        "since": "0.1",
        "reference": "models:Task.owner_id",
    }
    assert (second["severity"], second["profiles"]) == ("off", ["strict"])
    assert json.loads(explanation.as_json(rules[0])) == first


def test_the_chapter_of_the_documentation(rules: list[Rule]) -> None:
    text = rule_list.as_markdown(rules)
    assert (
        "| [FK901](#fk901-example-rule) | example-rule | error | unsafe sql | A foreign key has an index \\| that"
        in text
    )
    assert "\n## Foreign keys\n\n### FK901 example-rule\n\n**A foreign key has an index" in text
    assert "\n\n**Bad** (In one file):\n\n```python\nowner_id: int\n```\n\n**Good**:\n" in text
    assert "\n\n```python\n# file: a.py\nA = 1\n```\n\n```python\n# file: b.py\nB = 2\n```\n" in text
    assert '- `ignore-small-tables = false`: leave them out.\n- `names = ["a", "b"]`\n' in text
    assert "**Reference** `models:Task.owner_id`:\n\n```python\n" in text
    assert explanation.as_markdown(rules[0]) in text


def test_an_explanation(rules: list[Rule]) -> None:
    text = explanation.render(rules[0], Options(width=80))
    head, _, rest = text.partition("\nReference models:Task.owner_id (schema_lint_reference/models.py:")
    assert (
        head
        == """\
FK901 example-rule
error · profiles: minimal, recommended, strict · evidence: source, metadata,
catalog · fix: unsafe sql · since 0.1

A foreign key has an index | that starts with its columns.

Why
  PostgreSQL does not index it (manual).

Bad: In one file
  owner_id: int

Good
  # file: a.py
  A = 1

  # file: b.py
  B = 2
"""
    )
    assert (
        rest.partition("\nExempt\n")[2]
        == """\
  - one
  - two

Options
  [tool.schema-lint.rules.FK901]
  # leave them out.
  ignore-small-tables = false
  names = ["a", "b"]

To accept one finding
  # schema-lint: ignore[FK901] reason  (on the statement, or alone on the line above it)

  [[tool.schema-lint.ignore]]
  rule = "FK901"
  object = "public.audit_*"
  reason = "…"

Where it reports, these are superfluous
  FK902

Peers
  squawk adding-foreign-key

Earlier names
  old-name
"""
    )


def test_a_rule_that_says_little(rules: list[Rule]) -> None:
    text = explanation.render(rules[1])
    assert text.startswith(
        "NUL901 other-rule\noff · profiles: strict · evidence: source · since 0.1\n\nNothing.\n\nTo accept"
    )


def test_what_is_outside_the_schema_is_accepted_by_file(rules: list[Rule]) -> None:
    text = explanation.render(msgspec.structs.replace(rules[1], visits="Engine"))
    assert text.endswith('\n\n  [tool.schema-lint.per-file-ignores]\n  "scripts/*.py" = ["NUL901"]\n')


def test_a_teams_own_rule_without_documentation(rules: list[Rule]) -> None:
    def bare(fk: ForeignKey) -> Iterator[Violation]:
        yield from ()

    own = msgspec.structs.replace(rules[0], function=bare, options=())
    assert explanation.render(own).startswith("FK901 example-rule\n")
    assert rule_list.as_markdown([own])
    assert json.loads(rule_list.as_json([own]))[0]["summary"] == ""


def test_the_reference_is_listed_and_shown() -> None:
    listing = reference_text.listing(Options(width=100))
    assert "\nmodels\n" in listing
    assert "  Task " in listing
    assert reference_text.show("Nothing") is None
    shown = reference_text.show("Task.owner_id")
    assert shown is not None
    assert shown.startswith("# models:Task.owner_id (schema_lint_reference/models.py:")
    module = reference_text.show("settings")
    assert module is not None
    assert module.startswith('# schema_lint_reference/settings.py\n"""')
    assert "models:Task.owner_id" in reference_text.names()
