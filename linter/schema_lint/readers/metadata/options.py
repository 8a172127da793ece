"""What to import, with which interpreter, and under which limits."""

from __future__ import annotations

import msgspec

DEFAULT_LIMIT = 60
"""Seconds for importing."""


class Target(msgspec.Struct, frozen=True):
    """A module to import, and what of it to look at."""

    module: str
    attribute: str | None = None
    """`None` for every metadata that the module's names lead to; `*` for every metadata there is after importing the
    module and all below it; else what to take: a metadata, a declarative base, a registry, Flask-SQLAlchemy's `db`."""

    def __str__(self) -> str:
        return self.module if self.attribute is None else f"{self.module}:{self.attribute}"


class MetadataOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to read metadata."""

    targets: tuple[Target, ...]
    python: str | None = None
    """The interpreter; without it the one of the project's virtual environment."""

    limit: float = DEFAULT_LIMIT
    allow_network: bool = False
    import_roots: tuple[str, ...] = ()
    """Folders, relative to the project root, that go on `sys.path` besides those that are found."""


def target(text: str) -> Target:
    """The target that `module`, `module:attribute` or `module:*` names.

    Raises:
        ValueError: if it names no module; with what is wrong.
    """
    module, separator, attribute = text.strip().partition(":")
    if module.endswith(".py") or "/" in module or "\\" in module:
        dotted = module.removesuffix(".py").replace("\\", "/").strip("./").replace("/", ".")
        raise ValueError(f"{text} is a path, not a module; did you mean {dotted}{separator}{attribute}?")
    if not all(part.isidentifier() for part in module.split(".")):
        raise ValueError(f"{text} names no module")
    if separator and attribute != "*" and not all(part.isidentifier() for part in attribute.split(".")):
        raise ValueError(f"{text} names nothing in {module}: after the colon stands a name, or *")
    return Target(module, attribute if separator else None)
