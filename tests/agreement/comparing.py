"""Where facts say other than what SQLAlchemy built, field by field."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
_MISSING = object()


def key_of(table: Json) -> str:
    """`schema.name`, or `name`."""
    return f"{table['schema']}.{table['name']}" if table["schema"] else str(table["name"])


def said(facts: Json) -> Json:
    """The static reader's export, in the shape of `built.plain`."""
    attributes: dict[tuple[str, str], dict[str, str]] = {}
    for table in facts["tables"]:
        attributes[table["metadata"], key_of(table)] = {c["name"]: c["attribute"] for c in table["columns"]}
    return {"tables": [_table(t) for t in facts["tables"]], "mappers": facts["mappers"]}


def _table(table: Json) -> Json:
    return {
        **{
            name: table[name]
            for name in ("name", "schema", "comment", "primary_key", "foreign_keys", "unique_constraints")
        },
        "columns": [{**column, "type": _type(column["type"])} for column in table["columns"]],
        "indexes": [_index(table, index) for index in table["indexes"]],
        "check_constraints": table["check_constraints"],
        "exclusion_constraints": table.get("exclusion_constraints", []),
        **({"incomplete": table["incomplete"]} if "incomplete" in table else {}),
    }


def _type(kind: Json) -> Json:
    return kind if "unknown" in kind else {name: value for name, value in kind.items() if name != "class"}


def _index(table: Json, index: Json) -> Json:
    options = index.get("options", {})
    return {
        "name": index["name"],
        "expressions": index["expressions"],
        "unique": index["unique"],
        "using": options.get("postgresql_using", "btree"),
        "where": options.get("postgresql_where"),
        "include": options.get("postgresql_include", []),
        "nulls_not_distinct": options.get("postgresql_nulls_not_distinct", False),
    }


def differences(facts: Json, truth: Json) -> list[str]:
    """One line for each field in which the source was read otherwise, or not decided."""
    found: list[str] = []
    ours, theirs = said(facts), truth
    _pair(found, "", _by(ours["tables"], key_of), _by(theirs["tables"], key_of), _compare_tables)
    _pair(found, "", _by(ours["mappers"], _class), _by(theirs["mappers"], _class), _compare_mappers)
    return found


def _class(mapper: Json) -> str:
    return str(mapper["class"])


def _by(things: list[Json], key: Any) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for thing in things:
        name = str(key(thing))
        while name in found:
            name += "'"
        found[name] = thing
    return found


def _pair(found: list[str], where: str, ours: dict[str, Json], theirs: dict[str, Json], compare: Any) -> None:
    found += [f"{where}{name}: only in the source's facts" for name in ours if name not in theirs]
    found += [f"{where}{name}: missing in the source's facts" for name in theirs if name not in ours]
    for name in ours:
        if name in theirs:
            compare(found, f"{where}{name}", ours[name], theirs[name])


def _fields(found: list[str], where: str, ours: Json, theirs: Json) -> None:
    for name, value in theirs.items():
        mine = ours.get(name)
        if mine != value:
            found.append(f"{where}.{name}: source {json.dumps(mine)}, metadata {json.dumps(value)}")


def _compare_tables(found: list[str], where: str, ours: Json, theirs: Json) -> None:
    if "incomplete" in ours:
        found.append(f"{where}: incomplete {ours['incomplete']}")
    order = [[c["name"] for c in side["columns"]] for side in (ours, theirs)]
    if order[0] != order[1] and sorted(order[0]) == sorted(order[1]):
        found.append(f"{where}: source has the columns in the order {order[0]}, metadata {order[1]}")
    _pair(found, f"{where} ", *(_by(t["columns"], lambda c: c["name"]) for t in (ours, theirs)), _compare_columns)
    for name in ("foreign_keys", "indexes", "unique_constraints", "check_constraints", "exclusion_constraints"):
        mine, true = (sorted(map(_canonical, side[name])) for side in (ours, theirs))
        found += [f"{where} {name}: only in the source's facts: {thing}" for thing in _minus(mine, true)]
        found += [f"{where} {name}: missing in the source's facts: {thing}" for thing in _minus(true, mine)]
    _fields(found, where, ours, {"comment": theirs["comment"], "primary_key": theirs["primary_key"]})


def _canonical(thing: Json) -> str:
    return json.dumps(thing, sort_keys=True)


def _minus(left: list[str], right: list[str]) -> list[str]:
    rest = list(right)
    return [thing for thing in left if thing not in rest or rest.remove(thing)]  # type: ignore[func-returns-value]


def _compare_columns(found: list[str], where: str, ours: Json, theirs: Json) -> None:
    for name, value in theirs.items():
        mine = ours.get(name)
        if name == "type":
            if value.get("enum_values") is not None:
                value = {key: item for key, item in value.items() if key != "length"}  # of labels, or in `sql`
            if "unknown" in mine:
                found.append(f"{where}.type: {mine}")
            else:
                _fields(found, f"{where}.type", mine, value)
        elif name in {"default", "server_default", "onupdate", "server_onupdate"}:
            if not _same_default(mine, value):
                found.append(f"{where}.{name}: source {json.dumps(mine)}, metadata {json.dumps(value)}")
        elif mine != value:
            found.append(f"{where}.{name}: source {json.dumps(mine)}, metadata {json.dumps(value)}")


def _same_default(mine: Json | None, true: Json | None) -> bool:
    if mine is None or true is None:
        return mine is true
    if mine.get("kind") != true["kind"]:
        return False
    if true["value"] is None:
        return True
    ours = mine["value"]
    if true["kind"] == "callable" and isinstance(ours, str):
        ours = ours.rpartition(".")[2]
    return bool(ours == true["value"])


def _compare_mappers(found: list[str], where: str, ours: Json, theirs: Json) -> None:
    fields = ("table", "inherits", "inheritance", "polymorphic_on", "polymorphic_identity")
    _fields(found, where, ours, {name: theirs[name] for name in fields})
    pairs = (_by(m["relationships"], lambda r: r["key"]) for m in (ours, theirs))
    _pair(found, f"{where}.", *pairs, _fields)
