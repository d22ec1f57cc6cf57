"""Two processes that answer the same question at the same moment: one run, and the other is told."""

from __future__ import annotations

import os
from functools import partial

from hitl_desktop.core.backend import BackendError
from hitl_desktop.core.decisions import Submit
from tests.faults.desk import Office, deaf, desk, opened
from tests.faults.kills import AT_ONCE, asking_office
from tests.faults.processes import fork, wait

_REFUSED = 7


def answer_at_once() -> None:
    """Raises `AssertionError` unless exactly one of two processes delivered, and one payment was begun and made."""
    with asking_office() as office:
        gates, ready = [os.pipe() for _ in range(2)], os.pipe()
        children = [fork(partial(_answer, office, gate, ready[1], n)) for n, (gate, _) in enumerate(gates)]
        waited_for = len(gates)
        while waited_for:
            waited_for -= len(os.read(ready[0], waited_for))
        for _, opener in gates:
            os.write(opener, b"!")
        ended = sorted(wait(child) for child in children)
        for end in (*ready, *gates[0], *gates[1]):
            os.close(end)
        assert ended == [0, _REFUSED], ended
        assert len(office.paid()) == len(office.begun()) == 1, (office.paid(), office.begun())


async def _answer(office: Office, gate: int, ready: int, number: int) -> None:
    async with desk(office) as session:
        review = await opened(session, AT_ONCE)  # both have the question on the screen
        (request,) = review.requests
        delivery = session.prepare(review, {request.id: [Submit(f"answer {number}")]})
        os.write(ready, b"!")
        os.read(gate, 1)
        code = 0
        try:
            await session.deliver(delivery, deaf)
        except BackendError as refused:
            code = _REFUSED if "Nothing was sent" in str(refused) else 1
    os._exit(code)
