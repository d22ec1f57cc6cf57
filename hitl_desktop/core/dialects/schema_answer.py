"""Schema: any interrupt with a `response_schema`; the answer is a value that satisfies it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import Decision, DecisionKind, Submit
from hitl_desktop.core.dialects.base import one_line, sendable
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.messages import read_messages
from hitl_desktop.core.requests import Item, Question, Request, Resume, Shape
from hitl_desktop.core.schema import first_value, mapping
from hitl_desktop.core.values import Json, dump_json, to_json

_TELLING = ("message", "question", "prompt", "title", "description", "instructions", "action", "text")


class SchemaAnswer:
    """A question that says what its answer must look like."""

    name = "schema"

    def recognises(self, question: Question) -> bool:
        """An interrupt, whatever its payload, with a schema for the answer."""
        return question.response_schema is not None and question.breakpoint is None

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """The payload to read, and an answer to build from the schema; of a text to edit only its editor."""
        schema = question.response_schema
        start, payload = first_value(schema), to_json(question.value)
        texts = list(payload.values()) if isinstance(payload, dict) else [payload]
        # A text that the schema begins with and the payload shows is a proposal. Where no other kind of answer can be
        # chosen, which would hide it, its editor shows all that is asked.
        proposed = isinstance(start, str) and bool(start) and start in texts
        shape = Shape("Answer", start, schema, is_proposal=proposed)
        is_form = proposed and len(texts) == 1 and mapping(schema).get("type") == "string"
        item = Item(question.node, "", payload, (DecisionKind.SUBMIT,), (shape,), is_form=is_form)
        return Request(question, self.name, asking_of(question.value), (item,))

    def answer(self, request: Request, decisions: Sequence[Decision]) -> Resume:
        """The submitted value."""
        return Resume(submitted(decisions))


def submitted(decisions: Sequence[Decision]) -> Any:
    """The value of the only decision, which `check` has seen to be a submission, with its Python types."""
    (decision,) = decisions
    assert isinstance(decision, Submit)
    return sendable(decision.value)


def asking_of(value: Any) -> str:
    """What a payload asks, on one line: who must decide, if it names a role, and what tells a person most."""
    role = value.get("role") if isinstance(value, Mapping) else None
    if not isinstance(role, str) or not role.strip():
        return telling_line(value)
    return one_line(f"{role}: {telling_line({name: part for name, part in value.items() if name != 'role'})}")


def telling_line(value: Any) -> str:
    """The line of a payload that tells a person most: its text, its message or question, its fields, else its JSON."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        told = [str(value[key]) for key in _TELLING if isinstance(value.get(key), str) and value[key].strip()]
        if told:
            return one_line(told[0])
        if len(value) == 1 and isinstance(only := next(iter(value.values())), str):
            return one_line(only)
    return fields_line(value)


def fields_line(value: Any, limit: int = 160) -> str:
    """A value in one line: a text as it is, of a mapping the fields that are plain and not empty, else the JSON."""
    plain = value.items() if isinstance(value, Mapping) else ()
    told = [f"{name}: {_in_words(part)}" for name, part in plain if isinstance(part, str | int | float) and part != ""]
    return one_line(", ".join(told) or _in_words(value), limit)


def _in_words(value: Any) -> str:
    return value if isinstance(value, str) else dump_json(to_json(value), indent=None)


def title_of_input(value: Json) -> str:
    """What the inbox calls a thread that was begun with this input: its message, its most telling field, its texts.

    Empty for an input that says nothing.
    """
    if value is None or value == {}:
        return ""
    messages = read_messages(value.get("messages")) if isinstance(value, dict) else ()
    if messages or not isinstance(value, dict) or any(name in value for name in _TELLING):
        return telling_line(messages[-1].text if messages else value)
    return one_line(", ".join(part for part in value.values() if isinstance(part, str) and part)) or telling_line(value)


SCHEMA_ANSWER = SchemaAnswer()
