"""Three stages of one approval: each asks its role, a refusal ends it, and only three yeses sign, once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from langgraph.errors import is_invalid_resume
from pydantic import ValidationError

from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread

CONTRACT = {"contract": "Letters to customers, from Print & Post", "euros": 900.0}
MANAGER = {"approved": True, "decided_by": "Mia", "comment": "We need it."}
COMPLIANCE = {"approved": True, "decided_by": "Cem", "data": "contacts"}
EXECUTIVE = {"approved": True, "decided_by": "Eva"}
STAGES = {"manager": MANAGER, "compliance officer": COMPLIANCE, "executive": EXECUTIVE}


def signed(effects: Path) -> list[tuple[str, int]]:
    """The contracts that were signed, with what they cost in cents."""
    if not (effects / "transfers.sqlite").exists():
        return []
    with closing(sqlite3.connect(effects / "transfers.sqlite")) as database:
        return list(database.execute("SELECT action, cents FROM transfers"))


@pytest_asyncio.fixture
async def asked(new_thread: NewThread, ollama: ScriptedOllama) -> GraphThread:
    """A thread in which the manager is asked."""
    thread = new_thread("staged_approval")
    ollama.enqueue(Text(json.dumps({"title": "Letters to customers"})))
    await thread.run(CONTRACT)
    return thread


async def test_each_stage_asks_its_role_and_shows_what_was_said(asked: GraphThread, ollama: ScriptedOllama) -> None:
    questions = []
    for answer in STAGES.values():
        questions.append((await asked.question()).value)
        await asked.answer(answer)
    assert [question["role"] for question in questions] == list(STAGES)
    assert len({question["question"] for question in questions}) == 3
    assert questions[0].keys() == {"role", "question", "title", "contract", "euros"}
    assert questions[0]["title"] == "Letters to customers"
    assert questions[1]["manager said"] == "approved by Mia; We need it."
    assert questions[2]["compliance officer said"] == "approved by Cem; data that the supplier sees: contacts"
    assert len(ollama.requests) == 1


async def test_three_yeses_sign_once_even_if_it_runs_again(asked: GraphThread, effects: Path) -> None:
    for answer in STAGES.values():
        assert signed(effects) == []
        await asked.answer(answer)
    assert signed(effects) == [(CONTRACT["contract"], 90000)]
    state = await asked.state()
    assert (state.tasks, state.values["outcome"]) == ((), f"Signed: {CONTRACT['contract']}, 900.00 euros")
    await asked.run_again_from("sign")
    assert len(signed(effects)) == 1


@pytest.mark.parametrize("refusing", STAGES)
async def test_a_refusal_at_any_stage_asks_nobody_else(refusing: str, asked: GraphThread, effects: Path) -> None:
    for role, answer in STAGES.items():
        if role == refusing:
            await asked.answer({**answer, "approved": False, "comment": "Too dear."})
            break
        await asked.answer(answer)
    state = await asked.state()
    assert state.tasks == ()
    assert state.values["outcome"].startswith("Not signed: refused by ")
    assert state.values["outcome"].endswith(f"Too dear., {refusing}")
    assert signed(effects) == []


async def test_the_compliance_officer_must_say_what_is_seen(asked: GraphThread) -> None:
    await asked.answer(MANAGER)
    schema = (await asked.question()).response_schema
    assert schema is not None
    assert set(schema["required"]) == {"approved", "decided_by", "data"}
    with pytest.raises(ValidationError) as caught:
        await asked.answer(EXECUTIVE)
    assert is_invalid_resume(caught.value)
    await asked.answer(COMPLIANCE)
    assert (await asked.question()).value["role"] == "executive"


@pytest.mark.parametrize(
    "answer", [True, {}, {"approved": True}, {**MANAGER, "approved": "yes"}, {**MANAGER, "decided_by": ""}]
)
async def test_an_answer_of_another_shape_is_refused_and_the_question_stays_open(
    answer: Any, asked: GraphThread, effects: Path
) -> None:
    with pytest.raises(ValidationError) as caught:
        await asked.answer(answer)
    assert is_invalid_resume(caught.value)
    assert (await asked.question()).value["role"] == "manager"
