"""The wire forms in which LangGraph's graphs ask, in the order in which they are recognised.

A new one is a module here with a `Dialect` object, and a line in `DIALECTS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hitl_desktop.core.decisions import Decision
from hitl_desktop.core.dialects.action_batch import ACTION_BATCH
from hitl_desktop.core.dialects.base import Dialect, check
from hitl_desktop.core.dialects.crossed_calls import CROSSED_CALLS
from hitl_desktop.core.dialects.human_interrupt import HUMAN_INTERRUPT
from hitl_desktop.core.dialects.raw_value import RAW_VALUE
from hitl_desktop.core.dialects.schema_answer import SCHEMA_ANSWER
from hitl_desktop.core.dialects.static_breakpoint import STATIC_BREAKPOINT
from hitl_desktop.core.dialects.tool_approval import TOOL_APPROVAL
from hitl_desktop.core.dialects.user_questions import USER_QUESTIONS
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.requests import Answer, Question, Request

DIALECTS: tuple[Dialect, ...] = (
    STATIC_BREAKPOINT,
    CROSSED_CALLS,
    TOOL_APPROVAL,
    ACTION_BATCH,
    HUMAN_INTERRUPT,
    USER_QUESTIONS,
    SCHEMA_ANSWER,
    RAW_VALUE,
)
_UNKNOWN = GraphInfo("")
_BY_NAME = {dialect.name: dialect for dialect in DIALECTS}


def read_request(question: Question, graph: GraphInfo | None = None) -> Request:
    """Read a question in the first dialect that recognises it; every question has one."""
    dialect = next(dialect for dialect in DIALECTS if dialect.recognises(question))
    request = dialect.read(question, graph or _UNKNOWN)
    others = tuple(replace(other, graph=graph or _UNKNOWN) for other in request.others)
    return replace(request, graph=graph or _UNKNOWN, others=others)


def answer_request(request: Request, decisions: Sequence[Decision]) -> Answer:
    """What goes on the wire for these decisions, one an item in their order.

    Raises `InvalidAnswerError`, with the place of each problem, for everything that the request does not
    allow: nothing that LangGraph or the node would refuse gets past it as far as the request says so.
    """
    check(request, decisions)
    return _BY_NAME[request.dialect].answer(request, decisions)
