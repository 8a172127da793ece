"""What TBL014 must leave alone, and what it says."""

from __future__ import annotations

import pytest

from support import told

MODEL = (
    "from sqlmodel import Field, SQLModel\n\n\nclass {name}(SQLModel, table=True):\n    __tablename__ = '{table}'\n"
    "    id: int | None = Field(default=None, primary_key=True)\n"
)
CONFIGURE = (
    "from alembic import context\nfrom sqlmodel import SQLModel\n{imports}\n"
    "context.configure(url='postgresql://', target_metadata=SQLModel.metadata{more})\n"
)
REVISION = '"""Create {table}"""\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = "1a"\n'
CREATED = "down_revision = None\n\n\ndef upgrade():\n    op.create_table('{table}', sa.Column('id', sa.Integer()))\n"


def project(imports: str, *, more: str = "", created: str = "tasks") -> dict[str, str]:
    """An application with two modules of models, and an environment that imports what is given."""
    return {
        "app/__init__.py": "",
        "app/models/__init__.py": "",
        "app/models/task.py": MODEL.format(name="Task", table="tasks"),
        "app/models/user.py": MODEL.format(name="User", table="users"),
        "m/env.py": CONFIGURE.format(imports=imports, more=more),
        "m/versions/1a.py": (REVISION + CREATED).format(table=created),
    }


TASK = "from app.models.task import Task\n"


@pytest.mark.parametrize(
    "imports",
    [
        "from app.models import task, user",
        "from app.models import (\n    task,  # of (all) things\n    user,\n)",
        "from app.models import task, \\\n    user",
        "import app.models.task, app.models.user as user",
        "import sys; import app.models.task; import app.models.user",
        "from app.models import *\n",
        "from app.models.task import *\nfrom app.models.user import *",
        TASK + "import importlib\nimportlib.import_module('app.models.' + 'user')",
        TASK + "import pkgutil\n",
        TASK + "from importlib.metadata import entry_points\n",
        TASK + "__import__('app.models.user')",
        TASK + "from flask import current_app",
        TASK + "load('app.models.user')",
        TASK + "import elsewhere.user",
        TASK + "from elsewhere import user",
        TASK + "def run():\n    from app.models import user\n",
        TASK + "try:\n    import app.models.user\nexcept ImportError:\n    pass",
    ],
)
def test_imported_or_not_known(imports: str) -> None:
    assert told(project(imports), "TBL014") == []


@pytest.mark.parametrize(
    ("imports", "path", "text"),
    [
        ("from app.models import task", "app/models/__init__.py", "from .user import User\n"),
        ("from app.models import task", "app/models/__init__.py", "from . import user\n"),
        ("from app.models import task", "app/__init__.py", "import app.models.user\n"),
        ("from app.models import task\nfrom app import db", "app/db.py", "from .models.user import User\n"),
        ("from app.models import task\nfrom app import db", "app/db.py", "import importlib\n"),
        ("from app.models import task\nfrom app.all import *", "app/all.py", "from app.models.user import User\n"),
        ("from app.models import task", "app/cli.py", "from alembic import command\ncommand.revision(1)\n"),
        ("from app.models import task", "m2/env.py", CONFIGURE.format(imports="import app.models.user", more="")),
    ],
)
def test_imported_by_others(imports: str, path: str, text: str) -> None:
    files = {path: text}
    if path == "m2/env.py":
        files["m2/versions/1a.py"] = (REVISION + CREATED).format(table="users")
    assert told({**project(imports), **files}, "TBL014") == []


def test_chosen_tables() -> None:
    assert told(project(TASK, more=", include_object=chosen"), "TBL014") == []
    assert told({**project(TASK), "m/env.py": "from alembic import context\n" + TASK}, "TBL014") == []


def test_not_this_environments() -> None:
    files = project(TASK)
    files["other/jobs.py"] = files.pop("app/models/user.py")
    assert told(files, "TBL014") == []
    files["tests/test_jobs.py"] = files.pop("other/jobs.py")
    assert told(files, "TBL014") == []


def test_the_same_table_imported_from_elsewhere() -> None:
    files = project("from app.models import task\nfrom app import now", created="users")
    files["app/now.py"] = files["app/models/user.py"]
    assert told(files, "TBL014") == []


def test_never_created() -> None:
    [(severity, message)] = told(project("from app.models import task"), "TBL014")
    assert severity == "error"
    assert message == (
        "m/env.py imports no module that imports app/models/user.py, which declares users: autogenerate never creates "
        "them"
    )


def test_dropped() -> None:
    [(_, message)] = told(project("from app.models import task", created="users"), "TBL014")
    assert message.endswith("which declares users: autogenerate drops what a revision created")
    both = [message for _, message in told(project("import app"), "TBL014")]
    assert [message.split(": ")[0].split(", ")[0] for message in both] == [
        "m/env.py imports no module that imports app/models/task.py"
    ]
