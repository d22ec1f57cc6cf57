"""What Qt's layouts lack."""

from __future__ import annotations

from collections.abc import Container

from PySide6.QtWidgets import QLayout, QWidget


def clear(layout: QLayout, keep: Container[QWidget] = ()) -> None:
    """Take everything out of a layout, and delete its widgets but those to keep, which stay hidden children."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None and widget not in keep:
            widget.hide()
            widget.deleteLater()
