"""Source text to a syntax tree, whatever the text is."""

from __future__ import annotations

import ast
import gc
import warnings
from typing import TYPE_CHECKING

from schema_lint.evaluating.files import ReadError

if TYPE_CHECKING:
    from schema_lint.evaluating.newer_syntax import Rewritten

_SMALL = 100_000
"""Characters of a text that is parsed without a look at its size."""

_TOO_DEEP = ("too many nested", "too many levels", "too complex", "parser stack overflow", "recursion")


def parse(text: str) -> tuple[ast.Module, Rewritten | None]:
    """The tree, and what had to be rewritten since it is newer than the running Python; `None` if nothing had.

    Raises:
        ReadError: `syntax`, `too-deep` or `too-large`, with line and column.
    """
    if len(text) > _SMALL:
        # Its patterns, too, are compiled for the few files that need them.
        from schema_lint.evaluating.sizing import check_size

        check_size(text)
    try:
        return _parse(text), None
    except ReadError as error:
        if error.kind != "syntax":
            raise
        # Its patterns are compiled when a file needs them, which most projects never do.
        from schema_lint.evaluating.newer_syntax import rewrite

        older = rewrite(text)
        if older is None:
            raise
        try:
            return _parse(older.text), older
        except ReadError:
            raise error from None


def parse_expression(text: str) -> ast.expr | None:
    """The expression's tree; `None` if it is not one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _parse(text: str) -> ast.Module:
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        kind = "too-deep" if any(words in (error.msg or "") for words in _TOO_DEEP) else "syntax"
        raise ReadError(kind, error.msg or "invalid syntax", error.lineno or 1, error.offset or 1) from None
    except ValueError as error:
        raise ReadError("syntax", str(error), 1, 1) from None
    except (RecursionError, MemoryError):
        raise ReadError("too-deep", "is nested too deeply to be parsed", 1, 1) from None
    finally:
        if collecting:
            gc.enable()
