"""One line for each finding, and tables of counts."""

from __future__ import annotations

from reporting import sample
from schema_lint.checking.finding import Edit, Fix
from schema_lint.facts.place import SourcePlace
from schema_lint.reporting import concise, statistics
from schema_lint.reporting.report import Options
from schema_lint.reporting.terminal import Style


def test_lines_in_the_order_of_the_source() -> None:
    assert concise.render(sample.report(*sample.EVERYTHING, sample.CATALOG)).splitlines() == [
        "app/database.py:3:24: ENV002[error] the password of app@db.example.com stands in the source",
        "app/models.py:7:1: CON001[warning] SQLModel.metadata has no naming convention (and 13 more)",
        "app/models.py:18:5: NUL004[warning] tasks.done may be NULL, which is neither true nor false",
        "app/models.py:20:5: FK001[error] tasks.owner_id references users.id, and no index starts with it",
        "app/models.py:21:5: FK001[error] tasks.project_id references projects.id, and no index starts with it",
        "app/models.py:22:5: COL003[warning] tasks.created_at defaults to datetime.utcnow, which has no time zone",
        "app: public.audit: FK001[error] audit.user_id references users.id, and no index starts with it",
        "7 findings: 4 errors, 3 warnings (info: 2 × FK004 implicit-foreign-key-action)",
    ]


def test_nothing() -> None:
    assert concise.render(sample.report()) == "No errors or warnings\n"


def test_no_line_is_a_command_or_more_than_one() -> None:
    text = concise.render(
        sample.report(sample.finding("FK001", "a\n::error::b\x1b[1m", SourcePlace(" ::add-mask::x\n.py", 1)))
    )
    assert text == "./ ::add-mask::x␊.py:1:1: FK001[error] a ∷error::b␛[1m\n1 error\n"


def test_colour() -> None:
    text = concise.render(sample.report(sample.BOOLEAN), Options(style=Style(colour=True)))
    assert "\x1b[1mapp/models.py:18:5\x1b[0m: \x1b[1;33mNUL004[warning]\x1b[0m tasks.done" in text


def test_statistics() -> None:
    assert statistics.render(sample.report(*sample.EVERYTHING, sample.CATALOG)).splitlines() == [
        "code    rule                                severity  findings  subjects",
        "FK001   foreign-key-without-index           error            3         3",
        "ENV002  credentials-in-source               error            1         1",
        "COL003  utcnow-default                      warning          1         1",
        "CON001  metadata-without-naming-convention  warning          1        14",
        "NUL004  nullable-boolean                    warning          1         1",
        "FK004   implicit-foreign-key-action         info             2         2",
        "",
        "7 findings: 4 errors, 3 warnings",
    ]
    assert statistics.render(sample.report()) == "No errors or warnings\n"


def test_statistics_tell_what_can_be_fixed() -> None:
    where = SourcePlace("app/models.py", 1)
    edit = Edit(intent="set-argument", place=where, name="index", value="True")
    safe, unsafe = (
        sample.finding("FK001", kind, where, fix=Fix(applicability=kind, edits=(edit,))) for kind in ("safe", "unsafe")
    )
    assert statistics.render(sample.report(safe, safe, unsafe, sample.BOOLEAN)).splitlines()[:3] == [
        "code    rule                       severity  findings  subjects  fixable",
        "FK001   foreign-key-without-index  error            3         3  2 safe, 1 unsafe",
        "NUL004  nullable-boolean           warning          1         1",
    ]
