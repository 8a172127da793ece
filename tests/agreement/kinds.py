"""The types of columns that are drawn, each with every way of writing it."""

from __future__ import annotations

from agreement.description import EnumClass, Kind

HELPERS = {
    "Trimmed": """
class Trimmed([[sqlalchemy.types.TypeDecorator]]):
    impl = [[sqlalchemy.String]]
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value.strip() if value is not None else None
""",
    "Code": """
class Code([[sqlalchemy.types.TypeDecorator]]):
    impl = [[sqlalchemy.String]](12)
    cache_ok = True
""",
    "Flexible": """
class Flexible([[sqlalchemy.types.TypeDecorator]]):
    impl = [[sqlalchemy.JSON]]
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor([[sqlalchemy.dialects.postgresql.JSONB]]())
        return dialect.type_descriptor([[sqlalchemy.JSON]]())
""",
    "Sized": """
class Sized([[sqlalchemy.types.TypeDecorator]]):
    impl = [[sqlalchemy.String]]
    cache_ok = True

    def __init__(self, size=40, *, strict=False):
        super().__init__(length=size)
        self.strict = strict
""",
    "Point": """
class Point([[sqlalchemy.types.UserDefinedType]]):
    cache_ok = True

    def get_col_spec(self, **kw):
        return "POINT"
""",
    "now": """
def now():
    return [[datetime.datetime]].now([[datetime.timezone]].utc)
""",
    "new_id": """
def new_id():
    return [[uuid.uuid4]]()
""",
    "a_column": """
def a_column(*args, **kwargs):
    kwargs.setdefault("comment", "made")
    return [[sqlalchemy.Column]](*args, **kwargs)
""",
    "required": """
required = [[functools.partial]]([[sqlalchemy.Column]], nullable=False)
""",
    "looked_up": """
def looked_up(*args, index=True, **options):
    return [[sqlalchemy.Column]](*args, index=index, **options)
""",
    "a_mapped_column": """
def a_mapped_column(*args, **kwargs):
    return [[sqlalchemy.orm.mapped_column]](*args, **kwargs)
""",
    "described": """
def described(*args, comment=None, **options):
    options = {**options, "comment": comment or "described"}
    return [[sqlalchemy.orm.mapped_column]](*args, **options)
""",
    "a_field": """
def a_field(**options):
    return [[sqlmodel.Field]](**{"description": "made", **options})
""",
    "related": """
def related(*args, **kwargs):
    return [[sqlalchemy.orm.relationship]](*args, **kwargs)
""",
    "eager": """
eager = [[functools.partial]]([[sqlalchemy.orm.relationship]], lazy="selectin")
""",
}
"""What a package defines itself, where something refers to it."""

PG = "sqlalchemy.dialects.postgresql"

INTEGER = Kind(
    "integer", "int",
    ("[[sqlalchemy.Integer]]", "[[sqlalchemy.Integer]]()", "[[sqlalchemy.BigInteger]]", "[[sqlalchemy.SmallInteger]]()",
     "[[sqlalchemy.types.Integer]]", "[[sqlalchemy.INTEGER]]", f"[[{PG}.BIGINT]]",
     '[[sqlalchemy.BigInteger]]().with_variant([[sqlalchemy.Integer]], "sqlite")',
     f'[[sqlalchemy.Integer]]().with_variant([[{PG}.BIGINT]](), "postgresql")'),
    scalars=("0", "42", "-1", "1_000"), callables=("lambda: 3",),
    server=('"0"', '[[sqlalchemy.text]]("7")', "[[sqlalchemy.text]]('1 + 1')", "[[sqlalchemy.literal]](5)"),
)  # fmt: skip

UUID = Kind(
    "uuid", "[[uuid.UUID]]",
    ("[[sqlalchemy.Uuid]]", "[[sqlalchemy.Uuid]]()", f"[[{PG}.UUID]](as_uuid=True)", f"[[{PG}.UUID]]",
     "[[sqlalchemy.UUID]]()"),
    callables=("[[uuid.uuid4]]", "[[PACKAGE.types.new_id]]", "lambda: [[uuid.uuid4]]()"),
    server=('[[sqlalchemy.text]]("gen_random_uuid()")', "[[sqlalchemy.func]].gen_random_uuid()"),
)  # fmt: skip

