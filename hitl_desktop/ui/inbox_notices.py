"""What the inbox says besides its list: that something new waits, or why nothing is listed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from hitl_desktop.ui.icons import pixmap, set_icon
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import SPACE, scaled_font, set_kind

_TITLE_FITS = 60  # two lines beside the buttons


class NewBanner(QFrame):
    """Says that threads began to wait, instead of selecting them.

    Signals:
        show_requested(): the person wants to see them.
        dismissed(): the person has seen enough.
    """

    show_requested = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inbox_new")
        set_kind(self, "notice")
        self._text = PlainLabel()
        self._text.setObjectName("inbox_new_text")
        show = QPushButton(self.tr("Show"))
        show.setObjectName("inbox_new_show")
        show.setAccessibleName(self.tr("Show the new question"))
        show.clicked.connect(self.show_requested)
        close = QToolButton()
        close.setObjectName("inbox_new_close")
        close.setAccessibleName(self.tr("Dismiss"))
        close.setToolTip(self.tr("Dismiss"))
        set_icon(close, "close")
        close.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + 2, 4, 4, 4)
        row.setSpacing(4)
        row.addWidget(self._text, 1)
        row.addWidget(show)
        row.addWidget(close)
        self.hide()

    def show_new(self, titles: Sequence[str]) -> None:
        """Name the new thread, or count them; without any, hide."""
        if len(titles) == 1:
            short = titles[0] if len(titles[0]) <= _TITLE_FITS else f"{titles[0][: _TITLE_FITS - 1].rstrip()}…"
            self._text.setText(self.tr("New: {0}").format(short or self.tr("a question")))
        else:
            self._text.setText(self.tr("{0} new questions").format(len(titles)))
        self._text.setToolTip("\n".join(title for title in titles[:10] if title))
        self.setVisible(bool(titles))


class EmptyInbox(QWidget):
    """Why no thread is listed, and what to do.

    Signals:
        all_requested(): the person wants to see all threads again.
    """

    all_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inbox_empty")
        self._picture = QLabel()
        self._title, self._text = PlainLabel(), PlainLabel()
        self._title.setObjectName("inbox_empty_title")
        self._title.setFont(scaled_font(self.font(), 1.1, bold=True))
        set_kind(self._text, "muted")
        self._all = QPushButton(self.tr("Show all threads"))
        self._all.setObjectName("inbox_show_all")
        self._all.clicked.connect(self.all_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 6 * SPACE, 3 * SPACE, 3 * SPACE)
        column.setSpacing(SPACE)
        for widget in (self._picture, self._title, self._text):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(widget)
        column.addSpacing(SPACE)
        column.addWidget(self._all, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._draw()

    def show_why(self, *, listed: bool, threads: int, unreadable: bool = False) -> None:
        """Explain: nothing can be or was listed yet, there are no threads, or the filter hides all of them."""
        if unreadable and not threads:
            title = self.tr("The threads cannot be listed")
            text = self.tr("The reason stands above. They are listed as soon as the database can be read.")
        elif not listed:
            title, text = self.tr("Listing the threads…"), ""
        elif not threads:
            title = self.tr("Nothing here yet")
            text = self.tr("Choose “New run” to start a graph. When it asks for a decision, the question waits here.")
        else:
            title = self.tr("No thread matches")
            text = self.tr("None of the {0} threads fits the search and the state that you chose.").format(
                f"{threads:,}"
            )
        self._title.setText(title)
        self._text.setText(text)
        self._all.setVisible(listed and threads > 0)

    def _draw(self) -> None:
        color = self.palette().color(QPalette.ColorRole.PlaceholderText)
        self._picture.setPixmap(pixmap("inbox", color, 5 * SPACE, self.devicePixelRatio()))

    # Qt overrides

    def changeEvent(self, event: QEvent) -> None:
        """Draw the picture in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
