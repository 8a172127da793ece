"""Run in an interpreter of its own: executes each case and prints what SQLAlchemy built from it.

Standard input: JSON, case name → source text. Standard output: JSON, case name → `built.plain`, or `{"error": …}`.
"""

from __future__ import annotations

import json
import sys
import types
import warnings
from typing import Any

from sqlalchemy.orm import clear_mappers, configure_mappers

from agreement.built import metadatas_in, plain


def _built(name: str, text: str) -> dict[str, Any]:
    module = types.ModuleType("models")
    sys.modules["models"] = module
    try:
        exec(compile(text, f"{name}.py", "exec", dont_inherit=True), vars(module))
        configure_mappers()
        return plain(metadatas_in("models"))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        clear_mappers()
        for metadata in metadatas_in("models"):
            metadata.clear()


def main() -> None:
    """Build every case."""
    warnings.simplefilter("ignore")
    cases = json.load(sys.stdin)
    json.dump({name: _built(name, text) for name, text in cases.items()}, sys.stdout, default=str)


if __name__ == "__main__":
    main()
