"""A project full of files that cannot be read, and of source that means harm: findings, and the rest is checked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
START = b"from sqlalchemy import Column\n"
UNREADABLE = {
    "nested.py": START + b"x = " + b"(" * 10_000 + b"1" + b")" * 10_000,
    "null.py": START + b'x = "\0"\n',
    "encoding.py": START + b"# \xe9\xff\n",
    "unknown_encoding.py": b"# -*- coding: klingon -*-\n" + START,
    "large.py": START + b"# x" * 17_000_000,
    "syntax.py": START + b"def f(:\n",
}
HARMFUL = {
    "chain.py": START + b"x = a" + b".b" * 10_000,
    "sum.py": START + b"x = " + b"1 + " * 10_000 + b"1\n",
    "loops.py": START + b"while True: pass\nfor i in range(10**12): x = i\nl = [1]\nfor i in range(99): l = l + l\n",
    "text.py": START + b"x = 'x' * 10**12\ny = 10 ** 10 ** 10\n",
    "recursion.py": START + b"def f(n): return f(n) + f(n)\nx = f(5)\n",
    "pattern.py": START + b"import re\nx = re.sub('(a+)+$', '', 'a' * 60 + 'b')\n",
    "own_base.py": START + b"class A(A): ...\nclass B(C): ...\nclass C(B): ...\n",
    "classes.py": START + b"\n".join(b"class C%d(*[C0] * 999): ..." % n for n in range(50)),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    root = tmp_path_factory.mktemp("project")
    (root / ".git").mkdir()
    (root / "models.py").write_text(MODELS)
    for name, content in {**UNREADABLE, **HARMFUL}.items():
        (root / name).write_bytes(content)
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "outside").symlink_to("/", target_is_directory=True)
    (root / "directory.py").mkdir()
    os.mkfifo(root / "pipe.py")
    given = subprocess.run(
        [sys.executable, "-m", "schema_lint", "check", "--isolated", "--output-format", "json"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert given.returncode == 1
    assert given.stderr == ""
    result: dict[str, object] = json.loads(given.stdout)
    return result


def found(report: dict[str, object], code: str) -> list[str]:
    findings = report["findings"]
    assert isinstance(findings, list)
    return sorted(finding["places"][0]["path"] for finding in findings if finding["code"] == code)


def test_what_cannot_be_read_is_a_finding_each(report: dict[str, object]) -> None:
    assert found(report, "SRC001") == sorted(UNREADABLE)


def test_the_rest_is_checked(report: dict[str, object]) -> None:
    assert found(report, "FK001") == ["models.py"]


def test_nothing_outside_the_project_is_read(report: dict[str, object]) -> None:
    assert not any("/" in Path(path).as_posix() for code in ("SRC001", "FK001") for path in found(report, code))


@pytest.mark.parametrize("name", ["click", "msgspec", "typing", "schema_lint_rules"])
def test_modules_of_the_project_never_shadow_what_is_imported(name: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / f"{name}.py").write_text("import os\nos._exit(42)\n")
    given = subprocess.run(
        [sys.executable, "-m", "schema_lint", "check", "--isolated", "--output-format", "concise"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (given.returncode, given.stderr) == (1, "")
    assert "FK001" in given.stdout
