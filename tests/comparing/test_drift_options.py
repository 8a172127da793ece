"""What models state beside columns and plain keys: exclusion, collations, domains, how numbers are counted."""

from __future__ import annotations

import pytest

from created import execute
from drifting import comparison, create, drift, findings
from postgres import needs

pytestmark = pytest.mark.postgresql(15)
"""NULLS NOT DISTINCT."""

HEADER = """
from typing import Optional

from sqlalchemy import *
from sqlalchemy.dialects.postgresql import DOMAIN, INT4RANGE, ExcludeConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass
"""
MODELS = (
    HEADER
    + """

class Room(Base):
    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(Integer, Sequence("room_numbers", start=10, increment=2), primary_key=True)
    code: Mapped[str] = mapped_column(String(20, collation="C"))
    site: Mapped[str] = mapped_column(String(20))
    rank: Mapped[int] = mapped_column(DOMAIN("rank", Integer, check="VALUE BETWEEN 1 AND 5", not_null=True))
    small: Mapped[Optional[int]] = mapped_column(DOMAIN("small", SmallInteger))
    __table_args__ = (
        UniqueConstraint("code", "site", name="uq_code"),
        UniqueConstraint("site", name="uq_site", postgresql_nulls_not_distinct=True),
        UniqueConstraint("code", "rank", deferrable=True, initially="DEFERRED", name="uq_rank"),
    )


class Booking(Base):
    __tablename__ = "bookings"
    id: Mapped[int] = mapped_column(Identity(always=True, start=5, increment=3, cycle=True), primary_key=True)
    free: Mapped[int] = mapped_column(Identity())
    code: Mapped[Optional[str]] = mapped_column(String(20))
    site: Mapped[Optional[str]] = mapped_column(String(20))
    days = mapped_column(INT4RANGE)
    open: Mapped[bool]
    __table_args__ = (
        ForeignKeyConstraint(["code", "site"], ["rooms.code", "rooms.site"], match="FULL", name="fk_room"),
        ExcludeConstraint((days, "&&"), where=text("open"), name="ex_days"),
        ExcludeConstraint(("days", "-|-"), deferrable=True, initially="DEFERRED"),
    )
"""
)
EX_DAYS = "ALTER TABLE bookings DROP CONSTRAINT ex_days; ALTER TABLE bookings ADD CONSTRAINT ex_days EXCLUDE USING "
UQ_SITE = "ALTER TABLE rooms DROP CONSTRAINT uq_site; ALTER TABLE rooms ADD CONSTRAINT uq_site UNIQUE "
UQ_RANK = "ALTER TABLE rooms DROP CONSTRAINT uq_rank; ALTER TABLE rooms ADD CONSTRAINT uq_rank UNIQUE (code, rank) "
FK_ROOM = "ALTER TABLE bookings DROP CONSTRAINT fk_room; ALTER TABLE bookings ADD CONSTRAINT fk_room "
CHANGES = {
    "ALTER TABLE bookings DROP CONSTRAINT ex_days": (
        "DRF019 the database has no EXCLUDE USING gist (days WITH &&) WHERE open on bookings"
    ),
    "ALTER TABLE bookings DROP CONSTRAINT bookings_days_excl": (
        "DRF019 the database has no EXCLUDE USING gist (days WITH -|-) DEFERRABLE INITIALLY DEFERRED on bookings"
    ),
    "ALTER TABLE bookings ADD CONSTRAINT other EXCLUDE USING gist (days WITH =)": (
        "DRF019 bookings has an EXCLUDE other in the database, and in no model: USING gist (days WITH =)"
    ),
    f"{EX_DAYS} gist (days WITH &&)": (
        "DRF019 the EXCLUDE ex_days of bookings is USING gist (days WITH &&) WHERE open in the model, USING gist "
        "(days WITH &&) in the database"
    ),
    f"{EX_DAYS} gist (days WITH =) WHERE (open)": (
        "DRF019 the EXCLUDE ex_days of bookings is USING gist (days WITH &&) WHERE open in the model, USING gist "
        "(days WITH =) WHERE open in the database"
    ),
    f"{EX_DAYS} spgist (days WITH &&) WHERE (open)": (
        "DRF019 the EXCLUDE ex_days of bookings is USING gist (days WITH &&) WHERE open in the model, USING spgist "
        "(days WITH &&) WHERE open in the database"
    ),
    f"{EX_DAYS} gist (days WITH &&) WHERE (open) DEFERRABLE": (
        "DRF019 the EXCLUDE ex_days of bookings is USING gist (days WITH &&) WHERE open in the model, USING gist "
        "(days WITH &&) WHERE open DEFERRABLE in the database"
    ),
    "ALTER TABLE bookings RENAME CONSTRAINT ex_days TO other": (
        "DRF015 the EXCLUDE ex_days of bookings is named ex_days in the model, other in the database"
    ),
    'ALTER TABLE rooms ALTER code TYPE varchar(20) COLLATE "POSIX"': None,
    'ALTER TABLE rooms ALTER code TYPE varchar(20) COLLATE "und-x-icu"': (
        "DRF005 Room.code is collated by C in the model, by und-x-icu in the database"
    ),
    'ALTER TABLE rooms ALTER site TYPE varchar(20) COLLATE "und-x-icu"': None,
    "ALTER DOMAIN rank DROP CONSTRAINT rank_check": (
        "DRF020 the domain rank has the CHECK VALUE BETWEEN 1 AND 5 in the model, none in the database"
    ),
    "ALTER DOMAIN rank DROP CONSTRAINT rank_check; ALTER DOMAIN rank ADD CHECK (VALUE BETWEEN 1 AND 3)": (
        "DRF020 the domain rank has the CHECK VALUE BETWEEN 1 AND 5 in the model, ((VALUE >= 1) AND (VALUE <= 3)) in "
        "the database"
    ),
    "ALTER DOMAIN rank DROP CONSTRAINT rank_check; ALTER DOMAIN rank ADD CHECK (VALUE >= 1 AND VALUE <= 5)": None,
    "ALTER DOMAIN rank DROP NOT NULL": ("DRF020 the domain rank admits NULL: false in the model, true in the database"),
    "ALTER DOMAIN small ADD CONSTRAINT big CHECK (VALUE > 7)": (
        "DRF020 the domain small has the CHECK none in the model, (VALUE > 7) in the database"
    ),
    "ALTER TABLE rooms ALTER small TYPE smallint": "DRF005 Room.small is small in the model, SMALLINT in the database",
    "ALTER TABLE bookings ALTER id SET GENERATED BY DEFAULT": (
        "DRF008 Booking.id is numbered GENERATED ALWAYS in the model, GENERATED BY DEFAULT in the database"
    ),
    "ALTER TABLE bookings ALTER id SET START 1 SET INCREMENT 1 SET NO CYCLE": (
        "DRF008 Booking.id is numbered START WITH 5 INCREMENT BY 3 CYCLE in the model, START WITH 1 INCREMENT BY 1 "
        "NO CYCLE in the database"
    ),
    "ALTER TABLE bookings ALTER free SET GENERATED ALWAYS": (
        "DRF008 Booking.free is numbered GENERATED BY DEFAULT in the model, GENERATED ALWAYS in the database"
    ),
    "ALTER TABLE bookings ALTER free SET INCREMENT 7": None,
    "DROP SEQUENCE room_numbers": ("DRF008 Room.id is drawn from the sequence room_numbers, which the database lacks"),
    "ALTER SEQUENCE room_numbers INCREMENT 1": (
        "DRF008 Room.id is numbered INCREMENT BY 2 in the model, INCREMENT BY 1 in the database"
    ),
    "ALTER TABLE rooms ALTER id SET DEFAULT nextval('room_numbers')": None,
    f"{UQ_SITE} (site)": (
        "DRF012 what is unique over rooms (site) is nulls not distinct: true in the model, false in the database"
    ),
    f"{UQ_RANK} DEFERRABLE": (
        "DRF012 what is unique over rooms (code, rank) is initially: DEFERRED in the model, IMMEDIATE in the database"
    ),
    f"{UQ_RANK}": (
        "DRF012 what is unique over rooms (code, rank) is deferrable: true in the model, false in the database"
    ),
    f"{FK_ROOM} FOREIGN KEY (code, site) REFERENCES rooms (code, site)": (
        "DRF011 the foreign key bookings.(code, site) → rooms.(code, site) matches FULL in the model, SIMPLE in the "
        "database"
    ),
    f"{FK_ROOM} FOREIGN KEY (code, site) REFERENCES rooms (code, site) MATCH FULL DEFERRABLE INITIALLY DEFERRED": (
        "DRF011 the foreign key bookings.(code, site) → rooms.(code, site) is deferrable: false in the model, true in "
        "the database"
    ),
}
"""One change of the database, and the one finding that it makes; `None` for what is no drift."""


