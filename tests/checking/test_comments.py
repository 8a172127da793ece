from __future__ import annotations

import textwrap

import pytest

from schema_lint.checking.comments import Comment, read_comments


def read(text: str, path: str = "models.py") -> tuple[Comment, ...]:
    return read_comments(path, textwrap.dedent(text).removeprefix("\n"))


def one(text: str, path: str = "models.py") -> Comment:
    (comment,) = read(text, path)
    return comment


@pytest.mark.parametrize(
    "text",
    [
        'x = "# schema-lint: ignore[FK001]"\n',
        '"""\n# schema-lint: ignore[FK001] in a docstring\n"""\n',
        "x = 1  # see schema-lint: ignore[FK001] above\n",
        "x = 1  # Schema-lint: ignore[FK001]\n",
        "# schema-linter: ignore[FK001]\n",
    ],
)
def test_what_is_no_such_comment(text: str) -> None:
    assert read(text) == ()


def test_at_the_end_of_a_line() -> None:
    comment = one("x = 1\ny = 2  # schema-lint: ignore[FK001] ten rows\nz = 3\n")
    assert (comment.names, comment.reason, comment.lines) == (("FK001",), "ten rows", (2, 2))
    assert (comment.place.line, comment.place.column) == (2, 8)


def test_several_names_and_no_reason() -> None:
    comment = one("y = 2  #schema-lint:ignore [foreign-key-without-index , REL001,]\n")
    assert (comment.names, comment.reason) == (("foreign-key-without-index", "REL001"), None)


def test_after_and_before_other_comments() -> None:
    comment = one("y = 2  # noqa: E501  # schema-lint: ignore[FK001]: see #12  # type: ignore\n")
    assert (comment.names, comment.reason) == (("FK001",), "see #12")


@pytest.mark.parametrize("line", [2, 3, 4])
def test_any_line_of_a_statement_covers_it_all(line: int) -> None:
    lines = ["a = 1", "y = Field(", "    index=True,", ")", "b = 2"]
    lines[line - 1] += "  # schema-lint: ignore[FK001]"
    assert one("\n".join(lines)).lines == (2, 4)


def test_alone_inside_a_statement_covers_it_all() -> None:
    assert one("y = Field(\n    # schema-lint: ignore[FK001]\n    index=True,\n)\n").lines == (1, 4)


def test_alone_above_a_statement() -> None:
    assert one("a = 1\n# schema-lint: ignore[FK001] why\ny = Field(\n    index=True)\n").lines == (3, 4)


def test_other_comments_may_stand_between_and_blank_lines_may_not() -> None:
    assert one("# schema-lint: ignore[FK001]\n# more\ny = 1\n").lines == (3, 3)
    assert one("# schema-lint: ignore[FK001]\n\ny = 1\n").lines == (0, 0)
    assert one("y = 1\n# schema-lint: ignore[FK001]\n").lines == (0, 0)


def test_above_the_first_and_after_the_last_statement_of_a_class() -> None:
    above = one("class A:\n    # schema-lint: ignore[FK001]\n    y: int\n")
    assert (above.lines, above.body) == ((3, 3), None)
    assert one("class A:\n    y: int\n    # schema-lint: ignore[FK001]\n\nx = 1\n").lines == (0, 0)


CLASS = """
    @one
    @two(
        1
    )
    class Task(
        Base,
    ):
        '''Text.'''
        id: int

        class Inner:
            x = 1

    x = 1
"""


def test_above_a_class_its_decorators_and_header_are_covered() -> None:
    comment = one("# schema-lint: ignore[TBL001]\n" + textwrap.dedent(CLASS).lstrip("\n"))
    assert (comment.lines, comment.body) == ((2, 8), (6, 13))


def test_on_the_header_of_a_class() -> None:
    text = textwrap.dedent(CLASS).lstrip("\n").replace("Base,", "Base,  # schema-lint: ignore[TBL001]")
    comment = one(text)
    assert (comment.lines, comment.body) == ((5, 7), (5, 12))


