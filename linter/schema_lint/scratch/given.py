"""A server that somebody named: databases are made and dropped on it, and nothing else is touched."""

from __future__ import annotations


class Given:
    """A server by its address, as libpq reads it; the database in it is where others are made from."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    def conninfo(self, database: str | None = None) -> str:
        """The address with another database in it."""
        if database is None:
            return self._conninfo
        from psycopg.conninfo import make_conninfo

        return make_conninfo(self._conninfo, dbname=database)

    def stop(self) -> None:
        """It is not ours to end."""
