"""How far a pull or an import is, how fast it goes, what is left, and Cancel; then how it ended."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.local_models import Progress
from hitl_desktop.core.pace import Pace, bytes_words, left_words
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.local_models.words import short
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import SPACE, set_kind

_STEPS: Final = 1000


class ProgressRow(QFrame):
    """One thing that takes long.

    Signals:
        cancel_requested(): stop it.
        closed(): how it ended was read.
    """

    cancel_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_progress")
        self._what = ""
        self._stage = ""
        self._pace = Pace()
        self._ended = False
        self._words = PlainLabel()
        self._words.setObjectName("models_progress_words")
        leave_out_of_tab_order(self._words)
        self._bar = QProgressBar()
        self._bar.setObjectName("models_progress_bar")
        self._bar.setTextVisible(False)
        self._button = QPushButton("Cancel")
        self._button.setObjectName("models_progress_cancel")
        self._button.clicked.connect(self._on_button)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addLayout(row)
        column.addWidget(self._bar)
        self.hide()

    @property
    def words(self) -> str:
        """What is said now."""
        return self._words.plain_text()

    def begin(self, what: str) -> None:
        """Something begins, for example `Pulling llama3.2`."""
        self._what, self._stage, self._ended, self._pace = what, "", False, Pace()
        set_kind(self, "card")
        self._bar.setAccessibleName(what)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._words.setText(f"{what}…")
        self._button.setText("Cancel")
        self._button.setEnabled(True)
        self.show()

    def show_progress(self, progress: Progress, now: float) -> None:
        """How far it is at this monotonic time."""
        if progress.stage != self._stage:
            self._stage, self._pace = progress.stage, Pace()
        parts = [f"{self._what}: {short(progress.stage)}"]
        done, total = progress.completed, progress.total
        if done is not None and total:
            self._pace.add(now, done)
            self._bar.setRange(0, _STEPS)
            self._bar.setValue(min(_STEPS, _STEPS * done // total))
            parts.append(f"{bytes_words(done)} of {bytes_words(total)}")
            if speed := self._pace.speed:
                parts.append(f"{bytes_words(speed)}/s")
            if (left := self._pace.seconds_left(total)) is not None and done < total:
                parts.append(left_words(left))
        else:
            self._bar.setRange(0, 0)
        self._words.setText(" · ".join(parts))

    def cancelling(self) -> None:
        """The person cancelled; what was begun is being closed."""
        self._button.setEnabled(False)

    def end(self, words: str, *, well: bool) -> None:
        """It ended: say how, until the person has read it."""
        self._ended = True
        set_kind(self, "notice" if well else "problem")
        self._bar.hide()
        self._words.setText(words)
        self._button.setText("Close")
        self._button.setEnabled(True)
        self.show()

    def _on_button(self) -> None:
        if self._ended:
            self.hide()
            self.closed.emit()
        else:
            self.cancelling()
            self.cancel_requested.emit()
