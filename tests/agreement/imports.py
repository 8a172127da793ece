"""From texts with `[[dotted.path]]` to a module: names are imported in one of several styles."""

from __future__ import annotations

import re

REFERENCE = re.compile(r"\[\[(\??)([\w.]+)\]\]")
SHORT = {
    "sqlalchemy": "sa",
    "sqlalchemy.orm": "orm",
    "sqlalchemy.dialects.postgresql": "pg",
    "sqlalchemy.types": "types",
    "datetime": "dt",
    "sqlmodel": "sqlmodel",
}


class Imports:
    """The imports of one module, gathered while its texts are resolved."""

    def __init__(self, module: str, modules: frozenset[str], style: str, *, relative: bool) -> None:
        self.module = module
        self.modules = modules
        self.style = style
        self.relative = relative
        self.lines: dict[str, None] = {}
        self.for_types: dict[str, None] = {}
        self.taken: dict[str, str] = {}
        """Where each name of the module comes from."""

    def resolve(self, text: str) -> str:
        """The text with plain names."""
        return REFERENCE.sub(lambda match: self._name(match[2], for_types=bool(match[1])), text)

    def _name(self, path: str, *, for_types: bool) -> str:
        module, _, name = path.rpartition(".")
        if module == self.module:
            return name
        if for_types:
            self.for_types[f"from {module} import {name}"] = None
            return name
        own = module in self.modules
        if self.style == "modules" and (module in SHORT or own):
            return f"{self._import_module(module, own)}.{name}"
        if self.style == "aliases" and not own and name in {"Column", "ForeignKey", "mapped_column", "Field"}:
            self.lines[f"from {module} import {name} as _{name}"] = None
            return f"_{name}"
        shown = self._from(module) if own else module
        if self.taken.setdefault(name, module) != module:
            alias = f"{module.rpartition('.')[2].title()}{name}"
            self.lines[f"from {shown} import {name} as {alias}"] = None
            return alias
        self.lines[f"from {shown} import {name}"] = None
        return name

    def _import_module(self, module: str, own: bool) -> str:
        if own:
            package, _, name = module.rpartition(".")
            if not package:
                self.lines[f"import {module}"] = None
                return module
            alias = name + "_module"
            self.lines[f"from {self._from(package)} import {name} as {alias}"] = None
            return alias
        alias = SHORT[module]
        self.lines[f"import {module} as {alias}" if alias != module else f"import {module}"] = None
        return alias

    def _from(self, module: str) -> str:
        """The module as this one names it, relative to its own package."""
        if not self.relative:
            return module
        here, there = self.module.split(".")[:-1], module.split(".")
        shared = 0
        while shared < min(len(here), len(there)) and here[shared] == there[shared]:
            shared += 1
        return "." * (len(here) - shared + 1) + ".".join(there[shared:]) if shared else module

    def header(self) -> str:
        """The import statements."""
        lines = list(self.lines)
        if self.for_types:
            lines += ["from typing import TYPE_CHECKING", "", "if TYPE_CHECKING:"]
            lines += [f"    {line}" for line in self.for_types]
        return "\n".join(lines)
