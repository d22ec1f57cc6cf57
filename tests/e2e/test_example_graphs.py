"""Each example graph through the window with the embedded model, from the form's sample to the end.

What the model writes is not asserted, only what a person meets: which questions, and what becomes of the answers.
One embedded server is shared, found as an Ollama would be: starting one and loading the weights takes seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from hitl_desktop.core.requests import Request
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.models.embedded.process import EmbeddedServer
from hitl_desktop.models.embedded.weights import why_unavailable
from hitl_desktop.testing.driver import Driver, open_window
from hitl_desktop.testing.waiting import until
from tests.support.example_graphs import MANIFEST, skip_without_its_package

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(why_unavailable(None) is not None, reason=f"no embedded model: {why_unavailable(None)}"),
]


class Walk:
    """A thread of one example in the window, and the folder of its effects."""

    def __init__(self, driver: Driver, effects: Path) -> None:
        self.driver = driver
        self._effects = effects
        self._answered: set[str] = set()

    async def asked(self) -> tuple[Request, ...]:
        """Wait until the thread asks something that was not answered yet, and return the open questions."""

        def fresh() -> tuple[Request, ...]:
            review = self.driver.window.review.review
            requests = review.requests if review is not None else ()
            return requests if {request.id for request in requests} - self._answered else ()

        requests = await until(fresh, 60, "nothing more was asked")
        self._answered |= {request.id for request in requests}
        return requests

    async def decide(self, name: str) -> None:
        """Press a decision button, when the request has been on the screen for long enough."""
        await self.driver.decide(f"decision_{name}")

    async def done(self) -> None:
        """Wait until the thread has ended."""
        await self.driver.opened(ThreadState.DONE)

    def files(self, pattern: str) -> list[Path]:
        """What the graph left in the folder of effects."""
        return sorted(self._effects.glob(pattern))


async def action_approval(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert request.items[0].payload["message"]
    await walk.driver.click("field:approved")
    await walk.decide("submit")
    await walk.done()
    assert walk.files("transfers.sqlite")


async def tool_gate(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert request.items[0].title == "search_documents"
    await walk.decide("approve")
    await walk.done()


async def barista(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert request.items[0].payload["order"]
    await walk.driver.type_into("field:says", "Goodbye!")
    await walk.decide("submit")
    await walk.done()
    assert walk.files("orders.sqlite") == []


async def tool_gate_after(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert request.items[0].title == "search_documents"
    await walk.decide("approve")
    await walk.done()


async def mail_assistant_per_call(walk: Walk) -> None:
    requests = await walk.asked()
    assert [request.dialect for request in requests] == ["tool_approval"] * 3
    await walk.decide("approve")
    await walk.decide("reject")
    await walk.decide("confirm")
    await walk.decide("approve")
    await walk.decide("send")
    await walk.done()
    assert len(walk.files("outbox/*.eml") + walk.files("calendar/*.ics")) == 2


async def revise_text(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert request.items[0].shapes[0].start == request.items[0].payload["text_to_revise"]
    await walk.decide("submit")
    await walk.done()
    assert len(walk.files("texts/*.txt")) == 1


async def stepwise(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert request.items[0].payload["subject"]
    await walk.driver.choose("field:acceptable", "modify")
    await walk.driver.type_into("field:change", "It is urgent.")
    await walk.decide("submit")
    await walk.asked()
    await walk.driver.choose("field:acceptable", "yes")
    await walk.decide("submit")
    await walk.done()
    assert len(walk.files("texts/*.txt")) == 1


async def staged_approval(walk: Walk) -> None:
    for role in ("manager", "compliance officer", "executive"):
        (request,) = await walk.asked()
        assert request.items[0].payload["role"] == role
        await walk.driver.click("field:approved")
        await walk.driver.type_into("field:decided_by", "Mia")
        if role == "compliance officer":
            await walk.driver.choose("field:data", "contacts")
        await walk.decide("submit")
    await walk.done()
    assert walk.files("transfers.sqlite")


async def medication_order(walk: Walk) -> None:
    await walk.asked()
    await walk.driver.choose("field:decision", "needs_revision")
    await walk.driver.type_into("field:notes", "400 mg twice a day")
    await walk.decide("submit")
    (request,) = await walk.asked()
    assert request.items[0].payload["dose"] == "400 mg, 2 times a day"
    await walk.driver.choose("field:decision", "approved")
    await walk.decide("submit")
    for role in ("clinician", "senior clinician"):
        (request,) = await walk.asked()
        assert request.items[0].payload["role"] == role
        await walk.driver.click("field:passed")
        await walk.decide("submit")
    await walk.done()
    assert walk.files("prescriptions.sqlite")


async def drug_report(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert request.items[0].payload["draft"]
    await walk.driver.click("change_state")
    await walk.driver.type_into("field:human_feedback", "Add that one should ask a pharmacist first.")
    await walk.decide("edit")
    await walk.done()
    assert "pharmacist" in walk.files("texts/*.txt")[0].read_text()


async def drug_report_after(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert request.items[0].payload["findings"]
    await walk.decide("continue")
    await walk.done()
    assert len(walk.files("texts/*.txt")) == 1


async def fan_out(walk: Walk) -> None:
    requests = await walk.asked()
    assert [request.asks for request in requests] == [f"Does this sum up part {number}?" for number in (1, 2, 3)]
    for _ in requests:
        await walk.decide("submit")
    await walk.decide("send")
    await walk.done()
    assert len(walk.files("texts/*.txt")[0].read_text().splitlines()) == 3


async def research_team(walk: Walk) -> None:
    (request,) = await walk.asked()
    assert {item.title for item in request.items} == {"order_file"}
    for _ in request.items:
        await walk.decide("approve")
    if len(request.items) > 1:
        await walk.decide("send")
    (request,) = await walk.asked()
    assert [item.title for item in request.items] == ["put_up_notice"]
    await walk.decide("approve")
    await walk.done()
    assert walk.files("transfers.sqlite")
    assert len(walk.files("texts/*.txt")) == 1


WALKS: dict[str, Callable[[Walk], Awaitable[None]]] = {
    "action_approval": action_approval,
    "tool_gate": tool_gate,
    "tool_gate_after": tool_gate_after,
    "mail_assistant_per_call": mail_assistant_per_call,
    "barista": barista,
    "revise_text": revise_text,
    "stepwise": stepwise,
    "staged_approval": staged_approval,
    "medication_order": medication_order,
    "drug_report": drug_report,
    "drug_report_after": drug_report_after,
    "fan_out": fan_out,
    "research_team": research_team,
}


@pytest.fixture(scope="module")
def embedded_url() -> Iterator[str]:
    """Where the embedded server of these tests answers."""
    server = EmbeddedServer(threads=1)
    with asyncio.Runner() as runner:
        yield runner.run(server.start())
        runner.run(server.stop())


@pytest.mark.parametrize("graph", WALKS)
async def test_an_example_from_its_sample_to_its_end(
    graph: str, embedded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_without_its_package(graph)
    monkeypatch.setenv("OLLAMA_HOST", embedded_url)
    monkeypatch.setenv("HITL_EFFECTS_DIR", str(tmp_path / "effects"))
    async with open_window(tmp_path / "threads.db") as driver:
        driver.program.controller.reviews.hold_seconds = 0.0
        await driver.ready()
        await driver.choose_graph(graph)
        await driver.click("new_run_start")
        await WALKS[graph](Walk(driver, tmp_path / "effects"))


def test_every_example_is_walked_through() -> None:
    elsewhere = {"mail_assistant"}  # tests/e2e/test_main_job.py
    assert set(MANIFEST["graphs"]) == set(WALKS) | elsewhere
