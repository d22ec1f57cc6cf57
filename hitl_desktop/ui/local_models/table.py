"""The models as a table: one row each, in the order in which Ollama lists them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from hitl_desktop.core.local_models import ModelsSeen
from hitl_desktop.core.model_service import ModelInfo
from hitl_desktop.ui.local_models import words
from hitl_desktop.ui.plain_text import plain_tooltip, visible

MOST_ROWS: Final = 500
_COLUMNS: Final = ("Model", "Family", "Size", "Quantisation", "Context", "Can do", "In memory")
_BUILT_IN: Final = "comes with the program"
_RIGHT: Final = frozenset({2, 4})
_TO_THE_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ModelTable(QTableWidget):
    """Shows what was seen at the last look, and keeps the chosen row by its name.

    Signals:
        chosen(str): the row of this model was chosen; the empty text for none.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self.setObjectName("models_table")
        self.setAccessibleName("Models")
        self.setHorizontalHeaderLabels(list(_COLUMNS))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(80)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in _RIGHT:
            if (caption := self.horizontalHeaderItem(column)) is not None:
                caption.setTextAlignment(_TO_THE_RIGHT)
        self._names: tuple[str, ...] = ()
        self._shown: list[tuple[str, ...]] = []
        self._filling = False
        self.itemSelectionChanged.connect(self._on_selection)

    @property
    def current(self) -> str:
        """The name of the chosen model, empty for none."""
        row = self.currentRow()
        return self._names[row] if 0 <= row < len(self._names) and self.selectedItems() else ""

    def show_models(self, seen: ModelsSeen, wish: str = "") -> None:
        """Show these, and choose the one that is wished for, else the one of before, else the one in use."""
        in_use = seen.service.model if seen.service is not None else None
        rows = seen.rows[:MOST_ROWS]
        before = self.current
        cells = [_cells(info, seen, in_use) for info in rows]
        names = tuple(info.name for info in rows)
        if (names, cells) == (self._names, self._shown) and not wish:
            self.chosen.emit(before)
            return
        self._filling, self._shown = True, cells
        self._names = names
        self.setRowCount(len(rows))
        for row, info in enumerate(rows):
            for column, text in enumerate(cells[row]):
                item = QTableWidgetItem(visible(text))
                item.setToolTip(plain_tooltip(info.name if column == 0 else text))
                if column in _RIGHT:
                    item.setTextAlignment(_TO_THE_RIGHT)
                if column == 0 and info.name == in_use:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                self.setItem(row, column, item)
        asked_for = [info.name for info in rows if wish and info.is_called(wish)]
        for name in (*asked_for, before, in_use, *self._names[:1]):
            if name in self._names:
                self.selectRow(self._names.index(name))
                break
        self._filling = False
        self.chosen.emit(self.current)

    def _on_selection(self) -> None:
        if not self._filling:
            self.chosen.emit(self.current)


def _cells(info: ModelInfo, seen: ModelsSeen, in_use: str | None) -> tuple[str, ...]:
    name = words.short(info.name)
    return (
        f"{name}  (in use)" if info.name == in_use else f"{name}  ({_BUILT_IN})" if info is seen.built_in else name,
        words.kind_words(info),
        words.size_words(info),
        words.short(info.quantization) or words.UNKNOWN,
        words.context_words(info),
        words.capability_words(info),
        words.memory_words(seen.in_memory(info.name)),
    )
