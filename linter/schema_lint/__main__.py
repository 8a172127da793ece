"""`python -m schema_lint`."""

from schema_lint.cli import main

main()
