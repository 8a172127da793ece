"""Import statements: bound without being followed, followed when a name is used."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating.scopes import LazyImport, Scope
from schema_lint.evaluating.values import Either, ModuleValue, Site, UnknownValue, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter
    from schema_lint.evaluating.modules import Module

_MAX_STARS = 30
_NAMES_A_STEP = 20
"""Names that are looked at in the time of one step."""


def bind_import(run: Interpreter, node: ast.Import, scope: Scope) -> None:
    """`import a.b` binds `a`, `import a.b as c` binds `c` to `a.b`."""
    site = scope.site(node)
    for alias in node.names:
        target = alias.name if alias.asname else alias.name.partition(".")[0]
        run.bind(scope, alias.asname or target, LazyImport(scope.module, 0, target, None, site, alias.name), node)


def bind_import_from(run: Interpreter, node: ast.ImportFrom, scope: Scope) -> None:
    """`from a import b`; `*` binds the names that the module's statements bind, or those in its `__all__`, or those
    that a library is known to export."""
    if node.module == "__future__":
        return
    site = scope.site(node)
    target = node.module or ""
    for alias in node.names:
        if alias.name == "*":
            _bind_star(run, node, scope, target)
        else:
            value = LazyImport(scope.module, node.level, target, alias.name, site)
            run.bind(scope, alias.asname or alias.name, value, node)


def _bind_star(run: Interpreter, node: ast.ImportFrom, scope: Scope, target: str) -> None:
    module = find_module(run, scope.module, node.level, target)
    site = scope.site(node)
    if module is None:
        if node.level:
            scope.rest = f"the star import of {'.' * node.level}{target} could not be followed"
            return
        names, open_packages = list(run.star_names(target) or ()), [target]
    else:
        # What comes back to the importing module in a circle is bound there already.
        names, open_packages = public_names(run, module, (scope.module,))
    for package in open_packages:
        if run.star_names(package) is None:
            _doubt(run, scope, package, site)
    for name in names:
        run.bind(scope, name, LazyImport(scope.module, node.level, target, name, site), node)
    scope.stars.extend(open_packages)


def _doubt(run: Interpreter, scope: Scope, package: str, site: Site) -> None:
    """What the star import of a known package bound may be something of another that is star-imported after it."""
    run.charge(len(scope.names) // _NAMES_A_STEP)
    for name, value in scope.names.items():
        if isinstance(value, LazyImport) and _from_known_star(run, value):
            scope.names[name] = Either([value, LazyImport(scope.module, 0, package, name, site)], site)


def _from_known_star(run: Interpreter, lazy: LazyImport) -> bool:
    node = lazy.site.node if lazy.site is not None else None
    starred = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    return starred and not lazy.level and run.star_names(lazy.target) is not None


def public_names(run: Interpreter, module: Module, above: tuple[Module, ...]) -> tuple[list[str], list[str]]:
    """What `from module import *` binds, and the unread packages whose stars it passes on. Nothing is evaluated but
    the module itself where its `__all__` is not written out."""
    if module in above or len(above) > _MAX_STARS:
        return [], []
    written = _written_all(module)
    if written is not None:
        return written, []
    names = {name for name in module.bound_names if not name.startswith("_")}
    open_packages: list[str] = []
    if "__all__" in module.bound_names:
        exported = run.load(module).names.get("__all__")
        items = getattr(exported, "items", None)
        if isinstance(items, list):
            listed = [item.value for item in items if isinstance(getattr(item, "value", None), str)]
            return (sorted({*names, *listed}), []) if getattr(exported, "rest", None) else (listed, [])
    for statement in module.tree.body:
        if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names):
            source = find_module(run, module, statement.level, statement.module or "")
            if source is None:
                package = "" if statement.level else statement.module or ""
                names.update(run.star_names(package) or ())
                open_packages += [package] if package else []
            else:
                passed, further = public_names(run, source, (*above, module))
                names.update(passed)
                open_packages += further
    return sorted(names), open_packages


def _written_all(module: Module) -> list[str] | None:
    """`__all__` where it is bound once, to a literal."""
    found: list[str] | None = None
    for statement in module.tree.body:
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            if statement.target.id == "__all__":
                return None
        elif isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in statement.targets
        ):
            if found is not None or not isinstance(statement.value, (ast.List, ast.Tuple)):
                return None
            found = [e.value for e in statement.value.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
            if len(found) != len(statement.value.elts):
                return None
    return found


def find_module(run: Interpreter, importer: Module, level: int, target: str) -> Module | None:
    """The module that `from …target import` names, if it is read."""
    if level:
        return run.finder.relative(importer, level, target)
    return run.finder.find(target, importer)


def follow(run: Interpreter, lazy: LazyImport) -> Value:
    """What an imported name is. Remembered, unless it came from a module that is still being evaluated."""
    if lazy.resolved is not None:
        return lazy.resolved
    if run.following > run.limits.following:
        return UnknownValue("a chain of imports is too long", lazy.site)
    run.following += 1
    try:
        value = _follow_module(run, lazy) if lazy.name is None else _follow_name(run, lazy, lazy.name)
    finally:
        run.following -= 1
    if not isinstance(value, UnknownValue) or not run.loading:
        lazy.resolved = value
    return value


def _follow_module(run: Interpreter, lazy: LazyImport) -> Value:
    finder, importer = run.finder, lazy.importer
    module = finder.find(lazy.target, importer)
    if module is None and lazy.full != lazy.target and finder.find(lazy.full, importer) is not None:
        module = finder.namespace(lazy.target, importer)
    return ModuleValue(module, lazy.site) if module is not None else run.symbol(lazy.target)


def _follow_name(run: Interpreter, lazy: LazyImport, name: str) -> Value:
    finder, importer = run.finder, lazy.importer
    module = find_module(run, importer, lazy.level, lazy.target)
    if module is not None:
        return module_attribute(run, module, name)
    if lazy.level:
        dots = "." * lazy.level + lazy.target
        return UnknownValue(f"{dots}, imported by {importer.name}, does not exist", lazy.site)
    submodule = finder.find(f"{lazy.target}.{name}", importer)
    if submodule is not None:
        return ModuleValue(submodule, lazy.site)
    sibling = _sibling(run, importer, lazy.target, name)
    if sibling is not None:
        return module_attribute(run, sibling, name)
    return run.symbol(f"{lazy.target}.{name}")


def _sibling(run: Interpreter, importer: Module, target: str, name: str) -> Module | None:
    """A module beside the importing one, as when a file of a package is run as a script; taken only if it binds the
    name."""
    if importer.library or not run.finder.reads(target):
        return None
    module = run.finder.relative(importer, 1, target) if target else None
    if module is None or module is importer or module.is_namespace or name not in module.bound_names:
        return None
    return module


def missing(run: Interpreter, node: ast.stmt, scope: Scope) -> bool:
    """Whether an import statement surely fails: it names a module of the project's own package that does not exist."""
    if not isinstance(node, ast.ImportFrom) or node.module == "__future__":
        return False
    if find_module(run, scope.module, node.level, node.module or "") is not None:
        return False
    if node.level:
        return True
    top = (node.module or "").partition(".")[0]
    package = run.finder.find(top, scope.module)
    return package is not None and not package.library and top != node.module


