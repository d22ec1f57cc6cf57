"""The keys that take a change back and do it again, which belong to the editor while the keyboard is in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

UNDO, REDO = -1, 1


def step_of(event: QEvent) -> int:
    """`UNDO` for Ctrl+Z, `REDO` for Ctrl+Shift+Z and Ctrl+Y, 0 for anything else."""
    if not isinstance(event, QKeyEvent):
        return 0
    if event.matches(QKeySequence.StandardKey.Undo):
        return UNDO
    control_y = event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return REDO if event.matches(QKeySequence.StandardKey.Redo) or control_y else 0


class LeaveUndo(QObject):
    """Lets the keys pass through one input to the editor around it. A line of Qt would undo only what it holds itself.

    A widget has at most one: use `leave_undo`.
    """

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the keys from the input, and let them go on to what is around it."""
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) or not step_of(event):
            return False
        event.ignore()
        return True


def leave_undo(widget: QWidget) -> None:
    """Let the keys pass through this input."""
    if widget.findChild(LeaveUndo, options=Qt.FindChildOption.FindDirectChildrenOnly) is None:
        widget.installEventFilter(LeaveUndo(widget))
