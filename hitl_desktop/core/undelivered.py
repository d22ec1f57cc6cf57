"""Decisions that were made and not delivered, because the program ended in between; and delivering them after all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hitl_desktop.core.decision_records import answer_to_json, decision_from_json
from hitl_desktop.core.decisions import Decision
from hitl_desktop.core.dialects import answer_request
from hitl_desktop.core.journal import WrittenEntry
from hitl_desktop.core.requests import Request
from hitl_desktop.core.values import same

if TYPE_CHECKING:
    from hitl_desktop.core.review import Delivery, Review

CUT_SHORT = (
    "The program ended before it was known what became of it. Nodes that were at work then run again from their "
    "beginning; what they had done already is not undone."
)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The decisions of one delivery on a thread, as the journal has them."""

    entries: tuple[WrittenEntry, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Their numbers in the journal."""
        return tuple(entry.number for entry in self.entries)

    @property
    def checkpoint_id(self) -> str:
        """The checkpoint that the reviewer saw."""
        return str(self.entries[0].fields.get("checkpoint_id", ""))

    @property
    def delivery(self) -> str:
        """The key of the delivery."""
        return str(self.entries[0].fields.get("delivery", ""))

    @property
    def time(self) -> str:
        """When it was decided, in UTC."""
        return str(self.entries[0].fields.get("time", ""))

    def belongs_to(self, thread: Review) -> bool:
        """Whether the thread stands where it was decided, and asks all of it still."""
        asked = {request.id for request in thread.requests}
        return thread.detail.checkpoint_id == self.checkpoint_id and all(
            entry.fields.get("request_id") in asked for entry in self.entries
        )


def undelivered_by_thread(entries: Iterable[WrittenEntry]) -> dict[str, Undelivered]:
    """The newest delivery of each thread of which nothing is known. Older ones cannot be delivered any more."""
    found: dict[str, Undelivered] = {}
    for entry in entries:
        thread_id, key = str(entry.fields.get("thread_id", "")), entry.fields.get("delivery")
        before = found.get(thread_id)
        together = before.entries if before is not None and before.delivery == key else ()
        found[thread_id] = Undelivered((*together, entry))
    return found


def deliver_after_all(thread: Review, undelivered: Undelivered) -> Delivery:
    """The delivery that was prepared then, checked anew.

    Raises `ValueError` where the thread does not ask it any more, or would receive anything else than was decided.
    """
    from hitl_desktop.core.review import prepare  # which makes reviews with what is undelivered in them

    if not undelivered.belongs_to(thread):
        raise ValueError("The thread has gone on since, so this decision cannot be delivered any more.")
    requests, decided = list(thread.requests), dict[str, Sequence[Decision]]()
    for entry in undelivered.entries:
        place = next(i for i, request in enumerate(requests) if request.id == entry.fields["request_id"])
        decisions = [decision_from_json(kept) for kept in entry.fields["decision"]]
        requests[place] = _as_decided(requests[place], decisions, entry)
        decided[requests[place].id] = decisions
    delivery = prepare(replace(thread, requests=tuple(requests)), decided)
    resumption = replace(delivery.resumption, delivery=undelivered.delivery)
    return replace(delivery, resumption=resumption, kept=undelivered.numbers)


def _as_decided(request: Request, decisions: Sequence[Decision], entry: WrittenEntry) -> Request:
    """The request in the way in which it was decided: the one whose answer is exactly the kept one."""
    for way in (request, *request.others):
        try:
            answer = answer_to_json(answer_request(way, decisions))
        except (ValueError, IndexError, TypeError):
            continue
        if same(answer, entry.fields.get("answer")):
            return way
    raise ValueError(
        "What was decided would now be sent as something else, so it is not delivered. Discard it, and decide anew."
    )
