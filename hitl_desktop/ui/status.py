"""The status bar: which model answers, which database, what runs, and that nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QStatusBar, QWidget

from hitl_desktop.core.model_service import ModelService
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.plain_text import PlainLabel, plain_tooltip
from hitl_desktop.ui.theme import set_kind


class Status(QStatusBar):
    """Facts that are always true and always in view.

    Signals:
        model_requested(): the person wants to see or change the model.
    """

    model_requested = Signal()

    def __init__(self, database: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self._model = QPushButton("Looking for a model…")
        self._model.setObjectName("status_model")
        set_kind(self._model, "plain")
        set_icon(self._model, "model")
        self._model.clicked.connect(self.model_requested)
        self._database = PlainLabel(database)
        self._database.setObjectName("status_database")
        self._database.setWordWrap(False)
        self._runs = PlainLabel("")
        self._runs.setObjectName("status_runs")
        self._offline = PlainLabel("")
        self._offline.setObjectName("status_offline")
        self._offline.setWordWrap(False)
        self.show_network(())
        self._project = PlainLabel("Loading the graphs…")
        self._project.setObjectName("status_project")
        self._project.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.addWidget(self._model)
        self.addWidget(self._project, 1)
        for widget in (self._runs, self._database, self._offline):
            widget.setContentsMargins(8, 0, 8, 0)
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.addPermanentWidget(widget)

    def show_model(self, service: ModelService) -> None:
        """Say which model answers."""
        self._model.setText(service.label.replace("&", "&&"))
        self._model.setToolTip(plain_tooltip("\n".join(text for text in (service.note, service.advice) if text)))

    def show_project(self, text: str, folder: str = "") -> None:
        """Say how far loading is, or what is open, with the name of its folder; the whole path is in the tooltip."""
        self._project.setText(f"{text} {PurePath(folder).name}".rstrip())
        self._project.setToolTip(plain_tooltip(folder))

    def show_database(self, name: str, tooltip: str, *how: str) -> None:
        """Say which database is open, and how; what is empty is left out."""
        self._database.setText(" · ".join(filter(None, (name, *how))))
        self._database.setToolTip(tooltip)

    def show_network(self, hosts: Sequence[str]) -> None:
        """Say that nothing leaves this machine, or which other machines the settings allow."""
        if hosts:
            self._offline.setText(f"Local + {len(hosts)} host{'' if len(hosts) == 1 else 's'}")
            reach = "This machine and these hosts, which the settings name, may be reached:\n" + "\n".join(hosts)
        else:
            self._offline.setText("Offline")
            reach = "Nothing but this machine is reached, whatever a graph tries."
        self._offline.setToolTip(f"{reach}\nOther connections of graphs are refused. Tracing of every library is off.")

    def show_runs(self, count: int) -> None:
        """Say how many runs are under way."""
        self._runs.setText(f"{count} running" if count else "")
