"""What was typed or decided on the open thread and not sent: told after a pause in typing, and put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from hitl_desktop.core.decisions import Decision, DecisionKind
from hitl_desktop.core.drafts import Cards, Draft, KeptDrafts, content_of
from hitl_desktop.core.requests import Question, Request
from hitl_desktop.core.review import Review
from hitl_desktop.core.values import same
from hitl_desktop.core.ways_to_read import as_decided, in_view
from hitl_desktop.ui.decision_bar import DecisionBar
from hitl_desktop.ui.draft_lines import DraftLines
from hitl_desktop.ui.item_cards import ItemCards

_PAUSE_MS = 700


class Drafts(QObject):
    """The drafts on the cards of one thread, and those of it whose questions are no longer asked.

    Signals:
        drafted(tuple[Draft, ...]): what is to be kept; a draft of nothing where nothing stands any more.
        turned(Review): the thread is to be shown anew, in other views, or with other drafts on its cards.
    """

    drafted = Signal(object)
    turned = Signal(object)

    def __init__(self, cards: ItemCards, bar: DecisionBar, parent: QObject) -> None:
        super().__init__(parent)
        self._cards = cards
        self._bar = bar
        self._review: Review | None = None
        self._first: Mapping[str, str] = {}
        self._told: dict[str, Draft] = {}
        self._decided: Mapping[str, Sequence[Decision]] = {}
        self._discarded: tuple[Draft, ...] = ()
        self._left: tuple[Draft, ...] = ()
        self._restored_from: datetime | None = None
        self._begun: tuple[str, int, DecisionKind] | None = None
        self.lines = DraftLines()
        """What says so above the cards."""
        self.lines.discarded.connect(self._discard)
        self.lines.left_discarded.connect(self._discard_left)
        self.lines.undone.connect(self.undo)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.tell)

    def open(
        self, review: Review | None, decided: Mapping[str, Sequence[Decision]], drafts: KeptDrafts
    ) -> Review | None:
        """Leave the thread that is open; returns the one that opens, in the views in which it was left.

        `decided` are decisions by request id that are put back rather than drafts. What stands here on the same
        questions counts more than either: they are from a moment ago.
        """
        self.tell()
        self._begun = self._begun_without_words()
        found, self._left = dict(drafts.open), drafts.left
        if review is not None and self._review is not None and self._review.thread_id == review.thread_id:
            here = self._still_asked(review)
            found |= here
            decided = {key: made for key, made in decided.items() if key not in here}
            self._leave(tuple(draft for key, draft in self._told.items() if draft and key not in here))
        else:
            self._discarded = ()
        self._told = {key: draft for key, draft in found.items() if draft}
        self._decided = decided
        self._restored_from = _newest(draft for key, draft in self._told.items() if key not in decided)
        self._first = {request.id: request.view for request in review.requests} if review is not None else {}
        self._review = None if review is None else as_decided(self._in_views(review), decided)
        return self._review

    def turn(self, chosen: Request) -> None:
        """Show one request of the open thread in another view."""
        self.tell()
        self._decided = {}
        if self._review is not None:
            self._review = in_view(self._review, chosen)
            self.turned.emit(self._review)

    def restore(self) -> None:
        """Put decisions and drafts back onto the cards, which are new."""
        self._cards.restore(self._decided)
        drafts = {key: draft for key, draft in self._told.items() if key not in self._decided}
        self._cards.restore_drafts(drafts)
        self._show_lines()

    def settle(self) -> None:
        """What stands on the cards and in the composer now is what was put back, however it is written."""
        self._pause.stop()
        for key, draft in self._gathered().items():
            if key in self._told and key not in self._decided:
                self._told[key] = replace(draft, at=self._told[key].at)
        if self._begun is not None and self._begun[:2] == self._current() and self._bar.composer.kind is None:
            self._bar.begin(self._begun[2])
        self._begun = None

    def note(self) -> None:
        """Something was typed or decided."""
        if self._review is not None:
            self._pause.start()

    def tell(self) -> None:
        """Tell now what stands here, if that is something else than before."""
        self._pause.stop()
        changed = []
        for key, draft in self._gathered().items():
            before = self._told.get(key)
            if before is None and not draft:
                continue
            if before is None or _differ(draft, before):
                self._told[key] = draft
                changed.append(draft)
        if changed:
            self._discarded = ()
            self.drafted.emit(tuple(changed))

    def sent(self) -> None:
        """What stands here is on its way; it is a draft until it has arrived."""
        self.tell()
        self._review, self._told = None, {}

    def undo(self) -> bool:
        """Put back what was discarded last on this thread; returns whether there was something."""
        if self._review is None or not self._discarded:
            return False
        back, self._discarded = self._discarded, ()
        asked = {request.id: request.question for request in self._review.requests}
        mine = [
            each for each in back if each.question is not None and _is_same(asked.get(each.request_id), each.question)
        ]
        self._told |= {draft.request_id: draft for draft in mine}
        self._restored_from = _newest(mine)
        self._left = (*self._left, *(draft for draft in back if draft not in mine))
        self._review = self._in_views(self._review)
        self.drafted.emit(back)
        self.turned.emit(self._review)
        return True

    def _discard(self) -> None:
        self.tell()
        if self._review is None:
            return
        self._let_go(tuple(draft for draft in self._told.values() if draft))
        self._told, self._decided, self._restored_from = {}, {}, None
        for request in self._review.requests:
            for other in request.others:
                if other.view == self._first[request.id]:
                    self._review = in_view(self._review, other)
        self.turned.emit(self._review)

    def _discard_left(self) -> None:
        left, self._left = self._left, ()
        self._let_go(left)
        self._show_lines()

    def _show_lines(self) -> None:
        self.lines.show_drafts(self._restored_from, self._left, can_undo=bool(self._discarded))

    def _let_go(self, drafts: tuple[Draft, ...]) -> None:
        self._discarded = drafts
        if drafts:
            self.drafted.emit(tuple(replace(draft, view="", cards={}) for draft in drafts))

    def _leave(self, drafts: tuple[Draft, ...]) -> None:
        """These are no longer asked. Whoever answered them, in another window, may have taken them off the disk."""
        new = tuple(draft for draft in drafts if all(_differ(draft, each) for each in self._left))
        self._left = (*self._left, *new)
        if new:
            self.drafted.emit(new)

    def _still_asked(self, review: Review) -> dict[str, Draft]:
        """What was told of the questions that the review asks, too; a draft of nothing where nothing was."""
        assert self._review is not None
        asked = {request.id: request.question for request in review.requests}
        return {
            request.id: self._told.get(request.id, self._draft(request, {}))
            for request in self._review.requests
            if _is_same(asked.get(request.id), request.question)
        }

    def _in_views(self, review: Review) -> Review:
        for request in review.requests:
            draft = self._told.get(request.id)
            for other in request.others:
                if draft is not None and other.view == draft.view:
                    review = in_view(review, other)
        return review

    def _current(self) -> tuple[str, int] | None:
        card = self._cards.current
        return (card.request.id, card.position) if card is not None else None

    def _begun_without_words(self) -> tuple[str, int, DecisionKind] | None:
        """The decision for which words are asked and none were written: no draft, but it need not be begun again."""
        current, kind = self._current(), self._bar.composer.kind
        return (*current, kind) if current is not None and kind is not None and self._bar.words is None else None

    def _gathered(self) -> dict[str, Draft]:
        if self._review is None:
            return {}
        found = self._cards.drafts(self._bar.words)
        gathered = {}
        for request in self._review.requests:
            before = self._told[request.id].cards if request.id in self._told else {}
            of_other_views = {place: card for place, card in before.items() if place[0] != request.view}
            gathered[request.id] = self._draft(request, {**of_other_views, **found.get(request.id, {})})
        return gathered

    def _draft(self, request: Request, cards: Cards) -> Draft:
        assert self._review is not None
        return Draft(
            self._review.thread_id,
            request.id,
            self._review.detail.checkpoint_id,
            request.asks,
            datetime.now(UTC),
            request.view if request.view != self._first[request.id] else "",
            cards,
            request.question,
        )


def _newest(drafts: Iterable[Draft]) -> datetime | None:
    return max((draft.at for draft in drafts), default=None)


def _differ(one: Draft, other: Draft) -> bool:
    """Whether other things stand in two drafts. Python compares large values quickly, and takes 1 for 1.0 and True."""
    first, second = content_of(one), content_of(other)
    try:
        if first != second:
            return True
    except RecursionError:
        pass
    return not same(first, second)


def _is_same(one: Question | None, other: Question) -> bool:
    try:
        return one == other
    except RecursionError:
        return False
