"""Reading metadata: a probe in a process of its own, and facts out of its answer."""

from __future__ import annotations

import os

import msgspec

from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from schema_lint.readers.metadata.assembling import project
from schema_lint.readers.metadata.environment import dead_urls, find_interpreter, import_paths, variables_for
from schema_lint.readers.metadata.failing import Explanation, MetadataError
from schema_lint.readers.metadata.options import MetadataOptions
from schema_lint.readers.metadata.process import run_probe


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The facts, and what somebody may want to know of how they were read."""

    project: Project
    notes: tuple[str, ...]
    missed: tuple[str, ...] = ()
    """Modules that `module:*` could not import, each with the reason: what they hold is not known."""


def read(tree: SourceTree, options: MetadataOptions, *, directory: str | None = None) -> Reading:
    """Facts of what the project's code builds when it is imported. It runs in a process of its own.

    Args:
        directory: where to run it; the working directory by default.

    Raises:
        MetadataError: if it cannot be imported, or holds no metadata.
    """
    directory = os.getcwd() if directory is None else directory
    try:
        interpreter = find_interpreter(tree.root, directory, options.python)
    except FileNotFoundError:
        raise MetadataError(
            f"--python {options.python} is no interpreter",
            hint="give the path of a python, of a virtual environment, or a name such as python3.12",
        ) from None
    variables = variables_for(os.environ, allow_network=options.allow_network)
    modules = [target.module for target in options.targets]
    job = {
        "targets": [[target.module, target.attribute] for target in options.targets],
        "paths": import_paths(tree, modules, directory, options.import_roots),
        "root": tree.root,
        "allow_network": options.allow_network,
    }
    shown = ", ".join(map(str, options.targets))
    explanation = Explanation(root=tree.root, python=interpreter.path, limit=options.limit, variables=os.environ)
    try:
        ended = run_probe(interpreter.path, job, limit=options.limit, variables=variables, directory=directory)
    except OSError as error:
        raise MetadataError(
            f"{interpreter.path} cannot be run: {error.strerror}", hint="name another interpreter with --python"
        ) from None
    if ended.answer is None or "failure" in ended.answer:
        raise explanation.of(ended, shown)
    answer = ended.answer
    notes = [
        f"interpreter: {interpreter.path} ({interpreter.why})",
        f"Python {answer['python']}, SQLAlchemy {answer['sqlalchemy']}"
        + (f", SQLModel {answer['sqlmodel']}" if answer["sqlmodel"] else ""),
    ]
    if not options.allow_network and (dead := sorted(dead_urls(os.environ))):
        notes.append(f"database URLs replaced: {', '.join(dead)}")
    notes += (f"connection refused: {explanation.safe(what)}" for what in dict.fromkeys(answer["refused"]))
    missed = [f"{note['module']}: {note['type']}: {explanation.safe(note['message'])}" for note in answer["notes"]]
    return Reading(project=project(answer, tree), notes=tuple(notes), missed=tuple(missed))
