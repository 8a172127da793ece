from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from schema_lint.checking.baseline import Baseline, Entry, Sieve
from schema_lint.checking.comments import read_comments
from schema_lint.checking.finding import Finding, Subject, Violation
from schema_lint.checking.rule import REGISTRY, Rule, rule
from schema_lint.checking.run import Outcome, SkippedRule, UndecidedRule
from schema_lint.checking.suppressions import Exceptions, Sifted, sift
from schema_lint.config.settings import ObjectIgnore
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project

CONFIG = SourcePlace(path="pyproject.toml", line=3)


@pytest.fixture
def rules() -> Iterator[tuple[Rule, ...]]:
    before = dict(REGISTRY)
    REGISTRY.clear()
    for code, name, evidence in (("FK001", "no-index", "SM"), ("FK002", "bad-type", "SM"), ("IDX090", "live", "C")):

        @rule(code, name, severity="error", evidence=evidence, reference="models:Task")
        def judge(project: Project) -> Iterator[Violation]:
            """It is so."""
            yield from ()

    yield tuple(REGISTRY.values())
    REGISTRY.clear()
    REGISTRY.update(before)


def finding(code: str = "FK001", line: int = 1, path: str = "models.py", **subject: Any) -> Finding:
    subjects = subject.pop("subjects", None) or (
        Subject(**{"kind": "column", "table": "task", "columns": ("a",), **subject}),
    )
    return Finding(
        code=code, rule="x", severity="error", message="m", why="w", suggestion=None, subjects=subjects,
        places=(SourcePlace(path=path, line=line),), reference="models:Task", fingerprint="f",
    )  # fmt: skip


def sifted(
    rules: tuple[Rule, ...], findings: list[Finding], text: str = "", path: str = "models.py", **exceptions: Any
) -> Sifted:
    skipped = exceptions.pop("skipped", ())
    undecided = exceptions.pop("undecided", ())
    ran = exceptions.pop("ran", ("FK001", "FK002", "IDX090"))
    outcome = Outcome(findings=tuple(findings), undecided=undecided, skipped=skipped)
    given = Exceptions(comments=read_comments(path, text), **exceptions)
    entries = given.baseline.entries if given.baseline is not None else ()
    return sift(outcome, given, rules, ran, sieve=Sieve(entries))


def test_without_a_comment_nothing_is_suppressed(rules: tuple[Rule, ...]) -> None:
    result = sifted(rules, [finding()])
    assert (len(result.findings), result.suppressed, result.suppressions) == (1, (), ())


def test_only_that_rule_on_that_statement_in_that_file(rules: tuple[Rule, ...]) -> None:
    text = "a = 1  # schema-lint: ignore[no-index] why\nb = 2\n"
    kept = [finding("FK002"), finding(line=2), finding(path="other.py")]
    result = sifted(rules, [finding(), *kept], text)
    assert list(result.findings) == kept
    assert [s.by.line for s in result.suppressed if s.by] == [1]
    assert result.suppressions[0].unused == ()


def test_the_whole_file(rules: tuple[Rule, ...]) -> None:
    result = sifted(rules, [finding(), finding(line=9), finding("FK002")], "# schema-lint: ignore-file[fk001]\n")
    assert [f.code for f in result.findings] == ["FK002"]


CLASS = "# schema-lint: ignore[FK001] why\nclass Task(Base):\n    __tablename__ = 'task'\n    a: int\n\nx = 1\n"


def test_above_a_class_findings_about_the_table_but_not_about_its_columns(rules: tuple[Rule, ...]) -> None:
    header = finding(line=2, kind="table", columns=())
    name = finding(line=3, kind="table", columns=())
    column = finding(line=4)
    later = finding(line=6, kind="table", columns=())
    assert list(sifted(rules, [header, name, column, later], CLASS).findings) == [column, later]


def test_what_silenced_nothing_is_said(rules: tuple[Rule, ...]) -> None:
    text = "a = 1  # schema-lint: ignore[FK001, FK002] why\n"
    assert sifted(rules, [finding()], text).suppressions[0].unused == ("FK002",)
    assert sifted(rules, [finding(line=2)], text).suppressions[0].unused == ("FK001", "FK002")


def test_what_could_not_be_judged_is_not_called_unused(rules: tuple[Rule, ...]) -> None:
    text = "a = 1  # schema-lint: ignore[FK001] why\n"
    assert sifted(rules, [], text, ran=("FK002",)).suppressions[0].unused == ()
    assert sifted(rules, [], text, skipped=(SkippedRule("FK001", "why"),)).suppressions[0].unused == ()
    assert sifted(rules, [], "a = 1  # schema-lint: ignore[live]\n").suppressions[0].unused == ()
    for place in (None, SourcePlace(path="models.py", line=7)):
        undecided = UndecidedRule(code="FK001", subject=Subject(kind="column"), why="?", place=place)
        assert sifted(rules, [], text, undecided=(undecided,)).suppressions[0].unused == ()
    elsewhere = UndecidedRule(
        code="FK001", subject=Subject(kind="column"), why="?", place=SourcePlace(path="b.py", line=7)
    )
    assert sifted(rules, [], text, undecided=(elsewhere,)).suppressions[0].unused == ("FK001",)


