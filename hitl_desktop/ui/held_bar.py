"""The bar behind which a decision is held: what it is, how long still, Undo and Send now."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.ui.held_deliveries import HeldDeliveries
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import holds_focus
from hitl_desktop.ui.meant_button import MeantButton
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import set_kind


class HeldBar(QFrame):
    """Shows what is held, and nothing while nothing is.

    Signals:
        left(): it goes, and had the keyboard.
    """

    left = Signal()

    def __init__(self, held: HeldDeliveries, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("held_bar")
        set_kind(self, "bar")
        self._held = held
        self._total = 1.0
        self._text = PlainLabel("")
        self._text.setObjectName("held_text")
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._undo = QPushButton("Undo")
        self._undo.setObjectName("held_undo")
        set_icon(self._undo, "undo")
        self._undo.setToolTip("Take the decision back; nothing has been sent (Ctrl+Z)")
        self._undo.clicked.connect(held.undo)
        self._send = MeantButton("Send now")
        self._send.setObjectName("held_send_now")
        self._send.meant.connect(held.send_now)
        self._time = QProgressBar()
        self._time.setTextVisible(False)
        self._time.setFixedHeight(3)
        self._time.setAccessibleName("Time left to undo")
        for button in (self._undo, self._send):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click it goes, and the keyboard with it
        row = QHBoxLayout()
        # Away from the button that lets things happen, which stands at the right, above or where this bar was.
        row.addWidget(self._undo)
        row.addWidget(self._send)
        row.addWidget(self._text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.addLayout(row)
        layout.addWidget(self._time)
        held.changed.connect(self._refresh)
        held.ticked.connect(self._refresh_time)
        self.hide()

    def _refresh(self) -> None:
        deliveries = self._held.deliveries
        if not deliveries and holds_focus(self):
            self.left.emit()
        self.setVisible(bool(deliveries))
        self._total = max(self._held.seconds_left, 0.1)
        self._refresh_time()

    def _refresh_time(self) -> None:
        deliveries = self._held.deliveries
        if not deliveries:
            return
        left = self._held.seconds_left
        more = f" (and {len(deliveries) - 1} more)" if len(deliveries) > 1 else ""
        self._text.setText(f"{deliveries[-1].words}{more} · sent in {ceil(left)} s")
        self._time.setRange(0, int(self._total * 1000))
        self._time.setValue(int(left * 1000))
