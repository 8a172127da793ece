"""What PostgreSQL (14 to 18) locks, scans and rewrites for a step of a revision."""

from __future__ import annotations

import re

from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import Column, Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown

ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"
EXCLUSIVE = "EXCLUSIVE"
SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE"
SHARE = "SHARE"
SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE"
ROW_EXCLUSIVE = "ROW EXCLUSIVE"
STRENGTH = (ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, SHARE, SHARE_ROW_EXCLUSIVE, EXCLUSIVE, ACCESS_EXCLUSIVE)
"""From the weakest to the strongest (PostgreSQL's documentation, "Explicit Locking")."""

BLOCKS = {
    ACCESS_EXCLUSIVE: "reads and writes", SHARE_ROW_EXCLUSIVE: "writes", SHARE: "writes",
}  # fmt: skip
"""What waits meanwhile."""

_LOCKS = {
    "drop_table": ACCESS_EXCLUSIVE, "rename_table": ACCESS_EXCLUSIVE, "add_column": ACCESS_EXCLUSIVE,
    "drop_column": ACCESS_EXCLUSIVE, "alter_column": ACCESS_EXCLUSIVE, "drop_constraint": ACCESS_EXCLUSIVE,
    "create_unique_constraint": ACCESS_EXCLUSIVE, "create_primary_key": ACCESS_EXCLUSIVE,
    "create_check_constraint": ACCESS_EXCLUSIVE, "create_exclude_constraint": ACCESS_EXCLUSIVE,
    "rename_constraint": ACCESS_EXCLUSIVE, "truncate": ACCESS_EXCLUSIVE, "cluster": ACCESS_EXCLUSIVE,
    "set_storage": ACCESS_EXCLUSIVE, "drop_trigger": ACCESS_EXCLUSIVE, "lock": ACCESS_EXCLUSIVE,
    "create_foreign_key": SHARE_ROW_EXCLUSIVE, "create_trigger": SHARE_ROW_EXCLUSIVE,
    "disable_trigger": SHARE_ROW_EXCLUSIVE, "enable_trigger": SHARE_ROW_EXCLUSIVE,
    "validate_constraint": SHARE_UPDATE_EXCLUSIVE, "attach_partition": SHARE_UPDATE_EXCLUSIVE,
    "create_table_comment": SHARE_UPDATE_EXCLUSIVE, "drop_table_comment": SHARE_UPDATE_EXCLUSIVE,
    "insert": ROW_EXCLUSIVE, "update": ROW_EXCLUSIVE, "delete": ROW_EXCLUSIVE, "bulk_insert": ROW_EXCLUSIVE,
}  # fmt: skip
_CONCURRENT = {
    "create_index": SHARE, "drop_index": ACCESS_EXCLUSIVE, "reindex": SHARE, "detach_partition": ACCESS_EXCLUSIVE,
}  # fmt: skip
"""Without CONCURRENTLY."""

_VOLATILE = re.compile(
    r"\b(?:gen_random_uuid|uuid_generate_v\d\w*|uuidv[47]|clock_timestamp|timeofday|random|nextval|setseed)\s*\(", re.I
)


def lock_of(operation: Operation) -> str | None:
    """The lock that the step takes on its table; `None` for none, or where that is not known."""
    weaker = _CONCURRENT.get(operation.kind)
    if weaker is not None:
        return SHARE_UPDATE_EXCLUSIVE if operation.concurrently is True else weaker
    if operation.kind == "vacuum":
        return ACCESS_EXCLUSIVE if operation.full else SHARE_UPDATE_EXCLUSIVE
    return _LOCKS.get(operation.kind)


def strongest(locks: list[str]) -> str | None:
    """The strongest of several locks."""
    return max(locks, key=STRENGTH.index, default=None)


def column_before(operation: Operation) -> Column | None:
    """The column that the step is about, as it was; `None` where that is not known."""
    if isinstance(operation.before, Table) and isinstance(operation.name, str):
        return operation.before.column(operation.name)
    return None


def type_before(operation: Operation) -> ColumnType | None:
    """The column's type before: as the earlier revisions leave it, else as this one says; `None` if it is not known."""
    column = column_before(operation)
    if column is not None and isinstance(column.type, ColumnType):
        return column.type
    return operation.was if isinstance(operation.was, ColumnType) else None


def keeps_rows(old: ColumnType, new: ColumnType) -> bool:
    """Whether PostgreSQL changes the type without writing the rows anew."""
    if old.sql == new.sql or (old.name == new.name == "enum" and old.enum == new.enum):
        return True
    texts = ("varchar", "text", "citext")
    if old.name in texts and new.name in texts:
        return new.length is None or (old.length is not None and new.length >= old.length)
    if old.name == new.name == "numeric":
        same_scale = (old.scale or 0) == (new.scale or 0)
        return new.precision is None or (old.precision is not None and same_scale and new.precision >= old.precision)
    if old.name == new.name and (old.name.startswith(("timestamp", "time ")) or old.name == "interval"):
        return new.precision is None or new.precision >= (old.precision if old.precision is not None else 6)
    if old.name == new.name == "varbit":
        return new.length is None or (old.length is not None and new.length >= old.length)
    if "enum" in (old.name, new.name) and {old.sql[:7], new.sql[:7]} == {"VARCHAR"}:
        sizes = [re.findall(r"\d+", t.sql) for t in (old, new)]
        return not sizes[1] or (bool(sizes[0]) and int(sizes[1][0]) >= int(sizes[0][0]))
    if old.name == new.name and old.name not in ("char", "bit", "enum", "array"):
        return True
    return (old.name, new.name) == ("cidr", "inet")


def rewrites(default: Default | Unknown | None) -> str | None:
    """Why a column that is added with a default has all rows written anew; `None` where it has not, or may not."""
    if not isinstance(default, Default):
        return None
    if default.kind == "identity":
        return "an identity numbers the rows that are there"
    if default.kind == "sequence":
        return "a sequence numbers the rows that are there"
    if default.kind == "computed":
        virtual = isinstance(default.value, str) and default.value.endswith("VIRTUAL")
        return None if virtual else "a stored generated column is computed for the rows that are there"
    if default.kind == "sql" and not default.quoted and isinstance(default.value, str):
        found = _VOLATILE.search(default.value)
        return f"{found[0].rstrip('( ')}() gives each row that is there a value of its own" if found else None
    return None
