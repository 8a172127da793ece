"""Names that references lead to and that nothing read so far defines."""

from __future__ import annotations

import re

from schema_lint.evaluating.values import Call, Constant, ObjectValue, Value
from schema_lint.readers.source.drafts import CollectedAttribute, MappedClass, Mapping
from schema_lint.readers.source.names import call_name

_RELATIONSHIPS = frozenset({"relationship", "Relationship"})
_CLASS = r"[A-Za-z_][A-Za-z0-9_]*\Z"
_QUOTED = r"[\"']([A-Z][A-Za-z0-9_]*)[\"']|\[\s*([A-Z][A-Za-z0-9_]*)\s*\]"


def missing_names(mapping: Mapping) -> set[str]:
    """Table and class names of foreign keys and relationships whose targets are not known."""
    missing: set[str] = set()
    for metadata in mapping.metadatas:
        for table in metadata.tables.values():
            for foreign_key in table.foreign_keys:
                if isinstance(foreign_key.resolved, list):
                    keys = {key for key, _ in foreign_key.resolved}
                    missing.update(key.rpartition(".")[2] for key in keys if key not in metadata.tables)
    for mapped in mapping.classes:
        for attribute in mapped.attributes.values():
            missing.update(_targets(mapped, attribute))
    return missing


def _targets(mapped: MappedClass, attribute: CollectedAttribute) -> set[str]:
    value = attribute.value
    if not isinstance(value, Call | ObjectValue) or call_name(value) not in _RELATIONSHIPS:
        return set()
    given: Value | None = value.keywords.get("argument") or (value.arguments[0] if value.arguments else None)
    names: set[str] = set()
    if isinstance(given, Constant) and isinstance(given.value, str):
        names.add(given.value.rpartition(".")[2])
    elif given is None and attribute.annotation is not None:
        names.update(a or b for a, b in re.findall(_QUOTED, attribute.annotation.text()))
    known = mapped.base.registry.classes
    return {name for name in names if re.match(_CLASS, name) and name not in known}
