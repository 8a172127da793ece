"""The baseline's file, and what it takes out."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_lint.checking.baseline import BaselineError, Entry, Sieve, accepting, entry_of, parse, text_of
from schema_lint.checking.finding import Finding, Subject
from schema_lint.checking.run import fingerprint
from schema_lint.facts.place import SourcePlace


def finding(code: str = "FK001", table: str = "tasks", fingerprint: str = "", line: int = 1) -> Finding:
    return Finding(
        code=code, rule="some-rule", severity="error", message=f"about {table}", why="", suggestion=None,
        subjects=(Subject(kind="table", table=table),), places=(SourcePlace(path="app/models.py", line=line),),
        reference="models:Task", fingerprint=fingerprint or f"{code}-{table}",
    )  # fmt: skip


entries = st.lists(
    st.builds(
        Entry,
        code=st.sampled_from(["FK001", "FK002", "ENV001"]),
        fingerprint=st.text("0123456789abcdef", min_size=16, max_size=16),
        subject=st.text(),
        path=st.text(),
        count=st.integers(1, 5),
    ),
    unique_by=lambda entry: entry.key,
)


@given(entries)
def test_what_is_written_is_read_again(listed: list[Entry]) -> None:
    text = text_of(listed)
    assert {entry.key: entry for entry in parse(text.encode())} == {entry.key: entry for entry in listed}
    assert text_of(parse(text.encode())) == text
    assert json.loads(text)["version"] == 1


def test_the_file_is_for_people_and_for_merging() -> None:
    listed = accepting((), [finding(table="users", fingerprint="c"), finding("COL001", fingerprint="a")])
    listed = accepting(listed, [finding(fingerprint="b"), finding(fingerprint="b", line=9)])
    assert text_of(listed) == (
        "{\n"
        '  "version": 1,\n'
        '  "findings": [\n'
        '    {"code": "COL001", "fingerprint": "a", "subject": "tasks", "path": "app/models.py"},\n'
        '    {"code": "FK001", "fingerprint": "b", "subject": "tasks", "path": "app/models.py", "count": 2},\n'
        '    {"code": "FK001", "fingerprint": "c", "subject": "users", "path": "app/models.py"}\n'
        "  ]\n"
        "}\n"
    )
    assert text_of(()) == '{\n  "version": 1,\n  "findings": []\n}\n'


def test_no_password_and_no_broken_character_is_written() -> None:
    url = Subject(kind="url-literal", name="postgresql://app:hunter22@db.example.com/app")
    leaking = Finding(
        code="ENV002", rule="some-rule", severity="error", message="", why="", suggestion=None, subjects=(url,),
        places=(SourcePlace(path="odd\udcff.py", line=1),), reference="models:Task", fingerprint="f",
    )  # fmt: skip
    text = text_of([entry_of(leaking)])
    assert "hunter22" not in text
    assert "odd\\\\udcff.py" in text


def test_the_same_on_both_sides_of_a_merge_counts_once() -> None:
    one = text_of([entry_of(finding())])
    line = one.splitlines()[3]
    merged = one.replace(line, f"{line},\n{line[:-1]}, " + '"count": 3}')
    assert [(entry.code, entry.count) for entry in parse(merged.encode())] == [("FK001", 3)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no baseline"),
        ("{", "truncated"),
        ("[]", 'no "version"'),
        ("{}", 'no "version"'),
        ('{"version": true, "findings": []}', 'no "version"'),
        ('{"version": 2, "findings": []}', "it has version 2, and this schema-lint knows 1"),
        ('{"version": 1}', "array"),
        ('{"version": 1, "findings": [{"code": "FK001"}]}', "fingerprint"),
        ('{"version": 1, "findings": [{"code": "FK001", "fingerprint": "x", "count": 0}]}', "the count 0"),
        ('{"version": 1,\n<<<<<<< HEAD\n=======\n>>>>>>> main\n"findings": []}', "line 2 has the marks of a conflict"),
        ("[" * 100_000, "recursion"),
        ("\ufeff{}", "JSON"),
    ],
)
def test_what_is_no_baseline(text: str, told: str) -> None:
    with pytest.raises(BaselineError) as caught:
        parse(text.encode())
    assert told.lower() in caught.value.message.lower()
    assert caught.value.hint


def test_findings_are_counted() -> None:
    sieve = Sieve(accepting((), [finding(), finding()]))
    assert [sieve.takes(finding(line=n)) for n in range(3)] == [True, True, False]
    assert not sieve.takes(finding("FK002", fingerprint="FK001-tasks"))
    assert sieve.unused(lambda entry: True) == ()
    sieve = Sieve(accepting((), [finding(), finding()]))
    sieve.takes(finding())
    assert [entry.count for entry in sieve.unused(lambda entry: True)] == [1]
    assert sieve.unused(lambda entry: False) == ()


def test_accepting_takes_away_what_is_stale() -> None:
    two = accepting((), [finding(), finding(), finding("COL001")])
    assert [e.count for e in accepting(two, (), [entry_of(finding())])] == [1, 1]
    assert [str(e) for e in accepting(two, (), [entry_of(finding(), 2)])] == ["COL001 tasks"]
    assert accepting(two, [finding()], [entry_of(finding())]) == two


def test_a_finding_that_concerns_more_than_before_is_known_by_any_subject() -> None:
    def of_tables(*tables: str) -> Finding:
        subjects = tuple(Subject(kind="column", table=table, columns=("created_at",)) for table in tables)
        first = fingerprint("COL003", None, subjects[0], None)
        return msgspec.structs.replace(finding("COL003", fingerprint=first), subjects=subjects)

    sieve = Sieve([entry_of(of_tables("tasks", "users"))])
    assert not sieve.takes(of_tables("notes"))
    assert sieve.takes(of_tables("comments", "tasks", "users"))
    assert not sieve.takes(of_tables("tasks"))
