"""schema-lint: finds mistakes in a Python project's relational schema."""

__version__ = "0.1.0"
