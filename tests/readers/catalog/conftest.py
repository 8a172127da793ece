"""The catalogue differs from one PostgreSQL to the next: it is read from every version that is to be had."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schema_lint import scratch
from schema_lint.scratch.cluster import Cluster
from schema_lint.scratch.programs import installed_programs, wheel_programs
from schema_lint.scratch.server import Server

FOUND = {found.version[0]: found for found in (*installed_programs(), wheel_programs()) if found is not None}


@pytest.fixture(scope="session", params=sorted(FOUND) or [None], ids="postgresql-{}".format)
def postgres(request: pytest.FixtureRequest) -> Iterator[scratch.Server]:
    """A server of each version that is to be had; a container where there is none."""
    if request.param is None:
        with scratch.start() as server:
            yield server
    else:
        found = FOUND[request.param]
        with Server(Cluster(found, None), f"PostgreSQL {request.param}") as server:
            yield server
