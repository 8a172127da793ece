"""Column types: what a type expression becomes in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Constant,
    Either,
    FunctionValue,
    ObjectValue,
    Symbol,
    UnknownValue,
    Value,
)
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import Calling, argument, flag, number, text, unknown
from schema_lint.readers.source.constructors import handed_on
from schema_lint.readers.source.enums import EnumReader
from schema_lint.readers.source.names import call_name, construct, library_ancestor
from schema_lint.readers.source.type_facts import class_path, domain_type, enum_type, plain_type, sized_type
from schema_lint.readers.type_names import LENGTHS, MOMENTS, NUMBERS, PLAIN, STRINGS

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_DEPTH = 12
_DECORATORS = frozenset({"TypeDecorator", "UserDefinedType"})


class ResolvedType:
    """A type, the enum it defines and whether it puts a CHECK on its column."""

    __slots__ = ("check_name", "constrained", "enum", "enum_schema", "type")

    def __init__(self, kind: ColumnType | Unknown | None, enum: EnumType | None = None) -> None:
        self.type = kind
        """`None` for no type at all: a foreign key's target gives it."""
        self.enum = enum
        self.enum_schema: str | None = None
        """`table` or `metadata`, where the enum takes its schema from that."""
        self.constrained: bool | Unknown = False
        self.check_name: str | Unknown | None = None


