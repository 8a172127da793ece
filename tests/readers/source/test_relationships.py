"""Relationships read from source are those that SQLAlchemy's mappers end up with.

Each case is executed as a module and mapped by SQLAlchemy; the facts must say the same, key by key.
"""

from __future__ import annotations

import sys
import types
import warnings
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.orm import Mapper, configure_mappers
from sqlmodel import SQLModel

from relationship_cases import CASES, DECLARATIVE
from schema_lint.evaluating.disk import DiskTree
from schema_lint.facts.export import export
from schema_lint.facts.models import Relationship
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source import read
from schema_lint.readers.source.options import ReadOptions

VERSION = tuple(int(part) for part in sqlalchemy.__version__.split(".")[:3])


def _mapped(text: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, dict[str, Any]]]:
    """What SQLAlchemy's mappers say, by class and attribute."""
    module = types.ModuleType("models")
    monkeypatch.setitem(sys.modules, "models", module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, "models.py", "exec", dont_inherit=True), module.__dict__)
        classes = [value for value in vars(module).values() if isinstance(value, type)]
        mappers = [cls.__mapper__ for cls in classes if "__mapper__" in vars(cls)]
        try:
            configure_mappers()
            return {mapper.class_.__name__: _relationships(mapper) for mapper in mappers}
        finally:
            # Not clear_mappers(): other tests have models of their own.
            for registry in {mapper.registry for mapper in mappers}:
                registry.dispose(cascade=True)
            SQLModel.metadata.clear()


