"""Measures the program against floors in the same run: ``uv run python -m benchmarks``."""