def module_attribute(run: Interpreter, module: Module, name: str) -> Value:
    """`module.name`: what it binds, else its submodule."""
    if module.is_package and name not in module.bound_names and not module.has_star:
        submodule = run.finder.submodule(module, name)
        if submodule is not None:
            return ModuleValue(submodule)
    scope = run.load(module)
    value = scope.names.get(name)
    if value is not None:
        return resolved(run, value)
    if module.is_package and (submodule := run.finder.submodule(module, name)) is not None:
        return ModuleValue(submodule)
    if found := from_stars(run, scope, name):
        return found
    if module.error is not None:
        return UnknownValue(f"{module.path} cannot be read")
    if scope.rest is not None:
        return UnknownValue(f"{module.name}.{name}: {scope.rest}")
    if "__getattr__" in scope.names and name in scope.typing_names:
        # What is imported when it is asked for (PEP 562) is what type checkers are told it is.
        return resolved(run, scope.typing_names[name])
    if name in scope.typing_names:
        return UnknownValue(f"{module.name}.{name} exists for type checkers only")
    if "__getattr__" in scope.names:
        return UnknownValue(f"{module.name} makes {name} when asked")
    return UnknownValue(f"{module.name} does not define {name}")


def from_stars(run: Interpreter, scope: Scope, name: str) -> Value | None:
    """A name that nothing binds but the star import of an unread package."""
    packages = list(dict.fromkeys(scope.stars))
    if not packages or name.startswith("_"):
        return None
    if len(packages) == 1:
        return run.symbol(f"{packages[0]}.{name}")
    return Either([run.symbol(f"{package}.{name}") for package in packages])


def resolved(run: Interpreter, value: Value) -> Value:
    """The value with imports followed."""
    if isinstance(value, LazyImport):
        return follow(run, value)
    if isinstance(value, Either) and any(isinstance(option, LazyImport) for option in value.options):
        return run.either([resolved(run, option) for option in value.options])
    return value
