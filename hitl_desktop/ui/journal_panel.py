"""The Journal tab: what was decided and what became of it, for the open thread or for all, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hitl_desktop.core.decision_records import decision_from_json
from hitl_desktop.core.journal import WrittenEntry
from hitl_desktop.core.values import dump_json
from hitl_desktop.ui.layouts import leave_out_of_tab_order
from hitl_desktop.ui.plain_text import PlainLabel, plain_tooltip, visible
from hitl_desktop.ui.theme import set_kind
from hitl_desktop.ui.thread_words import at_local_time
from hitl_desktop.ui.wording import decision_text

PAGE: Final = 100
"""How many entries are read at once."""

_SHOWN: Final = (
    *("outcome", "reason", "decision", "changes", "answer", "payload", "graph", "node", "thread_id", "checkpoint_id"),
    *("request_id", "delivery", "about", "user", "reviewer", "payload_hash", "answer_hash", "previous"),
)
_LONGEST: Final = 20_000
"""Characters of one value that a row shows; the export has all."""


class JournalPanel(QWidget):
    """A list of entries, each of which opens to all of its fields.

    Signals:
        wanted(str | None, int | None): entries are to be read: of this thread or of all, older than this number.
    """

    wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("journal_panel")
        self._thread_id = ""
        self._is_stale = True
        self._whose = QComboBox()
        self._whose.setObjectName("journal_whose")
        self._whose.setAccessibleName("Whose entries")
        self._whose.addItems(["This thread", "All threads"])
        self._whose.currentIndexChanged.connect(self._read)
        self._count = PlainLabel("")
        self._count.setObjectName("journal_count")
        set_kind(self._count, "muted")
        leave_out_of_tab_order(self._count)
        self._tree = QTreeWidget()
        self._tree.setObjectName("journal_entries")
        self._tree.setAccessibleName("Journal")
        self._tree.setHeaderHidden(True)
        self._tree.setColumnCount(2)
        self._tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self._tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._tree.setUniformRowHeights(False)
        self._tree.setWordWrap(True)
        self._tree.itemExpanded.connect(self._on_expanded)
        self._earlier = QPushButton("Show earlier entries")
        self._earlier.setObjectName("journal_earlier")
        self._earlier.clicked.connect(self._read_earlier)
        self._earlier.hide()
        top = QHBoxLayout()
        top.addWidget(self._whose)
        top.addWidget(self._count, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._tree, 1)
        layout.addWidget(self._earlier)

    def show_thread(self, thread_id: str) -> None:
        """The thread that is open now, or the empty text for none."""
        self._thread_id = thread_id
        self.refresh()

    def refresh(self) -> None:
        """Read anew: now, or when the tab comes up."""
        self._is_stale = True
        if self.isVisible():
            self._read()

    def show_entries(self, entries: Sequence[WrittenEntry], before: int | None) -> None:
        """Show entries that were wanted: from the newest on, or behind those that are there."""
        if before is None:
            self._tree.clear()
        for entry in entries:
            item = QTreeWidgetItem([visible(_headline(entry.fields)), ""])
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
            item.setToolTip(0, plain_tooltip(item.text(0)))
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            self._tree.addTopLevelItem(item)
            item.setFirstColumnSpanned(True)
        shown = self._tree.topLevelItemCount()
        self._earlier.setVisible(len(entries) == PAGE)
        words = "Nothing was decided here yet." if not shown else "1 entry" if shown == 1 else f"{shown:,} entries"
        self._count.setText(words)

    def _read(self) -> None:
        self._is_stale = False
        self.wanted.emit(self._of(), None)

    def _read_earlier(self) -> None:
        last = self._tree.topLevelItem(self._tree.topLevelItemCount() - 1)
        if last is not None:
            self.wanted.emit(self._of(), last.data(0, Qt.ItemDataRole.UserRole).number)

    def _of(self) -> str | None:
        return None if self._whose.currentIndex() else self._thread_id

    def _on_expanded(self, item: QTreeWidgetItem) -> None:
        """Fill an entry when it is opened for the first time."""
        entry = item.data(0, Qt.ItemDataRole.UserRole)
        if not isinstance(entry, WrittenEntry) or item.childCount():
            return
        values = {"number": entry.number, **{name: entry.fields.get(name) for name in _SHOWN}, "hash": entry.hash}
        for name, value in values.items():
            if value not in ("", None, [], {}):
                text = value if isinstance(value, str) else dump_json(value, indent=None if name == "about" else 2)
                if len(text) > _LONGEST:
                    text = f"{text[:_LONGEST]}… (cut here: {len(text):,} characters; the export has all)"
                item.addChild(QTreeWidgetItem([name.replace("_", " "), visible(text)]))

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        """Read what has become old while another tab was shown."""
        super().showEvent(event)
        if self._is_stale:
            self._read()


def _headline(fields: Mapping[str, Any]) -> str:
    """When, what, by whom, in one line."""
    said = _decisions(fields) or fields.get("outcome") or fields.get("reason") or ""
    who = fields.get("reviewer") or fields.get("user") or ""
    parts = (at_local_time(str(fields.get("time", ""))), fields.get("kind", "entry"), str(said).split("\n")[0], who)
    return " · ".join(str(part) for part in parts if part)


def _decisions(fields: Mapping[str, Any]) -> str:
    try:
        made = ", ".join(decision_text(decision_from_json(kept)) for kept in fields.get("decision") or ())
        return f"{fields.get('node')}: {made}" if made else ""
    except (ValueError, TypeError):
        return ""
