"""How two mapped classes join: which foreign keys lead from one to the other, and what SQLAlchemy makes of them.

The rules are SQLAlchemy's own. Sources: `sqlalchemy.sql.selectable.Join._join_condition` for the search over foreign
keys, `sqlalchemy.orm.relationships._JoinCondition` for the rest (see `directions`).
"""

from __future__ import annotations

from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.drafts import ColumnDraft, ForeignKeyDraft, MappedClass, TableDraft
from schema_lint.readers.source.relationships.conditions import Condition, from_pairs
from schema_lint.readers.source.relationships.directions import MANY_TO_MANY, MANY_TO_ONE, Marking, Undetermined

Pair = tuple[ColumnDraft, ColumnDraft]
"""A referenced column, and the one that references it."""

Path = tuple[ForeignKeyDraft, list[Pair]]

Followed = tuple[TableDraft, tuple[ColumnDraft, ...]]
"""A referencing table, and its columns."""


class JoinArguments:
    """What a relationship says about its join; `Unknown` where an argument could not be understood."""

    __slots__ = ("foreign_keys", "primary", "remote_side", "secondary", "secondary_join")

    def __init__(self) -> None:
        self.primary: Condition | None = None
        self.secondary: TableDraft | Unknown | None = None
        self.secondary_join: Condition | None = None
        self.foreign_keys: list[ColumnDraft] | Unknown = []
        self.remote_side: list[ColumnDraft] | Unknown = []


class Join:
    """A relationship's join, as far as it could be decided."""

    __slots__ = ("candidates", "direction", "foreign_keys", "local", "primary", "remote", "secondary")

    def __init__(self) -> None:
        undecided = Unknown("the join could not be decided")
        self.direction: str | Unknown = undecided
        self.candidates: int | Unknown = undecided
        """Foreign keys that could make the join before anything chose among them; with a `secondary`, those of the
        side that has more."""
        self.foreign_keys: list[Followed] | Unknown = undecided
        """Those that it follows; none where there is no join path."""
        self.local: list[ColumnDraft] | Unknown = undecided
        self.remote: list[ColumnDraft] | Unknown = undecided
        self.primary: Condition | None = None
        self.secondary: Condition | None = None
        """The conditions, once they are known, for a backref to use."""

    def give_up(self, why: Unknown) -> None:
        """Says why what is not decided yet is not."""
        for name in ("direction", "foreign_keys", "candidates", "local", "remote"):
            if isinstance(getattr(self, name), Unknown):
                setattr(self, name, why)


def determine(parent: MappedClass, child: MappedClass, arguments: JoinArguments) -> Join:
    """The join of a relationship from one class to another. Never raises: what is not decided is `Unknown`."""
    join = Join()
    if isinstance(arguments.secondary, TableDraft):
        join.direction = MANY_TO_MANY
    try:
        _determine(join, parent, child, arguments)
    except Undetermined as undetermined:
        join.give_up(undetermined.why)
    return join


def half(parent: MappedClass, arguments: JoinArguments, why: Unknown) -> Join:
    """What can be said of a join with a class that is not known: `why` it is not."""
    join = Join()
    join.give_up(why)
    if arguments.secondary is not None:
        join.direction = MANY_TO_MANY
    elif not isinstance(arguments.foreign_keys, Unknown) and arguments.foreign_keys and arguments.primary is None:
        foreign_key = _leading_away(parent, arguments.foreign_keys)
        if foreign_key is not None and parent.table is not None:
            join.direction = MANY_TO_ONE
            join.foreign_keys = [(parent.table, tuple(foreign_key.columns))]
            join.local = list(foreign_key.columns)
    return join


def _leading_away(parent: MappedClass, columns: list[ColumnDraft]) -> ForeignKeyDraft | None:
    """The foreign key over columns of the class's own table, if there is one and it leads to another table."""
    if parent.table is None or parent.parent is not None:
        return None
    wanted = {id(column) for column in columns}
    found = [
        foreign_key
        for foreign_key in parent.table.foreign_keys
        if {id(column) for column in foreign_key.columns} == wanted
    ]
    targets = found[0].resolved if len(found) == 1 else None
    if not isinstance(targets, list) or any(key == parent.table.key for key, _ in targets):
        return None
    return found[0]


def _determine(join: Join, parent: MappedClass, child: MappedClass, arguments: JoinArguments) -> None:
    parents, children = mapped_tables(parent), mapped_tables(child)
    secondary = arguments.secondary
    if isinstance(secondary, Unknown):
        raise Undetermined(secondary)
    middle = [secondary] if secondary is not None else children
    sides = [_Side(parents, middle, arguments.primary)]
    if secondary is not None:
        sides.append(_Side(children, middle, arguments.secondary_join))
    join.candidates = _most([side.candidates() for side in sides])
    consider = arguments.foreign_keys
    if isinstance(consider, Unknown):
        raise Undetermined(consider)
    for side in sides:
        try:
            side.choose(consider)
        except _NoPath:
            join.foreign_keys = []
            raise Undetermined(Unknown(f"no foreign key joins {side.describe()}")) from None
    join.primary = sides[0].chosen
    join.secondary = sides[1].chosen if len(sides) > 1 else None
    marking = Marking(sides[0].settled(), sides[1].settled() if len(sides) > 1 else None, parents, children, secondary)
    marking.mark_foreign(consider)
    if isinstance(arguments.remote_side, Unknown):
        raise Undetermined(arguments.remote_side)
    marking.mark_remote(arguments.remote_side)
    join.foreign_keys = _followed(sides, marking)
    join.local, join.remote = marking.local_columns(), marking.remote_columns()
    if secondary is None:
        join.direction = marking.direction()


