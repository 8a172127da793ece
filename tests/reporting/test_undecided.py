"""`--show-unknown`: hundreds of undecided checks, told by cause, with what to do about each."""

from __future__ import annotations

from reporting import sample
from schema_lint.checking.finding import Subject
from schema_lint.checking.run import UndecidedRule
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.reporting.report import Options
from schema_lint.reporting.undecided import undecided_lines

OUTSIDE = "the base class vendor.Model is of a package that is not read"


def item(why: str, place: Place | None = None, code: str = "FK001", table: str = "tasks") -> UndecidedRule:
    return UndecidedRule(code=code, subject=Subject(kind="table", table=table), why=why, place=place)


def lines(*items: UndecidedRule, width: int = 100) -> list[str]:
    return undecided_lines(sample.report(undecided=items), Options(width=width, show_unknown=True))


def test_nothing_undecided_says_nothing() -> None:
    assert lines() == []


def test_one_cause_is_told_once_with_its_places_and_rules() -> None:
    here, there = SourcePlace("app/a.py", 3), SourcePlace("app/b.py", 9)
    found = [item(OUTSIDE, here, code, table) for code in ("FK001", "FK002", "REL001") for table in ("users", "tasks")]
    assert lines(*found, item(OUTSIDE, there)) == [
        "undecided: defined in packages that are not read, 7 checks",
        "  = help: install the project's dependencies into a virtual environment in its folder, such as",
        "          .venv: what the models need of them is then read, and never run",
        f"  7 × {OUTSIDE}",
        "      app/a.py:3:1  FK001, FK002, REL001: users, tasks",
        "      app/b.py:9:1  FK001: tasks",
    ]


def test_every_kind_of_cause_has_its_advice() -> None:
    told = lines(
        item("the pool class is computed"),
        item("`tables.user` is computed when the program runs"),
        item("no class or table is named `Taks`"),
        item("the policy `deployment` (neon or traditional) is not stated"),
        item(OUTSIDE),
    )
    assert [line for line in told if line.startswith("undecided:")] == [
        "undecided: a policy that nobody stated, 1 check",
        "undecided: defined in packages that are not read, 1 check",
        "undecided: named, but not found in what was read, 1 check",
        "undecided: what an engine connects to, and how, 1 check",
        "undecided: known only when the program runs, 1 check",
    ]
    assert sum("= help: " in line for line in told) == 5


def test_thousands_stay_readable_and_the_most_frequent_come_first() -> None:
    many = [item(f"{name} is computed", SourcePlace(f"{n}.py", 1)) for name in map(str, range(40)) for n in range(90)]
    told = lines(*many, *[item("most of all")] * 91, width=80)
    assert len(told) < 70
    assert max(map(len, told)) <= 80
    assert told[3:5] == ["  91 × most of all", "       FK001: tasks"]
    assert told[-1] == "  and 29 more causes of 2,610 checks"
    assert "       and 87 more places" in told


def test_text_of_the_source_is_inert() -> None:
    told = "\n".join(lines(item("\x1b[31m::error::x", SourcePlace("\x1b.py", 1), table="a\nb")))
    assert "\x1b" not in told
    assert not [line for line in told.split("\n") if line.lstrip().startswith("::")]
