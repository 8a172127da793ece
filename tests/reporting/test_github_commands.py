"""GitHub's workflow commands, and every trap they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporting import sample
from schema_lint.checking.finding import Finding
from schema_lint.facts.place import RevisionPlace, SourcePlace
from schema_lint.reporting.github import append_summary, render, summary
from schema_lint.reporting.report import Options, Report, Since, SuppressedCounts


def commands(*findings: Finding, **options: bool | str) -> list[str]:
    text = render(sample.report(*findings), Options(**options))  # type: ignore[arg-type]
    return [line for line in text.splitlines() if line.startswith("::")]


def many(code: str, count: int, **more: object) -> list[Finding]:
    return [sample.finding(code, f"m{n}", SourcePlace("a.py", n + 1), **more) for n in range(count)]


def test_one_command() -> None:
    assert commands(sample.FOREIGN_KEY) == [
        "::error file=app/models.py,line=20,col=5,endColumn=13,title=FK001 foreign-key-without-index::"
        "tasks.owner_id references users.id, and no index starts with it%0Aadd index=True to Task.owner_id"
    ]


def test_nothing_found_gives_no_command() -> None:
    assert render(sample.report()) == (
        "No errors or warnings in 34 files: 19 tables, 21 models, 1 engine "
        "(SQLAlchemy 2.0.36, SQLModel 0.0.22, from uv.lock)\n"
    )


def test_percent_is_escaped_before_what_makes_percents() -> None:
    (command,) = commands(sample.finding("FK001", "100%\r\n::error::x %0A\ry", None))
    assert command.endswith("::100%25%0A::error::x %250A␍y")


def test_properties_are_escaped_with_colons_and_commas_too() -> None:
    (command,) = commands(sample.finding("FK001", "m", SourcePlace("a,b:c%d\n.py", 1)))
    assert command.startswith("::error file=a%2Cb%3Ac%25d%0A.py,line=1,")


def test_a_message_cannot_begin_a_command_of_its_own() -> None:
    text = render(sample.report(sample.finding("FK001", "x\n::set-env name=A::b\n##[error]y", None)))
    assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == commands(
        sample.finding("FK001", "x\n::set-env name=A::b\n##[error]y", None)
    )
    assert "##[" not in text


def test_columns_only_for_a_span_of_one_line() -> None:
    (several,) = commands(sample.finding("FK001", "m", SourcePlace("a.py", 3, 5, 6, 2)))
    assert several.startswith("::error file=a.py,line=3,endLine=6,title=")
    (unknown_end,) = commands(sample.finding("FK001", "m", SourcePlace("a.py", 3, 5)))
    assert unknown_end.startswith("::error file=a.py,line=3,col=5,title=")


def test_places_outside_source_files() -> None:
    assert commands(sample.CATALOG)[0].startswith("::error title=FK001 foreign-key-without-index::")
    assert commands(sample.finding("FK001", "m", RevisionPlace("ae10", "m/ae10.py", 7)))[0].startswith(
        "::error file=m/ae10.py,line=7,title="
    )


def test_paths_are_relative_to_the_repository() -> None:
    (command,) = commands(sample.FOREIGN_KEY, prefix="backend")
    assert command.startswith("::error file=backend/app/models.py,")
    (command,) = commands(sample.FOREIGN_KEY, prefix="..")
    assert command.startswith("::error file=../app/models.py,")


def test_worst_first_and_infos_only_when_asked_for() -> None:
    kinds = [line.split()[0] for line in commands(*sample.EVERYTHING)]
    assert kinds == ["::error"] * 3 + ["::warning"] * 3
    kinds = [line.split()[0] for line in commands(*sample.EVERYTHING, show_info=True)]
    assert kinds == ["::error"] * 3 + ["::warning"] * 3 + ["::notice"] * 2


def test_ten_of_each_kind_and_a_line_that_says_how_many_were_cut() -> None:
    text = render(sample.report(*many("FK001", 12), *many("NUL004", 11), *many("FK004", 10)), Options(show_info=True))
    counts = [
        sum(line.startswith(f"::{kind} ") for line in text.splitlines()) for kind in ("error", "warning", "notice")
    ]
    assert counts == [10, 10, 10]
    assert "2 more errors and 1 more warning without annotation: GitHub shows 10 of each kind for a step\n" in text
    assert "23 findings: 12 errors, 11 warnings in " in text


def test_several_subjects_are_counted() -> None:
    (command,) = commands(sample.CONVENTION)
    assert "has no naming convention (and 13 more places)%0Aset " in command


def test_control_characters_are_made_visible() -> None:
    (command,) = commands(sample.finding("FK001", "a\x1b[31mb\u202e", None))
    assert command.endswith("::a␛[31mb\ufffd")


def test_passwords_are_masked() -> None:
    text = render(sample.report(sample.CREDENTIALS)) + summary(sample.report(sample.CREDENTIALS))
    assert "s3cret" not in text


def test_the_summary_is_a_table_with_all_findings() -> None:
    report = sample.report(*many("FK001", 25), sample.CONVENTION, *sample.INFOS)
    assert summary(report).count("\n| error | `FK001` foreign-key-without-index |") == 25
    assert summary(sample.report(sample.FOREIGN_KEY, sample.CONVENTION, *sample.INFOS)) == (
        "### schema-lint: 2 findings: 1 error, 1 warning\n"
        "\n"
        "| | Rule | Where | What |\n"
        "|---|---|---|---|\n"
        "| error | `FK001` foreign-key-without-index | `app/models.py:20:5` | "
        "tasks.owner\\_id references users.id, and no index starts with it<br>→ add index=True to Task.owner\\_id |\n"
        "| warning | `CON001` metadata-without-naming-convention | `app/models.py:7:1` | "
        "SQLModel.metadata has no naming convention (and 13 more)"
        "<br>→ set SQLModel.metadata.naming\\_convention before the first model |\n"
        "\n"
        "2 infos not listed.\n"
        "\n"
        "Read 34 files: 19 tables, 21 models, 1 engine \\(SQLAlchemy 2.0.36, SQLModel 0.0.22, from uv.lock\\).\n"
    )


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a|b", "a\\|b"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("[x](https://example.com)", "\\[x\\]\\(https://example.com\\)"),
        ("@everyone `x` *y* _z_", "&#64;everyone \\`x\\` \\*y\\* \\_z\\_"),
        ("&lt;", "&amp;lt;"),
        ("one\n\n# two", "one \\# two"),
        ("\x1b[1m", "␛\\[1m"),
    ],
)
def test_markdown_in_a_message_is_text(message: str, shown: str) -> None:
    assert f"| {shown} |\n" in summary(sample.report(sample.finding("FK001", message, None)))


def test_backticks_and_bars_in_a_path() -> None:
    text = summary(sample.report(sample.finding("FK001", "m", SourcePlace("a`|b.py", 1))))
    assert "| ``a`\\|b.py:1:1`` |" in text


def test_a_long_summary_is_cut_and_says_so() -> None:
    text = summary(sample.report(*many("FK001", 700)))
    assert text.count("| error |") == 500
    assert "… and 200 more findings." in text
    assert len(summary(sample.report(*many("FK001", 400, suggestion="x" * 9000))).encode()) < 1_048_576


def test_the_summary_is_appended_where_github_says(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")
    report = sample.report(sample.finding("FK001", "m\udcff", None))
    append_summary(report, {"GITHUB_STEP_SUMMARY": str(path)})
    assert path.read_text(encoding="utf-8").startswith("before\n### schema-lint: 1 error\n")
    append_summary(report, {})
    append_summary(report, {"GITHUB_STEP_SUMMARY": str(tmp_path / "missing" / "summary.md")})


def test_what_is_left_out_is_told() -> None:
    since = Since(ref="::warning::main", commit="0123456789abcdef", older=3)
    report = Report(suppressed=SuppressedCounts(baseline=2), since=since)
    last = render(report).splitlines()[-1]
    assert last.endswith(
        "; suppressed: 2 by the baseline; since: ∷warning::main (at 0123456789): 3 older findings not shown"
    )
    assert "Not listed: suppressed: 2 by the baseline; since: " in summary(report)
