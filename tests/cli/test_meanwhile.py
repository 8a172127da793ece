"""Work in another thread: its result, its errors, and how deep it may go."""

from __future__ import annotations

import pytest

from schema_lint.cli.meanwhile import Meanwhile


def test_the_result() -> None:
    work = Meanwhile(lambda: 7)
    assert work.result() == 7
    work.check()


def test_an_error_is_raised_where_it_is_asked_for() -> None:
    def fail() -> int:
        raise LookupError("x")

    work = Meanwhile(fail)
    with pytest.raises(LookupError):
        work.result()
    with pytest.raises(LookupError):
        work.check()
