"""The list of threads in the inbox: it selects by thread, never by row, and says which rows are in view."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QModelIndex, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget

from hitl_desktop.ui.theme import set_kind
from hitl_desktop.ui.thread_list_model import ThreadListModel
from hitl_desktop.ui.thread_row import ThreadRow

_VIEW_SETTLES_MS = 60
_AGES_CHANGE_MS = 30_000


class ThreadList(QListView):
    """Shows a `ThreadListModel`. What the model does never selects another thread; only people and callers do.

    Signals:
        thread_selected(str): another thread was selected, by mouse, key or call.
        thread_activated(str): Enter or a double click on a thread.
        view_changed(): other rows are in view, or the same in another state; at most about 16 times a second.
    """

    thread_selected = Signal(str)
    thread_activated = Signal(str)
    view_changed = Signal()

    def __init__(self, threads: ThreadListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._selected: str | None = None
        self._place = 0  # where the selected thread stood while it was listed among its like
        self._silent = False
        self.setObjectName("inbox_list")
        self.setAccessibleName(self.tr("Threads"))
        set_kind(self, "pane")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)  # 808 ms becomes 21 for 10,000 rows (Qt 6.11)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setModel(threads)
        self.setItemDelegate(ThreadRow(self))
        self._settling = QTimer(self, singleShot=True, interval=_VIEW_SETTLES_MS)
        self._settling.timeout.connect(self.view_changed)
        self._ages = QTimer(self, interval=_AGES_CHANGE_MS)
        self._ages.timeout.connect(self.viewport().update)
        self.verticalScrollBar().valueChanged.connect(self._on_view_moved)
        self.activated.connect(self._on_activated)
        threads.updated.connect(self._on_updated)

    def selected(self) -> str | None:
        """The selected thread's id, also while the filter hides it."""
        return self._selected

    def select(self, thread_id: str | None, *, silently: bool = False) -> None:
        """Select this thread, or none, and bring it into view; where the filter hides it no row is marked.

        `thread_selected` follows if it is another one, unless silently.
        """
        changed = thread_id != self._selected
        self._selected = thread_id
        row = None if thread_id is None else self._threads.row_of(thread_id)
        self._mark(row)
        if row is not None:
            self._place = row
            self.scrollTo(self._threads.index(row))
        if changed and not silently and thread_id is not None:
            self.thread_selected.emit(thread_id)

    def select_row(self, row: int) -> str | None:
        """Select the thread of this row, and return its id; None where there is no such row."""
        if not 0 <= row < self._threads.shown_count():
            return None
        self.select(self._threads.summary_at(row).thread_id)
        return self._selected

    def scroll_to_selected(self) -> None:
        """Bring the selected thread into view; the top of the list where it is not listed."""
        row = self._selected_row()
        if row is None:
            self.scrollToTop()
        else:
            self.scrollTo(self._threads.index(row))

    def row_after(self) -> int:
        """The row that follows the selected thread, or follows where it stood before it left the list."""
        row = self._selected_row()
        return self._place if row is None else row + 1

    def row_before(self) -> int:
        """The row before the selected thread, or before where it stood; -1 above the first."""
        row = self._selected_row()
        return (self._place if row is None else row) - 1

    def waiting_row_after(self) -> int | None:
        """The row of the next thread that waits, going round to the first; None where none waits."""
        count = self._threads.shown_waiting_count()
        row = self._selected_row()
        # A thread that no longer waits went elsewhere; the next one moved up to its place.
        after = row + 1 if row is not None and row < count else self._place
        return None if count == 0 else after if after < count else 0

    def rows_in_view(self) -> tuple[int, int]:
        """The first and the last row that can be seen at least in part; (0, -1) for none."""
        if not self.isVisible() or not self._threads.rowCount():
            return 0, -1
        first, last = self.indexAt(self.viewport().rect().topLeft()), self.indexAt(self.viewport().rect().bottomLeft())
        return max(0, first.row()), last.row() if last.isValid() else self._threads.rowCount() - 1

    def _selected_row(self) -> int | None:
        return None if self._selected is None else self._threads.row_of(self._selected)

    def _mark(self, row: int | None) -> None:
        """Mark a row, or none, as selected, without a signal and without scrolling."""
        self._silent = True
        self.setAutoScroll(False)
        if row is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self._threads.load_to(row)
            index = self._threads.index(row)
            if index != self.currentIndex() or not self.selectionModel().isSelected(index):
                self.setCurrentIndex(index)
        self.setAutoScroll(True)
        self._silent = False

    def _on_updated(self) -> None:
        # Where the selected row was taken out, Qt has made its neighbour the current one.
        row = self._selected_row()
        self._mark(row)
        thread = None if self._selected is None else self._threads.summary(self._selected)
        if row is not None and thread is not None:
            was_among_waiting = self._place < self._threads.shown_waiting_count()
            if thread.state.waits or not was_among_waiting:
                self._place = row
        self._on_view_moved()

    def _on_view_moved(self) -> None:
        if self.isVisible() and not self._settling.isActive():
            self._settling.start()

    def _on_activated(self, index: QModelIndex) -> None:
        thread_id = self._threads.summary_at(index.row()).thread_id
        self.select(thread_id)
        self.thread_activated.emit(thread_id)

    # Qt overrides

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Take over what a person selected; what follows from changes of the model is not theirs."""
        super().selectionChanged(selected, deselected)
        if self._silent or self._threads.is_changing() or not selected.indexes():
            return
        row = selected.indexes()[0].row()
        thread_id = self._threads.summary_at(row).thread_id
        if thread_id != self._selected:
            self._selected, self._place = thread_id, row
            self.thread_selected.emit(thread_id)

    def keyboardSearch(self, search: str) -> None:
        """Select nothing: a letter that was meant for somewhere else must not open another thread."""

    def showEvent(self, event: QShowEvent) -> None:
        """Say what is in view, and let the ages grow while it is."""
        super().showEvent(event)
        self._ages.start()
        self._on_view_moved()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks."""
        super().hideEvent(event)
        self._ages.stop()
        self._settling.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A larger list has more rows in view."""
        super().resizeEvent(event)
        self._on_view_moved()
