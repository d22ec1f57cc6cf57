"""Tests of graphs in this program, with pytest-qt: the fixtures `hitl_window` and `hitl_model`, and what they speak of.

pytest imports this package in every session of an environment that has the program, so it imports what is light, and
the rest when it is named.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hitl_desktop.testing.asked import Asked, AskedItem
    from hitl_desktop.testing.following import NotSentError
    from hitl_desktop.testing.ollama_replies import Call, Calls, CutStream, ErrorLine, HttpError, Text
    from hitl_desktop.testing.opening import HitlWindows
    from hitl_desktop.testing.scripted_ollama import ScriptedOllama
    from hitl_desktop.testing.window import HitlWindow

__all__ = [
    "Asked",
    "AskedItem",
    "Call",
    "Calls",
    "CutStream",
    "ErrorLine",
    "HitlWindow",
    "HitlWindows",
    "HttpError",
    "NotSentError",
    "ScriptedOllama",
    "Text",
]

_MODULES = {
    "asked": ("Asked", "AskedItem"),
    "following": ("NotSentError",),
    "ollama_replies": ("Call", "Calls", "CutStream", "ErrorLine", "HttpError", "Text"),
    "opening": ("HitlWindows",),
    "scripted_ollama": ("ScriptedOllama",),
    "window": ("HitlWindow",),
}


def __getattr__(name: str) -> Any:
    """Import what is named."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
