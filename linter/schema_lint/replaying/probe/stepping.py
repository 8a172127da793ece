"""The history, step by step: each is run and observed, then its downgrade is tried and rolled back."""

from __future__ import annotations

import contextlib
import hashlib
import time
from typing import TYPE_CHECKING, Any, Dict  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.catalogue import ALL, CREATE_FUNCTION, Catalogue, Objects, differences
    from schema_lint.replaying.probe.channel import Channel, error_of
    from schema_lint.replaying.probe.losing import CREATE_ROWS, look
    from schema_lint.replaying.probe.noting import used, watch
    from schema_lint.replaying.probe.observing import Observer
    from schema_lint.replaying.probe.rows import RowsTrial
    from schema_lint.replaying.probe.seeding import CREATE_TRY
else:
    from _schema_lint_replay.catalogue import ALL, CREATE_FUNCTION, Catalogue, Objects, differences
    from _schema_lint_replay.channel import error_of
    from _schema_lint_replay.losing import CREATE_ROWS, look
    from _schema_lint_replay.noting import used, watch
    from _schema_lint_replay.observing import Observer
    from _schema_lint_replay.rows import RowsTrial
    from _schema_lint_replay.seeding import CREATE_TRY

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other


class Stepper:
    """What alembic calls in place of its own upgrade."""

    def __init__(self, job: Json, channel: Channel, script: Any) -> None:
        self._job = job
        self._channel = channel
        self._script = script
        self._observers: dict[int, Observer] = {}
        self._arguments: Json = {}
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
            self._arguments = kwargs
            self._stamp(context)
            run(context, **kwargs)

        @contextlib.contextmanager
        def autocommit_block(context: Any) -> Any:
            observer = self._observers.get(id(context.connection))
            if observer is not None and observer.trial:
                observer.deviate()
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
        run = _Run(self._job, self._channel, context, self._observer(context.connection), self._arguments)
        run.prepare()
        self.run = run
        for step in plan:
            self.ran += 1
            run.try_with_rows(step)
            step.migration_fn = run.observed(step)
            yield step
            run.settle(step)
            if step.revision.revision in self._job["confirm"] and not run.confirm(step):
                return
        run.finish()

    def _observer(self, connection: Any) -> Observer:
        if id(connection) not in self._observers:
            self._observers[id(connection)] = Observer(connection, extensions=self._job["extensions"])
        return self._observers[id(connection)]


