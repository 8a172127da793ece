"""How the command line first imports msgspec."""

from __future__ import annotations

import sys
from types import ModuleType

_LATER = ("inspect", "json", "toml", "yaml")


def import_msgspec() -> None:
    """Import it without what a small run does not use, and takes a seventh of it.

    That is typing_extensions, which it prefers to `typing` where it is installed, for names that our structs do not
    use; and modules of its own, which come when they are first asked for.
    """
    if "typing_extensions" in sys.modules or "msgspec" in sys.modules:
        return
    withheld = [f"msgspec.{name}" for name in _LATER]
    sys.modules.update((name, ModuleType(name)) for name in withheld)
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec
    finally:
        for name in ("typing_extensions", *withheld):
            del sys.modules[name]
    for name in _LATER:
        delattr(msgspec, name)
    msgspec.__getattr__ = _asked_for  # type: ignore[method-assign]


def _asked_for(name: str) -> ModuleType:
    if name not in _LATER:
        raise AttributeError(f"module 'msgspec' has no attribute {name!r}")
    import importlib

    return importlib.import_module(f"msgspec.{name}")
