"""PostgreSQL in a container, where Docker answers."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from schema_lint import scratch
from schema_lint.scratch.server import start_container

IMAGE = "postgres:15"


def is_there(image: str) -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode == 0


# The library leaves sockets to Docker open, which the collection below closes.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def no_reaper(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reaper is an image of its own, which would have to be fetched."""
    monkeypatch.setattr("testcontainers.core.config.testcontainers_config.ryuk_disabled", True)
    yield
    gc.collect()


@pytest.mark.skipif(not is_there(IMAGE), reason=f"Docker does not answer, or has no image {IMAGE}")
def test_databases_are_made_in_a_container_that_goes_afterwards() -> None:
    with start_container(IMAGE) as server, server.database() as address, psycopg.connect(address) as connection:
        assert connection.info.server_version // 10000 == 15
        names = containers()
        assert names
    assert not containers() & names


def test_no_docker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(scratch.ScratchError, match=f"Docker does not start {IMAGE}"):
        start_container(IMAGE)


def containers() -> set[str]:
    listed = subprocess.run(["docker", "ps", "-q"], capture_output=True, text=True, check=True, env={**os.environ})
    return set(listed.stdout.split())
