"""An order of medication that is checked, decided by a pharmacist, and passed by two clinicians in a row.

Rules find the risks, never the model: it only writes what the pharmacist wants changed into the order, with numbers
that were said, and the changed order is checked and decided anew. The state keeps an audit log of every step. This is
an example of a way of working, not of medicine.
"""

from __future__ import annotations

import operator
import re
from functools import partial
from typing import Annotated, Any, Literal
from uuid import uuid4

from effects import record_prescription
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from local_model import Context, fill_form
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from typing_extensions import TypedDict

Patient = Literal["Rosa Lind, 71", "Omar Haddad, 34", "Jun Park, 52"]
Medicine = Literal["ibuprofen", "paracetamol", "amoxicillin"]

TAKES: dict[Patient, str] = {"Rosa Lind, 71": "warfarin", "Omar Haddad, 34": "", "Jun Park, 52": "methotrexate"}
ALLERGIES: dict[Patient, str] = {"Rosa Lind, 71": "", "Omar Haddad, 34": "amoxicillin", "Jun Park, 52": ""}
MOST_A_DAY: dict[Medicine, int] = {"ibuprofen": 1200, "paracetamol": 4000, "amoxicillin": 3000}
INTERACTIONS = {("ibuprofen", "warfarin"), ("ibuprofen", "methotrexate"), ("amoxicillin", "methotrexate")}
DOSES, TIMES = {200, 400, 500, 600, 1000}, {1, 2, 3, 4}
NUMBERS = {"once": 1, "twice": 2, "two": 2, "three": 3, "four": 4}

INSTRUCTION = "Write the dose that the pharmacist wants, as JSON."

EXAMPLES = {
    "600 mg, 3 times a day. Pharmacist: 400 mg will do.": {"dose_mg": 400, "times_a_day": 3},
    "500 mg, 4 times a day. Pharmacist: Only twice a day.": {"dose_mg": 500, "times_a_day": 2},
    "1000 mg, 3 times a day. Pharmacist: 500 mg in the morning and in the evening.": {"dose_mg": 500, "times_a_day": 2},
    "200 mg, 2 times a day. Pharmacist: 4 times a day, 200 mg each.": {"dose_mg": 200, "times_a_day": 4},
    "400 mg, 3 times a day. Pharmacist: Once a day is enough.": {"dose_mg": 400, "times_a_day": 1},
}


class Order(TypedDict):
    """What a doctor has ordered."""

    patient: Annotated[Patient, Field(examples=["Rosa Lind, 71"])]
    medicine: Annotated[Medicine, Field(examples=["ibuprofen"])]
    dose_mg: Annotated[int, Field(gt=0, le=5000, description="Milligrams each time", examples=[600])]
    times_a_day: Annotated[int, Field(ge=1, le=6, examples=[3])]


class State(Order, total=False):
    """The order with the risks that were found, the latest decision, and the log of all that was done, oldest first."""

    order_id: str
    risk_flags: list[str]
    decision: Literal["approved", "rejected", "needs_revision"]
    notes: str
    audit_log: Annotated[list[str], operator.add]


class Decision(BaseModel):
    """The pharmacist's decision on this order."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approved", "rejected", "needs_revision"]
    notes: str = Field(default="", description="Why; for a revision the dose, for example “400 mg twice a day”")


class Check(BaseModel):
    """A clinician's check of an order that was approved."""

    model_config = ConfigDict(extra="forbid")

    # Strict, because pydantic would otherwise take "on", "y" or 1 for a yes.
    passed: StrictBool = Field(description="Go on; without, nothing is given out")
    notes: str = Field(default="", description="For the audit log")


def dose_of(state: State) -> str:
    """The dose in words."""
    return f"{state['dose_mg']} mg, {state['times_a_day']} times a day"


