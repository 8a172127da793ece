from __future__ import annotations

import pytest

from evaluated import Sources, one, show
from schema_lint.evaluating.values import ClassValue


def test_imports_are_followed_and_aliases_resolved() -> None:
    sources = Sources(
        {
            "app/__init__.py": "",
            "app/base.py": "import sqlalchemy as sa\nfrom sqlalchemy.orm import Mapped as M\nNAME = 'users'\n",
            "app/models.py": (
                "from .base import NAME, sa, M\nfrom . import base\nimport app.base as b\nimport app\n"
                "x = (NAME, sa.Column, M, base.NAME, b.NAME, app.base.NAME)\n"
            ),
        }
    )
    expected = ("users", "<sqlalchemy.Column>", "<sqlalchemy.orm.Mapped>", "users", "users", "users")
    assert sources.show("x", "app/models.py") == expected


def test_importing_does_not_evaluate() -> None:
    sources = Sources({"m.py": "from other import thing\nx = 1\n", "other.py": "thing = 1\n"})
    assert sources.show("x") == 1
    assert [module.path for module in sources.run.loaded()] == ["m.py"]
    assert sources.show("thing") == 1
    assert [module.path for module in sources.run.loaded()] == ["m.py", "other.py"]


def test_cycles_end() -> None:
    sources = Sources(
        {
            "a.py": "from b import B\nclass A:\n    pass\nclass C(B):\n    pass\n",
            "b.py": "from a import A\nclass B(A):\n    pass\n",
        }
    )
    assert [show(value) for value in sources.cls("C", "a.py").mro()] == ["C", "B", "A"]


def test_a_name_that_imports_itself_is_unknown() -> None:
    assert Sources({"a.py": "from b import x\n", "b.py": "from a import x\n"}).show("x", "a.py") == "?"


def test_star_imports() -> None:
    sources = Sources(
        {
            "pkg/__init__.py": "from .one import *\nfrom .two import *\nfrom .three import *\n",
            "pkg/one.py": "__all__ = ['a']\na = 1\nhidden = 2\n",
            "pkg/two.py": "b = 3\n_private = 4\n",
            "pkg/three.py": "__all__ = ['c']\n__all__ += ['d']\nc = 5\nd = 6\ne = 7\n",
            "m.py": "from pkg import *\nx = (a, b, c, d)\ny = hidden\nz = _private\nw = e\n",
        }
    )
    assert sources.show("x") == (1, 3, 5, 6)
    assert [sources.show(name) for name in "yzw"] == ["?", "?", "?"]


def test_the_star_of_an_unread_package_may_bind_anything() -> None:
    sources = one("from sqlalchemy import *\nx = Column\ny = len\n")
    assert (sources.show("x"), sources.show("y")) == ("<sqlalchemy.Column>", "<builtins.len>")
    sources = one("from sqlalchemy import *\nfrom sqlalchemy.orm import *\nx = Column\n")
    assert sources.show("x") == {"either": ["<sqlalchemy.Column>", "<sqlalchemy.orm.Column>"]}


def test_copies_of_an_application_stay_apart() -> None:
    files = {}
    for phase in ("phase1", "phase2"):
        files |= {
            f"{phase}/backend/src/__init__.py": "",
            f"{phase}/backend/src/models/__init__.py": "from src.models.user import User\n",
            f"{phase}/backend/src/models/user.py": f"class User:\n    phase = '{phase}'\n",
            f"{phase}/backend/src/main.py": "from src.models import User\nx = User.phase\n",
            f"{phase}/backend/tests/test_it.py": "from src.models import User\nx = User.phase\n",
        }
    sources = Sources(files)
    for phase in ("phase1", "phase2"):
        assert sources.show("x", f"{phase}/backend/src/main.py") == phase
        assert sources.show("x", f"{phase}/backend/tests/test_it.py") == phase
    assert sources.cls("User", "phase2/backend/src/models/user.py").key == "src.models.user.User"


