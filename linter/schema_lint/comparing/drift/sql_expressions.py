"""SQL expressions as trees in which what PostgreSQL writes otherwise than people do is one form.

PostgreSQL stores a parsed expression and prints it anew: `status IN ('a', 'b')` comes back as
`((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))`. Here both are the same tree:
casts are left out, but for those of a string; IN is `= ANY`, BETWEEN two comparisons, `!=` is `<>`, LIKE is `~~`.
"""

from __future__ import annotations

import functools

import msgspec

from schema_lint.comparing.drift.sql_nodes import Node, cast, flattened, membership, negated, quantified
from schema_lint.comparing.drift.sql_tokens import Token, UnreadableError, tokens

_DEEPEST = 60
_MOST_JOINED = 200
"""Operators of one expression: each makes its tree deeper. What AND and OR join stays flat."""

_KEPT = 10_000
"""Trees that are kept: defaults are much the same in all tables."""


class IndexKey(msgspec.Struct, frozen=True):
    """A key of an index, as DDL has it."""

    node: Node
    collation: str | None = None
    operator_class: str | None = None
    descending: bool = False
    nulls: str | None = None


_OPERATORS = {"!=": "<>", "like": "~~", "ilike": "~~*", "not like": "!~~", "not ilike": "!~~*"}
_COMPARISONS = frozenset({"<", ">", "=", "<=", ">=", "<>", "!="})
_MOMENTS = frozenset({"current_timestamp", "transaction_timestamp"})
"""What gives the same as `now()`."""

_KEYWORDS = frozenset({"current_date", "current_time", "localtime", "localtimestamp", "current_user", "session_user",
                       "current_role", "user", "current_schema", "current_catalog"})  # fmt: skip
"""Functions that are called without parentheses."""

_RESERVED = frozenset({"and", "or", "not", "is", "isnull", "notnull", "in", "between", "like", "ilike", "similar",
                       "then", "when", "else", "end", "as", "from", "for", "using", "collate", "asc", "desc", "select",
                       "row", "distinct", "exists"})  # fmt: skip
"""Words that are no name by themselves."""

_TYPE_WORDS = {
    "double": ("precision",), "character": ("varying",), "bit": ("varying",), "national": ("character", "varying"),
    "timestamp": ("with", "without", "time", "zone"), "time": ("with", "without", "time", "zone"),
}  # fmt: skip
"""Words that may follow the first of a type's name."""

_BINDING = {"or": 1, "and": 2, "is": 4, "isnull": 4, "notnull": 4, "comparison": 5, "in": 6, "between": 6, "like": 6,
            "ilike": 6, "operator": 7, "+": 8, "-": 8, "*": 9, "/": 9, "%": 9, "^": 10, "at": 11, "collate": 12,
            "[": 14, "::": 15}  # fmt: skip
_NOT, _SIGN = 3, 13


@functools.lru_cache(_KEPT)
def expression(text: str, table: str = "") -> Node | None:
    """The tree of an expression; `None` for one that is not understood.

    Args:
        table: bare name of the table, which may stand before its columns.
    """
    try:
        parser = _Parser(tokens(text), table)
        node = parser.expression()
        parser.expect("end", "")
    except UnreadableError:
        return None
    return node


def index_key(text: str, table: str = "") -> IndexKey | None:
    """The tree of an index's key with what follows it; `None` for one that is not understood."""
    try:
        parser = _Parser(tokens(text), table)
        key = parser.index_key()
        parser.expect("end", "")
    except UnreadableError:
        return None
    return key


