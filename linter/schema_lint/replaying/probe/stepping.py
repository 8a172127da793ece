"""The history, step by step: each is run and observed, then its downgrade is tried and rolled back."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Dict  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.catalogue import ALL, CREATE_FUNCTION, Catalogue, Objects, differences
    from schema_lint.replaying.probe.channel import Channel, frames_of, said
    from schema_lint.replaying.probe.observing import Observer
else:
    from _schema_lint_replay.catalogue import ALL, CREATE_FUNCTION, Catalogue, Objects, differences
    from _schema_lint_replay.channel import frames_of, said
    from _schema_lint_replay.observing import Observer

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other


class Stepper:
    """What alembic calls in place of its own upgrade."""

    def __init__(self, job: Json, channel: Channel, script: Any) -> None:
        self._job = job
        self._channel = channel
        self._script = script
        self._observers: dict[int, Observer] = {}
        self.known = 0
        self.ran = 0
        self.run: _Run | None = None
        """The one that is going on, or was last."""

    def install(self) -> None:
        """Wrap alembic's own steps."""
        from alembic.runtime.migration import MigrationContext

        make, run = MigrationContext.configure.__func__, MigrationContext.run_migrations  # type: ignore[attr-defined]
        autocommit = MigrationContext.autocommit_block

        def configure(cls: Any, connection: Any = None, *args: Any, **kwargs: Any) -> Any:
            if connection is not None:
                self.prove(connection)
            elif kwargs.get("environment_context") is not None:
                self._channel.stop("offline")
            options = dict(kwargs.get("opts") or {})
            if kwargs.get("environment_context") is not None:
                options["transaction_per_migration"] = True
            return make(cls, connection, *args, **{**kwargs, "opts": options})

        def run_migrations(context: Any, **kwargs: Any) -> None:
            self._stamp(context)
            run(context, **kwargs)

        @contextlib.contextmanager
        def autocommit_block(context: Any) -> Any:
            observer = self._observers.get(id(context.connection))
            if observer is not None and observer.trial:
                yield
                return
            if observer is not None:
                observer.autocommit = True
            with autocommit(context):
                yield

        MigrationContext.configure = classmethod(configure)  # type: ignore[assignment]
        MigrationContext.run_migrations = run_migrations  # type: ignore[method-assign, assignment]
        MigrationContext.autocommit_block = autocommit_block  # type: ignore[method-assign, assignment]

    def prove(self, connection: Any) -> None:
        """See that this very connection leads to the scratch database; end the process otherwise."""
        dialect = getattr(getattr(connection, "dialect", None), "name", "")
        if dialect != "postgresql":
            self._channel.stop("dialect", dialect)
        cursor = connection.connection.cursor()
        cursor.execute(
            "SELECT current_database(), shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database "
            "WHERE datname = current_database()"
        )
        database, token = cursor.fetchone()
        cursor.close()
        if (database, token) != (self._job["server"]["database"], self._job["token"]):
            self._channel.stop("elsewhere", str(database))

    def _stamp(self, context: Any) -> None:
        """Enter the revision that the initial schema is at."""
        at = self._job["initial_revision"]
        if at and not context.get_current_heads():
            context.stamp(self._script, at)
            context.connection.connection.commit()

    def steps(self, heads: Any, context: Any) -> Any:
        """The steps that alembic is to run; after each, its downgrade is tried."""
        plan = self._script._upgrade_revs(self._job["destination"], heads)
        self._channel.tell("run", steps=len(plan))
        if not plan:
            return
        run = _Run(self._job, self._channel, context, self._observer(context.connection))
        run.prepare()
        self.run = run
        for step in plan:
            self.ran += 1
            step.migration_fn = run.observed(step)
            yield step
            run.settle(step)
            if step.revision.revision == self._job["confirm"]:
                run.confirm(step)
                return
        run.finish()

    def _observer(self, connection: Any) -> Observer:
        if id(connection) not in self._observers:
            self._observers[id(connection)] = Observer(connection, extensions=self._job["extensions"])
        return self._observers[id(connection)]


