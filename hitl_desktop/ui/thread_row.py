"""How one thread looks in the inbox: state, title and age, what is asked, graph and state in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.ui.icons import STATE_ICONS, pixmap
from hitl_desktop.ui.theme import SPACE, blend, scaled_font, selection_color, state_color
from hitl_desktop.ui.thread_list_model import ThreadListModel
from hitl_desktop.ui.thread_words import age_words, graph_of, is_known, one_line, state_words, title_of

_ICON: Final = 18
_SMALL: Final = 0.9
_LEADING: Final = 3
_Role = QPalette.ColorRole


class ThreadRow(QStyledItemDelegate):
    """Paints a `ThreadSummary` in three lines, in two where nothing is asked. All rows are of one height."""

    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As high as three lines of the view's font."""
        first, small = QFontMetrics(option.font), QFontMetrics(scaled_font(option.font, _SMALL))
        return QSize(24 * SPACE, 3 * SPACE + 2 + first.height() + 2 * (small.height() + _LEADING))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the row in the colours of the view's palette."""
        thread: ThreadSummary = index.data(ThreadListModel.ThreadRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        inner = option.rect.adjusted(2 * SPACE, SPACE + 2, -2 * SPACE, -SPACE - 2)
        self._paint_text(painter, option, thread, inner)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        palette, card = option.palette, option.rect.adjusted(4, 1, -4, -1)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        accent = palette.color(_Role.Accent)
        if selected:
            _fill(painter, card, selection_color(palette))
            _fill(painter, QRect(card.left(), card.top() + 6, 3, card.height() - 12), accent)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            _fill(painter, card, blend(palette.color(_Role.Base), palette.color(_Role.Text), 0.05))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(card.adjusted(1, 1, -1, -1), 6, 6)
        elif not selected:
            painter.setPen(palette.color(_Role.Midlight))
            line = option.rect.adjusted(2 * SPACE, 0, -2 * SPACE, 0)
            painter.drawLine(line.bottomLeft(), line.bottomRight())

    def _paint_text(self, painter: QPainter, option: QStyleOptionViewItem, thread: ThreadSummary, inner: QRect) -> None:
        palette = option.palette
        text, muted = palette.color(_Role.Text), palette.color(_Role.PlaceholderText)
        state = state_color(thread.state, palette) if is_known(thread) else muted
        title_font = scaled_font(option.font, bold=thread.state.waits)
        small_font = scaled_font(option.font, _SMALL)
        first, small = QFontMetrics(title_font).height(), QFontMetrics(small_font).height() + _LEADING
        asks = one_line(thread.asks)
        height = first + small * (2 if asks else 1)
        top = inner.top() + (inner.height() - height) // 2

        name = STATE_ICONS[thread.state] if is_known(thread) else "node"
        drawn = pixmap(name, state, _ICON, painter.device().devicePixelRatio())
        painter.drawPixmap(inner.left(), top + (first - _ICON) // 2, drawn)

        line = QRect(inner.left() + _ICON + SPACE + 2, top, 0, first)
        line.setRight(inner.right())
        then = thread.updated_at
        age = age_words(then, datetime.now(UTC)) if then is not None else ""
        used = _write(painter, line, age, small_font, muted, Qt.AlignmentFlag.AlignRight)
        _write(painter, line.adjusted(0, 0, -used - SPACE, 0), title_of(thread), title_font, text)
        line = QRect(line.left(), line.bottom() + 1, line.width(), small)
        if asks:
            _write(painter, line, asks, small_font, text if thread.state.waits else muted)
            line = line.translated(0, small)
        if thread.has_draft:
            draft_font = scaled_font(small_font, bold=True)
            used = _write(painter, line, "Draft", draft_font, text, Qt.AlignmentFlag.AlignRight)
            line = line.adjusted(0, 0, -used - SPACE, 0)
        words, graph = state_words(thread), graph_of(thread) + "  ·  "
        room = line.width() - QFontMetrics(small_font).horizontalAdvance(words)
        used = _write(painter, line.adjusted(0, 0, room - line.width(), 0), graph, small_font, muted)
        bold = thread.state in (ThreadState.FAILED, ThreadState.NEEDS_REPAIR)
        _write(painter, line.adjusted(used, 0, 0, 0), words, scaled_font(small_font, bold=bold), state)


def _fill(painter: QPainter, area: QRect, color: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    radius = min(6, area.width() / 2)
    painter.drawRoundedRect(area, radius, radius)


def _write(
    painter: QPainter,
    line: QRect,
    text: str,
    font: QFont,
    color: QColor,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> int:
    """Write the text in the line, cut with an ellipsis where it is too long; returns the width it took."""
    metrics = QFontMetrics(font)
    fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, line.width()))
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(line, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), fitting)
    return metrics.horizontalAdvance(fitting)
