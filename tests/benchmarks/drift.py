"""`drift` with models read statically against Alembic's `compare_metadata`, both as whole processes (budget: ≥ 10 ×).

In an environment that has schema-lint and alembic installed: `cd tests && python -m benchmarks.drift [TABLES]…`.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import ENVIRONMENT, pair
from schema_lint import scratch

SIZES = (100, 1000)
IN_MODULE = 20
ROUNDS = 3

BASE = '''"""What all models have in common."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Of every model."""
'''
HEAD = '''"""Some of the models."""

import datetime
import decimal
from typing import Any, Optional

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Numeric, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base
'''
MODEL = '''

class Thing{n}(Base):
    """One of many."""

    __tablename__ = "thing_{n}"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    note: Mapped[Optional[str]] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{{}}'"))
    price: Mapped[decimal.Decimal] = mapped_column(Numeric(10, 2))
    done: Mapped[bool] = mapped_column(server_default=text("false"))
    made: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    code: Mapped[str] = mapped_column(String(20), unique=True)
    parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey("thing_{parent}.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[Optional[int]] = mapped_column(ForeignKey("thing_{other}.id"))
    __table_args__ = (
        CheckConstraint("price >= 0", name="ck_thing_{n}_price"),
        Index("ix_thing_{n}_open", "parent_id", "made", postgresql_where=text("done = false")),
    )
'''
ALEMBIC = """
import sys
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
sys.path.insert(0, ".")
from app.models import Base
engine = sqlalchemy.create_engine(sys.argv[1])
with engine.connect() as connection:
    print(len(compare_metadata(MigrationContext.configure(connection), Base.metadata)))
"""
CREATE = """
import sys
import sqlalchemy
sys.path.insert(0, ".")
from app.models import Base
Base.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))
"""


def write_models(root: Path, tables: int) -> None:
    """An application of so many tables: ten columns, three indexes, two foreign keys and a CHECK each."""
    app = root / "app"
    app.mkdir()
    (app / "__init__.py").write_text("", encoding="utf-8")
    (app / "base.py").write_text(BASE, encoding="utf-8")
    names = []
    for start in range(0, tables, IN_MODULE):
        models = (
            MODEL.format(n=n, parent=max(0, n - 1), other=n // 2) for n in range(start, min(start + IN_MODULE, tables))
        )
        names.append(f"models_{start}")
        (app / f"models_{start}.py").write_text(HEAD + "".join(models), encoding="utf-8")
    imports = "".join(f"from app import {name}\n" for name in names)
    (app / "models.py").write_text(f"{imports}from app.base import Base\n", encoding="utf-8")


def main() -> None:
    """Print a line for each size, and the exponent between them."""
    medians: list[tuple[int, float]] = []
    with scratch.start() as server:
        for tables in [int(argument) for argument in sys.argv[1:]] or SIZES:
            with tempfile.TemporaryDirectory() as directory, server.database() as address:
                write_models(Path(directory), tables)
                url = address.replace("postgresql://", "postgresql+psycopg://")
                subprocess.run(
                    [sys.executable, "-W", "ignore", "-c", CREATE, url], cwd=directory, env=ENVIRONMENT, check=True
                )
                ours = [sys.executable, "-m", "schema_lint", "drift", ".", address]
                # Status 0: there is no drift.
                subprocess.run(ours, cwd=directory, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
                theirs = [sys.executable, "-W", "ignore", "-c", ALEMBIC, url]
                cold = pair(ours, theirs, directory, rounds=ROUNDS, cold=True)
                warm = pair(ours, theirs, directory, rounds=ROUNDS, cold=False)
            medians.append((tables, cold.ours))
            print(  # noqa: T201
                f"{tables:6} tables: compare_metadata {cold.theirs:.2f} s; drift {cold.ours:.2f} s, "
                f"{1 / cold.ratio:.1f} × faster (budget 10), peak {cold.peak:.0f} MiB; with the models' facts kept "
                f"{warm.ours:.2f} s, {1 / warm.ratio:.1f} × faster"
            )
    for (smaller, before), (larger, after) in zip(medians, medians[1:], strict=False):  # noqa: RUF007 - Python 3.10
        exponent = math.log(after / before) / math.log(larger / smaller)
        print(f"{smaller} → {larger} tables: exponent {exponent:.2f} (budget 1.1)")  # noqa: T201


if __name__ == "__main__":
    main()
