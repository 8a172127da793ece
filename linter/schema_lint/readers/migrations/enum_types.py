"""Types as revisions create, change and drop them, step by step, in memory."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import Column
from schema_lint.facts.unknown import Some, Unknown

_BY_COLUMNS = frozenset({"create_table", "add_column", "alter_column"})
_NEVER_READ = Unknown("no revision that was read creates the type")


class EnumTypes:
    """Which types are there after the steps so far."""

    def __init__(self) -> None:
        self.labels: dict[str, tuple[str, ...] | Unknown] = {}
        self._doubtful: frozenset[str] = frozenset()
        """Without schema and in lower case."""

        self._sure: frozenset[str] = frozenset()

        self._others = False
        """Any other may be there."""

        self._elsewhere = False
        """From here on they may be made in another schema than the one that is searched first."""

    def copy(self) -> EnumTypes:
        """The same, which go their own way from here."""
        found = EnumTypes()
        found.labels, found._doubtful = dict(self.labels), self._doubtful
        found._sure, found._others, found._elsewhere = self._sure, self._others, self._elsewhere
        return found

    @property
    def doubtful(self) -> frozenset[str]:
        """Types that may be there or not, without schema and in lower case."""
        return self._doubtful - set(map(_bare, self._sure)) if self._doubtful else self._doubtful

    def met(self, operation: Operation) -> Operation:
        """The step, with which of its types are there, and which are not."""
        if operation.kind == "create_type":
            names = [operation.name] if isinstance(operation.name, str) else []
        else:
            names = [name for name, _ in operation.types()] if operation.kind in _BY_COLUMNS else []
        if not names:
            return operation
        return msgspec.structs.replace(
            operation,
            existing_types=tuple(dict.fromkeys(name for name in names if name in self._sure)),
            missing_types=tuple(dict.fromkeys(name for name in names if self._is_missing(name))),
        )

    def _is_missing(self, name: str) -> bool:
        return not self._others and name not in self.labels and _bare(name) not in self._doubtful

    def apply(self, operation: Operation) -> None:
        """Carry out a step."""
        change = _CHANGES.get(operation.kind)
        if change is not None:
            change(self, operation)

    def _create_table(self, operation: Operation) -> None:
        columns = operation.declared.columns if operation.declared is not None else Some((), _NEVER_READ)
        self._others = self._others or columns.rest is not None or any(map(_is_unread, columns.known))
        plain = {enum.name for _, enum in operation.types()}
        self._doubtful |= {_bare(str(enum.name)) for enum in operation.enums if enum.name not in plain}
        for name, enum in operation.types():
            if enum.creates_type is not False:
                self._add(name, enum.labels, sure=enum.creates_type is True and not operation.guarded)

    def _create_type(self, operation: Operation) -> None:
        if isinstance(operation.name, str):
            self._add(operation.name, operation.labels, sure=not operation.guarded)
        else:
            self._others = True

    def _add(self, name: str, labels: tuple[str, ...] | Unknown, *, sure: bool) -> None:
        self.labels.setdefault(name, labels)
        if sure and not self._elsewhere:
            self._sure |= {name}
        elif name not in self._sure:
            self._doubtful |= {_bare(name)}

    def _drop_type(self, operation: Operation) -> None:
        if isinstance(operation.name, str):
            if operation.guarded:
                self._doubt_names({_bare(operation.name)})
            self.labels.pop(operation.name, None)
            self._sure -= {operation.name}
        else:
            self._doubt_names({_bare(name) for name in self.labels})

    def _add_value(self, operation: Operation) -> None:
        known = self.labels.get(operation.name) if isinstance(operation.name, str) else None
        if isinstance(operation.name, str) and isinstance(known, tuple) and isinstance(operation.labels, tuple):
            self.labels[operation.name] = (*known, *(label for label in operation.labels if label not in known))

    def _rename_type(self, operation: Operation) -> None:
        old, new = operation.name, operation.new_name
        if not isinstance(old, str) or not isinstance(new, str):
            self._doubt_all(operation)
            return
        schema = old.rpartition(".")[0]
        new = f"{schema}.{new}" if schema else new
        sure = old in self._sure and not operation.guarded
        self.labels[new] = self.labels.pop(old, _NEVER_READ)
        self._sure -= {old}
        if sure:
            self._sure |= {new}
        else:
            self._doubtful |= {_bare(old), _bare(new)}

    def _doubt_labels(self, operation: Operation) -> None:
        if isinstance(operation.name, str) and operation.name in self.labels:
            self.labels[operation.name] = Unknown("its labels were changed in a way that is not followed")

    def _set(self, operation: Operation) -> None:
        if not isinstance(operation.name, str) or operation.name.lower() == "search_path":
            self._elsewhere = True
            self._doubt_all(operation)

    def _move(self, operation: Operation) -> None:
        """`ALTER TYPE … SET SCHEMA`, or what leaves it where it is."""
        self._doubt_names({_bare(operation.name)} if isinstance(operation.name, str) else set())

    def _doubt(self, operation: Operation) -> None:
        """A statement that was not understood, or a table that is created or dropped with types that are not read."""
        if operation.words is None or operation.table is not None:
            self._doubt_all(operation)
            return
        self._doubt_names(operation.words)
        for name in self.labels:
            if _bare(name) in operation.words:
                self.labels[name] = Unknown("a statement about it could not be read", operation.place)

    def _doubt_names(self, words: frozenset[str] | set[str]) -> None:
        self._doubtful |= words
        self._sure = frozenset(name for name in self._sure if _bare(name) not in words)

    def _doubt_all(self, operation: Operation) -> None:
        self._others = True
        self._doubt_names({_bare(name) for name in self.labels})


def _bare(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _is_unread(column: Column) -> bool:
    return isinstance(column.type, Unknown)


_CHANGES: dict[str, Callable[[EnumTypes, Operation], None]] = {
    "create_table": EnumTypes._create_table, "create_type": EnumTypes._create_type,
    "drop_type": EnumTypes._drop_type, "add_value": EnumTypes._add_value, "rename_type": EnumTypes._rename_type,
    "rename_value": EnumTypes._doubt_labels, "sync_enum": EnumTypes._doubt_labels, "alter_type": EnumTypes._move,
    "set": EnumTypes._set, "unread": EnumTypes._doubt, "all": EnumTypes._doubt_all, "drop_schema": EnumTypes._doubt_all,
}  # fmt: skip
