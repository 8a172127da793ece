"""One file for each output format: pure functions from a report to text."""
