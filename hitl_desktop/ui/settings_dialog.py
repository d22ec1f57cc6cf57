"""The settings as a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hitl_desktop.core.model_service import ModelService
from hitl_desktop.core.network import read_hosts
from hitl_desktop.core.settings import Settings, Theme
from hitl_desktop.core.trust import TrustedFolder
from hitl_desktop.ui.layouts import indent_number
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import set_kind
from hitl_desktop.ui.trusted_folders import TrustedFolders

_ABOUT_HOSTS = (
    "Other machines that graphs may reach, by name or address, with commas between them. All others are refused. "
    "An Ollama address above is allowed by itself."
)


class SettingsDialog(QDialog):
    """Edits the settings. Opened with `open()`.

    Signals:
        changed(Settings): the person pressed Save.
        trust_withdrawn(str): the person trusts this folder no longer, whether Save is pressed or not.
    """

    changed = Signal(object)
    trust_withdrawn = Signal(str)

    def __init__(
        self,
        settings: Settings,
        service: ModelService | None,
        parent: QWidget | None = None,
        *,
        trusted: Sequence[TrustedFolder] = (),
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self.setWindowTitle("Settings")
        self.setMinimumWidth(680)
        self._settings = settings
        self._theme = QComboBox()
        self._theme.setObjectName("settings_theme")
        self._theme.addItems([theme.capitalize() for theme in get_args(Theme)])
        self._theme.setCurrentIndex(get_args(Theme).index(settings.theme))
        self._hold = QDoubleSpinBox()
        indent_number(self._hold)
        self._hold.setObjectName("settings_hold")
        self._hold.setRange(0, 10)
        self._hold.setDecimals(1)
        self._hold.setSuffix(" seconds")
        self._hold.setValue(settings.hold_seconds)
        self._reviewer = QLineEdit(settings.reviewer)
        self._reviewer.setObjectName("settings_reviewer")
        self._reviewer.setPlaceholderText("As the journal names you, beside the user of the system")
        self._letters = QCheckBox("A approves, R rejects, C responds, without a modifier")
        self._letters.setObjectName("settings_letters")
        self._letters.setChecked(settings.single_letter_decisions)
        self._url = QLineEdit(settings.ollama_url)
        self._url.setObjectName("settings_ollama_url")
        self._url.setPlaceholderText("OLLAMA_HOST, or port 11434 on this machine")
        self._model = QComboBox()
        self._model.setObjectName("settings_model")
        self._model.setEditable(True)
        self._model.addItems(["", *(info.name for info in (service.models if service else ()))])
        self._model.setCurrentText(settings.model)
        if (field := self._model.lineEdit()) is not None:
            field.setPlaceholderText("The first one that can call tools")
            field.setAccessibleName("Model")
        self._gguf = QLineEdit(settings.gguf_file)
        self._gguf.setObjectName("settings_gguf")
        self._gguf.setAccessibleName("Model file for the embedded server")
        self._gguf.setPlaceholderText("The small one that comes with the program")
        self._hosts = QLineEdit(", ".join(settings.allowed_hosts))
        self._hosts.setObjectName("settings_allowed_hosts")
        self._hosts.setAccessibleName("Allowed hosts")
        self._hosts.setPlaceholderText("None: nothing leaves this machine")
        self._hosts_about = PlainLabel()
        self._hosts_about.setObjectName("settings_allowed_hosts_about")
        self._hosts_about.setMinimumWidth(400)  # else its height is guessed for a narrower one
        self._hosts_about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._explain_hosts()
        self._hosts.setAccessibleDescription(_ABOUT_HOSTS)
        self._hosts.textEdited.connect(self._explain_hosts)
        self._trusted = TrustedFolders(trusted)
        self._trusted.withdrawn.connect(self.trust_withdrawn)
        self._add_form(service)

    def _add_form(self, service: ModelService | None) -> None:
        browse = QPushButton("Choose…")
        browse.setObjectName("settings_gguf_choose")
        browse.clicked.connect(self._on_browse)
        gguf = QHBoxLayout()
        gguf.addWidget(self._gguf, 1)
        gguf.addWidget(browse)
        form = QFormLayout()
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Colours", self._theme)
        form.addRow("Hold decisions for", self._hold)
        form.addRow("Your name", self._reviewer)
        form.addRow("Keys", self._letters)
        form.addRow("Ollama address", self._url)
        form.addRow("Model", self._model)
        form.addRow("Model file for the embedded server", gguf)
        form.addRow("Allowed hosts", self._hosts)
        form.addRow("", self._hosts_about)
        now = PlainLabel(
            "\n".join(text for text in (service.label, service.note, service.advice) if text) if service else ""
        )
        now.setObjectName("settings_model_now")
        set_kind(now, "muted")
        form.addRow("In use now", now)
        form.addRow("Trusted projects", self._trusted)
        save = QPushButton("Save")
        save.setObjectName("settings_save")
        save.setDefault(True)
        set_kind(save, "primary")
        save.clicked.connect(self._on_save)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addLayout(buttons)

    def _on_browse(self) -> None:
        dialog = QFileDialog(self, "Choose a model file", self._gguf.text(), "GGUF models (*.gguf)")
        dialog.fileSelected.connect(self._gguf.setText)
        dialog.open()

    def _explain_hosts(self) -> None:
        self._hosts_about.setText(_ABOUT_HOSTS)
        self._hosts_about.setContentsMargins(0, 0, 0, 0)
        set_kind(self._hosts_about, "muted")

    def _on_save(self) -> None:
        try:
            hosts = read_hosts(self._hosts.text().split(","))
        except ValueError as error:
            self._hosts_about.setText(f"Not saved: {error}.")
            self._hosts_about.setContentsMargins(8, 4, 8, 4)
            set_kind(self._hosts_about, "problem")
            self._hosts.setFocus()
            return
        changed = replace(
            self._settings,
            theme=get_args(Theme)[self._theme.currentIndex()],
            hold_seconds=self._hold.value(),
            reviewer=self._reviewer.text().strip(),
            single_letter_decisions=self._letters.isChecked(),
            ollama_url=self._url.text().strip(),
            model=self._model.currentText().strip(),
            gguf_file=self._gguf.text().strip(),
            allowed_hosts=hosts,
        )
        self.accept()
        self.changed.emit(changed)
