"""Rendered Markdown, to read and copy: nothing is loaded, nothing is opened by a click."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPalette, QResizeEvent, QTextDocument, QTextOption
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QWidget

from hitl_desktop.ui.reading.code_colors import color_code
from hitl_desktop.ui.reading.code_names import language_of_fence
from hitl_desktop.ui.reading.in_pieces import InPieces
from hitl_desktop.ui.reading.markdown_document import CodeInText, InertDocument, fill_with_markdown


class MarkdownView(QTextEdit):
    """Shows a Markdown text rendered, as high as it is up to a limit.

    For texts that `markdown_text.why_not_rendered` has nothing against.
    """

    def __init__(self, text: str, parent: QWidget | None = None, *, most: int | None = None) -> None:
        """`most` is the greatest height in lines of text; beyond it the view scrolls."""
        super().__init__(parent)
        self._text, self._most, self._height, self._note = text, most, 0, ""
        self._coloring = InPieces(self)
        self._rendered_on = QGuiApplication.palette()
        self.setObjectName("markdown")
        self.setAccessibleName("Rendered Markdown")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if most is None:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # On the ground of what is around it; the ring of the focus has its place already.
        self.setStyleSheet(
            "QTextEdit { background: transparent; border: 2px solid transparent; padding: 0; margin: 0 -2px; }"
            "QTextEdit:focus { border-color: palette(highlight); }"
        )
        self._render()

    def note(self) -> str:
        """What rendering leaves out, in words; empty if nothing."""
        return self._note

    def is_colored(self) -> bool:
        """Whether the code in it has all of its colours."""
        return self._coloring.is_done()

    def _render(self) -> None:
        palette = self._rendered_on = QGuiApplication.palette()  # its own has the transparent ground of the style
        # Filled before it is laid out: then its images are words already.
        before, document = self.document(), InertDocument(self)
        document.setDefaultFont(self.font())
        document.setDocumentMargin(0)
        document.setUndoRedoEnabled(False)
        self._note, codes = fill_with_markdown(document, self._text, palette, self.font())
        self._coloring.run(_coloring(document, codes, palette))
        self.setDocument(document)
        document.documentLayout().documentSizeChanged.connect(self._fit)
        if isinstance(before, InertDocument):
            before.deleteLater()

    def _fit(self) -> None:
        if self._height != (height := self.sizeHint().height()):
            self._height = height
            self.updateGeometry()

    def _has_other_colors(self) -> bool:
        roles = (QPalette.ColorRole.Base, QPalette.ColorRole.Text, QPalette.ColorRole.Link)
        return any(QGuiApplication.palette().color(role) != self._rendered_on.color(role) for role in roles)

    # Qt overrides

    def sizeHint(self) -> QSize:
        """As high as the text, within the limit."""
        margins = self.contentsMargins()
        around = 2 * self.frameWidth() + margins.top() + margins.bottom() + 2
        bar = self.horizontalScrollBar()
        height = int(self.document().size().height()) + around + (bar.sizeHint().height() if bar.isVisible() else 0)
        if self._most is not None:
            height = min(height, self._most * self.fontMetrics().lineSpacing() + around)
        return QSize(160, height)

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(160, min(self.sizeHint().height(), 2 * self.fontMetrics().lineSpacing()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as high as the text is at another width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change between light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._has_other_colors():
            self._render()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy as text only."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data


def _coloring(document: QTextDocument, codes: list[CodeInText], palette: QPalette) -> Iterator[None]:
    for code in codes:
        if (language := language_of_fence(code.language)) is not None:
            yield from color_code(document, code.start, code.code, language, palette)
