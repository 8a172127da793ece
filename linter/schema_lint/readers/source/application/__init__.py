"""The code around the models: engines, sessions, URLs and where they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from schema_lint.evaluating.files import SourceTree
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
from schema_lint.facts.environments import AddressOption
from schema_lint.facts.unknown import Some
from schema_lint.readers.source.application import (
    configuration_files,
    engines,
    flask_engines,
    literals,
    schema_calls,
    session_uses,
)
from schema_lint.readers.source.application.around import Around
from schema_lint.readers.source.application.walking import Requested


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of the code around the models."""

    engines: Some[Engine] = Some()
    session_factories: Some[SessionFactory] = Some()
    session_uses: tuple[SessionUse, ...] = ()
    url_literals: tuple[UrlLiteral, ...] = ()
    settings: tuple[ConnectionSetting, ...] = ()
    schema_calls: tuple[SchemaCall, ...] = ()
    address_options: tuple[AddressOption, ...] = ()
    uses_alembic: bool = False
    sets_statement_timeout: bool = False
    sets_lock_timeout: bool = False


def read_application(
    around: Around,
    interpreter: Interpreter,
    tree: SourceTree,
    begin: Callable[[Module], object],
    end: Callable[[Module], object],
) -> Application:
    """Read engines, sessions, URLs and schema changes.

    Args:
        begin: told of each module before it is read.
        end: told of it afterwards.
    """
    made: list[Engine | SessionFactory] = []
    uses: list[SessionUse] = []
    urls: list[UrlLiteral] = []
    calls: list[SchemaCall] = []
    options: list[AddressOption] = []
    at = interpreter.finder.at
    requested = Requested([at(path) for path in around.depending])
    with_flask = bool(around.about("flask"))
    for path, topics in around.topics.items():
        module = at(path)
        begin(module)
        if with_flask and "setting" in topics:
            made += flask_engines.read_flask_engines(module, interpreter)
        if "engines" in topics:
            made += engines.read_engines(module, interpreter, requested)
        if "schema" in topics:
            calls += schema_calls.read_schema_calls(module)
        if "urls" in topics:
            urls += literals.read_literals(module)
        if "environment" in topics:
            from schema_lint.readers.source.application.addresses import read_addresses

            options += read_addresses(module, interpreter)
        if "sessions" in topics:
            uses += session_uses.read_session_uses(module, interpreter)
        end(module)
    from_files, settings, alembic = _configuration(tree, around.folders)
    return Application(
        engines=Some(tuple(engine for engine in made if isinstance(engine, Engine))),
        session_factories=Some(tuple(factory for factory in made if isinstance(factory, SessionFactory))),
        session_uses=tuple(uses),
        url_literals=(*urls, *from_files),
        settings=tuple(settings),
        schema_calls=tuple(calls),
        address_options=tuple(options),
        uses_alembic=alembic or bool(around.about("environment")),
        sets_statement_timeout=bool(around.about("timeout")),
        sets_lock_timeout=bool(around.about("lock")),
    )


def _candidates(tree: SourceTree, beside: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Configuration files in the folders and above them, with their kinds."""
    folders = {""}
    for folder in beside:
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    for folder in sorted(folders):
        for name in tree.listdir(folder):
            kind = configuration_files.file_kind(name)
            path = f"{folder}/{name}" if folder else name
            if kind is not None and tree.is_file(path):
                yield path, kind


def _configuration(tree: SourceTree, folders: Iterable[str]) -> tuple[list[UrlLiteral], list[ConnectionSetting], bool]:
    urls: list[UrlLiteral] = []
    settings: list[ConnectionSetting] = []
    alembic = False
    for path, kind in _candidates(tree, folders):
        text = tree.text(path)
        if text is None:
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
    source = tree.text(environment)
    return source is not None and bool(
        re.search(
            r"set_main_option\(\s*[\"']sqlalchemy\.url|[\"']sqlalchemy\.url[\"']\s*\]\s*=|create_(?:async_)?engine\(",
            source,
        )
        or re.search(r"\burl\s*=\s*(?!config\.get_main_option)\w+[.(]", source)
    )
