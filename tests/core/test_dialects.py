"""Which dialect reads what, in which order, and that no payload of whatever kind is beyond all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core.dialects import DIALECTS, read_request
from hitl_desktop.core.dialects.schema_answer import title_of_input
from hitl_desktop.core.requests import Question
from hitl_desktop.core.values import Foreign, Json, dump_json
from tests.core.samples import (
    ask_user,
    at_breakpoint,
    batch,
    call,
    calling,
    decision_schema,
    human_interrupt,
    question,
    tool_approval,
)

YES_NO = {"type": "object", "properties": {"approved": {"type": "boolean"}}}

RECOGNISED = [
    (question(tool_approval(), decision_schema("approve", "reject")), "tool_approval"),
    (question(tool_approval()), "tool_approval"),
    (question(batch(["approve"])), "action_batch"),
    (question(batch(["approve"], camel=True)), "action_batch"),
    (question(batch(["approve"]), YES_NO), "action_batch"),
    (question(human_interrupt("accept")), "human_interrupt"),
    (question([human_interrupt("accept")]), "human_interrupt"),
    (question([human_interrupt("accept"), human_interrupt("ignore")]), "human_interrupt"),
    (question({**human_interrupt(), "action_request": {"action": "send"}}), "human_interrupt"),
    (question(ask_user({"question": "Where?"})), "questions"),
    (question({"action": "Pay"}, YES_NO), "schema"),
    (question("Go on?", YES_NO), "schema"),
    (question(None, {}), "schema"),
    (question({"action": "Pay"}), "raw"),
    (question("Go on?"), "raw"),
    (question(None), "raw"),
    (question([1, 2]), "raw"),
    (question(b"\x00"), "raw"),
    (question(Foreign("shop.Order", {"id": 7})), "raw"),
    (at_breakpoint({"messages": []}), "breakpoint"),
    (at_breakpoint(tool_approval()), "breakpoint"),
    # Payloads that only look like a dialect are raw: all of their fields are shown, and any answer can be given.
    (question({"type": "tool_approval"}), "raw"),
    (question({"type": "tool_approval", "name": 5}), "raw"),
    (question({"type": ["tool_approval"], "name": "send"}), "raw"),
    (question({"action_requests": []}), "raw"),
    (question({**human_interrupt(), "config": None}), "raw"),
    (question({**human_interrupt(), "action_request": {"action": 5}}), "raw"),
    (question([human_interrupt(), "send"]), "raw"),
    (question([]), "raw"),
    (question({"type": "ask_user", "questions": []}), "raw"),
    (question({"type": "ask_user", "questions": [{"text": "Where?"}]}), "raw"),
    (question({"questions": [{"question": "Where?"}]}), "raw"),
    (question({"action_requests": "send"}), "raw"),
    (question({"action_requests": {"name": "send"}}), "raw"),
    (question({"action_requests": [{"name": None}]}), "raw"),
    (question({"action_requests": [{"name": "send"}, "send"]}), "raw"),
    (question({"action_requests": None, "actionRequests": [{"name": "send"}]}), "raw"),
]


@pytest.mark.parametrize(("asked", "dialect"), RECOGNISED, ids=lambda part: getattr(part, "value", part))
def test_each_payload_is_read_in_its_own_dialect(asked: Question, dialect: str) -> None:
    request = read_request(asked)
    assert request.dialect == dialect
    assert request.items
    assert request.id == asked.id


def test_names_are_unique_because_the_answer_finds_its_dialect_by_name() -> None:
    assert len({dialect.name for dialect in DIALECTS}) == len(DIALECTS)


WORDS = """
    type name args tool_approval action_requests actionRequests review_configs reviewConfigs action_name actionName
    action_request config ask_user questions question choices
    allowed_decisions allowedDecisions description arguments messages tool_calls content ai id value __type__ $ref $defs
    #/$defs/x oneOf anyOf properties edit const edited_action required default examples enum items array object x
