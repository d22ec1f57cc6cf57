"""The head of the run log: what the run does and for how long, and the buttons that pause, stop and continue it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.events import StopReason
from hitl_desktop.core.model_problems import ModelTrouble
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.ui.button_row import ButtonRow
from hitl_desktop.ui.buttons import named_button
from hitl_desktop.ui.icons import STATE_ICONS, pixmap, set_icon
from hitl_desktop.ui.local_models.words import fix_words
from hitl_desktop.ui.plain_text import PlainLabel, plain_tooltip
from hitl_desktop.ui.run_log_row import LogRow, duration_words
from hitl_desktop.ui.run_log_rows import LogRows
from hitl_desktop.ui.theme import SPACE, set_kind, state_color
from hitl_desktop.ui.thread_words import STATE_WORDS

_TICK_MS: Final = 1_000
_ICON: Final = 18
_FAILURE_FITS: Final = 400  # characters; the log below has all of it

_AFTER: Final[dict[StopReason, ThreadState]] = {
    StopReason.FINISHED: ThreadState.DONE,
    StopReason.ASKED: ThreadState.WAITING,
    StopReason.BREAKPOINT_BEFORE: ThreadState.BREAKPOINT,
    StopReason.BREAKPOINT_AFTER: ThreadState.BREAKPOINT,
    StopReason.PAUSED: ThreadState.STOPPED,
    StopReason.CANCELLED: ThreadState.STOPPED,
    StopReason.FAILED: ThreadState.FAILED,
}
"""The state in which a run leaves its thread, until the database has been read again."""

_GOES_ON: Final = {
    ThreadState.STOPPED: ("Continue", "Go on from where the thread stopped"),
    ThreadState.FAILED: ("Try again", "Run the step that failed once more"),
    ThreadState.NEEDS_REPAIR: ("Try again", "Run the node that failed once more, with the answer that it was given"),
}


class RunHeader(QWidget):
    """Tells of a thread's run. Which buttons there are follows from its state.

    Signals:
        pause_requested(): stop before the next step.
        stop_requested(): stop now.
        retry_requested(): go on after a stop or a failure.
    """

    pause_requested = Signal()
    stop_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = LogRows()
        self._state: ThreadState | None = None
        self._view_only = ""
        self._wish = ""  # the name of the button that was pressed and has not had its effect
        self._icon = QLabel()
        self._text = PlainLabel()
        self._text.setObjectName("run_status")
        self._pause = named_button("run_pause", self.tr("Pause"), "pause")
        self._stop = named_button("run_stop", self.tr("Stop"), "stop")
        self._retry = named_button("run_retry", self.tr("Continue"), "continue")
        self._pause.clicked.connect(self._on_pause)
        self._stop.clicked.connect(self._on_stop)
        self._retry.clicked.connect(lambda: self.retry_requested.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.setMinimumHeight(self._stop.sizeHint().height())  # the same without buttons
        row.setSpacing(SPACE)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        for button in (self._pause, self._stop, self._retry):
            row.addWidget(button)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.show_run)
        self.show_run()

    def show_rows(self, rows: LogRows) -> None:
        """Tell of the run that these rows are of."""
        self._rows, self._state, self._wish, self._view_only = rows, None, "", ""
        self.show_run()

    def set_status(self, state: ThreadState | None, view_only: str = "") -> None:
        """Say in which state the thread is, None for an unknown one; `view_only` says why it cannot be run."""
        self._state, self._view_only = state, view_only
        self.show_run()

    def run_began(self) -> None:
        """Forget the state that the thread was in before."""
        self._state, self._wish = None, ""
        self.show_run()

    def show_run(self) -> None:
        """Tell anew, because something happened or time went by."""
        state = self._shown_state()
        running = state is ThreadState.RUNNING
        if not running:
            self._wish = ""
        self._text.setText(self._words(state))
        goes_on = None if state is None else _GOES_ON.get(state)
        if goes_on is not None:
            self._retry.setText(goes_on[0])
            set_icon(self._retry, "continue" if state is ThreadState.STOPPED else "retry")
        for button, shown, tip in (
            (self._pause, running, "Stop before the next step. Nothing is lost."),
            (self._stop, running, "Stop now. The step that runs is cancelled (Ctrl+.)"),
            (self._retry, goes_on is not None, goes_on[1] if goes_on else ""),
        ):
            button.setVisible(shown)
            button.setToolTip(plain_tooltip(self._view_only or tip))
            button.setEnabled(not self._view_only and self._wish not in (button.objectName(), "run_stop"))
        self._draw_icon(state)
        if self._rows.running and self.isVisible():
            if not self._tick.isActive():
                self._tick.start()
        else:
            self._tick.stop()

    def _shown_state(self) -> ThreadState | None:
        if self._rows.running:
            return ThreadState.RUNNING
        if self._state is None and self._rows.ended is not None:
            return _AFTER[self._rows.ended.reason]
        return self._state

    def _words(self, state: ThreadState | None) -> str:
        rows = self._rows
        if rows.running:
            doing = {"run_pause": "Pausing after", "run_stop": "Stopping"}.get(self._wish, "Running")
            nodes = ", ".join(rows.running_nodes())
            what = f"{doing} {nodes}" if nodes else "Pausing" if self._wish == "run_pause" else doing
            return f"{what} · {duration_words(int(rows.seconds()))}"
        if rows.ended is not None and (self._state is None or self._state is _AFTER[rows.ended.reason]):
            paused = rows.ended.reason is StopReason.PAUSED
            words = "Paused" if paused else STATE_WORDS[_AFTER[rows.ended.reason]]
            return f"{words} · ran {duration_words(rows.seconds())}"
        return "No run yet" if state is None else STATE_WORDS[state]

    def _draw_icon(self, state: ThreadState | None) -> None:
        self._icon.setVisible(state is not None)
        if state is not None:
            color = state_color(state, self.palette())
            self._icon.setPixmap(pixmap(STATE_ICONS[state], color, _ICON, self.devicePixelRatioF()))

    def _on_pause(self) -> None:
        self._wish = "run_pause"
        self.show_run()
        self.pause_requested.emit()

    def _on_stop(self) -> None:
        self._wish = "run_stop"
        self.show_run()
        self.stop_requested.emit()

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        """Count the seconds while somebody looks."""
        super().showEvent(event)
        self.show_run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody does."""
        super().hideEvent(event)
        self._tick.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon(self._shown_state())


