from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli_run import Run

ONLY = ("--select", "FK001", "--output-format", "concise")


def found(run: Run, *arguments: str) -> list[str]:
    """`path:line code` of each finding."""
    result = run("check", "--output-format", "json", *arguments)
    assert result.status in (0, 1), result.err
    findings = json.loads(result.out)["findings"]
    return [f"{f['places'][0]['path']}:{f['places'][0]['line']} {f['code']}" for f in findings]


def test_a_finding_is_status_1(run: Run, project: Path) -> None:
    result = run("check", *ONLY)
    assert (result.status, result.err) == (1, "")
    assert result.out.startswith("app/models.py:10:")


def test_nothing_found_is_status_0(run: Run, project: Path) -> None:
    models = project / "app" / "models.py"
    models.write_text(models.read_text("utf-8").replace('"user.id")', '"user.id", index=True)'), encoding="utf-8")
    result = run("check", *ONLY)
    assert (result.status, result.out) == (0, "No errors or warnings\n")
    assert run("check", *ONLY, "--quiet") == (0, "", "")


def test_what_fails(run: Run, project: Path) -> None:
    assert run("check", *ONLY, "--fail-on", "error").status == 1
    assert run("check", *ONLY, "--fail-on", "never").status == 0
    assert run("check", *ONLY, "--exit-zero").status == 0
    assert run("check", *ONLY, "--config", "severities.FK001=warning", "--fail-on", "error").status == 0
    assert run("check", *ONLY, "--config", "severities.FK001=info").status == 0
    assert run("check", *ONLY, "--config", "severities.FK001=info", "--fail-on", "info").status == 1
    assert run("check", *ONLY, "--config", "fail-on=never").status == 0


def test_paths_are_what_is_reported(run: Run, project: Path) -> None:
    assert found(run, "--select", "FK001") == ["app/models.py:10 FK001"]
    assert found(run, "--select", "FK001", "app") == ["app/models.py:10 FK001"]
    assert found(run, "--select", "FK001", "./app/models.py") == ["app/models.py:10 FK001"]
    assert found(run, "--select", "FK001", str(project / "app" / "models.py")) == ["app/models.py:10 FK001"]
    assert found(run, "--select", "FK001", "app/other.py") == []
    assert found(run, "--select", "FK001", "app/other.py", "app") == ["app/models.py:10 FK001"]


def test_what_a_file_needs_is_read_from_others(run: Run, project: Path) -> None:
    (project / "app" / "task.py").write_text(
        "from sqlmodel import Field, SQLModel\n\n\nclass Note(SQLModel, table=True):\n"
        "    id: int | None = Field(default=None, primary_key=True)\n"
        '    user_id: int = Field(foreign_key="user.id", index=True)\n',
        encoding="utf-8",
    )
    assert found(run, "--select", "FK002,FK003", "app/task.py") == []


def test_from_a_folder_below_the_root(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "app")
    assert found(run, "--select", "FK001") == ["app/models.py:10 FK001"]
    assert run("check", *ONLY).out.startswith("../app/models.py:10:")


def test_exclude(run: Run, project: Path) -> None:
    assert found(run, "--select", "FK001", "--exclude", "models.py") == []
    assert found(run, "--select", "FK001", "--config", "extend-exclude=['app/mod*']") == []
    assert found(run, "--select", "FK001", "--exclude", "tests") == ["app/models.py:10 FK001"]


def test_selecting(run: Run, project: Path) -> None:
    assert found(run, "--select", "foreign-key-without-index") == ["app/models.py:10 FK001"]
    assert "app/models.py:10 FK001" in found(run, "--select", "ALL")
    assert "app/models.py:10 FK001" not in found(run, "--ignore", "FK")
    assert "app/models.py:10 FK001" in found(run, "--extend-select", "FK001", "--ignore", "FK")
    assert "app/models.py:10 FK001" not in found(run, "--profile", "strict", "--config", "ignore=['FK001']")
    assert found(run, "--select", "FK001", "--config", "ignore=['FK001']") == ["app/models.py:10 FK001"]
    assert found(run, "--select", "FK", "--config", "ignore=['FK']") != []
    assert "app/models.py:10 FK001" not in found(run, "--select", "FK", "--config", "ignore=['FK001']")
    assert found(run, "--select", "FK001", "--config", "severities.FK001=off") == ["app/models.py:10 FK001"]