class _Run:
    """One `run_migrations`: of a history, or of one tenant's."""

    def __init__(self, job: Json, channel: Channel, context: Any, observer: Observer, arguments: Json) -> None:
        """See to a run.

        Args:
            arguments: what `env.py` gives to each upgrade and downgrade.
        """
        self._arguments = arguments
        self._job = job
        self._channel = channel
        self._context = context
        self._observer = observer
        self._connection = context.connection
        schema = context.version_table_schema or "public"
        left_out = [f"{schema}.{context.version_table}", context.version_table]
        self._catalogue = Catalogue(left_out)
        self._rows = RowsTrial(observer, job["rows"], left_out, context.impl.memo.clear) if job["rows"] else None
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
        if self._job["bare"]:
            cursor.execute(CREATE_ROWS)
        if self._rows is not None:
            cursor.execute(CREATE_TRY)
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
            if self._job["bare"]:
                self._unobserved(step, upgrade, kwargs)
                return
            self._before, self._observer.autocommit = self._objects, False
            self._observer.begin()
            watch(self._context.impl.memo)
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
            self._answer["remembered"] = used(self._context.impl.memo)
            self._uncommitted = step

        return observed

    def _unobserved(self, step: Any, upgrade: Any, arguments: Json) -> None:
        if step.revision.revision in self._job["confirm"]:
            self._before = self._read({}, ALL)
        try:
            upgrade(**arguments)
        except Exception as error:
            self._fail(step, error)
            raise

    def not_committed(self, error: BaseException) -> None:
        """Tell that the end of a step's transaction failed, if that is where an error comes from."""
        if self._uncommitted is not None:
            self._fail(self._uncommitted, error)

    def _fail(self, step: Any, error: BaseException) -> None:
        self._channel.tell("failed", **_described(step.revision), error=error_of(error))

    def settle(self, step: Any) -> None:
        """The step is committed; try its downgrade."""
        if self._external:
            self._raw.commit()
        self._uncommitted = None
        if self._job["trials"]:
            self._answer["downgrade"] = self._trial(step)
        if self._answer:
            self._channel.tell("step", **self._answer)

    def try_with_rows(self, step: Any) -> None:
        """Run the step, and its downgrade, with rows in every table; nothing of that stays."""
        revision = step.revision
        if self._rows is not None and revision.revision in self._job["rows_of"]:
            self._channel.tell("seeding", revision=revision.revision)
            found = self._rows.of(revision.module, self._arguments, self._rolled_back)
            self._channel.tell("rows", revision=revision.revision, **found)

    @contextlib.contextmanager
    def _rolled_back(self) -> Any:
        """A transaction of which nothing stays, whatever the project's code commits."""
        dialect, observer = self._connection.dialect, self._observer
        commit = dialect.do_commit
        dialect.do_commit = lambda connection: observer.deviate()
        observer.trial = True
        # In it alembic remembers which enums it has made; each command that is tried would begin with none.
        memo = self._context.impl.memo
        known = dict(memo)
        memo.clear()
        observer.sequences = None
        transaction = None if self._connection.in_transaction() else self._connection.begin()
        try:
            yield
        finally:
            observer.trial = False
            dialect.do_commit = commit
            memo.clear()
            memo.update(known)
            self._raw.rollback()
            observer.set_sequences_back()
            self._raw.rollback()
            if transaction is not None:
                transaction.rollback()

    def _trial(self, step: Any) -> Json:
        with self._rolled_back():
            return self._tried(step.revision)

    def _tried(self, revision: Any) -> Json:
        observer = self._observer
        observer.begin()
        mark = observer.transaction
        started = time.perf_counter()
        answer: Json = {}
        try:
            revision.module.downgrade(**self._arguments)
            answer["seconds"] = round(time.perf_counter() - started, 4)
            answer.update(observer.end())
        except Exception as error:
            answer.setdefault("seconds", round(time.perf_counter() - started, 4))
            return {**answer, "error": error_of(error), "count": observer.count, "exact": not observer.deviated}
        answer["leaked"] = observer.transaction != mark
        after = self._read(self._objects, observer.depth)
        answer["differences"] = differences(self._before, after)
        if answer["differences"]:
            answer["again"] = self._again(revision)
        return answer

    def _again(self, revision: Any) -> Json:
        """Upgrade a second time, from where the downgrade led."""
        self._context.impl.memo.clear()
        try:
            revision.module.upgrade(**self._arguments)
        except Exception as error:
            # What it asked over another connection was answered as if the downgrade had not been run.
            return {"error": error_of(error)} if not self._observer.has_asked_elsewhere else {}
        return {}

    def confirm(self, step: Any) -> bool:
        """Run the step's downgrade as alembic would, and commit it; then the upgrade once more.

        Returns:
            Whether all is as it was before, so that other steps can follow.
        """
        observer, revision = self._observer, step.revision
        before = self._state()
        observer.begin()
        answer: Json = {}
        started = time.perf_counter()
        try:
            answer.update(self._committed(revision.module.downgrade))
        except Exception as error:
            answer["error"] = error_of(error)
            self._raw.rollback()
        answer["seconds"] = round(time.perf_counter() - started, 4)
        answer.setdefault("count", observer.count)
        if "error" not in answer:
            answer["differences"] = differences(self._before, self._read({}, ALL))
            self._raw.rollback()
            self._context.impl.memo.clear()
            try:
                self._committed(revision.module.upgrade)
            except Exception as error:
                answer["again"] = {"error": error_of(error)}
                self._raw.rollback()
        self._channel.tell("confirmed", revision=revision.revision, downgrade=answer)
        return bool(self._state() == before)

    def _state(self) -> Any:
        """The catalogue without its numbers, and the rows."""
        objects = sorted(row for rows in self._read({}, ALL).values() for row in rows)
        rows = look(self._observer.fetch)
        self._raw.rollback()
        return objects, rows

    def _committed(self, function: Any) -> Json:
        with self._context.begin_transaction(_per_migration=True):
            function(**self._arguments)
            done = self._observer.end()
        if self._external:
            self._raw.commit()
        return done

    def finish(self) -> None:
        """See that what was read piece by piece is what is there."""
        self._raw.rollback()
        whole = self._read({}, ALL)
        self._raw.rollback()
        wrong = differences(self._objects, whole) if not self._job["bare"] else []
        text = repr(sorted(row for rows in whole.values() for row in rows))
        self._channel.tell("finished", wrong=wrong, digest=hashlib.sha256(text.encode()).hexdigest())


def _described(revision: Any) -> Json:
    return {"revision": revision.revision, "title": revision.doc or "", "path": revision.path}
