"""Fixtures for all tests: the command line, run as a user would, and a real PostgreSQL."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from cli_run import Result, Run
from postgres import database, database_url, guarded_server, postgres
from schema_lint.cli import run as run_arguments

# A busy machine is no defect.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

__all__ = ["database", "database_url", "guarded_server", "postgres"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> Result:
        status = run_arguments(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(status, captured.out, captured.err)

    return call
