"""The head of the Models page: where Ollama is, what to do next, and which model answers the graphs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.local_models import ModelsSeen, OllamaPlace, PlaceState
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.local_models.quiet_label import set_text
from hitl_desktop.ui.local_models.words import short
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import SPACE, scaled_font, set_kind

_FOUND: Final = {
    PlaceState.RUNNING: "Ollama {version} answers at {address}",
    PlaceState.STOPPED: "Ollama is installed and does not run",
    PlaceState.NOT_INSTALLED: "There is no Ollama on this machine",
    PlaceState.UNREACHABLE: "Ollama at {address} does not answer",
    PlaceState.NOT_NAMED: "Ollama is said to be on another machine, {address}",
    PlaceState.SOMETHING_ELSE: "What answers at {address} is not Ollama",
}


class PlaceCard(QFrame):
    """Says what the last look found.

    Signals:
        start_requested(): start the Ollama that is installed.
        settings_requested(): open the settings.
    """

    start_requested = Signal()
    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_place")
        set_kind(self, "card")
        self._found = PlainLabel("Looking for Ollama…")
        self._found.setObjectName("models_found")
        self._found.setFont(scaled_font(self._found.font(), 1.1, bold=True))
        self._next = PlainLabel()
        self._next.setObjectName("models_next_step")
        self._next.hide()
        self._in_use = PlainLabel()
        self._in_use.setObjectName("models_in_use")
        self._in_use.hide()
        set_kind(self._in_use, "muted")
        leave_out_of_tab_order(self._found, self._next, self._in_use)
        self._start = QPushButton("Start Ollama")
        self._start.setObjectName("models_start")
        set_kind(self._start, "primary")
        set_icon(self._start, "continue")
        self._start.hide()
        self._start.clicked.connect(self.start_requested)
        self._settings = QPushButton("Settings…")
        self._settings.setObjectName("models_settings")
        set_icon(self._settings, "settings")
        self._settings.clicked.connect(self.settings_requested)
        texts = QVBoxLayout()
        texts.setSpacing(SPACE // 2)
        for label in (self._found, self._next, self._in_use):
            texts.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(SPACE)
        row.addLayout(texts, 1)
        row.addWidget(self._start, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._settings, 0, Qt.AlignmentFlag.AlignTop)

    def show_seen(self, seen: ModelsSeen) -> None:
        """Tell what was found."""
        place = seen.place
        found = _FOUND[place.state].format(version=short(place.version), address=short(place.address))
        set_text(self._found, f"{found}, started by this program" if place.started_here else found)
        self._say(self._next, _next_step(seen))
        self._say(self._in_use, _answers(seen))
        self._start.setVisible(place.may_start)
        self._start.setEnabled(True)
        self._start.setText("Start Ollama")

    def show_starting(self) -> None:
        """Ollama is being started: once is enough."""
        self._start.setEnabled(False)
        self._start.setText("Starting…")

    def _say(self, label: PlainLabel, text: str) -> None:
        set_text(label, text)
        label.setVisible(bool(text))


def _next_step(seen: ModelsSeen) -> str:
    place: OllamaPlace = seen.place
    if place.state is not PlaceState.RUNNING:
        return place.next_step
    if seen.problem:
        return f"{seen.problem} Look again in a moment."
    if not seen.models:
        return "It has no model yet. Pull one, or import a GGUF file from disk."
    return ""


def _answers(seen: ModelsSeen) -> str:
    service = seen.service
    if service is None:
        return ""
    if service.kind == "none":
        return "No model answers the graphs now."
    if service.stopped:
        return f"{service.model} is stopped. {service.note} {service.advice}"
    if service.kind == "embedded":
        return (
            f"{service.model} answers the graphs now: a model of the embedded server, for trying out. "
            "That server runs any GGUF file, too."
        )
    return f"{service.model} answers the graphs now."
