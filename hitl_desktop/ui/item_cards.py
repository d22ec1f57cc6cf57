"""The cards of an opened thread: which one is current, what was decided on each, and what is still a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from hitl_desktop.core.decisions import Decision, DecisionKind, InvalidAnswerError
from hitl_desktop.core.drafts import CardDraft, Draft
from hitl_desktop.core.requests import Request
from hitl_desktop.core.schema import Problem
from hitl_desktop.ui.wording import decision_text

if TYPE_CHECKING:
    from hitl_desktop.ui.item_card import ItemCard


class ItemCards(QObject):
    """One card an item of each request, in their order. The current one is what a decision is made on.

    The keyboard makes a card the current one by being in it, a click by hitting it: what is decided is
    never another card than the one that is worked on.

    Signals:
        current_changed(): another card is the current one.
        value_changed(bool): the value on a card changed; whether a decision on it is void by that.
        view_chosen(Request): the person wants to decide on this reading of a request instead.
    """

    current_changed = Signal()
    value_changed = Signal(object)
    view_chosen = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._requests: tuple[Request, ...] = ()
        self._cards: list[ItemCard] = []
        self._current = 0
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def __len__(self) -> int:
        return len(self._cards)

    def __iter__(self) -> Iterator[ItemCard]:
        return iter(self._cards)

    @property
    def current(self) -> ItemCard | None:
        """The card that a decision is made on."""
        return self._cards[self._current] if self._cards else None

    @property
    def decided(self) -> int:
        """On how many cards there is a decision."""
        return sum(card.decision is not None for card in self._cards)

    @property
    def has_edits(self) -> bool:
        """Whether something was typed or decided that would be lost."""
        return any(card.is_changed or card.decision is not None or card.words is not None for card in self._cards)

    def show_requests(self, requests: Sequence[Request], column: QVBoxLayout) -> None:
        """Add cards for these to the column, and forget those before, which the caller has deleted."""
        self._requests = tuple(requests)
        self._cards = []
        self._current = 0
        if not requests:
            return
        # The editors take a third of the start; the window is painted before they are needed.
        from hitl_desktop.ui.item_card import ItemCard
        from hitl_desktop.ui.request_heading import RequestHeading

        total = sum(len(request.items) for request in requests)
        for request in requests:
            heading = RequestHeading(request)
            heading.view_chosen.connect(self.view_chosen)
            column.addWidget(heading)
            for position in range(len(request.items)):
                card = ItemCard(request, position, len(self._cards) + 1, total)
                card.changed.connect(self._on_changed)
                card.picked.connect(self._on_picked)
                self._cards.append(card)
                column.addWidget(card)
        self._show_current()

    def decisions(self) -> dict[str, list[Decision]]:
        """What was decided, by request id, of those requests whose every item has a decision."""
        found: dict[str, list[Decision]] = {}
        for request in self._requests:
            made = [card.decision for card in self._cards if card.request is request]
            decisions = [decision for decision in made if decision is not None]
            if len(decisions) == len(request.items):
                found[request.id] = decisions
        return found

    def sending_words(self) -> str:
        """What the button says that sends the decisions; empty while there is nothing to send, or only one card."""
        ready = self.decisions()
        if len(self) < 2 or not ready:
            return ""
        if len(ready) == len(self._requests):
            return f"Send {len(self)} decisions"
        return f"Send only {sum(len(made) for made in ready.values())} of {len(self)} decisions"

    def summary(self) -> str:
        """Of several cards what was decided on each, numbered as they are; empty while there is nothing to send."""
        if not self.sending_words():
            return ""
        ready = self.decisions()
        lines = []
        for number, card in enumerate(self._cards, 1):
            decided = decision_text(card.decision) if card.decision is not None else "Not decided"
            lines.append(
                f"{number}. {card.item.title}: {decided}" + ("" if card.request.id in ready else " (not sent)")
            )
        return "\n".join(lines)

    def position_words(self) -> str:
        """Which of several cards is current, and how many are decided."""
        if len(self) < 2:
            return ""
        return f"{self._current + 1} of {len(self)}: {self._cards[self._current].item.title} · {self.decided} decided"

    def restore(self, kept: Mapping[str, Sequence[Decision]]) -> None:
        """Put decisions by request id back where they were made."""
        for card in self._cards:
            decisions = kept.get(card.request.id, ())
            if card.position < len(decisions):
                card.restore(decisions[card.position], as_decided=len(self._cards) > 1)

    def drafts(self, words: tuple[DecisionKind, str, int] | None) -> dict[str, dict[tuple[str, int], CardDraft]]:
        """What stands on the cards and was not sent: by request id, and then by its view and the item's position.

        `words` are those that are being written for the current card.

        A decision on an only card is made and sent in one: it is no draft.
        """
        found: dict[str, dict[tuple[str, int], CardDraft]] = {request.id: {} for request in self._requests}
        for card in self._cards:
            draft = card.draft()
            if card is self.current:
                draft = replace(draft, words=words)
            if len(self._cards) == 1:
                draft = replace(draft, decision=None)
            if draft:
                found[card.request.id][card.request.view, card.position] = draft
        return found

    def restore_drafts(self, drafts: Mapping[str, Draft]) -> None:
        """Put drafts, by request id, back onto the cards of the view that is shown."""
        for card in self._cards:
            draft = drafts.get(card.request.id)
            if draft is not None and (found := draft.cards.get((card.request.view, card.position))) is not None:
                card.restore_draft(found)

    def advance(self) -> bool:
        """Go to the next card without a decision, going round; False where there is none."""
        undecided = [i for i, card in enumerate(self._cards) if card.decision is None]
        following = next((i for i in undecided if i > self._current), undecided[0] if undecided else None)
        if following is None:
            return False
        self._go_to(following)
        return True

    def mark(self, request_id: str, error: InvalidAnswerError) -> None:
        """Show the problems of one request's decisions at their places, and go to the first."""
        cards = [card for card in self._cards if card.request.id == request_id]
        for card in cards:
            card.mark(tuple(Problem(each.path, each.message) for each in error.problems if each.item == card.position))
        first = min((each.item for each in error.problems), default=0)
        for card in cards[first : first + 1]:
            self._go_to(self._cards.index(card))

    def _go_to(self, index: int) -> None:
        if index != self._current:
            self._current = index
            self._show_current()
            self.current_changed.emit()

    def _show_current(self) -> None:
        for i, card in enumerate(self._cards):
            card.show_current(len(self._cards) > 1 and i == self._current)

    def _sender(self) -> ItemCard | None:
        return next((card for card in self._cards if card is self.sender()), None)

    def _on_changed(self) -> None:
        if (card := self._sender()) is not None:
            was_decided = card.decision is not None
            card.show_decision(None)  # what was decided is no longer what stands there
            self.value_changed.emit(was_decided)

    def _on_picked(self) -> None:
        if (card := self._sender()) is not None:
            self._go_to(self._cards.index(card))

    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        # Qt passes the keyboard on to any widget when the one that has it is hidden: nobody went there.
        was_hidden = old is not None and not old.isVisibleTo(old.window())
        if new is not None and len(self._cards) > 1 and not was_hidden:
            inside = next((i for i, card in enumerate(self._cards) if card is new or card.isAncestorOf(new)), None)
            if inside is not None:
                self._go_to(inside)
