"""A text that is code: whole, in a font of equal widths, and coloured while the event loop runs."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from hitl_desktop.ui.plain_text import ReadOnlyText
from hitl_desktop.ui.reading.code_colors import can_be_colored, color_code
from hitl_desktop.ui.reading.in_pieces import InPieces
from hitl_desktop.ui.theme import fixed_font


class CodeText(ReadOnlyText):
    """Shows code to read and copy. What is too long to be coloured is shown without colours; `why_plain` says so."""

    def __init__(self, text: str, language: str, parent: QWidget | None = None, *, most: int = 24) -> None:
        """`language` is the name of a lexer of Pygments; `most` the greatest height in lines."""
        self._coloring: InPieces | None = None
        super().__init__(text, parent, most=most)
        self._language = language
        self.setAccessibleName("Code")
        self.setFont(fixed_font(self.font()))
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        if can_be_colored(text):
            self.fill_all()
            self._coloring = InPieces(self)
            self._color()

    def why_plain(self) -> str:
        """Why there are no colours, in words; empty if there are."""
        return "" if self._coloring is not None else "Shown without colours: the code or one of its lines is too long."

    def is_colored(self) -> bool:
        """Whether it has all of its colours."""
        return self._coloring is not None and self._coloring.is_done()

    def _color(self) -> None:
        if self._coloring is not None:
            code = self.document().toRawText().replace("\u2029", "\n")
            self._coloring.run(color_code(self.document(), 0, code, self._language, self.palette()))

    # Qt overrides

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change between light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()
