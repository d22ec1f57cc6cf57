"""Tests of graphs in this program, with pytest-qt: the fixtures `hitl_window` and `hitl_model`, and their answers.

pytest imports this package in every session in which the program is installed, so it imports only what is light.
"""

from __future__ import annotations

from hitl_desktop.testing.ollama_replies import Call, Calls, CutStream, ErrorLine, HttpError, Text

__all__ = ["Call", "Calls", "CutStream", "ErrorLine", "HttpError", "Text"]
