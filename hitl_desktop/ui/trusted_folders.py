"""The folders whose code may run, as the settings list them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from hitl_desktop.core.trust import TrustedFolder
from hitl_desktop.ui.plain_text import PlainLabel, plain_tooltip
from hitl_desktop.ui.theme import set_kind

_HEIGHT = 150
_NONE = "None yet. Only the example graphs, which are part of the program, load without a question."


class TrustedFolders(QWidget):
    """A line for each trusted folder, with a button that withdraws the trust at once.

    Signals:
        withdrawn(str): this folder is to be trusted no longer.
    """

    withdrawn = Signal(str)

    def __init__(self, folders: Sequence[TrustedFolder], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trusted_folders")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._told = PlainLabel("" if folders else _NONE)
        self._told.setObjectName("trusted_told")
        set_kind(self._told, "muted")
        if folders:
            column.addWidget(self._scrolled(folders))
            self._told.hide()
        column.addWidget(self._told)

    def _scrolled(self, folders: Sequence[TrustedFolder]) -> QScrollArea:
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setColumnStretch(0, 1)
        for row, each in enumerate(folders):
            grid.addWidget(self._words(each), row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(self._button(each.folder), row, 1, Qt.AlignmentFlag.AlignTop)
        grid.setRowStretch(len(folders), 1)
        area = QScrollArea()
        area.setObjectName("trusted_list")
        area.setAccessibleName("Trusted folders")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidgetResizable(True)
        area.setWidget(rows)
        area.setFixedHeight(min(_HEIGHT, rows.sizeHint().height() + 8))
        return area

    def _words(self, each: TrustedFolder) -> PlainLabel:
        since = f"{each.since.astimezone():%Y-%m-%d %H:%M}"
        places = f", with {_places(len(each.outside))} outside" if each.outside else ""
        label = PlainLabel(f"{each.folder}\nTrusted since {since}{places}")
        label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if each.outside:
            label.setToolTip("\n".join(sorted(each.outside)))
        return label

    def _button(self, folder: str) -> QPushButton:
        button = QPushButton("Withdraw")
        button.setObjectName(f"trust_withdraw:{folder}")
        button.setAccessibleName(f"Withdraw the trust in {folder}")
        button.setToolTip(plain_tooltip("Ask again before this project's code runs"))
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._on_withdraw(button, folder))
        return button

    def _on_withdraw(self, button: QPushButton, folder: str) -> None:
        button.setEnabled(False)
        button.setText("Withdrawn")
        self._told.setText(
            "Withdrawn. It takes effect when the project is loaded the next time; what is loaded now stays until then."
        )
        self._told.show()
        self.withdrawn.emit(folder)


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"
