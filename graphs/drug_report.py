"""A short report on a medicine that stops before it is finished, so that a person can read the draft.

At the breakpoint nothing is asked: the person continues, or changes the state first, above all `human_feedback`, which
goes into the report. `graph_after` stops earlier, after the research, where findings can be taken out. The model
chooses, and the words are those of a small library: of a medicine a wrong word is worse than a dull one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import uuid4

from effects import save_text
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from local_model import Context, chat_model
from pydantic import Field
from typing_extensions import TypedDict

Drug = Literal["ibuprofen", "paracetamol", "amoxicillin"]

LIBRARY: dict[Drug, dict[str, str]] = {
    "ibuprofen": {
        "use": "Ibuprofen is used for pain, fever and inflammation.",
        "dose": "Adults take 200 to 400 mg up to three times a day, with food.",
        "side effects": "It can upset the stomach, and harm the kidneys if it is taken for long.",
        "interactions": "It does not go with warfarin and other blood thinners, which make bleeding more likely.",
    },
    "paracetamol": {
        "use": "Paracetamol is used for pain and fever.",
        "dose": "Adults take 500 to 1000 mg up to four times a day.",
        "side effects": "It is well tolerated, and too much of it harms the liver.",
        "interactions": "Alcohol makes harm to the liver more likely.",
    },
    "amoxicillin": {
        "use": "Amoxicillin is an antibiotic for infections by bacteria.",
        "dose": "Adults take 500 mg three times a day, until the pack is finished.",
        "side effects": "It can cause nausea and a rash.",
        "interactions": "It makes methotrexate stronger. It must not be taken with an allergy to penicillin.",
    },
}

# Examples, because the smallest models follow an example where they don't follow an instruction.
TOPICS = {
    "How much of it can I take in a day?": ["dose"],
    "What is it for?": ["use"],
    "Can I take it together with aspirin?": ["interactions", "use"],
    "Does it make me feel sick?": ["side effects", "dose"],
    "Can I drink beer with it?": ["interactions", "side effects"],
}
TITLES = {
    "Does it help against toothache?": "Help against toothache",
    "How often can I take it?": "How often to take it",
    "Can I take it if I have asthma?": "Use with asthma",
}
NOTES = {
    "Say that it was checked by Ana": "It was checked by Ana.",
    "Mention that one should drink enough with it": "One should drink enough with it.",
    "No driving with it.": "No driving with it.",
    "please say: ask your doctor if you are pregnant": "Ask your doctor if you are pregnant.",
    "Add that it is not for children.": "It is not for children.",
}


class Task(TypedDict):
    """What the report is about."""

    drug: Annotated[Drug, Field(examples=["ibuprofen"])]
    question: Annotated[
        str, Field(min_length=1, description="What it shall answer", examples=["Can I take it with blood thinners?"])
    ]


class State(Task, total=False):
    """The task with what was found, the draft, what a reader says of it, and the report as it was filed."""

    findings: list[str]
    draft: str
    human_feedback: str
    report: str
    report_id: str


async def filled(
    context: Context | None, told: str, examples: Mapping[str, object], name: str, schema: dict[str, Any]
) -> Any:
    """What the model fills in for a text, after these examples: a JSON object with one field of this schema."""
    prompt: list[tuple[str, str]] = [("system", f"Answer with {name} as JSON.")]
    for text, value in examples.items():
        prompt += [("human", text), ("ai", json.dumps({name: value}))]
    form = {"title": name, "type": "object", "properties": {name: schema}, "required": [name]}
    model = chat_model(context).with_structured_output(form, method="json_schema")
    return dict(await model.ainvoke([*prompt, ("human", told)]))[name]


async def research(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    """Let the model choose what to look up."""
    pages = LIBRARY[state["drug"]]
    schema = {"type": "array", "items": {"enum": list(pages)}, "minItems": 1, "maxItems": 2}
    topics = await filled(runtime.context, state["question"], TOPICS, "topics", schema)
    found = [pages[topic] for topic in dict.fromkeys(topics)]
    return {"findings": found, "human_feedback": ""}


async def write_draft(state: State, runtime: Runtime[Context]) -> dict[str, str]:
    """Let the model find a title, and put the findings below it."""
    schema = {"type": "string", "minLength": 1, "maxLength": 60}
    title = await filled(runtime.context, state["question"], TITLES, "title", schema)
    return {"draft": "\n".join([f"{state['drug'].capitalize()}: {title}", "", *state["findings"]])}


async def finalize(state: State, runtime: Runtime[Context]) -> dict[str, str]:
    """Let the model put the feedback into a sentence, and give the report the id under which it is filed once."""
    report, feedback = state["draft"], state.get("human_feedback", "").strip()
    if feedback:
        schema = {"type": "string", "minLength": 1, "maxLength": 160}
        report += f"\n{await filled(runtime.context, feedback, NOTES, 'note', schema)}"
    return {"report": report, "report_id": str(uuid4())}


def file_report(state: State) -> dict[str, Any]:
    """File the report, once for its id."""
    save_text(f"{state['drug']} {state['question']}", state["report"], key=state["report_id"])
    return {}


builder = StateGraph(State, context_schema=Context, input_schema=Task)
builder.add_node("research", research).add_node("write_draft", write_draft)
builder.add_node("finalize", finalize).add_node("file_report", file_report)
builder.add_edge(START, "research").add_edge("research", "write_draft").add_edge("write_draft", "finalize")
builder.add_edge("finalize", "file_report").add_edge("file_report", END)
graph = builder.compile(interrupt_before=["finalize"], name="drug_report")
graph_after = builder.compile(interrupt_after=["research"], name="drug_report_after")
