"""One revision file: what it says of itself, and whether its functions do anything.

Read by its text as far as that goes: a history of hundreds of files is looked at in every run, and parsing each whole
would take longer than all the rest.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from schema_lint.facts.migrations import Revision, UnreadRevision
from schema_lint.facts.place import SourcePlace
from schema_lint.readers.migrations.remarks import is_explained

_NAMES = ("revision", "down_revision", "depends_on", "branch_labels")
_ASSIGNED = re.compile(rf"^({'|'.join(_NAMES)})\b[^\n=]*=(?!=)", re.MULTILINE)
_INDENTED = re.compile(rf"^[ \t]+(?:{'|'.join(_NAMES)})\b[^\n=]*=(?!=)", re.MULTILINE)
_FUNCTION = re.compile(r"^(?:async[ \t]+)?def[ \t]+(upgrade|downgrade)[ \t]*\(", re.MULTILINE)
_END = re.compile(r"^(?![ \t\r\n#)\]}])", re.MULTILINE)
_DOCSTRING = re.compile(r"\A(?:\s|#[^\n]*\n)*[rRuU]?(\"\"\"|''')(.*?)\1", re.DOTALL)
_CREATED = re.compile(r"^Create Date:[ \t]*(\S[^\n]*)", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*#[^\n]*$", re.MULTILINE)
_CHANGES = re.compile(
    r"\bop\.(?!execute\b|get_bind\b|get_context\b|bulk_insert\b|inline_literal\b|f\b)|batch_op|_all\(|\.(?:create|drop)\("
    r"|\b(?:create|alter|drop|rename)\s+\w",
    re.IGNORECASE,
)
"""What an upgrade's text holds that changes more than rows."""

_LOOKING = frozenset({"get_bind", "get_context", "inspect"})
"""Functions that give what the database is asked through."""

_LONGEST_IDLE = 2_000
"""Characters, without comments; a longer body does something."""

_LONGEST_STATEMENT = 60
"""Lines that the value of `down_revision` may take."""

_MARK = re.compile(rb"^revision\b[^\n]*=", re.MULTILINE)


def is_revision(content: bytes) -> bool:
    """Whether a file is an Alembic revision."""
    return b"down_revision" in content and _MARK.search(content) is not None


def read_revision(path: str, environment: str, text: str) -> Revision | UnreadRevision:
    """What a revision says of itself."""
    given = _assigned(text)
    if given is None or "revision" not in given or "down_revision" not in given:
        return UnreadRevision(path=path, why="its identifier or its parent is not plainly assigned")
    own, parents = _strings(given["revision"][0]), _strings(given["down_revision"][0])
    if own is None or len(own) != 1 or parents is None:
        return UnreadRevision(path=path, why="its identifier or its parent is computed")
    message, created = _docstring(text)
    sources = {match[1]: (_source(text, match), match.start()) for match in _FUNCTION.finditer(text)}
    up, down = sources.get("upgrade"), sources.get("downgrade")
    # Helpers of the file may act for the upgrade.
    rest = text if down is None else text.replace(down[0], "")
    return Revision(
        identifier=own[0],
        environment=environment,
        path=path,
        parents=parents,
        depends_on=_optional(given, "depends_on"),
        labels=_optional(given, "branch_labels"),
        message=message,
        created=created,
        upgrade=_effect(up[0]) if up is not None else "missing",
        downgrade=_effect(down[0]) if down is not None else "missing",
        changes_schema=_CHANGES.search(rest) is not None,
        explained=is_explained(rest, _DOCSTRING.match(rest)),
        downgrade_explained=down is not None and is_explained(down[0], None),
        upgrade_place=SourcePlace(path=path, line=_line(text, up[1])) if up is not None else None,
        downgrade_place=SourcePlace(path=path, line=_line(text, down[1])) if down is not None else None,
        place=SourcePlace(path=path, line=given["revision"][1]),
    )


def _assigned(text: str) -> dict[str, tuple[ast.expr, int]] | None:
    """The values of the names that matter, each with its line; `None` if one is assigned under a condition."""
    if _INDENTED.search(text) is not None and _is_conditional(text):
        return None
    found = {}
    for match in _ASSIGNED.finditer(text):
        value = _statement(text, match.start())
        if value is not None:
            found[match[1]] = (value, _line(text, match.start()))
    return found


def _is_conditional(text: str) -> bool:
    """Whether a name is assigned inside a statement of the module, and not only in a function or a docstring."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    plain = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in _NAMES
        for block in module.body
        if not isinstance(block, plain)
        for node in ast.walk(block)
    )


def _statement(text: str, start: int) -> ast.expr | None:
    """The value of the assignment that begins there."""
    end = start
    for _ in range(_LONGEST_STATEMENT):
        end = text.find("\n", end + 1)
        statement = text[start:] if end < 0 else text[start:end]
        try:
            [node] = ast.parse(statement).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            if end < 0:
                return None
            continue
        return node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    return None


def _optional(given: dict[str, tuple[ast.expr, int]], name: str) -> tuple[str, ...]:
    return (_strings(given[name][0]) or ()) if name in given else ()


def _strings(value: ast.expr) -> tuple[str, ...] | None:
    """One string, several, or none (`None`); `None` where they are computed."""
    if isinstance(value, ast.Constant):
        if value.value is None:
            return ()
        return (value.value,) if isinstance(value.value, str) else None
    if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
        names = [_strings(item) for item in value.elts]
        return tuple(name for each in names if each for name in each) if None not in names else None
    return None


def _docstring(text: str) -> tuple[str, str | None]:
    match = _DOCSTRING.match(text)
    if match is None:
        return "", None
    created = _CREATED.search(match[2])
    first = next((line.strip() for line in match[2].splitlines() if line.strip()), "")
    return first if not first.startswith(("Revision ID:", "Revises:")) else "", created[1].strip() if created else None


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _source(text: str, match: re.Match[str]) -> str:
    """A function's text."""
    end = _END.search(text, match.end())
    return text[match.start() : end.start() if end is not None else len(text)]


def _effect(source: str) -> str:
    """What a function does."""
    if len(_COMMENT.sub("", source)) > _LONGEST_IDLE:
        return "acts"
    try:
        [function] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "acts"
    assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
    acting = list(_acting(function.body))
    if not acting:
        return "empty"
    return "raises" if isinstance(acting[0], ast.Raise) else "acts"


def _acting(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements but `pass`, docstrings, `return` and what only prepares."""
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.Return) and (
            statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
        ):
            return
        if not isinstance(statement, (ast.Pass, ast.Import, ast.ImportFrom)) and not _prepares(statement):
            yield statement


def _prepares(statement: ast.stmt) -> bool:
    """Whether it only gives a name to a constant, or to the connection."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    calls = [node for node in ast.walk(statement.value) if isinstance(node, ast.Call)]
    return all(isinstance(call.func, ast.Attribute) and call.func.attr in _LOOKING for call in calls)
