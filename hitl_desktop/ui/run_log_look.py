"""The fonts and colours of the run log's text, of one palette."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QColor, QFont, QPalette, QTextCharFormat

from hitl_desktop.core.threads import ThreadState
from hitl_desktop.ui.run_log_row import LogRow, Tone
from hitl_desktop.ui.theme import danger_color, fixed_font, scaled_font, state_color

_STATES: Final[dict[Tone, ThreadState]] = {
    "running": ThreadState.RUNNING,
    "good": ThreadState.DONE,
    "waiting": ThreadState.WAITING,
}
_SMALL: Final = 0.9
_GAP: Final = 0.6


class LogLook:
    """Text formats made once, because a log writes thousands of pieces."""

    def __init__(self, palette: QPalette, font: QFont) -> None:
        self._text = palette.color(QPalette.ColorRole.Text)
        self.muted = palette.color(QPalette.ColorRole.PlaceholderText)
        self.small_font = scaled_font(font, _SMALL)
        self._colors = {tone: state_color(state, palette) for tone, state in _STATES.items()}
        self._colors |= {"plain": self._text, "muted": self.muted, "bad": danger_color(palette)}
        self._titles = {tone: _format(color, scaled_font(font, bold=True)) for tone, color in self._colors.items()}
        self._details = {tone: _format(color, self.small_font) for tone, color in self._colors.items()}
        self.body = _format(self._text, font)
        self.code = _format(self._text, scaled_font(fixed_font(font), _SMALL))
        self.fold = _format(palette.color(QPalette.ColorRole.Link), self.small_font)
        self.gap = _format(self._text, scaled_font(font, _GAP))

    def color(self, row: LogRow) -> QColor:
        """The colour of a row's icon."""
        return self._colors[row.tone]

    def title(self, row: LogRow) -> QTextCharFormat:
        """How a row's title is written: in the row's colour where something went wrong or waits."""
        return self._titles[row.tone if row.tone in ("bad", "waiting", "good") else "plain"]

    def detail(self, row: LogRow) -> QTextCharFormat:
        """How the words about a row are written."""
        return self._details["muted" if row.tone == "plain" else row.tone]

    def text(self, row: LogRow) -> QTextCharFormat:
        """How a row's text is written."""
        return self.code if row.code else self.body


def _format(color: QColor, font: QFont) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFont(font)
    made.setForeground(color)
    return made
