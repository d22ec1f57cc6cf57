"""The difference between what was proposed and what will be sent: field by field, long texts line by line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from hitl_desktop.core.differences import Change, iterate_line_differences
from hitl_desktop.core.schema import path_text
from hitl_desktop.core.values import dump_json
from hitl_desktop.ui.editors.marks import AccentLabel
from hitl_desktop.ui.layouts import clear, leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.reading.diff_view import DiffView
from hitl_desktop.ui.theme import set_kind

MOST = 30
"""Changes that are shown; of more the number is said."""

_SHORT = 60
_LONG = 1_000


class ChangesView(QFrame):
    """Takes no room while nothing differs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("changes")
        self.setAccessibleName("What you changed")
        self._changes: tuple[Change, ...] = ()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 4, 0, 0)
        self._rows.setSpacing(4)
        self.hide()

    def show_changes(self, changes: Sequence[Change]) -> None:
        """Show these instead of those before."""
        if tuple(changes) == self._changes:
            return
        self._changes = tuple(changes)
        clear(self._rows)
        if changes:
            self._rows.addWidget(_muted("What you changed"))
            for change in changes[:MOST]:
                self._rows.addWidget(_row(change))
            if len(changes) > MOST:
                rest = f"And {len(changes) - MOST:,} more changes. “Exactly what will be sent” shows all of it."
                self._rows.addWidget(_muted(rest))
            leave_out_of_tab_order(*self.findChildren(PlainLabel))
        self.setVisible(bool(changes))


def _row(change: Change) -> QWidget:
    row = QWidget()
    grid = QGridLayout(row)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    name = PlainLabel(path_text(change.path) or "The value")
    name.setMaximumWidth(180)
    set_kind(name, "muted")
    grid.addWidget(name, 0, 0, Qt.AlignmentFlag.AlignTop)
    before, after = _text(change.before), _text(change.after)
    texts = isinstance(change.before, str) and isinstance(change.after, str)
    if change.kind == "changed" and texts and max(len(before), len(after)) > _SHORT:
        lines = DiffView(most=10)
        lines.setAccessibleName(f"Changed lines of {path_text(change.path) or 'the value'}")
        lines.show_lines(iterate_line_differences(str(change.before), str(change.after)))
        grid.addWidget(lines, 0, 1)
        return row
    signs = []
    if change.kind != "added":
        signs.append(("-", before, "proposed"))
    if change.kind != "removed":
        signs.append(("+", after, "sent"))
    for number, (sign, text, what) in enumerate(signs):
        value = _value(f"{sign} {text}")
        value.setAccessibleDescription(what)
        grid.addWidget(value, number, 1)
    return row


def _value(text: str) -> QWidget:
    if len(text) > _LONG or text.count("\n") > 6:
        return ReadOnlyText(text, most=6)
    return PlainLabel(text)


def _text(value: object) -> str:
    """A value as it is written in JSON, so that 5 and "5" look different."""
    try:
        return dump_json(value, indent=None)
    except (ValueError, RecursionError):
        return "a value that is too large or too deep to be written here"


def _muted(text: str) -> PlainLabel:
    return AccentLabel(text, "muted")
