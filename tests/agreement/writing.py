"""A package's description as files of Python source."""

from __future__ import annotations

from agreement.class_text import mixin_text, table_text
from agreement.column_text import call
from agreement.description import Package, Unit
from agreement.imports import Imports
from agreement.kinds import HELPERS

_ALIASES = {
    "Short": "[[typing.Annotated]][str, [[sqlalchemy.orm.mapped_column]]([[sqlalchemy.String]](30))]",
    "Number": "[[typing.Annotated]][int, [[sqlalchemy.orm.mapped_column]](index=True)]",
    "Created": "[[typing.Annotated]][[[datetime.datetime]], "
    "[[sqlalchemy.orm.mapped_column]](server_default=[[sqlalchemy.func]].now())]",
    "Identifier": "[[typing.Annotated]][[[uuid.UUID]], 36]",
}


def files(package: Package) -> dict[str, str]:
    """Text by path."""
    texts: dict[str, list[str]] = {}
    if package.enums:
        texts[package.enum_module] = [_enum(e.name, e.base, e.members) for e in package.enums]
    for unit in package.units:
        texts.setdefault(unit.base_module, []).append(_base(unit))
        for mixin in unit.mixins:
            texts.setdefault(unit.mixin_module, []).append(mixin_text(mixin, unit))
        for table in unit.tables:
            texts.setdefault(table.module, []).append(table_text(table, unit))
    if helpers := _helpers(texts):
        texts[package.type_module] = [*helpers, *texts.get(package.type_module, [])]
    modules = frozenset(texts)
    written = {module: _module(package, module, blocks, modules) for module, blocks in texts.items()}
    packages = {module.rpartition(".")[0] for module in modules if "." in module} | {package.name}
    packages |= {module.rpartition(".")[0] for module in packages if "." in module}
    result = {f"{module.replace('.', '/')}.py": text for module, text in written.items()}
    for name in packages:
        result[f"{name.replace('.', '/')}/__init__.py"] = _init(package, modules) if name == package.name else ""
    return result


def _helpers(texts: dict[str, list[str]]) -> list[str]:
    """What the package defines itself, as far as it is used."""
    used = "".join(text for blocks in texts.values() for text in blocks)
    return [text.strip() for name, text in HELPERS.items() if f"[[PACKAGE.types.{name}]]" in used]


def _module(package: Package, module: str, blocks: list[str], modules: frozenset[str]) -> str:
    style = dict(package.import_styles).get(module, "names")
    imports = Imports(module, modules, style, relative=package.relative_imports)
    body = "\n\n\n".join(imports.resolve(_typed(package, block)) for block in blocks)
    future = "from __future__ import annotations\n\n" if module in package.postponed else ""
    return f"{future}{imports.header()}\n\n\n{body}\n"


def _typed(package: Package, text: str) -> str:
    return text.replace("PACKAGE.types.", f"{package.type_module}.")


def _init(package: Package, modules: frozenset[str]) -> str:
    lines: dict[str, None] = {}
    for unit in package.units:
        if unit.style != "core":
            lines[f"from {unit.base_module} import {unit.base}"] = None
        for table in unit.tables:
            module, _, last = table.module.rpartition(".")
            if package.reexports == "star":
                lines[f"from {table.module} import *"] = None
            elif package.reexports == "modules":
                lines[f"from {module} import {last}"] = None
            else:
                lines[f"from {table.module} import {table.cls}"] = None
    return "\n".join(lines) + "\n"


def _enum(name: str, base: str, members: tuple[tuple[str, str], ...]) -> str:
    body = "\n".join(f"    {member} = {value}" for member, value in members)
    return f"class {name}({base}):\n{body}"


def _base(unit: Unit) -> str:
    metadata = call("[[sqlalchemy.MetaData]]", [], unit.metadata_options)
    given = bool(unit.metadata_options)
    if unit.style == "core":
        return f"metadata = {metadata}\n{unit.base} = [[sqlalchemy.orm.registry]](metadata=metadata)"
    if unit.style == "sqlmodel":
        return _sqlmodel_base(unit, metadata, given=given)
    if unit.style == "classic":
        if unit.base_form == "class":
            return f"class {unit.base}([[sqlalchemy.orm.DeclarativeBase]]):\n    metadata = {metadata}"
        options = [("metadata", metadata)] if given else []
        if unit.base_form == "registry":
            return f"{unit.base} = {call('[[sqlalchemy.orm.registry]]', [], options)}.generate_base()"
        return f"{unit.base} = {call('[[sqlalchemy.orm.declarative_base]]', [], options)}"
    bases = "[[sqlalchemy.orm.DeclarativeBase]]"
    if unit.style == "dataclass":
        bases = f"[[sqlalchemy.orm.MappedAsDataclass]], {bases}, kw_only=True"
    body = [f"metadata = {metadata}"] if given else []
    if unit.type_map:
        inner = ", ".join(f"{key}: {text}" for key, text in unit.type_map)
        body.append(f"type_annotation_map = {{{inner}}}")
    aliases = "\n".join(f"{name} = {text}" for name, text in _ALIASES.items())
    inner = "\n".join(f"    {line}" for line in body or ["pass"])
    return f"{aliases}\n\n\nclass {unit.base}({bases}):\n{inner}"


def _sqlmodel_base(unit: Unit, metadata: str, *, given: bool) -> str:
    if unit.base_form == "registry":
        registry = f"[[sqlalchemy.orm.registry]](metadata={metadata})"
        return f"class {unit.base}([[sqlmodel.SQLModel]], registry={registry}):\n    pass"
    body = f"metadata = {metadata}" if given or unit.base_form == "class" else "pass"
    return f"class {unit.base}([[sqlmodel.SQLModel]]):\n    {body}"
