"""The house is in order: layers, sizes, and nothing that only one machine knows."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from schema_lint.cli import erd, report_options, run
from schema_lint.cli.group import command_line

ROOT = Path(__file__).parents[1]
SOURCES = ("linter", "rules", "reference_models", "tests")
DEMO = ROOT / "linter" / "schema_lint" / "demo_project"
LONGEST = 450

# Put together, so that this file does not hold what it looks for.
PLACES_OF_ONE_MACHINE = re.compile(
    "|".join(("/ro" + "ot/", "/wo" + "rk/", "/ho" + "me/[a-z]", "/tmp" + "/wt", r"\.\./sha" + "red"))
)
REFERENCE_WITH_SQLMODEL = {"models.py", "better_auth.py"}


def text_files() -> list[Path]:
    """Files of the repository, as git has them or, without git, as they lie there."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    names = listed.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


def python_files() -> list[Path]:
    """Python files of ours; the demo is somebody's application, mistakes and all."""
    files = [path for source in SOURCES for path in (ROOT / source).rglob("*.py")]
    return [path for path in files if DEMO not in path.parents]


def test_layers_hold() -> None:
    command = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    path = os.pathsep.join(str(ROOT / source) for source in SOURCES[:3])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": ""}
    result = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_file_is_long() -> None:
    # Lists of cases are data.
    files = [path for path in python_files() if not path.name.endswith("_cases.py")]
    sizes = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {str(path): size for path, size in sizes.items() if size > LONGEST} == {}


def test_annotations_are_postponed_everywhere() -> None:
    eager = []
    for path in python_files():
        body = ast.parse(path.read_text("utf-8")).body
        imports = [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        has_annotations = any(
            isinstance(node, ast.FunctionDef | ast.AnnAssign | ast.arg) for tree in body for node in ast.walk(tree)
        )
        if has_annotations and not imports and path.name not in REFERENCE_WITH_SQLMODEL:
            eager.append(str(path.relative_to(ROOT)))
    assert eager == []


def test_nothing_names_a_place_on_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in text_files()
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), start=1)
        # Where the gate runs beside a tool that brings Docker, it uses it; nothing else may depend on one.
        if PLACES_OF_ONE_MACHINE.search(line) and not line.startswith("docker_postgres=")
    ]
    assert found == []


README = (ROOT / "README.md").read_text("utf-8")
OUTPUTS = (ROOT / "docs" / "outputs.md").read_text("utf-8")
CODE = "\n".join(re.findall(r"```[a-z]*\n(.*?)```", README + OUTPUTS, flags=re.DOTALL))


SHOWN = re.findall(r"^\s*(?:- run: )?schema-lint ([a-z][^#|>\n]*)", CODE, flags=re.MULTILINE)


@pytest.mark.parametrize("line", sorted({line.strip() for line in SHOWN}))
def test_commands_and_options_of_the_readme_exist(line: str) -> None:
    command: click.Command | None = command_line
    words = line.split()
    while words and isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= known


def test_every_format_is_explained() -> None:
    assert [name for name in (*report_options.FORMATS, *erd.FORMATS) if f"| `{name}` |" not in OUTPUTS] == []


def test_the_drawing_in_the_documentation_is_up_to_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    demo = DEMO.relative_to(ROOT).as_posix()
    assert run(["erd", demo, "--write", "docs/outputs.md", "--check"]) == 0, capsys.readouterr().err


def test_paths_of_the_readme_exist() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_ci_does_what_the_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    commands = [
        line
        for block in re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)[:2]
        for line in block.splitlines()
    ]
    assert commands[0] == "python -m pip install '.[live]'"
    assert [command for command in commands if command not in script] == []
