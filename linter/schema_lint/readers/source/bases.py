"""Declarative bases, registries and metadatas: which a class belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Constant,
    Dictionary,
    Either,
    FunctionValue,
    ObjectValue,
    Site,
    Symbol,
    UnknownValue,
    Value,
)
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import argument, text, unknown
from schema_lint.readers.source.columns import COLUMNS
from schema_lint.readers.source.constructors import handed_on
from schema_lint.readers.source.conventions import convention, tokens
from schema_lint.readers.source.drafts import DeclarativeBase, MetaDataDraft, RegistryDraft
from schema_lint.readers.source.library_bases import LIBRARY_BASES, LIBRARY_METADATAS
from schema_lint.readers.source.names import FLASK_MODEL, call_name, construct, is_flask_sqlalchemy
from schema_lint.readers.source.scanning import unread_base

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter
    from schema_lint.evaluating.modules import Module
    from schema_lint.readers.source.modules import Units

_ROOTS = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})
_MADE = frozenset({"declarative_base", "automap_base", "dynamic_declarative_base"})
_MAPPING_DECORATORS = frozenset({"mapped", "mapped_as_dataclass"})
_BASE_DECORATORS = frozenset({"as_declarative", "as_declarative_base"})


class Bases:
    """Finds and remembers bases, registries and metadatas, each once."""

    def __init__(self, interpreter: Interpreter, version: tuple[int, ...], units: Units) -> None:
        self.interpreter = interpreter
        self.units = units
        self.version = version
        self.metadatas: list[MetaDataDraft] = []
        self._metadatas: dict[int | str, MetaDataDraft] = {}
        self._registries: dict[int | str, RegistryDraft] = {}
        self._bases: dict[int | str, DeclarativeBase] = {}
        self._where: Module | None = None
        """The module that is asking: a library's metadata is one for each application."""
        self._keep: list[Value] = []
        """Values whose identity is a key: kept alive, so that it stays theirs."""

    def base_of(self, cls: ClassValue) -> DeclarativeBase | None:
        """The declarative base of a class, or that it is itself; `None` for a class that is not declarative."""
        self._where = cls.module
        for decorator in cls.decorators:
            found = self._decorated(cls, decorator)
            if found is not None:
                return found
        for ancestor in cls.mro():
            found = self._root(ancestor)
            if found is not None:
                return self._own_metadata(cls, found)
        return self._unread(cls)

    def _unread(self, cls: ClassValue) -> DeclarativeBase | None:
        """The base of a class that names a table and has columns, and whose base class could not be read."""
        why = next((why for ancestor in cls.mro() if (why := unread_base(ancestor)) is not None), None)
        if why is None or not isinstance(text(cls.lookup("__tablename__")), str):
            return None
        if not any(call_name(value) in COLUMNS for value in cls.namespace.values()):
            return None
        key = f"unread {self._unit()}"
        registry = self._registries.get(key)
        if registry is None:
            metadata = self._metadata(key, None, f"{cls.key}.metadata")
            metadata.unread = metadata.convention = metadata.schema = Unknown(why)
            registry = self._registries[key] = RegistryDraft(metadata)
        return self._base(key, registry, "declarative")

    @staticmethod
    def complete(model: ClassValue) -> None:
        """Add to a class's bases the one that `declarative_base(cls=…)` or `SQLAlchemy(model_class=…)` builds on."""
        for base in list(model.bases):
            given: Value | None = None
            if isinstance(base, Call) and call_name(base) in _MADE:
                given = base.keywords.get("cls")
            elif isinstance(base, Attribute) and construct(base) == FLASK_MODEL:
                given = Bases._argument(base.value, "model_class")
            if isinstance(given, ClassValue) and given not in model.bases and given is not model:
                model.add_base(given)

    def is_root(self, cls: ClassValue) -> bool:
        """Whether a class is a base itself, with a registry of its own, and so not mapped."""
        return self._root(cls) is not None

    def _decorated(self, cls: ClassValue, decorator: Value) -> DeclarativeBase | None:
        """`@registry.mapped`, `@registry.mapped_as_dataclass(…)`, `@mapped_as_dataclass(registry)`."""
        function = decorator.function if isinstance(decorator, Call) else decorator
        name = (construct(function) or "").rpartition(".")[2]
        if isinstance(function, Attribute):
            name = function.name
        if name not in _MAPPING_DECORATORS:
            return None
        holder = function.value if isinstance(function, Attribute) else None
        if holder is None and isinstance(decorator, Call):
            holder = argument(decorator, "registry", 0)
        if holder is None:
            return None
        style = "dataclass" if name == "mapped_as_dataclass" else "declarative"
        return self._base(decorator, self.registry(holder), style)

    def _root(self, value: Value) -> DeclarativeBase | None:
        if isinstance(value, ClassValue):
            return self._root_class(value)
        if isinstance(value, Either):
            return next((found for option in value.options if (found := self._root(option))), None)
        if isinstance(value, Call):
            return self._made(value)
        name = construct(value)
        if name == "SQLModel":
            registry = self._library_registry("SQLModel", "SQLModel.metadata")
            return self._base(f"SQLModel {self._unit()}", registry, "sqlmodel", "lower")
        if name == FLASK_MODEL and isinstance(value, Attribute):
            return self.flask(value.value)
        known = LIBRARY_BASES.get(value.path) if isinstance(value, Symbol) else None
        if known is not None and isinstance(value, Symbol):
            registry = self._library_registry(known.registry, known.metadata)
            return self._base(f"{known.registry} {self._unit()}", registry, known.style, known.name_rule)
        return None

    def _root_class(self, cls: ClassValue) -> DeclarativeBase | None:
        if "registry" in cls.keywords and any(construct(b) == "SQLModel" for b in cls.mro()):
            return self._base(cls, self.registry(cls.keywords["registry"]), "sqlmodel", "lower")
        if any(construct(base) in _ROOTS for base in cls.bases):
            return self._base(cls, self._class_registry(cls), self._style(cls))
        for decorator in cls.decorators:
            function = decorator.function if isinstance(decorator, Call) else decorator
            name = (construct(function) or "").rpartition(".")[2]
            if isinstance(function, Attribute):
                name = function.name
            if name in _BASE_DECORATORS:
                return self._declared_base(cls, decorator, function)
        if "metaclass" in cls.keywords and self._meta_class(cls.metaclass):
            if any(self._root(ancestor) for ancestor in cls.mro()[1:]):
                return None
            return self._base(cls, self._class_registry(cls), "declarative")
        return None

    @staticmethod
    def _meta_class(metaclass: Value | None) -> bool:
        if construct(metaclass) == "DeclarativeMeta":
            return True
        return isinstance(metaclass, ClassValue) and metaclass.derives_from(
            "sqlalchemy.orm.DeclarativeMeta", "sqlalchemy.orm.decl_api.DeclarativeMeta",
            "sqlalchemy.ext.declarative.DeclarativeMeta", "sqlalchemy.ext.declarative.api.DeclarativeMeta",
        )  # fmt: skip

    @staticmethod
    def _style(root: ClassValue) -> str:
        return "dataclass" if any(construct(b) == "MappedAsDataclass" for b in root.mro()) else "declarative"

    def _declared_base(self, cls: ClassValue, decorator: Value, function: Value) -> DeclarativeBase:
        if isinstance(function, Attribute) and construct(function) is None:
            return self._base(cls, self.registry(function.value), "declarative")
        registry = self._new_registry(cls, decorator if isinstance(decorator, Call) else None, cls)
        return self._base(cls, registry, "declarative")

    def _made(self, call: Call) -> DeclarativeBase | None:
        """`declarative_base(…)`, `registry.generate_base(…)`."""
        name = call_name(call)
        if name in _MADE:
            given = argument(call, "cls") or call.keywords.get("cls")
            own = given if isinstance(given, ClassValue) else None
            return self._base(call, self._new_registry(call, call, own), "declarative")
        if isinstance(call.function, Attribute) and call.function.name == "generate_base":
            return self._base(call, self.registry(call.function.value), "declarative")
        return None

    def flask(self, instance: Value) -> DeclarativeBase:
        key = id(instance)
        known = self._bases.get(key)
        if known is None:
            registry = RegistryDraft(self._flask_metadata(instance), instance)
            model = self._argument(instance, "model_class")
            if isinstance(model, ClassValue):
                self._read_map(registry, model.lookup("type_annotation_map"))
            known = self._base(instance, registry, "flask-sqlalchemy", "snake")
        return known

    @staticmethod
    def _argument(instance: Value, name: str) -> Value | None:
        return instance.keywords.get(name) if isinstance(instance, Call | ObjectValue) else None

    def _flask_metadata(self, instance: Value) -> MetaDataDraft:
        given = self._argument(instance, "metadata")
        model = self._argument(instance, "model_class")
        if given is None and isinstance(model, ClassValue):
            given = model.lookup("metadata")
        if given is None and isinstance(instance, ObjectValue):
            given = self._handed_on(instance)
        found = self.metadata(given) if given is not None else None
        return found if found is not None else self._metadata(instance, instance.site)

    def _handed_on(self, instance: ObjectValue) -> Value | None:
        """A `metadata` that a project's subclass of `SQLAlchemy` gives to its base's constructor."""
        given = handed_on(instance, self.interpreter)
        return given[1].get("metadata") if given is not None else None

    def _own_metadata(self, cls: ClassValue, base: DeclarativeBase) -> DeclarativeBase:
        """The base with the metadata that the class or an abstract ancestor sets for itself."""
        bind = cls.lookup("__bind_key__") if base.style == "flask-sqlalchemy" and self.version >= (2, 0) else None
        if isinstance(bind, Constant) and isinstance(bind.value, str):
            return self._with_metadata(base, self._metadata(f"bind {bind.value} of {id(base)}", None, bind.value))
        given = cls.lookup("metadata")
        metadata = self.metadata(given) if given is not None else None
        if metadata is None or metadata is base.registry.metadata:
            return base
        return self._with_metadata(base, metadata)

    def _with_metadata(self, base: DeclarativeBase, metadata: MetaDataDraft) -> DeclarativeBase:
        key = f"{id(base)} {id(metadata)}"
        known = self._bases.get(key)
        if known is None:
            registry = RegistryDraft(metadata, base.registry.value)
            registry.type_map, registry.classes = base.registry.type_map, base.registry.classes
            known = DeclarativeBase(registry, base.style, base.value, base.name_rule)
            self._bases[key] = known
        return known

    def _base(
        self, value: Value | str, registry: RegistryDraft, style: str, name_rule: str | None = None
    ) -> DeclarativeBase:
        key = value if isinstance(value, str) else id(value)
        known = self._bases.get(key)
        if known is None:
            kept = value if isinstance(value, Value) else None
            known = DeclarativeBase(registry, style, kept, name_rule)
            self._bases[key] = known
            if kept is not None:
                self._keep.append(kept)
        return known

    def _class_registry(self, cls: ClassValue) -> RegistryDraft:
        given = cls.lookup("registry") or cls.lookup("_sa_registry")
        if given is not None and not isinstance(given, FunctionValue):
            return self.registry(given)
        return self._new_registry(cls, None, cls)

    def _new_registry(self, owner: Value, call: Call | None, cls: ClassValue | None) -> RegistryDraft:
        """A registry that a base brings along, with the metadata and the type map that are stated for it."""
        known = self._registries.get(id(owner))
        if known is not None:
            return known
        given = call.keywords.get("metadata") if call is not None else None
        if (given is None or _is_none(given)) and cls is not None:
            given = cls.lookup("metadata")
        metadata = self.metadata(given) if given is not None and not _is_none(given) else None
        if metadata is None and isinstance(given, UnknownValue):
            metadata = self._unknown_metadata(given)
        registry = RegistryDraft(metadata if metadata is not None else self._metadata(owner, owner.site), owner)
        self._read_map(registry, call.keywords.get("type_annotation_map") if call is not None else None)
        if cls is not None:
            self._read_map(registry, cls.lookup("type_annotation_map"))
        self._registries[id(owner)] = registry
        self._keep.append(owner)
        return registry

    def registry(self, value: Value) -> RegistryDraft:
        """The registry that a `registry(…)` call, or `Base.registry`, stands for."""
        known = self._registries.get(id(value))
        if known is not None:
            return known
        if isinstance(value, Attribute) and value.name in {"registry", "_sa_registry"}:
            base = self._root(value.value)
            if base is None and isinstance(value.value, ClassValue):
                base = self.base_of(value.value)
            if base is not None:
                return base.registry
        call = value if isinstance(value, Call) else None
        return self._new_registry(value, call, None)

    def imperative_registry(self, metadata: MetaDataDraft) -> RegistryDraft:
        """The registry of classes that the classical `mapper()` maps to tables of one metadata."""
        key = f"mapper {id(metadata)}"
        known = self._registries.get(key)
        if known is None:
            known = self._registries[key] = RegistryDraft(metadata)
        return known

    def _unit(self) -> str:
        return self.units.unit(self._where) if self._where is not None else ""

    def _library_registry(self, name: str, label: str) -> RegistryDraft:
        key = f"{name} {self._unit()}"
        known = self._registries.get(key)
        if known is None:
            known = RegistryDraft(self._library_metadata(label))
            self._registries[key] = known
        return known

    def _library_metadata(self, label: str) -> MetaDataDraft:
        key = f"{label} {self._unit()}"
        known = self._metadatas.get(key)
        if known is None:
            known = MetaDataDraft(label)
            self._metadatas[key] = known
            self.metadatas.append(known)
        return known

    def _metadata(self, owner: Value | str, site: Site | None, schema_label: str | None = None) -> MetaDataDraft:
        """The metadata that a base or registry makes for itself."""
        key = owner if isinstance(owner, str) else id(owner)
        known = self._metadatas.get(key)
        if known is None:
            known = MetaDataDraft(schema_label or "", owner if isinstance(owner, Value) else None, site)
            self._metadatas[key] = known
            self.metadatas.append(known)
            if isinstance(owner, Value):
                self._keep.append(owner)
        return known

    def _unknown_metadata(self, value: UnknownValue) -> MetaDataDraft:
        draft = self._metadata(value, value.site)
        draft.convention, draft.schema = unknown(value), unknown(value)
        return draft

    def metadata(self, value: Value | None, where: Module | None = None) -> MetaDataDraft | None:
        """The metadata an expression stands for: a `MetaData(…)`, `Base.metadata`, `db.metadata`; else `None`.

        `where` is the module that the expression is in.
        """
        if where is not None:
            self._where = where
        if value is None:
            return None
        if call_name(value) == "MetaData" and isinstance(value, Call | ObjectValue):
            return self._from_call(value)
        if isinstance(value, Symbol):
            if construct(value) == "SQLModel.metadata":
                return self._library_metadata("SQLModel.metadata")
            label = LIBRARY_METADATAS.get(value.path)
            return self._library_metadata(label) if label is not None else None
        if isinstance(value, Either):
            return next((found for option in value.options if (found := self.metadata(option))), None)
        if not isinstance(value, Attribute) or value.name != "metadata":
            return None
        holder = value.value
        if is_flask_sqlalchemy(holder):
            return self.flask(holder).registry.metadata
        if isinstance(holder, ClassValue):
            base = self.base_of(holder)
            return base.registry.metadata if base is not None else None
        root = self._root(holder)
        if root is not None:
            return root.registry.metadata
        if call_name(holder) == "registry" or (isinstance(holder, Attribute) and holder.name == "registry"):
            return self.registry(holder).metadata
        return None

    def _from_call(self, value: Call | ObjectValue) -> MetaDataDraft:
        known = self._metadatas.get(id(value))
        if known is not None:
            return known
        draft = self._metadata(value, value.site)
        draft.schema = text(argument(value, "schema", 0))
        if isinstance(value, ObjectValue):
            init = value.cls.lookup("__init__")
            if isinstance(init, FunctionValue):
                draft.convention = unknown(value, f"{value.cls.name} has a constructor of its own")
                return draft
        given = argument(value, "naming_convention", 4)
        if isinstance(value, Call):
            given = value.assigned.get("naming_convention", given)
        self.set_convention(draft, given)
        return draft

    @staticmethod
    def set_convention(draft: MetaDataDraft, given: Value | None) -> None:
        """Give a metadata the naming convention that the project states for it."""
        if given is not None and not _is_none(given):
            draft.convention_stated = True
            draft.convention, draft.tokens = convention(given), tokens(given)

    def _read_map(self, registry: RegistryDraft, value: Value | None) -> None:
        if isinstance(value, Dictionary):
            for key, chosen in value.entries.items():
                known = value.keys.get(key)
                registry.type_map.append((known if known is not None else Constant(key), chosen))


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None
