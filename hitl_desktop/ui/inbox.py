"""The inbox: which threads there are, the waiting ones first, and which of them is open."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPalette
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from hitl_desktop.core.threads import ThreadSummary
from hitl_desktop.ui.icons import icon
from hitl_desktop.ui.inbox_notices import EmptyInbox, NewBanner
from hitl_desktop.ui.theme import SPACE, scaled_font, set_kind
from hitl_desktop.ui.thread_list import ThreadList
from hitl_desktop.ui.thread_list_model import ThreadListModel
from hitl_desktop.ui.thread_words import StateFilter, is_known, one_line, stood_at_breakpoint

_TYPING_PAUSES_MS = 150
_FILTER_ICONS = {
    StateFilter.ALL: "inbox",
    StateFilter.WAITING: "waiting",
    StateFilter.RUNNING: "running",
    StateFilter.FAILED: "failed",
    StateFilter.STOPPED: "stopped",
    StateFilter.DONE: "done",
}


class InboxPane(QWidget):
    """Header with counts, search, filter by state, and the list.

    Signals:
        thread_selected(str): another thread is to be shown.
        thread_activated(str): Enter or a double click: go to work on it.
        rows_shown(list[str]): ids of threads that are in view, or searched, and were not read yet.
        filter_changed(): other threads are listed.
    """

    thread_selected = Signal(str)
    thread_activated = Signal(str)
    rows_shown = Signal(list)
    filter_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inbox")
        self._listed = False
        self._unreadable = False
        self._asked: dict[str, str] = {}  # ids already given to be read, with their checkpoints
        self._new: dict[str, None] = {}  # threads that began to wait since somebody looked
        self.model = ThreadListModel(self)
        self.list = ThreadList(self.model)
        self._count = QLabel()
        self._search = QLineEdit()
        self._states = QComboBox()
        self._banner = NewBanner()
        self._empty = EmptyInbox()
        self._pages = QStackedWidget()
        self._hint = QLabel()
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_PAUSES_MS)
        self._search_icon = self._search.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        self._lay_out()
        self._draw_icons()
        self._connect()
        self._show_counts()

    def set_threads(self, threads: Iterable[ThreadSummary]) -> None:
        """Show the whole inbox. The selection stays with its thread, and what was read stays read."""
        threads = list(threads)
        self._note_new(threads)
        self._listed = True
        self._asked.clear()
        self.model.set_threads(threads)

    def update_threads(self, changed: Iterable[ThreadSummary], gone: Iterable[str] = ()) -> None:
        """Show these threads anew, or for the first time, and drop those with the ids of `gone`."""
        changed = list(changed)
        self._note_new(changed)
        self.model.update_threads(changed, gone)

    def set_unreadable(self, unreadable: bool) -> None:
        """Say where nothing is listed that the database cannot be read, or can again."""
        self._unreadable = unreadable
        self._show_counts()

    def select(self, thread_id: str | None) -> None:
        """Select this thread, or none; `thread_selected` follows if it is another one. The filter may hide it."""
        self.list.select(thread_id)

    def selected(self) -> str | None:
        """The selected thread's id, also while the filter hides it."""
        return self.list.selected()

    def select_when_listed(self, thread_id: str) -> None:
        """Select this thread, which is open already and may be listed only later; no signal follows."""
        self.list.select(thread_id, silently=True)

    @property
    def waiting_count(self) -> int:
        """How many threads wait for a decision, listed or not."""
        counts = self.model.counts()
        return sum(counts[state] for state in StateFilter.WAITING.states)

    def next(self, waiting_only: bool = False) -> str | None:
        """Select the thread below, or the next one that waits, going round; returns its id, None for none.

        After a decision that took the selected thread away, that is the one that moved up to its place.
        """
        row = self.list.waiting_row_after() if waiting_only else self.list.row_after()
        return None if row is None else self.list.select_row(row)

    def previous(self) -> str | None:
        """Select the thread above; returns its id, None at the top."""
        return self.list.select_row(self.list.row_before())

    def focus_search(self) -> None:
        """Put the cursor into the search field, what is in it selected."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def clear_filter(self) -> None:
        """List all threads again."""
        self._states.setCurrentIndex(0)
        self._search.clear()
        self._apply_filter()

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Inbox"))
        title.setFont(scaled_font(title.font(), 1.3, bold=True))
        self._count.setObjectName("inbox_count")
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._search.setObjectName("inbox_search")
        self._search.setAccessibleName(self.tr("Search the inbox"))
        self._search.setPlaceholderText(self.tr("Search threads"))
        self._search.setToolTip(self.tr("Searches title, question, graph and thread id. Esc clears it."))
        self._search.setClearButtonEnabled(True)
        self._search.setMaxLength(500)
        self._search.installEventFilter(self)
        self._states.setObjectName("inbox_states")
        self._states.setAccessibleName(self.tr("Show threads in state"))
        for chosen in StateFilter:
            self._states.addItem(chosen.words, chosen)
        self._hint.setObjectName("inbox_hint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        set_kind(self._hint, "muted")
        self._hint.setContentsMargins(12, 4, 12, 4)
        self._hint.hide()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._empty)

        heading = QHBoxLayout()
        heading.addWidget(title, 1)
        heading.addWidget(self._count, 0, Qt.AlignmentFlag.AlignBottom)
        top = QVBoxLayout()
        top.setContentsMargins(12, SPACE, 12, SPACE)
        top.setSpacing(SPACE)
        top.addLayout(heading)
        for widget in (self._search, self._states, self._banner):
            top.addWidget(widget)
        self.setFocusProxy(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._pages, 1)
        column.addWidget(self._hint)

    def _draw_icons(self) -> None:
        self._search_icon.setIcon(icon("search", self.palette().color(QPalette.ColorRole.PlaceholderText)))
        for place, chosen in enumerate(StateFilter):
            self._states.setItemIcon(place, icon(_FILTER_ICONS[chosen], self.palette()))

    def _connect(self) -> None:
        self.list.thread_selected.connect(self._on_selected)
        self.list.thread_activated.connect(self.thread_activated)
        self.list.view_changed.connect(self._ask_for_rows)
        self.model.updated.connect(self._show_counts)
        self._search.textChanged.connect(self._on_text_changed)
        self._typing.timeout.connect(self._apply_filter)
        self._states.activated.connect(self._apply_filter)
        self._banner.show_requested.connect(self._show_new)
        self._banner.dismissed.connect(self._forget_new)
        self._empty.all_requested.connect(self.clear_filter)

    def _apply_filter(self) -> None:
        self._typing.stop()
        before = self.model.filter()
        self.model.set_filter(self._states.currentData(), self._search.text())
        if self.model.filter() != before:
            self.list.scroll_to_selected()
            self.filter_changed.emit()

    def _ask_for_rows(self) -> None:
        """Ask for what must be read to show the rows in view, and to find the text that is searched."""
        searched = self.model.unread_to_search()
        self._hint.setText(self.tr("Searching {0} more threads…").format(f"{len(searched):,}"))
        self._hint.setVisible(bool(searched))
        ids = dict.fromkeys([*self.model.unread_visible(*self.list.rows_in_view()), *searched])
        checkpoints = {
            thread_id: thread.checkpoint_id for thread_id in ids if (thread := self.model.summary(thread_id))
        }
        asking = [thread_id for thread_id, at in checkpoints.items() if self._asked.get(thread_id) != at]
        self._asked |= checkpoints
        if asking:
            self.rows_shown.emit(asking)

    def _note_new(self, threads: list[ThreadSummary]) -> None:
        """Remember which of the threads begin to wait. What is only now known to wait is not new."""
        for thread in threads if self._listed else ():
            old = self.model.summary(thread.thread_id)
            if not thread.state.waits or thread.thread_id == self.selected():
                self._new.pop(thread.thread_id, None)
            elif old is None or (is_known(old) and not old.state.waits and not stood_at_breakpoint(old, thread)):
                self._new[thread.thread_id] = None

    def _show_new(self) -> None:
        rows = [row for thread_id in self._new if (row := self.model.row_of(thread_id)) is not None]
        first = next(iter(self._new), None)
        self._forget_new()
        if not rows:
            self.clear_filter()
        self.list.select(self.model.summary_at(min(rows)).thread_id if rows else first)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget_new(self) -> None:
        self._new.clear()
        self._banner.show_new([])

    def _show_counts(self) -> None:
        counts = self.model.counts()
        waiting = self.waiting_count
        self._count.setText(self.tr("{0} waiting").format(f"{waiting:,}") if waiting else self.tr("Nothing waiting"))
        set_kind(self._count, None if waiting else "muted")
        self._count.setFont(scaled_font(self.font(), bold=bool(waiting)))
        for place, chosen in enumerate(StateFilter):
            number = sum(counts[state] for state in chosen.states) if chosen.states else counts.total()
            self._states.setItemText(place, f"{chosen.words} ({number:,})")
        self._new = {thread_id: None for thread_id in self._new if self.model.summary(thread_id) is not None}
        titles = [one_line(thread.title) for thread_id in self._new if (thread := self.model.summary(thread_id))]
        self._banner.show_new(titles)
        self._empty.show_why(listed=self._listed, threads=counts.total(), unreadable=self._unreadable)
        self._pages.setCurrentWidget(self.list if self.model.shown_count() else self._empty)

    def _on_text_changed(self, text: str) -> None:
        if text:
            self._typing.start()
        else:
            self._apply_filter()

    def _on_selected(self, thread_id: str) -> None:
        if self._new.pop(thread_id, "") is None:
            self._show_counts()
        self.thread_selected.emit(thread_id)

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search field, Esc clears it and goes back to the list; Down and Enter go to the list."""
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key == Qt.Key.Key_Escape:
                self._search.clear()
            if key in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._apply_filter()
                self.list.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._states.count():
            self._draw_icons()
