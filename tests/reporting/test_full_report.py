"""The report for people, as it looks."""

from __future__ import annotations

import re

import pytest

from reporting import sample
from schema_lint.checking.finding import Finding, Subject
from schema_lint.checking.run import SkippedRule, UndecidedRule
from schema_lint.facts.place import RevisionPlace, SourcePlace
from schema_lint.reporting import full
from schema_lint.reporting.excerpt import Excerpt
from schema_lint.reporting.report import Hint, Options, Read, Report, SuppressedCounts
from schema_lint.reporting.terminal import Style, width

READ_LINE = " in 34 files: 19 tables, 21 models, 1 engine (SQLAlchemy 2.0.36, SQLModel 0.0.22, from uv.lock)"
EXCERPTS = {
    "models:Task.owner_id": "# Never NULL: every task has an owner, and every query begins with one. Indexed.\n"
    'owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)',
    "models:Task.completed": "completed: bool = False",
}


@pytest.fixture(autouse=True)
def _reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference that does not change with the real one."""

    def excerpt(name: str) -> Excerpt | None:
        text = EXCERPTS.get(name)
        return Excerpt(name=name, path="schema_lint_reference/models.py", line=1, text=text) if text else None

    monkeypatch.setattr(full, "excerpt", excerpt)


def rendered(*findings: Finding, cells: int = 110, show_info: bool = False) -> str:
    text = full.render(sample.report(*findings), Options(width=cells, show_info=show_info))
    return text.partition("\nnext:")[0]


def test_side_by_side() -> None:
    assert rendered(sample.FOREIGN_KEY) == (
        """\
error[FK001] foreign-key-without-index: tasks.owner_id references users.id, and no index starts with it
  --> app/models.py:20:5                                    ┬─ reference models:Task.owner_id
15 │ class Task(SQLModel, table=True):                      │ # Never NULL: every task has an owner, and every
 … │                                                        │ # query begins with one. Indexed.
