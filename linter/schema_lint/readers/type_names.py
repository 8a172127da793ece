"""How PostgreSQL's DDL writes SQLAlchemy's types: small tables, so that a check need not import SQLAlchemy.

Source: `PGTypeCompiler` and `GenericTypeCompiler` of SQLAlchemy 1.4, 2.0 and 2.1.
"""

from __future__ import annotations

import re

STRINGS = {
    "String": "VARCHAR", "VARCHAR": "VARCHAR", "Unicode": "VARCHAR", "Text": "TEXT", "TEXT": "TEXT",
    "UnicodeText": "TEXT", "CHAR": "CHAR", "NCHAR": "NCHAR", "NVARCHAR": "NVARCHAR", "CLOB": "CLOB",
    "AutoString": "VARCHAR",
}  # fmt: skip
"""Types with a length and a collation."""

NUMBERS = {"Numeric": "NUMERIC", "NUMERIC": "NUMERIC", "DECIMAL": "DECIMAL"}
"""Types with precision and scale."""

MOMENTS = {
    "DateTime": "TIMESTAMP", "TIMESTAMP": "TIMESTAMP", "Time": "TIME", "TIME": "TIME",
    "postgresql.TIMESTAMP": "TIMESTAMP", "postgresql.TIME": "TIME",
}  # fmt: skip
"""Types with a time zone."""

PLAIN = {
    "Integer": "INTEGER", "INTEGER": "INTEGER", "INT": "INTEGER", "SmallInteger": "SMALLINT", "SMALLINT": "SMALLINT",
    "BigInteger": "BIGINT", "BIGINT": "BIGINT", "Double": "DOUBLE PRECISION", "DOUBLE": "DOUBLE",
    "DOUBLE_PRECISION": "DOUBLE PRECISION", "REAL": "REAL", "Date": "DATE", "DATE": "DATE", "DATETIME": "DATETIME",
    "JSON": "JSON", "PickleType": "BYTEA", "LargeBinary": "BYTEA", "BLOB": "BLOB", "UUID": "UUID",
    "MatchType": "BOOLEAN",
    **{
        f"postgresql.{name}": name
        for name in (
            "TSVECTOR", "TSQUERY", "INET", "CIDR", "CITEXT", "MACADDR", "MACADDR8", "MONEY", "OID", "REGCONFIG",
            "REGCLASS", "HSTORE", "JSON", "JSONB", "JSONPATH", "INT4MULTIRANGE", "INT8MULTIRANGE", "NUMMULTIRANGE",
            "DATEMULTIRANGE", "TSMULTIRANGE", "TSTZMULTIRANGE", "INT4RANGE", "INT8RANGE", "NUMRANGE", "DATERANGE",
            "TSRANGE", "TSTZRANGE", "UUID", "BYTEA", "BIGINT", "INTEGER", "SMALLINT", "BOOLEAN", "DATE", "REAL",
        )
    },
    "postgresql.DOUBLE_PRECISION": "DOUBLE PRECISION", "sqlite.JSON": "JSON", "mysql.JSON": "JSON",
    "sqlalchemy_utils.TSVectorType": "TSVECTOR", "sqlalchemy_utils.JSONType": "JSON",
    "sqlalchemy_utils.URLType": "TEXT", "sqlalchemy_utils.ScalarListType": "TEXT",
    "sqlalchemy_utils.ArrowType": "TIMESTAMP WITHOUT TIME ZONE", "sqlalchemy_utils.LtreeType": "LTREE",
    "sqlalchemy_utils.EncryptedType": "BYTEA", "sqlalchemy_utils.StringEncryptedType": "VARCHAR",
    "sqlalchemy_utils.CountryType": "VARCHAR(2)", "sqlalchemy_utils.CurrencyType": "VARCHAR(3)",
    "sqlalchemy_utils.LocaleType": "VARCHAR(10)", "sqlalchemy_utils.IntRangeType": "INT4RANGE",
    "sqlalchemy_utils.NumericRangeType": "NUMRANGE", "sqlalchemy_utils.DateRangeType": "DATERANGE",
    "sqlalchemy_utils.DateTimeRangeType": "TSRANGE",
}  # fmt: skip
"""Types whose arguments do not show in the DDL."""

LENGTHS = {
    "sqlalchemy_utils.EmailType": 255, "sqlalchemy_utils.ColorType": 20, "sqlalchemy_utils.IPAddressType": 50,
    "sqlalchemy_utils.TimezoneType": 50,
}  # fmt: skip
"""Types of libraries that are a VARCHAR of this length, unless told otherwise."""

_WORDS = {
    "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "float": "double precision",
    "float8": "double precision", "float4": "real", "decimal": "numeric", "double": "double precision",
    "character varying": "varchar", "character": "char", "bool": "boolean", "nvarchar": "varchar", "nchar": "char",
    "timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone",
    "timetz": "time with time zone", "time": "time without time zone", "blob": "bytea",
    "datetime": "timestamp without time zone", "clob": "text",
}  # fmt: skip
_ARGUMENTS = r"\s*\([^)]*\)"


def bare(sql: str) -> str:
    """The bare type, lower case, without arguments: `varchar`, `timestamp with time zone`, `array`."""
    if sql.endswith("[]"):
        return "array"
    word = re.sub(_ARGUMENTS, "", sql.partition(" COLLATE ")[0]).lower().strip()
    if word == "float" and "(" in sql:
        digits = sql.partition("(")[2].rstrip(") ")
        return "real" if digits.isdigit() and int(digits) <= 24 else "double precision"
    return _WORDS.get(word, word)