class FailureCard(QFrame):
    """Says how a run failed, and opens the whole traceback in the log.

    Signals:
        details_requested(int): show or hide what the row of this number keeps behind its fold.
        fix_requested(ModelTrouble): do something about the model that is the reason.
    """

    details_requested = Signal(int)
    fix_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_failure")
        set_kind(self, "problem")
        self._row: LogRow | None = None
        self._trouble: ModelTrouble | None = None
        self._text = PlainLabel()
        self._text.setObjectName("run_failure_text")
        self._fix = QPushButton()
        self._fix.setObjectName("run_failure_fix")
        set_icon(self._fix, "model")
        self._fix.clicked.connect(lambda: self.fix_requested.emit(self._trouble))
        self._details = QPushButton()
        self._details.setObjectName("run_failure_details")
        self._copy = QPushButton(self.tr("Copy"))
        self._copy.setObjectName("run_failure_copy")
        self._copy.setAccessibleName(self.tr("Copy the failure with its traceback"))
        set_icon(self._copy, "copy")
        self._details.clicked.connect(self._on_details)
        self._copy.clicked.connect(self._on_copy)
        buttons = ButtonRow(SPACE)  # the log may be narrow
        buttons.left.addWidget(self._fix)
        buttons.right.addWidget(self._details)
        buttons.right.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, SPACE, 12, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self._text)
        column.addWidget(buttons)
        self.hide()

    def show_row(self, row: LogRow | None, trouble: ModelTrouble | None = None) -> None:
        """Show the failure that this row tells of, and what helps against trouble with the model; hide for None."""
        self._row, self._trouble = row, trouble
        self._fix.setVisible(trouble is not None)
        self._fix.setText(fix_words(trouble) if trouble is not None else "")
        self.setVisible(row is not None)
        if row is None:
            return
        text = row.text or self.tr("The run failed without saying why.")
        self._text.setText(text if len(text) <= _FAILURE_FITS else f"{text[:_FAILURE_FITS].rstrip()}…")
        self._details.setVisible(row.details is not None)
        self._details.setText(self.tr("Hide the traceback") if row.unfolded else self.tr("Show the traceback"))
        set_icon(self._details, "collapse" if row.unfolded else "expand")

    def _on_details(self) -> None:
        if self._row is not None:
            self.details_requested.emit(self._row.number)

    def _on_copy(self) -> None:
        if self._row is not None:
            QGuiApplication.clipboard().setText(self._row.as_text())
