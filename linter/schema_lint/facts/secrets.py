"""Passwords in text that leaves the program: found and replaced by `***`, whatever the format of the report.

Masking too much costs a little beauty, masking too little publishes a password; so everything that is written where a
password stands is masked, except what only names where one comes from (`${DB_PASSWORD}`, `{settings.password}`).
"""

from __future__ import annotations

import functools
import re

MASK = "***"

_SIGNS = ("://", "pass", "pw", "secret", "token", "api", "private", "access", "url")
"""A text without any of these (in any case) holds no password that the patterns would find."""

_JUNCTION = r"""["'][ \t]*(?:\+[ \t]*)?(?:\\?\r?\n[ \t]*)?(?:\+[ \t]*)?[rRfFbBuU]{0,2}["']"""
"""Where one string literal ends and the next begins that Python joins to it: a URL may be written in pieces."""

_WORD = (
    "(?:passwords?|passwd|pwd|passphrase|(?<![a-z])(?:pw|pass)|secret|secret_?key|api_?key|private_?key|access_?key"
    "|auth_?token|token)"
)
_NAME = rf"[\w.\-]{{0,64}}{_WORD}(?![a-z])[\w\-]{{0,32}}"
"""A name that a password is kept under: `POSTGRES_PASSWORD`, `db.password`, but not `tokens_used_by`."""

_STRING = r"""[rRfFbBuU]{0,2}(?:"([^"\n]*)"|'([^'\n]*)')"""
_REFERENCE = r"\$\{\w+(?::?[?+][^{}]*)?\}|\$\w+|\{\{[^{}]*\}\}|\{[^{}]*\}|%(?:\(\w+\))?s|<[^<>\s]*>|\*+"
"""What names a value instead of being one. `${NAME:-value}` is one, since it holds a value."""

_URL = rf"""
    (?: (?<!http)(?<!https) | (?! ://[^\s:/@]{{1,256}}:\d{{1,5}}/) )   # a web address with a port, not a password
    ://
    (?: \$?\{{[^{{}}\n]*\}} | {_JUNCTION} | [^\s:/@'"{{}}] ){{0,128}}  # the user
    :
    ( (?: \$\{{[^{{}}\n]*\}} | {_JUNCTION} | [^\s'"] ){{0,256}} )      # the password, to the last @
    @
"""
_ASSIGNED = rf"""
    {_NAME} ["']? \]? [ \t]*
    (?: : [^=\n"']{{0,80}} )?                                          # an annotation
    (?: = | : ) [ \t]*
    (?: (?!mapped_column|Column) \w+\( \s* )?                         # SecretStr(
    (?: [^\n"'=]{{0,80}} \b default [ \t]* = [ \t]* )?
    {_STRING}
"""
_READ = rf"""
    (?: getenv | get | config | env | setdefault | str ) \( [ \t]*
    ["'] {_NAME} ["'] [ \t]* , [ \t]* (?: default [ \t]* = [ \t]* )?
    {_STRING}
"""
_PARAMETER = r"""
    (?: [?&] | (?<=["'\s]) ) (?: password | sslpassword | passwd | pwd ) = ( [^\s&'"\\\#]{1,256} )
"""
_ENVIRONMENT = r"""
    (?<![\w$]) [A-Z0-9_]{0,64} (?: PASSWORD | PASSWD | SECRET | API_KEY | TOKEN ) = ( [^\s'",;}]+ )
"""
_COMMENT = rf"\#[^\n]{{0,200}}? {_ENVIRONMENT}"
_FILLED = r"""
    :// [^\s'"]{0,256} : (?: %s | %\(\w+\)s | \{\w*\} ) @ [^'"\n]{0,256} ["']{1,3} \s*
    (?: % | \.format\( ) ( [^\n]{0,512} )                            # what is put in, the password among it
"""
_POSITIONAL = rf"""
    URL (?: \.create )? \( \s* {_STRING} \s* , \s* (?: {_STRING} | [\w.]{{1,64}} ) \s* , \s* {_STRING}
"""
_LINE = rf"""
    ^ [ \t]* (?: - [ \t]* )? (?: (?: export | ENV | ARG ) [ \t]+ )?
    ["']? {_NAME} ["']? [ \t]* (?: = | : (?= [ \t] ) ) [ \t]*
    ["']? ( [^\n]*? ) ["']? [ \t]* ,? [ \t]* \r? $
"""

_CODE = (".py", ".pyi")


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    flags = re.VERBOSE | re.MULTILINE
    return re.compile(text, flags if text in (_ENVIRONMENT, _COMMENT) else flags | re.IGNORECASE)


def mask(text: str, path: str | None = None) -> str:
    """The text with passwords replaced by `***`; it keeps its lines.

    Args:
        path: where the text comes from. In Python, only string literals can be passwords; elsewhere (`.env`, ini,
            YAML) all that follows the name is. Without a path the text is prose: a message or a suggestion.
    """
    pieces: list[str] = []
    end = 0
    for start, stop in secret_spans(text, path):
        pieces += (text[end:start], MASK)
        end = stop
    return "".join(pieces) + text[end:] if pieces else text


def is_secret_name(name: str) -> bool:
    """Whether it names a password, rather than something about one (`token_type`)."""
    return (
        re.search(r"(?i)(^|_)(password|passwd|pwd|passphrase|secret|(secret|api|private|access)_?key)$", name)
        is not None
    )


def may_hold_secret(text: str) -> bool:
    """Whether there is a sign of a password in a text, so that it is worth looking for one."""
    lowered = text.lower()
    return any(sign in lowered for sign in _SIGNS)


def secret_spans(text: str, path: str | None = None) -> list[tuple[int, int]]:
    """Offsets of the passwords in a text: (start, end), in order, none overlapping, none across a line's end."""
    if not may_hold_secret(text):
        return []
    patterns = [_URL, _PARAMETER, _ASSIGNED, _READ, _POSITIONAL]
    if path is None:
        patterns.append(_ENVIRONMENT)
    elif path.endswith(_CODE):
        patterns.append(_COMMENT)
    else:
        patterns += [_ENVIRONMENT, _LINE]
    spans = [
        literal.span(literal.lastindex or 0)
        for filled in _pattern(_FILLED).finditer(text)
        for literal in _pattern(_STRING).finditer(text, *filled.span(1))
    ]
    for pattern in map(_pattern, patterns):
        position = 0
        while found := pattern.search(text, position):
            group = found.lastindex or 0
            spans += _pieces(text, *found.span(group))
            # A URL's match ends behind its host's beginning; what follows may hold the next one.
            position = max(found.end(), position + 1)
    return _merged(spans)


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """What of a password's span is to be masked: without references, split where string literals are joined."""
    pieces = []
    position = start
    for junction in _pattern(_JUNCTION).finditer(text[start:end]):
        pieces.append((position, start + junction.start()))
        position = start + junction.end()
    pieces.append((position, end))
    return [(a, b) for a, b in pieces if a < b and not _pattern(_REFERENCE).fullmatch(text[a:b].strip())]


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