def test_roots_without_packages() -> None:
    sources = Sources(
        {
            "backend/alembic.ini": "[alembic]\nprepend_sys_path = ./lib1:./lib2\n",
            "backend/lib2/settings.py": "x = 'settings'\n",
            "backend/alembic/env.py": "from alembic import context\nfrom settings import x\nfrom app.db import y\n",
            "backend/app/db.py": "y = 'namespace'\n",
            "src/tool/__init__.py": "",
            "src/tool/a.py": "z = 'src'\n",
            "tests/t.py": "import tool.a\nz = tool.a.z\n",
        }
    )
    env = "backend/alembic/env.py"
    assert sources.show("context", env) == "<alembic.context>"
    assert (sources.show("x", env), sources.show("y", env)) == ("settings", "namespace")
    assert sources.show("z", "tests/t.py") == "src"
    assert sources.module("src/tool/a.py").name == "tool.a"
    assert sources.module("backend/app/db.py").name == "app.db"


def test_members_of_a_workspace_import_each_other() -> None:
    files = {
        "packages/core/core/__init__.py": "x = 1\n",
        "packages/api/api/__init__.py": "from core import x\n",
    }
    assert Sources(files).show("x", "packages/api/api/__init__.py") == 1
    twice = Sources({**files, "packages/old/core/__init__.py": "x = 2\n"})
    assert twice.show("x", "packages/api/api/__init__.py") == "<core.x>"


def test_standard_and_unread_libraries_stay_symbols() -> None:
    sources = Sources(
        {
            "enum.py": "Enum = 1\n",
            "pydantic/__init__.py": "BaseModel = 1\n",
            "redis.py": "from redis import Redis\nx = Redis\n",
            "m.py": "from enum import Enum\nfrom pydantic import BaseModel\nimport os.path\n"
            "x = (Enum, BaseModel, os)\n",
        }
    )
    assert sources.show("x") == ("<enum.Enum>", "<pydantic.BaseModel>", "<os>")
    assert sources.show("x", "redis.py") == "<redis.Redis>"


def test_library_bases_are_read_from_the_virtual_environment() -> None:
    site = "backend/.venv/lib/python3.12/site-packages"
    sources = Sources(
        {
            f"{site}/users_db/__init__.py": "from .base import UserBase\n",
            f"{site}/users_db/base.py": "from sqlalchemy import Column\nclass UserBase:\n    id = Column()\n",
            f"{site}/sqlalchemy/__init__.py": "Column = 1\n",
            "backend/app/models.py": "from users_db import UserBase\nclass User(UserBase):\n    pass\n",
        }
    )
    base = sources.cls("User", "backend/app/models.py").bases[0]
    assert isinstance(base, ClassValue)
    assert base.module.library
    assert show(base.namespace["id"]) == "<sqlalchemy.Column>()"


def test_a_directory_of_a_library_s_name_is_not_the_library() -> None:
    sources = Sources(
        {
            "celery/worker.py": "x = 1\n",
            "m.py": "import celery.states\nimport celery.worker\nimport docker\nx = celery.worker.x\n",
            "n.py": "import celery.states\nimport celery\ny = (celery.states.PENDING, celery.x)\n",
            "docker/entry.py": "",
        }
    )
    assert sources.show("x") == 1
    assert sources.show("docker") == "<docker>"
    assert sources.show("y", "n.py") == ("<celery.states.PENDING>", "<celery.x>")


def test_names_for_type_checkers() -> None:
    sources = Sources(
        {
            "other.py": "class Task:\n    pass\n",
            "m.py": (
                "from typing import TYPE_CHECKING, Any\nif TYPE_CHECKING:\n    from other import Task\n"
                "    Base = Any\n"
                "    class OnlyChecked: pass\nelse:\n    Base = object\n"
                "class User:\n    task: 'Task'\n    tasks: list['Task | None']\n    base: Base\nx = Base\ny = Task\n"
            ),
        }
    )
    user = sources.cls("User")
    shown = {name: show(sources.run.annotation(note)) for name, note in user.annotations.items()}
    assert shown == {
        "task": "Task",
        "tasks": "<builtins.list>[['|', 'Task', None]]",
        "base": "<builtins.object>",
    }
    assert (sources.show("x"), sources.show("y")) == ("<builtins.object>", "?")
    assert [cls.name for cls in sources.run.classes(sources.module())] == ["User"]


def test_what_a_module_imports_when_asked_is_what_type_checkers_are_told() -> None:
    package = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from models.base import Base\n"
    lazy = "def __getattr__(name):\n    return load(name)\n"
    files = {"models/base.py": "class Base:\n    pass\n", "m.py": "from models import Base\nx = Base\n"}
    assert Sources({**files, "models/__init__.py": package + lazy}).show("x") == "Base"
    assert Sources({**files, "models/__init__.py": package}).show("x") == "?"


