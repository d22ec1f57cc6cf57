"""Quiet lines above a request: that a draft was put back, and that there are drafts nobody asks for any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.drafts import Draft, words_of
from hitl_desktop.ui.editors.marks import FlatButton
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.theme import set_kind


class DraftLines(QWidget):
    """Says nothing, and takes no room, where there are no drafts.

    Signals:
        discarded(): the draft that was put back is to go.
        undone(): what was discarded last is wanted after all.
        left_discarded(): the drafts that nobody asks for are to go.
    """

    discarded = Signal()
    undone = Signal()
    left_discarded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("draft_lines")
        self._when, self._discard = _line("draft_line"), FlatButton("Discard draft", "Go back to what was asked")
        self._discard.setObjectName("draft_discard")
        self._discard.clicked.connect(self.discarded)
        self._gone, self._undo = _line("draft_gone"), FlatButton("Undo", "Put what was discarded back (Ctrl+Z)")
        self._undo.setObjectName("draft_undo")
        self._undo.setAccessibleName("Put the discarded draft back")
        self._undo.clicked.connect(self.undone)
        self._gone.setText("The draft was discarded.")
        self._left, self._show = _line("draft_left"), FlatButton("Show", "Show what was typed, to read and to copy")
        self._show.setObjectName("draft_left_show")
        self._show.setAccessibleName("Show what was typed")
        self._show.setCheckable(True)
        self._let_go = FlatButton("Discard", "Forget what was typed")
        self._let_go.setObjectName("draft_left_discard")
        self._let_go.setAccessibleName("Discard what was typed")
        self._let_go.clicked.connect(self.left_discarded)
        self._text = ReadOnlyText(least=2, most=12)
        self._text.setObjectName("draft_left_text")
        self._text.setAccessibleName("What was typed for a question that is no longer asked")
        self._show.toggled.connect(self._on_show)
        self._drafts: Sequence[Draft] = ()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        for widgets in ((self._left, self._show, self._let_go), (self._when, self._discard), (self._gone, self._undo)):
            row = QHBoxLayout()
            row.setSpacing(8)
            for widget in widgets:
                row.addWidget(widget)
            row.addStretch(1)
            rows.addLayout(row)
            if self._show in widgets:
                rows.addWidget(self._text)
        self.show_drafts(None, (), can_undo=False)

    def show_drafts(self, restored_from: datetime | None, left: Sequence[Draft], *, can_undo: bool) -> None:
        """Tell when the draft was kept that was put back (None for none), and which drafts are not asked for."""
        self._drafts = left
        self._show.setChecked(False)
        self._text.hide()
        self._when.setText(f"Draft from {_time_words(restored_from)}, not sent" if restored_from is not None else "")
        many = f"{len(left)} drafts for questions that are no longer asked"
        self._left.setText(many if len(left) > 1 else "A draft for a question that is no longer asked")
        for widgets, shown in (
            ((self._when, self._discard), restored_from is not None),
            ((self._gone, self._undo), can_undo),
            ((self._left, self._show, self._let_go), bool(left)),
        ):
            for widget in widgets:
                widget.setVisible(shown)
        self.setVisible(restored_from is not None or bool(left) or can_undo)

    def _on_show(self, shown: bool) -> None:
        self._show.setText("Hide" if shown else "Show")
        if shown:
            self._text.setPlainText("\n\n".join(words_of(draft) for draft in self._drafts))
        self._text.setVisible(shown)


def _line(name: str) -> PlainLabel:
    label = PlainLabel("", selectable=False)
    label.setObjectName(name)
    label.setWordWrap(False)
    set_kind(label, "muted")
    leave_out_of_tab_order(label)
    return label


def _time_words(at: datetime) -> str:
    local, today = at.astimezone(), datetime.now().astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {local:%B}{year}, {local:%H:%M}"