STRING = Kind(
    "string", "str",
    ("[[sqlalchemy.String]]", "[[sqlalchemy.String]](50)", "[[sqlalchemy.String]](length=20)", "[[sqlalchemy.Text]]",
     "[[sqlalchemy.Text]]()", "[[sqlalchemy.Unicode]](30)", "[[sqlalchemy.UnicodeText]]()",
     "[[sqlalchemy.VARCHAR]](10)", "[[sqlalchemy.CHAR]](3)",
     '[[sqlalchemy.String]](9, collation="C")', f"[[{PG}.VARCHAR]](8)",
     f"[[{PG}.TEXT]]", "[[PACKAGE.types.Trimmed]]", "[[PACKAGE.types.Trimmed]](33)", "[[PACKAGE.types.Code]]()",
     "[[PACKAGE.types.Sized]](7)", "[[PACKAGE.types.Sized]]()",
     '[[sqlalchemy.Text]]().with_variant([[sqlalchemy.String]](5), "mysql", "mariadb")'),
    scalars=('""', '"none"', "'it\\'s'", 'f"{1}x"'), callables=("str", "lambda: 'a'"),
    server=('""', '"none"', "[[sqlalchemy.text]](\"'x'\")", "[[sqlalchemy.func]].current_user()",
            '"it\'s"', '"50%"'),
    field_options=((("max_length", "40"),), (("min_length", "1"), ("max_length", "9"))),
)  # fmt: skip

BOOLEAN = Kind(
    "boolean", "bool", ("[[sqlalchemy.Boolean]]", "[[sqlalchemy.Boolean]]()", "[[sqlalchemy.BOOLEAN]]"),
    scalars=("False", "True"),
    server=("[[sqlalchemy.true]]()", "[[sqlalchemy.false]]()", '"f"', '[[sqlalchemy.text]]("true")'),
)  # fmt: skip

MOMENT = Kind(
    "moment", "[[datetime.datetime]]",
    ("[[sqlalchemy.DateTime]]", "[[sqlalchemy.DateTime]](timezone=True)", "[[sqlalchemy.DateTime]](True)",
     "[[sqlalchemy.TIMESTAMP]](timezone=True)", f"[[{PG}.TIMESTAMP]](precision=3)", f"[[{PG}.TIMESTAMP]](True, 6)"),
    callables=("[[PACKAGE.types.now]]", "lambda: [[datetime.datetime]].now([[datetime.timezone]].utc)"),
    server=("[[sqlalchemy.func]].now()", '[[sqlalchemy.text]]("now()")', "[[sqlalchemy.func]].current_timestamp()",
            "[[sqlalchemy.sql.func]].now()", "[[sqlalchemy.text]]('CURRENT_TIMESTAMP')"),
)  # fmt: skip

DAY = Kind("day", "[[datetime.date]]", ("[[sqlalchemy.Date]]", "[[sqlalchemy.Date]]()", "[[sqlalchemy.DATE]]"),
           callables=("[[datetime.date]].today",), server=("[[sqlalchemy.func]].current_date()",))  # fmt: skip
CLOCK = Kind("clock", "[[datetime.time]]", ("[[sqlalchemy.Time]]", "[[sqlalchemy.Time]](timezone=True)"))
SPAN = Kind("span", "[[datetime.timedelta]]",
            ("[[sqlalchemy.Interval]]", "[[sqlalchemy.Interval]]()", f"[[{PG}.INTERVAL]](precision=2)",
             f'[[{PG}.INTERVAL]](fields="DAY")'))  # fmt: skip
NUMBER = Kind(
    "number", "[[decimal.Decimal]]",
    ("[[sqlalchemy.Numeric]]", "[[sqlalchemy.Numeric]](10, 2)", "[[sqlalchemy.Numeric]](precision=8, scale=3)",
     "[[sqlalchemy.DECIMAL]](6)", "[[sqlalchemy.NUMERIC]](5, 1, asdecimal=False)"),
    scalars=('[[decimal.Decimal]]("1.5")', "0"), server=('"0"', '"1.50"'),
    field_options=((("max_digits", "8"), ("decimal_places", "2")), (("ge", "0"),)),
)  # fmt: skip
FLOAT = Kind(
    "float", "float",
    ("[[sqlalchemy.Float]]", "[[sqlalchemy.Float]](24)", "[[sqlalchemy.Float]](precision=53)", "[[sqlalchemy.Double]]",
     "[[sqlalchemy.REAL]]", f"[[{PG}.DOUBLE_PRECISION]]()"),
    scalars=("0.5", "1e3"), server=('"0"',),
)  # fmt: skip
BLOB = Kind("blob", "bytes", ("[[sqlalchemy.LargeBinary]]", "[[sqlalchemy.LargeBinary]](9)", f"[[{PG}.BYTEA]]"),
            scalars=('b""',))  # fmt: skip
