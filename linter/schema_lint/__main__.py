"""`python -m schema_lint`."""

import os
import sys

# `-m` puts the working directory first on the path, which is the project under check: a `click.py` there would run.
if (
    not getattr(sys.flags, "safe_path", False)
    and sys.path
    and os.path.abspath(sys.path[0]) == os.getcwd() != os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
):
    del sys.path[0]

from schema_lint.cli import main

main()
