"""What the reviewer reads before sending is exactly what is sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl_desktop.core.backend import HowToGoOn, Resumption
from hitl_desktop.core.preview import json_text, python_text
from hitl_desktop.core.requests import GoOn
from hitl_desktop.core.values import from_json, parse_json
from tests.core.samples import CHECKPOINT, ID

answers = st.dictionaries(
    st.just(ID),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=40), inner, max_size=4),
    ),
    min_size=1,
)


def resumption(how: HowToGoOn, sent: Any = None, go_on: GoOn | None = None) -> Resumption:
    return Resumption("t1", "mail", CHECKPOINT, how, sent or {}, go_on or GoOn())


@given(answers)
def test_the_python_text_evaluates_to_what_is_sent(sent: Any) -> None:
    text = python_text(resumption(HowToGoOn.ANSWER, sent))
    assert eval(text, {"Command": lambda resume: resume}) == sent


@given(answers)
def test_the_json_text_holds_what_is_sent(sent: Any) -> None:
    assert from_json(parse_json(json_text(resumption(HowToGoOn.ANSWER, sent)))) == sent


@pytest.mark.parametrize("how", [HowToGoOn.CONTINUE, HowToGoOn.RETRY, HowToGoOn.ASK_AGAIN])
def test_going_on_sends_nothing(how: HowToGoOn) -> None:
    assert python_text(resumption(how)).startswith("None")
    assert json_text(resumption(how)) == "null"


def test_a_change_of_the_state_is_shown_with_its_node() -> None:
    update = {"messages": [{"type": "tool", "content": "No.", "tool_call_id": "c1"}]}
    shown = python_text(resumption(HowToGoOn.CONTINUE, go_on=GoOn(update, "call_tools")))
    assert shown == f"update_state({update!r}, as_node='call_tools')\nNone  # go on"
    shown = python_text(resumption(HowToGoOn.CONTINUE, go_on=GoOn(update)))
    assert shown == f"update_state({update!r})\nNone  # go on"
    assert parse_json(json_text(resumption(HowToGoOn.CONTINUE, go_on=GoOn(update)))) == update
