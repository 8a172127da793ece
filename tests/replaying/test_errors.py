"""What is told of an error, whichever driver raises it."""

from __future__ import annotations

from typing import Any

import pytest

from schema_lint.replaying.probe.channel import error_of, object_of

SAID = 'null value in column "title"'


class Pg8000Error(Exception):
    """Its one argument is what the server said, by the letters of the protocol."""


class AsyncpgError(Exception):
    sqlstate = "23502"


class Diagnosis:
    schema_name, table_name, column_name, message_detail = "public", "task", "title", "Failing row contains (1, null)."


class PsycopgError(Exception):
    sqlstate, diag = "23502", Diagnosis()


FIELDS: dict[str, Any] = {
    "S": "ERROR", "C": "23502", "M": SAID, "D": "Failing row contains (1, null).", "s": "public", "t": "task",
    "c": "title",
}  # fmt: skip


@pytest.mark.parametrize(
    "error", [Pg8000Error(FIELDS), PsycopgError(SAID), AsyncpgError(f"<class 'asyncpg.exceptions.NotNull'>: {SAID}")]
)
def test_each_driver_says_the_same(error: Exception) -> None:
    told = error_of(error)
    assert (told["message"], told["sqlstate"]) == (SAID, "23502")


@pytest.mark.parametrize("error", [Pg8000Error(FIELDS), PsycopgError(SAID)])
def test_what_the_server_names(error: Exception) -> None:
    assert object_of(error) == ("public.task", "title", "Failing row contains (1, null).")


def test_an_error_without_words() -> None:
    told = error_of(KeyError())
    assert (told["type"], told["message"], told["sqlstate"]) == ("KeyError", "", None)
