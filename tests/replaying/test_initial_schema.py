"""A history that begins with the models of the commit that a revision came with."""

from __future__ import annotations

from pathlib import Path

import pytest

from histories import ENV, HEAD, make, replayed, verdicts
from repositories import commit, isolate
from schema_lint.evaluating.git import Repository
from schema_lint.replaying import InitialModels, ReplayFailed
from schema_lint.replaying.initial import CommittedModels

WITH_MODELS = ENV.replace("from alembic", "from app.models import metadata\nfrom alembic").replace(
    "context.configure(connection=connection)",
    "context.configure(connection=connection, target_metadata=metadata)",
)
MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("task", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("due", sa.Date), schema="work")
"""
DUE = (
    'op.add_column("task", sa.Column("due", sa.Date), schema="work")',
    'op.drop_column("task", "due", schema="work")',
)
NOTE = (
    'op.add_column("task", sa.Column("note", sa.Text), schema="work")',
    'op.drop_column("task", "note", schema="work")',
)


@pytest.fixture(autouse=True)
def _no_git_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)


def project(folder: Path, *, env: str = WITH_MODELS) -> Path:
    """Two commits: models with a first revision that assumes their table, then a second one with models that have a
    third column."""
    make(folder, [DUE], env=env, files={"app/models.py": MODELS})
    commit(folder)
    second = HEAD.format(title="Note", revision="r2", parent="r1", upgrade=NOTE[0], downgrade=NOTE[1])
    (folder / "migrations" / "versions" / "r2.py").write_text(second, encoding="utf-8")
    later = f"{MODELS}metadata.tables['work.task'].append_column(sa.Column('note', sa.Text))\n"
    (folder / "app" / "models.py").write_text(later, encoding="utf-8")
    commit(folder)
    return folder


def models(root: Path, revision: str) -> InitialModels:
    found = Repository(str(root)).added(f"migrations/versions/{revision}.py")
    assert found is not None
    return InitialModels(revision=revision, commit=found)


def failure(root: Path, server: str, revision: str) -> ReplayFailed:
    with pytest.raises(ReplayFailed) as caught:
        replayed(root, server=server, initial_models=models(root, revision))
    return caught.value


def test_it_begins_after_the_revision_with_what_the_models_were_then(tmp_path: Path, database: str) -> None:
    root = project(tmp_path)
    found = replayed(root, server=database, initial_models=models(root, "r1"))
    assert verdicts(found) == {"r2": "inverse"}
    assert [change.name for change in found.steps[0].changes] == ["work.task.note"]


def test_a_project_below_the_top_of_its_repository(tmp_path: Path, database: str) -> None:
    commit(tmp_path)
    root = project(tmp_path / "services" / "todo")
    assert not (root / ".git").is_symlink()
    found = replayed(root, server=database, initial_models=models(root, "r1"))
    assert verdicts(found) == {"r2": "inverse"}


def test_models_that_an_installation_links_to_the_working_tree(tmp_path: Path, database: str) -> None:
    root = project(tmp_path)
    variables = (("PYTHONPATH", str(root)),)
    found = replayed(root, server=database, initial_models=models(root, "r1"), variables=variables)
    assert verdicts(found) == {"r2": "inverse"}


def test_nothing_is_left_to_replay(tmp_path: Path, database: str) -> None:
    assert failure(project(tmp_path), database, "r2").message == (
        "there is no revision to replay after --initial-schema r2"
    )


def test_models_of_a_later_revision_are_not_taken(tmp_path: Path, database: str) -> None:
    root = make(tmp_path, [DUE, NOTE], env=WITH_MODELS, files={"app/models.py": MODELS})
    commit(root)
    error = failure(root, database, "r1")
    assert "the schema at r1 was not made" in error.message and "its history ended at r2 there" in error.message


def test_models_of_today_are_not_taken(tmp_path: Path, database: str) -> None:
    env = f"import sys\n\nsys.path.insert(0, {str(tmp_path)!r})\n{WITH_MODELS}"
    error = failure(project(tmp_path, env=env), database, "r1")
    assert "env.py imports app/models.py from the working tree" in error.message


def test_an_env_py_that_knows_no_models(tmp_path: Path, database: str) -> None:
    error = failure(project(tmp_path, env=ENV), database, "r1")
    assert error.message.endswith("env.py gives alembic no target_metadata with tables")
    assert "--initial-schema FILE" in error.hint


def test_models_that_cannot_be_imported(tmp_path: Path, database: str) -> None:
    error = failure(project(tmp_path, env=f"import no_such_module\n{WITH_MODELS}"), database, "r1")
    assert "env.py needs the module no_such_module" in error.message
    assert any("migrations/env.py" in line for line in error.trace)


def test_links_that_lead_out_are_not_written(tmp_path: Path) -> None:
    root = make(tmp_path / "shop", [DUE])
    (root / "away").symlink_to(tmp_path)
    (root / "here").symlink_to("migrations")
    written = tmp_path / "written"
    written.mkdir()
    CommittedModels(str(root), str(written), InitialModels(revision="r1", commit=commit(root)))
    assert (written / "here" / "env.py").is_file()
    assert not (written / "away").is_symlink()
