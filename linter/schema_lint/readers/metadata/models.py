"""Facts of mapped classes and their relationships, from what the probe wrote down."""

from __future__ import annotations

from typing import Any

from schema_lint.facts.models import Model, Relationship
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import Argument
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.metadata.column_types import dotted
from schema_lint.readers.metadata.locating import Locator
from schema_lint.readers.metadata.refusals import Refusals
from schema_lint.readers.metadata.tables import lineage
from schema_lint.readers.places import explanation, one_line

Json = dict[str, Any]
_SQLALCHEMYS = {
    **{name: f"sqlalchemy.orm.{name}" for name in ("DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass")},
    "AsyncAttrs": "sqlalchemy.ext.asyncio.AsyncAttrs",
}
_NOT_OURS = ("builtins", "typing", "abc", "enum", "collections", "pydantic", "pydantic_core")


def model(mapper: Json, bases: set[str], locator: Locator, made_at: SourcePlace | None) -> Model:
    """A mapped class.

    Args:
        made_at: where its table is made, for a class that has no statement of its own.
    """
    qualname, file = lineage(mapper)[0]
    site = locator.class_site(file, qualname)
    key = dotted(mapper["class"])
    ancestors = [base for a in mapper["mro"][1:] if (base := _base(a["path"])) is not None]
    return Model(
        key=key,
        name=mapper["name"],
        style=mapper["style"],
        table=mapper["table"],
        bases=tuple(ancestors),
        inherits=dotted(mapper["inherits"]) if mapper["inherits"] and mapper["inheritance"] != "concrete" else None,
        inheritance=mapper["inheritance"],
        polymorphic_on=mapper["polymorphic_on"],
        polymorphic_identity=mapper["polymorphic_identity"],
        docstring=mapper["docstring"],
        used_as_base=key in bases,
        postponed_annotations=site.module.postponed_annotations if site is not None else False,
        place=one_line(site) or made_at,
    )


def _base(path: list[str]) -> str | None:
    """An ancestor by the module that people import it from; `None` for what only libraries know of."""
    module, name = path
    if module.startswith("sqlalchemy."):
        return _SQLALCHEMYS.get(name)
    if module.startswith("sqlmodel."):
        return f"sqlmodel.{name}"
    return dotted(path) if module.partition(".")[0] not in _NOT_OURS else None


def relationship(json: Json, mapper: Json, mappers: list[Json], locator: Locator, refusals: Refusals) -> Relationship:
    """A relationship, as SQLAlchemy configured it; where it refused to, what is known of why."""
    key, name = dotted(mapper["class"]), json["key"]
    made_by = json["generated"]
    found = locator.attribute(lineage(mapper), name)
    if made_by is not None:
        maker = next((m for m in mappers if m["class"] == made_by[0]), mapper)
        found = locator.attribute(lineage(maker), made_by[1])
    qualname, file = lineage(mapper)[0]
    site = found[1] if found is not None else locator.class_site(file, qualname)
    place = one_line(site)
    refusal = refusals.of(key, name)
    why = Unknown(refusals.message(key, name) or "SQLAlchemy did not configure it", place)
    given = json["stated"].get("arguments", {})
    direction = json.get("direction", why)
    uselist = json["uselist"]
    if uselist is None:
        uselist = direction != "MANYTOONE" if "direction" in json else why
    return Relationship(
        model=key,
        name=name,
        target=dotted(json["target"]) if json.get("target") else json["stated"].get("target") or why,
        target_found=bool(json.get("target")) or (False if refusal == "target" else why),
        direction=direction,
        uselist=json["uselist"]
        if json["uselist"] is not None
        else direction != "MANYTOONE"
        if "direction" in json
        else why,
        back_populates=json["back_populates"],
        backref=json["backref"],
        generated_by_backref=made_by is not None,
        secondary=json.get("secondary", why if "secondary" in given else None),
        cascade=tuple(json["cascade"]) if "cascade" in json else why,
        viewonly=json["viewonly"],
        passive_deletes=json["passive_deletes"],
        single_parent=json["single_parent"],
        lazy=_lazy(json["lazy"]),
        order_by=json["order_by"],
        stated=_stated(given, place),
        foreign_keys=_foreign_keys(json, refusal, why),
        foreign_key_candidates={"none": 0, "several": 2}.get(refusal or "", 1 if "foreign_keys" in json else why),
        local_columns=tuple(json["local_columns"]) if "local_columns" in json else why,
        remote_columns=tuple(json["remote_columns"]) if "remote_columns" in json else why,
        explanation=explanation(site) if found is not None else None,
        owner=_owner(mapper, found[0]) if found is not None and made_by is None else None,
        place=place,
    )


def _foreign_keys(json: Json, refusal: str | None, why: Unknown) -> tuple[tuple[str, tuple[str, ...]], ...] | Unknown:
    if refusal == "none":
        return ()
    if "foreign_keys" not in json:
        return why
    return tuple((table, tuple(columns)) for table, columns in json["foreign_keys"])


def _owner(mapper: Json, qualname: str) -> str | None:
    return next((dotted(a["path"]) for a in mapper["mro"] if a["path"][1] == qualname), None)


def _lazy(value: str | bool | None) -> str:
    if isinstance(value, str):
        return value
    return "noload" if value is None else "select" if value else "joined"


def _stated(given: dict[str, str], place: SourcePlace | None) -> tuple[Argument, ...]:
    at = place if place is not None else SourcePlace("", 0)
    return tuple(Argument(name=name, text=text, place=at) for name, text in given.items())
