"""A large project's trees are let go while it is read: its facts are those of a reading that keeps them."""

from __future__ import annotations

import msgspec
import pytest

from metadata_cases import CASES
from schema_lint.readers.source import reading
from support import project_facts

AROUND = {
    "app/db.py": (
        "import os\nfrom sqlmodel import create_engine, Session\n\n\ndef get_engine():\n"
        "    url = os.getenv('DATABASE_URL')\n"
        "    if url is None:\n        raise ValueError\n    return create_engine(url)\n\n\n"
        "def other():\n    address = os.getenv('OTHER')\n    print(address)\n    return create_engine(address)\n\n\n"
        "engine = get_engine()\n"
    ),
    "app/routes.py": (
        "from fastapi import APIRouter, Depends\nfrom sqlmodel import Session\nfrom app.db import get_engine\n"
        "router = APIRouter()\n\n\n@router.get('/')\nasync def index(session: Session = Depends(get_engine)):\n"
        "    session.commit()\n    return 1\n"
    ),
    "app/seed.py": "from sqlmodel import SQLModel\n\n\ndef seed(engine):\n    SQLModel.metadata.create_all(engine)\n",
}  # fmt: skip


@pytest.mark.parametrize("many", [0, 1000])
@pytest.mark.parametrize("name", sorted(CASES))
def test_same_facts(name: str, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"app/__init__.py": "", "app/models.py": CASES[name], **AROUND}
    kept = project_facts(files)
    monkeypatch.setattr(reading, "_KEPT", 0)
    monkeypatch.setattr(reading, "_KEPT_AGAIN", 0)
    monkeypatch.setattr(reading, "_MANY", many)
    assert msgspec.json.encode(project_facts(files)) == msgspec.json.encode(kept)
