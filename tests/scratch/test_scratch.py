"""A throw-away PostgreSQL ends with whoever started it, whatever happens to them."""

from __future__ import annotations

import os
import select
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from schema_lint import scratch
from schema_lint.scratch.account import Account, server_account
from schema_lint.scratch.cluster import Cluster
from schema_lint.scratch.given import Given
from schema_lint.scratch.programs import Programs, _programs, _wheel, find_programs, reachable
from schema_lint.scratch.server import Server

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that others cannot enter and it can")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Programs:
    """The machine's programs, with a place of the test's own to keep a data directory in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = find_programs()
    assert found is not None
    return found


def one_of(conninfo: str, query: str) -> object:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row is not None else None


def test_a_stopped_cluster_leaves_nothing_behind(programs: Programs) -> None:
    cluster = Cluster(programs)
    directory = Path(cluster.directory)
    assert one_of(cluster.conninfo(), "SELECT 1") == 1
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    cluster.stop()
    assert not directory.exists()
    assert cluster.keeper.returncode == 0


def test_a_cluster_listens_on_no_port_and_trusts_its_directory(postgres: scratch.Server) -> None:
    with postgres.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_second_start_needs_no_initdb(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    Cluster(programs).stop()
    monkeypatch.setattr("schema_lint.scratch.cluster._initialise", lambda *_: pytest.fail("initdb ran again"))
    Cluster(programs).stop()


def test_a_damaged_data_directory_is_made_anew(programs: Programs, tmp_path: Path) -> None:
    Cluster(programs).stop()
    [kept] = (tmp_path / "cache" / "schema-lint").iterdir()
    shutil.rmtree(kept / "global")
    cluster = Cluster(programs)
    assert one_of(cluster.conninfo(), "SELECT 1") == 1
    cluster.stop()


def test_nothing_is_kept_where_others_may_write(programs: Programs, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "schema-lint"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    Cluster(programs).stop()
    assert list(folder.iterdir()) == []


def test_settings_reach_the_server(programs: Programs) -> None:
    cluster = Cluster(programs, {"lock_timeout": "7s"})
    assert one_of(cluster.conninfo(), "SHOW lock_timeout") == "7s"
    cluster.stop()


def test_a_setting_that_is_none_is_told(programs: Programs) -> None:
    with pytest.raises(scratch.ScratchError, match="no_such_setting"):
        Cluster(programs, {"no_such_setting": "1"})


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="there is no waiting for a process that is not ours")
@pytest.mark.parametrize("end", ["os._exit(9)", "os.kill(os.getpid(), 9)", "raise SystemExit(9)"])
def test_the_server_ends_however_we_end(end: str) -> None:
    script = (
        "import os, sys\nfrom schema_lint.scratch.cluster import Cluster\n"
        "from schema_lint.scratch.programs import find_programs\n"
        "cluster = Cluster(find_programs())\nprint(cluster.keeper.pid, cluster.directory, flush=True)\n"
        f"sys.stdin.readline()\n{end}"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    keeper, directory = process.stdout.readline().split()
    ended = os.pidfd_open(int(keeper))  # type: ignore[attr-defined, unused-ignore]
    process.communicate("\n")
    assert process.returncode in (9, -9)
    assert select.select([ended], [], [], 60)[0]
    os.close(ended)
    assert not Path(directory).exists()


def test_a_database_is_dropped_also_when_something_is_left_open(postgres: scratch.Server) -> None:
    with pytest.raises(ZeroDivisionError), postgres.database() as address:
        left_open = psycopg.connect(address)
        1 / 0  # noqa: B018
    with postgres.connect() as connection:
        names = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate").fetchall()
    assert not any(name == left_open.info.dbname for (name,) in names)
    left_open.close()


def test_on_a_given_server_only_databases_are_made(postgres: scratch.Server, database: str) -> None:
    with scratch.start(database) as server:
        with server.database() as address:
            assert address != database
            made = one_of(address, "SELECT current_database()")
            assert str(made).startswith("schema_lint_")
        assert one_of(database, f"SELECT count(*) FROM pg_database WHERE datname = '{made}'") == 0
    assert one_of(database, "SELECT 1") == 1


def test_a_given_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    server = Server(Given(f"host={tmp_path} dbname=todo password=hunter2"), "the server named")
    with pytest.raises(scratch.ScratchError, match="the server named does not answer") as raised, server.database():
        pass
    assert "hunter2" not in str(raised.value)


def test_programs_too_old_or_none_are_not_taken(tmp_path: Path) -> None:
    def program(name: str, says: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{says}'\n")
        (tmp_path / name).chmod(0o755)

    program("initdb", "")
    assert _programs(str(tmp_path)) is None
    program("postgres", "postgres (PostgreSQL) 13.4")
    assert _programs(str(tmp_path)) is None
    program("postgres", "postgres (PostgreSQL) 18beta1")
    found = _programs(str(tmp_path))
    assert found is not None
    assert found.version == (18, 0)


@needs_root
def test_programs_in_a_closed_home_are_brought_to_where_the_server_can_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    wheel = _wheel()
    assert wheel is not None
    package = Path(wheel).parents[1]
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    for source in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(source, home / source.name, symlinks=True)
    folder = home / package.name / "pginstall" / "bin"
    before = modes(home)
    programs = _programs(str(folder))
    assert programs is not None
    cluster = Cluster(programs)
    assert one_of(cluster.conninfo(), "SELECT 1") == 1
    assert not Path(cluster.directory).is_relative_to(home)
    cluster.stop()
    assert modes(home) == before


@needs_root
def test_a_program_that_others_cannot_read_is_copied(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "package" / "install" / "bin"
    folder.mkdir(parents=True)
    (folder / "postgres").write_text("#!/bin/sh\n")
    (folder / "postgres").chmod(0o700)
    (tmp_path / "home").chmod(0o700)
    target = reachable(Programs(str(folder), (18,)), server_account(), str(tmp_path / "made"))
    assert stat.S_IMODE(os.stat(os.path.join(target, "postgres")).st_mode) == 0o755
    assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o700


@needs_root
def test_a_directory_is_entered_only_if_all_above_it_are_open(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    assert not server_account().can_enter(str(inner))
    assert Account().can_enter(str(inner))


def modes(root: Path) -> dict[str, tuple[int, int]]:
    status: Callable[[Path], os.stat_result] = os.lstat
    return {str(path): (status(path).st_mode, status(path).st_uid) for path in (root, *root.rglob("*"))}
