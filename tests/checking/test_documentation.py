"""A rule's docstring is its documentation: what is read from it, and how."""

from __future__ import annotations

from schema_lint.checking.documentation import Documentation, parse

WHOLE = '''A foreign key has an index that starts with its columns.

    Without one, each delete of a user scans every task.

    Why: PostgreSQL does not index the referencing side by itself,
    so a delete reads the whole table (PostgreSQL manual, 5.5.5).

    Bad:
        ```python
        class Task(SQLModel, table=True):
            """Why: not a heading."""

            owner_id: int
        ```

    Good:
        ```python
        class Task(SQLModel, table=True):
            owner_id: int = Field(index=True)
        ```

    Exempt: the first columns of a primary key (`a; b`); a partial index (on `IS NOT NULL`; nothing else);
    external tables.

    Options:
        ignore_small_tables: leave out tables
            of few rows.
    '''


def test_nothing_is_required() -> None:
    assert parse(None) == parse("") == Documentation()
    assert parse("Only a summary.") == Documentation(summary="Only a summary.")


def test_all_parts() -> None:
    documentation = parse(WHOLE)
    assert documentation.summary == "A foreign key has an index that starts with its columns."
    assert documentation.description == "Without one, each delete of a user scans every task."
    assert documentation.why == (
        "PostgreSQL does not index the referencing side by itself, so a delete reads the whole table "
        "(PostgreSQL manual, 5.5.5)."
    )
    assert documentation.bad[0].files == {
        "models.py": 'class Task(SQLModel, table=True):\n    """Why: not a heading."""\n\n    owner_id: int\n'
    }
    assert [example.title for example in documentation.good] == [""]
    assert documentation.exempt == (
        "the first columns of a primary key (`a; b`)",
        "a partial index (on `IS NOT NULL`; nothing else)",
        "external tables",
    )
    assert documentation.options == {"ignore-small-tables": "leave out tables of few rows."}


def test_a_summary_that_is_wrapped() -> None:
    assert parse("A long\n    summary.\n\n    Why: so.").summary == "A long summary."


def test_exempt_as_a_list() -> None:
    assert parse("S.\n\n    Exempt:\n        - one; with a semicolon\n        - two\n          and more.\n").exempt == (
        "one; with a semicolon",
        "two and more",
    )


def test_several_files_in_one_fence() -> None:
    text = (
        "S.\n\n    Bad:\n        ```python\n        # file: a.py\n        A = 1\n\n        # file: b/c.py\n"
        "        B = 2\n        ```\n"
    )
    (example,) = parse(text).bad
    assert example.files == {"a.py": "A = 1\n", "b/c.py": "B = 2\n"}
    assert example.languages == {"a.py": "python", "b/c.py": "python"}


def test_a_fence_that_names_its_file_belongs_to_the_example_before_it() -> None:
    text = (
        "S.\n\n    Bad:\n        ```python\n        A = 1\n        ```\n        ```ini\n        # file: alembic.ini\n"
        "        [alembic]\n        ```\n"
    )
    (example,) = parse(text).bad
    assert example.files == {"models.py": "A = 1\n", "alembic.ini": "[alembic]\n"}
    assert example.languages == {"models.py": "python", "alembic.ini": "ini"}


def test_prose_or_a_second_nameless_fence_begins_the_next_example() -> None:
    text = (
        "S.\n\n    Bad:\n        In a mixin:\n        ```python\n        A = 1\n        ```\n        ```python\n"
        "        B = 1\n        ```\n        In two files:\n        ```python\n        # file: a.py\n        C = 1\n"
        "        ```\n"
    )
    assert [(example.title, example.files) for example in parse(text).bad] == [
        ("In a mixin", {"models.py": "A = 1\n"}),
        ("", {"models.py": "B = 1\n"}),
        ("In two files", {"a.py": "C = 1\n"}),
    ]


def test_a_name_used_twice_begins_the_next_example() -> None:
    fence = "        ```python\n        # file: a.py\n        A = 1\n        ```\n"
    assert len(parse("S.\n\n    Bad:\n" + fence + fence).bad) == 2


def test_a_fence_that_is_not_closed_is_read_to_the_end() -> None:
    assert parse("S.\n\n    Bad:\n        ```python\n        A = 1\n").bad[0].files == {"models.py": "A = 1\n"}


def test_an_empty_file_is_a_file() -> None:
    text = (
        "S.\n\n    Bad:\n        ```python\n        # file: app/__init__.py\n        # file: app/a.py\n        A = 1\n"
        "        ```\n"
    )
    assert parse(text).bad[0].files == {"app/__init__.py": "", "app/a.py": "A = 1\n"}
