"""After a failure: trying again asks nobody twice and does nothing twice, asking again asks anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from hitl_desktop.core.backend import HowToGoOn
from hitl_desktop.core.decisions import Approve, Submit
from hitl_desktop.core.events import NodeFailed, StopReason
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.testing.scripted_ollama import Call, ScriptedOllama, Text
from tests.backends.runs.bench import ASK_FOR_MAIL, MAIL, TRANSFER, Bench, OddFolder
from tests.backends.runs.test_examples import outbox


async def state(bench: Bench) -> ThreadState:
    return (await bench.review()).detail.summary.state


async def test_a_model_that_went_away_after_the_decision_is_tried_again(
    bench: Bench, ollama: ScriptedOllama, effects: Path
) -> None:
    ollama.enqueue(Call("send_mail", MAIL))
    await bench.start("mail_assistant", ASK_FOR_MAIL)
    ollama.stop()
    log = await bench.decide(Approve())
    assert (log.reason, log.ended.nodes) == (StopReason.FAILED, ("model",))
    assert "model server cannot be reached" in log.ended.message
    assert "“Try again” goes on from there" in log.ended.message
    assert outbox(effects) == ["To: ana@example.com"]
    assert await state(bench) is ThreadState.FAILED

    assert (await bench.go_on(HowToGoOn.RETRY)).reason is StopReason.FAILED  # the server is still away

    ollama.start()
    ollama.enqueue(Text("It was sent."))
    log = await bench.go_on(HowToGoOn.RETRY)
    assert (log.begun, log.reason, log.tokens) == ("retry", StopReason.FINISHED, ["It ", "was ", "sent."])
    assert log.nodes[0] == "+model"
    assert log.results == []
    assert outbox(effects) == ["To: ana@example.com"]
    assert await state(bench) is ThreadState.DONE


async def test_a_model_that_is_away_at_the_start_is_tried_again(bench: Bench, ollama: ScriptedOllama) -> None:
    ollama.stop()
    assert (await bench.start("action_approval", TRANSFER)).reason is StopReason.FAILED
    ollama.start()
    ollama.enqueue(Text("Please."))
    assert (await bench.go_on(HowToGoOn.RETRY)).reason is StopReason.ASKED


@pytest.mark.parametrize("graph", ["asks", "asks_below"])
async def test_a_node_that_failed_with_its_answer_is_tried_again_with_it(
    graph: str, odd_bench: Bench, odd: OddFolder
) -> None:
    await odd_bench.start(graph, {"out": []})
    odd.tell("fail", "ask")
    log = await odd_bench.decide(Submit("yes"))
    assert log.reason is StopReason.FAILED
    (failure, *_) = (event for event in log if isinstance(event, NodeFailed))
    assert (failure.node, failure.message) == ("ask", "ValueError: ask was told to fail")
    assert "The node “ask” failed. ValueError: ask was told to fail. Everything up to" in log.ended.message
    assert 'raise ValueError(f"{node} was told to fail")' in log.ended.details
    opened = await odd_bench.review()
    assert opened.detail.summary.state is ThreadState.NEEDS_REPAIR
    assert opened.requests == ()

    assert (await odd_bench.go_on(HowToGoOn.RETRY)).reason is StopReason.FAILED
    odd.untell("fail", "ask")
    log = await odd_bench.go_on(HowToGoOn.RETRY)
    assert log.reason is StopReason.FINISHED
    assert odd.times["ask got yes"] == 3
    assert (await odd_bench.review()).detail.values["out"][0] == "ask: yes"


@pytest.mark.parametrize("graph", ["asks", "asks_below"])
async def test_a_node_that_failed_with_its_answer_is_asked_again_under_a_new_id(
    graph: str, odd_bench: Bench, odd: OddFolder
) -> None:
    await odd_bench.start(graph, {"out": []})
    first = (await odd_bench.request()).id
    odd.tell("fail", "ask")
    await odd_bench.decide(Submit("yes"))
    odd.untell("fail", "ask")
    log = await odd_bench.go_on(HowToGoOn.ASK_AGAIN)
    assert (log.begun, log.reason) == ("ask again", StopReason.ASKED)
    request = await odd_bench.request()
    assert request.id != first
    assert (await odd_bench.decide(Submit("no"))).reason is StopReason.FINISHED
    assert odd.times["ask got yes"] == 1
    assert (await odd_bench.review()).detail.values["out"][0] == "ask: no"


async def test_a_later_node_that_failed_does_not_ask_again(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("asks", {"out": []})
    odd.tell("fail", "work")
    assert (await odd_bench.decide(Submit("yes"))).ended.nodes == ("work",)
    assert await state(odd_bench) is ThreadState.FAILED
    odd.untell("fail", "work")
    assert (await odd_bench.go_on(HowToGoOn.RETRY)).nodes == ["+work", "-work"]
    assert odd.times == {"ask got yes": 1, "work": 2}


async def test_one_of_two_that_failed_is_tried_again_when_the_other_is_answered(
    odd_bench: Bench, odd: OddFolder
) -> None:
    await odd_bench.start("asks_twice", {"out": []})
    odd.tell("fail", "left")
    yes = [Submit({"text": "yes"})]
    await odd_bench.answer({"left": yes})
    opened = await odd_bench.review()
    assert opened.detail.summary.state is ThreadState.WAITING
    assert [request.question.node for request in opened.requests] == ["right"]
    odd.untell("fail", "left")
    assert (await odd_bench.answer({"right": yes})).reason is StopReason.FINISHED
    assert odd.times == {"left got text='yes'": 2, "right got text='yes'": 1}


async def test_going_on_with_a_thread_that_is_done_does_nothing(odd_bench: Bench, odd: OddFolder) -> None:
    await odd_bench.start("steps", {"out": []})
    before = odd_bench.rows()
    log = await odd_bench.go_on(HowToGoOn.RETRY)
    assert (log.reason, log.nodes, odd_bench.rows()) == (StopReason.FINISHED, [], before)
    assert odd.ran == ["one", "two", "three"]