def test_suppressions(run: Run, project: Path) -> None:
    models = project / "app" / "models.py"
    text = models.read_text("utf-8")
    models.write_text(text.replace('"user.id")', '"user.id")  # schema-lint: ignore[FK001] small'), encoding="utf-8")
    assert found(run, "--select", "FK001,SRC") == []
    models.write_text(text.replace('"user.id")', '"user.id")  # schema-lint: ignore[FK003]'), encoding="utf-8")
    assert found(run, "--select", "FK001,FK003,SRC") == [
        "app/models.py:10 FK001", "app/models.py:10 SRC002", "app/models.py:10 SRC004"
    ]  # fmt: skip
    models.write_text(text.replace('"user.id")', '"user.id")  # schema-lint: ignore'), encoding="utf-8")
    assert found(run, "--select", "FK001,SRC003") == ["app/models.py:10 FK001", "app/models.py:10 SRC003"]
    models.write_text(text, encoding="utf-8")
    (project / "pyproject.toml").write_text(
        '[tool.schema-lint]\n\n[[tool.schema-lint.ignore]]\nrule = "FK001"\nobject = "public.task"\n\n'
        '[[tool.schema-lint.ignore]]\nrule = "FK001"\nobject = "gone"\n',
        encoding="utf-8",
    )
    assert found(run, "--select", "FK001,SRC002") == ["pyproject.toml:7 SRC002"]
    assert found(run, "--select", "FK001,SRC002", "app/models.py") == []
    assert found(run, "--select", "FK001", "--config", "per-file-ignores.'app/*'=['FK']", "--isolated") == []


def test_several_formats(run: Run, project: Path) -> None:
    result = run("check", *ONLY, "--output-format", "json=report.json", "--output-format", "github=gh.txt")
    assert result.out.startswith("app/models.py:10:")
    assert json.loads((project / "report.json").read_text("utf-8"))["findings"][0]["code"] == "FK001"
    assert (project / "gh.txt").read_text("utf-8").startswith("::error file=app/models.py,line=10,")


def test_github_paths_begin_at_the_repository(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.parent))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project / "summary.md"))
    out = run("check", "--select", "FK001", "--output-format", "github").out
    assert out.startswith(f"::error file={project.name}/app/models.py,line=10,")
    assert "FK001" in (project / "summary.md").read_text("utf-8")


