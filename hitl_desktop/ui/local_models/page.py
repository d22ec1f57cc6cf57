"""The Models page: shows what a look found and says what the person wants. It asks nobody itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.local_models import ModelsSeen, PlaceState
from hitl_desktop.ui.button_row import ButtonRow
from hitl_desktop.ui.buttons import named_button
from hitl_desktop.ui.layouts import leave_out_of_tab_order, scrolling
from hitl_desktop.ui.local_models.details import ModelDetails
from hitl_desktop.ui.local_models.get_card import GetCard
from hitl_desktop.ui.local_models.place_card import PlaceCard
from hitl_desktop.ui.local_models.progress_row import ProgressRow
from hitl_desktop.ui.local_models.table import ModelTable
from hitl_desktop.ui.plain_text import PlainLabel, plain_tooltip
from hitl_desktop.ui.theme import SPACE, Kind, scaled_font, set_kind

_DETAILS_WIDTH: Final = 420
_NO_OLLAMA: Final = "Ollama must answer for this. See above what to do."
_BUSY: Final = "One thing at a time: wait for what is under way, or cancel it."
_PULL: Final = "Download a model by its name (needs the network)"
_IMPORT: Final = "Copy a GGUF file from disk into Ollama; no network is used"
_RUN_FILE: Final = "Let the embedded server run a GGUF file where it lies; neither Ollama nor a network is needed"


class ModelsPage(QWidget):
    """Stands in the place of the panes.

    Signals:
        left(): back to the threads.
        look_requested(): look again.
        file_chosen(str): this file is to be imported into Ollama; `import_requested` of `get` follows.
        run_file_chosen(str): the embedded server shall run this file.
    """

    left = Signal()
    look_requested = Signal()
    file_chosen = Signal(str)
    run_file_chosen = Signal(str)

    def __init__(self, why_not_pull: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_page")
        self.setAccessibleName("Models")
        self._seen: ModelsSeen | None = None
        self._busy = False
        self.place = PlaceCard()
        self.get = GetCard(why_not_pull)
        self.progress = ProgressRow()
        self.table = ModelTable()
        self.details = ModelDetails()
        self._back = named_button("models_back", "Back to the threads")
        self._back.setToolTip("Back to the threads (Esc)")
        self._back.clicked.connect(self.left)
        self._look = named_button("models_look", "Look again", "retry")
        self._look.clicked.connect(self.look_requested)
        self._pull = named_button("models_pull", "Pull…")
        self._pull.clicked.connect(lambda: self.get.ask_for_name())
        self._import = named_button("models_import", "Import a GGUF file…")
        self._import.clicked.connect(lambda: self._choose_file("Import a GGUF file into Ollama", self.file_chosen))
        self._run_file = named_button("models_run_file", "Use a GGUF file without Ollama…")
        self._run_file.setToolTip(plain_tooltip(_RUN_FILE))
        self._run_file.clicked.connect(
            lambda: self._choose_file("Run a GGUF file with the embedded server", self.run_file_chosen)
        )
        self._problem = PlainLabel()
        self._problem.setObjectName("models_problem")
        self._problem.setContentsMargins(12, SPACE, 12, SPACE)
        self._problem.hide()
        self._empty = PlainLabel()
        self._empty.setObjectName("models_empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_kind(self._empty, "muted")
        leave_out_of_tab_order(self._problem, self._empty)
        self.table.chosen.connect(self._on_chosen)
        self.get.closed.connect(self.close_form)
        self.progress.closed.connect(self.table.setFocus)
        self._lay_out()

    @property
    def seen(self) -> ModelsSeen | None:
        """What was found at the last look, None before the first."""
        return self._seen

    @property
    def names(self) -> tuple[str, ...]:
        """The names of Ollama's models."""
        return tuple(info.name for info in self._seen.models) if self._seen is not None else ()

    def show_seen(self, seen: ModelsSeen, wish: str = "") -> None:
        """Show what was found, and choose the model that is wished for, if it is there."""
        first, self._seen = self._seen is None, seen
        self.place.show_seen(seen)
        self._body.setVisible(bool(seen.rows))
        self._empty.setText(_empty_words(seen))
        self._empty.setVisible(not seen.rows)
        self.table.show_models(seen, wish)
        self.get.look_again()
        self._show_buttons()
        if first and self._back.hasFocus():
            self.take_focus()

    def show_busy(self, busy: bool) -> None:
        """Whether a pull or an import is under way."""
        self._busy = busy
        self._show_buttons()

    def show_problem(self, words: str, *, kind: Kind = "problem") -> None:
        """Say what did not work, or what to do (kind "notice"), or nothing more for the empty text."""
        set_kind(self._problem, kind)
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    def close_form(self) -> None:
        """Close the form for a new model, and go on in the table."""
        self.get.hide()
        (self.table if self._body.isVisible() else self._back).setFocus()

    def take_focus(self) -> None:
        """Put the keyboard where the person goes on."""
        if self.get.isVisible():
            self.get.setFocus()
        else:
            (self.table if self._body.isVisible() else self._back).setFocus()

    def _lay_out(self) -> None:
        title = PlainLabel("Models", selectable=False)
        title.setFont(scaled_font(title.font(), 1.4, bold=True))
        top = QHBoxLayout()
        top.setSpacing(SPACE * 2)
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self._look)
        top.addWidget(self._back)
        tools = ButtonRow(SPACE)
        for button in (self._pull, self._import, self._run_file):
            tools.left.addWidget(button)
        side = scrolling(self.details, "model_side", "About the model")
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side.setFixedWidth(_DETAILS_WIDTH)
        self._body = QFrame()
        body = QHBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(SPACE * 2)
        body.addWidget(self.table, 1)
        body.addWidget(side)
        self._body.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(SPACE + 4)
        column.addLayout(top)
        for widget in (self.place, tools, self.get, self.progress, self._problem):
            column.addWidget(widget)
        column.addWidget(self._body, 1)
        column.addWidget(self._empty, 1)

    def _show_buttons(self) -> None:
        runs = self._seen is not None and self._seen.place.state is PlaceState.RUNNING
        why = _BUSY if self._busy else "" if runs else _NO_OLLAMA
        for button, tip in ((self._pull, _PULL), (self._import, _IMPORT)):
            button.setEnabled(not why)
            button.setToolTip(plain_tooltip(why or tip))
            button.setAccessibleDescription(why or tip)

    def _on_chosen(self, name: str) -> None:
        if self._seen is None:
            return
        info = next((each for each in self._seen.rows if each.name == name), None)
        self.details.setVisible(info is not None)
        if info is not None:
            self.details.show_model(info, self._seen)

    def _choose_file(self, title: str, chosen: object) -> None:
        dialog = QFileDialog(self, title, "", "GGUF models (*.gguf);;All files (*)")
        dialog.setObjectName("models_file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(chosen)
        dialog.open()

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the threads."""
        if event.matches(QKeySequence.StandardKey.Cancel):
            self.left.emit()
            return
        super().keyPressEvent(event)


def _empty_words(seen: ModelsSeen) -> str:
    if seen.place.state is PlaceState.RUNNING:
        return "Ollama has no model yet.\nPull one by its name, or import a GGUF file that is on this disk."
    return (
        "No model answers, so graphs can be read and decided on, but those that need a model can't run.\n"
        "Do what is said above, or use a GGUF file without Ollama."
    )