def analyse(state: State) -> dict[str, Any]:
    """Find the risks, and give the order the id under which it is given out once."""
    patient, medicine = state["patient"], state["medicine"]
    most, daily = MOST_A_DAY[medicine], state["dose_mg"] * state["times_a_day"]
    flags = [f"{daily} mg a day is more than {most} mg"] if daily > most else []
    if ALLERGIES[patient] == medicine:
        flags.append(f"the patient is allergic to {medicine}")
    if (medicine, TAKES[patient]) in INTERACTIONS:
        flags.append(f"the patient takes {TAKES[patient]}, which does not go with {medicine}")
    log = f"analysis: {medicine} {dose_of(state)}, risks found: {len(flags)}"
    return {"risk_flags": flags, "audit_log": [log], "order_id": state.get("order_id") or str(uuid4())}


def pharmacist(state: State) -> dict[str, Any]:
    """Ask the pharmacist, who may send the order back with notes."""
    answer = interrupt(asked("pharmacist", "What becomes of this order?", state), response_schema=Decision)
    log = f"pharmacist: {answer.decision}" + (f": {answer.notes}" if answer.notes else "")
    return {"decision": answer.decision, "notes": answer.notes, "audit_log": [log]}


def fields(state: State) -> dict[str, Any]:
    """What the model may write, as JSON schemas: numbers of the notes, and of what they don't name the present one."""
    words = re.findall(r"[a-z]+|\d+", state["notes"].lower())
    said = {int(word) if word.isdigit() else NUMBERS.get(word, 0) for word in words}
    doses, times = sorted(said & DOSES) or [state["dose_mg"]], sorted(said & TIMES) or [state["times_a_day"]]
    return {"dose_mg": {"enum": doses}, "times_a_day": {"enum": times}}


async def revise(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Let the model write the notes into the order."""
    told = f"{dose_of(state)}. Pharmacist: {state['notes']}"
    answer = await fill_form(runtime.context, INSTRUCTION, EXAMPLES, told, fields(state))
    return {**answer, "audit_log": [f"revision: {answer['dose_mg']} mg, {answer['times_a_day']} times a day"]}


def asked(role: str, question: str, state: State) -> dict[str, Any]:
    """What a role is shown."""
    order = {"patient": state["patient"], "medicine": state["medicine"], "dose": dose_of(state)}
    found = {"risk flags": state["risk_flags"] or "none found", "audit log": state["audit_log"]}
    return {"role": role, "question": question, **order, **found}


def check(role: str, question: str, state: State) -> dict[str, Any]:
    """Ask a clinician, and log what was said. Two nodes are this function, each with a role and a question."""
    answer = interrupt(asked(role, question, state), response_schema=Check)
    log = f"{role}: {'passed' if answer.passed else 'stopped'}" + (f": {answer.notes}" if answer.notes else "")
    return {"decision": "approved" if answer.passed else "rejected", "audit_log": [log]}


def give_out(state: State) -> dict[str, Any]:
    """Give the medicine out, once for the id of its order."""
    record_prescription(state["order_id"], state["patient"], state["medicine"], dose_of(state))
    return {"audit_log": ["given out"]}


def decided(state: State) -> str:
    """Where the latest decision leads."""
    return state["decision"]


builder = StateGraph(State, context_schema=Context, input_schema=Order)
builder.add_node("analyse", analyse).add_node("pharmacist", pharmacist).add_node("revise", revise)
builder.add_node("safety_check", partial(check, "clinician", "Is this safe for the patient?"))
builder.add_node("final_check", partial(check, "senior clinician", "Shall it be given out?"))
builder.add_node("give_out", give_out)
builder.add_edge(START, "analyse").add_edge("analyse", "pharmacist").add_edge("revise", "analyse")
builder.add_conditional_edges(
    "pharmacist", decided, {"approved": "safety_check", "needs_revision": "revise", "rejected": END}
)
builder.add_conditional_edges("safety_check", decided, {"approved": "final_check", "rejected": END})
builder.add_conditional_edges("final_check", decided, {"approved": "give_out", "rejected": END})
builder.add_edge("give_out", END)
graph = builder.compile(name="medication_order")
