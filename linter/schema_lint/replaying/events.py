"""What a probe may tell.

The project's code runs in the same process, and can write to the same pipe: what has not the shape that the probe gives
it is nobody's, and passed over.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import msgspec

Event = dict[str, Any]

Path = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*\Z")]
Frames = list[tuple[Path, int | None, str, str | None]]
Mode = Literal[
    "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
]  # fmt: skip


class _Shape(msgspec.Struct, frozen=True, kw_only=True):
    event: str


class _Raised(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    message: str
    sqlstate: str | None
    statement: str | None
    frames: Frames


class _Difference(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    name: str
    before: str | None
    after: str | None
    renamed: str | None = None


class _Again(msgspec.Struct, frozen=True, kw_only=True):
    error: _Raised | None = None


class _Trial(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float
    count: int
    error: _Raised | None = None
    differences: list[_Difference] = []
    locks: dict[str, Mode] = {}
    again: _Again | None = None
    leaked: bool = False
    exact: bool = False


class _Started(_Shape, frozen=True, kw_only=True):
    python: str
    alembic: str
    sqlalchemy: str


class _History(_Shape, frozen=True, kw_only=True):
    revisions: int
    folder: Path


class _Redirected(_Shape, frozen=True, kw_only=True):
    asked: str


class _Run(_Shape, frozen=True, kw_only=True):
    steps: int


class _OfRevision(_Shape, frozen=True, kw_only=True):
    revision: str


class _Described(_OfRevision, frozen=True, kw_only=True):
    title: str
    path: Path


class _Step(_Described, frozen=True, kw_only=True):
    seconds: float
    statements: list[tuple[str, float]]
    locks: dict[str, Mode]
    rewritten: list[str]
    scanned: list[str]
    count: int
    autocommit: bool
    changes: list[_Difference]
    remembered: list[str] = []
    downgrade: _Trial | None = None


class _Failed(_Described, frozen=True, kw_only=True):
    error: _Raised


class _Confirmed(_OfRevision, frozen=True, kw_only=True):
    downgrade: _Trial


class _FailedRows(_Raised, frozen=True, kw_only=True):
    table: str | None
    columns: list[str]
    certain: bool
    of_schema: bool
    rows: int


class _Lost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    table: str
    column: str | None
    count: int
    how: Literal["dropped", "emptied", "changed"]


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    table: str
    column: str | None


class _WithNulls(msgspec.Struct, frozen=True, kw_only=True):
    nulls: list[str]
    failure: _FailedRows | None = None


class _Rows(_OfRevision, frozen=True, kw_only=True):
    seeded: dict[str, int]
    unseeded: dict[str, str]
    failure: _FailedRows | None = None
    undo_failure: _FailedRows | None = None
    with_nulls: _WithNulls | None = None
    lost: list[_Lost] = []
    kept: list[_Kept] = []
    leaked: bool = False


class _Finished(_Shape, frozen=True, kw_only=True):
    wrong: list[_Difference]
    digest: str


class _Created(_Shape, frozen=True, kw_only=True):
    tables: int


class _Ended(_Shape, frozen=True, kw_only=True):
    steps: int
    known: int


class _Failure(_Shape, frozen=True, kw_only=True):
    kind: Literal[
        "raised", "refused", "process", "elsewhere", "dialect", "offline", "no-driver", "no-alembic", "no-head",
        "no-metadata", "of-today",
    ]  # fmt: skip
    message: str
    frames: Frames
    type: str = ""
    name: str | None = None
    asynchronous: bool = False


_SHAPES: dict[str, type[_Shape]] = {
    "started": _Started, "history": _History, "redirected": _Redirected, "run": _Run, "begin": _OfRevision,
    "seeding": _OfRevision, "step": _Step, "failed": _Failed, "confirmed": _Confirmed, "rows": _Rows,
    "finished": _Finished, "created": _Created, "ended": _Ended, "failure": _Failure,
}  # fmt: skip


def event_of(line: bytes) -> Event | None:
    """The event of a line; `None` where it is none."""
    try:
        event = json.loads(line)
        shape = _SHAPES[event["event"]]
        msgspec.convert(event, shape)
    except (ValueError, RecursionError, LookupError, TypeError, msgspec.ValidationError):
        return None
    found: Event = event
    return found