def _relationships(mapper: Mapper[Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for relationship in mapper.relationships:
        if relationship.parent is not mapper:
            continue
        backref = relationship.backref
        lazy = relationship.lazy
        found[relationship.key] = {
            "target": relationship.mapper.class_.__name__,
            "direction": relationship.direction.name,
            "back_populates": relationship.back_populates,
            "backref": backref[0] if isinstance(backref, tuple) else backref,
            "uselist": relationship.uselist,
            "lazy": {True: "select", False: "joined", None: "noload"}.get(lazy, lazy),  # type: ignore[call-overload]
            "viewonly": relationship.viewonly,
            "passive_deletes": relationship.passive_deletes,
            "single_parent": relationship.single_parent,
            "cascade": sorted(relationship.cascade),
            "secondary": getattr(relationship.secondary, "fullname", None),
            "local_columns": sorted(f"{c.table}.{c.name}" for c in relationship.local_columns),  # type: ignore[attr-defined]
            "remote_side": sorted(f"{c.table}.{c.name}" for c in relationship.remote_side),  # type: ignore[attr-defined]
        }
    return found


def _read(root: Path, text: str) -> dict[str, dict[str, dict[str, Any]]]:
    (root / "models.py").write_text(text, encoding="utf-8")
    project = read(DiskTree(str(root)), ["models.py"], options=ReadOptions(sqlalchemy_version=VERSION))
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for mapper in export(project)["mappers"]:
        relationships = {r["key"]: dict(r, target=r["target"].rpartition(".")[2]) for r in mapper["relationships"]}
        found[mapper["class"].rpartition(".")[2]] = relationships
    return found


@pytest.mark.parametrize("name", CASES)
def test_facts_agree_with_the_mappers(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _mapped(CASES[name], monkeypatch)
    said = _read(tmp_path, CASES[name])
    assert sorted(said) == sorted(expected)
    for cls, relationships in expected.items():
        assert sorted(said[cls]) == sorted(relationships)
        for key, values in relationships.items():
            assert {field: said[cls][key][field] for field in values} == values, f"{cls}.{key}"


def _facts(root: Path, text: str) -> dict[str, Relationship]:
    (root / "models.py").write_text(text, encoding="utf-8")
    project = read(DiskTree(str(root)), ["models.py"], options=ReadOptions(sqlalchemy_version=VERSION))
    return {r.name: r for schema in project.schemas for r in schema.relationships.known}


USER_AND_TASK = (
    DECLARATIVE
    + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    plain: Mapped[int]
"""
)


def test_what_is_no_relationship_is_not_read_as_one(tmp_path: Path) -> None:
    text = (
        USER_AND_TASK
        + """
    from sqlalchemy.ext.associationproxy import association_proxy
    from sqlalchemy.ext.hybrid import hybrid_property
    from sqlalchemy.orm import column_property, synonym

    names = association_proxy("owner", "name")
    double = column_property(plain * 2)
    other = synonym("plain")

    @hybrid_property
    def half(self):
        return self.plain / 2
"""
    )
    assert _facts(tmp_path, text) == {}


def test_several_foreign_keys_are_counted_and_none_is_chosen(tmp_path: Path) -> None:
    owner = _facts(tmp_path, USER_AND_TASK + '    owner: Mapped["User"] = relationship()\n')["owner"]
    assert owner.foreign_key_candidates == 2
    assert isinstance(owner.foreign_keys, Unknown)
    assert isinstance(owner.direction, Unknown)
    assert owner.uselist is False


def test_a_chosen_foreign_key_is_followed(tmp_path: Path) -> None:
    owner = _facts(tmp_path, USER_AND_TASK + '    owner: Mapped["User"] = relationship(foreign_keys=[author_id])\n')[
        "owner"
    ]
    assert owner.foreign_key_candidates == 2
    assert owner.foreign_keys == (("tasks", ("author_id",)),)
    assert [a.text for a in owner.stated if a.name == "foreign_keys"] == ["[author_id]"]


def test_no_join_path(tmp_path: Path) -> None:
    text = (
        USER_AND_TASK
        + """
class Other(Base):
    __tablename__ = "others"
    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped["Task"] = relationship()
"""
    )
    task = _facts(tmp_path, text)["task"]
    assert task.foreign_keys == ()
    assert task.foreign_key_candidates == 0


def test_a_table_that_is_not_known_in_full_may_have_the_foreign_key(tmp_path: Path) -> None:
    text = (
        USER_AND_TASK
        + """
from somewhere import columns

class Other(Base):
    __table__ = Table("others", Base.metadata, Column("id", Integer, primary_key=True), *columns())
    task: Mapped["Task"] = relationship()
"""
    )
    task = _facts(tmp_path, text)["task"]
    assert isinstance(task.foreign_keys, Unknown)
    assert isinstance(task.direction, Unknown)


def test_a_target_that_does_not_exist(tmp_path: Path) -> None:
    facts = _facts(
        tmp_path,
        USER_AND_TASK
        + """
    nobody = relationship("Nobody")
    somebody: Mapped["Somebody"] = relationship()
""",
    )
    assert (facts["nobody"].target, facts["nobody"].target_found) == ("Nobody", False)
    assert (facts["somebody"].target, facts["somebody"].target_found) == ("Somebody", False)


def test_a_target_from_a_library_is_not_missing(tmp_path: Path) -> None:
    facts = _facts(
        tmp_path,
        "from library.models import Account\n"
        + USER_AND_TASK
        + """
    account = relationship("Account")
""",
    )
    assert isinstance(facts["account"].target_found, Unknown)


def test_one_name_for_two_classes(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(
        "from models import Base\nfrom sqlalchemy import Column, Integer\n"
        'class User(Base):\n    __tablename__ = "other_users"\n    id = Column(Integer, primary_key=True)\n',
        encoding="utf-8",
    )
    (tmp_path / "models.py").write_text(
        USER_AND_TASK + '    a = relationship("User", foreign_keys=[owner_id])\n'
        '    b = relationship("models.User", foreign_keys=[owner_id])\n',
        encoding="utf-8",
    )
    project = read(DiskTree(str(tmp_path)), ["."], options=ReadOptions(sqlalchemy_version=VERSION))
    facts = {r.name: r for schema in project.schemas for r in schema.relationships.known}
    assert isinstance(facts["a"].target, Unknown)
    assert facts["a"].target_candidates == 2
    assert facts["b"].target == "models.User"


def test_both_sides_of_a_backref_name_each_other(tmp_path: Path) -> None:
    facts = _facts(
        tmp_path, USER_AND_TASK + '    owner = relationship("User", backref="tasks", foreign_keys=owner_id)\n'
    )
    assert (facts["owner"].back_populates, facts["owner"].backref) == ("tasks", "tasks")
    assert facts["tasks"].generated_by_backref
    assert facts["tasks"].model == "models.User"
    assert facts["tasks"].place == facts["owner"].place


def test_what_was_written_is_kept(tmp_path: Path) -> None:
    owner = _facts(
        tmp_path,
        USER_AND_TASK
        + """
    # whoever pays
    owner: Mapped["User | None"] = relationship("User", foreign_keys=[owner_id], passive_deletes=True)
""",
    )["owner"]
    assert owner.annotation == 'Mapped["User | None"]'
    assert (owner.annotation_collection, owner.annotation_optional, owner.annotation_quoted) == (False, True, True)
    assert [a.name for a in owner.stated] == ["argument", "foreign_keys", "passive_deletes"]
    assert owner.explanation is not None
    assert "whoever pays" in owner.explanation
    assert owner.owner == "models.Task"
    assert (owner.local_columns, owner.remote_columns) == (("tasks.owner_id",), ("users.id",))


@pytest.mark.parametrize(
    "line",
    [
        'owner = rel("User")',
        'owner: Mapped["User"] = rel()',
        'owner = relationship("User", foreign_keys=[owner_id]) if rel else None',
    ],
)
def test_a_class_with_what_may_be_a_relationship_is_not_known_in_full(tmp_path: Path, line: str) -> None:
    (tmp_path / "models.py").write_text(f"from lib import rel\n{USER_AND_TASK}    {line}\n", encoding="utf-8")
    project = read(DiskTree(str(tmp_path)), ["models.py"], options=ReadOptions(sqlalchemy_version=VERSION))
    rests = {model.name: model.rest for schema in project.schemas for model in schema.models.known}
    assert isinstance(rests["Task"], Unknown)
    assert rests["User"] is None


def test_a_library_that_brings_the_base_may_bring_classes(tmp_path: Path) -> None:
    text = """
from flask_appbuilder import Model
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import relationship

class Note(Model):
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("ab_user.id"))
    user = relationship("User")
"""
    assert isinstance(_facts(tmp_path, text)["user"].target_found, Unknown)


def test_annotations_that_are_not_understood_decide_nothing(tmp_path: Path) -> None:
    for annotation in ("Mapped[()]", "Mapped[list[()]]", 'Mapped["User" | "Task"]', "Mapped[5]", 'Mapped["(("]'):
        text = USER_AND_TASK + f"    owner: {annotation} = relationship(foreign_keys=[owner_id])\n"
        owner = _facts(tmp_path, text)["owner"]
        assert isinstance(owner.target, Unknown), annotation
        assert isinstance(owner.uselist, Unknown), annotation


def test_keyword_arguments_that_cannot_be_followed_decide_nothing(tmp_path: Path) -> None:
    owner = _facts(
        tmp_path,
        "from settings import options\n"
        + USER_AND_TASK
        + """
    owner = relationship("User", **options())
""",
    )["owner"]
    for value in (owner.cascade, owner.viewonly, owner.back_populates, owner.secondary, owner.direction, owner.uselist):
        assert isinstance(value, Unknown)
