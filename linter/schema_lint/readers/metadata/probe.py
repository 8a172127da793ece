"""Run by the project's own interpreter: imports its models and writes down, as JSON, what SQLAlchemy made of them.

A script that stands alone: standard library and SQLAlchemy only, Python 3.8 or newer, SQLAlchemy 1.4 to 2.1. Its one
argument is a JSON file that says what to import and where to write the answer; standard output is the project's.
"""

from __future__ import annotations

import sys

if __name__ == "__main__" and sys.path:
    # The directory of this script is nobody's import root.
    import os.path

    if os.path.realpath(sys.path[0]) == os.path.dirname(os.path.realpath(__file__)):
        del sys.path[0]

import faulthandler
import gc
import importlib
import json
import os
import pkgutil
import re
import time
import traceback
import warnings
from typing import Any, Dict  # noqa: UP035

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other
STARTED = time.time()
MOST_FRAMES = 60
LEFT_OUT = ("tests", "test", "conftest", "__main__")
"""Modules that `module:*` does not import."""
DRIVERS = {
    "psycopg2": ("connect",), "psycopg": ("connect", "Connection.connect", "AsyncConnection.connect"),
    "asyncpg": ("connect",), "MySQLdb": ("connect", "Connect"), "mariadb": ("connect",), "pyodbc": ("connect",),
    "oracledb": ("connect",), "cx_Oracle": ("connect",), "pymssql": ("connect",), "duckdb": ("connect",),
}  # fmt: skip
"""Drivers that reach the network below Python's own sockets, and what of them connects."""

SYSLOG = ("/dev/log", "/var/run/syslog")

refusals: list[str] = []


class Refused(ConnectionRefusedError):  # noqa: N818 - it is an OSError
    """A connection that the project's code wanted while it was imported."""


