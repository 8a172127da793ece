"""What a downgrade leaves otherwise, as far as reading the revision decides it."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.facts.identifiers import quoted
from schema_lint.facts.migrations import Revision, Snapshot
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import bare

_KINDS = {"indexes": "index", "unique_constraints": "constraint", "foreign_keys": "constraint"}


def left_otherwise(revision: Revision) -> Iterator[str]:
    """What is not as it was before the upgrade, once the downgrade is done; nothing where one of them holds a step that
    could not be read, or that only the database decides about."""
    up, down = revision.operations, revision.downgrade_operations
    before, undone = revision.before, revision.undone
    if isinstance(up, Unknown) or isinstance(down, Unknown) or before is None or undone is None:
        return
    steps = (*up, *down)
    if revision.downgrade != "acts" or any(step.guarded or step.kind in ("unread", "all") for step in steps):
        return
    touched = {step.table for step in steps if isinstance(step.table, str)}
    if any(isinstance(step.table, Unknown) and not step.changes_rows for step in steps):
        return
    touched |= {step.name for step in steps if step.kind == "rename_table" and isinstance(step.name, str)}
    made = {step.table for step in up if step.kind == "create_table" and isinstance(step.table, str)}
    yield from _tables(before, undone, touched, made)
    yield from _enums(before, undone)


def dropping_enums(revision: Revision) -> str | None:
    """Statements that drop the enums that the downgrade leaves behind; `None` where it leaves more otherwise."""
    before, undone = revision.before, revision.undone
    if before is None or undone is None:
        return None
    names = [name for name, _ in undone.enums if name not in dict(before.enums)]
    if len(names) != len(list(left_otherwise(revision))) or any(quoted(name) != name for name in names):
        return None
    return "\n".join(f'op.execute("DROP TYPE {name}")' for name in names) or None


def _tables(before: Snapshot, undone: Snapshot, touched: set[str], made: set[str]) -> Iterator[str]:
    doubtful = before.doubtful | undone.doubtful
    for key in sorted(touched - doubtful):
        was, now = before.by_key.get(key), undone.by_key.get(key)
        if was is None and now is not None:
            if key in made:
                yield f"table {key} is left behind"
        elif was is not None and now is None:
            yield f"table {key} is gone"
        elif was is not None and now is not None and was is not now:
            yield from _table(was, now)


def _table(was: Table, now: Table) -> Iterator[str]:
    if was.columns.rest is not None or now.columns.rest is not None:
        return
    old = {column.name: column for column in was.columns.known}
    new = {column.name: column for column in now.columns.known}
    yield from (f"column {was.key}.{name} is left behind" for name in new if name not in old)
    yield from (f"column {was.key}.{name} is gone" for name in old if name not in new)
    for name in old:
        if name in new and old[name] is not new[name]:
            yield from _column(old[name], new[name])
    for kind, word in _KINDS.items():
        yield from _named(was, now, kind, word)


def _column(old: Column, new: Column) -> Iterator[str]:
    label = f"column {old.table}.{old.name}"
    if isinstance(old.nullable, bool) and isinstance(new.nullable, bool) and old.nullable is not new.nullable:
        yield f"{label} was {_null(old.nullable)}, is {_null(new.nullable)}"
    if isinstance(old.type, ColumnType) and isinstance(new.type, ColumnType) and _differs(old.type, new.type):
        yield f"{label} was {old.type.sql}, is {new.type.sql}"


def _null(nullable: bool) -> str:
    return "NULL" if nullable else "NOT NULL"


def _differs(old: ColumnType, new: ColumnType) -> bool:
    """Whether types surely differ: two ways to write one do not."""
    if (
        old.decorated
        or new.decorated
        or old.sql.lower() == new.sql.lower()
        or ("enum" in (old.name, new.name) and old.name == new.name)
    ):
        return False
    sizes = ((t.length, t.precision, t.scale or 0) for t in (old, new))
    same_size = old.name not in ("varchar", "char", "numeric") or len(set(sizes)) == 1
    return old.name != new.name or not same_size


def _named(was: Table, now: Table, kind: str, word: str) -> Iterator[str]:
    """Indexes and constraints by name, where all of a table have one that is known."""
    before, after = getattr(was, kind), getattr(now, kind)
    if before.rest is not None or after.rest is not None:
        return
    if not all(isinstance(fact.name, str) for fact in (*before.known, *after.known)):
        return
    old, new = {fact.name: fact for fact in before.known}, {fact.name: fact for fact in after.known}
    yield from (f"{word} {name} is left behind" for name in new if name not in old)
    yield from (f"{word} {name} is gone" for name in old if name not in new)
    if kind == "indexes":
        for name, index in old.items():
            if name in new and index.unique is True and new[name].unique is False:
                yield f"index {name} was unique, and is not"


def _enums(before: Snapshot, undone: Snapshot) -> Iterator[str]:
    if before.rest is not None or undone.rest is not None:
        return
    doubtful = before.doubtful_types | undone.doubtful_types
    old, new = dict(before.enums), dict(undone.enums)
    left, lost = [name for name in new if name not in old], [name for name in old if name not in new]
    yield from (f"enum {name} is left behind" for name in left if bare(name).lower() not in doubtful)
    yield from (f"enum {name} is gone" for name in lost if bare(name).lower() not in doubtful)
