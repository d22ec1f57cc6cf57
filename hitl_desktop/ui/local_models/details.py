"""One model: what is known of it, and what can be done with it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hitl_desktop.core.local_models import ModelsSeen
from hitl_desktop.core.model_service import ModelInfo
from hitl_desktop.core.pace import bytes_words
from hitl_desktop.ui.button_row import ButtonRow
from hitl_desktop.ui.buttons import named_button
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.local_models import words
from hitl_desktop.ui.local_models.quiet_label import set_text
from hitl_desktop.ui.local_models.trial_box import TrialBox
from hitl_desktop.ui.plain_text import PlainLabel, plain_tooltip
from hitl_desktop.ui.theme import SPACE, scaled_font, set_kind

_EMBEDDED = "It belongs to the embedded server, which keeps it in memory until the program ends."
_BUILT_IN = "It comes with the program. It can be tried once it is in use; your own file stays where it is."


class ModelDetails(QFrame):
    """Shows the model that is chosen in the table.

    Signals:
        use_requested(str): let this model answer the graphs.
        unload_requested(str): take it out of memory.
        delete_confirmed(str): delete it; the person said so twice.
    """

    use_requested = Signal(str)
    unload_requested = Signal(str)
    delete_confirmed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model_details")
        set_kind(self, "card")
        self._info: ModelInfo | None = None
        self._name = PlainLabel()
        self._name.setObjectName("model_name")
        self._name.setFont(scaled_font(self._name.font(), 1.2, bold=True))
        self._form = QFormLayout()
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._form.setVerticalSpacing(SPACE // 2)
        self._form.setHorizontalSpacing(SPACE * 2)
        self._values: dict[str, PlainLabel] = {}
        self._use = named_button("model_use", "Use this model", "approve")
        set_kind(self._use, "primary")
        self._use.clicked.connect(lambda: self.use_requested.emit(self.model))
        self._unload = named_button("model_unload", "Unload")
        self._unload.clicked.connect(lambda: self.unload_requested.emit(self.model))
        self._delete = named_button("model_delete", "Delete…")
        self._delete.clicked.connect(self._ask_to_delete)
        self._why = PlainLabel()
        self._why.setObjectName("model_why")
        set_kind(self._why, "muted")
        leave_out_of_tab_order(self._name, self._why)
        buttons = ButtonRow(SPACE)
        buttons.left.addWidget(self._use)
        buttons.left.addWidget(self._unload)
        buttons.right.addWidget(self._delete)
        self.trial = TrialBox()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(SPACE + 4)
        column.addWidget(self._name)
        column.addLayout(self._form)
        column.addWidget(buttons)
        column.addWidget(self._why)
        column.addWidget(self._make_question())
        column.addWidget(self.trial)
        column.addStretch(1)

    @property
    def model(self) -> str:
        """The name of the model that is shown, empty for none."""
        return self._info.name if self._info is not None else ""

    def show_model(self, info: ModelInfo, seen: ModelsSeen) -> None:
        """Show this model as it was seen."""
        if info.name != self.model:
            self._question.hide()
            self.trial.clear()
        self._info = info
        set_text(self._name, words.short(info.name))
        for caption, text in words.facts(info, seen, datetime.now().astimezone()):
            set_text(self._value_of(caption), text)
        embedded = info in seen.embedded
        built_in = info is seen.built_in
        ours = _BUILT_IN if built_in else _EMBEDDED if embedded else ""
        in_use = seen.service is not None and seen.service.model == info.name
        loaded = seen.in_memory(info.name) is not None
        reasons = {
            self._use: "It answers the graphs already." if in_use else "" if info.can_chat else "It writes no text.",
            self._unload: ours if ours else "" if loaded else "It is not in memory.",
            self._delete: ours,
        }
        for button, why in reasons.items():
            button.setEnabled(not why)
            button.setToolTip(plain_tooltip(why))
            button.setAccessibleDescription(why)
        self._use.setText("In use" if in_use else "Use this model")
        self._why.setText(ours)
        self._why.setVisible(bool(ours))
        stopped = embedded and seen.service is not None and seen.service.stopped
        self.trial.setEnabled(info.can_chat and not stopped and not built_in)

    def deletion_ended(self) -> None:
        """The model is deleted, or why not was told."""
        self._question.hide()
        self._confirm.setEnabled(True)

    def _make_question(self) -> QFrame:
        self._question = QFrame()
        self._question.setObjectName("model_delete_question")
        set_kind(self._question, "problem")
        self._asks = PlainLabel()
        self._asks.setObjectName("model_delete_words")
        leave_out_of_tab_order(self._asks)
        keep = named_button("model_delete_keep", "Keep it")
        keep.clicked.connect(self._on_keep)
        self._keep = keep
        self._confirm = named_button("model_delete_confirm", "Delete it")
        set_kind(self._confirm, "danger")
        self._confirm.clicked.connect(self._on_confirm)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        row.addWidget(keep)
        row.addWidget(self._confirm)
        column = QVBoxLayout(self._question)
        column.setContentsMargins(12, SPACE, 12, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self._asks)
        column.addLayout(row)
        self._question.hide()
        return self._question

    def _ask_to_delete(self) -> None:
        if self._info is None:
            return
        size = f" {bytes_words(self._info.size)} of disk become free." if self._info.size > 0 else ""
        self._asks.setText(
            f"Delete {words.short(self._info.name)} from Ollama?{size} Every program that uses Ollama loses it. "
            "To have it again, it must be pulled or imported anew."
        )
        self._question.show()
        self._keep.setFocus()

    def _on_keep(self) -> None:
        self._question.hide()
        self._delete.setFocus()

    def _on_confirm(self) -> None:
        self._confirm.setEnabled(False)
        self.delete_confirmed.emit(self.model)

    def _value_of(self, caption: str) -> PlainLabel:
        if caption not in self._values:
            label = PlainLabel()
            label.setObjectName(f"model_fact:{caption}")
            leave_out_of_tab_order(label)
            about = PlainLabel(caption, selectable=False)
            about.setWordWrap(False)
            set_kind(about, "muted")
            self._form.addRow(about, label)
            self._values[caption] = label
        return self._values[caption]
