"""What a finished thread came to, where no conversation tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from hitl_desktop.core.values import to_json
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import scaled_font, set_kind


class Outcome(QFrame):
    """A card with the last values of the state's channels, for reading."""

    def __init__(self, values: Mapping[str, Any], parent: QWidget | None = None) -> None:
        # The editors take a third of the start; the window is painted before they are needed.
        from hitl_desktop.ui.editors.payload_view import PayloadView

        super().__init__(parent)
        self.setObjectName("outcome")
        set_kind(self, "card")
        heading = PlainLabel("The state at its end")
        heading.setFont(scaled_font(heading.font(), 1.1, bold=True))
        leave_out_of_tab_order(heading)
        view = PayloadView()
        view.show_value(to_json(dict(values)))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(view)
