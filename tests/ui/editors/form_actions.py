"""What tests do with a form as a person does: find a field, replace its text, read what is marked."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hitl_desktop.ui.editors.fields.slot import Slot
from hitl_desktop.ui.editors.marks import MarkedLines
from hitl_desktop.ui.plain_text import GrowingText

W = TypeVar("W", bound=QWidget)


def find(form: QWidget, kind: type[W], name: str) -> W:
    """The one widget of this kind and object name that can be seen."""
    found = [each for each in form.findChildren(kind, name) if each.isVisibleTo(form)]
    assert len(found) == 1, f"{len(found)} of {name}"
    return found[0]


def is_there(form: QWidget, name: str) -> bool:
    """Whether a widget of this object name can be seen."""
    return any(each.isVisibleTo(form) for each in form.findChildren(QWidget, name))


def retype(qtbot: QtBot, form: QWidget, name: str, text: str) -> None:
    """Select what stands in a field and type something else."""
    widget = next(each for each in form.findChildren(QWidget, f"field:{name}") if each.isVisibleTo(form))
    assert isinstance(widget, QLineEdit | GrowingText)
    widget.selectAll()
    if text:
        qtbot.keyClicks(widget, text)
    else:
        qtbot.keyClick(widget, Qt.Key.Key_Delete)


def click(qtbot: QtBot, form: QWidget, name: str) -> None:
    """Press a button by its object name."""
    button = find(form, QAbstractButton, name)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)


def delete_discarded() -> None:
    """Delete what waits for the event loop to be deleted, where hundreds of forms are built without one."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def marked(form: QWidget, name: str) -> tuple[str, ...]:
    """The problems that stand beside a field."""
    return _lines(form, name, "problems")


def noted(form: QWidget, name: str) -> tuple[str, ...]:
    """What is said of a field though it is not wrong."""
    return _lines(form, name, "notes")


def _lines(form: QWidget, name: str, kind: str) -> tuple[str, ...]:
    lines = find(form, Slot, f"slot:{name}").findChild(MarkedLines, kind, Qt.FindChildOption.FindDirectChildrenOnly)
    if lines is None:
        return ()
    assert lines.isVisibleTo(form) == bool(lines.lines())
    return lines.lines()


def choose(qtbot: QtBot, box: QComboBox, text: str) -> None:
    """Choose an entry with the keyboard."""
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _step in range(box.findText(text)):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text
