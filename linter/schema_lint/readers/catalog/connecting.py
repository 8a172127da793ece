"""One connection, one transaction that reads one moment and changes nothing; a failure names the stage it came to."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from schema_lint.facts.secrets import mask
from schema_lint.readers.catalog.addresses import Address

if TYPE_CHECKING:
    from psycopg import Connection, Error

PATIENCE = 30.0
"""Seconds for which a database that is waking up or starting is asked again."""

_CONNECT_TIMEOUT = 10
_NAP = 1.0

# Local to the transaction, since a transaction pooler hands the session to somebody else, and refuses what a
# connection's start-up packet sets. A waiting lock would make others wait behind us.
_BEGIN = (
    b"SET LOCAL statement_timeout = '60s'",
    b"SET LOCAL lock_timeout = '2s'",
    b"SET LOCAL idle_in_transaction_session_timeout = '5min'",
)

_STAGES: tuple[tuple[str, str, str], ...] = (
    ("name", r"resolve host|translate host name|name or service not known|nodename nor servname",
     "is the host spelt right, and known to this machine's DNS?"),
    ("certificate", r"certificate|root\.crt|hostname .* does not match",
     "sslmode=require does not check the certificate; sslrootcert=system checks it against the machine's own"),
    ("TLS", r"\bSSL\b|\bTLS\b",
     "sslmode in the URL says whether the connection is encrypted: disable, prefer, require, verify-full"),
    ("database", r"database \"?.*\"? does not exist", "is the database's name, behind the URL's last /, right?"),
    ("login", r"password|role \"?.*\"? does not exist|pg_hba\.conf|authentication|no PostgreSQL user name",
     "are the user and the password right? Reserved characters in a URL are percent-encoded"),
    ("pooler", r"unsupported startup parameter",
     "a pooler takes no such parameter: leave it out of the URL, or name the server's direct address"),
    ("capacity", r"too many (?:connections|clients)|remaining connection slots",
     "the server has no connection left; a pooler's address may have"),
    ("network", r"refused|timeout|timed out|no route|unreachable|no such file|closed the connection|reset by peer",
     "is the server running, are host and port right, and does a firewall let us through?"),
)  # fmt: skip
"""The first that fits what the driver said: stage, pattern, hint."""

_WAKING = re.compile(
    r"starting up|shutting down|not yet accepting|in recovery mode|control plane|compute node"
    r"|endpoint is (?:not active|being)|server closed the connection unexpectedly",
    re.IGNORECASE,
)

_PREAMBLE = re.compile(r"^(?:connection failed: )?(?:connection to server (?:at|on) .*? failed: )?(?:FATAL: +)?")


class DatabaseError(Exception):
    """The database could not be read; `stage` says how far it came, `hint` what would help."""

    def __init__(self, message: str, *, stage: str, hint: str = "") -> None:
        super().__init__(message)
        self.stage = stage
        self.hint = hint


@contextlib.contextmanager
def reading(
    address: Address,
    *,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Connection[Any]]:
    """A connection inside a transaction that is read-only, sees one moment, and waits for nobody.

    Raises:
        DatabaseError: where connecting or reading fails.
    """
    try:
        import psycopg
    except ImportError:
        raise DatabaseError(
            "reading a database needs psycopg", stage="driver", hint="pip install 'schema-lint[live]'"
        ) from None
    connection = _connect(address, clock() + patience, clock, sleep)
    try:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for statement in _BEGIN:
            connection.execute(statement)
        yield connection
        connection.rollback()
    except psycopg.Error as error:
        raise _refused(address, error) from None
    finally:
        connection.close()


def _connect(
    address: Address, end: float, clock: Callable[[], float], sleep: Callable[[float], None]
) -> Connection[Any]:
    import psycopg

    parameters: dict[str, Any] = {"connect_timeout": _CONNECT_TIMEOUT, **address.parameters}
    while True:
        try:
            return psycopg.connect(application_name="schema-lint", prepare_threshold=None, **parameters)
        except psycopg.Error as error:
            if not _WAKING.search(str(error)) or clock() + _NAP > end:
                raise _unreachable(address, error) from None
        sleep(_NAP)


def _unreachable(address: Address, error: Error) -> DatabaseError:
    said = _said(error)
    for stage, pattern, hint in _STAGES:
        if re.search(pattern, said, re.IGNORECASE):
            return DatabaseError(f"no connection to {address} ({stage}): {said}", stage=stage, hint=hint)
    return DatabaseError(f"no connection to {address}: {said}", stage="connection")


def _refused(address: Address, error: Error) -> DatabaseError:
    from psycopg import errors

    said = _said(error)
    if isinstance(error, errors.InsufficientPrivilege):
        hint = "the role needs CONNECT on the database, and SELECT on PostgreSQL's own catalogue, which all have"
        return DatabaseError(f"{address} refuses the role something: {said}", stage="permission", hint=hint)
    if isinstance(error, errors.QueryCanceled | errors.LockNotAvailable):
        return DatabaseError(f"reading {address} took too long: {said}", stage="time", hint="is the server busy?")
    return DatabaseError(f"reading {address} failed: {said}", stage="reading")


def _said(error: Error) -> str:
    """The driver's words in one line. Of several attempts the last, since they mostly fail alike; not the one without
    encryption, where it is that which the server refuses."""
    if error.diag.message_primary:
        return mask(error.diag.message_primary)
    lines = [line.strip(" -\t") for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith(("Multiple connection", "Is the server running"))]
    if not told:
        return "it did not say why"
    encrypted = [line for line in told if not line.endswith("no encryption")]
    return mask(_PREAMBLE.sub("", (encrypted or told)[-1]))