def test_an_exclude_that_repeats_another_is_left_out(database: str) -> None:
    again = 'ExcludeConstraint(("id", "="), using="btree")'
    models = f"""{HEADER}
class Room(Base):
    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True)
    __table_args__ = ({again}, {again})
"""
    create(database, models)
    assert drift(database, models) == []


def test_what_was_made_of_the_models_agrees(database: str) -> None:
    create(database, MODELS)
    _, compared = comparison(database, MODELS)
    assert compared.differences == ()
    assert compared.uncompared == ()


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_one_finding_that_its_sql_ends(database: str, change: str) -> None:
    needs(database, collation="und-x-icu" if "und-x-icu" in change else None)
    expected = CHANGES[change]
    found = [f"{code} {message}" for code, message in drift(database, MODELS, change)]
    assert found == ([expected] if expected is not None else [])
    for finding in findings(database, MODELS):
        assert finding.sql is not None
        execute(database, finding.sql)
    assert findings(database, MODELS) == []


EXTENDED = (
    HEADER
    + """
from sqlalchemy.dialects.postgresql import CITEXT, HSTORE
from sqlalchemy.types import UserDefinedType


class Name(Base):
    __tablename__ = "names"
    id: Mapped[int] = mapped_column(primary_key=True)
    kept: Mapped[str] = mapped_column(Text)
"""
)
MORE = """
    nick = mapped_column(CITEXT)
    other = mapped_column(CITEXT)
    made = mapped_column(Text, server_default=text("uuid_generate_v4()"))
    __table_args__ = (Index("ix_kept", "kept", postgresql_using="gin", postgresql_ops={"kept": "gin_trgm_ops"}),)
"""


