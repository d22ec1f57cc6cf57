"""What a window shows, in words: for the messages of tests that fail, and to find the names of controls."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from hitl_desktop.core.review import Review
from hitl_desktop.testing.driver import Driver
from hitl_desktop.testing.following import failure_words

_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox)
_LONGEST = 60


def named(window: QWidget) -> Iterator[QWidget]:
    """The visible widgets of a window, and of the dialogs over it, that have a name of this program."""
    for widget in window.findChildren(QWidget):
        name = widget.objectName()
        if name and widget.isVisible() and not name.startswith(("qt_", "_")):
            yield widget


def text_of(widget: QWidget) -> str:
    """The text of a widget: of a label, a button, a field, or the choice that is made; empty for all others."""
    match widget:
        case QLabel() | QAbstractButton() | QLineEdit() | QAbstractSpinBox():
            return widget.text()
        case QPlainTextEdit() | QTextEdit():
            return widget.toPlainText()
        case QComboBox():
            return widget.currentText()
    return ""


def describe(driver: Driver) -> str:
    """What stands in a window: the open thread, the notices, the buttons that can be pressed, and the fields."""
    widgets = list(named(driver.window))
    buttons = [each for each in widgets if isinstance(each, QAbstractButton) and each.isEnabled()]
    fields = [each for each in widgets if isinstance(each, _FIELDS) and each.isEnabled()]
    lines = ["The window shows", f"  thread: {_thread(driver.window.review.review)}"]
    lines += [f"  notice: {text}" for text in driver.notices]
    lines += [
        f"  message: {each.text()}"
        for each in driver.window.findChildren(QLabel, "decision_message")
        if each.isVisible()
    ]
    lines += [
        f"  buttons: {', '.join(map(_named, buttons)) or 'none'}",
        f"  fields: {', '.join(map(_named, fields)) or 'none'}",
    ]
    return "\n".join(lines)


def _thread(review: Review | None) -> str:
    if review is None:
        return "none is open"
    summary = review.detail.summary
    asks = "; ".join(request.asks for request in review.requests)
    parts = (
        f"“{summary.title}” of {summary.graph or 'no known graph'}",
        summary.state.value,
        asks,
        failure_words(review),
    )
    return ", ".join(filter(None, parts))


def _named(widget: QWidget) -> str:
    text = " ".join(text_of(widget).replace("&&", "&").split())
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"{widget.objectName()} “{text}”" if text else widget.objectName()
