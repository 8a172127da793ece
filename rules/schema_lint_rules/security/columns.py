"""SEC: the columns that policies compare."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import INFO, WARNING, Shared, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, ForeignKey, Table
from schema_lint_rules._expressions import Group, column, parse, tokens
from schema_lint_rules._names import quoted, quoted_table
from schema_lint_rules._platforms import is_platforms
from schema_lint_rules._row_security import (
    READS_ROWS,
    comparisons,
    is_protected,
    own_columns,
    tenant_columns,
)
from schema_lint_rules.shapes import known_type, listed

SMALL = 1_000
"""Rows of a table that is read as fast without an index."""


def _conditions(table: Table, schema: Schema) -> Iterator[tuple[str, Group]]:
    """Policy and what it compares for each row that is read."""
    if not is_protected(table) or is_platforms(table.schema, schema) or _is_small(table):
        return
    for policy in schema.row_policies_of(table.key):
        expression = parse(policy.using)
        if policy.command in READS_ROWS and expression is not None:
            for one, _ in comparisons(expression, policy):
                if len(own_columns(one, policy)) == 1:
                    yield policy.name, one


def _is_small(table: Table) -> bool:
    rows = table.storage.rows if table.storage is not None else None
    return rows is not None and rows < SMALL


def _subject(table: Table, name: str) -> Subject:
    return Subject(kind="column", schema=table.schema, table=table.name, columns=(name,))


@rule(
    "SEC008", "policy-column-without-index", severity=INFO, evidence="C", reference="security:ROW_SECURITY", fix="sql",
    peers=("pgrls PERF003", "safegres X2"),
)  # fmt: skip
def policy_column_without_index(table: Table, schema: Schema) -> Iterator[Violation]:
    """What a policy compares for every query has an index.

    Why: the policy is a filter on every query of the table. Without an index that begins with the column, each of them
    reads the whole table (Supabase documentation, "RLS Performance and Best Practices").

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: tables of fewer than 1,000 rows, as far as their number is known; columns of one side of an OR.
    """
    led = _led_columns(table)
    found: dict[str, dict[str, None]] = {}
    for policy, one in _conditions(table, schema):
        name = column(one)
        if name is not None and name not in led:
            found.setdefault(name, {})[quoted(policy)] = None
    for name, policies in found.items():
        yield Violation(
            message=f"{listed(policies, 3)} compare{'s' * (len(policies) == 1)} {table.key}.{name} for every query, "
            "and no index begins with it",
            suggestion=f"add an index on {table.key} ({name})",
            subject=_subject(table, name),
            sql=f"CREATE INDEX CONCURRENTLY ON {quoted_table(table)} ({quoted(name)});",
        )


def _led_columns(table: Table) -> set[str | None]:
    led: set[str | None] = {index.columns[0] for index in table.indexes.known if index.parts and index.valid}
    keys = [table.primary_key.columns, *(unique.columns for unique in table.unique_constraints.known)]
    led |= {x.columns[0] for x in table.exclusion_constraints.known if x.operators[0] == "="}
    return led | {columns[0] for columns in keys if columns}


@rule(
    "SEC035", "policy-column-in-function", severity=INFO, evidence="C", reference="security:ROW_SECURITY",
    peers=("pgrls PERF004", "safegres X3"),
)  # fmt: skip
def policy_column_in_function(table: Table, schema: Schema) -> Iterator[Violation]:
    """A policy compares the column, not what a function makes of it.

    Why: an index on the column does not serve `lower(email) = …` nor `owner_id::text = …` (PostgreSQL documentation,
    11.7. Indexes on Expressions). The cast belongs to the other side, where it is done once.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL);
        CREATE INDEX ON tasks (owner_id);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner_id::text = (SELECT current_setting('app.user', true)));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL);
        CREATE INDEX ON tasks (owner_id);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner_id = (SELECT current_setting('app.user', true)::uuid));
        ```

    Exempt: what an index holds; `varchar` as `text`, which is the same; tables of fewer than 1,000 rows.
    """
    indexed = [_normal(expression) for expression in _indexed_expressions(table)]
    for policy, one in _conditions(table, schema):
        name = next(iter(_mentioned(one, table)), None)
        if name is None or column(one) is not None or _normal(one) in indexed or _is_relabelled(one, name, table):
            continue
        yield Violation(
            message=f"the policy {quoted(policy)} of {table.key} compares what becomes of {name}, which no index holds",
            suggestion=f"compare {name} itself, and convert the other side",
            subject=_subject(table, name),
        )


def _mentioned(expression: Group, table: Table) -> list[str]:
    words = set(tokens(expression))
    return [found.name for found in table.columns.known if found.name in words or quoted(found.name) in words]


def _indexed_expressions(table: Table) -> Iterator[Group]:
    for index in table.indexes.known:
        for part in index.parts:
            expression = parse(part.expression) if isinstance(part.expression, str) else None
            if expression is not None:
                yield expression


def _normal(expression: Group) -> list[str]:
    """Without parentheses, which PostgreSQL sets more or less of, and casts between texts."""
    words = [word for word in tokens(expression) if word not in ("character", "varying")]
    return [word for at, word in enumerate(words) if word != "::" and words[at - 1 : at] != ["::"]]


def _is_relabelled(expression: Group, name: str, table: Table) -> bool:
    """`(email)::text` of a varchar, which is no other value."""
    kept = table.column(name)
    kind = known_type(kept) if kept is not None else None
    return kind is not None and kind.name == "varchar" and list(tokens(expression)) == [quoted(name), "::", "text"]


@rule(
    "SEC036", "nullable-policy-column", severity=INFO, evidence="C", reference="security:ROW_SECURITY", fix="sql",
    peers=("pgrls SEC030",),
)  # fmt: skip
def nullable_policy_column(own: Column, table: Table, schema: Schema, shared: Shared) -> Iterator[Violation]:
    """The column that says whose a row is has a value in every row.

    Why: NULL equals nothing, so that a row without an owner is nobody's: no user sees it, counts it or can remove it.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: columns that a policy compares in one branch of an OR alone.
    """
    if own.nullable is not True or not is_protected(table) or is_platforms(table.schema, schema):
        return
    if own.name in shared.of(tenant_columns).get(table.key, ()):
        yield Violation(
            message=f"{table.key}.{own.name} says whose a row is, and may be NULL: such rows are nobody's",
            suggestion=f"give the rows without {own.name} an owner, then SET NOT NULL",
            sql=f"ALTER TABLE {quoted_table(table)} ALTER COLUMN {quoted(own.name)} SET NOT NULL;",
        )


@rule(
    "SEC037", "unique-across-tenants", severity=WARNING, evidence="C", reference="models:Tag", on=False, strict=False,
    security_severity=4.3, peers=("pgrls SEC035",),
)  # fmt: skip
def unique_across_tenants(table: Table, schema: Schema, shared: Shared) -> Iterator[Violation]:
    """What is unique is unique among one owner's rows.

    Why: a unique key over all owners' rows tells by its error that a value exists which the user cannot see, and lets
    one take a name from all others.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tags (id uuid PRIMARY KEY, owner text NOT NULL, name text NOT NULL UNIQUE);
        CREATE INDEX ON tags (owner);
        ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tags TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tags (id uuid PRIMARY KEY, owner text NOT NULL, name text NOT NULL, UNIQUE (owner, name));
        ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tags TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: primary keys; tables with one row for each owner; keys over UUIDs, which nobody guesses. E-mail addresses
    and the like that are meant to be unique everywhere: accept them with a reason.
    """
    tenants = shared.of(tenant_columns).get(table.key) if is_protected(table) else None
    if not tenants or is_platforms(table.schema, schema) or tenants >= frozenset(table.primary_key.columns):
        return
    for columns in schema.unique_sets(table):
        if columns == frozenset(table.primary_key.columns) or columns & tenants:
            continue
        kinds = [known_type(found) for name in columns if (found := table.column(name)) is not None]
        if any(kind is not None and kind.name == "uuid" for kind in kinds):
            continue
        yield Violation(
            message=f"{listed(sorted(columns))} of {table.key} is unique among the rows of all, not of one "
            f"{listed(sorted(tenants))}",
            suggestion=f"begin the key with {listed(sorted(tenants))}",
            subject=Subject(kind="constraint", schema=table.schema, table=table.name, columns=tuple(sorted(columns))),
        )


@rule(
    "SEC038", "foreign-key-across-tenants", severity=INFO, evidence="C", reference="models:Tag", on=False, strict=False,
    peers=("pgrls SEC047", "eslint-plugin-postgresql require-fk-include-columns"),
)  # fmt: skip
def foreign_key_across_tenants(fk: ForeignKey, table: Table, schema: Schema, shared: Shared) -> Iterator[Violation]:
    """A foreign key to a protected table carries the column that says whose a row is.

    Why: foreign keys are checked past all policies (PostgreSQL documentation, 5.9. Row Security Policies): a user can
    refer to another's row, and learn from the error whether a key exists.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE lists (id integer PRIMARY KEY, owner text NOT NULL, UNIQUE (owner, id));
        ALTER TABLE lists ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON lists TO app USING (owner = (SELECT current_setting('app.user', true)));
        CREATE TABLE tasks (id integer PRIMARY KEY, owner text NOT NULL, list_id integer NOT NULL REFERENCES lists);
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE lists (id integer PRIMARY KEY, owner text NOT NULL, UNIQUE (owner, id));
        ALTER TABLE lists ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON lists TO app USING (owner = (SELECT current_setting('app.user', true)));
        CREATE TABLE tasks (id integer PRIMARY KEY, owner text NOT NULL, list_id integer NOT NULL,
            FOREIGN KEY (owner, list_id) REFERENCES lists (owner, id));
        ```

    Exempt: tables that have no such column.
    """
    target = schema.table(fk.target_table)
    if target is None or not is_protected(target) or is_platforms(target.schema, schema):
        return
    missing = sorted(
        name
        for name in shared.of(tenant_columns).get(target.key, ())
        if name not in fk.target_columns and table.column(name) is not None and name not in fk.columns
    )
    if missing:
        yield Violation(
            message=f"{fk.table} ({', '.join(fk.columns)}) can refer to a row of {fk.target_table} that is another's: "
            f"the key leaves out {listed(missing)}",
            suggestion=f"let the foreign key carry {listed(missing)}, with a unique key over it in {fk.target_table}",
        )
