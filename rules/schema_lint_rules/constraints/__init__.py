"""CON: constraints, their names and what they demand."""

from schema_lint_rules.constraints import checked, declared, keys

__all__ = ["checked", "declared", "keys"]
