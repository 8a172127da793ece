"""Static reading, the metadata reader, SQLAlchemy and PostgreSQL agree on any package.

A profile other than the one of continuous integration tries more: `HYPOTHESIS_PROFILE=thorough`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
import sqlmodel
from hypothesis import HealthCheck, assume, event, given, note, settings

from agreement.building import Builder
from agreement.comparing import differences
from agreement.description import Package
from agreement.packages import packages
from agreement.stored import stored_differences
from agreement.writing import files
from schema_lint import scratch
from schema_lint.comparing import compare_projects
from schema_lint.comparing.drift import Database, compare_with_database
from schema_lint.evaluating.disk import DiskTree
from schema_lint.facts.export import export
from schema_lint.readers.catalog import read as read_catalog
from schema_lint.readers.catalog.addresses import Address, parse_address
from schema_lint.readers.catalog.connecting import reading
from schema_lint.readers.metadata.assembling import project
from schema_lint.readers.source import read
from schema_lint.readers.source.options import ReadOptions

_COMMON = settings(
    deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
PROFILES = {
    "default": settings(_COMMON, max_examples=80, derandomize=True),
    "thorough": settings(_COMMON, max_examples=5_000, derandomize=False),
}
VERSIONS = {
    f"{package.__name__}_version": tuple(int(part) for part in package.__version__.split(".")[:3])
    for package in (sqlalchemy, sqlmodel)
}
UNDECIDABLE = {"a trigger or the database makes it"}
"""What no reader can know: all else of these packages is read."""
FEWEST_BUILT = 0.9
"""Of the packages that are drawn SQLAlchemy accepts at least so many; PostgreSQL of these."""


class Tally:
    """How many packages got how far."""

    def __init__(self, builder: Builder, database: Address) -> None:
        self.builder = builder
        self.database = database
        self.drawn = self.built = self.created = 0


@pytest.fixture(scope="module")
def tally(postgres: scratch.Server) -> Iterator[Tally]:
    """The interpreter that builds packages, with a database of its own."""
    with postgres.database() as address:
        builder = Builder(address.replace("postgresql://", "postgresql+psycopg://"))
        try:
            yield Tally(builder, parse_address(address, source="the test"))
        finally:
            builder.stop()


@PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")]
@given(package=packages())
def test_source_metadata_and_catalog_agree(tally: Tally, package: Package) -> None:
    texts = files(package)
    note("\n".join(f"# file: {path}\n{text}" for path, text in texts.items() if text))
    with tempfile.TemporaryDirectory() as directory:
        for path, text in texts.items():
            target = Path(directory, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        tree = DiskTree(str(Path(directory).resolve()))
        source = read(tree, ["."], options=ReadOptions(**VERSIONS))
        answer = tally.builder.build(
            tree.root, package.name, shares_metadata=any(unit.shares_metadata for unit in package.units)
        )
        imported = project(answer["probed"], tree) if "probed" in answer else None
    tally.drawn += 1
    if "error" in answer:
        event(f"refused by SQLAlchemy: {answer['error'].strip().splitlines()[-1][:80]}")
    assume("error" not in answer)
    tally.built += 1
    assert differences(export(source), answer["built"]) == []
    assert imported is not None
    assert differences(export(imported), answer["built"]) == []
    comparison = compare_projects(source, imported, names=("source", "metadata"))
    assert comparison.differences == ()
    assert {item.unknown.why for item in comparison.uncompared} <= UNDECIDABLE
    if "refused" not in answer:
        tally.created += 1
        with reading(tally.database) as connection:
            stored = read_catalog(connection)
        assert stored_differences(answer["built"], stored) == []


@settings(PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")], max_examples=30)
@given(package=packages())
def test_what_was_created_has_no_drift(tally: Tally, package: Package) -> None:
    texts = files(package)
    note("\n".join(f"# file: {path}\n{text}" for path, text in texts.items() if text))
    with tempfile.TemporaryDirectory() as directory:
        for path, text in texts.items():
            target = Path(directory, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        tree = DiskTree(str(Path(directory).resolve()))
        source = read(tree, ["."], options=ReadOptions(**VERSIONS))
        answer = tally.builder.build(
            tree.root, package.name, shares_metadata=any(unit.shares_metadata for unit in package.units)
        )
        imported = project(answer["probed"], tree) if "probed" in answer else None
    assume("error" not in answer and "refused" not in answer)
    assert imported is not None
    with reading(tally.database) as connection:
        stored = read_catalog(connection)
    for models in (source, imported):
        assert compare_with_database(models.schemas, Database(stored, read=None)).differences == ()


def test_few_packages_are_refused(tally: Tally) -> None:
    if tally.drawn == 0:
        pytest.skip("no package was drawn")
    assert tally.built >= FEWEST_BUILT * tally.drawn
    assert tally.created >= FEWEST_BUILT * tally.built
