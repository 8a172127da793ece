"""The throw-away server ends with whoever started it, whatever happens to them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from postgres import Server, is_open


def test_a_stopped_server_leaves_nothing_behind() -> None:
    server = Server()
    directory = Path(server.url.partition("host=")[2])
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert directory.is_dir()
    server.stop()
    assert not directory.exists()


def test_the_server_ends_when_the_tests_crash() -> None:
    crash = "import os; from postgres import Server; print(Server().url, flush=True); os._exit(9)"
    # The server holds our end of standard error: this returns only when it is gone.
    result = subprocess.run(
        [sys.executable, "-c", crash], capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False
    )
    assert result.returncode == 9
    assert not Path(result.stdout.strip().partition("host=")[2]).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a directory that others cannot enter and it can")
def test_a_directory_is_open_only_if_all_above_it_are(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    assert not is_open(inner)
