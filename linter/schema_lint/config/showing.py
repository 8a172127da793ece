"""Settings as text: what holds, and which of it somebody set."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import msgspec

from schema_lint.config.loading import Loaded
from schema_lint.config.policies import Policies


def entries(loaded: Loaded) -> list[tuple[str, str | None, bool]]:
    """Every setting as (dotted key, TOML value, whether somebody set it), in the order of the documentation.

    The value is `None` where it is left to be found, for which TOML has no word.
    """
    policies = {field.encode_name for field in msgspec.structs.fields(Policies)}
    given = {f"policies.{key}" if key.partition(".")[0] in policies else key for key in loaded.given}
    return [
        (key, toml_value(value) if value is not None else None, _is_given(key, given))
        for key, value in _flat(loaded.settings, "")
    ]


def toml_value(value: Any) -> str:
    """A value in TOML's inline notation."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, datetime.date, datetime.time)):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, msgspec.Struct):
        value = {f.encode_name: v for f in msgspec.structs.fields(value) if (v := getattr(value, f.name)) is not None}
    return "{" + ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items()) + "}"


def _flat(struct: msgspec.Struct, prefix: str) -> Iterator[tuple[str, Any]]:
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        if field.name == "stated":
            continue
        if isinstance(value, msgspec.Struct):
            yield from _flat(value, f"{prefix}{field.encode_name}.")
        elif isinstance(value, dict) and value:
            for key, item in value.items():
                yield f"{prefix}{field.encode_name}.{toml_key(key)}", item
        else:
            yield f"{prefix}{field.encode_name}", value


def _is_given(key: str, given: set[str]) -> bool:
    plain = key.replace('"', "")
    return any(plain == g or plain.startswith(f"{g}.") or g.startswith(f"{plain}.") for g in given)


def toml_key(key: str) -> str:
    return key if key and all(c.isascii() and (c.isalnum() or c in "-_") for c in key) else _string(key)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
