"""COL004 and KEY003: what a class's own constructor sets needs no default."""

from __future__ import annotations

import pytest

from sources import declarative
from support import told

CONSTRUCTED = {
    "COL004": "created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))",
    "KEY003": "id: Mapped[uuid.UUID] = mapped_column(primary_key=True)",
}


@pytest.mark.parametrize(("code", "column"), CONSTRUCTED.items(), ids=CONSTRUCTED)
def test_what_the_constructor_sets_is_silent(code: str, column: str) -> None:
    name = column.partition(":")[0]
    constructor = f"def __init__(self, given=None):\n    self.{name} = given or make()"
    assert told(declarative(f"{column}\n{constructor}", before="from elsewhere import make"), code) == []


@pytest.mark.parametrize(("code", "column"), CONSTRUCTED.items(), ids=CONSTRUCTED)
def test_what_nothing_sets_is_found(code: str, column: str) -> None:
    assert len(told(declarative(column), code)) == 1
