"""Modules of models that the relationship reader is compared on with SQLAlchemy itself."""

from __future__ import annotations

DECLARATIVE = """
from __future__ import annotations
from typing import List, Optional, Set
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table, and_, func, or_
from sqlalchemy.orm import (
    DeclarativeBase, DynamicMapped, Mapped, WriteOnlyMapped, backref, declared_attr, foreign, mapped_column,
    relationship, remote,
)

class Base(DeclarativeBase):
    pass
"""

SQLMODEL = """
from typing import List, Optional
from sqlmodel import Field, Relationship, SQLModel
"""

CASES = {
    "one to many and back": DECLARATIVE
    + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    tasks: Mapped[list["Task"]] = relationship(back_populates="owner", cascade="all, delete-orphan")

class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped["User"] = relationship(back_populates="tasks", lazy="joined")
""",
    "without annotations": DECLARATIVE
    + """
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    tasks = relationship("Task", viewonly=True, order_by="Task.id")
    profile = relationship("Profile", uselist=False, passive_deletes=True, cascade="all")

class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("users.id"))
    owner = relationship(User)
    lazily = relationship(lambda: User, viewonly=True, lazy=False)

class Profile(Base):
    __tablename__ = "profiles"
    id = Column(Integer, primary_key=True)
    user_id = Column(ForeignKey(User.id))
""",
    "backref": DECLARATIVE
    + """
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)

class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("users.id"))
    author_id = Column(ForeignKey("users.id"))
    owner = relationship("User", foreign_keys=[owner_id], backref="tasks")
    author = relationship(
        "User", foreign_keys=[author_id], backref=backref("written", cascade="all, delete-orphan", lazy="dynamic")
    )
    one = relationship("User", foreign_keys="Task.owner_id", backref=backref("only", uselist=False, viewonly=True),
                       viewonly=True)
""",
    "a tree": DECLARATIVE
    + """
class Node(Base):
    __tablename__ = "nodes"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("nodes.id"))
    children = relationship("Node", backref=backref("parent", remote_side=[id]))

class Leaf(Base):
    __tablename__ = "leaves"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey("leaves.id"))
    parent: Mapped[Optional["Leaf"]] = relationship(remote_side="Leaf.id", back_populates="children")
    children: Mapped[List["Leaf"]] = relationship(back_populates="parent")
    next_id: Mapped[Optional[int]]
    next: Mapped["Leaf"] = relationship(
        primaryjoin=lambda: remote(Leaf.id) == foreign(Leaf.next_id), viewonly=True
    )
""",
    "many to many": DECLARATIVE
    + """
links = Table("links", Base.metadata, Column("a_id", ForeignKey("a.id")), Column("b_id", ForeignKey("b.id")))

class Link(Base):
    __tablename__ = "link_rows"
    left_id = mapped_column(ForeignKey("a.id"), primary_key=True)
    right_id = mapped_column(ForeignKey("a.id"), primary_key=True)

class A(Base):
    __tablename__ = "a"
    id: Mapped[int] = mapped_column(primary_key=True)
    bs: Mapped[Set["B"]] = relationship(secondary=links, back_populates="owners")
    named = relationship("B", secondary="links", viewonly=True)
    called = relationship("B", secondary=lambda: links, viewonly=True)
    right = relationship(
        "A", secondary=Link.__table__, primaryjoin=id == Link.left_id, secondaryjoin=id == Link.right_id,
        backref="left",
    )
    also = relationship(
        "A", secondary="link_rows", primaryjoin="A.id == Link.left_id", secondaryjoin="A.id == Link.right_id",
        viewonly=True,
    )

class B(Base):
    __tablename__ = "b"
    id: Mapped[int] = mapped_column(primary_key=True)
    owners: Mapped[List[A]] = relationship(secondary=links, back_populates="bs")
    flat = relationship("A", secondary="links", backref=backref("flat_bs", viewonly=True), viewonly=True)