DOCUMENT = Kind(
    "document", "dict[str, [[typing.Any]]]",
    ("[[sqlalchemy.JSON]]", "[[sqlalchemy.JSON]]()", f"[[{PG}.JSONB]]", f"[[{PG}.JSONB]](none_as_null=True)",
     "[[PACKAGE.types.Flexible]]", f"[[sqlalchemy.JSON]]().with_variant([[{PG}.JSONB]](), \"postgresql\")",
     f"[[sqlalchemy.ext.mutable.MutableDict]].as_mutable([[{PG}.JSONB]])",
     "[[sqlalchemy.ext.mutable.MutableDict]].as_mutable([[sqlalchemy.JSON]]())"),
    callables=("dict",), server=('"{}"', "[[sqlalchemy.text]](\"'{}'\")"),
    derived=frozenset(), ordered=False,
)  # fmt: skip
LIST = Kind(
    "list", "list[str]",
    ("[[sqlalchemy.ARRAY]]([[sqlalchemy.String]])", f"[[{PG}.ARRAY]]([[sqlalchemy.String]](5))",
     f"[[{PG}.ARRAY]]([[sqlalchemy.Text]](), dimensions=2)",
     f"[[sqlalchemy.ext.mutable.MutableList]].as_mutable([[{PG}.ARRAY]]([[sqlalchemy.Text]]))"),
    callables=("list",), server=('"{}"',), derived=frozenset(), ordered=True,
)  # fmt: skip
ODD = Kind(
    "odd", "[[typing.Any]]",
    (f"[[{PG}.TSVECTOR]]", f"[[{PG}.INET]]", f"[[{PG}.CIDR]]()", f"[[{PG}.INT4RANGE]]", f"[[{PG}.BIT]](4)",
     f"[[{PG}.MACADDR]]",
     "[[PACKAGE.types.Point]]", "[[PACKAGE.types.Point]]()", "[[sqlalchemy.PickleType]]", f"[[{PG}.TSTZRANGE]]()",
     f"[[{PG}.BIT]](5, varying=True)", f"[[{PG}.OID]]", f"[[{PG}.MONEY]]"),
    derived=frozenset(), ordered=False,
)  # fmt: skip

PLAIN = (STRING, INTEGER, BOOLEAN, MOMENT, UUID, NUMBER, DAY, FLOAT, DOCUMENT, LIST, CLOCK, SPAN, BLOB, ODD)


def literal(labels: tuple[str, ...]) -> Kind:
    """Values written out in the annotation, for which declarative makes a non-native enum."""
    text = ", ".join(f'"{label}"' for label in labels)
    return Kind("literal", f"[[typing.Literal]][{text}]",
                (f"[[sqlalchemy.Enum]]({text}, name=\"literal_{'_'.join(labels)}\")",
                 f"[[sqlalchemy.Enum]]({text}, native_enum=False)",
                 f"[[sqlalchemy.Enum]]({text}, native_enum=False, length=30)",
                 f"[[{PG}.ENUM]]({text}, name=\"pg_{'_'.join(labels)}\")"),
                scalars=(f'"{labels[0]}"',), server=(f'"{labels[-1]}"',),
                derived=frozenset({"mapped", "dataclass"}))  # fmt: skip


def enumeration(module: str, enum: EnumClass) -> Kind:
    """An enum class, native or not, by names or by values."""
    path = f"[[{module}.{enum.name}]]"
    lower = enum.name.lower()
    first = enum.members[0][0]
    by_value = "values_callable=lambda cls: [str(m.value) for m in cls]"
    return Kind(
        f"enum {enum.name}", path,
        (f"[[sqlalchemy.Enum]]({path})", f'[[sqlalchemy.Enum]]({path}, name="{lower}_named")',
         f"[[sqlalchemy.Enum]]({path}, native_enum=False)",
         f"[[sqlalchemy.Enum]]({path}, native_enum=False, length=44)",
         f'[[sqlalchemy.Enum]]({path}, {by_value}, name="{lower}_by_value")',
         f'[[sqlalchemy.Enum]]({path}, native_enum=False, create_constraint=True, name="{lower}_checked")',
         f'[[sqlalchemy.Enum]]({path}, {by_value}, native_enum=False)',
         f'[[{PG}.ENUM]]({path}, name="{lower}_pg")',
         f'[[sqlalchemy.Enum]]({path}, inherit_schema=True, name="{lower}_here")',
         f'[[sqlalchemy.Enum]](*[m.name for m in {path}], name="{lower}_names")'),
        scalars=(f"{path}.{first}",), server=(f'"{first}"', f"{path}.{first}.name"),
    )  # fmt: skip
