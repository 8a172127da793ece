"""What `import *` binds from SQLAlchemy, SQLModel and the modules of Python that models star-import beside them.

Source: the modules themselves, of SQLAlchemy 1.4, 2.0 and 2.1, less what they import from `typing`.
"""

from __future__ import annotations

import functools

_SINCE = ((0,), (2, 0), (2, 1))

_NAMES: dict[str, tuple[str, ...]] = {
    "sqlalchemy": (
        """
        ARRAY BIGINT BINARY BLANK_SCHEMA BLOB BOOLEAN BigInteger Boolean CHAR CLOB CheckConstraint Column
        ColumnDefault Computed Constraint DATE DATETIME DDL DECIMAL Date DateTime DefaultClause Enum FLOAT
        FetchedValue Float ForeignKey ForeignKeyConstraint INT INTEGER Identity Index Integer Interval JSON
        LABEL_STYLE_DEFAULT LABEL_STYLE_DISAMBIGUATE_ONLY LABEL_STYLE_NONE LABEL_STYLE_TABLENAME_PLUS_COL
        LargeBinary MetaData NCHAR NUMERIC NVARCHAR Numeric PickleType PrimaryKeyConstraint REAL SMALLINT
        Sequence SmallInteger String TEXT TIME TIMESTAMP Table Text Time TupleType TypeDecorator Unicode
        UnicodeText UniqueConstraint VARBINARY VARCHAR alias all_ and_ any_ asc between bindparam case cast
        collate column create_engine create_mock_engine delete desc distinct engine_from_config except_
        except_all exists extract false func funcfilter insert inspect intersect intersect_all join lambda_stmt
        lateral literal literal_column modifier not_ null nulls_first nulls_last nullsfirst nullslast or_
        outerjoin outparam over select table tablesample text true tuple_ type_coerce union union_all update
        values within_group
        """,
        """
        AdaptedConnection Alias AliasedReturnsRows AssertionPool AsyncAdaptedQueuePool BaseDDLElement BaseRow
        BinaryExpression BindParameter BindTyping BooleanClauseList CTE CacheKey Case Cast ChunkedIteratorResult
        ClauseElement ClauseList CollectionAggregate ColumnClause ColumnCollection ColumnElement ColumnOperators
        Compiled CompoundSelect Connection CreateEnginePlugin CursorResult DDLElement DOUBLE DOUBLE_PRECISION
        Delete Dialect Double Engine ExceptionContext Executable ExecutableDDLElement ExecutionContext Exists
        Extract False_ FromClause FromGrouping FrozenResult Function FunctionElement FunctionFilter
        GenerativeSelect Grouping HasCTE HasPrefixes HasSuffixes Insert Inspector IteratorResult Join Label
        LambdaElement Lateral MappingResult MergedResult NestedTransaction NotNullable Null NullPool Nullable
        Operators Over Pool PoolProxiedConnection PoolResetState QueuePool ReleaseSavepointClause Result
        ResultProxy ReturnsRows RollbackToSavepointClause RootTransaction Row RowMapping SQLColumnExpression
        SavepointClause ScalarResult ScalarSelect Select SelectBase SelectLabelStyle Selectable
        SingletonThreadPool StatementLambdaElement StaticPool Subquery TableClause TableSample TableValuedAlias
        TextAsFrom TextClause TextualSelect Transaction True_ TryCast Tuple TwoPhaseTransaction TypeClause
        TypeCoerce TypeCompiler URL UUID UnaryExpression Update UpdateBase Uuid Values ValuesBase Visitable
        WithinGroup bitwise_not create_pool_from_url cte custom_op dialects engine event exc insert_sentinel
        inspection label log make_url pool quoted_name result_tuple schema sql try_cast types util
        """,
        """
        AggregateOrderBy CheckFirst CreateTable CreateTableAs CreateView DropTable DropView ForeignKeyTarget
        FrameClause FrameClauseType Named NumericCommon OrderByList TString TableValuedColumn TypedColumns
        aggregate_order_by from_dml_column tstring
        """,
    ),
    "sqlalchemy.orm": (
        """
        AliasOption AppenderQuery AttributeEvents AttributeState Bundle CascadeOptions ClassManager
        ColumnProperty CompositeProperty DeclarativeMeta EXT_CONTINUE EXT_SKIP EXT_STOP FromStatement
        IdentityMap InspectionAttr InspectionAttrInfo InstanceEvents InstanceState InstrumentationEvents
        InstrumentedAttribute Load LoaderCriteriaOption MANYTOMANY MANYTOONE Mapped Mapper MapperEvents
        MapperProperty ONETOMANY ORMExecuteState PropComparator Query QueryContext QueryEvents
        QueryableAttribute RelationshipProperty Session SessionEvents SessionTransaction SynonymProperty
        UOWTransaction UserDefinedOption aliased as_declarative backref class_mapper clear_mappers
        close_all_sessions column_property composite configure_mappers contains_alias contains_eager
        create_session declarative_base declarative_mixin declared_attr defaultload defer deferred
        dynamic_loader foreign has_inherited_table immediateload join joinedload lazyload load_only
        make_transient make_transient_to_detached mapper merge_frozen_result merge_result noload object_mapper
        object_session outerjoin polymorphic_union query_expression raiseload reconstructor registry
        relationship remote scoped_session selectin_polymorphic selectinload sessionmaker subqueryload synonym
        synonym_for undefer undefer_group validates was_deleted with_expression with_loader_criteria with_parent
        with_polymorphic
        """,
        """
        AttributeEventToken Composite DeclarativeBase DeclarativeBaseNoMeta DynamicMapped
        InspectionAttrExtensionType KeyFuncDict LoaderCallableStatus MappedAsDataclass MappedClassProtocol
        MappedCollection MappedColumn MappedSQLExpression NO_KEY NO_VALUE NotExtension ORMDescriptor PassiveFlag
        QueryPropertyDescriptor Relationship RelationshipDirection SQLORMExpression SessionTransactionOrigin
        Synonym WriteOnlyCollection WriteOnlyMapped add_mapped_attribute attribute_keyed_dict
        attribute_mapped_collection attributes base bulk_persistence clsregistry collections column_keyed_dict
        column_mapped_collection context decl_api decl_base dependency descriptor_props dynamic evaluator events
        exc identity instrumentation interfaces keyfunc_mapping loading mapped_as_dataclass mapped_collection
        mapped_column mapperlib orm_insert_sentinel path_registry persistence properties query relationships
        scoping session state state_changes strategies strategy_options sync unitofwork util writeonly
        """,
        """
        DictBundle RegistryEvents TypeResolve Unmapped as_typed_table unmapped_column unmapped_dataclass
        """,
    ),
    "sqlalchemy.types": (
        """
        ARRAY BIGINT BINARY BLOB BOOLEAN BigInteger Boolean CHAR CLOB Concatenable DATE DATETIME DECIMAL Date
        DateTime Enum ExternalType FLOAT Float INT INTEGER Indexable Integer Interval JSON LargeBinary NCHAR
        NUMERIC NVARCHAR Numeric PickleType REAL SMALLINT SmallInteger String TEXT TIME TIMESTAMP Text Time
        TupleType TypeDecorator TypeEngine Unicode UnicodeText UserDefinedType VARBINARY VARCHAR
        """,
        """
        DOUBLE DOUBLE_PRECISION Double MatchType NULLTYPE NullType STRINGTYPE SchemaType UUID Uuid Variant
        adapt_type to_instance
        """,
        """
        NumericCommon OperatorClass
        """,
    ),
    "sqlalchemy.schema": (
        """
        AddConstraint BLANK_SCHEMA CheckConstraint Column ColumnCollectionConstraint ColumnCollectionMixin
        ColumnDefault Computed Constraint CreateColumn CreateIndex CreateSchema CreateSequence CreateTable DDL
        DDLElement DefaultClause DefaultGenerator DropColumnComment DropConstraint DropIndex DropSchema
        DropSequence DropTable DropTableComment FetchedValue ForeignKey ForeignKeyConstraint Identity Index
        MetaData PrimaryKeyConstraint SchemaItem SchemaVisitor Sequence SetColumnComment SetTableComment Table
        UniqueConstraint conv sort_tables sort_tables_and_constraints
        """,
        """
        BaseDDLElement DropConstraintComment ExecutableDDLElement HasConditionalDDL InvokeDDLBase SchemaConst
        SchemaVisitable SetConstraintComment insert_sentinel
        """,
        """
        CheckFirst CreateTableAs CreateView DropView ForeignKeyTarget Named TypedColumns
        """,
    ),
    "sqlalchemy.sql": (
        """
        Alias COLLECT_CARTESIAN_PRODUCTS ClauseElement ClauseVisitor ColumnCollection ColumnElement
        CompoundSelect Delete Executable FROM_LINTING False_ FromClause Insert Join LABEL_STYLE_DEFAULT
        LABEL_STYLE_DISAMBIGUATE_ONLY LABEL_STYLE_NONE LABEL_STYLE_TABLENAME_PLUS_COL LambdaElement NO_LINTING
        Select Selectable StatementLambdaElement Subquery TableClause TableSample True_ Update Values
        WARN_LINTING alias all_ and_ any_ asc between bindparam case cast collate column cte delete desc
        distinct except_ except_all exists extract false func funcfilter insert intersect intersect_all join
        label lambda_stmt lateral literal literal_column modifier not_ null nulls_first nulls_last nullsfirst
        nullslast or_ outerjoin outparam over quoted_name select table tablesample text true tuple_ type_coerce
        union union_all update values within_group
        """,
        """
        BaseDDLElement DDL DDLElement ExecutableDDLElement NotNullable Nullable SQLColumnExpression
        SelectLabelStyle annotation base cache_key coercions compiler crud ddl default_comparator dml elements
        events expression functions lambdas naming operators roles schema selectable sqltypes traversals
        try_cast type_api util visitors
        """,
        """
        CheckFirst ExecutableStatement SyntaxExtension TString TableValuedAlias TableValuedColumn TextClause
        WriteableColumnCollection aggregate_order_by from_dml_column tstring
        """,
    ),
    "sqlalchemy.dialects.postgresql": (
        """
        ARRAY All Any BIGINT BIT BOOLEAN BYTEA CHAR CIDR CreateEnumType DATE DATERANGE DOUBLE_PRECISION
        DropEnumType ENUM ExcludeConstraint FLOAT HSTORE INET INT4RANGE INT8RANGE INTEGER INTERVAL Insert JSON
        JSONB MACADDR MACADDR8 MONEY NUMERIC NUMRANGE OID REAL REGCLASS SMALLINT TEXT TIME TIMESTAMP TSRANGE
        TSTZRANGE TSVECTOR UUID VARCHAR aggregate_order_by array array_agg dialect hstore insert
        """,
        """
        CITEXT CreateDomainType DATEMULTIRANGE DOMAIN DropDomainType INT4MULTIRANGE INT8MULTIRANGE JSONPATH
        NUMMULTIRANGE NamedType REGCONFIG Range TSMULTIRANGE TSQUERY TSTZMULTIRANGE
        """,
        """
        BitString distinct_on
        """,
    ),
    "sqlalchemy.dialects.mysql": (
        """
        BIGINT BINARY BIT BLOB BOOLEAN CHAR DATE DATETIME DECIMAL DOUBLE ENUM FLOAT INTEGER Insert JSON LONGBLOB
        LONGTEXT MEDIUMBLOB MEDIUMINT MEDIUMTEXT NCHAR NUMERIC NVARCHAR REAL SET SMALLINT TEXT TIME TIMESTAMP
        TINYBLOB TINYINT TINYTEXT VARBINARY VARCHAR YEAR dialect insert match
        """,
        """
        INET4 INET6
        """,
        """
        limit
        """,
    ),
    "sqlalchemy.dialects.sqlite": (
        """
        BLOB BOOLEAN CHAR DATE DATETIME DECIMAL FLOAT INTEGER Insert JSON NUMERIC REAL SMALLINT TEXT TIME
        TIMESTAMP VARCHAR dialect insert
        """,
        "",
        """
        JSONB
        """,
    ),
    "sqlalchemy.ext.declarative": (
        """
        AbstractConcreteBase ConcreteBase DeclarativeMeta DeferredReflection as_declarative declarative_base
        declared_attr has_inherited_table synonym_for
        """,
    ),
    "sqlmodel": (
        """
        ARRAY AutoString BIGINT BINARY BLANK_SCHEMA BLOB BOOLEAN BigInteger Boolean CHAR CLOB CheckConstraint
        Column ColumnDefault Computed Constraint DATE DATETIME DDL DECIMAL DOUBLE DOUBLE_PRECISION Date DateTime
        DefaultClause Double Enum FLOAT FetchedValue Field Float ForeignKey ForeignKeyConstraint INT INTEGER
        Identity Index Integer Interval JSON LABEL_STYLE_DEFAULT LABEL_STYLE_DISAMBIGUATE_ONLY LABEL_STYLE_NONE
        LABEL_STYLE_TABLENAME_PLUS_COL LargeBinary MetaData NCHAR NUMERIC NVARCHAR Numeric PickleType
        PrimaryKeyConstraint QueuePool REAL Relationship SMALLINT SQLModel Sequence Session SmallInteger
        StaticPool String TEXT TIME TIMESTAMP Table Text Time TupleType TypeDecorator UUID Unicode UnicodeText
        UniqueConstraint Uuid VARBINARY VARCHAR alias all_ and_ any_ asc between bindparam case cast col collate
        column create_engine create_mock_engine delete desc distinct engine_from_config except_ except_all
        exists extract false func funcfilter insert inspect intersect intersect_all join lambda_stmt lateral
        literal literal_column main modifier not_ null nulls_first nulls_last nullsfirst nullslast or_ orm
        outerjoin outparam over select sql table tablesample text true tuple_ type_coerce union union_all update
        values within_group
        """,
    ),
    "typing": (
        """
        AbstractSet Annotated Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator
        Awaitable BinaryIO ByteString Callable ChainMap ClassVar Collection Concatenate Container ContextManager
        Coroutine Counter DefaultDict Deque Dict Final ForwardRef FrozenSet Generator Generic Hashable IO
        ItemsView Iterable Iterator KeysView List Literal LiteralString Mapping MappingView Match MutableMapping
        MutableSequence MutableSet NamedTuple Never NewType NoReturn NotRequired Optional OrderedDict ParamSpec
        ParamSpecArgs ParamSpecKwargs Pattern Protocol Required Reversible Self Sequence Set Sized SupportsAbs
        SupportsBytes SupportsComplex SupportsFloat SupportsIndex SupportsInt SupportsRound TYPE_CHECKING Text
        TextIO Tuple Type TypeAlias TypeGuard TypeVar TypeVarTuple TypedDict Union Unpack ValuesView
        assert_never assert_type cast dataclass_transform final get_args get_origin get_type_hints is_typeddict
        no_type_check no_type_check_decorator overload override reveal_type runtime_checkable
        """,
    ),
    "datetime": (
        """
        MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo
        """,
    ),
    "enum": (
        """
        Enum EnumMeta EnumType Flag IntEnum IntFlag ReprEnum StrEnum auto global_enum member nonmember unique
        verify
        """,
    ),
    "uuid": (
        """
        NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 RESERVED_FUTURE RESERVED_MICROSOFT RESERVED_NCS
        RFC_4122 SafeUUID UUID getnode uuid1 uuid3 uuid4 uuid5
        """,
    ),
    "decimal": (
        """
        BasicContext Clamped Context ConversionSyntax Decimal DecimalException DecimalTuple DefaultContext
        DivisionByZero DivisionImpossible DivisionUndefined ExtendedContext FloatOperation Inexact
        InvalidContext InvalidOperation Overflow Rounded Subnormal Underflow getcontext localcontext setcontext
        """,
    ),
}
"""By module: names of all versions, then those since 2.0 and since 2.1 of SQLAlchemy."""


def star_names(module: str, sqlalchemy: tuple[int, ...]) -> frozenset[str] | None:
    """Names that `from module import *` surely binds; `None` for a module that is not known.

    Other modules of SQLAlchemy and SQLModel count as known: whatever they bind is the same as elsewhere.
    """
    if module in _NAMES:
        return _names(module, sqlalchemy[:2])
    return frozenset() if module.partition(".")[0] in ("sqlalchemy", "sqlmodel") else None


@functools.cache
def _names(module: str, version: tuple[int, ...]) -> frozenset[str]:
    lists = zip(_SINCE, _NAMES[module], strict=False)
    return frozenset(name for since, names in lists if version >= since for name in names.split())
