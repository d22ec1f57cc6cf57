"""What stands above the cards of a request: what to know, what to beware of, and other ways to read it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hitl_desktop.core.requests import Request
from hitl_desktop.ui.editors.marks import MarkedLines
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.scroll_manners import StillComboBox
from hitl_desktop.ui.theme import set_kind


class RequestHeading(QWidget):
    """Says nothing, and takes no room, for a request that speaks for itself.

    Signals:
        view_chosen(Request): the person wants to decide on the same question in this way.
    """

    view_chosen = Signal(object)

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._request = request
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        path = request.question.path
        for text in (*request.notes, *(["In " + " / ".join(path)] if path[:-1] else [])):
            label = PlainLabel(text)
            set_kind(label, "muted")
            leave_out_of_tab_order(label)
            rows.addWidget(label)
        if request.warnings:
            warnings = MarkedLines("warning")
            warnings.setObjectName("request_warnings")
            rows.addWidget(warnings)
            warnings.show_lines(request.warnings)
        if request.others:
            rows.addLayout(self._views())
        if rows.count() == 0:
            self.hide()  # never shown here: without a parent yet it would be a window of its own

    def _views(self) -> QHBoxLayout:
        label = PlainLabel("Decide on", selectable=False)
        set_kind(label, "muted")
        views = StillComboBox()
        views.setObjectName("request_view")
        views.setAccessibleName("What to decide on")
        views.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        views.addItems([self._request.view, *(other.view for other in self._request.others)])
        views.activated.connect(self._on_chosen)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(views)
        row.addStretch(1)
        return row

    def _on_chosen(self, index: int) -> None:
        if index > 0:
            self.view_chosen.emit(self._request.others[index - 1])
