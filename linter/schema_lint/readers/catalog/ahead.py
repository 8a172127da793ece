"""Queries that are sent ahead, by a thread: the server works on the next while the rows of the last become facts."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

    Send = Callable[[str], Cursor[Any]]

_TURN = 0.0005
"""Seconds until Python lets the other thread go on. The server waits for whoever takes its rows, some kilobytes at a
time: with the usual five milliseconds it would wait longer than it works."""

_ATTEMPTS = 5
"""To end a query whose rows nobody wants any more, a second each."""


@contextlib.contextmanager
def sent_ahead(connection: Connection[Any], queries: Iterable[str], send: Send) -> Iterator[Send]:
    """What came of each of the queries, by its text; it is waited for. They are sent in their order, each once.

    Asking raises what sending did. If the block is left early, the rest is not sent, and what runs is cancelled.
    """
    turn = sys.getswitchinterval()
    executor = ThreadPoolExecutor(1)
    coming = {query: executor.submit(send, query) for query in queries}

    def answer(query: str) -> Cursor[Any]:
        found = coming[query].result()
        del coming[query]
        return found

    sys.setswitchinterval(_TURN)
    try:
        yield answer
    finally:
        _end(connection, executor, coming.values())
        sys.setswitchinterval(turn)


def _end(connection: Connection[Any], executor: ThreadPoolExecutor, coming: Collection[Future[Any]]) -> None:
    """Send nothing more, and cancel what runs; the thread is gone then."""
    executor.shutdown(wait=False, cancel_futures=True)
    for _ in range(_ATTEMPTS):
        unwanted = [future for future in coming if not future.done()]
        if not unwanted:
            executor.shutdown()
            return
        with contextlib.suppress(connection.Error):
            connection.cancel_safe(timeout=1)
        wait(unwanted, timeout=1)
