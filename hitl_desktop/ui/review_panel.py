"""The review panel: why a thread asks, what it asks, and the decisions on it."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from hitl_desktop.core.backend import BackendError
from hitl_desktop.core.decisions import Decided, DecisionKind, InvalidAnswerError
from hitl_desktop.core.drafts import NO_DRAFTS, KeptDrafts
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.requests import Request
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.core.ways_to_read import calls_on_cards
from hitl_desktop.ui.answer_preview import AnswerPreview
from hitl_desktop.ui.conversation import Conversation
from hitl_desktop.ui.decision_bar import DecisionBar
from hitl_desktop.ui.drafts import Drafts
from hitl_desktop.ui.end_thread import EndThread
from hitl_desktop.ui.item_cards import ItemCards
from hitl_desktop.ui.layouts import ScrolledColumn, chain_as_laid_out, clear, holds_focus, scrolling
from hitl_desktop.ui.likely_answer import Prepare, likely_answer
from hitl_desktop.ui.outcome import Outcome
from hitl_desktop.ui.steady_place import aim_ms
from hitl_desktop.ui.thread_header import ThreadHeader
from hitl_desktop.ui.undelivered_card import UndeliveredCard

_PREVIEW_MS = 150


class ReviewPanel(QFrame):
    """Shows one opened thread and gathers a decision for each of its items.

    Signals:
        decided(Delivery): the person decided; it is checked and not yet sent.
        graph_chosen(str): the person says which graph the thread belongs to.
        go_on_requested(HowToGoOn): go on with a thread that asks nothing.
        discard_requested(): what was decided here and not delivered is given up.
    """

    decided = Signal(object)
    graph_chosen = Signal(str)
    go_on_requested = Signal(object)
    discard_requested = Signal()

    def __init__(self, prepare: Prepare, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_panel")
        self._prepare = prepare
        self._review: Review | None = None
        self._is_sent = False
        self._cards = ItemCards(self)
        self._cards.current_changed.connect(self._on_current_changed)
        self._cards.value_changed.connect(self._on_value_changed)
        self._cards.view_chosen.connect(self._on_view_chosen)
        self._shown = QElapsedTimer()
        self.header = ThreadHeader()
        self.header.graph_chosen.connect(self.graph_chosen)
        self.header.go_on_requested.connect(self.go_on_requested)
        self.header.end_requested.connect(self.ask_to_end)
        self._ending, self._undelivered = EndThread(), UndeliveredCard()
        for card in (self._ending, self._undelivered):
            card.confirmed.connect(self._on_confirmed)
        self._ending.dismissed.connect(self.take_focus)
        self._undelivered.discarded.connect(self.discard_requested)
        self._conversation = Conversation()
        body = ScrolledColumn()
        self._body_layout = body.column
        self._body_layout.setContentsMargins(16, 8, 16, 16)
        self._body_layout.setSpacing(12)
        self._scroll = scrolling(body, "review_scroll", "Request")
        self._preview = AnswerPreview()
        self._bar = DecisionBar()
        self.drafts = Drafts(self._cards, self._bar, self)
        self.drafts.turned.connect(self._show)
        self._bar.chosen.connect(self._on_chosen)
        self._bar.send_requested.connect(self._on_send_requested)
        self._bar.composing.connect(self._on_composing)
        self._bar.composer.end_requested.connect(self.ask_to_end)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.header, self._ending, self._undelivered, self._scroll, self._preview, self._bar):
            layout.addWidget(widget, 1 if widget is self._scroll else 0)
        self._preview_timer = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._preview_timer.timeout.connect(self._show_preview)
        self.show_review(None)

    @property
    def review(self) -> Review | None:
        """The thread that is shown."""
        return self._review

    @property
    def bar(self) -> DecisionBar:
        """The decision bar, which the window's keys act on."""
        return self._bar

    @property
    def is_sent(self) -> bool:
        """Whether what was decided here is on its way; what became of it is shown next."""
        return self._is_sent

    @property
    def has_edits(self) -> bool:
        """Whether something was typed or decided here that was not sent."""
        return not self._is_sent and (self._bar.words is not None or self._cards.has_edits)

    def show_review(self, review: Review | None, kept: Decided | None = None, drafts: KeptDrafts = NO_DRAFTS) -> None:
        """Show an opened thread from its beginning, or nothing.

        `kept` holds decisions by request id that were taken back or not sent: they are put back where they were.
        Elsewhere what was typed before and not sent is.
        """
        self._show(self.drafts.open(review, kept or {}, drafts))

    def _show(self, review: Review | None) -> None:
        self._park_keyboard(self)
        self._bar.put_words_down()
        self._review = review
        self._is_sent = False
        self._ending.close_up()
        clear(self._body_layout, keep=(self._conversation, self.drafts.lines))
        self.header.show_review(review)
        self._undelivered.show_review(review)
        messages = review.detail.messages if review is not None else ()
        self._conversation.setVisible(bool(messages))
        self._conversation.show_messages(messages, calls_on_cards(review) if review is not None else ())
        for widget in (self._conversation, self.drafts.lines):
            self._body_layout.addWidget(widget)
        self._cards.show_requests(review.requests if review is not None else (), self._body_layout)
        self.drafts.restore()
        if review is not None and review.detail.summary.state is ThreadState.DONE and not messages:
            self._body_layout.addWidget(Outcome(review.detail.values))
        self._body_layout.addStretch(1)
        self._scroll.verticalScrollBar().setValue(0)
        self._show_current()
        self.drafts.settle()
        self._shown.start()
        QTimer.singleShot(0, self._reveal_current)

    def set_project(self, project: Project) -> None:
        """The graphs to choose from where a thread does not say to which it belongs."""
        self.header.set_project(project)

    def focus_editor(self) -> None:
        """Put the keyboard into the current item's editor."""
        if (card := self._cards.current) is not None:
            card.focus_editor()

    def ask_to_end(self) -> None:
        """Ask whether to end the thread, beside it."""
        if self._review is not None and not self._is_sent:
            self._ending.ask(self._review)

    def take_focus(self) -> None:
        """Take the keyboard without being in a field: the arrow keys scroll, and the reading keys work."""
        self._scroll.setFocus(Qt.FocusReason.TabFocusReason)

    def refuse(self, message: str) -> None:
        """Say beside the buttons why nothing was sent."""
        self._bar.show_message(message)

    def can_decide(self) -> bool:
        """Whether a key may decide now: the item is on the screen, and has been long enough to be meant.

        A second press of a double click, or of a key held down, would otherwise meet the next request.
        """
        card = self._cards.current
        if card is None or self._is_sent or not self.isVisible() or self._is_too_soon():
            return False
        if card.visibleRegion().isEmpty():
            self._scroll.ensureWidgetVisible(card)
            self._bar.show_message("This is what would be decided. Press again to decide it.")
            return False
        return True

    def _park_keyboard(self, goes: QWidget) -> None:
        """Have the keyboard here before what holds it goes: Qt would pass it on to any button or field."""
        if holds_focus(goes):
            self._scroll.setFocus()

    def _is_too_soon(self) -> bool:
        return self._shown.elapsed() < aim_ms()

    def _on_composing(self) -> None:
        if self._bar.composer.kind is not None:
            QTimer.singleShot(0, self._reveal_current)  # the composer takes room from what it is about
        self.drafts.note()
        self._preview_timer.start()

    def _on_value_changed(self, was_decided: bool) -> None:
        if was_decided:
            self._show_current()
        self._bar.value_changed()
        self.drafts.note()
        self._preview_timer.start()

    def _on_view_chosen(self, request: Request) -> None:
        if self._review is not None:
            self.drafts.turn(request)
            if (card := self._cards.current) is not None:
                card.setFocus()

    def _on_current_changed(self) -> None:
        self._shown.start()  # a second press of the same key must not meet the next card
        self._show_current()

    def _on_chosen(self, kind: DecisionKind, text: str) -> None:
        card = self._cards.current
        if card is None or not self.can_decide():
            return
        try:
            card.show_decision(card.decide(kind, text, self._bar.composer.form))
        except InvalidAnswerError as error:
            card.mark_value()
            self._bar.show_message(f"Not sent: {error}")
            return
        if len(self._cards) == 1:
            self._send()
            return
        self.drafts.note()
        card.words = None
        self._park_keyboard(self._bar)
        self._bar.composer.close_up()
        if not self._cards.advance():
            self._on_current_changed()
        if (card := self._cards.current) is not None:
            card.setFocus()  # the keyboard follows; in the field before, the next key would change that card
        QTimer.singleShot(0, self._reveal_current)  # when the bar has its new height

    def _on_send_requested(self) -> None:
        if not self._is_sent and not self._is_too_soon():
            self._send()

    def _send(self) -> None:
        if self._review is None:
            return
        decisions = self._cards.decisions()
        try:
            delivery = self._prepare(self._review, decisions)
        except InvalidAnswerError as error:
            self._show_problems(error, decisions)
        except (ValueError, BackendError) as error:
            self._undecide(f"{error}")
        else:
            self.drafts.sent()
            self._is_sent = True
            self.decided.emit(delivery)

    def _on_confirmed(self, delivery: Delivery) -> None:
        if not self._is_sent:
            self.drafts.sent()
            self._is_sent = True
            self.decided.emit(delivery)

    def _show_problems(self, error: InvalidAnswerError, decisions: Decided) -> None:
        assert self._review is not None
        for request_id, made in decisions.items():  # the first request that is at fault
            try:
                self._prepare(self._review, {request_id: made})
            except InvalidAnswerError as found:
                self._cards.mark(request_id, found)
                break
        self._undecide(f"Not sent: {error}")

    def _undecide(self, message: str) -> None:
        """Nothing was sent. A decision on an only card is made and sent in one: it does not stand."""
        self._park_keyboard(self._bar)
        for card in self._cards if len(self._cards) == 1 else ():
            card.show_decision(None)
        self._show_current()
        self._bar.show_message(message)

    def _show_current(self) -> None:
        asks = len(self._cards) > 0
        self._bar.setVisible(asks)
        self._preview.setVisible(asks)
        self._bar.show_card(
            self._cards.current,
            self._cards.position_words(),
            sending=self._cards.sending_words(),
            summary=self._cards.summary(),
            complete=self._cards.decided == len(self._cards),
        )
        if asks:
            above = (self._scroll, self._conversation, self.drafts.lines)
            chain_as_laid_out((*above, *self._cards, self._preview, self._bar))
        self._preview_timer.start()

    def _reveal_current(self) -> None:
        if (card := self._cards.current) is not None:
            self._scroll.ensureWidgetVisible(card, 0, 24)

    def _show_preview(self) -> None:
        if self._review is None or not self._cards:
            self._preview.show_answer(None)
            return
        self._preview.show_answer(*likely_answer(self._review, self._cards, self._bar, self._prepare))