class TypeReader:
    """Turns type expressions into column types; remembers those it has read."""

    def __init__(self, interpreter: Interpreter, sqlalchemy_version: tuple[int, ...]) -> None:
        self.interpreter = interpreter
        self.version = sqlalchemy_version
        self.enums = EnumReader(interpreter, sqlalchemy_version)
        self._read: dict[int, tuple[Value, ResolvedType]] = {}

    def read(self, value: Value | None) -> ResolvedType:
        """The type that a type expression (a class or an instance) stands for."""
        if value is None:
            return ResolvedType(None)
        known = self._read.get(id(value))
        if known is None or known[0] is not value:
            known = (value, self._resolve(value, 0))
            self._read[id(value)] = known
        return known[1]

    def is_type(self, value: Value | None) -> bool:
        """Whether a value is a type expression, rather than a constraint, a default or anything else."""
        if isinstance(value, Either):
            return any(self.is_type(option) for option in value.options)
        if isinstance(value, ClassValue):
            return _is_type_name(library_ancestor(value))
        if isinstance(value, Call):
            if isinstance(value.function, Attribute) and value.function.name in {"with_variant", "as_mutable"}:
                return True
            name = call_name(value)
            return name is not None and (name.endswith(".as_mutable") or _is_type_name(name))
        if isinstance(value, ObjectValue):
            return _is_type_name(library_ancestor(value.cls))
        return _is_type_name(construct(value))

    def _resolve(self, value: Value, depth: int) -> ResolvedType:
        if depth > _DEPTH:
            return ResolvedType(unknown(value, "the type is nested too deeply"))
        if isinstance(value, Symbol | Attribute) and (name := construct(value)) is not None:
            return self._library(name, None, value, depth)
        if isinstance(value, ClassValue):
            return self._project_class(value, ObjectValue(value, [], {}, value.site), depth)
        if isinstance(value, ObjectValue):
            return self._project_class(value.cls, value, depth)
        if isinstance(value, Call):
            return self._called(value, depth)
        if isinstance(value, Either):
            return self._either(value, depth)
        if isinstance(value, Constant) and value.value is None:
            return ResolvedType(None)
        return ResolvedType(unknown(value))

    def _either(self, value: Either, depth: int) -> ResolvedType:
        found = [self._resolve(option, depth + 1) for option in value.options]
        kinds = [f.type for f in found]
        first = kinds[0] if kinds else None
        if isinstance(first, ColumnType) and all(isinstance(k, ColumnType) and k.sql == first.sql for k in kinds):
            return found[0]
        return ResolvedType(unknown(value))

    def _called(self, call: Call, depth: int) -> ResolvedType:
        function = call.function
        name = call_name(call)
        if isinstance(function, Attribute) and function.name == "with_variant":
            return self._with_variant(function.value, call, depth)
        if (isinstance(function, Attribute) and function.name == "as_mutable") or (name or "").endswith(".as_mutable"):
            inner = argument(call, "sqltype", 0)
            resolved = self._resolve(inner, depth + 1) if inner is not None else ResolvedType(unknown(call))
            return _replaced(resolved, tracked=True) if isinstance(resolved.type, ColumnType) else resolved
        if name is not None and name.endswith(".type_descriptor"):
            inner = argument(call, "typeobj", 0)
            return self._resolve(inner, depth + 1) if inner is not None else ResolvedType(unknown(call))
        if isinstance(function, Attribute) and function.name == "type_descriptor" and call.arguments:
            return self._resolve(call.arguments[0], depth + 1)
        if isinstance(function, Attribute) and function.name in {"copy", "evaluates_none", "bind"}:
            return self._resolve(function.value, depth + 1)
        if name is None:
            return ResolvedType(unknown(call))
        return self._library(name, call, call, depth)

    def _with_variant(self, base: Value, call: Call, depth: int) -> ResolvedType:
        names = [plain for plain in (text(a) for a in call.arguments[1:]) if isinstance(plain, str)]
        keyword = text(call.keywords.get("dialect_name"))
        names += [keyword] if isinstance(keyword, str) else []
        variant = argument(call, "type_", 0)
        resolved = self._resolve(base, depth + 1)
        if variant is None or not names:
            return ResolvedType(unknown(call))
        if "postgresql" in names:
            dialects = _dialects(base)
            chosen = self._resolve(variant, depth + 1)
            if isinstance(chosen.type, ColumnType) and dialects:
                chosen = _replaced(chosen, dialects=(*chosen.type.dialects, *dialects))
            return chosen
        if isinstance(resolved.type, ColumnType):
            others = tuple(n for n in names if n not in resolved.type.dialects)
            return _replaced(resolved, dialects=(*resolved.type.dialects, *others))
        return resolved

    def _project_class(self, cls: ClassValue, made: ObjectValue, depth: int) -> ResolvedType:
        library = library_ancestor(cls)
        if library is None:
            return ResolvedType(unknown(cls, f"{cls.name} is not a type that could be read"))
        if library == "UserDefinedType":
            resolved = self._user_defined(cls, made)
        elif library == "TypeDecorator" or cls.lookup("impl") is not None:
            resolved = self._decorated(cls, made, depth)
        else:
            call = Call(Symbol(f"sqlalchemy.{library}"), made.arguments, made.keywords, made.site, made.rest)
            if self._own_init(cls):
                given = self._super_arguments(made)
                if given is None:
                    return ResolvedType(unknown(made, f"{cls.name} has a constructor of its own"))
                call.arguments, call.keywords = given
            resolved = self._library(library, call, made, depth)
        if isinstance(resolved.type, ColumnType):
            resolved = _replaced(resolved, class_name=cls.key, decorated=library in _DECORATORS)
        if library in _DECORATORS and any(construct(base) == "SchemaType" for base in cls.mro()):
            resolved = ResolvedType(resolved.type, resolved.enum)
            resolved.constrained = unknown(made, f"{cls.name} may put a CHECK on its column")
        return resolved

    def _user_defined(self, cls: ClassValue, made: ObjectValue) -> ResolvedType:
        method = cls.lookup("get_col_spec")
        if isinstance(method, FunctionValue):
            sql = text(self.interpreter.call(self.interpreter.attribute(made, "get_col_spec"), [], {}))
            if isinstance(sql, str):
                return ResolvedType(plain_type(sql, cls.key))
        return ResolvedType(unknown(made, f"{cls.name} computes its column specification"))

    def _decorated(self, cls: ClassValue, made: ObjectValue, depth: int) -> ResolvedType:
        chosen = self._dialect_impl(cls, made)
        if chosen is not None:
            return self._resolve(chosen, depth + 1)
        impl = cls.lookup("impl")
        if impl is None:
            base = next((b for b in cls.mro() if construct(b) not in (None, *_DECORATORS)), None)
            return self._resolve(base, depth + 1) if base is not None else ResolvedType(unknown(cls))
        if isinstance(impl, Symbol | ClassValue | Attribute):
            given = self._super_arguments(made) if self._own_init(cls) else (made.arguments, made.keywords)
            if given is None:
                return ResolvedType(unknown(made, f"{cls.name} has a constructor of its own"))
            if isinstance(impl, ClassValue):
                return self._resolve(ObjectValue(impl, *given, made.site, made.rest), depth + 1)
            return self._resolve(Call(impl, *given, made.site, made.rest), depth + 1)
        return self._resolve(impl, depth + 1)

    def _dialect_impl(self, cls: ClassValue, made: ObjectValue) -> Value | None:
        """What `load_dialect_impl` answers for PostgreSQL, if the project overrides it."""
        method = cls.lookup("load_dialect_impl")
        if not isinstance(method, FunctionValue):
            return None
        dialect = Call(Symbol("sqlalchemy.engine.Dialect"), [], {}, made.site)
        dialect.assigned = {"name": Constant("postgresql"), "driver": UnknownValue("the driver is not known")}
        bound = self.interpreter.attribute(made, "load_dialect_impl")
        answer = self.interpreter.call(bound, [dialect], {})
        if isinstance(answer, Call) and isinstance(answer.function, Attribute):
            inner = answer.function
            if inner.name == "load_dialect_impl" or (inner.name == "impl" and not answer.arguments):
                return None
        if isinstance(answer, Attribute) and answer.name in {"impl", "impl_instance"}:
            return None
        return answer

    @staticmethod
    def _own_init(made: ClassValue) -> bool:
        return isinstance(made.lookup("__init__"), FunctionValue)

    def _super_arguments(self, made: ObjectValue) -> tuple[list[Value], dict[str, Value]] | None:
        """The arguments that a project type's constructor hands to SQLAlchemy's."""
        return handed_on(made, self.interpreter)

    def _library(self, name: str, call: Calling | None, value: Value, depth: int) -> ResolvedType:
        """A type of SQLAlchemy's by its canonical name."""
        made = call if call is not None else Call(value, [], {}, value.site)
        short = name.partition(".")[2] if name.startswith(("postgresql.", "sqlite.", "mysql.")) else name
        if name in PLAIN:
            return ResolvedType(plain_type(PLAIN[name], name))
        if short in STRINGS and not name.startswith("mysql."):
            return self._string(short, name, made)
        if name in NUMBERS or name in {"postgresql.NUMERIC", "postgresql.DECIMAL"}:
            return self._number(short, name, made)
        if name in MOMENTS:
            return self._moment(name, made)
        if short in {"Enum", "ENUM"}:
            enum, constrained, check = self.enums.read(made)
            resolved = ResolvedType(enum_type(enum, made, name), enum if isinstance(enum, EnumType) else None)
            resolved.constrained, resolved.check_name = constrained, check
            resolved.enum_schema = self.enums.schema_from(made)
            return resolved
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, made, name, depth)
        if name in LENGTHS:
            length = number(argument(made, "length", 0))
            if isinstance(length, Unknown):
                return ResolvedType(length)
            return ResolvedType(sized_type("VARCHAR", length or LENGTHS[name], name))
        if name in {"NullType", "TypeEngine"}:
            return ResolvedType(None)
        return ResolvedType(unknown(value, f"{name} is a type of a library that is not read"))

    def _string(self, short: str, name: str, made: Calling) -> ResolvedType:
        length = number(argument(made, "length", 0))
        collation = text(argument(made, "collation", 1))
        if isinstance(length, Unknown) or isinstance(collation, Unknown):
            return ResolvedType(length if isinstance(length, Unknown) else unknown(made))
        return ResolvedType(sized_type(STRINGS[short], length, name, collation))

    def _number(self, short: str, name: str, made: Calling) -> ResolvedType:
        precision, scale = number(argument(made, "precision", 0)), number(argument(made, "scale", 1))
        if isinstance(precision, Unknown) or isinstance(scale, Unknown):
            return ResolvedType(unknown(made, "its precision is computed when the program runs"))
        arguments = [str(n) for n in (precision, scale) if n is not None] if precision is not None else []
        sql = NUMBERS[short] + (f"({', '.join(arguments)})" if arguments else "")
        return ResolvedType(plain_type(sql, name, precision=precision, scale=scale))

    def _moment(self, name: str, made: Calling) -> ResolvedType:
        zone = flag(argument(made, "timezone", 0))
        precision = number(argument(made, "precision", 1)) if name.startswith("postgresql.") else None
        if isinstance(zone, Unknown) or isinstance(precision, Unknown):
            return ResolvedType(unknown(made, "whether it has a time zone is decided when the program runs"))
        digits = f"({precision})" if precision is not None else ""
        sql = f"{MOMENTS[name]}{digits} {'WITH' if zone else 'WITHOUT'} TIME ZONE"
        return ResolvedType(plain_type(sql, name, precision=precision, timezone=zone))

    def _array(self, made: Calling, name: str, depth: int) -> ResolvedType:
        item = argument(made, "item_type", 0)
        dimensions = number(argument(made, "dimensions", 2))
        inner = self._resolve(item, depth + 1) if item is not None else ResolvedType(None)
        if not isinstance(inner.type, ColumnType) or isinstance(dimensions, Unknown):
            return ResolvedType(inner.type if isinstance(inner.type, Unknown) else unknown(made))
        head, collate, rest = inner.type.sql.partition(" COLLATE")
        sql = head + "[]" * (1 if dimensions is None else dimensions) + collate + rest
        kind = ColumnType(
            sql=sql, name="array", class_name=class_path(name), item=inner.type.name, enum=inner.type.enum,
            length=inner.type.length,
        )  # fmt: skip
        array = ResolvedType(kind, inner.enum)
        array.enum_schema = inner.enum_schema
        return array

    def _domain(self, made: Calling, name: str, depth: int) -> ResolvedType:
        inner = argument(made, "data_type", 1)
        resolved = self._resolve(inner, depth + 1) if inner is not None else ResolvedType(None)
        return ResolvedType(domain_type(made, resolved.type, self.interpreter))

    def _boolean(self, made: Calling, name: str, depth: int) -> ResolvedType:
        resolved = ResolvedType(plain_type("BOOLEAN", name))
        # PostgreSQL has a native boolean: the CHECK is made, and left out when the table is created.
        resolved.constrained = flag(argument(made, "create_constraint", 0))
        resolved.check_name = text(argument(made, "name", 1))
        return resolved

    def _float(self, made: Calling, name: str, depth: int) -> ResolvedType:
        precision = number(argument(made, "precision", 0))
        if isinstance(precision, Unknown):
            return ResolvedType(precision)
        return ResolvedType(plain_type(f"FLOAT({precision})" if precision else "FLOAT", name, precision=precision))

    def _uuid(self, made: Calling, name: str, depth: int) -> ResolvedType:
        native = flag(argument(made, "native_uuid", 1), True)
        if isinstance(native, Unknown):
            return ResolvedType(native)
        return ResolvedType(plain_type("UUID", name) if native else sized_type("CHAR", 32, name))

    def _uuid_type(self, made: Calling, name: str, depth: int) -> ResolvedType:
        native = flag(argument(made, "native", 1), True)
        return ResolvedType(plain_type("UUID", name) if native is True else unknown(made))

    def _interval(self, made: Calling, name: str, depth: int) -> ResolvedType:
        if name == "Interval":
            if flag(argument(made, "native", 0), True) is not True:
                return ResolvedType(plain_type("TIMESTAMP WITHOUT TIME ZONE", name))
            precision, fields = number(argument(made, "second_precision", 1)), None
        else:
            precision, fields = number(argument(made, "precision", 0)), text(argument(made, "fields", 1))
        if isinstance(precision, Unknown) or isinstance(fields, Unknown):
            return ResolvedType(unknown(made))
        sql = "INTERVAL" + (f" {fields}" if fields else "") + (f" ({precision})" if precision is not None else "")
        return ResolvedType(plain_type(sql, name, precision=precision))

    def _bit(self, made: Calling, name: str, depth: int) -> ResolvedType:
        length, varying = number(argument(made, "length", 0)), flag(argument(made, "varying", 1))
        if isinstance(length, Unknown) or isinstance(varying, Unknown):
            return ResolvedType(unknown(made))
        if varying:
            return ResolvedType(plain_type(f"BIT VARYING({length})" if length else "BIT VARYING", name, length=length))
        return ResolvedType(plain_type(f"BIT({length or 1})", name, length=length or 1))

    def _binary(self, made: Calling, name: str, depth: int) -> ResolvedType:
        length = number(argument(made, "length", 0))
        return ResolvedType(length if isinstance(length, Unknown) else sized_type(name, length, name))

    def _choice(self, made: Calling, name: str, depth: int) -> ResolvedType:
        impl = argument(made, "impl", 1)
        return self._resolve(impl, depth + 1) if impl is not None else ResolvedType(sized_type("VARCHAR", 255, name))

    def _utc(self, made: Calling, name: str, depth: int) -> ResolvedType:
        kind = plain_type("TIMESTAMP WITH TIME ZONE", name, timezone=True)
        return ResolvedType(msgspec.structs.replace(kind, rejects_naive=True))

    def _encrypted(self, made: Calling, name: str, depth: int) -> ResolvedType:
        return ResolvedType(plain_type("VARCHAR" if "String" in name else "BYTEA", name))

    def _phone(self, made: Calling, name: str, depth: int) -> ResolvedType:
        length = number(argument(made, "max_length", 1))
        return ResolvedType(length if isinstance(length, Unknown) else sized_type("VARCHAR", length or 20, name))


