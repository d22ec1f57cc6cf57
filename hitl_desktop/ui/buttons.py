"""The plain buttons of the window. Those that decide are made by `ui/meant_button.py`."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from hitl_desktop.ui.icons import set_icon


def named_button(name: str, text: str = "", icon: str = "") -> QPushButton:
    """A button with this object name and text, and with an icon if one of `resources/icons` is named."""
    button = QPushButton(text)
    button.setObjectName(name)
    if icon:
        set_icon(button, icon)
    return button