""",
    "several foreign keys": DECLARATIVE
    + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    owned = relationship("Task", foreign_keys="[Task.owner_id]", back_populates="owner")
    done = relationship("Task", primaryjoin="and_(User.id == Task.done_by, Task.title == User.name)", viewonly=True)
    odd = relationship("Task", primaryjoin="User.name == foreign(Task.title)", viewonly=True)
    lower = relationship(
        "Task", primaryjoin="func.lower(User.name) == func.lower(foreign(remote(Task.title)))", viewonly=True
    )

class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    done_by: Mapped[Optional[int]] = mapped_column(ForeignKey("users.id"))
    owner = relationship("User", foreign_keys=owner_id, back_populates="owned")
    doer: Mapped[Optional["User"]] = relationship(foreign_keys=lambda: [Task.done_by])
    by_join: Mapped["User"] = relationship(primaryjoin=done_by == User.id, viewonly=True)
""",
    "conditions": DECLARATIVE
    + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    open_tasks = relationship(
        "Task", primaryjoin=lambda: and_(Task.owner_id == User.id, ~Task.done, Task.visible), viewonly=True
    )
    either = relationship(
        "Task", primaryjoin=lambda: or_(Task.owner_id == User.id, Task.title == User.name), viewonly=True
    )
    python_and = relationship(
        "Task", primaryjoin=lambda: Task.owner_id == User.id and Task.title.is_not(None), viewonly=True
    )
    listed = relationship(
        "Task", primaryjoin=lambda: (Task.owner_id == User.id) & Task.title.in_(["a", "b"]), viewonly=True
    )
    marked = relationship(
        "Task", primaryjoin="User.name == remote(foreign(Task.title))", backref=backref("name_sake", uselist=False)
    )

class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    done: Mapped[bool]
    visible: Mapped[bool]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
""",
    "composite foreign key": DECLARATIVE
    + """
class Parent(Base):
    __tablename__ = "parents"
    a = Column(Integer, primary_key=True)
    b = Column(Integer, primary_key=True)
    children = relationship("Child", back_populates="parent")

class Child(Base):
    __tablename__ = "children"
    id = Column(Integer, primary_key=True)
    parent_a = Column(Integer)
    parent_b = Column(Integer)
    parent = relationship("Parent", back_populates="children")
    __table_args__ = (ForeignKeyConstraint(["parent_a", "parent_b"], ["parents.a", "parents.b"]),)
""",
    "inheritance": DECLARATIVE
    + """
class Animal(Base):
    __tablename__ = "animals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("owners.id"))
    owner: Mapped["Owner"] = relationship(back_populates="animals")
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}

class Dog(Animal):
    __tablename__ = "dogs"
    id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    vet_id: Mapped[int] = mapped_column(ForeignKey("owners.id"))
    vet: Mapped["Owner"] = relationship(foreign_keys=[vet_id])
    friend_id: Mapped[Optional[int]] = mapped_column(ForeignKey("dogs.id"))
    friend: Mapped[Optional["Dog"]] = relationship(foreign_keys=[friend_id], remote_side=[id])
    __mapper_args__ = {"polymorphic_identity": "dog", "inherit_condition": id == Animal.id}

class Cat(Animal):
    toy_id: Mapped[Optional[int]] = mapped_column(ForeignKey("toys.id"))
    toy: Mapped[Optional["Toy"]] = relationship()
    __mapper_args__ = {"polymorphic_identity": "cat"}

class Toy(Base):
    __tablename__ = "toys"
    id: Mapped[int] = mapped_column(primary_key=True)
    cats: Mapped[List[Cat]] = relationship(viewonly=True)

class Owner(Base):
    __tablename__ = "owners"
    id: Mapped[int] = mapped_column(primary_key=True)
    animals: Mapped[List["Animal"]] = relationship(back_populates="owner")
    dogs: Mapped[List["Dog"]] = relationship(
        primaryjoin="foreign(Dog.owner_id) == Owner.id", viewonly=True
    )
""",
    "mixins": DECLARATIVE
    + """