_SPECIAL = {
    "ARRAY": TypeReader._array, "postgresql.ARRAY": TypeReader._array,
    "Boolean": TypeReader._boolean, "BOOLEAN": TypeReader._boolean,
    "Float": TypeReader._float, "FLOAT": TypeReader._float, "postgresql.FLOAT": TypeReader._float,
    "Uuid": TypeReader._uuid, "Interval": TypeReader._interval, "postgresql.INTERVAL": TypeReader._interval,
    "postgresql.DOMAIN": TypeReader._domain,
    "postgresql.BIT": TypeReader._bit, "BINARY": TypeReader._binary, "VARBINARY": TypeReader._binary,
    "UTCDateTime": TypeReader._utc, "sqlalchemy_utils.UUIDType": TypeReader._uuid_type,
    "sqlalchemy_utils.ChoiceType": TypeReader._choice, "sqlalchemy_utils.PhoneNumberType": TypeReader._phone,
}  # fmt: skip


def _is_type_name(name: str | None) -> bool:
    if name is None:
        return False
    short = name.rpartition(".")[2]
    return (
        name in PLAIN or name in LENGTHS or name in _SPECIAL or short in STRINGS or short in NUMBERS or name in MOMENTS
        or short in {"Enum", "ENUM", "NullType", "TypeEngine", "DOMAIN", *_DECORATORS}
        or (name.startswith(("postgresql.", "mysql.", "sqlite.", "oracle.", "mssql.")) and short.isupper())
        or (short[:1].isupper() and short.endswith("Type") and name.startswith("sqlalchemy_utils."))
    )  # fmt: skip


def _dialects(base: Value) -> tuple[str, ...]:
    """Dialects that the type under a PostgreSQL variant is for: it is the one all others use."""
    name = construct(base) or call_name(base) or ""
    return () if name.startswith("postgresql.") else ("other",)


def _replaced(resolved: ResolvedType, **changes: object) -> ResolvedType:
    assert isinstance(resolved.type, ColumnType)
    new = ResolvedType(msgspec.structs.replace(resolved.type, **changes), resolved.enum)
    new.constrained, new.check_name, new.enum_schema = resolved.constrained, resolved.check_name, resolved.enum_schema
    return new
