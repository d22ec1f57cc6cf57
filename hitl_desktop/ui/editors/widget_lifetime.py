"""Widgets that come and go within a form: shown at once, and deleted when it is safe."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def discard(widget: QWidget) -> None:
    """Take a widget out of sight and delete it when the event loop is reached; `findChild` no longer finds it by name.

    It may be the one whose signal is being handled, so it cannot go at once. It keeps its parent: without
    one PySide deletes it with its last Python reference.
    """
    widget.hide()
    for each in (widget, *widget.findChildren(QWidget)):
        each.setObjectName("")
    widget.deleteLater()


def show_added(widget: QWidget) -> None:
    """Show a widget that was just added to a layout, so that it can have the focus; a layout does so only later.

    Not while what is around it is hidden, because everything would be laid out anew for each widget.
    """
    around = widget.parentWidget()
    if around is not None and around.isVisible():
        widget.show()