def test_at_the_end_of_the_file() -> None:
    comment = one("class A: pass  # schema-lint: ignore[X]")
    assert (comment.lines, comment.body) == ((1, 1), (1, 1))
    comment = one("class A:  # schema-lint: ignore[X]\n    x = 1\n    y = (1,\n    2)")
    assert comment.body == (1, 4)


def test_for_the_whole_file() -> None:
    comment = one("import a\n\n# schema-lint: ignore-file[FK001, FK002] generated\n")
    assert (comment.kind, comment.names, comment.reason) == ("file", ("FK001", "FK002"), "generated")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ignore", "`ignore` must name the rules that it ignores: `ignore[CODE] reason`"),
        ("ignore FK001", "`ignore` must name the rules that it ignores: `ignore[CODE] reason`"),
        ("ignore-file", "`ignore-file` must name the rules that it ignores: `ignore-file[CODE] reason`"),
        ("ignore[FK001", "`ignore[FK001` is not understood: write `ignore[CODE] reason` or `ignore-file[CODE] reason`"),
        ("noqa", "`noqa` is not understood: write `ignore[CODE] reason` or `ignore-file[CODE] reason`"),
        ("", "`` is not understood: write `ignore[CODE] reason` or `ignore-file[CODE] reason`"),
        ("ignore[]", "`ignore[]` names no rule"),
        ("ignore[FK*]", "`FK*` is no name of a rule"),
        ("\x1b[31m", "`\\x1b[31m` is not understood: write `ignore[CODE] reason` or `ignore-file[CODE] reason`"),
    ],
)  # fmt: skip
def test_malformed(body: str, expected: str) -> None:
    comment = one(f"x = 1  # schema-lint: {body}\n")
    assert (comment.names, comment.malformed) == ((), expected)


def test_two_requests_in_one_comment() -> None:
    first, second = read("x = 1  # schema-lint: ignore[FK001] a  # schema-lint: ignore[FK002] b\n")
    assert (first.names, first.reason, second.names, second.reason) == (("FK001",), "a", ("FK002",), "b")


def test_a_file_that_does_not_parse_is_read_as_far_as_it_can_be() -> None:
    assert one("x = 1  # schema-lint: ignore[FK001]\ny = (\n").lines == (1, 1)
    assert read("x = (  # schema-lint: ignore[FK001]\n")[0].lines == (1, 1)
    assert read("if x:\n        a\n    b  # schema-lint: ignore[X]\n") is not None
    assert read("(" * 5000 + "  # schema-lint: ignore[X]\n") is not None
    assert read("\x00 # schema-lint: ignore[X]\n") is not None


def test_other_line_endings() -> None:
    assert one("a = 1\r\n# schema-lint: ignore[FK001]\r\nb = 1\r\n").lines == (3, 3)


def test_ini_files_have_comments_on_lines_of_their_own() -> None:
    text = "[alembic]\n; schema-lint: ignore[ENV001] local\nsqlalchemy.url = x\ny = 1 # schema-lint: ignore[ENV001]\n"
    comment = one(text, "alembic.ini")
    assert (comment.names, comment.reason, comment.lines) == (("ENV001",), "local", (3, 3))


def test_sql_and_environment_files() -> None:
    assert one("SELECT 1; -- schema-lint: ignore[ENV001]\n", "a.sql").lines == (1, 1)
    assert one("-- schema-lint: ignore[ENV001]\n-- more\nSELECT 1;\n", "a.sql").lines == (3, 3)
    assert one("A=b # schema-lint: ignore[ENV002] sample\n", ".env").reason == "sample"
    assert one("# schema-lint: ignore-file[ENV002] sample\n", ".env.example").kind == "file"
    assert read("A=schema-lint:x\n", ".env") == ()
