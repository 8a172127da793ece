"""What MIG010 and MIG018 must leave alone, and what they say, in real repositories."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli_run import Run
from histories import ENV, INI
from repositories import commit, git, isolate
from schema_lint.checking.documentation import Example, parse
from schema_lint.checking.registry import load_rules
from support import BASE, of_two_branches

RULES = {rule.code: rule for rule in load_rules() if any(map(of_two_branches, parse(rule.documentation).bad))}
Files = dict[str, str]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(monkeypatch)
    path = tmp_path / "project"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


def fill(root: Path, files: Files) -> None:
    """Let the folder hold these files and no others."""
    for path in root.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, text in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def told(run: Run, root: Path, main: Files, feature: Files, code: str, *arguments: str) -> list[tuple[str, str]]:
    """Severity and message of each finding of a rule on a branch that began where `main` is."""
    fill(root, main)
    commit(root)
    git(root, "checkout", "-q", "-b", "feature")
    fill(root, feature)
    return [(f["severity"], f["message"]) for f in found(run, code, *arguments)]


def found(run: Run, code: str, *arguments: str) -> list[dict[str, Any]]:
    command = arguments or ("check",)
    result = run(*command, "--since", "main", "--select", code, "--output-format", "json", "--show-info", "--isolated")
    assert result.status in (0, 1), result.err
    findings: list[dict[str, Any]] = json.loads(result.out)["findings"]
    return findings


def states(example: Example) -> tuple[Files, Files]:
    main = {name.removeprefix(BASE): text for name, text in example.files.items() if name.startswith(BASE)}
    return main, {name: text for name, text in example.files.items() if not name.startswith(BASE)}


@pytest.mark.parametrize("code", RULES)
def test_bad_fires(code: str, run: Run, root: Path) -> None:
    for example in parse(RULES[code].documentation).bad:
        assert told(run, root, *states(example), code)


@pytest.mark.parametrize("code", RULES)
def test_good_is_silent(code: str, run: Run, root: Path) -> None:
    for example in parse(RULES[code].documentation).good:
        assert told(run, root, *states(example), code) == []


HEAD = '"""Do something particular"""\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
CREATE = "op.create_table('task', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('title', sa.String(80)))"
PATH = "migrations/versions/a.py"


def revision(name: str, up: str, down: str = "pass", *, parent: str = "None", more: str = "") -> str:
    named = f"revision = {name!r}\ndown_revision = {parent}\n{more}\n\n"
    return f"{HEAD}{named}def upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n"


A = revision("a", CREATE, "op.drop_table('task')")
B = revision("b", "op.add_column('task', sa.Column('due', sa.Date()))", parent="'a'")
ENVIRONMENT = {"migrations/env.py": ENV}


def history(**revisions: str) -> Files:
    return {**ENVIRONMENT, **{f"migrations/versions/{name}.py": text for name, text in revisions.items()}}


SPREAD = CREATE.replace("(", "(\n        ", 1).replace(", sa.", ",\n        sa.").replace("))", "),\n    )")


@pytest.mark.parametrize(
    "feature",
    [
        pytest.param(history(a=A, b=B), id="a new revision"),
        pytest.param(history(a_create_tasks=A), id="another file name"),
        pytest.param({**ENVIRONMENT, "migrations/versions/2026/a.py": A}, id="another folder"),
        pytest.param({"alembic/env.py": ENV, "alembic/versions/a.py": A}, id="another environment"),
        pytest.param(history(a=A.replace("Do something", "Do anything")), id="another docstring"),
        pytest.param(history(a=A.replace("    op.drop", "    # All of it.\n    op.drop")), id="a comment"),
        pytest.param(history(a=A.replace("upgrade():", "upgrade() -> None:\n    '''Make it.'''")), id="annotations"),
        pytest.param(history(a=A.replace("revision = 'a'", "revision: str = \"a\"")), id="other quotes"),
        pytest.param(history(a=A.replace(CREATE, SPREAD)), id="other lines"),
        pytest.param(history(a=A.replace("import sqlalchemy as sa", "import sqlalchemy").replace("sa.", "sqlalchemy.")),
                     id="another import"),
        pytest.param(history(a=A.replace("import sqlalchemy as sa", "from sqlalchemy import Column, Integer, String")
                             .replace("sa.", "")), id="imported names"),
        pytest.param(history(a=A.replace("String(80)", "String(length=80)")), id="the same in other words"),
        pytest.param(history(a=A.replace("def up", "NOTE = 'nobody reads it'\n\n\ndef up")), id="what is not used"),
        pytest.param(history(a=A.replace("down_revision = None", "down_revision = None\nbranch_labels = ('x',)")),
                     id="a label"),
        pytest.param({"app.py": "X = 1\n"}, id="no history any more"),
        pytest.param(history(a=A.replace("revision = 'a'", "revision = make()")), id="a computed identifier"),
        pytest.param(history(a=A + "("), id="it does not parse"),
    ],
)  # fmt: skip
def test_revisions_that_stay_as_they_were(feature: Files, run: Run, root: Path) -> None:
    assert told(run, root, history(a=A), feature, "MIG010") == []


def test_a_downgrade_that_is_written_now(run: Run, root: Path) -> None:
    for down in ("pass", "raise NotImplementedError"):
        assert told(run, root, history(a=revision("a", CREATE, down)), history(a=A), "MIG010") == []
        git(root, "checkout", "-q", "-f", "main")
        git(root, "branch", "-D", "feature")


@pytest.mark.parametrize(
    ("feature", "severity", "message"),
    [
        (history(a=A.replace("80", "90")), "error", "the upgrade of revision a is not what it is on main"),
        (history(b=A.replace("80", "90")), "error", "the upgrade of revision a is not what it is on main"),
        (history(a=A.replace("op.drop_table('task')", "op.execute('')")), "info", "the downgrade of revision a is not"),
        (history(a=A.replace("'a'", "'z'")), "error", "revision a, which is on main, is called z here"),
        (history(b=B.replace("'a'", "None")), "error", "revision a is on main, and not here any more"),
        (
            history(a=A.replace("= None", "= 'n'"), n=revision("n", "op.execute('SELECT 1')")),
            "error",
            "revision a, which is on main, follows n here",
        ),
    ],
)
def test_revisions_that_are_others_now(feature: Files, severity: str, message: str, run: Run, root: Path) -> None:
    [(graded, text)] = told(run, root, history(a=A), feature, "MIG010")
    assert graded == severity and text.startswith(message)


def test_a_helper_that_the_upgrade_calls(run: Run, root: Path) -> None:
    helped = (
        HEAD + "revision = 'a'\ndown_revision = None\nSIZE = 80\n\n\ndef title():\n    return sa.String(SIZE)\n\n\n"
    )
    helped += "def upgrade():\n    op.add_column('task', sa.Column('title', title()))\n"
    [(_, message)] = told(run, root, history(a=helped), history(a=helped.replace("SIZE = 80", "SIZE = 90")), "MIG010")
    assert message.startswith("the upgrade of revision a is not")


def test_applications_that_count_their_revisions_alike(run: Run, root: Path) -> None:
    one = {f"one/{name}": text for name, text in history(a=A).items()}
    other = {f"other/{name}": text for name, text in history(a=A.replace("task", "job")).items()}
    assert told(run, root, {**one, **other}, one, "MIG010") == []


def test_several_that_are_gone_are_one_finding(run: Run, root: Path) -> None:
    squashed = history(c=revision("c", CREATE))
    [(_, message)] = told(run, root, history(a=A, b=B), squashed, "MIG010")
    assert (
        message == "revisions a and b are on main, and not here any more: databases that are there cannot be upgraded"
    )


def test_an_edited_revision_can_be_accepted(run: Run, root: Path) -> None:
    accepted = "# schema-lint: ignore[MIG010] it never ran anywhere\ndef upgrade"
    assert (
        told(run, root, history(a=A), history(a=A.replace("80", "90").replace("def upgrade", accepted)), "MIG010") == []
    )


def test_migrations_compares_with_the_branch_too(run: Run, root: Path) -> None:
    [(_, message)] = told(run, root, history(a=A), history(a=A.replace("80", "90")), "MIG010", "migrations")
    assert message.startswith("the upgrade of revision a is not what it is on main")


MODEL = (
    "from sqlalchemy import Column, Integer, String, func\nfrom sqlalchemy.orm import DeclarativeBase\n\n\n"
    "class Base(DeclarativeBase):\n    pass\n\n\nclass Task(Base):\n    __tablename__ = 'task'\n"
    "    id = Column(Integer, primary_key=True)\n"
)
TITLE = "    title = Column(String(80))\n"
MADE = "    made = Column(Integer, nullable=False, server_default='0')\n"
FIRST = (
    "op.create_table('task', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('title', sa.String(80)), "
    "sa.Column('made', sa.Integer(), nullable=False, server_default='0'), sa.Column('old', sa.Integer()))"
)
BASE_REVISION = revision("a", FIRST, "op.drop_table('task')")


def release(*steps: str, model: str = MODEL + TITLE + MADE, **files: str) -> Files:
    """The next release: its models, and a revision with these steps."""
    new = {
        f"n{at}": revision(f"n{at}", step, parent=repr(f"n{at - 1}" if at else "a")) for at, step in enumerate(steps)
    }
    return {"app/models.py": model, **history(a=BASE_REVISION, **new), **files}


WITH_DEFAULT = "op.add_column('task', sa.Column('due', sa.Integer(), nullable=False, server_default='0'))"
WITH_VIEW = "op.rename_table('task', 'tasks')\n    op.execute('CREATE VIEW task AS SELECT * FROM tasks')"
GUARDED = "if op.get_bind().execute(sa.text('SELECT 1')).scalar():\n        op.drop_table('task')"
RUNNING = {"app/models.py": MODEL + TITLE + MADE, **history(a=BASE_REVISION)}


@pytest.mark.parametrize(
    "feature",
    [
        pytest.param(release("op.drop_column('task', 'old')"), id="a column that no model has"),
        pytest.param(release("op.drop_table('other')"), id="a table that no model has"),
        pytest.param(release("op.add_column('task', sa.Column('due', sa.Date()))"), id="a column that may be NULL"),
        pytest.param(release(WITH_DEFAULT),
                     id="a column with a default"),
        pytest.param(release("op.add_column('task', sa.Column('due', sa.Integer(), sa.Identity()))"), id="an identity"),
        pytest.param(release("op.drop_column('task', 'title')", "op.add_column('task', sa.Column('title', sa.Text()))"),
                     id="it comes back"),
        pytest.param(release(GUARDED),
                     id="under a condition"),
        pytest.param(release(WITH_VIEW),
                     id="a view of the old name"),
        pytest.param(release("op.alter_column('task', 'title', type_=sa.String(200))"), id="a wider type"),
        pytest.param(release("op.alter_column('task', 'made', server_default='1')"), id="another default"),
        pytest.param(release("op.create_table('t', sa.Column('x', sa.Integer(), nullable=False))"), id="a new table"),
        pytest.param(release("op.alter_column('task', 'old', nullable=True)"), id="NULL is admitted"),
    ],
)  # fmt: skip
def test_what_the_running_code_can_work_with(feature: Files, run: Run, root: Path) -> None:
    assert told(run, root, RUNNING, feature, "MIG018") == []


@pytest.mark.parametrize(
    ("step", "severity", "message"),
    [
        ("op.drop_table('task')", "error", "drops the table task, which Task on main still has"),
        ("op.rename_table('task', 'job')", "error", "renames the table task, which Task on main still has"),
        ("op.drop_column('task', 'title')", "error", "drops task.title, which Task on main still has"),
        ("op.execute('ALTER TABLE task DROP COLUMN title')", "error", "drops task.title, which Task on main still has"),
        ("op.alter_column('task', 'title', new_column_name='name')", "error", "renames task.title, which Task on main"),
        (
            "op.add_column('task', sa.Column('due', sa.Integer(), nullable=False))",
            "error",
            "adds task.due, NOT NULL and without a server default, which Task on main does not write",
        ),
        (
            "op.add_column('task', sa.Column('due', sa.Integer(), nullable=False, server_default='0'))\n"
            "    op.alter_column('task', 'due', server_default=None)",
            "error",
            "adds task.due, NOT NULL and without a server default, which Task on main does not write",
        ),
        (
            "op.alter_column('task', 'old', nullable=False)",
            "error",
            "wants task.old, NOT NULL and without a server default, which Task on main does not write",
        ),
        ("op.alter_column('task', 'made', server_default=None)", "error", "takes the server default from task.made"),
        ("op.alter_column('task', 'title', nullable=False)", "warning", "makes task.title NOT NULL, which may be None"),
        ("op.alter_column('task', 'title', type_=sa.String(40))", "warning", "changes task.title to VARCHAR(40)"),
    ],
)
def test_what_breaks_the_running_code(step: str, severity: str, message: str, run: Run, root: Path) -> None:
    [(graded, text)] = told(run, root, RUNNING, release(step), "MIG018")
    assert graded == severity and text.startswith(f"revision n0 {message}")


def test_models_of_another_application_do_not_count(run: Run, root: Path) -> None:
    other = {"billing/models.py": MODEL + TITLE, "todo/models.py": MODEL}
    main = {**other, "todo/migrations/env.py": ENV, "todo/migrations/versions/a.py": BASE_REVISION}
    new = revision("b", "op.drop_column('task', 'title')", parent="'a'")
    assert told(run, root, main, {**main, "todo/migrations/versions/b.py": new}, "MIG018") == []


def test_nothing_is_said_twice(run: Run, root: Path) -> None:
    assert len(told(run, root, RUNNING, release("op.drop_column('task', 'title')"), "MIG018,MIG013")) == 1
    [first] = found(run, "MIG018,MIG013")
    assert first["code"] == "MIG018" and first["related"][0]["path"] == "app/models.py"


@pytest.mark.parametrize(
    ("statement", "messages"),
    [
        ("DROP TABLE task", ["takes away the table task, which Task on main still has (replayed)"]),
        ("ALTER TABLE task DROP title", ["takes away task.title, which Task on main still has (replayed)"]),
        ("ALTER TABLE task DROP title, ADD title text", []),
        ("ALTER TABLE task DROP old", []),
        (
            "ALTER TABLE task ADD due int NOT NULL DEFAULT 0; ALTER TABLE task ALTER due DROP DEFAULT",
            ["wants task.due, NOT NULL and without a server default, which Task on main does not write (replayed)"],
        ),
    ],
)
def test_what_only_a_server_shows(statement: str, messages: list[str], run: Run, root: Path, database_url: str) -> None:
    step = f"op.execute(sa.text('DO $$ BEGIN EXECUTE ' + repr({statement!r}) + '; END $$'))"
    files = {"alembic.ini": INI}
    arguments = ("migrations", "--replay", "--server", database_url)
    wanted = [f"revision n0 {message}" for message in messages]
    feature = release(step, **files)
    assert [m for _, m in told(run, root, {**RUNNING, **files}, feature, "MIG018", *arguments)] == wanted
