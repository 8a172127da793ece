"""Rules that are asked in two processes say what they say in one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from schema_lint.checking import run as running
from schema_lint.checking.finding import Violation
from schema_lint.checking.rule import REGISTRY, rule
from schema_lint.checking.run import Outcome, run
from schema_lint.checking.selection import select
from schema_lint.config.policies import Policies
from schema_lint.facts.place import CatalogPlace
from schema_lint.facts.project import NamingConvention, Project, Schema
from schema_lint.facts.schema import Column, PrimaryKey, Table
from schema_lint.facts.unknown import Some, Unknown, known

HERE = os.getpid()


@pytest.fixture(autouse=True)
def own_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = dict(REGISTRY)
    REGISTRY.clear()
    monkeypatch.setattr(running, "MANY_TABLES", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)

    @rule("ZA901", "bad-table", severity="error", evidence="C", reference="models:Task", silences=("ZA902",))
    def table_rule(table: Table) -> Iterator[Violation]:
        """Tables are not bad."""
        if table.name.startswith("bad"):
            yield Violation(message=f"{table.name} is bad", sql=f"DROP TABLE {table.name};")

    @rule("ZA902", "nullable", severity="warning", evidence="C", reference="models:Task")
    def column_rule(column: Column, table: Table) -> Iterator[Violation]:
        """Columns are not nullable."""
        if known(column.nullable):
            yield Violation(message=f"{table.name}.{column.name} is nullable")

    for number in range(3, 20):

        @rule(f"ZA9{number:02}", f"of-{number}", severity="info", evidence="C", reference="models:Task")
        def another(table: Table, schema: Schema, *, divisor: int = number) -> Iterator[Violation]:
            """Some tables have a name whose number can be divided."""
            if int(table.name.lstrip("abdt")) % divisor == 0:
                yield Violation(message=f"{table.name} of {len(schema.tables.known)} can be divided by {divisor}")

    yield
    REGISTRY.clear()
    REGISTRY.update(before)


def table(number: int) -> Table:
    name = f"{'bad' if number % 3 == 0 else 't'}{number}"
    nullable: bool | Unknown = Unknown("nobody knows") if number % 5 == 0 else number % 2 == 0
    place = CatalogPlace("d", f"public.{name}")
    column = Column(table=name, name="c", type=Unknown("?"), nullable=nullable, place=place)
    return Table(name=name, columns=Some((column,)), primary_key=PrimaryKey(table=name), place=place)


def outcome() -> Outcome:
    tables, convention = Some(tuple(map(table, range(60)))), NamingConvention(templates={}, stated=False)
    unit = Schema(label="d", evidence="C", tables=tables, naming_convention=convention)
    rules = list(REGISTRY.values())
    return run(
        Project(evidence="C", schemas=(unit,)), select(rules, selected=[rule.code for rule in rules]), Policies()
    )


def alone(monkeypatch: pytest.MonkeyPatch) -> Outcome:
    with monkeypatch.context() as patch:
        patch.setattr(running, "MANY_TABLES", 1000)
        return outcome()


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were made."""
    found: list[int] = []
    fork = os.fork

    def forking() -> int:
        found.append(fork())
        return found[-1]

    monkeypatch.setattr(os, "fork", forking)
    return found


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@contextlib.contextmanager
def asked_there(what: Callable[[], object]) -> Iterator[None]:
    """The other process does this with the first rule that it takes, and this one waits with its own until then."""
    waiting, telling = os.pipe()
    judge = running._Judging.judge

    def judged(self: Any) -> None:
        if os.getpid() != HERE:
            os.write(telling, b"!")
            what()
        else:
            os.read(waiting, 1)
            patch.setattr(running._Judging, "judge", judge)
        judge(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running._Judging, "judge", judged)
        yield
    os.close(waiting)
    os.close(telling)


def test_the_same_findings_in_the_same_order(monkeypatch: pytest.MonkeyPatch, forked: list[int]) -> None:
    with asked_there(lambda: None):
        found = outcome()
    assert found == alone(monkeypatch)
    assert len(found.findings) > 60 and len(found.undecided) == 12
    [process] = forked
    assert is_gone(process)


def test_one_processor_is_not_shared(monkeypatch: pytest.MonkeyPatch, forked: list[int]) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert outcome() == alone(monkeypatch)
    assert forked == []


def test_where_no_process_can_be_made_one_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", full)
    assert outcome() == alone(monkeypatch)


@pytest.mark.parametrize("what", [lambda: os._exit(1), lambda: os.kill(os.getpid(), 9), lambda: 1 // 0])
def test_what_the_other_process_does_not_say_is_asked_here(monkeypatch: pytest.MonkeyPatch, what: Any) -> None:
    with asked_there(what):
        found = outcome()
    assert found == alone(monkeypatch)


def test_what_cannot_be_sent_is_asked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    @rule("ZA990", "surrogate", severity="error", evidence="C", reference="models:Task")
    def surrogate(table: Table) -> Iterator[Violation]:
        """Names are text."""
        yield Violation(message=f"{table.name} \ud800")

    assert outcome() == alone(monkeypatch)


def test_a_rule_that_fails_does_so_as_in_one_process(forked: list[int]) -> None:
    @rule("ZA990", "failing", severity="error", evidence="C", reference="models:Task")
    def failing(table: Table) -> Iterator[Violation]:
        """Rules do not fail."""
        raise LookupError(table.name)
        yield

    with pytest.raises(LookupError, match="bad0"):
        outcome()
    [process] = forked
    assert is_gone(process)