def test_unknown_names_and_families(rules: tuple[Rule, ...]) -> None:
    (fact,) = sifted(rules, [finding()], "a = 1  # schema-lint: ignore[FK01, ALL, FK]\n").suppressions
    assert dict(fact.unknown).keys() == {"FK01", "ALL", "FK"}
    assert dict(fact.unknown)["FK01"] == "FK001"
    assert fact.unused == ()


def test_malformed_comments_silence_nothing(rules: tuple[Rule, ...]) -> None:
    result = sifted(rules, [finding()], "a = 1  # schema-lint: ignore\n")
    assert len(result.findings) == 1
    assert result.suppressions[0].malformed


def entry(rule_name: str = "FK001", **given: Any) -> tuple[tuple[ObjectIgnore, SourcePlace], ...]:
    return ((ObjectIgnore(rule=rule_name, **given), CONFIG),)


@pytest.mark.parametrize(
    ("pattern", "suppressed"),
    [
        ("*", True),
        ("task", True),
        ("ta*", True),
        ("public.task", True),
        ("public.*", True),
        ("public.task.a", True),
        ("task.a", True),
        ("public.task.*", True),
        ("task.b", False),
        ("other.task", False),
        ("tas", False),
        ("public.task.a.b", False),
    ],
)
def test_objects(rules: tuple[Rule, ...], pattern: str, suppressed: bool) -> None:
    result = sifted(rules, [finding()], objects=entry(object=pattern))
    assert bool(result.suppressed) is suppressed


def test_objects_in_a_schema_that_is_stated(rules: tuple[Rule, ...]) -> None:
    assert not sifted(rules, [finding(schema="audit")], objects=entry(object="public.task")).suppressed
    assert sifted(rules, [finding(schema="audit")], objects=entry(object="audit.*")).suppressed


def test_every_subject_and_every_column_must_fit(rules: tuple[Rule, ...]) -> None:
    two = finding(subjects=(Subject(kind="table", table="a"), Subject(kind="table", table="b")))
    assert not sifted(rules, [two], objects=entry(object="a")).suppressed
    assert sifted(rules, [two], objects=entry(object="[ab]")).suppressed
    assert not sifted(rules, [finding(columns=("a", "b"))], objects=entry(object="task.a")).suppressed


def test_findings_without_a_table(rules: tuple[Rule, ...]) -> None:
    engine = finding(subjects=(Subject(kind="engine", name="create_engine"),))
    assert sifted(rules, [engine], objects=entry(object="create_*")).suppressed
    assert not sifted(rules, [engine], objects=entry(object="task")).suppressed


def test_an_entry_holds_until_its_last_day(rules: tuple[Rule, ...]) -> None:
    last = datetime.date(2027, 1, 31)
    objects = entry(object="task", until=last)
    assert sifted(rules, [finding()], objects=objects, today=last).suppressed
    late = sifted(rules, [finding()], objects=objects, today=last + datetime.timedelta(1), whole_project=True)
    assert not late.suppressed
    assert late.suppressions[0].unused == ()


def test_an_entry_that_silenced_nothing_is_said_where_all_was_read(rules: tuple[Rule, ...]) -> None:
    objects = entry("FK", object="gone")
    assert sifted(rules, [finding()], objects=objects, whole_project=True).suppressions[0].unused == ("FK",)
    assert sifted(rules, [finding()], objects=objects).suppressions[0].unused == ()


def test_rules_by_file(rules: tuple[Rule, ...]) -> None:
    findings = [finding(path="app/legacy/a.py"), finding("FK002", path="app/legacy/a.py"), finding()]
    result = sifted(rules, findings, files={"app/legacy": ("no-index",)})
    assert list(result.findings) == findings[1:]


def test_the_baseline_comes_last_and_takes_the_gravest_first(rules: tuple[Rule, ...]) -> None:
    baseline = Baseline("known.json", (Entry(code="FK001", fingerprint="f"),))
    info = msgspec.structs.replace(finding(), severity="info")
    text = "a = 1\nb = 2  # schema-lint: ignore[FK001] why\n"
    result = sifted(rules, [info, finding(line=3), finding(line=2)], text, baseline=baseline)
    assert list(result.findings) == [info]
    assert [(s.finding.place, s.by) for s in result.suppressed] == [
        (
            SourcePlace(path="models.py", line=2),
            SourcePlace(path="models.py", line=2, column=8, end_line=2, end_column=40),
        ),
        (SourcePlace(path="models.py", line=3), SourcePlace(path="known.json", line=1)),
    ]
