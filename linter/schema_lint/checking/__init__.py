"""The rule API, selection, running and suppressions."""
