"""Configuration and other evidence that is broken: one clear error, or nothing; never a crash or a wait."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli_run import Run

MODEL = """\
from sqlalchemy import create_engine
from sqlmodel import Field, SQLModel

class Kept(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
"""
HUGE = 60_000_000


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "models.py").write_text(MODEL)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def section(text: str) -> bytes:
    return f"[tool.schema-lint]\n{text}\n".encode()


BROKEN = {
    "syntax": (b"[tool.schema-lint\n", "line 1"),
    "not UTF-8": (b"[tool.schema-lint]\n# \xff\n", "line 2: not UTF-8"),
    "a null character": (b"[tool.schema-lint]\n\0", "line 2"),
    "a binary": (b"schema-lint" + bytes(range(256)) * 9, "not UTF-8"),
    "nested arrays": (section("select = " + "[" * 50_000 + "]" * 50_000), "nested too deeply"),
    "nested tables": (section("policies" + ".a" * 5_000 + " = 1"), "tool.schema-lint.policies"),
    "a key twice": (section("select = []\nselect = []"), "line 3"),
    "no table": (b"[tool]\nschema-lint = 1\n", "tool.schema-lint"),
    "a wrong type": (section("select = 1"), "tool.schema-lint.select"),
    "a wrong type within": (section("select = [1]"), "tool.schema-lint.select"),
    "an unknown key": (section("selct = []"), "select"),
    "an unknown key within": (section("[tool.schema-lint.policies]\nprimry-key = 'uuid'"), "primary-key"),
    "an unknown value": (section("profile = 'strct'"), "strict"),
    "an unknown rule": (section("select = ['FK0001']"), "FK0001"),
    "an unknown rule's options": (section("[tool.schema-lint.rules.FK0001]\na = 1"), "FK0001"),
    "an unknown option of a rule": (section("[tool.schema-lint.rules.FK001]\nnope = 1"), "nope"),
    "a date that is none": (section("[[tool.schema-lint.ignore]]\nrule = 'FK001'\nobject = 'a'\nuntil = 'x'"), "until"),
    "a bomb": (section("ignore = [" + "'FK001'," * 3_000 + "]"), None),
    "very many mistakes": (section("\n".join(f"x{i} = 1" for i in range(2_000))), "2000 mistakes"),
    "control characters": (section('profile = "\\u001b[31m\\u0007"'), "profile"),
    "long values": (section(f"profile = '{'x' * 100_000}'"), "profile"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_configuration_is_told(name: str, project: Path, run: Run) -> None:
    content, expected = BROKEN[name]
    (project / "pyproject.toml").write_bytes(content)
    for command in (["check"], ["facts"], ["config", "show"]):
        result = run(*command)
        if expected is None:
            assert result.status in (0, 1)
            continue
        assert (result.status, result.out) == (2, ""), command
        assert result.err.startswith("error: ")
        assert expected in result.err
        assert result.err.count("error: ") == 1
        assert "internal error" not in result.err
        assert "\x1b" not in result.err
        assert all(len(line) < 400 for line in result.err.splitlines())
    assert run("check", "--isolated").status in (0, 1)


@pytest.mark.parametrize("name", ["pyproject.toml", "schema-lint.toml"])
@pytest.mark.parametrize("kind", ["folder", "pipe", "huge", "itself", "device", "outside"])
def test_a_configuration_that_is_no_file(
    name: str, kind: str, project: Path, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _make(project / name, kind)
    result = run("check")
    assert result.status in (0, 1, 2)
    assert "internal error" not in result.err
    assert result.err.count("error: ") == (result.status == 2)
    if kind == "huge":
        assert name in result.err


EVIDENCE = [
    "uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "requirements.txt", "setup.cfg", ".env", "compose.yaml",
    "docker-compose.yml", "alembic.ini", "migrations/env.py", ".venv/pyvenv.cfg", "src", "__init__.py",
]  # fmt: skip
CONTENTS = {
    "binary": bytes(range(256)) * 99,
    "nested": b"[" * 50_000 + b"]" * 50_000,
    "references": b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a, *b%d]\n" % (i, i, i - 1) for i in range(1, 99)),
    "one line": b"DATABASE_URL=postgresql://" + b"a:@" * 300_000 + b"\n",
    "many lines": b"sqlalchemy==2.0.36\n" * 60_000,
    "open ends": b"[alembic]\nsqlalchemy.url = %(x)s%\nprepend_sys_path = ../../..:/:%(no)s\n\0[[package]]\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["folder", "pipe", "huge", "itself", "device", "outside", *CONTENTS])
def test_other_evidence_is_read_or_left(kind: str, project: Path, run: Run) -> None:
    for name in EVIDENCE:
        path = project / name
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        if kind in CONTENTS:
            path.write_bytes(CONTENTS[kind])
        else:
            _make(path, kind)
    result = run("check", "--isolated", "--show-info")
    assert (result.status in (0, 1), result.err) == (True, "")
    assert "KEY" in result.out


def _make(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(HUGE)
    elif kind == "itself":
        path.symlink_to(path.name)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else "/etc/passwd")


WRONG = {
    "an unknown command": (["chek"], "check"),
    "an unknown option": (["check", "--selekt", "X"], "--selekt"),
    "an unknown rule": (["check", "--select", "FK0001"], "FK0001"),
    "an unknown format": (["check", "--output-format", "jsn"], "json"),
    "an unknown level": (["check", "--fail-on", "eror"], "error"),
    "an unknown colour": (["check", "--color", "blue"], "always"),
    "no such path": (["check", "nowhere.py"], "nowhere.py"),
    "a path with a null character": (["check", "a\0b"], "error: "),
    "a long path": (["check", "a" * 10_000], "error: "),
    "control characters": (["check", "\x1b[31m"], "error: "),
    "a surrogate": (["check", "\udc80"], "error: "),
    "no such configuration": (["check", "--config", "nope.toml"], "nope.toml"),
    "a configuration that is a folder": (["check", "--config", ".git"], ".git"),
    "no value": (["check", "--config", "profile="], "profile"),
    "an unknown key": (["check", "--config", "nope=1"], "nope"),
    "a wrong value": (["check", "--config", "profile=nope"], "nope"),
    "no rule": (["explain", "FK0001"], "FK001"),
    "a wrong version": (["check", "--sqlalchemy-version", "two"], "two"),
    "no Python file": (["check", ".git"], "no Python files"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_one_error(name: str, project: Path, run: Run) -> None:
    arguments, expected = WRONG[name]
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert result.err.count("error: ") == 1
    assert expected in result.err
    assert "internal error" not in result.err
    assert "\x1b" not in result.err
    assert all(len(line) < 400 for line in result.err.splitlines())