def test_extensions_that_nothing_needs_are_not_missed(database: str) -> None:
    assert drift(database, EXTENDED) == []


def test_each_extension_that_is_missing_is_one_finding_that_its_sql_ends(database: str) -> None:
    needs(database, extension="uuid-ossp")
    create(database, EXTENDED)
    before = findings(database, EXTENDED + MORE)
    assert sorted(finding.code for finding in before) == ["DRF003", "DRF014", "DRF021", "DRF021", "DRF021"]
    found = {f.message: f.sql for f in before if f.code == "DRF021"}
    assert found == {
        "the missing column names.nick needs the extension citext, which the database does not have": (
            "CREATE EXTENSION citext;\nALTER TABLE names ADD COLUMN nick CITEXT;"
        ),
        "the missing column names.made needs the extension uuid-ossp, which the database does not have": (
            'CREATE EXTENSION "uuid-ossp";\nALTER TABLE names ADD COLUMN made TEXT DEFAULT uuid_generate_v4();'
        ),
        "the index ix_kept needs the extension pg_trgm, which the database does not have": "CREATE EXTENSION pg_trgm;",
    }
    for sql in found.values():
        execute(database, str(sql))
    assert [finding.code for finding in findings(database, EXTENDED + MORE)] == ["DRF003", "DRF014"]


def test_an_extension_that_the_server_does_not_offer(database: str) -> None:
    create(database, EXTENDED)
    models = EXTENDED + '    __table_args__ = (Index("ix_kept", "kept", postgresql_using="rum"),)\n'
    [finding] = findings(database, models, rules=["DRF021"])
    assert finding.message.endswith("which the database does not have, and its server does not offer")
    assert finding.sql is None


def test_what_a_platform_keeps_is_nobody_elses(database: str) -> None:
    models = EXTENDED + '    user_id = mapped_column(ForeignKey("auth.users.id"))\n' + (
        "\n\nclass User(Base):\n    __tablename__ = 'users'\n    __table_args__ = {'schema': 'auth'}\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n    nick: Mapped[str]\n"
    )  # fmt: skip
    change = "ALTER TABLE auth.users DROP nick; CREATE TABLE auth.sessions (id int)"
    assert [code for code, _ in drift(database, models, change)] == ["DRF003", "DRF002"]
    execute(database, "CREATE ROLE supabase_admin")
    assert findings(database, models) == []
