"""Connects the window's panes with the controllers, and answers its commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction

from hitl_desktop.core.backend import HowToGoOn
from hitl_desktop.core.decisions import Decision, DecisionKind
from hitl_desktop.core.drafts import NO_DRAFTS, KeptDrafts
from hitl_desktop.core.events import RunEnded, StopReason
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.model_service import ModelService
from hitl_desktop.core.review import Review
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.settings import Settings
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.core.trust import ProjectReach, TrustKeeper
from hitl_desktop.ui.commands import usable_keys
from hitl_desktop.ui.dialogs import Dialogs
from hitl_desktop.ui.fault_notices import FaultNotices
from hitl_desktop.ui.held_deliveries import HeldDeliveries
from hitl_desktop.ui.inbox_controller import InboxController
from hitl_desktop.ui.journal_controller import JournalController
from hitl_desktop.ui.main_window import MainWindow
from hitl_desktop.ui.network_notices import NetworkNotices
from hitl_desktop.ui.review_controller import ReviewController
from hitl_desktop.ui.run_controller import RunController
from hitl_desktop.ui.run_inputs import RunInput
from hitl_desktop.ui.tasks import TaskRunner
from hitl_desktop.ui.thread_header import run_status
from hitl_desktop.ui.trust_controller import TrustController

_MOVED_ON = "The thread that is open has changed in the database. What you entered is kept until you look at it anew."


class WindowController(QObject):
    """Owns the window and the controllers of one session.

    Signals:
        closing(): the window may close; what is held was kept, and runs may be stopped.
        reload_requested(): load the project's graphs anew.
        models_requested(): show the Models page.
    """

    closing = Signal()
    models_requested = Signal()
    reload_requested = Signal()

    def __init__(self, session: ReviewSession, settings: Settings, trust: TrustKeeper, database: str) -> None:
        super().__init__()
        self._session = session
        self._settings = settings
        self._service: ModelService | None = None
        self._review: Review | None = None
        self.tasks = TaskRunner()
        self.held = HeldDeliveries()
        self.inbox = InboxController(session, self.tasks, self.held)
        self.runs = RunController(session, self.tasks)
        self.reviews = ReviewController(session, self.tasks, self.held, self.inbox, self.runs)
        self.reviews.hold_seconds = settings.hold_seconds
        self.window = MainWindow(session.prepare, self.held, database)
        self.journal = JournalController(session, self.tasks, self.window)
        self.dialogs = Dialogs(self.window)
        self.trust = TrustController(trust, self.window)
        self.trust.changed.connect(self.journal.note_trust)
        self._faults = FaultNotices(self.window.notices)
        self.network = NetworkNotices(self.window.notices, self._open_settings)
        keys, complaints = usable_keys(settings.keys)
        self.actions: Mapping[str, QAction] = self.window.add_commands(
            self._slots(), keys, letters=settings.single_letter_decisions
        )
        for complaint in complaints:
            self.notify(complaint)
        self._connect_inbox()
        self._connect_review()
        self._connect_runs()
        self._connect_dialogs()
        self.tasks.failed.connect(lambda name, error: self.notify(f"Something went wrong in “{name}”: {error!r}"))

    def notify(self, text: str, details: str = "") -> None:
        """Show a problem in the window."""
        if text:
            self.window.notices.add(text, details)

    def show_project(self, project: Project) -> None:
        """The graphs are loaded, or why not."""
        self.trust.settled()
        failed = [graph for graph in project.graphs if graph.error]
        usable = len(project.graphs) - len(failed)
        self.window.status.show_project(f"{usable} graph{'' if usable == 1 else 's'} from", project.folder)
        self._faults.show_graphs([graph for graph in failed if not graph.is_foreseen])
        for text in (project.error, *project.notes):
            self.notify(text)
        self._use(project)

    def ask_to_trust(self, reach: ProjectReach) -> None:
        """The project may not run its code: ask, and let threads be read meanwhile."""
        self._use(self._session.project)
        self.trust.ask(reach)

    def _use(self, project: Project) -> None:
        self.window.show_runnable(project)
        self.window.review.set_project(project)
        self.reviews.reopen()
        # Whether a thread stands at a breakpoint of its graph is known of these graphs only now.
        self.inbox.read(self.window.inbox.model.ids_in(ThreadState.STOPPED, ThreadState.BREAKPOINT))
        self.dialogs.show_project(project)

    def show_model(self, service: ModelService) -> None:
        """Which model answers."""
        self._service = service
        self.window.status.show_model(service)
        self._faults.show_model(service, self.models_requested.emit)

    def keep_drafts(self) -> None:
        """Keep what was typed and not sent, because the window closes."""
        self.window.review.drafts.tell()
        self.reviews.drafts.close()

    def _slots(self) -> dict[str, Callable[[], object]]:
        window, bar = self.window, self.window.review.bar

        def decide(act: Callable[[], None]) -> Callable[[], None]:
            return lambda: act() if window.review.can_decide() else None

        return {
            "new_run": self._new_run,
            "models": self.models_requested.emit,
            "open_database": self.dialogs.choose_database,
            "open_project": self.dialogs.choose_project,
            "reload_project": self.reload_requested.emit,
            "settings": self._open_settings,
            "quit": window.close,
            "next": lambda: window.inbox.next(waiting_only=False),
            "previous": window.inbox.previous,
            "next_waiting": lambda: window.inbox.next(waiting_only=True),
            "open": window.review.focus_editor,
            "search": window.inbox.focus_search,
            "next_pane": window.next_pane,
            "refresh": self.inbox.refresh,
            "edit": window.review.focus_editor,
            "agree": decide(bar.agree),
            "agree_as_edited": decide(bar.agree_as_edited),
            "reject": decide(lambda: bar.ask(DecisionKind.REJECT)),
            "respond": decide(lambda: bar.ask(DecisionKind.RESPOND)),
            "ignore": decide(lambda: bar.ask(DecisionKind.IGNORE)),
            "end": window.review.ask_to_end,
            "undo": lambda: None if window.review.drafts.undo() else self.held.undo(),
            "pause_run": lambda: self.runs.pause(self.reviews.thread_id),
            "stop_run": lambda: self.runs.stop(self.reviews.thread_id),
            "palette": lambda: self.dialogs.commands(self.actions),
            "keys": lambda: self.dialogs.commands(self.actions),
        }

    def _connect_inbox(self) -> None:
        pane = self.window.inbox
        self.inbox.listed.connect(pane.set_threads)
        self.inbox.updated.connect(pane.update_threads)
        pane.model.updated.connect(lambda: self.window.show_waiting(pane.waiting_count))
        # The keyboard begins in the inbox, where the reading keys work and nothing is decided by accident.
        self.inbox.listed.connect(pane.setFocus, Qt.ConnectionType.SingleShotConnection)
        pane.rows_shown.connect(self.inbox.read)
        pane.thread_selected.connect(self._on_selected)
        pane.thread_activated.connect(lambda _: self.window.review.focus_editor())
        self.inbox.unreadable.connect(self._show_database_fault)
        self.inbox.readable.connect(lambda: self._show_database_fault(""))
        self.inbox.looked.connect(self._show_records_faults)

    def _connect_review(self) -> None:
        panel = self.window.review
        self.reviews.opened.connect(self._on_opened)
        self.reviews.decided.connect(self._on_decided)
        self.reviews.started.connect(self._on_started)
        self.reviews.not_begun.connect(self._on_not_begun)
        # The inbox follows to the thread whose decision is taken back.
        self.held.undone.connect(lambda each: self.window.inbox.select_when_listed(each.resumption.thread_id))
        self.reviews.problem.connect(self.notify)
        self.reviews.moved_on.connect(self._on_moved_on)
        panel.decided.connect(self.reviews.decide)
        panel.drafts.drafted.connect(self.reviews.keep_drafts)
        self.reviews.opening.connect(panel.drafts.tell)
        panel.graph_chosen.connect(self.reviews.choose_graph)
        panel.go_on_requested.connect(self._on_go_on)
        panel.discard_requested.connect(self.reviews.discard_undelivered)

    def _connect_runs(self) -> None:
        log = self.window.run_log
        self.runs.events.connect(log.add)
        self.runs.started.connect(lambda _: self._show_running())
        self.runs.ended.connect(lambda *_: self._show_running())
        self.runs.ended.connect(lambda *_: self.window.journal.refresh())
        self.runs.refused.connect(lambda *_: self._show_running())
        for told in (self.runs.started, self.runs.ended, self.runs.refused):
            told.connect(lambda *_: self._show_records_faults())
        log.pause_requested.connect(lambda: self.runs.pause(self.reviews.thread_id))
        log.stop_requested.connect(lambda: self.runs.stop(self.reviews.thread_id))
        log.retry_requested.connect(self._on_retry)

    def _connect_dialogs(self) -> None:
        self.window.close_requested.connect(self._on_close)
        self.window.new_run_button.clicked.connect(self._new_run)
        self.window.status.model_requested.connect(self.models_requested)
        self.dialogs.start_requested.connect(self.reviews.start)
        self.dialogs.settings_changed.connect(self._on_settings)
        self.dialogs.trust_withdrawn.connect(self.trust.withdraw)
        self.trust.given.connect(self.reload_requested)
        self.dialogs.close_confirmed.connect(self._close)
        self.dialogs.send_requested.connect(self.held.send_now)

    def _new_run(self) -> None:
        if self._session.read_only:
            self.notify("This database is open for reading only, so no run can be started in it.")
        else:
            self.dialogs.new_run(self._session.project, self.reviews.left_input)

    def _open_settings(self) -> None:
        self.dialogs.settings(self._settings, self._service, self.trust.folders)

    def _on_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.reviews.hold_seconds = settings.hold_seconds

    def _on_selected(self, thread_id: str) -> None:
        if thread_id != self.reviews.thread_id:
            self.reviews.open(thread_id)

    def _on_opened(self, review: Review | None, kept: Mapping[str, list[Decision]], drafts: KeptDrafts) -> None:
        self._review = review
        self.window.notices.remove(_MOVED_ON)
        self.window.review.show_review(review, kept, drafts)
        self.window.state.show_review(review)
        self.window.journal.show_thread(self.reviews.thread_id)
        self.window.run_log.show_thread(self.reviews.thread_id)
        self.window.run_log.set_status(*run_status(review))
        self._show_running()

    def _on_decided(self, thread_id: str) -> None:
        """Open the next waiting thread; without one stay, and watch what the decision does."""
        if self.window.inbox.selected() == thread_id:
            self.window.inbox.next(waiting_only=True)

    def _on_started(self, thread_id: str) -> None:
        self.window.inbox.select_when_listed(thread_id)
        self.window.tabs.setCurrentWidget(self.window.run_log)
        self._on_opened(None, {}, NO_DRAFTS)
        # It may wait for seconds for the database, before the log hears of it.
        self.window.run_log.set_status(ThreadState.RUNNING)
        self._faults.begun()

    def _on_not_begun(self, thread_id: str, given: RunInput, why: str, details: str) -> None:
        """A new run could not begin: nothing but this window knows what was entered for it."""
        log = self.window.run_log
        if not details:  # it was refused, so that the log has not heard of it
            log.add(thread_id, [RunEnded(StopReason.FAILED, message=why)])
        if thread_id == self.reviews.thread_id:
            log.set_status(None)
        words = f"The new run of {given.graph}, “{given.title}”, could not begin. {why}"
        self._faults.show_not_begun(words, details, lambda: self.dialogs.new_run(self._session.project, given))

    def _on_moved_on(self) -> None:
        if self.window.review.has_edits:
            self.window.notices.add(_MOVED_ON, action=("Show it now", self.reviews.reopen))
        elif not self.window.review.is_sent:
            self.reviews.reopen()

    def _on_go_on(self, how: HowToGoOn) -> None:
        if self._review is not None:
            self.reviews.go_on(self._review, how)

    def _on_retry(self) -> None:
        if self.reviews.start_again() or self._review is None:
            return
        if self._review.detail.summary.state.waits:
            self.window.review.focus_editor()
        elif self._review.detail.summary.state is not ThreadState.DONE:
            self.reviews.go_on(self._review, HowToGoOn.RETRY)

    def _show_running(self) -> None:
        self.window.status.show_runs(len(self._session.active))

    def _show_database_fault(self, why: str) -> None:
        self._faults.show_database(why)
        self.window.inbox.set_unreadable(bool(why))

    def _show_records_faults(self) -> None:
        self._faults.show_records(self._session.records_problems)

    def _on_close(self) -> None:
        held = [delivery.words for delivery in self.held.deliveries]
        if held or self._session.active:
            self.dialogs.closing(held, len(self._session.active))
        else:
            self._close()

    def _close(self) -> None:
        self.held.keep()
        self.closing.emit()