class Owned:
    @declared_attr
    def owner_id(cls):
        return Column(ForeignKey("owners.id"))

    @declared_attr
    def owner(cls) -> Mapped["Owner"]:
        return relationship("Owner", backref=f"{cls.__tablename__}_owned", foreign_keys=[cls.owner_id])

class House(Owned, Base):
    __tablename__ = "houses"
    id = Column(Integer, primary_key=True)

class Car(Owned, Base):
    __tablename__ = "cars"
    id = Column(Integer, primary_key=True)

class Owner(Base):
    __tablename__ = "owners"
    id = Column(Integer, primary_key=True)
""",
    "collections that load themselves": DECLARATIVE
    + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    written: WriteOnlyMapped["Task"] = relationship(back_populates="owner")
    dynamic: DynamicMapped["Task"] = relationship(viewonly=True)

class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped["User | None"] = relationship(back_populates="written")
    wrong: Mapped[List["User"]] = relationship(viewonly=True)
""",
    "added after the class": DECLARATIVE
    + """
common = {"cascade": "all, delete-orphan", "single_parent": True}
CASCADE = "save-update,   merge, expunge"

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)

class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("users.id"))
    owner = relationship("User", **common)
    again = relationship("User", cascade=CASCADE, overlaps="owner")

User.tasks = relationship(Task, primaryjoin=User.id == Task.owner_id, cascade="none", viewonly=True)
""",
    "added to the mapper": DECLARATIVE
    + """
from sqlalchemy import inspect

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    __mapper_args__ = {"properties": {"given": relationship("Task", viewonly=True)}}

class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("users.id"))

User.__mapper__.add_property("tasks", relationship(Task, back_populates="owner"))
inspect(Task).add_property("owner", relationship("User", back_populates="tasks"))
""",
    "no annotations wanted": DECLARATIVE.replace("    pass", "    __allow_unmapped__ = True")
    + """
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    tasks: List["Task"] = relationship("Task")
    first: "Task" = relationship("Task", viewonly=True)

class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("users.id"))
""",
    "sqlmodel": SQLMODEL
    + """
class TeamHero(SQLModel, table=True):
    team_id: int = Field(foreign_key="team.id", primary_key=True)
    hero_id: int = Field(foreign_key="hero.id", primary_key=True)

class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="teams", link_model=TeamHero)
    badges: List["Badge"] = Relationship(back_populates="team", cascade_delete=True, passive_deletes="all")

class Badge(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Optional["Team"] = Relationship(back_populates="badges")
    same: Team | None = Relationship(sa_relationship_kwargs={"viewonly": True, "lazy": "joined"})

class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    boss_id: int | None = Field(default=None, foreign_key="hero.id")
    teams: list[Team] = Relationship(back_populates="heroes", link_model=TeamHero)
    boss: Optional["Hero"] = Relationship(
        back_populates="staff", sa_relationship_kwargs={"remote_side": "Hero.id"}
    )
    staff: list["Hero"] = Relationship(
        back_populates="boss", sa_relationship_kwargs=dict(cascade="all, delete-orphan", order_by="Hero.id")
    )
""".replace(', passive_deletes="all"', ", passive_deletes=True"),
    "sqlmodel with SQLAlchemy's own relationship": SQLMODEL
    + """
from sqlalchemy.orm import relationship

class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    tasks: list["Task"] = Relationship(sa_relationship=relationship("Task", back_populates="user", lazy="selectin"))

class Task(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    user: User = Relationship(sa_relationship_kwargs={"back_populates": "tasks", "foreign_keys": "[Task.user_id]"})
""",
    "imperative": """
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import registry, relationship

mapper_registry = registry()
users = Table("users", mapper_registry.metadata, Column("id", Integer, primary_key=True))
metadata = mapper_registry.metadata
tasks = Table("tasks", metadata, Column("id", Integer, primary_key=True), Column("owner_id", ForeignKey("users.id")))

class User:
    pass

class Task:
    pass

mapper_registry.map_imperatively(
    User, users, properties={"tasks": relationship("Task", backref="owner", primaryjoin=users.c.id == tasks.c.owner_id)}
)
mapper_registry.map_imperatively(Task, tasks)
""",
}
