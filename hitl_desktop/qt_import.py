"""Imports Qt without letting it change how everything after it is imported."""

from __future__ import annotations

import builtins
import importlib


def import_qt() -> None:
    """Import PySide6's modules and put Python's own `__import__` back.

    PySide6 replaces `builtins.__import__` to support `from __feature__ import …`, which this program does not use.
    Its replacement looks into the source of each module that is imported later, in the middle of that import:
    it costs a quarter of the time and 32 MB, and a module with a `__getattr__` of its own (pydantic) is asked for
    names that it does not have yet. About one start in ten failed so, with “cannot import name 'import_string'
    from partially initialized module 'pydantic._internal._validators'”.
    """
    plain = builtins.__import__
    importlib.import_module("PySide6.QtWidgets")

    builtins.__import__ = plain
