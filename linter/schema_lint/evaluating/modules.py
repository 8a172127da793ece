"""Modules: a file, its tree, and what each node's place and text is."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from schema_lint.evaluating.deferring import let_go, parsed_again
from schema_lint.evaluating.files import ReadError, SourceTree, decode
from schema_lint.evaluating.finding import ModuleFinder
from schema_lint.evaluating.parsing import parse
from schema_lint.facts.place import SourcePlace

if TYPE_CHECKING:
    from schema_lint.evaluating.deferring import Spot
    from schema_lint.evaluating.values import Site

__all__ = ["Module", "ModuleFinder"]

_MAX_NESTED = 40

_GENERATORS = ("by ANTLR", "by the protocol buffer compiler", "by the gRPC Python protocol compiler", "by Thrift")
_HEAD = 600
"""Characters in which a generator names itself."""


class ImportStatement(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An `import` or `from … import`."""

    names: tuple[str, ...]
    """What is taken; `*` among them."""

    source: str | None
    """What it is taken from, without the dots; `None` for `import`."""

    level: int
    """Number of dots."""

    place: SourcePlace


class Module:
    """One file (or a package without `__init__.py`). Identified by its path: two copies of an application have
    modules of the same name. Read and parsed when the tree is first asked for."""

    __slots__ = (
        "_comments", "_has_star", "_imports", "_is_ascii", "_lines", "_names", "_postponed", "_source", "_tree",
        "error", "files", "is_namespace", "is_package", "library", "name", "newer_syntax", "path", "released",
        "root", "sites",
    )  # fmt: skip

    def __init__(
        self,
        files: SourceTree,
        path: str,
        name: str,
        root: str,
        *,
        is_package: bool = False,
        is_namespace: bool = False,
        library: bool = False,
    ) -> None:
        self.files = files
        self.path = path
        """Relative to the tree's root; the directory's, for a namespace package."""
        self.name = name
        """Dotted, from its import root."""
        self.root = root
        """The import root, a directory relative to the tree's root."""
        self.is_package = is_package
        self.is_namespace = is_namespace
        self.library = library
        """From a virtual environment, not the project's own."""
        self.error: ReadError | None = None
        """Why the tree is empty, if the file could not be read. Known once `tree` was asked for."""
        self.newer_syntax: SourcePlace | None = None
        """The first piece of syntax that is newer than the running Python, if there is one and it was read."""
        self._source: str | None = None
        self._is_ascii: bool | None = None
        self._tree: ast.Module | None = None
        self._lines: list[str] | None = None
        self._comments: dict[int, str] | None = None
        self._names: frozenset[str] | None = None
        self._has_star: bool | None = None
        self._postponed: bool | None = None
        self._imports: list[ImportStatement] | None = None
        self.released = False
        """Whether its tree was let go."""
        self.sites: list[Site] = []
        """Where its values were made, as long as its tree is kept."""

    @property
    def source(self) -> str:
        """The file's text, with `\\n` line ends; empty if it cannot be read."""
        if self._source is None:
            self._source = ""
            if not self.is_namespace:
                try:
                    self._source = decode(self.files.read(self.path))
                except ReadError as error:
                    self.error = error
        return self._source

    @property
    def is_generated(self) -> bool:
        """A parser or messages that a program wrote: a megabyte of source that holds no table."""
        head = self.source[:_HEAD]
        return "enerated" in head and any(generator in head for generator in _GENERATORS)

    @property
    def unread(self) -> str | None:
        """Why its tree is empty, if it is for a reason."""
        if self.error is not None:
            return f"{self.path} {self.error.message}"
        return f"{self.path} is generated" if self.is_generated else None

    @property
    def tree(self) -> ast.Module:
        """The syntax tree; empty if the file cannot be read or parsed, and where it is generated."""
        if self.released and self.error is None:
            return parsed_again(self.source)
        if self._tree is None:
            self._tree = ast.Module(body=[], type_ignores=[])
            source = self.source
            if source and not self.is_generated:
                try:
                    self._tree, newer = parse(source)
                    if newer is not None:
                        self.newer_syntax = SourcePlace(
                            self.path, newer.line, newer.column, newer.line, newer.column + 1
                        )
                except ReadError as error:
                    self.error = error
        return self._tree

    def release(self, *, values: bool = True) -> None:
        """Let go of the tree, which is parsed again if somebody asks for it; what is asked for often is kept.

        `values` says whether to let go of what values were made of, too; that takes as long as a fifth of parsing.
        """
        if self._tree is not None and self._source:
            _ = self.bound_names, self.has_star, self.postponed_annotations, self.imports
            let_go(self, self._tree, self.sites if values else [])
            self._tree = self._lines = None
            self.sites = []
            self.released = True

    def forget(self) -> None:
        """Let go of all that was read; it is read again if somebody asks for it."""
        self._source = self._tree = self._lines = self._comments = self._imports = None
        self.released = False

    @property
    def lines(self) -> list[str]:
        """The source's lines."""
        if self.released:
            return _lines_of(self.source)
        if self._lines is None:
            self._lines = self.source.split("\n")
        return self._lines

    @property
    def postponed_annotations(self) -> bool:
        """Whether it says `from __future__ import annotations`."""
        if self._postponed is None:
            self._postponed = any(
                isinstance(statement, ast.ImportFrom)
                and statement.module == "__future__"
                and any(alias.name == "annotations" for alias in statement.names)
                for statement in self.tree.body[:20]
            )
        return self._postponed

    @property
    def has_star(self) -> bool:
        """Whether there is an `import *` at its top level."""
        if self._has_star is None:
            self._has_star = any(
                isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
                for node in self.tree.body
            )
        return self._has_star

    @property
    def imports(self) -> list[ImportStatement]:
        """Imports that are carried out when it is imported itself (not in functions, nor under `TYPE_CHECKING`)."""
        if self._imports is None:
            self._imports = [
                ImportStatement(
                    tuple(alias.name for alias in node.names),
                    (node.module or "") if isinstance(node, ast.ImportFrom) else None,
                    node.level if isinstance(node, ast.ImportFrom) else 0,
                    self.place(node),
                )
                for node in _running(self.tree.body, 0)
                if isinstance(node, ast.Import | ast.ImportFrom)
            ]
        return self._imports

    @property
    def package(self) -> str:
        """Dotted name of the package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    def place(self, node: ast.AST | Spot) -> SourcePlace:
        """The node's span: lines and columns 1-based, in code points, end exclusive."""
        line: int = getattr(node, "lineno", 1)
        end_line: int = getattr(node, "end_lineno", None) or line
        start: int = getattr(node, "col_offset", 0)
        end: int = getattr(node, "end_col_offset", None) or 0
        if self._is_ascii is None:
            self._is_ascii = self.source.isascii()
        if not self._is_ascii:
            return SourcePlace(self.path, line, self._column(line, start), end_line, self._column(end_line, end))
        return SourcePlace(self.path, line, start + 1, end_line, end + 1)

    def _column(self, line: int, offset: int) -> int:
        lines = self.lines
        if line > len(lines) or lines[line - 1].isascii():
            return offset + 1
        return len(lines[line - 1].encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore")) + 1

    def text(self, node: ast.AST | Spot) -> str:
        """The node's source text."""
        place = self.place(node)
        if not hasattr(node, "lineno"):
            return ""
        lines = self.lines[place.line - 1 : place.end_line]
        if not lines:
            return ""
        lines[-1] = lines[-1][: place.end_column - 1]
        lines[0] = lines[0][place.column - 1 :]
        return "\n".join(lines)

    @property
    def comments(self) -> dict[int, str]:
        """Comments by 1-based line, `#` included."""
        if self._comments is None:
            from schema_lint.evaluating.lexing import comments

            self._comments = comments(self.source)
        return self._comments

    def comment(self, node: ast.AST | Spot) -> str | None:
        """Comments on the node's own lines and on the lines directly above it, joined; `None` if there are none."""
        line: int = getattr(node, "lineno", 0)
        if not line:
            return None
        for decorator in getattr(node, "decorator_list", ()):
            line = min(line, decorator.lineno)
        above = line - 1
        while above in self.comments and self.lines[above - 1].lstrip().startswith("#"):
            above -= 1
        last = self._last_own_line(node)
        found = [self.comments[number] for number in range(above + 1, last + 1) if number in self.comments]
        return "\n".join(comment.lstrip("#").strip() for comment in found) or None

    def _last_own_line(self, node: ast.AST | Spot) -> int:
        """A compound statement's header ends where its body starts."""
        body = getattr(node, "body", None)
        if isinstance(body, list) and body:
            first: int = body[0].lineno
            return max(getattr(node, "lineno", 1), first - 1)
        last: Any = getattr(node, "end_lineno", None)
        return int(last or getattr(node, "lineno", 1))

    def docstring(self, node: ast.AST | None = None) -> str | None:
        """The docstring of a class, a function, or the module itself."""
        node = self.tree if node is None else node
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            text = ast.get_docstring(node, clean=False)
            return _dedented(text) if text is not None else None
        return None

    @property
    def bound_names(self) -> frozenset[str]:
        """Names that statements at its top level bind, found without evaluating; star imports left out."""
        if self._names is None:
            names: set[str] = set()
            _bound(self.tree.body, names, 0)
            self._names = frozenset(names)
        return self._names

    def __repr__(self) -> str:
        return f"Module({self.path})"


@functools.lru_cache(maxsize=4)
def _lines_of(source: str) -> list[str]:
    return source.split("\n")


def _dedented(text: str) -> str:
    """As `inspect.cleandoc`, whose module takes a twentieth of a small run to import."""
    first, *rest = text.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return "\n".join([first.lstrip(), *(line[margin:] for line in rest)]).strip("\n")


def _running(body: list[ast.stmt], depth: int) -> Iterator[ast.stmt]:
    """Statements that run when the module is imported."""
    if depth > _MAX_NESTED:
        return
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        yield node
        if isinstance(node, ast.If) and _for_checkers(node.test):
            yield from _running(node.orelse, depth + 1)
            continue
        for field in ("body", "orelse", "finalbody"):
            yield from _running(getattr(node, field, None) or [], depth + 1)
        for handler in getattr(node, "handlers", ()):
            yield from _running(handler.body, depth + 1)


def _for_checkers(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else None
    return name == "TYPE_CHECKING"


def _bound(body: list[ast.stmt], names: set[str], depth: int) -> None:
    if depth > 50:
        return
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            _bound(node.orelse, names, depth + 1)
        else:
            _bound_by_statement(node, names, depth)
    names.discard("*")


def _bound_by_statement(node: ast.stmt, names: set[str], depth: int) -> None:
    for field in ("body", "orelse", "finalbody"):
        nested = getattr(node, field, None)
        if isinstance(nested, list):
            _bound(nested, names, depth + 1)
    for handler in getattr(node, "handlers", ()):
        _bound(handler.body, names, depth + 1)
    for case in getattr(node, "cases", ()):
        _bound(case.body, names, depth + 1)
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _bound_by_target(target, names)
    elif isinstance(node, ast.AnnAssign) and node.value is None:
        return
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)):
        _bound_by_target(node.target, names)
    elif type(node).__name__ == "TypeAlias":
        _bound_by_target(node.name, names)  # type: ignore[attr-defined]


def _bound_by_target(target: ast.expr, names: set[str]) -> None:
    if isinstance(target, ast.Name):
        names.add(target.id)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            _bound_by_target(element, names)
    elif isinstance(target, ast.Starred):
        _bound_by_target(target.value, names)


def is_type_checking(test: ast.expr) -> bool:
    """Whether the condition of an `if` holds for type checkers only."""
    if isinstance(test, ast.Name):
        return test.id in ("TYPE_CHECKING", "MYPY")
    return isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
