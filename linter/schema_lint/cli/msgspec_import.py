"""How the command line first imports msgspec."""

from __future__ import annotations

import sys


def import_msgspec() -> None:
    """Import it without typing_extensions, which it prefers to `typing` where it is installed: a tenth of a small run,
    for names that our structs do not use."""
    if "typing_extensions" in sys.modules or "msgspec" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]