"""
words = st.sampled_from(re.findall(r"\S+", WORDS))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=3), inner, max_size=5),
    max_leaves=25,
)
stored_values = st.recursive(
    json_values | st.binary(max_size=3) | st.datetimes() | st.uuids() | st.just(Path("a/b")) | st.decimals(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(words | st.integers() | st.none(), inner, max_size=4)
        | st.builds(Foreign, words, inner)
        | st.tuples(inner, inner)
    ),
    max_leaves=10,
)


def looks_like(value: Any) -> list[Any]:
    """The value where the dialects look for theirs."""
    return [
        value,
        {"type": "tool_approval", "name": "send", "args": value, "description": value},
        {"action_requests": value, "review_configs": value},
        {"action_requests": [{"name": "send", "args": value, "description": value}], "review_configs": value},
        {"actionRequests": [{"name": "send"}], "reviewConfigs": [value, {"actionName": "send", "x": value}]},
        {
            "action_requests": [{"name": "send"}],
            "review_configs": [{"action_name": "send", "allowed_decisions": value}],
        },
    ]


@given(stored_values, json_values | st.none())
def test_no_payload_and_no_schema_makes_a_dialect_fail(value: Any, schema: Any) -> None:
    for payload in looks_like(value):
        for asked in (question(payload), question(payload, schema), question(payload, {"oneOf": [schema], "x": value})):
            request = read_request(asked)
            assert request.items
            assert "\n" not in request.asks
            dump_json([item.payload for item in request.items])
            dump_json([shape.start for item in request.items for shape in item.shapes])


@given(stored_values)
def test_no_state_makes_a_breakpoint_fail(value: Any) -> None:
    messages = [calling({"name": value, "args": value, "id": value}), calling(call(query=value))]
    for state in (value, {"messages": value}, {"messages": [value]}, *({"messages": [each]} for each in messages)):
        request = read_request(at_breakpoint(state))
        assert request.items
        dump_json([item.payload for item in request.items])


def nested(levels: int, around: Callable[[Any], Any]) -> Any:
    value: Any = 5
    for _ in range(levels):
        value = around(value)
    return value


@pytest.mark.parametrize(
    "around",
    [
        pytest.param(lambda inner: [inner], id="lists"),
        pytest.param(lambda inner: {"x": inner}, id="mappings"),
        pytest.param(lambda inner: {0: inner}, id="keys that are no text"),
        pytest.param(lambda inner: (inner,), id="tuples"),
        pytest.param(lambda inner: Foreign("shop.Order", inner), id="objects"),
    ],
)
def test_the_deepest_payload_that_a_checkpoint_can_hold_is_read(around: Callable[[Any], Any]) -> None:
    deepest = nested(255, around)  # LangGraph itself refuses to write 256 levels
    for payload in looks_like(deepest):
        request = read_request(question(payload))
        assert dump_json(request.items[0].payload)


def test_a_list_that_a_graph_wrote_with_two_branches_a_level_is_read_at_once() -> None:
    balanced = nested(12, lambda inner: [inner, inner])
    request = read_request(question({"action_requests": [{"name": "send", "args": {"x": balanced}}]}))
    assert request.items[0].shapes[0].schema is not None


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("Line one\nline two", "Line one line two"),
        ({"id": 7, "question": "Really?"}, "Really?"),
        ({"message": "First", "question": "Second"}, "First"),
        ({"message": "  ", "question": "Second"}, "Second"),
        ({"anything": "Only this"}, "Only this"),
        ({"role": "manager", "question": "Really?"}, "manager: Really?"),
        ({"role": " ", "question": "Really?"}, "Really?"),
        ({"role": 1, "question": "Really?"}, "Really?"),
        (
            {"order": "A-1", "amount": 35.0, "vip": True, "lines": [1], "note": None},
            "order: A-1, amount: 35.0, vip: true",
        ),
        ({"a": [1], "b": None}, '{"a": [1], "b": null}'),
        (["x", 1], '["x", 1]'),
        (None, "null"),
        (datetime(2026, 11, 21, tzinfo=UTC), '{"__type__": "datetime", "value": "2026-11-21T00:00:00+00:00"}'),
        ("x" * 200, "x" * 159 + "…"),
    ],
)
def test_the_line_of_the_inbox_is_what_tells_a_person_most(value: Any, line: str) -> None:
    assert read_request(question(value)).asks == line


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ({"messages": [{"type": "human", "content": "Hello"}]}, "Hello"),
        ({"where": "Porto", "action": "Book a train"}, "Book a train"),
        ({"contract": "Paper", "euros": 9.5}, "Paper"),
        ({"patient": "Ana", "dose": 600, "medicine": "ibuprofen", "notes": ""}, "Ana, ibuprofen"),
        ({"count": 5}, "count: 5"),
        ({}, ""),
        (None, ""),
        ("Just text", "Just text"),
    ],
)
def test_a_new_thread_is_called_what_its_input_says(value: Json, title: str) -> None:
    assert title_of_input(value) == title
