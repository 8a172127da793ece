"""TBL007: modules that import each other."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.files import Module, ModuleImport
from schema_lint.facts.project import Project
from schema_lint_rules._graph import strongly_connected
from schema_lint_rules.shapes import listed


@rule("TBL007", "model-import-cycle", severity=WARNING, evidence="S", reference="models:Task", peers=("pylint R0401",))
def model_import_cycle(project: Project) -> Iterator[Violation]:
    """Modules with models do not import each other in a circle.

    Why: which of them works depends on which is imported first: one order succeeds, another fails with an
    `ImportError` for a partially initialized module. Relationships take class names as strings, so that no model needs
    to import the other.

    Bad:
        ```python
        # file: user.py
        import uuid
        from sqlmodel import Field, SQLModel
        from task import Task


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        # file: task.py
        import uuid
        from sqlmodel import Field, SQLModel
        from user import User


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Good:
        ```python
        # file: user.py
        import uuid
        from typing import TYPE_CHECKING
        from sqlmodel import Field, SQLModel

        if TYPE_CHECKING:
            from task import Task


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        # file: task.py
        import uuid
        from sqlmodel import Field, SQLModel
        from user import User


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: imports under `TYPE_CHECKING` and inside functions; a package that imports its own modules in its
    `__init__`, which they may import back; tests.
    """
    graph = _model_imports(project)
    edges = [(path, target) for path, targets in graph.items() for target in targets]
    for cycle in sorted(sorted(component) for component in strongly_connected(edges)):
        steps = [(path, target) for path in cycle for target in graph[path] if target in cycle]
        places = [graph[path][target].place for path, target in steps]
        names = listed(_short(path) for path in cycle)
        yield Violation(
            message=f"the modules {names} import each other in a circle",
            suggestion="move one of the imports under TYPE_CHECKING, and name its class by a string",
            subject=Subject(kind="module", name=cycle[0]),
            place=places[0],
            related=tuple(places[1:]),
        )


def _short(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _model_imports(project: Project) -> dict[str, dict[str, ModuleImport]]:
    """By path: the modules with models that a module with models imports, each with the first such import."""
    modules = [module for module in project.modules if module.has_models and not module.is_test]
    by_name: dict[str, list[Module]] = {}
    for module in modules:
        by_name.setdefault(module.name, []).append(module)
    graph: dict[str, dict[str, ModuleImport]] = {module.path: {} for module in modules}
    for module in modules:
        for found in module.imports:
            for name in _imported(found, by_name):
                target = _nearest(by_name[name], module.path)
                if target.path != module.path and not _is_own_package(module, target):
                    graph[module.path].setdefault(target.path, found)
    return graph


def _imported(found: ModuleImport, by_name: dict[str, list[Module]]) -> Iterator[str]:
    names = [f"{found.module}.{name}" for name in found.names]
    yield from (name for name in names if name in by_name)
    if found.module in by_name and not (names and all(name in by_name for name in names)):
        yield found.module


def _nearest(candidates: list[Module], path: str) -> Module:
    """Of modules with one name (copies of an application) the one that shares most folders with the path."""
    folders = path.split("/")

    def shared(module: Module) -> int:
        return next((n for n, (a, b) in enumerate(zip(folders, module.path.split("/"), strict=False)) if a != b), 0)

    return max(candidates, key=shared)


def _is_own_package(module: Module, target: Module) -> bool:
    """A package's `__init__` imports one of its own modules."""
    package = module.path.removesuffix("__init__.py")
    return package != module.path and target.path.startswith(package)