class Stop(Exception):  # noqa: N818 - it carries an answer
    """What was asked for cannot be read, and why."""

    def __init__(self, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.answer = {"kind": kind, "message": message, **more}


def refuse(what: str) -> None:
    """Refuse a connection."""
    refusals.append(what)
    raise Refused("schema-lint refuses connections while it imports models: " + what)


def guard() -> None:
    """Refuse databases and the network: sockets, SQLite files, drivers written in C, and SQLAlchemy's engines."""
    import socket

    from sqlalchemy.engine import Engine

    own = {None, "", "localhost", socket.gethostname(), "127.0.0.1", "::1", "0.0.0.0", "::"}

    def hook(event: str, args: Any) -> None:
        if event == "socket.connect":
            address = args[1]
            if not (isinstance(address, (str, bytes)) and os.fsdecode(address).startswith(SYSLOG)):
                shown = ":".join(map(str, address[:2])) if isinstance(address, tuple) else os.fsdecode(address)
                refuse("network, " + shown)
        elif event in ("socket.getaddrinfo", "socket.gethostbyname") and args[0] not in own:
            host = args[0]
            refuse("network, " + (os.fsdecode(host) if isinstance(host, (str, bytes)) else str(host)))
        elif event == "sqlite3.connect":
            path = os.fsdecode(args[0]) if isinstance(args[0], (str, bytes, os.PathLike)) else ""
            if path and not path.startswith((":memory:", "file::memory:")) and "mode=memory" not in path:
                refuse("SQLite database " + path)

    sys.addaudithook(hook)
    connect = Engine.raw_connection

    def raw_connection(self: Any, *args: Any, **kwargs: Any) -> Any:
        # What SQLite opens is seen, and judged, by its path.
        if self.dialect.name != "sqlite":
            refuse("database " + str(self.url.set(password=None, query={})))
        return connect(self, *args, **kwargs)

    Engine.raw_connection = raw_connection  # type: ignore[method-assign]
    sys.meta_path.insert(0, DriverFinder())


class DriverFinder:
    """Lets drivers be imported, and takes from them what connects."""

    def __init__(self) -> None:
        self.busy: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The driver's own specification, whose loader then refuses."""
        if name not in DRIVERS or name in self.busy:
            return None
        self.busy.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.busy.discard(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                execute(module)
                for dotted in DRIVERS[name]:
                    owner = module
                    for part in dotted.split(".")[:-1]:
                        owner = getattr(owner, part, None)
                    if owner is not None:
                        setattr(owner, dotted.rpartition(".")[2], lambda *a, **k: refuse("database, through " + name))

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def frames_of(error: BaseException) -> list[list[Any]]:
    """The frames that led to an error."""
    return frames_in(traceback.extract_tb(error.__traceback__))


def frames_in(stack: Any) -> list[list[Any]]:
    """File, line, name and text of frames, without ours and those of the import system."""
    here = os.path.dirname(os.path.realpath(__file__))
    shown = [f for f in stack if not f.filename.startswith("<frozen")]
    shown = [f for f in shown if os.path.dirname(os.path.realpath(f.filename)) != here]
    if len(shown) > MOST_FRAMES:
        shown = shown[: MOST_FRAMES // 2] + shown[-MOST_FRAMES // 2 :]
    return [[f.filename, f.lineno, f.name, f.line] for f in shown]


def raised(error: BaseException, module: str) -> Stop:
    """Why a module could not be imported."""
    kind = "raised"
    more: Json = {}
    if isinstance(error, ModuleNotFoundError) and error.name:
        own = module == error.name or module.startswith(error.name + ".")
        kind = "no-module" if own else "missing-package"
        more["name"] = error.name
        if own:
            more["known"] = siblings(error.name)
    elif isinstance(error, SystemExit):
        kind = "exit"
    elif refusals and (isinstance(error, Refused) or "schema-lint refuses connections" in str(error)):
        kind = "refused"
    if isinstance(error, SyntaxError) and error.filename:
        more["syntax"] = [error.filename, error.lineno or 1, error.text or ""]
    try:
        text = str(error)
    except Exception:
        text = ""
    return Stop(kind, text, type=type(error).__name__, module=module, frames=frames_of(error), **more)


def siblings(name: str) -> list[str]:
    """Dotted names of the modules beside one that does not exist; Python's own are nobody's models."""
    parent = name.rpartition(".")[0]
    own = os.path.dirname(os.__file__)
    installed = [path for path in sys.path if path not in (own, os.path.join(own, "lib-dynload"))]
    paths = getattr(sys.modules.get(parent), "__path__", None) if parent else installed
    prefix = parent + "." if parent else ""
    return [prefix + info.name for info in pkgutil.iter_modules(list(paths) if paths is not None else [])]


def import_module(name: str) -> Any:
    """Import a module; whatever it raises becomes an answer."""
    try:
        return importlib.import_module(name)
    except BaseException as error:
        raise raised(error, name) from None


def import_below(package: Any, notes: list[Json]) -> None:
    """Import every module below a package. Those that cannot be are noted: their tables are not known."""

    def failed(name: str) -> None:
        error = sys.exc_info()[1]
        if error is not None and all(note["module"] != name for note in notes):
            notes.append(raised(error, name).answer)

    for info in pkgutil.walk_packages(getattr(package, "__path__", ()), package.__name__ + ".", onerror=failed):
        parts = info.name.split(".")
        if not any(part in LEFT_OUT or part.startswith("test_") for part in parts):
            try:
                importlib.import_module(info.name)
            except BaseException as error:
                if all(note["module"] != info.name for note in notes):
                    notes.append(raised(error, info.name).answer)


def live(kind: type) -> list[Any]:
    """Every object of a class."""
    return [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]


def attribute_of(value: Any, name: str) -> Any:
    """An attribute, `None` where asking for it fails: metaclasses and modules may do anything."""
    try:
        return getattr(value, name, None)
    except Exception:
        return None


def metadatas_of(value: Any) -> list[Any]:
    """The metadata that a value is, or holds: a base, a registry, a table, Flask-SQLAlchemy's `db`, a list of them."""
    from sqlalchemy import MetaData, Table
    from sqlalchemy.orm import registry

    kind = type(value)
    if issubclass(kind, MetaData):
        return [value]
    if issubclass(kind, (list, tuple, set)):
        return [metadata for item in value for metadata in metadatas_of(item)]
    if issubclass(kind, (type, registry, Table)) or any(
        c.__module__.startswith("flask_sqlalchemy") for c in kind.__mro__
    ):
        binds = attribute_of(value, "metadatas")
        found = list(binds.values()) if isinstance(binds, dict) else [attribute_of(value, "metadata")]
        return [metadata for metadata in found if isinstance(metadata, MetaData)]
    return []


def unique(things: list[Any]) -> list[Any]:
    """Each object once, in order."""
    return list({id(thing): thing for thing in things}.values())


def chosen(module_name: str, attribute: str | None, notes: list[Json]) -> list[Any]:
    """The metadata that a target names.

    Raises:
        Stop: if there is none.
    """
    from sqlalchemy import MetaData

    module = import_module(module_name)
    if attribute == "*":
        import_below(module, notes)
        if notes:
            # What a module made before it failed is no part of the program.
            gc.collect()
        found = [metadata for metadata in live(MetaData) if metadata.tables]
        found = [metadata for metadata in found if not (labels(metadata) or "").startswith("sqlalchemy.")]
        if found:
            return found
        if notes:
            raise Stop(**notes[0])
        raise Stop("no-tables", module_name, module=module_name, known=[])
    if attribute is not None:
        value = module
        for part in attribute.split("."):
            if not hasattr(value, part):
                known = [name for name in dir(value) if not name.startswith("_")][:2000]
                raise Stop("no-attribute", attribute, module=module_name, name=part, known=known)
            value = getattr(value, part)
        found = metadatas_of(value)
        if not found:
            raise Stop("no-metadata", type(value).__name__, module=module_name, attribute=attribute)
        return found
    below = [m for name, m in list(sys.modules.items()) if m is not None and name.startswith(module_name + ".")]
    for group in ([module], below):
        found = [
            x
            for m in group
            for value in list((attribute_of(m, "__dict__") or {}).values())
            for x in metadatas_of(value)
        ]
        if any(metadata.tables for metadata in found):
            return found
    others = sorted({labels(m) or "?" for m in live(MetaData) if m.tables})
    raise Stop("no-tables", module_name, module=module_name, known=others)


def labels(metadata: Any) -> str | None:
    """Where a metadata can be reached: the shortest dotted name of one, or of the topmost class that holds it."""
    best: tuple[int, int, int, str] | None = None
    for name, module in sorted(sys.modules.copy().items()):
        if module is None or name == "__main__" or name.startswith("_"):
            continue
        for attribute, value in list((attribute_of(module, "__dict__") or {}).items()):
            rank = None
            if value is metadata:
                rank = (0, 0, name.count("."), name + "." + attribute)
            elif issubclass(type(value), type):
                # A base that `declarative_base()` makes says that it is SQLAlchemy's own.
                home = str(value.__module__)
                here = home == name or home.startswith("sqlalchemy.orm.")
                if here and attribute_of(value, "metadata") is metadata:
                    rank = (1, len(value.__mro__), name.count("."), name + "." + attribute + ".metadata")
            elif str(type(value).__module__).startswith("flask_sqlalchemy") and metadata in metadatas_of(value):
                rank = (0, 1, name.count("."), name + "." + attribute + ".metadata")
            if rank is not None and (best is None or rank < best):
                best = rank
    return best[-1] if best is not None else None


def told(error: Exception, cls: Any, key: str | None) -> Json:
    """What SQLAlchemy said of a class or relationship."""
    subject = [cls.__module__, cls.__qualname__] if cls is not None else None
    return {
        "class": subject,
        "key": key,
        "type": type(error).__name__,
        "message": str(error),
        "frames": frames_of(error),
    }


def watch_warnings() -> list[Json]:
    """SQLAlchemy's warnings, as they come."""
    from sqlalchemy.exc import SAWarning

    found: list[Json] = []
    show = warnings.showwarning

    def showwarning(message: Any, category: Any, filename: str, lineno: int, *args: Any, **kwargs: Any) -> None:
        if issubclass(category, SAWarning):
            frames = [*frames_in(traceback.extract_stack()), [filename, lineno, "", ""]]
            found.append({"type": category.__name__, "message": str(message), "frames": frames})
        else:
            show(message, category, filename, lineno, *args, **kwargs)

    warnings.showwarning = showwarning
    warnings.simplefilter("always", SAWarning)
    return found


def part(name: str) -> Any:
    """Another part of this script, a file beside it."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"probe_{name}.py")
    spec = importlib.util.spec_from_file_location(f"_schema_lint_probe_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def answer(job: Json, trace: Any) -> Json:
    """Import what is asked for, and describe it.

    Raises:
        Stop: if it cannot be done.
    """
    version = sys.version_info
    if version < (3, 8):
        raise Stop("old-python", f"{version[0]}.{version[1]}")
    sys.path[:0] = [path for path in job["paths"] if path not in sys.path]
    try:
        import sqlalchemy
    except ImportError as error:
        raise Stop("no-sqlalchemy", str(error)) from None
    if tuple(map(int, re.findall(r"\d+", sqlalchemy.__version__)[:2])) < (1, 4):
        raise Stop("old-sqlalchemy", sqlalchemy.__version__)
    if not job["allow_network"]:
        guard()
    seen = watch_warnings()
    tables = part("tables").Tables(job["root"], STARTED)
    tables.watch()
    notes: list[Json] = []
    found: list[Any] = []
    faulthandler.dump_traceback_later(job["limit"], exit=True, file=trace)
    for module, attribute in job["targets"]:
        found += chosen(module, attribute, notes)
    found = unique(found)
    from sqlalchemy.orm import Mapper, Session

    mappers = [m for m in live(Mapper) if not getattr(m, "_dispose_called", False)]
    described = part("mappers").Mappers(mappers, tables)
    errors = [told(*refused) for refused in described.configure()]
    faulthandler.cancel_dump_traceback_later()
    sqlmodel = sys.modules.get("sqlmodel")
    return {
        "python": ".".join(map(str, version[:3])),
        "sqlalchemy": sqlalchemy.__version__,
        "sqlmodel": getattr(sqlmodel, "__version__", None),
        "notes": notes,
        "refused": refusals,
        "errors": errors,
        "warnings": seen,
        "metadatas": [tables.metadata(metadata, labels(metadata)) for metadata in found],
        "mappers": described.describe(found),
        "flush_hooks": any(getattr(getattr(Session.dispatch, "before_flush", None), "_clslevel", {}).values()),
    }


def write(path: str, document: Json) -> None:
    """Write the answer, at once or not at all."""
    with open(path + ".part", "w", encoding="utf-8", errors="backslashreplace") as file:
        json.dump(document, file, default=str)
    os.replace(path + ".part", path)


def main() -> None:
    """Do the job, and end the process: what the project's code left running ends with it."""
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    process, leave = os.getpid(), os._exit
    sys.argv[:] = ["schema-lint"]

    def leave_early(status: int = 0) -> None:
        if os.getpid() == process:
            frames = frames_in(traceback.extract_stack())
            failure = {"kind": "exit", "message": str(status), "type": "os._exit", "frames": frames}
            write(job["result"], {"failure": failure})
        leave(status)

    os._exit = leave_early  # type: ignore[assignment]
    trace = open(job["trace"], "w")  # noqa: SIM115 - faulthandler writes to it when the process dies
    faulthandler.enable(trace)
    try:
        document = answer(job, trace)
    except Stop as stop:
        document = {"failure": stop.answer}
    except BaseException as error:
        document = {"failure": {**raised(error, "").answer, "kind": "broken", "frames": []}}
        document["failure"]["ours"] = traceback.format_exc()
    if os.getpid() == process:
        write(job["result"], document)
    leave(0)


if __name__ == "__main__":
    main()
