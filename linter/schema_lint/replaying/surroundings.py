"""The variables that the project's code is run with: every database URL leads to the scratch database."""

from __future__ import annotations

from collections.abc import Mapping

from schema_lint.readers.metadata.environment import URL_VALUE, for_another
from schema_lint.replaying.place import Place

_ASYNCHRONOUS = {"aiosqlite": "+asyncpg"}
_POSTGRESQL = ("postgres", "postgresql")


def variables_for(environment: Mapping[str, str], given: Mapping[str, str], place: Place) -> dict[str, str]:
    """The variables to run with.

    Args:
        given: those that somebody asked for; they stay as they are, unless they are URLs of databases, too.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith("PG")}
    variables = for_another({**kept, **given})
    for name, value in variables.items():
        found = URL_VALUE.match(value)
        if found is not None and found["dialect"].lower() in (*_POSTGRESQL, "sqlite"):
            variables[name] = _url(found["scheme"], place)
    variables.setdefault("DATABASE_URL", _url("postgresql", place))
    variables.update({
        "PGHOST": place.host, "PGPORT": str(place.port), "PGUSER": place.user, "PGPASSWORD": place.password,
        "PGDATABASE": place.database,
    })  # fmt: skip
    return variables


def _url(scheme: str, place: Place) -> str:
    dialect, _, driver = scheme.partition("+")
    if dialect.lower() == "sqlite":
        scheme = f"postgresql{_ASYNCHRONOUS.get(driver, '')}"
    return f"{scheme}://{place.user}:{place.password}@localhost/{place.database}"
