"""Run in an interpreter of its own: probes one folder after the other, each in a fork of a process that has SQLModel
loaded already, so that no two of them share a registry and none has to wait for it.

Standard input: a line of JSON for each job. Standard output: a line when it is done.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy.dialects.postgresql
import sqlalchemy.ext.mutable
import sqlmodel
from sqlalchemy.schema import CreateSchema

import schema_lint.readers.metadata

assert sqlalchemy.dialects.postgresql and sqlalchemy.ext.mutable and sqlmodel


def load_probe() -> Any:
    """The probe, as a script is loaded."""
    path = Path(schema_lint.readers.metadata.__file__).with_name("probe.py")
    spec = importlib.util.spec_from_file_location("probe", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def create_tables(address: str) -> None:
    """Create the tables of every `MetaData` that was made, in an empty database."""
    # SQLAlchemy's dialects have one of their own.
    own = sqlalchemy.dialects.postgresql.pg_catalog.pg_catalog_meta
    found = [thing for thing in gc.get_objects() if isinstance(thing, sqlalchemy.MetaData) and thing is not own]
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address))
    schemas = {table.schema for metadata in found for table in metadata.tables.values() if table.schema}
    with engine.begin() as connection:
        for name in schemas:
            connection.execute(CreateSchema(name))
    for metadata in found:
        metadata.create_all(engine)
    engine.dispose()


def main() -> None:
    """Answer until there are no more jobs."""
    probe = load_probe()
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                os.chdir(job["root"])
                with open(os.devnull, "w") as nowhere:
                    os.dup2(nowhere.fileno(), 1)
                try:
                    document = probe.answer(job, sys.stderr)
                    if "database" in job:
                        create_tables(job["database"])
                except probe.Stop as stop:
                    document = {"failure": stop.answer}
                probe.write(job["result"], document)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
