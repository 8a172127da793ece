"""Replays a project's Alembic history through its own `env.py`, and tells what each step does.

A script that stands alone, with the files beside it. Its one argument is the number of an open file: JSON that says
what to replay.
"""

from __future__ import annotations

import os
import sys
import types

if __name__ == "__main__":
    # The directory of this script is nobody's import root; its files are a package that no project has.
    _here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.realpath(path or ".") != os.path.realpath(_here)]
    _package = types.ModuleType("_schema_lint_replay")
    _package.__path__ = [_here]
    sys.modules["_schema_lint_replay"] = _package

import argparse
import importlib
import json
from typing import TYPE_CHECKING, Any, Callable, Dict  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.channel import Channel, frames_of, said
    from schema_lint.replaying.probe.creating import Creator, import_from_commit
    from schema_lint.replaying.probe.drivers import Drivers
    from schema_lint.replaying.probe.guarding import Guard
    from schema_lint.replaying.probe.redirecting import Redirection
    from schema_lint.replaying.probe.stepping import Stepper
else:
    from _schema_lint_replay.channel import Channel, frames_of, said
    from _schema_lint_replay.creating import Creator, import_from_commit
    from _schema_lint_replay.drivers import Drivers
    from _schema_lint_replay.guarding import Guard
    from _schema_lint_replay.redirecting import Redirection
    from _schema_lint_replay.stepping import Stepper

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other


def configuration(job: Json, redirection: Redirection) -> Any:
    """Alembic's configuration, its URL that of the scratch database."""
    from alembic.config import Config

    given = {"toml_file": job["ini"]} if job["ini"].endswith(".toml") else {"file_": job["ini"]}
    config = Config(ini_section=job["section"], **given)
    config.cmd_opts = argparse.Namespace(
        config=job["ini"], name=job["section"], raiseerr=False, x=job["x"] or None, sql=False, tag=None,
        revision=job["destination"], autogenerate=False, quiet=True,
    )  # fmt: skip
    if "file_" in given and not config.get_main_option("script_location"):
        # Flask-Migrate's template says nothing of it.
        config.set_main_option("script_location", os.path.dirname(job["ini"]))
    given_url = config.get_main_option("sqlalchemy.url")
    asked = (given_url or "").partition("://")[0].partition("+")[2]
    if not given_url and _wraps_engines(config):
        asked = "asyncpg"
    url = redirection.url(redirection.any_driver(asked))
    config.set_main_option("sqlalchemy.url", url.render_as_string(hide_password=False).replace("%", "%%"))
    return config


def _wraps_engines(config: Any) -> bool:
    """Whether `env.py` makes an `AsyncEngine` of an engine that does not say so itself: its URL has to."""
    try:
        with open(os.path.join(config.get_main_option("script_location") or "", "env.py"), "rb") as file:
            return b"AsyncEngine(" in file.read()
    except OSError:
        return False


def replay(job: Json, channel: Channel) -> None:
    """Replay the history."""
    drivers, redirection = Drivers(job, channel), Redirection(job, channel)
    drivers.install()
    drivers.pin()
    try:
        import alembic
        import sqlalchemy
        from alembic.runtime.environment import EnvironmentContext
        from alembic.script import ScriptDirectory
    except ImportError as error:
        channel.stop("no-alembic", said(error))
    channel.tell(
        "started", python=sys.version.split()[0], alembic=alembic.__version__, sqlalchemy=sqlalchemy.__version__
    )
    redirection.install()
    if job["create"]:
        import_from_commit(job["create"])
    load_edited(job["edited"])
    config = configuration(job, redirection)
    script = ScriptDirectory.from_config(config)
    stepper = Stepper(job, channel, script)
    stepper.install()
    steps = Creator(job["create"], channel, script) if job["create"] else stepper.steps

    def run() -> None:
        # Revisions are imported where `env.py` would run, since some need an application around them.
        stepper.known = sum(1 for _ in script.walk_revisions())
        channel.tell("history", revisions=stepper.known, folder=script.dir)
        context = EnvironmentContext(
            config, script, fn=steps, as_sql=False, destination_rev=job["destination"], tag=None
        )
        with context:
            script.run_env()

    try:
        within(job, script, stepper, run)
    except Exception as error:
        if stepper.run is not None:
            stepper.run.not_committed(error)
        raise
    channel.tell("ended", steps=stepper.ran, known=stepper.known)


def load_edited(edited: Dict[str, str]) -> None:  # noqa: UP006 - Python 3.8 has no other
    """Let alembic take these files as they are to be: by path, each byte as a character."""
    from alembic.util import pyfiles

    load = pyfiles.load_module_py

    def load_module_py(module_id: str, path: Any) -> Any:
        source = edited.get(os.path.realpath(path))
        if source is None:
            return load(module_id, path)
        module = types.ModuleType(module_id)
        module.__file__ = os.fspath(path)
        exec(compile(source.encode("latin-1"), module.__file__, "exec"), module.__dict__)
        return module

    if edited:
        pyfiles.load_module_py = load_module_py


def within(job: Json, script: Any, stepper: Stepper, run: Callable[[], None]) -> None:
    """Run `env.py` in what it needs around it: what `--setup` names, Flask's application, AnyIO's loop."""
    if job["setup"]:
        module, _, name = job["setup"].partition(":")
        made = getattr(importlib.import_module(module), name)()
        if hasattr(made, "__enter__"):
            with made:
                return run()
    if wants_flask(script):
        with flask_app().app_context():
            return run()
    try:
        run()
    except BaseException as error:
        if stepper.ran or type(error).__name__ not in ("NoEventLoopError", "AsyncLibraryNotFoundError"):
            raise
        importlib.import_module("anyio").run(importlib.import_module("anyio.to_thread").run_sync, run)
    return None


def flask_app() -> Any:
    """The application that `flask` would run."""
    return importlib.import_module("flask.cli").ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()


def wants_flask(script: Any) -> bool:
    """Whether `env.py` uses Flask's current application."""
    if "flask" in sys.modules and sys.modules["flask"].has_app_context():
        return False
    try:
        with open(os.path.join(script.dir, "env.py"), encoding="utf-8", errors="replace") as file:
            return "current_app" in file.read()
    except OSError:
        return False


def missing_module(error: BaseException | None) -> ModuleNotFoundError | None:
    """The module that is not there, where that is what another error comes from."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        error = error.__cause__
    return error


def end_with_parent() -> None:
    """On Linux, be killed when who started us is."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main() -> None:
    """Do the job, and end the process: what the project's code left running ends with it."""
    end_with_parent()
    with os.fdopen(int(sys.argv[1]), encoding="utf-8") as file:
        job = json.load(file)
    leave = os._exit
    channel = Channel(job["channel"])
    sys.argv[:] = ["alembic", "upgrade", job["destination"]]
    Guard(job, channel).install()
    try:
        replay(job, channel)
    except BaseException as error:
        cause = missing_module(error) or error
        channel.tell("failure", kind="raised", type=type(cause).__name__, message=said(cause),
                     name=getattr(cause, "name", None), frames=frames_of(error))  # fmt: skip
        leave(1)
    sys.stdout.flush()
    leave(0)


if __name__ == "__main__":
    main()
