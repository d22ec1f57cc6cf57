"""The window: the inbox, the open thread, and tabs for its run log and state. It assembles and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QPushButton, QSplitter, QTabWidget, QVBoxLayout, QWidget

from hitl_desktop.core.graphs import Project
from hitl_desktop.ui.commands import add_commands
from hitl_desktop.ui.held_bar import HeldBar
from hitl_desktop.ui.held_deliveries import HeldDeliveries
from hitl_desktop.ui.held_keys import HeldKeys
from hitl_desktop.ui.icons import set_icon, window_icon
from hitl_desktop.ui.inbox import InboxPane
from hitl_desktop.ui.journal_panel import JournalPanel
from hitl_desktop.ui.likely_answer import Prepare
from hitl_desktop.ui.notices import Notices
from hitl_desktop.ui.plain_text import plain_tooltip
from hitl_desktop.ui.review_panel import ReviewPanel
from hitl_desktop.ui.run_log import RunLog
from hitl_desktop.ui.scroll_manners import StillTabBar
from hitl_desktop.ui.state_panel import StatePanel
from hitl_desktop.ui.status import Status
from hitl_desktop.ui.theme import set_kind

_TITLE = "HITL Desktop"
_NEW_RUN = "Start a new run of a graph (Ctrl+N)"


class MainWindow(QMainWindow):
    """Three panes between the notices and the status bar.

    Signals:
        close_requested(): the person wants to close; the window stays until `close_now()`.
    """

    close_requested = Signal()

    def __init__(self, prepare: Prepare, held: HeldDeliveries, database: str) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle(_TITLE)
        self.setWindowIcon(window_icon())
        self.resize(1360, 860)
        self.notices = Notices()
        self.inbox = InboxPane()
        self.review = ReviewPanel(prepare)
        self.run_log = RunLog()
        self.state = StatePanel()
        self.journal = JournalPanel()
        self.status = Status(database)
        self.new_run_button = QPushButton("New run")
        self._closing = False
        self._page: QWidget | None = None
        self._held_keys = HeldKeys(self)
        self._lay_out(held)

    def add_commands(
        self, slots: Mapping[str, Callable[[], object]], keys: Mapping[str, str], *, letters: bool
    ) -> dict[str, QAction]:
        """Put the commands into the menus; `slots` are called by the command's name."""
        return add_commands(self, slots, keys, self._held_keys, letters=letters)

    def show_runnable(self, project: Project) -> None:
        """Say at the button for new runs why it has no graph to offer, if so."""
        why = project.error if not project.graphs else ""
        self.new_run_button.setToolTip(plain_tooltip(why) or _NEW_RUN)
        self.new_run_button.setAccessibleDescription(why)

    def add_question(self, question: QWidget) -> None:
        """Put a question that is not about one thread above the panes, below the notices."""
        self._column.insertWidget(1, question)

    def show_page(self, page: QWidget) -> None:
        """Show a page in the place of the panes, which keep what they show."""
        if self._page is not page:
            self._page = page
            self._column.addWidget(page, 1)
        self._splitter.hide()
        self._column.addWidget(self._held_bar)  # Undo must be in sight as long as it is possible
        page.show()

    def show_panes(self) -> None:
        """Show the panes again in the place of a page."""
        if self._page is not None and self._page.isVisible():
            self._page.hide()
            self._middle_column.addWidget(self._held_bar)
            self._splitter.show()
            self.inbox.setFocus()

    def show_waiting(self, count: int) -> None:
        """Say in the title how many threads wait."""
        self.setWindowTitle(f"({count}) {_TITLE}" if count else _TITLE)

    def next_pane(self) -> None:
        """Move the keyboard from pane to pane, never into a field: there, the reading keys would be typed."""
        if not self._splitter.isVisible():
            return
        panes: tuple[QWidget, ...] = (self.inbox, self.review, self.tabs)
        entries: tuple[Callable[[], object], ...] = (
            self.inbox.setFocus,
            self.review.take_focus,
            self.tabs.tabBar().setFocus,
        )
        here = next((i for i, pane in enumerate(panes) if pane.isAncestorOf(self.focusWidget() or self)), -1)
        entries[(here + 1) % len(entries)]()

    def bring_forward(self) -> None:
        """Come to the front, because the program was started a second time."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_now(self) -> None:
        """Close without asking."""
        self._closing = True
        self.close()

    def arrangement(self) -> bytes:
        """Size and panes, to be kept until the next start."""
        return bytes(self._splitter.saveState().data())

    def restore_arrangement(self, kept: bytes) -> None:
        """Put the panes where they were."""
        self._splitter.restoreState(QByteArray(kept))

    def _lay_out(self, held: HeldDeliveries) -> None:
        self.new_run_button.setObjectName("new_run_button")
        self.new_run_button.setToolTip(_NEW_RUN)
        set_kind(self.new_run_button, "primary")
        set_icon(self.new_run_button, "new-run")
        left = QWidget()
        left_column = QVBoxLayout(left)
        left_column.setContentsMargins(0, 0, 0, 0)
        left_column.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(12, 12, 12, 4)
        top.addWidget(self.new_run_button, 1)
        left_column.addLayout(top)
        left_column.addWidget(self.inbox, 1)
        middle = QWidget()
        self._middle_column = middle_column = QVBoxLayout(middle)
        middle_column.setContentsMargins(0, 0, 0, 0)
        middle_column.setSpacing(0)
        middle_column.addWidget(self.review, 1)
        self._held_bar = HeldBar(held)
        self._held_bar.left.connect(self.review.take_focus)
        middle_column.addWidget(self._held_bar)
        self.tabs = QTabWidget()
        self.tabs.setTabBar(StillTabBar())
        self.tabs.setObjectName("tabs")
        self.tabs.setAccessibleName("Run log and state")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setAccessibleName("Run log and state")
        self.tabs.addTab(self.run_log, "Run log")
        self.tabs.addTab(self.state, "State")
        self.tabs.addTab(self.journal, "Journal")
        self._splitter = QSplitter()
        self._splitter.setObjectName("panes")
        for widget, width in ((left, 330), (middle, 610), (self.tabs, 420)):
            self._splitter.addWidget(widget)
            widget.setMinimumWidth(240)
            self._splitter.setStretchFactor(self._splitter.count() - 1, width)
        self._splitter.setSizes([330, 610, 420])
        self._splitter.setChildrenCollapsible(False)
        central = QWidget()
        self._column = column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self._splitter, 1)
        central.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCentralWidget(central)
        central.setFocus()
        self.setStatusBar(self.status)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        """From now on there is a window whose keys can be watched."""
        self._held_keys.watch(self.windowHandle())
        super().showEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first; whoever answers calls `close_now`."""
        if self._closing:
            event.accept()
        else:
            event.ignore()
            self.close_requested.emit()
