"""The code around the models: engines, sessions, URLs and where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from schema_lint.evaluating.files import ReadError, SourceTree, decode
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import Module
from schema_lint.facts.application import (
    ConnectionSetting,
    Engine,
    SchemaCall,
    SessionFactory,
    SessionUse,
    UrlLiteral,
)
from schema_lint.facts.unknown import Some
from schema_lint.readers.source.application import (
    configuration_files,
    engines,
    flask_engines,
    literals,
    schema_calls,
    session_uses,
    walking,
)


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of the code around the models."""

    engines: Some[Engine] = Some()
    session_factories: Some[SessionFactory] = Some()
    session_uses: tuple[SessionUse, ...] = ()
    url_literals: tuple[UrlLiteral, ...] = ()
    settings: tuple[ConnectionSetting, ...] = ()
    schema_calls: tuple[SchemaCall, ...] = ()
    uses_alembic: bool = False
    sets_statement_timeout: bool = False


WORDS = (
    b"create_engine", b"create_async_engine", b"engine_from_config", b"sessionmaker", b"create_all", b"drop_all", b"://",
    b"async def", b"statement_timeout", b" TABLE", b" table", b" INDEX", b" index", b" TYPE", b"Depends(",
    b"flask_sqlalchemy", b"SQLALCHEMY_DATABASE_URI",
)  # fmt: skip
"""A Python file without any of these says nothing of engines, sessions, URLs or the schema."""


def read_application(interpreter: Interpreter, modules: Sequence[Module], tree: SourceTree) -> Application:
    """Read engines, sessions, URLs and schema changes.

    Args:
        modules: modules of the project that may hold any.
    """
    made: list[Engine | SessionFactory] = []
    uses: list[SessionUse] = []
    urls: list[UrlLiteral] = []
    calls: list[SchemaCall] = []
    requested = frozenset[str]().union(*(walking.dependencies(m.tree) for m in modules if "Depends(" in m.source))
    with_flask = any("flask_sqlalchemy" in module.source for module in modules)
    for module in modules:
        source = module.source
        if with_flask and flask_engines.SETTING in source:
            made += flask_engines.read_flask_engines(module, interpreter)
        if any(word in source for word in engines.WORDS):
            made += engines.read_engines(module, interpreter, requested)
        if re.search(schema_calls.MENTIONED, source):
            calls += schema_calls.read_schema_calls(module)
        if literals.mentions_url(source):
            urls += literals.read_literals(module)
        if "async def" in source and "Session" in source and "@" in source:
            uses += session_uses.read_session_uses(module, interpreter)
    from_files, settings, alembic = _configuration(tree, modules)
    return Application(
        engines=Some(tuple(engine for engine in made if isinstance(engine, Engine))),
        session_factories=Some(tuple(factory for factory in made if isinstance(factory, SessionFactory))),
        session_uses=tuple(uses),
        url_literals=(*urls, *from_files),
        settings=tuple(settings),
        schema_calls=tuple(calls),
        uses_alembic=alembic or any(schema_calls.is_environment(module) for module in modules),
        sets_statement_timeout=any("statement_timeout" in module.source for module in modules),
    )


def _candidates(tree: SourceTree, modules: Iterable[Module]) -> Iterator[tuple[str, str]]:
    """Configuration files beside the modules and above them, with their kinds."""
    folders = {""}
    for module in modules:
        folder = module.path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    for folder in sorted(folders):
        for name in tree.listdir(folder):
            kind = configuration_files.file_kind(name)
            path = f"{folder}/{name}" if folder else name
            if kind is not None and tree.is_file(path):
                yield path, kind


def _configuration(
    tree: SourceTree, modules: Iterable[Module]
) -> tuple[list[UrlLiteral], list[ConnectionSetting], bool]:
    urls: list[UrlLiteral] = []
    settings: list[ConnectionSetting] = []
    alembic = False
    for path, kind in _candidates(tree, modules):
        try:
            text = decode(tree.read(path))
        except ReadError:
            continue
        alembic = alembic or kind == "alembic.ini"
        if "://" not in text:
            continue
        for found in configuration_files.read_configuration(
            path,
            text,
            kind,
            tracked=tree.is_tracked(path),
            overridden=kind == "alembic.ini" and _is_overridden(tree, path, text),
        ):
            if isinstance(found, UrlLiteral):
                urls.append(found)
            else:
                settings.append(found)
    return urls, settings, alembic


def _is_overridden(tree: SourceTree, path: str, text: str) -> bool:
    """Whether the `env.py` that belongs to an `alembic.ini` sets `sqlalchemy.url` itself."""
    location = re.search(r"(?m)^\s*script_location\s*=\s*(?:%\(here\)s/?)?(\S+)", text)
    if location is None:
        return False
    folder = path.rpartition("/")[0]
    environment = "/".join(part for part in (folder, location[1].strip("/").removeprefix("./"), "env.py") if part)
    try:
        source = decode(tree.read(environment))
    except ReadError:
        return False
    return bool(
        re.search(
            r"set_main_option\(\s*[\"']sqlalchemy\.url|[\"']sqlalchemy\.url[\"']\s*\]\s*=|create_(?:async_)?engine\(",
            source,
        )
        or re.search(r"\burl\s*=\s*(?!config\.get_main_option)\w+[.(]", source)
    )