def test_a_module_may_be_imported_by_its_name() -> None:
    text = (
        "from importlib import import_module\n"
        "x = import_module('models.' + 'base').y\n"
        "z = import_module('json').dumps\n"
    )
    sources = Sources({"models/__init__.py": "", "models/base.py": "y = 1\n", "m.py": text})
    assert (sources.show("x"), sources.show("z")) == (1, "<json.dumps>")


def test_fallbacks_for_missing_modules() -> None:
    sources = Sources(
        {
            "pkg/__init__.py": "",
            "pkg/m.py": (
                "try:\n    from sqlalchemy.orm import mapped_column\n    C = mapped_column\n"
                "except ImportError:\n    from sqlalchemy import Column\n    C = Column\n    only = 1\n"
                "try:\n    from .local import SECRET\nexcept ImportError:\n    SECRET = 'default'\n"
                "try:\n    from pkg.local import OTHER\nexcept (ImportError, Exception):\n    OTHER = 'other'\n"
            ),
        }
    )
    shown = [sources.show(name, "pkg/m.py") for name in ("C", "only", "SECRET", "OTHER")]
    assert shown == ["<sqlalchemy.orm.mapped_column>", 1, "default", "other"]


def test_versions_of_python_are_decided_for_the_newest() -> None:
    sources = one(
        "import sys\nif sys.version_info >= (3, 11):\n    from enum import StrEnum\nelse:\n    StrEnum = None\n"
        "x = sys.version_info[0] == 3\ny = sys.version_info < (3,)\n"
        "z = sys.version_info.minor > 8\nw = sys.version_info[:2] >= (3, 10)\n"
    )
    assert [sources.show(name) for name in ("StrEnum", "x", "y", "z", "w")] == [
        "<enum.StrEnum>",
        True,
        False,
        True,
        True,
    ]


def test_what_a_module_lacks_is_unknown_and_says_so() -> None:
    sources = Sources({"a.py": "x = 1\n", "m.py": "from a import y\nimport a\nz = a.y\n", "broken.py": "def\n"})
    assert "does not define y" in getattr(sources.value("y"), "why", "")
    assert "does not define y" in getattr(sources.value("z"), "why", "")
    broken = Sources({"a.py": "def\n", "m.py": "from a import y\n"})
    assert "cannot be read" in getattr(broken.value("y"), "why", "")


def test_modules_can_be_changed_from_outside() -> None:
    sources = Sources({"a.py": "x = 1\n", "m.py": "import a\na.x = 2\ny = a.x\n"})
    assert sources.show("y") == 2


def test_places_count_code_points() -> None:
    sources = one("x = 'é' + y  # naïve\n\n# above\nclass A:  # beside\n    '''Doc'''\n    b = 1  # inside\n")
    module = sources.module()
    node = module.tree.body[0]
    place = module.place(node.value.right)  # type: ignore[attr-defined]
    assert (place.line, place.column, place.end_line, place.end_column) == (1, 11, 1, 12)
    assert module.text(node) == "x = 'é' + y"
    assert module.comment(node) == "naïve"
    assert module.comment(module.tree.body[1]) == "above\nbeside"
    assert module.docstring(module.tree.body[1]) == "Doc"


@pytest.mark.parametrize(
    "head",
    [
        "# Generated from Sql.g4 by ANTLR 4.13.1",
        "# -*- coding: utf-8 -*-\n# Generated by the protocol buffer compiler.  DO NOT EDIT!",
        "# Generated by the gRPC Python protocol compiler plugin. DO NOT EDIT!",
        "#\n# Autogenerated by Thrift Compiler (0.20.0)",
    ],
)
def test_generated_parsers_and_messages_are_not_read(head: str) -> None:
    sources = Sources({"made.py": f"{head}\nx = 1\n", "m.py": "from made import x\n"})
    assert "made.py is generated" in getattr(sources.value("x"), "why", "")


def test_generated_models_are() -> None:
    head = '"""Generated by hand, not by a compiler of protocols. DO NOT EDIT."""'
    sources = Sources({"made.py": f"{head}\nx = 1\n", "m.py": "from made import x\n"})
    assert getattr(sources.value("x"), "value", None) == 1
