"""The window's dialogs: one at a time, opened and never waited for; each is imported when it is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from hitl_desktop.core.graphs import Project
from hitl_desktop.core.model_service import ModelService
from hitl_desktop.core.run_model import ModelOffer
from hitl_desktop.core.settings import Settings
from hitl_desktop.core.trust import TrustedFolder
from hitl_desktop.ui.run_inputs import RunInput

if TYPE_CHECKING:
    from hitl_desktop.ui.new_run import NewRun


class Dialogs(QObject):
    """Opens dialogs over a window and passes on what they say.

    Signals:
        start_requested(str, object, str): run this graph with this input, under this title.
        model_chosen(str, RunModel, bool): before that, with which model; and whether to remember it for the graph.
        settings_changed(Settings): other settings were saved.
        trust_withdrawn(str): this folder is to be trusted no longer.
        database_chosen(str), project_chosen(str): open this file or folder.
        close_confirmed(): close, whatever is held or runs.
        send_requested(): send what is held.
    """

    start_requested = Signal(str, object, str)
    model_chosen = Signal(str, object, bool)
    settings_changed = Signal(object)
    trust_withdrawn = Signal(str)
    database_chosen = Signal(str)
    project_chosen = Signal(str)
    close_confirmed = Signal()
    send_requested = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._open: QDialog | None = None
        self._new_run: NewRun | None = None
        self.models: Callable[[], ModelOffer] = ModelOffer

    @property
    def current(self) -> QDialog | None:
        """The dialog that is open."""
        return self._open

    def new_run(self, project: Project, given: RunInput | None = None) -> None:
        """Ask for a graph and its input, beginning with what was given before, if anything."""
        from hitl_desktop.ui.new_run import NewRun

        dialog = NewRun(project, self._window, given=given, models=self.models())
        dialog.model_chosen.connect(self.model_chosen)
        dialog.start_requested.connect(self.start_requested)
        self._show(dialog)
        self._new_run = dialog

    def show_project(self, project: Project) -> None:
        """The graphs are loaded: offer them where a person waits for them.

        In the dialog that is open: while one gives way to another, keys would go to the window behind.
        """
        if self._new_run is not None and self._new_run.waits_for_graphs:
            self._new_run.set_project(project)

    def settings(self, settings: Settings, service: ModelService | None, trusted: Sequence[TrustedFolder] = ()) -> None:
        """Show the settings, and the folders whose code may run."""
        from hitl_desktop.ui.settings_dialog import SettingsDialog

        dialog = SettingsDialog(settings, service, self._window, trusted=trusted)
        dialog.changed.connect(self.settings_changed)
        dialog.trust_withdrawn.connect(self.trust_withdrawn)
        self._show(dialog)

    def commands(self, actions: Mapping[str, QAction]) -> None:
        """Show all commands and their keys."""
        from hitl_desktop.ui.command_palette import CommandPalette

        self._show(CommandPalette(actions, self._window))

    def choose_database(self) -> None:
        """Ask for a checkpoint database."""
        dialog = QFileDialog(self._window, "Open a checkpoint database")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["SQLite databases (*.db *.sqlite *.sqlite3)", "All files (*)"])
        dialog.fileSelected.connect(self.database_chosen)
        self._show(dialog)

    def choose_project(self) -> None:
        """Ask for the folder of a project. Its code runs once it is trusted."""
        dialog = QFileDialog(self._window, "Open a project: a folder with a langgraph.json")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.project_chosen)
        self._show(dialog)

    def closing(self, held: Sequence[str], running: int) -> None:
        """Ask before the window closes while something is held or runs."""
        from hitl_desktop.ui.closing import Closing

        dialog = Closing(held, running, self._window)
        dialog.confirmed.connect(self.close_confirmed)
        dialog.send_requested.connect(self.send_requested)
        self._show(dialog)

    def close(self) -> None:
        """Close the dialog that is open, if any."""
        if self._open is not None:
            self._open.reject()

    def _show(self, dialog: QDialog) -> None:
        self.close()
        self._open = dialog
        dialog.finished.connect(lambda _: self._forget(dialog))
        dialog.open()

    def _forget(self, dialog: QDialog) -> None:
        if self._open is dialog:
            self._open = self._new_run = None
        dialog.deleteLater()
