"""The class that a relationship leads to."""

from __future__ import annotations

from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.values import Call, ClassValue, Constant, FunctionValue, Partial, Symbol, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import unknown
from schema_lint.readers.source.drafts import MappedClass, Mapping
from schema_lint.readers.source.names import construct
from schema_lint.readers.source.relationships.annotations import RelationshipAnnotation
from schema_lint.readers.source.relationships.registry import Names, is_name


class Target:
    """What is known of a relationship's target."""

    __slots__ = ("candidates", "found", "mapped", "name")

    def __init__(
        self, name: str | Unknown, mapped: MappedClass | None = None, found: bool | Unknown = True, candidates: int = 1
    ) -> None:
        self.name = name
        """Key of the class, else the text as written."""
        self.mapped = mapped
        self.found = found
        self.candidates = candidates
        """Classes of the registry that bear the name."""


class Targets:
    """Finds targets."""

    __slots__ = ("_names", "interpreter", "mapping")

    def __init__(self, mapping: Mapping, interpreter: Interpreter) -> None:
        self.mapping = mapping
        self.interpreter = interpreter
        self._names: dict[str, bool] | None = None

    def find(self, mapped: MappedClass, argument: Value | None, annotation: RelationshipAnnotation | None) -> Target:
        """The target of a relationship of `mapped`: its first argument, else its annotation."""
        if argument is not None and not (isinstance(argument, Constant) and argument.value is None):
            return self._argument(mapped, argument)
        if annotation is None:
            return Target(Unknown("neither an argument nor an annotation names the target"), found=False)
        return self._annotation(mapped, annotation)

    def _argument(self, mapped: MappedClass, argument: Value) -> Target:
        if isinstance(argument, FunctionValue | Partial):
            argument = self.interpreter.call(argument, [], {})
        if isinstance(argument, Constant) and isinstance(argument.value, str):
            return self.named(mapped, argument.value, argument)
        if isinstance(argument, ClassValue):
            return self._class(argument)
        if isinstance(argument, Call) and construct(argument.function) in {"aliased", "class_mapper", "inspect"}:
            return Target(unknown(argument, "the target is an alias or a mapper"), found=Unknown("it is an alias"))
        why = unknown(argument)
        return Target(why, found=why)

    def _class(self, cls: ClassValue) -> Target:
        mapped = self.mapping.mapped(cls)
        if mapped is not None:
            return Target(mapped.key, mapped)
        return Target(cls.key, found=Unknown(f"{cls.name} is not seen to be mapped"))

    def named(self, mapped: MappedClass, text: str, value: Value | None = None) -> Target:
        """The target of a string."""
        names = Names(mapped)
        classes = names.classes(text) if is_name(text) else []
        if not classes and not is_name(text):
            evaluated = names.evaluate(text, value.site if value is not None else None)
            if isinstance(evaluated, ClassValue):
                return self._class(evaluated)
            return Target(text, found=unknown(evaluated))
        if len(classes) == 1:
            return Target(classes[0].key, classes[0])
        if classes:
            return Target(Unknown(f"several classes are named {text}"), candidates=len(classes))
        return Target(text, found=self._absent(mapped, text))

    def _absent(self, mapped: MappedClass, text: str) -> bool | Unknown:
        """Whether a class that the registry does not hold may be there all the same."""
        registry = mapped.base.registry
        if registry.metadata.unread is not None or (registry.value is None and mapped.base.style != "sqlmodel"):
            return Unknown("the library that the base class is from may have a class of that name")
        name = text.rpartition(".")[2]
        if name in self._elsewhere():
            return Unknown(f"a class named {name} belongs to another registry, or is not mapped")
        seen = self.interpreter.resolve(mapped.cls.module, text)
        if isinstance(seen, Symbol):
            return Unknown(f"{text} comes from a library that was not read")
        if isinstance(seen, ClassValue):
            return Unknown(f"{text} is not seen to be mapped")
        return False

    def _elsewhere(self) -> dict[str, bool]:
        if self._names is None:
            self._names = {mapped.cls.name: True for mapped in self.mapping.classes}
            self._names.update({cls.name: False for cls, _ in self.mapping.unmapped})
        return self._names

    def _annotation(self, mapped: MappedClass, annotation: RelationshipAnnotation) -> Target:
        leaf, text = annotation.leaf(), annotation.target_text
        if leaf is None or text is None:
            why = Unknown("the annotation's target is not understood", annotation.annotation.site.place())
            return Target(why, found=why)
        value = self.interpreter.annotation(leaf)
        if isinstance(value, ClassValue):
            found = self._class(value)
            if found.mapped is not None:
                found.candidates = max(1, len(Names(mapped).classes(value.name)))
                return found
        named = self.named(mapped, text)
        if named.mapped is not None or isinstance(named.name, Unknown) or not isinstance(value, ClassValue):
            return named
        return self._class(value)