def mapped_tables(mapped: MappedClass) -> list[TableDraft]:
    """The tables that a class's rows come from, its own first: with joined inheritance, the parents' too.

    Raises:
        Undetermined: if one of them is not known.
    """
    found: list[TableDraft] = []
    for current in mapped.lineage():
        if current.table is None:
            raise Undetermined(Unknown(f"the table of {current.cls.name} is not known"))
        if not any(current.table is table for table in found):
            found.append(current.table)
        if current.inheritance not in {"joined", "single"}:
            break
    return found


class _NoPath(Exception):  # noqa: N818 - an answer of the search, no error
    """No foreign key joins the two."""


class _Side:
    """One of a relationship's joins: of the parent with the child, or of either with the `secondary`."""

    __slots__ = ("chosen", "left", "path", "right")

    def __init__(self, left: list[TableDraft], right: list[TableDraft], condition: Condition | None) -> None:
        self.left = left
        self.right = right
        self.chosen: Condition | None = condition
        """The condition: given, or made of the foreign key."""
        self.path: Path | None = None

    def describe(self) -> str:
        return f"{self.left[0].key} and {self.right[0].key}"

    def candidates(self) -> int | Unknown:
        found = len(_distinct(_paths(self.left, self.right, None)))
        undecided = self._undecided()
        return undecided if undecided is not None and found < 2 else found

    def choose(self, consider: list[ColumnDraft]) -> None:
        """Finds the foreign key that makes the join, unless a condition is given.

        Raises:
            Undetermined: if that cannot be decided, or several could.
            _NoPath: if there is none.
        """
        if self.chosen is not None:
            return
        paths = _paths(self.left, self.right, consider or None)
        if not paths:
            undecided = self._undecided()
            if undecided is not None:
                raise Undetermined(undecided)
            raise _NoPath
        if len(paths) > 1 and consider:
            wanted = {id(column) for column in consider}
            paths = {k: path for k, path in paths.items() if {id(c) for c in path[0].columns} == wanted}
        distinct = _distinct(paths)
        if len(distinct) != 1:
            raise Undetermined(Unknown(f"several foreign keys join {self.describe()}"))
        self.path = distinct[0]
        self.chosen = from_pairs(self.path[1])

    def settled(self) -> Condition:
        """The condition, known in full.

        Raises:
            Undetermined: if a part of it is not understood.
        """
        assert self.chosen is not None
        if self.chosen.undecided is not None:
            raise Undetermined(self.chosen.undecided)
        return self.chosen

    def _undecided(self) -> Unknown | None:
        """Why there may be foreign keys that were not seen."""
        for table in [*self.left, *self.right]:
            if table.rest is not None:
                return table.rest
            for foreign_key in table.foreign_keys:
                if isinstance(foreign_key.resolved, Unknown):
                    return foreign_key.resolved
        return None


def _most(counts: list[int | Unknown]) -> int | Unknown:
    known = [count for count in counts if not isinstance(count, Unknown)]
    if len(known) < len(counts) and max(known, default=0) < 2:
        return next(count for count in counts if isinstance(count, Unknown))
    return max(known)


def _paths(left: list[TableDraft], right: list[TableDraft], consider: list[ColumnDraft] | None) -> dict[int, Path]:
    """Foreign keys that join two selectables, by their identity; the left's own table is tried alone first."""
    found: dict[int, Path] = {}
    for attempt in [left] if len(left) == 1 else [left[:1], left]:
        _scan(right, attempt, consider, found)
        if [id(table) for table in attempt] != [id(table) for table in right]:
            _scan(attempt, right, consider, found)
        if found:
            break
    return found


def _scan(
    referencing: list[TableDraft],
    referenced: list[TableDraft],
    consider: list[ColumnDraft] | None,
    found: dict[int, Path],
) -> None:
    by_key = {table.key: table for table in referenced}
    for foreign_key in (fk for table in referencing for fk in table.foreign_keys):
        if isinstance(foreign_key.resolved, Unknown) or foreign_key.resolved is None:
            continue
        for column, (target_table, target_column) in zip(foreign_key.columns, foreign_key.resolved, strict=False):
            if consider is not None and not any(column is considered for considered in consider):
                continue
            referent = by_key[target_table].column(target_column) if target_table in by_key else None
            if referent is not None:
                found.setdefault(id(foreign_key), (foreign_key, []))[1].append((referent, column))


def _distinct(paths: dict[int, Path]) -> list[Path]:
    """Foreign keys over the same pairs of columns count once."""
    by_pairs: dict[tuple[tuple[int, int], ...], Path] = {}
    for path in paths.values():
        by_pairs.setdefault(tuple((id(one), id(other)) for one, other in path[1]), path)
    return list(by_pairs.values())


def _followed(sides: list[_Side], marking: Marking) -> list[Followed]:
    """The foreign keys a join follows: real ones where there are, else the columns that it takes for foreign."""
    followed: list[Followed] = []
    foreign = marking.foreign_columns()
    for side in sides:
        if side.path is None:
            continue
        columns = side.path[0].columns
        if columns and columns[0].table is not None:
            followed.append((columns[0].table, tuple(columns)))
            foreign = [column for column in foreign if not any(column is c for c in columns)]
    tables = {id(column.table): column.table for column in foreign if column.table is not None}
    for table in tables.values():
        rest = [column for column in foreign if column.table is table]
        for foreign_key in table.foreign_keys:
            if all(any(column is other for other in rest) for column in foreign_key.columns):
                followed.append((table, tuple(foreign_key.columns)))
                rest = [column for column in rest if not any(column is c for c in foreign_key.columns)]
        if rest:
            followed.append((table, tuple(rest)))
    return followed
