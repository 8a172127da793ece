"""CON: constraints, their names and what they demand."""

MODULES = ("checked", "declared", "keys")
