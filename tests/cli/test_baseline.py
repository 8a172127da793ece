"""`schema-lint baseline`, and a check that leaves out what it lists."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from cli_run import Run

FILE = ".schema-lint-baseline.json"
URL = 'URL = "postgresql://app:{}@db.acme-tools.com/app"\n'


def listed(project: Path, file: str = FILE) -> list[str]:
    document = json.loads((project / file).read_text("utf-8"))
    return sorted(f"{entry['code']} {entry.get('subject', entry['path'])}" for entry in document["findings"])


def checked(run: Run, *arguments: str) -> dict[str, Any]:
    result = run("check", "--output-format", "json", *arguments)
    assert result.status in (0, 1), result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


def codes(run: Run, *arguments: str) -> list[str]:
    return [f["code"] for f in checked(run, *arguments)["findings"] if f["severity"] != "info"]


def test_what_is_listed_is_not_reported(run: Run, project: Path) -> None:
    before = codes(run)
    result = run("baseline", "update")
    assert (result.status, result.err) == (0, "")
    assert result.out == f"{FILE}: {len(before)} findings\n"
    assert len(listed(project)) == len(before)
    assert run("check").status == 0
    document = checked(run)
    assert document["read"]["suppressed"]["baseline"] == len(before)
    assert not [f for f in document["findings"] if f["severity"] != "info"]
    assert f"suppressed: {len(before)} by the baseline" in run("check").out
    assert "✓ Nothing new to mend" in run("check", "--output-format", "full").out
    assert codes(run, "--no-baseline") == before
    assert codes(run, "--isolated") == before


def test_moving_code_changes_nothing_and_what_is_new_is_reported(run: Run, project: Path) -> None:
    run("baseline", "update")
    models = project / "app" / "models.py"
    moved = "# moved\n\n\n" + models.read_text("utf-8")
    models.unlink()
    (project / "app" / "entities.py").write_text(moved, encoding="utf-8")
    assert run("check").status == 0
    new = '\n\nclass Note(SQLModel, table=True):\n    """."""\n\n    user_id: int = Field(foreign_key="user.id")\n'
    (project / "app" / "entities.py").write_text(moved + new, encoding="utf-8")
    found = checked(run)["findings"]
    assert {f["subject"]["table"] for f in found if f["severity"] != "info"} == {"note"}


def test_findings_of_one_thing_are_counted(run: Run, project: Path) -> None:
    (project / "app" / "db.py").write_text(URL.format("Zq8xV1tR"), encoding="utf-8")
    result = run("baseline", "update")
    assert "the baseline lists 1 password in the source: ENV002 app/db.py:1:7" in result.err
    assert run("check").status == 0
    (project / "app" / "db.py").write_text(URL.format("Zq8xV1tR") + "\n" + URL.format("Wp3kM7sL"), encoding="utf-8")
    assert codes(run) == ["ENV002"]
    run("baseline", "update")
    text = (project / FILE).read_text("utf-8")
    assert '"count": 2' in text
    assert "Zq8xV1tR" not in text
    assert run("check").status == 0


def test_what_is_gone_is_told_and_pruned(run: Run, project: Path) -> None:
    run("baseline", "update")
    before = listed(project)
    models = project / "app" / "models.py"
    models.write_text(models.read_text("utf-8").replace('"user.id")', '"user.id", index=True)'), encoding="utf-8")
    document = checked(run)
    stale = [f for f in document["findings"] if f["code"] == "SRC002"]
    assert [f["message"] for f in stale] == ["the baseline lists what is gone: FK001 task.owner_id"]
    assert stale[0]["severity"] == "info"
    assert stale[0]["places"][0]["path"] == FILE
    assert run("check").status == 0
    assert "schema-lint baseline prune" in run("check", "--output-format", "full").out
    result = run("baseline", "prune")
    assert result.out == f"{FILE}: {len(before) - 1} findings; gone:\n  FK001 task.owner_id in app/models.py\n"
    assert listed(project) == [entry for entry in before if not entry.startswith("FK001")]
    assert run("baseline", "prune").out == f"{FILE}: {len(before) - 1} findings, none of them gone\n"
    assert "SRC002" not in [f["code"] for f in checked(run)["findings"]]


def test_pruning_adds_nothing(run: Run, project: Path) -> None:
    run("baseline", "update")
    (project / "app" / "db.py").write_text(URL.format("Zq8xV1tR"), encoding="utf-8")
    before = (project / FILE).read_bytes()
    run("baseline", "prune")
    assert (project / FILE).read_bytes() == before
    assert codes(run) == ["ENV002"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--config", "ignore=['FK001']"),
        ("--config", "select=['FK002']"),
        ("--config", "exclude=['app/models.py']"),
        ("app/other.py",),
    ],
)
def test_what_was_not_judged_is_not_gone(run: Run, project: Path, arguments: tuple[str, ...]) -> None:
    run("baseline", "update")
    before = listed(project)
    models = project / "app" / "models.py"
    models.write_text(models.read_text("utf-8").replace('"user.id")', '"user.id", index=True)'), encoding="utf-8")
    assert "FK001 task.owner_id" not in run("baseline", "prune", *arguments).out
    assert "FK001 task.owner_id" in listed(project)
    run("baseline", "update", *arguments)
    assert listed(project) == before


def test_a_file_that_cannot_be_read_is_not_gone(run: Run, project: Path) -> None:
    run("baseline", "update")
    before = listed(project)
    models = project / "app" / "models.py"
    models.write_text(models.read_text("utf-8") + "def (", encoding="utf-8")
    run("baseline", "prune")
    assert listed(project) == before
    assert codes(run) == ["SRC001"]


def test_what_is_undecided_is_not_gone(run: Run, project: Path) -> None:
    run("baseline", "update")
    models = project / "app" / "models.py"
    text = models.read_text("utf-8")
    models.write_text(text.replace('"user.id")', '"user.id", index=made_elsewhere())'), encoding="utf-8")
    run("baseline", "prune")
    assert "FK001 task.owner_id" in listed(project)


def test_updating_a_part(run: Run, project: Path) -> None:
    (project / "app" / "db.py").write_text(URL.format("Zq8xV1tR"), encoding="utf-8")
    run("baseline", "update", "app/db.py")
    assert listed(project) == ["ENV002 app/db.py"]
    run("baseline", "update", "app/models.py")
    assert {"ENV002 app/db.py", "FK001 task.owner_id"} <= set(listed(project))
    (project / "app" / "db.py").write_text("", encoding="utf-8")
    result = run("baseline", "update")
    assert "(1 gone)" in result.out
    assert run("baseline", "update").out.endswith("(as before)\n")


def test_infos_are_listed_only_where_they_fail(run: Run, project: Path) -> None:
    severities = {f["fingerprint"]: f["severity"] for f in checked(run, "--no-baseline")["findings"]}
    assert "info" in severities.values()

    def severe() -> set[str]:
        entries = json.loads((project / FILE).read_text("utf-8"))["findings"]
        return {severities[entry["fingerprint"]] for entry in entries}

    run("baseline", "update")
    assert "info" not in severe()
    run("baseline", "update", "--config", "fail-on=info")
    assert "info" in severe()
    assert run("check", "--fail-on", "info").status == 0


def test_another_file(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "schema-lint.toml").write_text('baseline = "lint/known.json"\n', encoding="utf-8")
    (project / "lint").mkdir()
    result = run("check")
    assert result.status == 2
    assert result.err.startswith("error: the baseline lint/known.json does not exist\nhint: ")
    assert run("check", "--no-baseline").status == 1
    assert run("baseline", "prune").status == 2
    monkeypatch.chdir(project / "app")
    assert run("baseline", "update").out.startswith("../lint/known.json: ")
    assert run("check").status == 0
    assert run("check", "--baseline", "other.json").status == 2
    run("baseline", "update", "--baseline", "other.json")
    assert (project / "app" / "other.json").is_file()
    assert run("check", "--baseline", "other.json", "--no-baseline").status == 0


def test_nothing_to_list_makes_no_file(run: Run, project: Path) -> None:
    (project / "app" / "models.py").write_text("X = 1\n", encoding="utf-8")
    assert run("baseline", "update").out == "Nothing to mend, so there is no need of a baseline\n"
    assert not (project / FILE).exists()


def test_what_cannot_be_used_is_one_error_and_stays(run: Run, project: Path) -> None:
    for content in ("{", "<<<<<<< HEAD\n", '{"version": 9}', '{"version": 1, "findings": 3}'):
        (project / FILE).write_text(content, encoding="utf-8")
        for command in (("check",), ("baseline", "update"), ("baseline", "prune")):
            result = run(*command)
            assert (result.status, result.out) == (2, "")
            first, second = result.err.splitlines()
            assert first.startswith(f"error: the baseline {FILE} cannot be used: ")
            assert second.startswith("hint: ")
        assert (project / FILE).read_text("utf-8") == content
    (project / FILE).unlink()
    os.mkfifo(project / FILE)
    assert run("check").err == f"error: the baseline {project / FILE} is not a regular file\n"


def test_writing_keeps_links_and_modes(run: Run, project: Path) -> None:
    target = project / "known.json"
    target.write_text('{"version": 1, "findings": []}', encoding="utf-8")
    target.chmod(0o640)
    (project / FILE).symlink_to("known.json")
    run("baseline", "update", "--no-cache")
    assert (project / FILE).is_symlink()
    assert listed(project, "known.json")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert {path.name for path in project.iterdir()} == {FILE, "known.json", "app", "pyproject.toml"}


def test_a_place_that_cannot_be_written(run: Run, project: Path) -> None:
    result = run("baseline", "update", "--baseline", "app/models.py/known.json")
    assert result.status == 2
    assert result.err.endswith("cannot be read: Not a directory\n")


def test_what_is_imported_and_what_the_source_says_are_one_finding(run: Run, project: Path) -> None:
    importing = ("--metadata", "app.models", "--python", sys.executable)
    run("baseline", "update")
    before = listed(project)
    assert "FK001 task.owner_id" not in [f"{f['code']} {f['subject']}" for f in checked(run, *importing)["findings"]]
    assert "FK001" not in codes(run, *importing)
    assert "none of them gone" in run("baseline", "prune", *importing).out
    run("baseline", "update", *importing, ".")
    assert set(listed(project)) >= set(before)
    assert run("check", *importing, ".").status == 0