def test_colours(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in run("check", *ONLY).out
    assert "\x1b[" in run("check", *ONLY, "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check", *ONLY).out
    assert "\x1b[" not in run("check", *ONLY, "--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check", *ONLY).out
    assert "\x1b[" not in run("check", "--output-format", "json", "--color", "always").out


def test_statistics_and_verbose(run: Run, project: Path) -> None:
    result = run("check", "--select", "FK001", "--statistics", "--verbose")
    assert "FK001" in result.out
    assert "models.py" not in result.out
    assert f"root: {project}" in result.err
    assert "configuration: pyproject.toml" in result.err


def test_settings_below_the_root_are_pointed_at(run: Run, project: Path) -> None:
    (project / "app" / "schema-lint.toml").write_text("ignore = ['ALL']\n", encoding="utf-8")
    result = run("check", *ONLY, "app")
    assert result.status == 1
    assert "app/schema-lint.toml is not used" in result.err
    assert run("check", *ONLY).err == ""


def test_hostile_files(run: Run, project: Path) -> None:
    folder = project / "bad"
    folder.mkdir()
    (folder / "nul.py").write_bytes(b"import sqlmodel\nx = 1\x00\n")
    (folder / "latin.py").write_bytes(b"import sqlmodel\nx = '\xe4'\n")
    (folder / "syntax.py").write_bytes(b"import sqlmodel\nclass A(:\n")
    (folder / "deep.py").write_bytes(b"import sqlmodel\nx = " + b"(" * 10_000 + b")" * 10_000 + b"\n")
    (folder / "deep_sum.py").write_bytes(b"import sqlmodel\nx = " + b"1+" * 10_000 + b"1\n")
    with (folder / "large.py").open("wb") as file:
        file.truncate(50_000_000)
    os.symlink(".", folder / "loop")
    os.symlink("nowhere.py", folder / "dangling.py")
    os.mkfifo(folder / "pipe.py")
    result = run("check", "--output-format", "json")
    assert (result.status, result.err) == (1, "")
    unread = {f["places"][0]["path"] for f in json.loads(result.out)["findings"] if f["code"] == "SRC001"}
    assert {"bad/syntax.py", "bad/latin.py", "bad/large.py"} <= unread
    assert all(path.startswith("bad/") for path in unread)
    for path in ("bad/nul.py", "bad/deep.py", "bad/large.py", "bad/loop"):
        assert run("check", path, "--allow-empty").status in (0, 1)
    assert run("check", "bad/pipe.py").err.startswith("error: bad/pipe.py cannot be read\n")


def test_facts(run: Run, project: Path) -> None:
    document = json.loads(run("facts").out)
    assert {table["name"] for table in document["tables"]} == {"user", "task"}
    assert run("facts", "nowhere").status == 2


def test_a_file_is_judged_as_a_part_of_its_project(run: Run, project: Path) -> None:
    """An index in a file that the focus does not lead to."""
    (project / "app" / "indexes.py").write_text(
        'from sqlalchemy import Index\nfrom app.models import Task\n\nIndex("ix_task_owner", Task.owner_id)\n', "utf-8"
    )
    assert found(run, "--select", "FK001", "app/models.py") == []


def test_files_that_are_not_python(run: Run, project: Path) -> None:
    for name in ("alembic.ini", ".env", "compose.yaml", "notes.txt"):
        (project / name).write_text("[alembic]\nA=import sqlmodel\n", encoding="utf-8")
        assert found(run, "--select", "ENV,SRC,FK", name) == []


def test_sarif_tells_the_exit_status(run: Run, project: Path) -> None:
    for options, status in (((), 1), (("--exit-zero",), 0)):
        result = run("check", "--select", "FK001", "--output-format", "sarif", "--quiet", "--statistics", *options)
        (found,) = json.loads(result.out)["runs"]
        assert (result.status, found["invocations"][0]["exitCode"]) == (status, status)
        assert [rule["id"] for rule in found["tool"]["driver"]["rules"]] == ["FK001"]
        assert found["results"][0]["ruleId"] == "FK001"


def test_sarif_and_github_paths_go_through_no_link(run: Run, project: Path) -> None:
    (project / "link").symlink_to("app")
    out = run("check", "link/models.py", "--select", "FK001", "--output-format", "github").out
    assert out.startswith("::error file=app/models.py,")


def test_reports_are_written_whole_into_folders_that_are_made(run: Run, project: Path) -> None:
    target = project / "reports" / "deep" / "report.json"
    assert run("check", "--select", "FK001", "--output-format", f"json={target}", "--quiet").status == 1
    target.chmod(0o640)
    link = project / "link.json"
    link.symlink_to(target)
    target.write_text("old " * 10_000, encoding="utf-8")
    assert run("check", "--select", "FK001", "--output-format", f"json={link}").out.startswith("app/models.py:10:")
    assert json.loads(target.read_text("utf-8"))["findings"]
    assert target.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert [path.name for path in target.parent.iterdir()] == ["report.json"]


def test_a_minus_is_standard_output(run: Run, project: Path) -> None:
    assert json.loads(
        run("check", "--select", "FK001", "--output-format", "json=-", "--output-format", "github=gh.txt").out
    )
    assert not (project / "-").exists()


def test_a_report_can_go_to_a_pipe(run: Run, project: Path) -> None:
    reader, writer = os.pipe()
    try:
        run("check", "--select", "FK001", "--output-format", f"concise=/dev/fd/{writer}", "--quiet")
        assert os.read(reader, 100_000).startswith(b"app/models.py:10:")
    finally:
        os.close(reader)
        os.close(writer)


def test_what_cannot_be_written_is_told_before_the_run(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema_lint.cli.running.run_check", None)
    (project / "file").write_text("", encoding="utf-8")
    for target, why in (("app", "it is a folder"), ("file/report.json", "is no folder")):
        result = run("check", "--output-format", f"json={target}")
        assert (result.status, result.out) == (2, "")
        assert f"cannot write {target}: " in result.err
        assert why in result.err
    assert not (project / "new").exists()
