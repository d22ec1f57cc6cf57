"""The question before the window closes while something is held or runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import set_kind


class Closing(QDialog):
    """Says what is held and what runs, and what closing does to both. Opened with `open()`.

    Signals:
        confirmed(): close; what is held is not sent, what runs is stopped.
        send_requested(): send what is held and stay.
    """

    confirmed = Signal()
    send_requested = Signal()

    def __init__(self, held: Sequence[str], running: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("closing")
        self.setWindowTitle("Close HITL Desktop?")
        self.setMinimumWidth(460)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for words in held:
            layout.addWidget(
                PlainLabel(
                    f"Held and not sent yet: {words}. If you close now it is not sent; the thread goes on waiting."
                )
            )
        if running:
            runs = "A run is" if running == 1 else f"{running} runs are"
            layout.addWidget(
                PlainLabel(f"{runs} under way. Closing stops them; everything up to the last finished node is kept.")
            )
        stay = QPushButton("Stay")
        stay.setObjectName("closing_stay")
        stay.setDefault(True)
        stay.clicked.connect(self.reject)
        send = QPushButton("Send it and stay")
        send.setObjectName("closing_send")
        send.setVisible(bool(held))
        send.clicked.connect(self._on_send)
        close = QPushButton("Stop and close" if running else "Close without sending")
        close.setObjectName("closing_close")
        set_kind(close, "danger")
        close.clicked.connect(self._on_close)
        row = QHBoxLayout()
        row.addWidget(close)
        row.addStretch(1)
        row.addWidget(send)
        row.addWidget(stay)
        layout.addLayout(row)
        stay.setFocus()

    def _on_send(self) -> None:
        self.accept()
        self.send_requested.emit()

    def _on_close(self) -> None:
        self.accept()
        self.confirmed.emit()
