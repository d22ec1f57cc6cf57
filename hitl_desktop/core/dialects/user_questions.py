"""Questions: an `ask_user` tool that asks the person several things in one interrupt.

The deepagents terminal and agents like it send these. The answer is a list of texts, one a question in their order;
several choices are a JSON list within the text. A person may always answer in other words than the choices.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hitl_desktop.core.decisions import Decision, DecisionKind, Reject, Submit
from hitl_desktop.core.dialects.base import one_line
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Item, Question, Refusal, Request, Resume, Shape
from hitl_desktop.core.schema import JsonSchema
from hitl_desktop.core.values import Json, to_json


class UserQuestions:
    """A small form: a field for each question."""

    name = "questions"

    def recognises(self, question: Question) -> bool:
        """A mapping of the type `ask_user` with a list of questions that each have a text."""
        value = question.value
        if not isinstance(value, Mapping) or value.get("type") != "ask_user":
            return False
        asked = value.get("questions")
        return (
            isinstance(asked, list)
            and bool(asked)
            and all(isinstance(each, Mapping) and isinstance(each.get("question"), str) for each in asked)
        )

    def read(self, question: Question, graph: GraphInfo) -> Request:
        """All questions as one item, whose value has a field for each; what is not answered is absent."""
        asked = question.value["questions"]
        fields = {str(number): _field(each) for number, each in enumerate(asked, 1)}
        required = [str(number) for number, each in enumerate(asked, 1) if _is_required(each)]
        schema = {"type": "object", "properties": fields, "required": required, "additionalProperties": False}
        refusal = Refusal("Not answered", _cancelled(len(asked)))
        item = Item(
            question.node,
            "",
            to_json(question.value),
            (DecisionKind.SUBMIT, DecisionKind.REJECT),
            (Shape("Answers", {}, schema),),
            (refusal,),
            is_form=True,
        )
        first = one_line(asked[0]["question"])
        asks = first if len(asked) == 1 else one_line(f"{len(asked)} questions: {first}")
        return Request(question, self.name, asks, (item,))

    def answer(self, request: Request, decisions: Sequence[Decision]) -> Resume:
        """One text a question, in their order, the empty one for what was not answered; or that it was cancelled."""
        (decision,) = decisions
        count = len(request.question.value["questions"])
        if isinstance(decision, Reject):
            return Resume(_cancelled(count))
        assert isinstance(decision, Submit)
        return Resume({"answers": [_text(decision.value.get(str(number), "")) for number in range(1, count + 1)]})


def _field(question: Mapping[str, Any]) -> JsonSchema:
    title = {"title": question["question"]}
    choices = _choices(question.get("choices") or question.get("options"))
    kind = question.get("type")
    if choices and kind == "multi_select":
        least = 1 if _is_required(question) else 0
        items = {"type": "string", "enum": choices}
        return {**title, "type": "array", "items": items, "uniqueItems": True, "minItems": least}
    if choices:
        other = {"title": "In other words", "type": "string", "minLength": 1}
        return {**title, "anyOf": [{"title": "One of the choices", "type": "string", "enum": choices}, other]}
    return {**title, "type": "string", **({"minLength": 1} if _is_required(question) else {})}


def _choices(value: Any) -> list[str]:
    """The choices as texts; each is a mapping with its `value`, or the text itself."""
    given = value if isinstance(value, list) else []
    texts = [each.get("value", each.get("label")) if isinstance(each, Mapping) else each for each in given]
    return list(dict.fromkeys(text for text in texts if isinstance(text, str)))


def _is_required(question: Mapping[str, Any]) -> bool:
    return question.get("required") is not False


def _text(answer: Json) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


def _cancelled(count: int) -> Json:
    return {"status": "cancelled", "answers": [""] * count}


USER_QUESTIONS = UserQuestions()