class _Run:
    """One `run_migrations`: of a history, or of one tenant's."""

    def __init__(self, job: Json, channel: Channel, context: Any, observer: Observer) -> None:
        self._job = job
        self._channel = channel
        self._context = context
        self._observer = observer
        self._connection = context.connection
        schema = context.version_table_schema or "public"
        self._catalogue = Catalogue([f"{schema}.{context.version_table}", context.version_table])
        self._objects: Objects = {}
        self._before: Objects = {}
        self._answer: Json = {}
        self._external = False
        self._uncommitted: Any = None

    def prepare(self) -> None:
        """Make what reads the catalogue, and read it."""
        self._external = bool(self._context._in_external_transaction)
        cursor = self._observer.cursor()
        cursor.execute(CREATE_FUNCTION)
        cursor.close()
        self._raw.commit()
        self._objects = self._read({}, ALL)
        self._observer.know_tables()
        self._raw.rollback()

    @property
    def _raw(self) -> Any:
        return self._connection.connection

    def _read(self, before: Objects, depth: int) -> Objects:
        if depth == 0:
            return before
        cursor = self._observer.cursor()
        try:
            depth = ALL if self._job["full_snapshots"] else depth
            return self._catalogue.read(cursor, before, self._observer.touched, depth)
        finally:
            cursor.close()

    def observed(self, step: Any) -> Any:
        """The step's own function, observed."""
        upgrade, revision = step.migration_fn, step.revision

        def observed(**kwargs: Any) -> None:
            self._channel.tell("begin", revision=revision.revision)
            if self._job["confirm"] not in (None, revision.revision):
                upgrade(**kwargs)
                return
            if self._job["confirm"]:
                self._objects = self._read({}, ALL)
                self._observer.know_tables()
            self._before, self._observer.autocommit = self._objects, False
            self._observer.begin()
            started = time.perf_counter()
            try:
                upgrade(**kwargs)
                seconds = time.perf_counter() - started
                # Fails where the upgrade has caught the server's error, and left its transaction aborted.
                done = self._observer.end()
            except Exception as error:
                self._fail(step, error)
                raise
            self._answer = {**_described(revision), "seconds": round(seconds, 4), **done}
            depth = ALL if self._observer.autocommit else self._observer.depth
            self._objects = self._read(self._objects, depth)
            self._answer["changes"] = differences(self._before, self._objects)
            self._uncommitted = step

        return observed

    def not_committed(self, error: BaseException) -> None:
        """Tell that the end of a step's transaction failed, if that is where an error comes from."""
        if self._uncommitted is not None:
            self._fail(self._uncommitted, error)

    def _fail(self, step: Any, error: BaseException) -> None:
        self._channel.tell("failed", **_described(step.revision), error=_error(error))

    def settle(self, step: Any) -> None:
        """The step is committed; try its downgrade."""
        if self._external:
            self._raw.commit()
        self._uncommitted = None
        if self._job["trials"]:
            self._answer["downgrade"] = self._trial(step)
        if self._answer:
            self._channel.tell("step", **self._answer)

    def _trial(self, step: Any) -> Json:
        dialect, observer = self._connection.dialect, self._observer
        commit = dialect.do_commit
        dialect.do_commit = lambda connection: None
        observer.trial = True
        transaction = None if self._connection.in_transaction() else self._connection.begin()
        try:
            return self._tried(step.revision)
        finally:
            observer.trial = False
            dialect.do_commit = commit
            self._raw.rollback()
            if transaction is not None:
                transaction.rollback()

    def _tried(self, revision: Any) -> Json:
        observer = self._observer
        observer.begin()
        mark = observer.transaction
        started = time.perf_counter()
        answer: Json = {}
        try:
            revision.module.downgrade()
            answer["seconds"] = round(time.perf_counter() - started, 4)
            answer.update(observer.end())
        except Exception as error:
            answer.setdefault("seconds", round(time.perf_counter() - started, 4))
            return {**answer, "error": _error(error), "count": observer.count}
        answer["leaked"] = observer.transaction != mark
        after = self._read(self._objects, observer.depth)
        answer["differences"] = differences(self._before, after)
        if answer["differences"]:
            answer["again"] = self._again(revision)
        return answer

    def _again(self, revision: Any) -> Json:
        """Upgrade a second time, from where the downgrade led."""
        try:
            revision.module.upgrade()
        except Exception as error:
            return {"error": _error(error)}
        return {}

    def confirm(self, step: Any) -> None:
        """Run the step's downgrade as alembic would, and commit it; then the upgrade once more."""
        observer, revision = self._observer, step.revision
        observer.begin()
        answer: Json = {}
        started = time.perf_counter()
        try:
            answer.update(self._committed(revision.module.downgrade))
        except Exception as error:
            answer["error"] = _error(error)
            self._raw.rollback()
        answer["seconds"] = round(time.perf_counter() - started, 4)
        answer.setdefault("count", observer.count)
        if "error" not in answer:
            answer["differences"] = differences(self._before, self._read({}, ALL))
            self._raw.rollback()
            try:
                self._committed(revision.module.upgrade)
            except Exception as error:
                answer["again"] = {"error": _error(error)}
                self._raw.rollback()
        self._channel.tell("confirmed", downgrade=answer)

    def _committed(self, function: Any) -> Json:
        with self._context.begin_transaction(_per_migration=True):
            function()
            done = self._observer.end()
        if self._external:
            self._raw.commit()
        return done

    def finish(self) -> None:
        """See that what was read piece by piece is what is there."""
        self._raw.rollback()
        whole = self._read({}, ALL)
        self._raw.rollback()
        self._channel.tell("finished", wrong=differences(self._objects, whole))


def _described(revision: Any) -> Json:
    return {"revision": revision.revision, "title": revision.doc or "", "path": revision.path}


def _error(error: BaseException) -> Json:
    original = getattr(error, "orig", None) or error
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    statement = getattr(error, "statement", None)
    return {
        "type": type(error).__name__,
        "message": said(original),
        "sqlstate": state,
        "statement": " ".join(statement.split())[:2000] if isinstance(statement, str) else None,
        "frames": frames_of(error),
    }
