"""What seems to be a table, but comes from a package that is not read: said, rather than passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import Module
from schema_lint.evaluating.values import Call, ClassValue, Site, Symbol, Value
from schema_lint.facts.files import UnreadFile
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.places import one_line
from schema_lint.readers.source.arguments import flag, text
from schema_lint.readers.source.drafts import Mapping
from schema_lint.readers.source.names import is_foreign
from schema_lint.readers.source.scanning import unread_base


def unread_tables(modules: Iterable[Module], interpreter: Interpreter, mapping: Mapping) -> Iterator[UnreadFile]:
    """One for each file that may hold tables that were not found."""
    known = {id(cls) for cls, _ in mapping.unmapped} | mapping.by_class.keys()
    for module in modules:
        seeming = [_class(cls) for cls in interpreter.classes(module) if id(cls) not in known]
        seeming += [_core(call) for call in interpreter.calls(module)]
        found = [(why, site) for why, site in filter(None, seeming) if site is not None]
        if module in interpreter.given_up:
            statement, why = interpreter.given_up[module]
            found.append((f"line {statement.lineno} {why}, and a table may be missed", Site(module, statement)))
        if found:
            why, site = found[0]
            place = one_line(site) or site.place()
            message = f"{why}, and {len(found) - 1} more" if len(found) > 1 else why
            unread = Unknown(message, place)
            yield UnreadFile(path=module.path, kind="tables", message=message, place=place, unread=unread)


def _class(cls: ClassValue) -> tuple[str, Site | None] | None:
    named = isinstance(text(cls.namespace.get("__tablename__")), str) or flag(cls.keywords.get("table")) is True
    why = next((why for ancestor in cls.mro() if (why := unread_base(ancestor))), None) if named else None
    return (f"{cls.name} may be a table, but {why}", cls.site) if why is not None else None


def _core(call: Call) -> tuple[str, Site | None] | None:
    if not _is_foreign(call, "Table") or not any(_is_foreign(given, "Column") for given in call.arguments):
        return None
    name = text(call.arguments[0])
    path = call.function.path if isinstance(call.function, Symbol) else ""
    why = f"{name} may be a table, but {path} is of a package that is not read"
    return (why, call.site) if isinstance(name, str) else None


def _is_foreign(value: Value, name: str) -> bool:
    if not isinstance(value, Call) or not isinstance(value.function, Symbol):
        return False
    return is_foreign(value) and value.function.path.endswith(f".{name}")
