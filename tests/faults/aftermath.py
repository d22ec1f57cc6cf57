"""After a fault, as the next process finds it: the decision is delivered or asked for, and paid once."""

from __future__ import annotations

from collections.abc import Callable

from hitl_desktop.core.journal import findings
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.records.journal_reading import reading_journal
from hitl_desktop.records.review_file import review_file_of
from tests.faults.desk import Office, decide, desk, opened, take_up
from tests.faults.processes import gathered

FIRST, SECOND = "the first answer", "the second answer"


def see_after(
    office: Office,
    thread_id: str,
    *,
    may_ask_again: bool = False,
    anchored: bool = True,
    begin: Callable[[], None] = lambda: None,
) -> str:
    """Take up what was left, answer what is asked, and compare journal, ledger and thread; returns what was left.

    `may_ask_again` says that a node may have paid and its result could not be saved, `anchored` that the journal is
    the one that the anchor is of. `begin` is called first, in the process that takes it up.
    """

    async def go_on() -> str:
        begin()
        async with desk(office) as session:
            undelivered = thread_id in session.undelivered
            review = await take_up(session, thread_id)
            answered = list(review.detail.values["done"])
            assert answered or may_ask_again or not office.paid(), "it was paid, and is asked for again"
            for answer in (FIRST, SECOND)[len(answered) :]:
                assert review.detail.summary.state is ThreadState.WAITING
                await decide(session, thread_id, answer)
            review = await opened(session, thread_id)
            assert review.detail.summary.state is ThreadState.DONE, review.detail.summary.state
            assert review.detail.values["done"] == [FIRST, SECOND]
            assert not session.undelivered
            assert not session.records_problems, session.records_problems
            return "delivered later" if undelivered else "" if answered else "not made"

    became = gathered(go_on)
    assert sorted(office.paid()) == [FIRST, SECOND], office.paid()
    with reading_journal(review_file_of(office.database)) as entries:
        anchor = office.anchor.read()
        assert anchor is not None
        assert list(findings(entries, [anchor] if anchored else [])) == []
    return became
