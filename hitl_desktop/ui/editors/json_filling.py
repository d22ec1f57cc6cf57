"""Writes a large value into a JSON area piece by piece, so that the window goes on meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from json import JSONEncoder

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QTextCursor

from hitl_desktop.core.values import Json
from hitl_desktop.ui.editors.json_area import HIGHLIGHT_LIMIT, JsonArea
from hitl_desktop.ui.editors.json_escapes import escape_hidden
from hitl_desktop.ui.editors.json_values import takes_long
from hitl_desktop.ui.hidden_characters import may_hide
from hitl_desktop.ui.plain_text import break_long_lines

_PIECE = 10_000
_SECONDS = 0.02


class JsonFilling(QObject):
    """One value on its way into an area, which cannot be edited until it is whole.

    Signals:
        done(str): the text is whole.
        failed(Exception): Python cannot write this value; the area is empty.
    """

    done = Signal(str)
    failed = Signal(Exception)

    def __init__(self, area: JsonArea, value: Json) -> None:
        super().__init__(area)
        self._area = area
        self._pieces = _pieces(value)
        self._written: list[str] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._fill_more)
        area.setReadOnly(True)
        area.begin_filling(coloured=not takes_long(value, HIGHLIGHT_LIMIT))
        self._timer.start()

    def stop(self) -> None:
        """Leave it as it is; somebody else fills the area."""
        if self._timer.isActive():
            self._timer.stop()
            self._area.end_filling()
        self.deleteLater()

    def _fill_more(self) -> None:
        until = time.perf_counter() + _SECONDS
        cursor = QTextCursor(self._area.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        while time.perf_counter() < until:
            try:
                piece = next(self._pieces, None)
            except (RecursionError, ValueError) as error:
                self._timer.stop()
                self._area.end_filling()
                self.failed.emit(error)
                return
            if piece is None:
                self._timer.stop()
                self._area.end_filling()
                self.done.emit("".join(self._written))
                return
            self._written.append(piece)
            cursor.insertText(break_long_lines(piece))


def _pieces(value: Json) -> Iterator[str]:
    """The JSON text of the value in pieces of about one size, with hidden characters as JSON escapes."""
    gathered: list[str] = []
    size = 0
    for token in JSONEncoder(ensure_ascii=False, indent=2).iterencode(value):
        gathered.append(token)
        size += len(token)
        if size >= _PIECE:
            yield from _cut("".join(gathered))
            gathered, size = [], 0
    yield from _cut("".join(gathered))


def _cut(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + _PIECE
        # Not beside a joiner, which is hidden or not by its neighbours.
        while end < len(text) and may_hide(text[end - 2 : end + 2]):
            end += 1
        yield escape_hidden(text[start:end])
        start = end
