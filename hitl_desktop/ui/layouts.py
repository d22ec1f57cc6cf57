"""What Qt's layouts lack."""

from __future__ import annotations

from collections.abc import Container, Iterable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractSpinBox, QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from hitl_desktop.ui.scroll_manners import FocusInSight
from hitl_desktop.ui.theme import set_kind

_OF_SCREEN = 0.85
_INDENT = 7


def clear(layout: QLayout, keep: Container[QWidget] = ()) -> None:
    """Take everything out of a layout, and delete its widgets but those to keep, which stay hidden children."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None and widget not in keep:
            widget.hide()
            widget.deleteLater()


def indent_number(box: QAbstractSpinBox) -> None:
    """Put the number where the text of other fields stands: a style sheet's padding does not reach it."""
    box.lineEdit().setTextMargins(_INDENT, 0, 0, 0)


def leave_out_of_tab_order(*texts: QWidget) -> None:
    """Let the Tab key pass by texts that only say something. A click still puts the keyboard there, to copy."""
    for text in texts:
        text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)


def chain_as_laid_out(parts: Iterable[QWidget]) -> None:
    """Let the Tab key go through the parts in this order, and within each as it is read.

    Qt puts each widget that is made later at the end of the window. All parts are in the same window.
    """
    from hitl_desktop.ui.editors.fields.tab_order import chain_tab_stops, tab_stops  # not before the first paint

    stops: list[QWidget] = []
    for part in parts:
        itself = [part] if part.layout() is not None and part.focusPolicy() & Qt.FocusPolicy.TabFocus else []
        stops += [*itself, *tab_stops(part)]
    chain_tab_stops(stops[0], stops[1:])


def holds_focus(widget: QWidget) -> bool:
    """Whether the keyboard is in this widget, or will be when its window is the active one."""
    focus = widget.window().focusWidget()
    return focus is not None and (focus is widget or widget.isAncestorOf(focus))


def fit_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window this size, or less where it would take more than 85 % of its screen's height or width."""
    room = window.screen().availableSize()
    window.resize(min(width, int(room.width() * _OF_SCREEN)), min(height, int(room.height() * _OF_SCREEN)))


class ScrolledColumn(QWidget):
    """What stands in a scroll area: as high as its wrapped texts need at its width.

    `QScrollArea` asks for a minimum size and never for a height at a width, so that wrapped labels would be
    squeezed to nothing when there is much to show.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)

    def _fit(self) -> None:
        self.setMinimumHeight(max(0, self.column.totalHeightForWidth(self.width())))

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        """Fit again when something in the column changes its size."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again at another width."""
        super().resizeEvent(event)
        self._fit()


class ScrollingColumn(QScrollArea):
    """A column that scrolls where it is higher than its place, so that it never makes a window grow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = ScrolledColumn()
        self.column = body.column
        set_kind(self, "pane")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(body)
        FocusInSight(self)


def scrolling(content: QWidget, name: str, accessible_name: str) -> QScrollArea:
    """An area without a frame in which the content scrolls up and down, as wide as the area."""
    area = QScrollArea()
    area.setObjectName(name)
    area.setAccessibleName(accessible_name)
    set_kind(area, "pane")
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    FocusInSight(area)
    return area
