"""The threads of the inbox as a Qt model: sorted, filtered, handed to the view a page at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.ui.plain_text import plain_tooltip
from hitl_desktop.ui.thread_order import FIRST_OF_OTHERS, Key, keeping_what_was_read, place_of
from hitl_desktop.ui.thread_words import StateFilter, row_details, row_words

PAGE: Final = 256
"""Rows that the view gets at once: 100,000 rows take it 158 ms to lay out, a page 7 ms (Qt 6.11)."""

# Beyond this many changes at once a reset is cheaper than a signal for each row.
_RESET_FROM = 400

_RUNNING: Final = ThreadState.RUNNING  # looking up a member of an enumeration is slow

_Index: TypeAlias = QModelIndex | QPersistentModelIndex


class ThreadListModel(QAbstractListModel):
    """Threads in the order of the inbox: those that wait first, the longest waiting on top; the others newest first.

    A thread that runs keeps its place, so that rows do not change places under the mouse at each of its steps.

    Signals:
        updated(): the threads or the filter changed; rows have been announced before.
    """

    ThreadRole: Final = Qt.ItemDataRole.UserRole + 1
    updated = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: dict[str, ThreadSummary] = {}
        self._keys: dict[str, Key] = {}
        self._shown: list[Key] = []  # sorted; those that the filter lets through
        self._loaded = 0  # how many of these the view knows of
        self._counts: Counter[ThreadState] = Counter()
        self._filter = StateFilter.ALL
        self._text = ""
        # Whoever hears of one change must not fetch in the middle of it: other listeners would hear of the page first.
        self._changing = False

    def set_threads(self, threads: Iterable[ThreadSummary]) -> None:
        """Show these threads, in any order. What was read of a thread is kept while its checkpoint is the same."""
        old = self._threads
        if not old:
            self._fill(threads)
            return
        new = {thread.thread_id: keeping_what_was_read(old.get(thread.thread_id), thread) for thread in threads}
        gone = [thread_id for thread_id in old if thread_id not in new]
        self._change([thread for thread_id, thread in new.items() if old.get(thread_id) != thread], gone)

    def update_threads(self, changed: Iterable[ThreadSummary], gone: Iterable[str] = ()) -> None:
        """Show these threads anew, or for the first time, and drop those with the ids of `gone`."""
        self._change(list(changed), list(gone))

    def set_filter(self, states: StateFilter, text: str = "") -> None:
        """List only the threads in these states whose title, question, graph or id contains the text."""
        if (states, text.strip().casefold()) == (self._filter, self._text):
            return
        self._filter, self._text = states, text.strip().casefold()
        self._reset(PAGE)
        self.updated.emit()

    def filter(self) -> tuple[StateFilter, str]:
        """The states that are listed, and the text, in lower case."""
        return self._filter, self._text

    def counts(self) -> Counter[ThreadState]:
        """How many threads there are in each state, shown or not."""
        return self._counts.copy()

    def shown_count(self) -> int:
        """How many threads the filter lets through, those included that the view has not fetched."""
        return len(self._shown)

    def shown_waiting_count(self) -> int:
        """How many of the shown threads wait; theirs are the first rows."""
        return bisect_left(self._shown, FIRST_OF_OTHERS)

    def is_changing(self) -> bool:
        """Whether rows are just being announced, so that what a view does now is not its user's doing."""
        return self._changing

    def summary(self, thread_id: str) -> ThreadSummary | None:
        """The thread of this id, shown or not; None for an unknown one."""
        return self._threads.get(thread_id)

    def ids_in(self, *states: ThreadState) -> list[str]:
        """The ids of the threads in one of these states, shown or not."""
        return [thread_id for thread_id, thread in self._threads.items() if thread.state in states]

    def summary_at(self, row: int) -> ThreadSummary:
        """The thread of a row. Raises `IndexError` beyond `shown_count`."""
        return self._threads[self._shown[row][2]]

    def row_of(self, thread_id: str) -> int | None:
        """The thread's row, also where the view has not fetched it; None where the filter hides it."""
        key = self._keys.get(thread_id)
        return None if key is None else self._row(key)

    def load_to(self, row: int) -> None:
        """Let the view fetch all rows up to this one."""
        while self._loaded <= row and self.canFetchMore():
            self.fetchMore()

    def unread_visible(self, first: int, last: int) -> list[str]:
        """The ids of the threads in these rows, both included, that were not read yet."""
        rows = self._shown[max(0, first) : max(0, last + 1)]
        return [thread_id for *_, thread_id in rows if not self._threads[thread_id].read]

    def unread_to_search(self) -> list[str]:
        """The ids of the threads that must be read before it is known whether the text of the filter finds them."""
        if not self._text:
            return []
        in_question = (thread for thread in self._threads.values() if not thread.read and self._has_state(thread))
        return [thread.thread_id for thread in in_question if not self._has_text(thread)]

    def _fill(self, threads: Iterable[ThreadSummary]) -> None:
        """The first listing, which the window's first sight waits for: nothing is compared."""
        self._threads = {thread.thread_id: thread for thread in threads}
        self._keys = {thread_id: place_of(thread) for thread_id, thread in self._threads.items()}
        self._counts = Counter(thread.state for thread in self._threads.values())
        self._reset(PAGE)
        self.updated.emit()

    def _change(self, changed: Sequence[ThreadSummary], gone: Sequence[str]) -> None:
        if len(changed) + len(gone) >= _RESET_FROM:
            self._reset(max(PAGE, self._loaded), changed, gone)
        else:
            self._changing = True
            for thread_id in gone:
                self._remove(thread_id)
            for thread in changed:
                self._place(thread)
            self._changing = False
        self.updated.emit()

    def _reset(self, load: int, changed: Sequence[ThreadSummary] = (), gone: Sequence[str] = ()) -> None:
        self._changing = True
        self.beginResetModel()
        for thread_id in gone:
            self._forget(thread_id)
        for thread in changed:
            self._keep(thread)
        if self._filter.states or self._text:
            self._shown = sorted(key for key in self._keys.values() if self._fits(self._threads[key[2]]))
        else:
            self._shown = sorted(self._keys.values())
        self._loaded = min(load, len(self._shown))
        self.endResetModel()
        self._changing = False

    def _place(self, thread: ThreadSummary) -> None:
        old_key = self._keys.get(thread.thread_id)
        old_row = None if old_key is None else self._row(old_key)
        key, fits = self._key_of(thread), self._fits(thread)
        if old_row is not None and not fits:
            self._take(old_row)
            self._keep(thread)
        elif old_row is not None:
            new_row = bisect_left(self._shown, key)
            self._move(old_row, new_row - 1 if new_row > old_row else new_row, thread)
        else:
            self._keep(thread)
            if fits:
                self._insert(bisect_left(self._shown, key), key)

    def _move(self, old_row: int, new_row: int, thread: ThreadSummary) -> None:
        """Move a shown row to where it stands without itself, and show the thread anew."""
        if old_row == new_row:
            self._shown[old_row] = self._keep(thread)
        elif max(old_row, new_row) < self._loaded:
            # Qt counts the place before the row is taken out.
            root, before = QModelIndex(), new_row + 1 if new_row > old_row else new_row
            self.beginMoveRows(root, old_row, old_row, root, before)
            del self._shown[old_row]
            self._shown.insert(new_row, self._keep(thread))
            self.endMoveRows()
        else:
            self._take(old_row)
            self._insert(new_row, self._keep(thread))
        if new_row < self._loaded:
            self.dataChanged.emit(self.index(new_row), self.index(new_row))

    def _insert(self, row: int, key: Key) -> None:
        if row < self._loaded or self._loaded == len(self._shown):
            self.beginInsertRows(QModelIndex(), row, row)
            self._shown.insert(row, key)
            self._loaded += 1
            self.endInsertRows()
        else:
            self._shown.insert(row, key)

    def _take(self, row: int) -> None:
        if row < self._loaded:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._shown[row]
            self._loaded -= 1
            self.endRemoveRows()
        else:
            del self._shown[row]

    def _remove(self, thread_id: str) -> None:
        if (row := self.row_of(thread_id)) is not None:
            self._take(row)
        self._forget(thread_id)

    def _keep(self, thread: ThreadSummary) -> Key:
        """Store the thread under its new key, which is returned."""
        old = self._threads.get(thread.thread_id)
        key = self._key_of(thread)
        if old is None or old.state is not thread.state:
            self._counts[thread.state] += 1
            if old is not None:
                self._counts[old.state] -= 1
        self._threads[thread.thread_id], self._keys[thread.thread_id] = thread, key
        return key

    def _forget(self, thread_id: str) -> None:
        if (old := self._threads.pop(thread_id, None)) is not None:
            self._counts[old.state] -= 1
            del self._keys[thread_id]

    def _row(self, key: Key) -> int | None:
        row = bisect_left(self._shown, key)
        return row if row < len(self._shown) and self._shown[row] == key else None

    def _key_of(self, thread: ThreadSummary) -> Key:
        old = self._threads.get(thread.thread_id)
        if old is not None and old.state is _RUNNING and thread.state is _RUNNING:
            return self._keys[thread.thread_id]
        return place_of(thread)

    def _fits(self, thread: ThreadSummary) -> bool:
        return self._has_state(thread) and self._has_text(thread)

    def _has_state(self, thread: ThreadSummary) -> bool:
        return not self._filter.states or thread.state in self._filter.states

    def _has_text(self, thread: ThreadSummary) -> bool:
        fields = (thread.title, thread.asks, thread.graph or "", thread.thread_id)
        return not self._text or any(self._text in field.casefold() for field in fields)

    # Qt overrides

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many rows the view has fetched."""
        return 0 if parent is not None and parent.isValid() else self._loaded

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The summary under `ThreadRole`, the row in words for screen readers, the details as a tooltip."""
        if not index.isValid() or index.row() >= self._loaded:
            return None
        thread = self.summary_at(index.row())
        match role:
            case self.ThreadRole:
                return thread
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return row_words(thread, datetime.now(UTC))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(row_details(thread))
        return None

    def canFetchMore(self, parent: _Index | None = None) -> bool:
        """Whether there are rows that the view does not know of."""
        if self._changing or (parent is not None and parent.isValid()):
            return False
        return self._loaded < len(self._shown)

    def fetchMore(self, parent: _Index | None = None) -> None:
        """Let the view know of one more page, if there is one."""
        if not self.canFetchMore(parent):
            return
        count = min(PAGE, len(self._shown) - self._loaded)
        self._changing = True
        self.beginInsertRows(QModelIndex(), self._loaded, self._loaded + count - 1)
        self._loaded += count
        self.endInsertRows()
        self._changing = False
