"""The look of the application, which all tests of a process share."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from hitl_desktop.ui import theme


def take_off_theme(app: QApplication) -> None:
    """Give back the look from before `apply_theme`: a style sheet that stays gives other tests its colours."""
    for follower in app.findChildren(theme._SystemFollower):
        follower.setParent(None)
        follower.deleteLater()
    if app.styleSheet():
        app.setStyleSheet("")
        app.setPalette(QPalette())
