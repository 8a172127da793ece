"""Python's own functions, methods and operators over known values. Every result is bounded in size."""