class _Parser:
    """A parser by precedence (PostgreSQL's documentation, 4.1.6), which gives up where it does not understand."""

    def __init__(self, words: list[Token], table: str) -> None:
        self.words = words
        self.at = 0
        self.table = table
        self.depth = 0
        self.joins = 0

    @property
    def now(self) -> Token:
        return self.words[self.at]

    def take(self) -> Token:
        word = self.words[self.at]
        if word.kind != "end":
            self.at += 1
        return word

    def has(self, *texts: str) -> bool:
        """Whether these words come next; they are then taken."""
        for number, text in enumerate(texts, self.at):
            # The last word is the end, which is none of these.
            word = self.words[number]
            if word.text != text or word.kind not in ("name", "operator"):
                return False
        self.at += len(texts)
        return True

    def expect(self, kind: str, text: str) -> None:
        word = self.take()
        if word.kind != kind or word.text != text:
            raise UnreadableError

    def close(self) -> None:
        self.expect("operator", ")")

    def expression(self, least: int = 0) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableError
        node = self.prefixed()
        while (binding := self.binding()) > least:
            node = self.joined(node, binding)
        self.depth -= 1
        return node

    def prefixed(self) -> Node:
        if self.has("not"):
            return negated(self.expression(_NOT))
        for sign in ("-", "+"):
            if self.has(sign):
                node = self.expression(_SIGN)
                if node.kind == "number":
                    return node if sign == "+" else Node("number", f"-{node.text}".replace("--", ""))
                return node if sign == "+" else Node("operator", "-", (node,))
        return self.primary()

    def binding(self) -> int:
        word = self.now
        if word.kind == "operator":
            if word.text in _COMPARISONS:
                return _BINDING["comparison"]
            if word.text in _BINDING:
                return _BINDING[word.text]
            return 0 if word.text in "()],." else _BINDING["operator"]
        if word.kind != "name":
            return 0
        following = self.words[self.at + 1].text
        if word.text == "not":
            return _BINDING["in"] if following in ("in", "between", "like", "ilike") else 0
        if word.text == "at" and following != "time":
            return 0
        return _BINDING.get(word.text, 0)

    def joined(self, left: Node, binding: int) -> Node:
        word = self.take()
        text = word.text
        self.joins += text not in ("and", "or")
        if self.joins > _MOST_JOINED:
            raise UnreadableError
        if word.kind == "operator":
            return self.by_operator(left, text, binding)
        if text in ("and", "or"):
            return flattened(text, left, self.expression(binding))
        if text in ("isnull", "notnull"):
            return Node("is", "null" if text == "isnull" else "not null", (left,))
        if text == "is":
            return self.is_(left)
        if text == "at":
            self.expect("name", "time")
            self.expect("name", "zone")
            return Node("call", "timezone", (self.expression(binding), left))
        if text == "collate":
            return Node("collate", self.qualified(), (left,))
        opposite = text == "not"
        if opposite:
            text = self.take().text
        if text == "in":
            return self.in_(left, opposite)
        if text == "between":
            return self.between(left, opposite)
        operator = _OPERATORS[f"not {text}" if opposite else text]
        right = self.expression(_BINDING["in"])
        if self.has("escape"):
            raise UnreadableError
        return Node("operator", operator, (left, right))

    def by_operator(self, left: Node, text: str, binding: int) -> Node:
        if text == "::":
            return cast(left, self.type_name())
        if text == "[":
            inner = self.expression()
            self.expect("operator", "]")
            return Node("subscript", "", (left, inner))
        for word in ("any", "some", "all"):
            if self.has(word):
                self.expect("operator", "(")
                inner = self.expression()
                self.close()
                return quantified(left, _OPERATORS.get(text, text), "all" if word == "all" else "any", inner)
        return Node("operator", _OPERATORS.get(text, text), (left, self.expression(binding)))

    def is_(self, left: Node) -> Node:
        opposite = self.has("not")
        if self.has("distinct", "from"):
            node = Node("is", "distinct from", (left, self.expression(_BINDING["is"])))
            return negated(node) if opposite else node
        word = self.take()
        if word.kind != "name" or word.text not in ("null", "true", "false", "unknown"):
            raise UnreadableError
        return Node("is", f"not {word.text}" if opposite else word.text, (left,))

    def in_(self, left: Node, opposite: bool) -> Node:
        self.expect("operator", "(")
        items = self.items()
        if left.kind == "row" or not items:
            raise UnreadableError
        return membership(left, tuple(items), opposite)

    def between(self, left: Node, opposite: bool) -> Node:
        if self.has("symmetric") or self.has("asymmetric"):
            raise UnreadableError
        low = self.expression(_BINDING["between"])
        self.expect("name", "and")
        high = self.expression(_BINDING["between"])
        signs = ("<", ">") if opposite else (">=", "<=")
        sides = [Node("operator", sign, (left, end)) for sign, end in zip(signs, (low, high), strict=True)]
        return flattened("or" if opposite else "and", *sides)

    def items(self) -> list[Node]:
        """Expressions up to the parenthesis that closes them."""
        if self.has(")"):
            return []
        found = [self.expression()]
        while self.has(","):
            found.append(self.expression())
        self.close()
        return found

    def primary(self) -> Node:
        word = self.take()
        if word.kind == "number":
            return Node("number", word.text)
        if word.kind == "string":
            return Node("string", word.text)
        if word.kind == "operator":
            if word.text != "(":
                raise UnreadableError
            items = self.items()
            if not items:
                raise UnreadableError
            return items[0] if len(items) == 1 else Node("row", "", tuple(items))
        if word.kind == "end":
            raise UnreadableError
        return self.named(word)

    def named(self, word: Token) -> Node:
        text = word.text
        if word.kind == "name":
            if text in ("null", "true", "false"):
                return Node("word", text)
            if text == "case":
                return self.case()
            if text == "cast":
                return self.cast()
            if text == "array":
                return self.array()
            if text in _RESERVED:
                raise UnreadableError
            typed = self.typed_string(text)
            if typed is not None:
                return typed
        path = [text]
        while self.has("."):
            following = self.take()
            if following.kind not in ("name", "quoted"):
                raise UnreadableError
            path.append(following.text)
        if self.has("("):
            return self.call(path[-1])
        if word.kind == "name" and len(path) == 1:
            if text in _MOMENTS:
                return Node("call", "now")
            if text in _KEYWORDS:
                return Node("call", text)
        if len(path) > 1 and self.table and path[-2].lower() != self.table.lower():
            # What another table has cannot be meant.
            raise UnreadableError
        return Node("name", path[-1])

    def typed_string(self, text: str) -> Node | None:
        """`interval '1 day'`, `timestamp with time zone '…'`: the first word is taken, and may be a type's."""
        start = self.at
        name = self.type_tail(text)
        if self.now.kind == "string":
            return Node("string", self.take().text, (), name)
        self.at = start
        return None

    def call(self, name: str) -> Node:
        if self.has("distinct") or self.has("all") or self.has("variadic") or self.has("*"):
            raise UnreadableError
        name = name.lower()
        if name in ("extract", "trim", "substring", "position"):
            return self.call_in_words(name)
        items = tuple(self.items())
        return Node("call", "now" if name in _MOMENTS and not items else name, items)

    def call_in_words(self, name: str) -> Node:
        """A call whose arguments SQL sets apart by words (PostgreSQL's documentation, 9.4)."""
        if name == "extract":
            field = Node("string", self.take().text.lower())
            self.expect("name", "from")
            return self.called("extract", field, self.expression())
        if name == "trim":
            sides = {"both": "btrim", "leading": "ltrim", "trailing": "rtrim"}
            name = sides[self.take().text] if self.now.text in sides else "btrim"
            if self.has("from"):
                return self.called(name, self.expression())
            first = self.expression()
            if self.has("from"):
                return self.called(name, self.expression(), first)
            return Node("call", name, (first, *self.more()))
        first = self.expression(_BINDING["in"] if name == "position" else 0)
        if name == "position" and self.has("in"):
            return self.called(name, self.expression(), first)
        if self.has("from"):
            start = self.expression()
            return self.called(name, first, start, *((self.expression(),) if self.has("for") else ()))
        return Node("call", name, (first, *self.more()))

    def called(self, name: str, *parts: Node) -> Node:
        self.close()
        return Node("call", name, parts)

    def more(self) -> list[Node]:
        """Further arguments, up to the parenthesis."""
        if self.has(","):
            return self.items()
        self.close()
        return []

    def case(self) -> Node:
        parts: list[Node] = []
        if not self.has("when"):
            parts.append(Node("list", "of", (self.expression(),)))
            self.expect("name", "when")
        while True:
            condition = self.expression()
            self.expect("name", "then")
            parts.append(Node("list", "when", (condition, self.expression())))
            if not self.has("when"):
                break
        if self.has("else"):
            other = self.expression()
            if other != Node("word", "null"):
                parts.append(Node("list", "else", (other,)))
        self.expect("name", "end")
        return Node("case", "", tuple(parts))

    def cast(self) -> Node:
        self.expect("operator", "(")
        node = self.expression()
        self.expect("name", "as")
        name = self.type_name()
        self.close()
        return cast(node, name)

    def array(self) -> Node:
        self.expect("operator", "[")
        items: list[Node] = []
        if not self.has("]"):
            items.append(self.expression())
            while self.has(","):
                items.append(self.expression())
            self.expect("operator", "]")
        return Node("list", "array", tuple(items))

    def type_name(self) -> str:
        word = self.take()
        if word.kind not in ("name", "quoted"):
            raise UnreadableError
        text = word.text
        while self.has("."):
            text = self.take().text
        return self.type_tail(text)

    def type_tail(self, text: str) -> str:
        """The rest of a type's name: further words, a size, brackets."""
        words = [text]
        self.size()
        while self.now.kind == "name" and self.now.text in _TYPE_WORDS.get(text, ()):
            words.append(self.take().text)
        self.size()
        while self.has("["):
            if self.now.kind == "number":
                self.take()
            self.expect("operator", "]")
            words.append("[]")
        return " ".join(words)

    def size(self) -> None:
        start = self.at
        if self.has("("):
            while self.now.kind in ("number", "name") or self.now.text in (",", "-"):
                self.take()
            if not self.has(")"):
                self.at = start

    def qualified(self) -> str:
        name = self.take().text
        while self.has("."):
            name = self.take().text
        return name

    def index_key(self) -> IndexKey:
        node = self.expression(_BINDING["collate"])
        collation = self.qualified() if self.has("collate") else None
        operator_class = None
        if self.now.kind in ("name", "quoted") and self.now.text not in ("asc", "desc", "nulls"):
            operator_class = self.qualified()
            self.size()
        descending = self.has("desc")
        if not descending:
            self.has("asc")
        nulls = None
        if self.has("nulls"):
            nulls = self.take().text
        return IndexKey(node, collation, operator_class, descending, nulls)