18 │     done: bool | None = None                           │ owner_id: uuid.UUID = Field(
19 │                                                        │     foreign_key="users.id",
20 │     owner_id: UUID = Field(foreign_key="users.id")     │     ondelete="RESTRICT",
   │     ^^^^^^^^                                           │     index=True,
21 │     project_id: UUID = Field(foreign_key="projects.id… │ )
   = why: PostgreSQL does not index the referencing side of a foreign key by itself, so each delete or
          update of the referenced row, and each join from it, reads the whole table (PostgreSQL manual,…
   = help: add index=True to Task.owner_id
   = sql: CREATE INDEX CONCURRENTLY ix_tasks_owner_id ON tasks (owner_id);
   = see: app/models.py:7:1  class User(SQLModel, table=True):

"""
        f"1 error{READ_LINE}\n"
    )


def test_stacked_where_it_is_narrow() -> None:
    assert rendered(sample.BOOLEAN, cells=60).splitlines() == [
        "warning[NUL004] nullable-boolean: tasks.done may be NULL,",
        "  which is neither true nor false",
        "  --> app/models.py:18:5",
        "15 │ class Task(SQLModel, table=True):",
        "16 │     id: UUID = Field(default_factory=uuid4, primary_ke…",
        "17 │     title: str = Field(max_length=200)",
        "18 │     done: bool | None = None",
        "   │     ^^^^",
        "   ├─ reference models:Task.completed",
        "   │ completed: bool = False",
        "   = why: Three truth values where two are meant.",
        "   = help: make Task.done a bool with a default",
        "",
        "1 warning in 34 files: 19 tables, 21 models, 1 engine",
        "(SQLAlchemy 2.0.36, SQLModel 0.0.22, from uv.lock)",
    ]


def test_what_was_said_is_not_said_again() -> None:
    text = rendered(sample.FOREIGN_KEY, sample.SECOND_FOREIGN_KEY)
    assert text.count("= why:") == 1
    assert text.count("# Never NULL") == 1
    assert text.split("\n\n")[1].splitlines() == [
        "error[FK001] foreign-key-without-index: tasks.project_id references projects.id, and no index starts with it",
        "  --> app/models.py:21:5",
        "15 │ class Task(SQLModel, table=True):",
        " … │",
        '21 │     project_id: UUID = Field(foreign_key="projects.id")',
        "   │     ^^^^^^^^^^",
        "   = help: add index=True to Task.project_id",
        "   = as above: reference models:Task.owner_id",
    ]


def test_the_fourth_of_a_rule_and_more_take_a_line_each() -> None:
    same = [sample.finding("NUL004", f"t{n}.done may be NULL", SourcePlace("app/models.py", 18, 5)) for n in range(6)]
    blocks = rendered(*same).split("\n\n")
    assert len(blocks) == 5
    assert blocks[3].splitlines() == [
        "warning[NUL004] nullable-boolean: 3 more",
        "  --> app/models.py",
        "      18:5  t3.done may be NULL",
        "      18:5  t4.done may be NULL",
        "      18:5  t5.done may be NULL",
    ]
    others = [sample.finding("NUL004", "m", SourcePlace("b.py", 1)), sample.finding("NUL004", "n", None)]
    assert rendered(*same[:3], *others).split("\n\n")[3].splitlines() == [
        "warning[NUL004] nullable-boolean: 2 more",
        "  --> b.py:1:1  m",
        "  --> n",
    ]
    assert len(rendered(*same[:4]).split("\n\n")) == 5


def test_several_subjects_are_counted_and_named() -> None:
    assert "   = also: 13 more tables: tasks, t0, t1, t2, t3, t4, t5, t6 and 5 more\n" in rendered(sample.CONVENTION)


def test_places_that_are_no_source() -> None:
    assert rendered(sample.CATALOG).splitlines()[1].startswith("  --> app: public.audit     ")
    revision = sample.finding("FK001", "m", RevisionPlace("ae10", "app/models.py", 4))
    assert "  --> app/models.py:4 (ae10) " in rendered(revision)
    assert " 4 │ from sqlmodel import" in rendered(revision)
    nowhere = sample.finding("NUL004", "m", None, subjects=(Subject(kind="table", table="tasks"),))
    assert "\n  --> tasks " in rendered(nowhere)


def test_a_source_that_cannot_be_read_any_more() -> None:
    text = rendered(sample.finding("NUL004", "m", SourcePlace("gone.py", 3, 5)))
    assert "  --> gone.py:3:5 " in text
    assert "│ completed: bool = False\n" in text


def test_a_reference_that_is_missing() -> None:
    text = rendered(sample.finding("NUL004", "m", SourcePlace("app/models.py", 18, 5), reference="models:None"))
    assert "reference" not in text.replace("references", "")


def test_infos_are_counted_or_shown() -> None:
    assert "  info: 2 × FK004 implicit-foreign-key-action\n" in rendered(*sample.INFOS)
    assert "info[FK004]" not in rendered(*sample.INFOS)
    assert "info[FK004] implicit-foreign-key-action: " in rendered(*sample.INFOS, show_info=True)


def test_a_clean_run_is_one_line() -> None:
    assert rendered(cells=200) == f"✓ Nothing to mend{READ_LINE}\n"
    assert full.render(Report(read=Read(files=3))) == "✓ Nothing to mend in 3 files, in which there is no table\n"


def test_files_that_were_not_read() -> None:
    read = Read(files=3, files_skipped=1200, tables=2)
    assert full.render(Report(read=read)) == "✓ Nothing to mend in 3 files: 2 tables; 1,200 more mention no database\n"


UNDECIDED = UndecidedRule(
    code="FK003",
    subject=Subject(kind="table", table="tasks"),
    why="star import of vendor",
    place=SourcePlace("app/models.py", 3, 1),
)


def test_the_footer_says_what_is_not_shown() -> None:
    report = sample.report(
        sample.BOOLEAN,
        undecided=(UNDECIDED,) * 3,
        skipped=tuple(SkippedRule(code, "the project also supports sqlite") for code in ("COL010", "IDX006")),
        strict_more=1041,
        suppressed=SuppressedCounts(comments=2, baseline=5),
        hints=(Hint("schema-lint init", "writes a configuration"),),
    )  # fmt: skip
    footer = full.render(report, Options(width=110)).split("\n\n", 1)[1]
    assert footer == (
        f"1 warning{READ_LINE}\n"
        "  strict: the strict profile would report 1,041 more\n"
        "  undecided: 3 checks, about which nothing is claimed: 3 × star import of vendor\n"
        "  suppressed: 2 by comments, 5 by the baseline\n"
        "  not run: COL010, IDX006: the project also supports sqlite\n"
        "\n"
        "next: schema-lint init                  writes a configuration\n"
        "      schema-lint explain NUL004        why nullable-boolean matters, with examples\n"
        "      schema-lint check --show-unknown  lists what could not be decided\n"
    )


def test_what_could_not_be_decided_is_listed_when_asked_for() -> None:
    text = full.render(sample.report(undecided=(UNDECIDED,)), Options(width=110, show_unknown=True))
    assert text.startswith(
        "undecided: known only when the program runs, 1 check\n"
        "  = help: no rule claims anything about these; `check --metadata MODULE` imports the models and judges what\n"
        "          SQLAlchemy makes of them\n"
        "  1 × star import of vendor\n"
        "      app/models.py:3:1  FK003: tasks\n"
        "\n"
        "✓"
    )
    assert text.count("undecided:") == 1


def test_many_kinds_of_info_and_causes_are_cut() -> None:
    infos = [sample.finding("FK004", "m", None, severity="info", rule=f"rule-{n}") for n in range(9)]
    undecided = tuple(UndecidedRule(code="FK003", subject=UNDECIDED.subject, why=f"cause {n}") for n in range(5))
    text = " ".join(full.render(sample.report(*infos, undecided=undecided)).split())
    assert "1 × FK004 rule-5 and 3 more rules " in text
    assert "1 × cause 2 and 2 more causes " in text


def test_passwords_are_masked_everywhere() -> None:
    text = rendered(sample.CREDENTIALS)
    assert "s3cret" not in text
    assert text.count("app:***@db") == 2


HOSTILE = "x\x1b[31m\r\n::error::y ##[error]z\u202e" + "w" * 300


@pytest.mark.parametrize("cells", [1, 20, 40, 80, 100, 120, 160, 500])
def test_hostile_text_is_inert_and_fits(cells: int) -> None:
    path = "a\x1b[1m\n::error::b.py"
    finding = sample.finding(
        "FK001", HOSTILE, SourcePlace(path, 2, 3), suggestion=HOSTILE, sql=f"::error::x\n{HOSTILE}", why=HOSTILE,
        subjects=(Subject(kind="table", table=HOSTILE),) * 2, related=(SourcePlace(path, 1),),
    )  # fmt: skip
    report = Report(
        findings=(finding,),
        source={path: f"class {HOSTILE}:\n    ::error:: \x9b31m" + "日本" * 100}.get,
        undecided=(UndecidedRule(code="FK003", subject=finding.subject, why=HOSTILE),),
        skipped=(SkippedRule("FK001", HOSTILE),),
    )
    for show in (False, True):
        text = full.render(report, Options(width=cells, show_unknown=show))
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]|##\[", text)
        assert not re.search(r"^\s*::", text, re.MULTILINE)


@pytest.mark.parametrize("cells", [60, 80, 100, 101, 120, 160, 200])
def test_nothing_is_wider_than_the_terminal(cells: int) -> None:
    for line in rendered(*sample.EVERYTHING, cells=cells, show_info=True).splitlines():
        assert width(line) <= cells or " = sql: " in line


def test_the_panes_meet_in_one_column() -> None:
    for block in rendered(*sample.EVERYTHING, cells=120).split("\n\n"):
        lines = [line for line in block.splitlines() if re.match(r"\s*(\d+|…)? │|  -->", line)]
        if any("┬" in line for line in lines):
            assert len({line.index("┬") if "┬" in line else line.index("│", 8) for line in lines}) == 1


def test_colour_says_the_same() -> None:
    report = sample.report(*sample.EVERYTHING)
    coloured = full.render(report, Options(width=120, style=Style(colour=True)))
    assert "\x1b[1;31merror[FK001]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == full.render(report, Options(width=120))


def test_ascii_only() -> None:
    assert full.render(sample.report(*sample.EVERYTHING), Options(style=Style(ascii=True))).isascii()


def test_paths_as_the_reader_sees_them() -> None:
    text = full.render(sample.report(sample.BOOLEAN), Options(prefix=".."))
    assert "  --> ../app/models.py:18:5" in text
