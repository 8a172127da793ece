"""Rules that rest on what a server counted: they stay silent until it has counted for long enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from schema_lint.checking.finding import Violation
from schema_lint.checking.rule import REGISTRY, rule
from schema_lint.checking.run import NEEDS_SOURCE, NEEDS_STATISTICS, Outcome, run
from schema_lint.checking.selection import select
from schema_lint.config.policies import Policies
from schema_lint.facts.database import Server, TableStatistics, TableStorage
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import PrimaryKey, Table
from schema_lint.facts.unknown import Some, Unknown
from schema_lint_rules._observation import observed


@pytest.fixture(autouse=True)
def own_rules() -> Iterator[None]:
    before = dict(REGISTRY)
    REGISTRY.clear()

    @rule("ZA911", "counted", severity="warning", evidence="P", reference="models:Task")
    def counted(server: Server) -> Iterator[Violation]:
        yield Violation(message="counted")

    @rule("ZA912", "as-it-stands", severity="warning", evidence="P", reference="models:Task", windowed=False)
    def as_it_stands(server: Server) -> Iterator[Violation]:
        yield Violation(message="as it stands")

    @rule("ZA913", "catalogue", severity="warning", evidence="CP", reference="models:Task")
    def catalogue(server: Server) -> Iterator[Violation]:
        yield Violation(message="catalogue")

    yield
    REGISTRY.clear()
    REGISTRY.update(before)


def database(evidence: str = "CP", **server: Any) -> Schema:
    return Schema(
        label="todo",
        evidence=evidence,
        naming_convention=Unknown("a database does not know a naming convention"),
        server=Server(version=180000, role="app", **server),
    )


def result(*schemas: Schema, profile: str = "strict", **policies: Any) -> Outcome:
    project = Project(evidence="".join(schema.evidence for schema in schemas), schemas=schemas)
    return run(project, select(list(REGISTRY.values()), profile=profile), Policies(**policies))


def skipped(outcome: Outcome) -> dict[str, str]:
    return {rule.code: rule.why for rule in outcome.skipped}


def found(outcome: Outcome) -> dict[str, str]:
    return {finding.code: finding.severity for finding in outcome.findings}


def test_without_statistics_such_rules_are_skipped() -> None:
    outcome = result(database("C"))
    assert found(outcome) == {"ZA913": "warning"}
    assert skipped(outcome) == {"ZA911": NEEDS_STATISTICS, "ZA912": NEEDS_STATISTICS}


def test_where_the_source_is_read_nobody_asked() -> None:
    assert skipped(result(Schema(label="m", evidence="S", naming_convention=Unknown("?")))) == {}
    of_metadata = skipped(result(Schema(label="m", evidence="M", naming_convention=Unknown("?"))))
    assert set(of_metadata.values()) == {NEEDS_SOURCE}


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ({"observed_days": 6.9}, "statistics were counted for 6 days only, and observation-days wants 7"),
        ({"observed_days": 0.04}, "statistics were counted for 1 hour only, and observation-days wants 7"),
        (
            {"observed_days": 0.5, "neon": True},
            "statistics were counted for 12 hours only, and observation-days wants 7; "
            "a Neon compute may lose them when it is suspended",
        ),
        ({"observed_days": None}, "since when statistics have been counted is not known"),
    ],
)
def test_young_statistics_say_nothing(server: dict[str, Any], why: str) -> None:
    outcome = result(database(**server))
    assert skipped(outcome) == {"ZA911": why}
    assert found(outcome) == {"ZA912": "warning", "ZA913": "warning"}


def test_the_policy_says_how_long() -> None:
    assert "ZA911" in found(result(database(observed_days=1.5), observation_days=1))
    assert "ZA911" not in found(result(database(observed_days=20.0), observation_days=30))


def test_one_of_two_databases_has_counted_for_long_enough() -> None:
    outcome = result(database(observed_days=1.0), database(observed_days=8.0))
    assert skipped(outcome) == {}
    assert [finding.code for finding in outcome.findings].count("ZA911") == 1


def test_a_replica_counts_only_for_itself() -> None:
    outcome = result(database(observed_days=30.0, in_recovery=True), profile="recommended")
    assert found(outcome) == {"ZA911": "info", "ZA912": "warning", "ZA913": "warning"}


@pytest.mark.parametrize(
    ("counts", "judged"),
    [
        ({}, False),
        ({"sequential_scans": 50, "index_scans": 49}, False),
        ({"inserts": 500, "updates": 499}, False),
        ({"sequential_scans": 50, "index_scans": 50}, True),
        ({"inserts": 400, "updates": 400, "deletes": 200}, True),
    ],
)
def test_a_table_that_is_hardly_used_is_not_judged(counts: dict[str, int], judged: bool) -> None:
    table = Table(
        name="tasks",
        columns=Some(),
        primary_key=PrimaryKey(table="tasks"),
        storage=TableStorage(statistics=TableStatistics(**counts)),
    )
    assert (observed(table) is not None) == judged
    assert observed(Table(name="t", columns=Some(), primary_key=PrimaryKey(table="t"))) is None
