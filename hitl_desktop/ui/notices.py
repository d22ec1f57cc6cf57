"""Notices: what went wrong, what was kept, what to do. In the window, not in dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.theme import Kind, set_kind

_MOST = 4  # older ones give way: a fault that repeats must not fill the window


Action: TypeAlias = tuple[str, Callable[[], None]]
"""The label of a button, and what it does."""


class Notices(QWidget):
    """A column of notices, the newest on top; one that is said again is not repeated."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notices")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)
        self._shown: dict[str, _Notice] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        """What is shown, the oldest first."""
        return tuple(self._shown)

    def add(self, text: str, details: str = "", *, kind: Kind = "problem", action: Action | None = None) -> None:
        """Show a notice (kind "problem" or "notice"), with details behind a fold and a button that does something."""
        if text in self._shown:
            return
        notice = _Notice(text, details, kind)
        if action is not None:
            label, do = action
            notice.action_button.setText(label)
            notice.action_button.show()
            notice.action_button.clicked.connect(do)
            notice.action_button.clicked.connect(lambda: self.remove(text))
        notice.close_button.clicked.connect(lambda: self.remove(text))
        self._shown[text] = notice
        self._layout.insertWidget(0, notice)
        while len(self._shown) > _MOST:
            self.remove(next(iter(self._shown)))

    def remove(self, text: str) -> None:
        """Take a notice away, because it was read or is no longer true."""
        notice = self._shown.pop(text, None)
        if notice is not None:
            self._layout.removeWidget(notice)
            notice.deleteLater()


class _Notice(QFrame):
    def __init__(self, text: str, details: str, kind: Kind) -> None:
        super().__init__()
        self.setObjectName("notice")
        set_kind(self, kind)
        label = PlainLabel(text)
        label.setObjectName("notice_text")
        row = QHBoxLayout()
        row.addWidget(label, 1)
        self.action_button = QPushButton()
        self.action_button.setObjectName("notice_action")
        self.action_button.hide()
        row.addWidget(self.action_button)
        self._details = ReadOnlyText(details)
        self._details.setAccessibleName("Details")
        self._details.hide()
        if details:
            fold = QPushButton("Details")
            fold.setObjectName("notice_details")
            fold.setCheckable(True)
            fold.toggled.connect(self._details.setVisible)
            copy = QPushButton("Copy")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(f"{text}\n\n{details}"))
            row.addWidget(fold)
            row.addWidget(copy)
        self.close_button = QToolButton()
        self.close_button.setObjectName("notice_close")
        set_icon(self.close_button, "close")
        self.close_button.setAccessibleName("Close this notice")
        row.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.addLayout(row)
        layout.addWidget(self._details)
