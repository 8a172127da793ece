"""Declarative bases of well-known libraries, for a project whose virtual environment is not there to be read."""

from __future__ import annotations

import msgspec


class LibraryBase(msgspec.Struct, frozen=True):
    """A library's declarative base."""

    registry: str
    metadata: str
    style: str
    name_rule: str | None


_APPBUILDER = LibraryBase(
    "flask_appbuilder.Model", "flask_appbuilder.Model.metadata", "flask-sqlalchemy", "snake"
)  # Flask-AppBuilder's `Model` has Flask-SQLAlchemy's metaclass, and so its rule for table names.

LIBRARY_BASES = {
    "flask_appbuilder.Model": _APPBUILDER,
    "flask_appbuilder.models.sqla.Model": _APPBUILDER,
    "flask_appbuilder.models.sqla.Base": _APPBUILDER,
}
"""By dotted path."""

LIBRARY_METADATAS = {
    "flask_appbuilder.Model.metadata": "flask_appbuilder.Model.metadata",
    "flask_appbuilder.models.sqla.Model.metadata": "flask_appbuilder.Model.metadata",
    "flask_appbuilder.models.sqla.Base.metadata": "flask_appbuilder.Model.metadata",
}
"""Labels of metadatas, by dotted path."""
