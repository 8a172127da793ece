"""Names that break careless diagrams, and a drawing full of them."""

from __future__ import annotations

from itertools import cycle, pairwise

from schema_lint.reporting.erd.drawing import Drawing, Entity, Field, Link

NAMES = (
    "users", "class", "Class", "end", "style", "to", "u", "one", "many", "only", "1st", "9", "public.users", 'a"b',
    "a%b", '%%{init: {"theme":"dark"}}%%', "x\ny", "<img src=x onerror=alert(1)>", "```", "--", "}|..|{", "日本",
    "é", "\\", "PK", "#quot;", "accTitle", "accTitle: x", "direction TB", "a b", "", "-x", "x[y]", "`a`", "o{", "o'x",
    "erDiagram", "\x1b[31m", "subgraph", "zero or more", "a:::b", "😀", "\u202e", "1+", "|o", "}o", "many(1)", "_",
    "__proto__", "toString", "{", "}", '"', "]]>", "</script>", "<!--", "&amp;", "n", "c", "\ud800", "a" * 300,
)  # fmt: skip
COLUMNS = (
    "id", "pk", "FK", "uk", "pk-x", "user id", "1a", "a-b", "a.b", "ü", 'x"y', "%%{", "}", "日", "PKx", "x~y~z", "",
    "null",     "\n", "*", "[]", "`", "a,b", "😀", "end", "style", "n", "w", "</title>", "\ud800", "b" * 300,
)  # fmt: skip
TYPES = (
    "integer", "varchar(255)", "numeric(10, 2)", "timestamptz", "double precision", "varchar(5)[]", "?", 'My"Enum',
    "pk", "", "1x", "~x~", "vector(3)", "😀", "(x)", "<b>", "[]",
)  # fmt: skip


def drawing() -> Drawing:
    """Each name is a table's with every column; each table references the next, and the first few themselves."""
    kinds = cycle(TYPES)
    tables = [
        Entity(
            key=("m", name),
            name=name,
            comment=name,
            incomplete=name if number % 5 == 0 else "",
            fields=tuple(
                Field(
                    name=column,
                    type=next(kinds),
                    primary=index == 0,
                    foreign=index == 1,
                    nullable=(True, False, None)[index % 3],
                    comment=("", 'c "q" %%{x}%% <b>', "```")[index % 3],
                    labels=('a"b', "c", "d", "e", "<f>", "g") if index == 4 else (),
                )
                for index, column in enumerate(COLUMNS)
            ),
        )
        for number, name in enumerate(NAMES)
    ]
    links = [
        Link(child=child.key, parent=parent.key, columns=(column,), target_columns=("id",), child_end="zero-or-more",
             parent_end="one", ondelete='"<x>')
        for (child, parent), column in zip(pairwise(tables), cycle(COLUMNS), strict=False)
    ]  # fmt: skip
    links += [
        Link(child=table.key, parent=table.key, columns=("id", "pk"), target_columns=("id", "pk"),
             child_end="zero-or-one", parent_end="zero-or-one")
        for table in tables[:3]
    ]  # fmt: skip
    return Drawing(entities=tuple(tables), links=tuple(links))
