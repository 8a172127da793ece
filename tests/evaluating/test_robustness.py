"""Files that were written to be odd: a sample of the running Python's own tests."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import ModuleFinder

LIBRARY = Path(sysconfig.get_path("stdlib"))
SAMPLE = [
    "test/test_grammar.py", "test/test_syntax.py", "test/test_fstring.py", "test/test_patma.py", "test/test_enum.py",
    "test/test_scope.py", "test/test_super.py", "test/test_descr.py", "test/test_genericclass.py",
    "test/test_typing.py", "test/test_dataclasses.py", "test/test_dataclasses/__init__.py", "test/test_unpack_ex.py",
    "test/test_named_expressions.py", "test/test_named_expr.py", "test/test_type_params.py", "test/test_isinstance.py",
    "test/tokenizedata/bad_coding.py", "test/tokenizedata/badsyntax_3131.py", "lib2to3/tests/data/crlf.py",
    "lib2to3/tests/data/py2_test_grammar.py", "test/badsyntax_3131.py", "enum.py", "typing.py", "functools.py",
    "dataclasses.py", "collections/__init__.py", "email/_header_value_parser.py",
]  # fmt: skip


@pytest.mark.parametrize("path", SAMPLE)
def test_odd_files_are_evaluated_without_surprises(path: str) -> None:
    if not (LIBRARY / path).is_file():
        pytest.skip("not in this Python")
    run = Interpreter(ModuleFinder(DiskTree(str(LIBRARY))), strict=True)
    module = run.finder.at(path)
    run.load(module)
    for cls in run.classes(module):
        cls.mro()
        for annotation in cls.annotations.values():
            run.annotation(annotation)
    for function in run.functions(module)[:60]:
        run.body(function)
    assert module.error is None or module.error.kind in ("syntax", "encoding", "too-deep")
