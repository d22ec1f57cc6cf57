"""The part of the form for a new run that chooses the model, and how it answers."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.run_model import ModelOffer, RunModel, offered_fields, shortcomings
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import indent_number, leave_out_of_tab_order
from hitl_desktop.ui.local_models.words import short
from hitl_desktop.ui.plain_text import PlainLabel, visible
from hitl_desktop.ui.theme import SPACE, set_kind

_LEFT_ALONE: Final = "As the graph says"
_KEEP: Final = (
    ("As the server says", None),
    ("Leaves memory at once", "0s"),
    ("5 minutes", "5m"),
    ("30 minutes", "30m"),
    ("2 hours", "2h"),
    ("Until the server ends", "-1m"),
)


class RunModelForm(QWidget):
    """Offers what the graph's context takes; hidden where it takes nothing of it."""

    def __init__(self, offer: ModelOffer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_model")
        self._offer = offer
        self._graph: GraphInfo | None = None
        self._offered: tuple[str, ...] = ()
        self._model = QComboBox()
        self._model.setObjectName("run_model_name")
        self._model.setAccessibleName("Model")
        self._model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._model.currentIndexChanged.connect(self._warn)
        self._more = QPushButton("How it answers")
        self._more.setObjectName("run_model_more")
        self._more.setCheckable(True)
        self._more.setAutoDefault(False)
        set_kind(self._more, "plain")
        set_icon(self._more, "expand")
        self._more.toggled.connect(self._on_more)
        self._temperature = QDoubleSpinBox()
        indent_number(self._temperature)
        self._temperature.setRange(-0.1, 2.0)
        self._temperature.setSingleStep(0.1)
        self._temperature.setDecimals(1)
        self._context = QSpinBox()
        indent_number(self._context)
        self._context.setRange(0, 2**20)
        self._context.setSingleStep(1024)
        self._context.setSuffix(" tokens")
        self._context.setGroupSeparatorShown(True)
        self._keep = QComboBox()
        self._seed = QSpinBox()
        indent_number(self._seed)
        self._seed.setRange(-1, 2**31 - 1)
        for spin, special in (
            (self._temperature, _LEFT_ALONE),
            (self._context, "As the server says"),
            (self._seed, "None"),
        ):
            spin.setSpecialValueText(special)
        self._fields: dict[str, tuple[str, QWidget]] = {
            "temperature": ("Temperature", self._temperature),
            "num_ctx": ("Context length", self._context),
            "keep_alive": ("Stays in memory for", self._keep),
            "seed": ("Seed", self._seed),
        }
        self._cells: dict[str, QWidget] = {}
        self._remember = QCheckBox("Remember this for the graph")
        self._remember.setObjectName("run_model_remember")
        self._warning = PlainLabel()
        self._warning.setObjectName("run_model_warning")
        self._warning.setContentsMargins(10, SPACE // 2, 10, SPACE // 2)
        set_kind(self._warning, "notice")
        leave_out_of_tab_order(self._warning)
        self._lay_out()
        self.hide()

    def show_graph(self, graph: GraphInfo | None) -> None:
        """Offer what this graph takes, beginning with what was remembered for it."""
        self._graph = graph
        self._offered = offered_fields(graph.context_schema) if graph is not None and not graph.error else ()
        self.setVisible(bool(self._offered))
        if graph is None or not self._offered:
            return
        chosen = self._offer.of_graph(graph.name)
        self._fill_models(chosen.model)
        self._model.setVisible("model" in self._offered)
        self._caption.setVisible("model" in self._offered)
        self._temperature.setValue(-0.1 if chosen.temperature is None else chosen.temperature)
        self._context.setValue(chosen.num_ctx or 0)
        self._seed.setValue(-1 if chosen.seed is None else chosen.seed)
        self._fill_keep(chosen.keep_alive)
        for name, cell in self._cells.items():
            cell.setVisible(name in self._offered)
        more = [name for name in self._fields if name in self._offered]
        self._more.setVisible(bool(more))
        self._more.setChecked(any(getattr(chosen, name) is not None for name in more))
        self._remember.setChecked(False)
        self._warn()

    def choice(self) -> RunModel:
        """What is chosen now."""
        temperature = round(self._temperature.value(), 2)
        chosen = {
            "model": str(self._model.currentData() or ""),
            "temperature": temperature if temperature >= 0 else None,
            "num_ctx": self._context.value() or None,
            "keep_alive": self._keep.currentData(),
            "seed": self._seed.value() if self._seed.value() >= 0 else None,
        }
        return RunModel(**{name: value for name, value in chosen.items() if name in self._offered})

    @property
    def remembers(self) -> bool:
        """Whether the choice is to be kept for the graph."""
        return self._remember.isChecked()

    def _lay_out(self) -> None:
        self._caption = PlainLabel("Model", selectable=False)
        self._caption.setWordWrap(False)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(self._caption)
        top.addWidget(self._model, 1)
        top.addWidget(self._more)
        self._body = QWidget()
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(SPACE)
        for number, (name, (caption, field)) in enumerate(self._fields.items()):
            field.setObjectName(f"run_model_{name}")
            field.setAccessibleName(caption)
            about = PlainLabel(caption, selectable=False)
            set_kind(about, "muted")
            cell = self._cells[name] = QWidget()
            inside = QVBoxLayout(cell)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(SPACE // 2)
            inside.addWidget(about)
            inside.addWidget(field)
            grid.addWidget(cell, number // 2, number % 2)
        self._body.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(top)
        column.addWidget(self._body)
        column.addWidget(self._warning)
        column.addWidget(self._remember, 0, Qt.AlignmentFlag.AlignLeft)

    def _fill_models(self, chosen: str) -> None:
        names = [info.name for info in self._offer.models if info.can_chat]
        default = f"Default: {short(self._offer.default)}" if self._offer.default else "Default"
        self._model.blockSignals(True)
        self._model.clear()
        self._model.addItem(visible(default), "")
        for name in names:
            self._model.addItem(visible(short(name)), name)
        if chosen and chosen not in names:
            self._model.addItem(f"{visible(short(chosen))} (not there now)", chosen)
        self._model.setCurrentIndex(max(0, self._model.findData(chosen)))
        self._model.blockSignals(False)

    def _fill_keep(self, chosen: str | None) -> None:
        self._keep.clear()
        for words, duration in _KEEP:
            self._keep.addItem(words, duration)
        known = [duration for _, duration in _KEEP]
        if chosen not in known:
            self._keep.addItem(str(chosen), chosen)
            known.append(chosen)
        self._keep.setCurrentIndex(known.index(chosen))

    def _warn(self) -> None:
        lacks = ""
        if self._graph is not None:
            name = str(self._model.currentData() or "")
            lacks = shortcomings(self._graph.context_schema, self._offer.info(name))
        self._warning.setText(lacks)
        self._warning.setVisible(bool(lacks))
        self._model.setAccessibleDescription(lacks)

    def _on_more(self, shown: bool) -> None:
        self._body.setVisible(shown)
        set_icon(self._more, "collapse" if shown else "expand")
