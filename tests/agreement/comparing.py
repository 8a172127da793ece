"""Where two of the three differ: source and metadata field by field, metadata and catalogue as far as it can see."""

from __future__ import annotations

import json
import re
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
    for name in ("foreign_keys", "indexes", "unique_constraints", "check_constraints"):
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


# ---------------------------------------------------------------- the catalogue

_ACTIONS = {"a": None, "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


def catalog_differences(truth: Json, catalog: Json) -> list[str]:
    """One line for each difference between what was built and what PostgreSQL says."""
    found: list[str] = []
    tables = {_stored(t): t for t in truth["tables"]}
    read = _read(catalog)
    found += [f"{name}: not in the catalogue" for name in tables if name not in read]
    found += [f"{name}: only in the catalogue" for name in read if name not in tables]
    for name, table in tables.items():
        if name in read:
            _compare_stored(found, name, table, read[name])
    labels = {row["name"]: row["labels"] for row in catalog["enums"]}
    for table in truth["tables"]:
        for column in table["columns"]:
            kind = column["type"]
            if kind.get("native_enum") and labels.get(kind["enum_name"]) != kind["enum_values"]:
                found.append(
                    f"{key_of(table)}.{column['name']}: enum {kind}, catalogue {labels.get(kind['enum_name'])}"
                )
    return found


def _stored(table: Json) -> str:
    return f"{table['schema'] or 'public'}.{table['name']}"


def _read(catalog: Json) -> dict[str, Json]:
    read: dict[str, Json] = {}
    for row in catalog["columns"]:
        table = read.setdefault(
            _stored(dict(row, name=row["table"])), {"columns": {}, "constraints": [], "indexes": []}
        )
        table["comment"] = row["table_comment"]
        if row["name"] is not None:
            table["columns"][row["name"]] = row
    for kind in ("constraints", "indexes"):
        for row in catalog[kind]:
            read[_stored(dict(row, name=row["table"]))][kind].append(row)
    return read


def _compare_stored(found: list[str], where: str, table: Json, read: Json) -> None:
    if list(read["columns"]) != [c["name"] for c in table["columns"]]:
        found.append(f"{where}: columns {[c['name'] for c in table['columns']]}, catalogue {list(read['columns'])}")
        return
    for column in table["columns"]:
        _compare_stored_column(found, f"{where}.{column['name']}", column, read["columns"][column["name"]])
    by_kind: dict[str, list[Json]] = {"p": [], "f": [], "u": [], "c": []}
    for row in read["constraints"]:
        by_kind[row["kind"]].append(row)
    key = table["primary_key"]
    if [row["columns"] for row in by_kind["p"]] != ([key["columns"]] if key["columns"] else []):
        found.append(f"{where}: primary key {key}, catalogue {by_kind['p']}")
    checks = [c for c in table["check_constraints"] if not (c["type_bound"] and "IN (0, 1)" in c["sqltext"])]
    if len(checks) != len(by_kind["c"]):
        found.append(f"{where}: checks {checks}, catalogue {[row['name'] for row in by_kind['c']]}")
    if table["comment"] != read["comment"]:
        found.append(f"{where}: comment {table['comment']!r}, catalogue {read['comment']!r}")
    _things(
        found, f"{where} foreign keys", map(_foreign_key, table["foreign_keys"]), map(_stored_foreign_key, by_kind["f"])
    )
    uniques = _kept(table)
    _things(found, f"{where} uniques", map(_unique, uniques), map(_stored_unique, by_kind["u"]))
    names = {column["name"] for column in table["columns"]}
    seen = [_index_seen(index, names) for index in table["indexes"]]
    _things(found, f"{where} indexes", seen, [_stored_index(row, names) for row in read["indexes"]])
    names = {row["name"] for row in (*read["constraints"], *read["indexes"])}
    given = [key, *checks, *table["foreign_keys"], *uniques, *table["indexes"]]
    for thing in given:
        if thing["name"] is not None and len(thing["name"]) <= 63 and thing["name"] not in names:
            if thing is key and not key["columns"]:
                continue
            found.append(f"{where}: no {thing['name']} in the catalogue, which has {sorted(names)}")


def _kept(table: Json) -> list[Json]:
    """Of several keys over the same columns PostgreSQL keeps one: the primary key, else the first."""
    kept: list[Json] = []
    seen = {(*table["primary_key"]["columns"], False, False)}
    for unique in table["unique_constraints"]:
        form = (*unique["columns"], bool(unique["deferrable"]), "options" in unique)
        if form not in seen:
            seen.add(form)
            kept.append(unique)
    return kept


def _things(found: list[str], where: str, ours: Any, theirs: Any) -> None:
    mine, true = sorted(ours), sorted(theirs)
    if mine != true:
        found.append(f"{where}: {mine}, catalogue {true}")


def _foreign_key(key: Json) -> str:
    targets = [t if t.count(".") > 1 else f"public.{t}" for t in key["targets"]]
    actions = [None if key[n] == "NO ACTION" else key[n] for n in ("ondelete", "onupdate")]
    return f"{key['columns']} {targets} {actions} {bool(key['deferrable'])} {key['initially'] == 'DEFERRED'}"


def _stored_foreign_key(row: Json) -> str:
    targets = [f"{row['target_schema']}.{row['target']}.{c}" for c in row["target_columns"]]
    actions = [_ACTIONS[row["ondelete"]], _ACTIONS[row["onupdate"]]]
    return f"{row['columns']} {targets} {actions} {row['deferrable']} {row['deferred']}"


def _unique(unique: Json) -> str:
    return f"{unique['columns']} {bool(unique['deferrable'])}"


def _stored_unique(row: Json) -> str:
    return f"{row['columns']} {row['deferrable']}"


def _index_seen(index: Json, names: set[str]) -> str:
    """An expression PostgreSQL writes in its own way: that it is one is compared."""
    texts = [re.sub(r'^[^(]*\.|"| (ASC|DESC|NULLS \w+)', "", part) for part in index["expressions"]]
    parts = [text if text in names else "an expression" for text in texts]
    down = [" DESC" in part for part in index["expressions"]]
    return (
        f"{parts} {down} {index['unique']} {index['using']} {index['where'] is not None} {index['include']} "
        f"{index['nulls_not_distinct']}"
    )


def _stored_index(row: Json, names: set[str]) -> str:
    texts = [part.replace('"', "") for part in row["parts"]]
    parts = [text if text in names else "an expression" for text in texts]
    return (
        f"{parts} {row['descending'][: len(parts)]} {row['unique']} {row['method']} {row['partial']} {row['include']} "
        f"{row['nulls_not_distinct']}"
    )


def _compare_stored_column(found: list[str], where: str, column: Json, row: Json) -> None:
    if column["nullable"] != row["nullable"]:
        found.append(f"{where}: nullable {column['nullable']}, catalogue {row['nullable']}")
    if _plain_type(column["type"]["sql"]) != _plain_type(row["type"]):
        found.append(f"{where}: type {column['type']['sql']}, catalogue {row['type']}")
    if column["comment"] != row["comment"]:
        found.append(f"{where}: comment {column['comment']!r}, catalogue {row['comment']!r}")
    default = column["server_default"]
    kind = default["kind"] if default is not None else None
    stored = "identity" if row["identity"] else "computed" if row["generated"] else "sql" if row["default"] else None
    serial = (row["default"] or "").startswith("nextval(")
    if kind != stored and not (kind is None and serial):
        found.append(f"{where}: server default {default}, catalogue {stored} {row['default']}")


_SAME_TYPES: tuple[tuple[str, Any], ...] = (
    (r"character varying", "varchar"), (r"^character\b", "char"), (r"^decimal", "numeric"), (r"^serial", "integer"),
    (r"^float\((\d+)\)$", lambda match: "real" if int(match[1]) <= 24 else "double precision"),
    (r"^float$", "double precision"), (r"^numeric\((\d+)\)$", r"numeric(\1,0)"), (r"(\[\])+$", "[]"),
    (r" collate .*", ""), (r" \((\d)\)", r"(\1)"), (r"^char$", "char(1)"), (r"^bit$", "bit(1)"), (r"^bool$", "boolean"),
)  # fmt: skip
"""How PostgreSQL names what SQLAlchemy writes otherwise."""


def _plain_type(text: str) -> str:
    plain = text.lower().replace('"', "").replace(", ", ",")
    plain = re.sub(r"^(app|audit|public)\.", "", plain)
    for pattern, replacement in _SAME_TYPES:
        plain = re.sub(pattern, replacement, plain)
    return plain
