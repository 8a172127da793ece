from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from schema_lint.checking.finding import Subject, Violation
from schema_lint.checking.rule import REGISTRY, Shared, rule
from schema_lint.checking.run import Outcome, fingerprint, run
from schema_lint.checking.selection import select
from schema_lint.config.policies import Policies
from schema_lint.facts.database import Server
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import NamingConvention, Project, Schema
from schema_lint.facts.schema import Column, PrimaryKey, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown, known

MIXIN = SourcePlace(path="mixins.py", line=3, column=5)


@pytest.fixture(autouse=True)
def own_rules() -> Iterator[None]:
    before = dict(REGISTRY)
    REGISTRY.clear()

    @rule("ZA901", "bad-table", severity="error", evidence="S", reference="models:Task", silences=("ZA902",))
    def table_rule(table: Table) -> Iterator[Violation]:
        """Tables are not bad.

        Why: since bad
        is bad.

        Bad: …
        """
        if table.name.startswith("bad"):
            yield Violation(message=f"{table.name} is bad")

    @rule("ZA902", "nullable", severity="warning", evidence="SM", reference="models:Task")
    def column_rule(column: Column, table: Table) -> Iterator[Violation]:
        """Columns are not nullable."""
        if known(column.nullable):
            yield Violation(message=f"{table.name}.{column.name} is nullable")

    @rule("ZA903", "postgres", severity="info", evidence="S", reference="models:Task", postgresql_only=True)
    def postgresql_rule(schema: Schema) -> Iterator[Violation]:
        """Always."""
        yield Violation(message="here")

    yield
    REGISTRY.clear()
    REGISTRY.update(before)


def table(name: str, nullable: bool | Unknown, place: SourcePlace | None = None) -> Table:
    column = Column(table=name, name="c", type=Unknown("?"), nullable=nullable, place=place)
    return Table(
        name=name,
        columns=Some((column,)),
        primary_key=PrimaryKey(table=name, columns=("c",)),
        place=SourcePlace(path="models.py", line=1),
    )


def result(*tables: Table, codes: tuple[str, ...] = ("ZA901", "ZA902"), **schema: object) -> Outcome:
    convention = NamingConvention(templates={}, stated=False)
    unit = Schema(label="m", evidence="S", tables=Some(tables), naming_convention=convention, **schema)  # type: ignore[arg-type]
    return run(Project(schemas=(unit,)), select(list(REGISTRY.values()), selected=codes), Policies())


def test_a_known_good_table_is_silent() -> None:
    assert result(table("good", False)) == Outcome(findings=(), undecided=(), skipped=())


def test_an_undecided_rule_is_silent_and_listed() -> None:
    outcome = result(table("good", Unknown("made by a helper", MIXIN)))
    assert outcome.findings == ()
    assert [(u.code, u.why, u.place) for u in outcome.undecided] == [("ZA902", "made by a helper", MIXIN)]


def test_one_line_of_source_is_one_finding_with_all_its_subjects() -> None:
    (finding,) = result(table("a", True, MIXIN), table("b", True, MIXIN)).findings
    assert [str(subject) for subject in finding.subjects] == ["a.c", "b.c"]
    assert [str(subject) for subject in finding.unnamed] == ["b.c"]
    assert finding.places == (MIXIN,)


def test_a_parent_silences_its_children_on_the_same_table_only() -> None:
    outcome = result(table("bad", True, MIXIN), table("fine", True))
    assert [(f.code, str(f.subject)) for f in outcome.findings] == [("ZA901", "bad"), ("ZA902", "fine.c")]


def test_external_tables_are_not_reported() -> None:
    unit = Schema(
        label="m",
        evidence="S",
        tables=Some((table("bad", True),)),
        naming_convention=NamingConvention(templates={}, stated=False),
    )
    policies = Policies(external_tables={"bad": {"c": "text"}})
    assert run(Project(schemas=(unit,)), select(list(REGISTRY.values())), policies).findings[0].code == "ZA903"


def test_rules_about_postgresql_alone_are_skipped_where_other_databases_are_supported() -> None:
    outcome = result(table("good", False), codes=("ZA903",), other_dialects=("sqlite",))
    assert outcome.findings == ()
    assert [(s.code, s.why) for s in outcome.skipped] == [("ZA903", "the project also supports sqlite")]


def test_evidence_that_the_rule_may_not_judge_is_left_alone() -> None:
    assert result(table("bad", False)).findings
    convention = NamingConvention(templates={}, stated=False)
    unit = Schema(label="m", evidence="M", tables=Some((table("bad", False),)), naming_convention=convention)
    assert run(Project(schemas=(unit,)), select(list(REGISTRY.values()), selected=["ZA901"]), Policies()).findings == ()


def test_why_is_the_first_paragraph() -> None:
    (finding,) = result(table("bad", False)).findings
    assert finding.why == "since bad is bad."


def test_fingerprints_do_not_move_with_lines_or_the_order_of_columns() -> None:
    one = Subject(kind="index", table="t", columns=("a", "b"), name="ix")
    other = Subject(kind="index", table="t", columns=("b", "a"), name="iy")
    here, there = SourcePlace(path="a.py", line=1), SourcePlace(path="b.py", line=99)
    assert fingerprint("X", "m", one, here) == fingerprint("X", "n", other, there)
    assert fingerprint("X", "m", one, here) != fingerprint("Y", "m", one, here)
    model = Subject(kind="model", class_="app.User")
    assert fingerprint("X", "m", model, here) == fingerprint("X", "m", model, there)
    engine = Subject(kind="engine", name="create_engine")
    assert fingerprint("X", None, engine, here) != fingerprint("X", None, engine, there)


