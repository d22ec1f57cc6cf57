"""What was typed or decided on threads and not sent, kept while other threads are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from hitl_desktop.core.review import Review

if TYPE_CHECKING:
    from hitl_desktop.ui.item_card import Draft

CardDrafts: TypeAlias = "Mapping[tuple[str, int], Draft]"
"""By request with its view, and the item's position."""


class Drafts:
    """The drafts of each thread at one checkpoint: at another, it asks something else."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CardDrafts] = {}

    def of(self, review: Review) -> CardDrafts:
        """What was kept of this thread as it stands."""
        return self._kept.get(_place(review), {})

    def keep(self, review: Review, drafts: CardDrafts) -> None:
        """Keep these, beside those of other views of the same requests."""
        self._kept[_place(review)] = {**self.of(review), **drafts}

    def forget(self, review: Review) -> None:
        """Forget them: they were sent."""
        self._kept.pop(_place(review), None)


def _place(review: Review) -> tuple[str, str]:
    return review.thread_id, review.detail.checkpoint_id
