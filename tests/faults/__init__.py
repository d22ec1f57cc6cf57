"""Faults, injected into real processes: what is decided happens, once, whatever happens to the program.

`python -m tests.faults` runs them all and prints the counts; `--short` a part, as the tests do.
"""
