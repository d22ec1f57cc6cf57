"""Labels that are told the same again every few seconds."""

from __future__ import annotations

from hitl_desktop.ui.plain_text import PlainLabel


def set_text(label: PlainLabel, text: str) -> None:
    """Change a label only where it says something else: what somebody selects in it to copy stays selected."""
    if label.plain_text() != text:
        label.setText(text)
