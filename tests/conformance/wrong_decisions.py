"""Wrong decisions on raw values, at breakpoints, on calls that LangGraph would mix up, and on several questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hitl_desktop.core.decisions import Approve, Continue, Edit, Reject, Respond, Submit
from tests.conformance.answers import Amount
from tests.conformance.rows import Row, Step, Wrong, edited, on_it
from tests.conformance.several import paid, pays
from tests.conformance.tool_calls import ANA, ONE
from tests.conformance.wrong_answers import (
    ID_CHANGED,
    IN_ARGUMENTS,
    NOT_ASKED,
    UNKNOWN,
    edits,
    on_the_whole,
    refusing,
    submits,
    with_id,
)


def raw_values() -> Iterator[Row]:
    """Values that cannot be read or saved, and answers that were given already."""
    row = Row(
        "raw", "", "a node, payload: text", "ask", {"payload": "text"}, (on_it(Submit("yes")),), (("ask", "yes"),)
    )
    deep: list[Any] = []
    for _ in range(600):
        deep = [deep]
    values: dict[str, tuple[str, Any]] = {
        "a date that is none": ("is not a date", {"__type__": "date", "value": "tomorrow"}),
        "bytes that are none": ("is not a bytes", {"__type__": "bytes", "value": "ä"}),
        "a set of lists": ("is not a set", {"__type__": "set", "value": [[1]]}),
        "a number that cannot be saved": ("more than 64 bits", {"n": [2**64]}),
        "half a character": ("half a character", "a\ud800"),
        "too many levels": ("levels deep", deep),
    }
    kinds: dict[str, Wrong] = {
        "approve, which no raw question knows": Wrong("not allowed here", {"": (Approve(),)}),
        "a form of rejection that is not there": Wrong("no such form", {"": (Reject("No.", 99),)}),
        "a form of rejection before the first": Wrong("no such form", {"": (Reject("No.", -1),)}),
    }
    yield from refusing(row, {**on_the_whole(Submit("yes")), **ID_CHANGED, **submits(values), **kinds})
    steps = (on_it(Submit(1)), on_it(Submit({"value": 2}), dialect="schema", again=True), on_it(Submit(3), again=True))
    answered = Row("raw", "wrong: an id that was answered", "three questions of one node", "in_sequence", {}, steps)
    yield replace(answered, effects=(("thrice", [1, Amount(2.0), 3]),), is_wrong=True)


def several() -> Iterator[Row]:
    """Calls that LangGraph would mix up, and questions side by side, of which one is answered wrongly."""
    let = (on_it(Approve(), Reject("No.")), on_it(Submit("yes"), dialect="raw"))
    row = Row("crossed_calls", "", "two tools of one ToolNode task", "tool_node", pays(1, 2), let, (paid(1),))
    kinds = {
        "two calls let through": Wrong("Only one of these calls", {"": (Approve(), Approve())}),
        "an answer to the question": Wrong("not allowed here", {"": (Submit("yes"),)}, view="The question"),
        "an edit": Wrong("not allowed here", {"": (Edit({"amount": 5}), Reject())}),
    }
    yield from refusing(row, {**on_the_whole(Approve(), Reject("No.")), **kinds})
    beside = Step({"left": [Submit(1)], "middle": [Submit(2)], "right": [Submit(3)]})
    where = "three nodes side by side"
    got = (("left", 1), ("middle", 2), ("right", 3))
    row = Row("raw", "", where, "questions_side_by_side", {"answers": []}, (beside,), got)
    attempts = {
        "one right id and one unknown": Wrong(NOT_ASKED, {"left": [Submit(1)], UNKNOWN: [Submit(2)]}),
        "one right answer and one wrong": Wrong("not allowed", {"left": [Submit(1)], "right": [Approve()]}),
        "one id changed after the check": Wrong(
            "answered already", tamper=with_id(lambda key: UNKNOWN if key < "8" else f"{key[:-1]}x")
        ),
    }
    yield from refusing(row, attempts)


def breakpoints() -> Iterator[Row]:
    """Calls and states at a breakpoint."""
    row = Row("breakpoint", "", "before a ToolNode", "gate", ONE, (on_it(edited(copies=3)),))
    row = replace(row, effects=(("send", {**ANA, "copies": 3}),))
    kinds = {
        "respond, which is not allowed": Wrong("not allowed here", {"": (Respond("I did."),)}),
        "submit, which is not allowed": Wrong("not allowed here", {"": (Submit("yes"),)}),
        "approve for the state": Wrong("not allowed here", {"": (Approve(),)}, view="The state"),
    }
    yield from refusing(row, {**on_the_whole(Approve()), **edits(IN_ARGUMENTS), **kinds})
    row = Row("breakpoint", "", "before a ToolNode, messages that are only added to", "added_gate", ONE, ())
    row = replace(row, steps=(on_it(Approve()),), effects=(("send", ANA),))
    yield from refusing(row, {"an edit": Wrong("a message cannot be replaced", {"": (edited(copies=3),)})})
    state = {"route": "publish"}
    got = (("draft", state), ("publish", {**state, "why": "x"}))
    row = Row("breakpoint", "", "before the node that is next", "route_before", state, (on_it(edited(why="x")),), got)
    kinds = {
        "nothing changed": Wrong("Nothing was changed", {"": (edited(),)}),
        "a list instead of the state": Wrong("must be an object, not a list", {"": (Edit([state]),)}),
        "a field of another type": Wrong("must be text", {"": (edited(route=5),)}),
        "a field that is taken away": Wrong("is required", {"": (Edit({}),)}),
        "a field that the graph does not have": Wrong("not known here", {"": (edited(other=1),)}),
        "a value of another type for an empty field": Wrong("must be text", {"": (edited(why=5),)}),
    }
    yield from refusing(row, {**on_the_whole(Continue()), **kinds})


ROWS = (*raw_values(), *several(), *breakpoints())
