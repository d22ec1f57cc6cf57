"""Tells a key that is held down from one that is pressed again."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QWindow


class HeldKeys(QObject):
    """Watches the keys of one window.

    X11 sends a held key as releases and presses, each pair with one time. Qt looks into its queue for the second
    half, and calls the press a new one where that arrived a moment later: 17 of the presses of 1.5 s were seen, of
    which each would have decided the next request. Nobody presses a key in the millisecond in which it was released.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._released = (0, -1)  # the key, and its time in milliseconds
        self._window: QWindow | None = None
        self.repeating = False
        """Whether the press that is being handled repeats a key that is still down."""

    def watch(self, window: QWindow | None) -> None:
        """Watch this window, which a widget has from when it is first shown."""
        if window is not None and window is not self._window:
            self._window = window
            window.installEventFilter(self)

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note presses before any shortcut hears of them, and releases."""
        if isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.KeyRelease:
                self._released, self.repeating = (event.key(), event.timestamp()), False
            elif event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
                self.repeating = event.isAutoRepeat() or self._released == (event.key(), event.timestamp())
        return False
