"""The order in which Tab goes through a form: as it is read, whenever its parts were made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget

from hitl_desktop.ui.editors.fields.slot import Slot


def tab_stops(widget: QWidget) -> Iterator[QWidget]:
    """What Tab should stop at within the widget, in the order of its layouts; a value before the buttons above it."""
    if isinstance(widget, Slot):
        for part in widget.tab_parts():
            yield from tab_stops(part)
    elif (layout := widget.layout()) is not None:
        yield from _in_layout(layout)
    elif widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget


def chain_tab_stops(anchor: QWidget, stops: list[QWidget]) -> None:
    """Let Tab go from the anchor through these widgets. Qt puts each new widget at the end of the window otherwise."""
    for one, next_one in pairwise((anchor, *stops)):
        QWidget.setTabOrder(one, next_one)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for position in range(layout.count()):
        item = layout.itemAt(position)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield from tab_stops(widget)
        elif (inner := item.layout()) is not None:
            yield from _in_layout(inner)