def test_tables_of_tests_and_revisions_are_set_aside() -> None:
    tables = (table("bad", False), msgspec.structs.replace(table("bad_too", False), place=SourcePlace("tests/m.py", 1)))
    convention = NamingConvention(templates={}, stated=False)
    unit = Schema(label="m", evidence="S", tables=Some(tables), naming_convention=convention)
    project = Project(schemas=(unit,), set_aside=frozenset({"tests/m.py"}))
    found = run(project, select(list(REGISTRY.values()), selected=["ZA901"]), Policies()).findings
    assert [str(f.subject) for f in found] == ["bad"]


def test_a_parent_silences_its_child_on_the_same_line_where_neither_has_a_table() -> None:
    @rule("ZA904", "secret", severity="error", evidence="S", reference="models:Task", silences=("ZA905",))
    def parent(project: Project) -> Iterator[Violation]:
        """Always."""
        yield Violation(message="a", subject=Subject(kind="url"), place=MIXIN)

    @rule("ZA905", "literal", severity="error", evidence="S", reference="models:Task")
    def child(project: Project) -> Iterator[Violation]:
        """Always, twice."""
        yield Violation(message="b", subject=Subject(kind="engine"), place=MIXIN)
        yield Violation(message="c", subject=Subject(kind="engine"), place=SourcePlace(path="other.py", line=1))

    found = run(Project(), select(list(REGISTRY.values()), selected=["ZA904", "ZA905"]), Policies()).findings
    assert [finding.message for finding in found] == ["a", "c"]


def test_a_rule_may_visit_several_kinds_of_facts() -> None:
    @rule("ZA904", "kinds", severity="warning", evidence="SC", reference="models:Task")
    def kinds(fact: Table | Server) -> Iterator[Violation]:
        """Always."""
        yield Violation(message=type(fact).__name__)

    outcome = result(table("good", False), codes=("ZA904",), server=Server(version=180000, role="app"))
    assert sorted(finding.message for finding in outcome.findings) == ["Server", "Table"]


def visited(*columns: tuple[str, str | None]) -> list[str]:
    """Columns, by their name and type, that the rules were asked about."""
    owned = [
        Column(table="t", name=name, type=ColumnType(sql=kind, name=kind) if kind else Unknown("?"), nullable=False)
        for name, kind in columns
    ]
    unit = Schema(
        label="m",
        evidence="S",
        tables=Some((Table(name="t", columns=Some(tuple(owned)), primary_key=PrimaryKey(table="t")),)),
        naming_convention=NamingConvention(templates={}, stated=False),
    )
    policies = Policies(owner=("owner_id",))
    found = run(Project(schemas=(unit,)), select(list(REGISTRY.values()), selected=["ZA906"]), policies).findings
    return [finding.message for finding in found]


def test_a_rule_about_types_is_asked_about_no_others() -> None:
    @rule("ZA906", "kinds", severity="error", evidence="S", reference="models:Task", types=("money", "json"))
    def kinds(column: Column) -> Iterator[Violation]:
        yield Violation(message=column.name)

    assert visited(("a", "json"), ("b", "text"), ("c", None), ("d", "money"), ("e", "json")) == ["a", "d", "e"]


def test_a_rule_about_types_is_asked_about_unknown_ones_if_it_says_so() -> None:
    @rule("ZA906", "kinds", severity="error", evidence="S", reference="models:Task", types=("money", None))
    def kinds(column: Column) -> Iterator[Violation]:
        yield Violation(message=column.name)

    assert visited(("a", None), ("b", "text"), ("c", "money")) == ["a", "c"]


def test_a_rule_about_names_is_asked_about_those_that_the_policies_name() -> None:
    def is_owner(name: str, policies: Policies) -> bool:
        return name in policies.owner

    @rule("ZA906", "names", severity="error", evidence="S", reference="models:Task", names=is_owner)
    def names(column: Column) -> Iterator[Violation]:
        yield Violation(message=column.name)

    assert visited(("id", "uuid"), ("owner_id", None)) == ["owner_id"]


def test_types_and_names_are_those_of_columns() -> None:
    with pytest.raises(TypeError, match="it visits Table"):

        @rule("ZA906", "tables", severity="error", evidence="S", reference="models:Task", types=("json",))
        def tables(table: Table) -> Iterator[Violation]:
            yield Violation(message=table.name)


def test_what_rules_share_is_worked_out_once_for_a_schema() -> None:
    made: list[str] = []

    def names(schema: Schema, _: Policies) -> list[str]:
        made.append(schema.label)
        return [table.name for table in schema.tables.known]

    @rule("ZA906", "shared", severity="error", evidence="S", reference="models:Task")
    def shared_names(column: Column, shared: Shared) -> Iterator[Violation]:
        yield Violation(message=f"{column.name} {shared.of(names)}")

    assert visited(("a", "json"), ("b", "text")) == ["a ['t']", "b ['t']"]
    assert made == ["m"]
