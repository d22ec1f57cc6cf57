"""The review panel: why a thread asks, what it asks, and the decisions on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from hitl_desktop.core.decisions import Decision, DecisionKind, InvalidAnswerError, Reject, Respond
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.core.schema import Problem
from hitl_desktop.ui.answer_preview import AnswerPreview
from hitl_desktop.ui.conversation import Conversation
from hitl_desktop.ui.decision_bar import DecisionBar
from hitl_desktop.ui.layouts import ScrolledColumn, clear
from hitl_desktop.ui.plain_text import PlainLabel
from hitl_desktop.ui.theme import set_kind
from hitl_desktop.ui.thread_header import ThreadHeader

if TYPE_CHECKING:
    from hitl_desktop.ui.item_card import ItemCard

_PREVIEW_MS = 150

Prepare = Callable[[Review, Mapping[str, Sequence[Decision]]], Delivery]


class ReviewPanel(QFrame):
    """Shows one opened thread and gathers a decision for each of its items.

    `prepare` checks decisions and makes the delivery that they would become; it raises what
    `ReviewSession.prepare` raises.

    Signals:
        decided(Delivery): the person decided; it is checked and not yet sent.
        graph_chosen(str): the person says which graph the thread belongs to.
        go_on_requested(HowToGoOn): go on with a thread that asks nothing.
    """

    decided = Signal(object)
    graph_chosen = Signal(str)
    go_on_requested = Signal(object)

    def __init__(self, prepare: Prepare, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_panel")
        self._prepare = prepare
        self._review: Review | None = None
        self._cards: list[ItemCard] = []
        self._current = 0
        self._unsent_words: tuple[DecisionKind, str] | None = None
        self._shown = QElapsedTimer()
        self._header = ThreadHeader()
        self._header.graph_chosen.connect(self.graph_chosen)
        self._header.go_on_requested.connect(self.go_on_requested)
        self._conversation = Conversation()
        body = ScrolledColumn()
        self._body_layout = body.column
        self._body_layout.setContentsMargins(16, 8, 16, 16)
        self._body_layout.setSpacing(12)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("review_scroll")
        self._scroll.setAccessibleName("Request")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(body)
        self._preview = AnswerPreview()
        self._bar = DecisionBar()
        self._bar.chosen.connect(self._on_chosen)
        self._bar.send_requested.connect(self._on_send)
        self._bar.composing.connect(self._preview_later)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self._header, self._scroll, self._preview, self._bar):
            layout.addWidget(widget, 1 if widget is self._scroll else 0)
        self._preview_timer = QTimer(self)
        self._preview_timer.setSingleShot(True)
        self._preview_timer.setInterval(_PREVIEW_MS)
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
    def has_edits(self) -> bool:
        """Whether something was typed or decided here that was not sent."""
        composing = self._bar.composer.kind is not None and bool(self._bar.composer.text)
        return composing or any(card.is_changed or card.decision is not None for card in self._cards)

    def show_review(self, review: Review | None, kept: Mapping[str, Sequence[Decision]] | None = None) -> None:
        """Show an opened thread from its beginning, or nothing.

        `kept` holds decisions by request id that were taken back or not sent: they are put back where they were.
        """
        focus = self.focusWidget()
        had_focus = focus is not None and focus.hasFocus()
        self._review = review
        self._current = 0
        clear(self._body_layout, keep=(self._conversation,))
        self._cards = []
        self._header.show_review(review)
        messages = review.detail.messages if review is not None else ()
        self._conversation.setVisible(bool(messages))
        self._conversation.show_messages(messages)
        self._body_layout.addWidget(self._conversation)
        if review is not None:
            self._add_requests(review)
            self._restore(kept or {})
        self._body_layout.addStretch(1)
        self._scroll.verticalScrollBar().setValue(0)
        self._show_current()
        if self._unsent_words is not None:
            self._bar.ask(*self._unsent_words)
            self._unsent_words = None
        elif had_focus:  # the field that had it is gone; a button must not get it by accident
            self._scroll.setFocus()
        self._shown.start()
        QTimer.singleShot(0, self._reveal_current)

    def set_project(self, project: Project) -> None:
        """The graphs to choose from where a thread does not say to which it belongs."""
        self._header.set_project(project)

    def focus_editor(self) -> None:
        """Put the keyboard into the current item's editor."""
        if self._cards:
            self._cards[self._current].focus_editor()

    def refuse(self, message: str) -> None:
        """Say beside the buttons why nothing was sent."""
        self._bar.show_message(message)

    def can_decide(self) -> bool:
        """Whether a key may decide now: the item is on the screen, and has been long enough to be meant.

        A second press of a double click, or of a key held down, would otherwise meet the next request.
        """
        if not self._cards or not self.isVisible():
            return False
        if self._shown.elapsed() < QApplication.doubleClickInterval() + 100:
            return False
        card = self._cards[self._current]
        if card.visibleRegion().isEmpty():
            self._scroll.ensureWidgetVisible(card)
            self._bar.show_message("This is what would be decided. Press again to decide it.")
            return False
        return True

    def _add_requests(self, review: Review) -> None:
        # The editors take a third of the start; the window is painted before they are needed.
        from hitl_desktop.ui.item_card import ItemCard

        total = sum(len(request.items) for request in review.requests)
        number = 0
        for request in review.requests:
            for note in request.notes:
                label = PlainLabel(note)
                set_kind(label, "muted")
                self._body_layout.addWidget(label)
            if request.question.path[:-1]:
                place = PlainLabel("In " + " / ".join(request.question.path))
                set_kind(place, "muted")
                self._body_layout.addWidget(place)
            for position in range(len(request.items)):
                number += 1
                card = ItemCard(request, position, number, total)
                card.changed.connect(self._on_card_changed)
                card.picked.connect(lambda card=card: self._make_current(card))
                self._cards.append(card)
                self._body_layout.addWidget(card)

    def _restore(self, kept: Mapping[str, Sequence[Decision]]) -> None:
        for card in self._cards:
            decisions = kept.get(card.request.id, ())
            if card.position < len(decisions):
                decision = decisions[card.position]
                card.restore(decision)
                if len(self._cards) > 1:
                    card.show_decision(decision)
                elif isinstance(decision, Reject | Respond):
                    self._unsent_words = (decision.kind, decision.message)

    def _on_card_changed(self) -> None:
        card = next((each for each in self._cards if each is self.sender()), None)
        if card is not None and card.decision is not None:
            card.show_decision(None)  # what was decided is no longer what stands there
            self._show_current()
        self._bar.refresh()
        self._preview_later()

    def _make_current(self, card: ItemCard) -> None:
        if len(self._cards) > 1 and self._cards[self._current] is not card:
            self._current = self._cards.index(card)
            self._show_current()

    def _on_chosen(self, kind: DecisionKind, text: str) -> None:
        if not self.can_decide():
            return
        card = self._cards[self._current]
        try:
            card.show_decision(card.decide(kind, text))
        except InvalidAnswerError as error:
            self._bar.show_message(f"Not sent: {error}")
            return
        if len(self._cards) == 1:
            self._on_send()
            return
        self._bar.composer.close_up()
        undecided = [i for i, each in enumerate(self._cards) if each.decision is None]
        self._current = next((i for i in undecided if i > self._current), undecided[0] if undecided else self._current)
        self._show_current()
        self._reveal_current()

    def _on_send(self) -> None:
        if self._review is None:
            return
        try:
            delivery = self._prepare(self._review, self._decisions())
        except InvalidAnswerError as error:
            self._show_problems(error)
        except (ValueError, RuntimeError) as error:
            self._bar.show_message(str(error))
        else:
            self.decided.emit(delivery)

    def _decisions(self) -> dict[str, list[Decision]]:
        """The decisions by request, of those requests whose every item has one."""
        found: dict[str, list[Decision]] = {}
        for request in self._review.requests if self._review is not None else ():
            made = [card.decision for card in self._cards if card.request is request]
            decisions = [decision for decision in made if decision is not None]
            if len(decisions) == len(request.items):
                found[request.id] = decisions
        return found

    def _show_problems(self, error: InvalidAnswerError) -> None:
        self._bar.show_message(f"Not sent: {error}")
        for card in self._cards:
            found = tuple(Problem(each.path, each.message) for each in error.problems if each.item == card.position)
            card.mark(found)
        if len(self._cards) == 1:
            self._cards[0].show_decision(None)
            self._show_current(message=f"Not sent: {error}")

    def _show_current(self, message: str = "") -> None:
        total = len(self._cards)
        decided = [card for card in self._cards if card.decision is not None]
        self._bar.setVisible(bool(self._cards))
        self._preview.setVisible(bool(self._cards))
        for i, card in enumerate(self._cards):
            card.show_current(total > 1 and i == self._current)
        ready = self._decisions()
        sending = ""
        if total > 1 and ready:
            partial = len(ready) < len(self._review.requests if self._review is not None else ())
            sending = f"Send {len(decided)} of {total} decisions" if partial else f"Send {total} decisions"
        current = self._cards[self._current] if self._cards else None
        position = ""
        if current is not None and total > 1:
            position = f"{self._current + 1} of {total}: {current.item.title} · {len(decided)} decided"
            if sending and len(decided) < total:
                position += " · the nodes of the others run again up to their question if you send only these"
        self._bar.show_card(current, position, sending=sending)
        if message:
            self._bar.show_message(message)
        self._preview_later()

    def _reveal_current(self) -> None:
        if self._cards:
            self._scroll.ensureWidgetVisible(self._cards[self._current], 0, 24)

    def _preview_later(self) -> None:
        self._preview_timer.start()

    def _show_preview(self) -> None:
        if self._review is None or not self._cards:
            self._preview.show_answer(None)
            return
        try:
            self._preview.show_answer(self._prepare(self._review, self._likely_decisions()).resumption)
        except (ValueError, RuntimeError) as error:
            self._preview.show_answer(None, str(error))

    def _likely_decisions(self) -> dict[str, list[Decision]]:
        """What was decided; for an only item what its main button or the open composer would send."""
        if len(self._cards) != 1:
            return dict(self._decisions())
        card = self._cards[0]
        kind = self._bar.likely_kind()
        return {card.request.id: [card.decide(kind, self._bar.composer.text)]} if kind is not None else {}
