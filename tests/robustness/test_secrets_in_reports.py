"""A password never leaves the program: wherever it stands, whatever is printed, in whichever format."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli_run import Run
from schema_lint.cli.report_options import FORMATS

# The password and its pieces; none of them stands in the files but as, or in, a password.
P = "Zq7Kx9"
ODD = "Zq7@Kx9/Zq7:Kx9"
QUOTED = "Zq7%40Kx9"
PIECES = ("Zq7", "Kx9")
URL = f"postgresql://app:{P}@db.example.org/app"
ECHO = 'engine = create_engine("postgresql://h.example.org/a", echo=True)'

HEAD = """\
import os
from pydantic_settings import BaseSettings
from pydantic import Field as Setting, SecretStr
from sqlalchemy import URL, create_engine, text
from sqlmodel import Field, SQLModel
import psycopg2

class Kept(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)

"""

SOURCES = {
    "a URL": f'engine = create_engine("{URL}", echo=True)',
    "a URL with an at sign and a slash": f'engine = create_engine("postgresql://app:{ODD}@h.example.org/app")',
    "a quoted URL": f'engine = create_engine("postgresql://app:{QUOTED}@h.example.org/app")',
    "a URL with a wrong driver": f'engine = create_engine("postgres+nope://app:{P}@h.example.org:port/app?sslmode=x")',
    "a URL without a user": f'engine = create_engine("postgresql://:{P}@h.example.org/app")',
    "a URL as a name": f'URL_ = "{URL}"\nengine = create_engine(URL_)',
    "an f-string": f'h = "h.example.org"\nengine = create_engine(f"postgresql://app:{P}@{{h}}/app")',
    "an f-string of a constant": f'pw = "{P}"\nengine = create_engine(f"postgresql://app:{{pw}}@h.example.org/app")',
    "a sum": f'engine = create_engine("postgresql://app:" + "{P}" + "@h.example.org/app")',
    "strings side by side": f'engine = create_engine(\n    "postgresql://a:"\n    "{P}"\n    "@h.example.org/a"\n)',
    "a format": f'engine = create_engine("postgresql://%s:%s@h.example.org/app" % ("app", "{P}"))',
    "a method": f'engine = create_engine("postgresql://app:{{}}@h.example.org/app".format("{P}"))',
    "a multi-line string": f'engine = create_engine("""\n{URL}\n""".strip())',
    "a query": f'engine = create_engine("postgresql://h.example.org/app?user=app&password={P}&echo=1")',
    "an SSL password": f'engine = create_engine("postgresql://a@h.example.org/app?sslpassword={P}&sslmode=x")',
    "URL.create": f'engine = create_engine(URL.create("postgresql", "app", "{P}", "h.example.org"))',
    "URL.create by name": f'engine = create_engine(URL.create("postgresql", username="app", password="{P}"))',
    "connect_args": f'engine = create_engine("postgresql://h/a", connect_args={{"password": "{P}"}})',
    "connect_args by name": f'engine = create_engine("postgresql://h/a", connect_args=dict(password="{P}"))',
    "a dict": f'DATABASE = {{"host": "h.example.org", "password": "{P}"}}\n'
    f'engine = create_engine("postgresql://", connect_args=DATABASE)',
    "options": f'OPTIONS = {{"url": "{URL}", "echo": True}}\n'
    f'engine = create_engine(**OPTIONS)',
    "a connection string": f'engine = psycopg2.connect("host=h.example.org user=app password={P} dbname=app")',
    "a quoted connection string": f"""engine = psycopg2.connect("host=h.example.org password='{P} {P}' dbname=app")""",
    "a comment": f'engine = create_engine("sqlite://", echo=True)  # {URL}',
    "a comment above": f'# DB_PASSWORD={P}\n# password: "{P}"\n{ECHO}',
    "a default of a variable": f'engine = create_engine(os.getenv("DATABASE_URL", "{URL}"))',
    "a password of a variable": f'PW = os.environ.get("DB_PASSWORD", "{P}")\n'
    f'engine = create_engine(f"postgresql://a:{{PW}}@h.example.org/a", echo=True)',
    "a setting": f'class Settings(BaseSettings):\n    database_url: str = "{URL}"\n'
    f'    db_password: str = "{P}"',
    "a secret setting": f'class Settings(BaseSettings):\n    password: SecretStr = SecretStr("{P}")\n'
    f'    api_key: str = Setting("{P}", description="x")\n'
    f'{ECHO}',
    "an argument": f'def make(url="{URL}"):\n    return create_engine(url, echo=True)',
    "a column's default": f'class Secret(SQLModel, table=True):\n'
    f'    id: int | None = Field(default=None, primary_key=True)\n'
    f'    password: str | None = Field(default="{P}")',
    "a class attribute": f'class Config:\n    SQLALCHEMY_DATABASE_URI = "{URL}"',
    "SQL": f"""def up(session):\n    session.execute(text("CREATE USER app PASSWORD '{P}'"))\n"""
    f"""    session.execute("ALTER ROLE app WITH PASSWORD '{P}'")""",
    "a reason": f'{ECHO}  # schema-lint: ignore[XYZ001] password={P}',
    "an unused reason": f"x = 1  # schema-lint: ignore[FK001] {URL}\nengine = None",
    "a syntax error": f'engine = create_engine("{URL}" "',
    "a statement that fails": f'engine = create_engine(*"{URL}".split(1))',
}  # fmt: skip

FILES = {
    ".env": f"DATABASE_URL={URL}\nPOSTGRES_PASSWORD={P}\nexport PGPASSWORD='{P}'\n",
    "compose.yaml": f"services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: {P}\n"
    f"      - DATABASE_URL=postgresql://app:{ODD}@h.example.org/app\n",
    "alembic.ini": f"[alembic]\nscript_location = x\nsqlalchemy.url = postgresql://app:{QUOTED}@h.example.org/app\n",
    "config.py": f'SECRET_KEY = "{P}"\nSQLALCHEMY_DATABASE_URI = "{URL}"\n',
}
CONFIGURATIONS = {
    "a wrong value": f'[tool.schema-lint]\nprofile = "{URL}"\n',
    "a wrong key": f'[tool.schema-lint]\n"{URL}" = 1\n',
    "a wrong rule": f'[tool.schema-lint]\nselect = ["password={P}"]\n',
    "a wrong path": f'[tool.schema-lint.databases.a]\nurl-variable = "{URL}"\n',
    "bad syntax": f'[tool.schema-lint]\nurl = {URL}\n',
    "a reason": f'[tool.schema-lint]\n[[tool.schema-lint.ignore]]\nobject = "a"\nrule = "FK001"\n'
    f'reason = "password={P}"\n',
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.out"))
    return tmp_path


EVERYTHING = ("--profile", "strict", "--show-info", "--show-unknown", "--verbose")


def said(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """All that is printed or written about the project, by how it was asked for."""
    everything: dict[str, str] = {}
    for name in FORMATS:
        for width in ("80", "160"):
            monkeypatch.setenv("COLUMNS", width)
            result = run("check", *EVERYTHING, "--output-format", name, "--output-format", f"json={project}/x.out")
            everything[f"{name} at {width}"] = result.out + result.err
    everything["facts"] = "".join(run("facts")[1:])
    everything["statistics"] = "".join(run("check", *EVERYTHING, "--statistics")[1:])
    everything["config"] = "".join(run("config", "show")[1:])
    for path in project.glob("*.out"):
        everything[path.name] = path.read_text("utf-8")
    return everything


def leaks(everything: dict[str, str]) -> dict[str, str]:
    """The first line that shows a piece of the password, by how it was asked for."""
    return {
        how: next(line for line in text.split("\n") if any(piece in line for piece in PIECES))[:600]
        for how, text in everything.items()
        if any(piece in text for piece in PIECES)
    }


@pytest.mark.parametrize("name", SOURCES)
def test_source(name: str, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "db.py").write_text(f"{HEAD}{SOURCES[name]}\n")
    everything = said(run, project, monkeypatch)
    assert all("internal error" not in text for text in everything.values())
    assert leaks(everything) == {}


@pytest.mark.parametrize("name", FILES)
def test_other_files(name: str, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "models.py").write_text(f'{HEAD}engine = create_engine(os.environ["DATABASE_URL"])\n')
    (project / name).write_text(FILES[name])
    assert leaks(said(run, project, monkeypatch)) == {}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_configurations(name: str, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "models.py").write_text(HEAD)
    (project / "pyproject.toml").write_text(CONFIGURATIONS[name])
    assert leaks(said(run, project, monkeypatch)) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", f"postgresql://app:{P}@db.example.org/app"],
        ["check", "--config", f"postgresql://app:{P}@db.example.org/app"],
        ["check", "--config", f"url=postgresql://app:{P}@db.example.org/app"],
        ["check", "--select", f"postgresql://app:{P}@db.example.org/app"],
        ["check", "--output-format", f"postgresql://app:{P}@db.example.org/app"],
        ["check", f"--password={P}"],
        ["check", "--profile", f"postgresql://app:{P}@db.example.org/app"],
        ["explain", f"postgresql://app:{P}@db.example.org/app"],
        [f"postgresql://app:{P}@db.example.org/app"],
        ["check", "--output-format", f"json=nowhere/postgresql://app:{P}@db.example.org/app"],
    ],
    ids=range(10),
)
def test_errors(arguments: list[str], project: Path, run: Run) -> None:
    (project / "models.py").write_text(HEAD)
    status, out, err = run(*arguments)
    assert leaks({"out": out, "err": err}) == {}
    assert status in (0, 1, 2) and os.getcwd() == str(project)
