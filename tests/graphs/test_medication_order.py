"""An order of medication: risks by rule, the pharmacist's three decisions, two gates, and one entry given out."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.errors import is_invalid_resume
from pydantic import ValidationError

from hitl_desktop.testing.scripted_ollama import ScriptedOllama, Text
from tests.support.example_graphs import GraphThread, NewThread, sample_input

SAFE = {"patient": "Omar Haddad, 34", "medicine": "paracetamol", "dose_mg": 500, "times_a_day": 4}
APPROVED = {"decision": "approved"}
PASSED = {"passed": True}


def given_out(effects: Path) -> list[tuple[str, str, str]]:
    """What was given out: patient, medicine and dose."""
    if not (effects / "prescriptions.sqlite").exists():
        return []
    with closing(sqlite3.connect(effects / "prescriptions.sqlite")) as database:
        return list(database.execute("SELECT patient, medicine, dose FROM prescriptions"))


async def ordered(new_thread: NewThread, order: dict[str, Any]) -> GraphThread:
    """A thread in which the pharmacist is asked about this order."""
    thread = new_thread("medication_order")
    await thread.run(order)
    assert (await thread.question()).value["role"] == "pharmacist"
    return thread


@pytest.mark.parametrize(
    ("changed", "flags"),
    [
        ({}, []),
        ({"dose_mg": 1000, "times_a_day": 5}, ["5000 mg a day is more than 4000 mg"]),
        ({"medicine": "amoxicillin"}, ["the patient is allergic to amoxicillin"]),
        (
            {"patient": "Rosa Lind, 71", "medicine": "ibuprofen", "dose_mg": 200},
            ["the patient takes warfarin, which does not go with ibuprofen"],
        ),
    ],
)
async def test_rules_find_the_risks(
    changed: dict[str, Any], flags: list[str], new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    thread = await ordered(new_thread, {**SAFE, **changed})
    assert (await thread.state()).values["risk_flags"] == flags
    assert (await thread.question()).value["risk flags"] == (flags or "none found")
    assert ollama.requests == []


async def test_approved_passes_two_gates_and_is_given_out_once_even_if_it_runs_again(
    new_thread: NewThread, effects: Path
) -> None:
    thread = await ordered(new_thread, SAFE)
    for answer, role in ((APPROVED, "clinician"), ({**PASSED, "notes": "Weighed."}, "senior clinician")):
        await thread.answer(answer)
        assert (await thread.question()).value["role"] == role
        assert given_out(effects) == []
    await thread.answer(PASSED)
    assert given_out(effects) == [("Omar Haddad, 34", "paracetamol", "500 mg, 4 times a day")]
    state = await thread.state()
    assert state.tasks == ()
    assert state.values["audit_log"] == [
        "analysis: paracetamol 500 mg, 4 times a day, risks found: 0",
        "pharmacist: approved",
        "clinician: passed: Weighed.",
        "senior clinician: passed",
        "given out",
    ]
    await thread.run_again_from("give_out")
    assert len(given_out(effects)) == 1


@pytest.mark.parametrize(
    "answers",
    [
        [{"decision": "rejected", "notes": "Allergic."}],
        [APPROVED, {"passed": False, "notes": "Not now."}],
        [APPROVED, PASSED, {"passed": False}],
    ],
)
async def test_a_no_at_any_gate_ends_it(answers: list[dict[str, Any]], new_thread: NewThread, effects: Path) -> None:
    thread = await ordered(new_thread, SAFE)
    for answer in answers:
        await thread.answer(answer)
    state = await thread.state()
    assert (state.tasks, state.values["decision"]) == ((), "rejected")
    assert state.values["audit_log"][-1].endswith(("rejected: Allergic.", "stopped: Not now.", "stopped"))
    assert given_out(effects) == []


async def test_a_revision_loops_back_through_the_analysis_with_the_notes(
    new_thread: NewThread, ollama: ScriptedOllama, effects: Path
) -> None:
    thread = new_thread("medication_order")
    await thread.run(sample_input(thread.graph))
    ollama.enqueue(Text(json.dumps({"dose_mg": 400, "times_a_day": 2})))
    await thread.answer({"decision": "needs_revision", "notes": "400 mg twice a day"})
    (request,) = ollama.requests
    assert request["messages"][-1]["content"] == "600 mg, 3 times a day. Pharmacist: 400 mg twice a day"
    question = (await thread.question()).value
    assert (question["role"], question["dose"]) == ("pharmacist", "400 mg, 2 times a day")
    assert question["risk flags"] == ["the patient takes warfarin, which does not go with ibuprofen"]
    assert question["audit log"][-2] == "revision: 400 mg, 2 times a day"
    for answer in (APPROVED, PASSED, PASSED):
        await thread.answer(answer)
    assert given_out(effects) == [("Rosa Lind, 71", "ibuprofen", "400 mg, 2 times a day")]


@pytest.mark.parametrize(
    ("notes", "doses", "times"),
    [
        ("400 mg twice a day", [400], [2]),
        ("Only once a day.", [500], [1]),
        ("200 mg, or 400 mg", [200, 400], [4]),
        ("Less.", [500], [4]),
        ("7000 mg, 9 times", [500], [4]),
    ],
)
async def test_the_model_may_only_write_numbers_that_were_said(
    notes: str, doses: list[int], times: list[int], new_thread: NewThread, ollama: ScriptedOllama
) -> None:
    thread = await ordered(new_thread, SAFE)
    ollama.enqueue(Text(json.dumps({"dose_mg": doses[0], "times_a_day": times[0]})))
    await thread.answer({"decision": "needs_revision", "notes": notes})
    fields = ollama.requests[0]["format"]["properties"]
    assert (fields["dose_mg"]["enum"], fields["times_a_day"]["enum"]) == (doses, times)


@pytest.mark.parametrize("answer", ["approved", {}, {"decision": "maybe"}, {"decision": "approved", "x": 1}])
async def test_an_answer_of_another_shape_is_refused_and_the_question_stays_open(
    answer: Any, new_thread: NewThread
) -> None:
    thread = await ordered(new_thread, SAFE)
    with pytest.raises(ValidationError) as caught:
        await thread.answer(answer)
    assert is_invalid_resume(caught.value)
    assert (await thread.question()).value["role"] == "pharmacist"
