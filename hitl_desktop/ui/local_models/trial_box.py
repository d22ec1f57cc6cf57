"""One prompt for one model: its answer as it is written, and how fast it writes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.local_models import TrialFigures
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.theme import SPACE, set_kind

_PROMPT: Final = "Why is the sky blue? Answer in two sentences."


class TrialBox(QWidget):
    """Asks for a prompt and shows what came of it.

    Signals:
        asked(str): try the model with this prompt.
        stopped(): that is enough.
    """

    asked = Signal(str)
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_trial")
        self._running = False
        self._number = 0
        self._thought = self._said = ""
        caption = PlainLabel("Try it with one prompt", selectable=False)
        set_kind(caption, "muted")
        self._prompt = QLineEdit(_PROMPT)
        self._prompt.setObjectName("models_trial_prompt")
        self._prompt.setAccessibleName("Prompt to try the model with")
        self._prompt.setMaxLength(4_000)
        self._prompt.returnPressed.connect(self._on_button)
        self._button = QPushButton("Try")
        self._button.setObjectName("models_try")
        self._button.clicked.connect(self._on_button)
        self._answer = ReadOnlyText(least=2, most=12)
        self._answer.setObjectName("models_trial_answer")
        self._answer.setAccessibleName("What the model answers")
        self._answer.hide()
        self._figures = PlainLabel()
        self._figures.setObjectName("models_trial_figures")
        self._figures.hide()
        leave_out_of_tab_order(self._figures)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self._prompt, 1)
        row.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(caption)
        column.addLayout(row)
        column.addWidget(self._figures)  # above the answer, however long that is
        column.addWidget(self._answer)
        self._show_button()

    def clear(self) -> None:
        """Another model is looked at: the answer of the last one is not its own, and no more of it is wanted."""
        if self._running:
            self.stopped.emit()
        self._number += 1
        self._running = False
        self._answer.hide()
        self._figures.hide()
        self._show_button()

    def begin(self) -> int:
        """The model was asked; it may have to be loaded first. Returns the number of this trial."""
        self._number += 1
        self._running, self._thought, self._said = True, "", ""
        self._answer.setPlainText("")
        self._answer.hide()
        self._say("Asked. A model that is not in memory is loaded first, which takes a while.", bad=False)
        self._show_button()
        return self._number

    def add(self, number: int, text: str, thought: str) -> None:
        """More of the answer to this trial, and of what the model thinks before it."""
        if number != self._number:
            return
        self._said += text
        self._thought += thought
        thinking = f"Thinking: {self._thought.strip()}\n\n" if self._thought else ""
        self._answer.setPlainText(f"{thinking}{self._said}")
        self._answer.show()

    def end(self, number: int, figures: TrialFigures | None) -> None:
        """The answer to this trial is whole, or was stopped (None)."""
        self._end(number, _figure_words(figures), bad=False)

    def fail(self, number: int, words: str) -> None:
        """This trial did not work; what came so far stays."""
        self._end(number, words, bad=True)

    def _end(self, number: int, words: str, *, bad: bool) -> None:
        if number == self._number:
            self._running = False
            self._say(words, bad=bad)
            self._show_button()

    def _say(self, words: str, *, bad: bool) -> None:
        set_kind(self._figures, "danger" if bad else "muted")
        self._figures.setText(words)
        self._figures.show()

    def _show_button(self) -> None:
        self._button.setText("Stop" if self._running else "Try")
        set_icon(self._button, "stop" if self._running else "continue")

    def _on_button(self) -> None:
        if self._running:
            self.stopped.emit()
        elif prompt := self._prompt.text().strip():
            self.asked.emit(prompt)


def _figure_words(figures: TrialFigures | None) -> str:
    if figures is None:
        return "Stopped."
    if (speed := figures.tokens_a_second) is None:
        return "It answers. The server does not say how fast it writes."
    words = f"{figures.tokens:,} tokens at {speed:,.1f} tokens a second"
    if figures.load_seconds and figures.load_seconds >= 0.1:
        words += f", after {figures.load_seconds:.1f} s of loading"
    return f"{words}."
