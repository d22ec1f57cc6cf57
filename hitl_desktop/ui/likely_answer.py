"""What would be sent now: the decisions on the cards, or what the main button or the open composer would decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from hitl_desktop.core.backend import BackendError
from hitl_desktop.core.decisions import Decision
from hitl_desktop.core.review import Delivery, Review
from hitl_desktop.ui.decision_bar import DecisionBar
from hitl_desktop.ui.item_cards import ItemCards

Prepare: TypeAlias = Callable[[Review, Mapping[str, Sequence[Decision]]], Delivery]
"""Checks decisions by request id and makes the delivery of them; raises what `ReviewSession.prepare` raises."""


def likely_answer(review: Review, cards: ItemCards, bar: DecisionBar, prepare: Prepare) -> tuple[Delivery | None, str]:
    """The delivery, or None with the reason why there is none."""
    try:
        decisions = _likely_decisions(cards, bar)
        if not decisions and len(cards) > 1:
            return None, "Nothing yet: an answer is sent when every action in it is decided."
        return prepare(review, decisions), ""
    except (ValueError, BackendError) as error:
        return None, str(error)


def _likely_decisions(cards: ItemCards, bar: DecisionBar) -> Mapping[str, Sequence[Decision]]:
    card = cards.current
    if card is None or len(cards) > 1:
        return cards.decisions()
    kind = bar.likely_kind()
    if kind is None:
        return {}
    return {card.request.id: [card.decide(kind, bar.composer.text, bar.composer.form)]}
