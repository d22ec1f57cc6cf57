"""The State tab: the channels of an opened thread, as they are in its newest checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hitl_desktop.core.review import Review
from hitl_desktop.core.values import to_json
from hitl_desktop.ui.layouts import ScrollingColumn, leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import set_kind

if TYPE_CHECKING:
    from hitl_desktop.ui.editors.payload_view import PayloadView


class StatePanel(QWidget):
    """Shows the state for reading; written as JSON only when the tab is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("state_panel")
        self._review: Review | None = None
        self._place = PlainLabel("")
        set_kind(self._place, "muted")
        leave_out_of_tab_order(self._place)
        self._view: PayloadView | None = None
        scroll = ScrollingColumn()
        scroll.setObjectName("state_scroll")
        scroll.setAccessibleName("State")
        scroll.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # the parts in it are reached by Tab, and come into view
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self._column = scroll.column
        self._column.setContentsMargins(12, 12, 12, 12)
        self._column.addWidget(self._place)
        self._column.addStretch(0)
        self.show_review(None)

    def show_review(self, review: Review | None) -> None:
        """Show the state of this thread, or nothing."""
        self._review = review
        if review is None:
            self._place.setText("No thread is open.")
        else:
            following = ", ".join(review.detail.summary.next_nodes) or "nothing"
            self._place.setText(f"Checkpoint {review.detail.checkpoint_id} · next: {following}")
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        if self._view is None:
            # The editors take a third of the start; the window is painted before they are needed.
            from hitl_desktop.ui.editors.payload_view import PayloadView

            self._view = PayloadView()
            self._column.addWidget(self._view, 1)
        self._view.show_value(to_json(dict(self._review.detail.values)) if self._review is not None else {})

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        """Write the state when the tab comes up."""
        super().showEvent(event)
        self._fill()
