"""Benchmarks: run by hand, each prints the ratios of one run. `python -m benchmarks.whole_process` in `tests`."""
