"""The forms by which models come in: pulled by name, imported into Ollama from a file, or run from a file as it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from hitl_desktop.core.model_names import LONGEST_NAME, REGISTRY, host_of, problem_with_local_name, problem_with_name
from hitl_desktop.core.model_service import EXAMPLE_MODEL, ModelInfo
from hitl_desktop.ui.buttons import named_button
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.local_models import words
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import SPACE, scaled_font, set_kind

_ABOUT_PULL: Final = (
    "Ollama downloads the model over the network, often several gigabytes. It can be cancelled, and goes on where it "
    "was when it is pulled again. Graphs need a model that can call tools, of about 1.5 billion weights or more."
)
_ALLOW: Final = "This program reaches only hosts that the settings allow. Graphs may reach an allowed host, too."


class GetCard(QFrame):
    """One form at a time. `why_not_pull` says why a name may not be pulled now, empty where it may.

    Signals:
        pull_requested(str): pull this name.
        allow_requested(str): allow this host.
        import_requested(str, str): import this file under this name.
        closed(): the person wants neither.
    """

    pull_requested = Signal(str)
    allow_requested = Signal(str)
    import_requested = Signal(str, str)
    closed = Signal()

    def __init__(self, why_not_pull: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_get")
        set_kind(self, "current")
        self._why_not_pull = why_not_pull
        self._path = ""
        self._taken: Collection[str] = ()
        self._title = PlainLabel()
        self._title.setObjectName("models_get_title")
        self._title.setFont(scaled_font(self._title.font(), 1.1, bold=True))
        self._about = PlainLabel()
        self._about.setObjectName("models_get_about")
        set_kind(self._about, "muted")
        self._name = QLineEdit()
        self._name.setObjectName("models_get_name")
        self._name.setMaxLength(LONGEST_NAME)
        self._name.textChanged.connect(self._check)
        self._name.returnPressed.connect(self._on_go)
        self._problem = PlainLabel()
        self._problem.setObjectName("models_get_problem")
        leave_out_of_tab_order(self._title, self._about, self._problem)
        self._allow = named_button("models_allow")
        self._allow.clicked.connect(lambda: self.allow_requested.emit(host_of(self._name.text().strip())))
        self._go = named_button("models_get_go", "Pull")
        set_kind(self._go, "primary")
        self._go.clicked.connect(self._on_go)
        cancel = named_button("models_get_cancel", "Cancel")
        cancel.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self._name, 1)
        for button in (self._allow, cancel, self._go):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(SPACE)
        for widget in (self._title, self._about):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self._problem)
        self.hide()

    def ask_for_name(self, name: str = "") -> None:
        """Ask what is to be pulled, beginning with this name."""
        self._path = ""
        self._title.setText("Pull a model")
        self._about.setText(_ABOUT_PULL)
        self._name.setAccessibleName("Name of the model to pull")
        self._name.setPlaceholderText(f"For example {EXAMPLE_MODEL}, qwen2.5:3b or hf.co/somebody/model")
        self._go.setText("Pull")
        self._open(name)

    def ask_for_import(self, path: str, facts: ModelInfo, taken: Collection[str]) -> None:
        """Ask under which name this file is to be imported; `taken` are the names that there are."""
        self._path, self._taken = path, taken
        self._title.setText("Import a GGUF file into Ollama")
        known = (words.kind_words(facts), words.short(facts.quantization), words.size_words(facts))
        self._about.setText(
            f"{path}\n{', '.join(filter(None, known))}. The file is copied into Ollama's own folder, so the disk needs "
            "as much room again. No network is used, and the file stays where it is."
        )
        self._name.setAccessibleName("Name that the model gets in Ollama")
        self._name.setPlaceholderText("Name of the model in Ollama")
        self._go.setText("Import")
        self._open(facts.name.lower())

    def look_again(self) -> None:
        """What is allowed may have changed."""
        if self.isVisible():
            self._check()

    def _open(self, name: str) -> None:
        self._name.setText(name)
        self._check()
        self.show()
        self._name.setFocus()
        self._name.selectAll()

    def _check(self) -> None:
        name = self._name.text().strip()
        host = ""
        if self._path:
            why = problem_with_local_name(name, self._taken)
        else:
            why = problem_with_name(name) if name else ""
            refused = "" if why else self._why_not_pull(name)
            host = (host_of(name) if name else REGISTRY) if refused else ""
            why = f"{refused} {_ALLOW}" if refused else why
        self._go.setEnabled(bool(name) and not why)
        self._problem.setText(why)
        self._problem.setVisible(bool(why))
        self._name.setAccessibleDescription(why)
        self._allow.setVisible(bool(host))
        self._allow.setText(f"Allow {words.short(host)}")

    def _on_go(self) -> None:
        name = self._name.text().strip()
        if not self._go.isEnabled():
            return
        if self._path:
            self.import_requested.emit(self._path, name)
        else:
            self.pull_requested.emit(name)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the form, not the page around it."""
        if event.matches(QKeySequence.StandardKey.Cancel):
            self.closed.emit()
            return
        super().keyPressEvent(event)
