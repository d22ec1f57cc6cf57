"""Static breakpoints: before tools, where each call is decided, and elsewhere, where the state is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hitl_desktop.core.decisions import Approve, Continue, Decision, Reject
from tests.conformance.answers import Address, Amount, Colour, Order
from tests.conformance.rows import Decides, Row, Step, edited, on_it
from tests.conformance.scripted import conversation
from tests.conformance.tool_calls import ANA, BO

TWO = conversation([("send", ANA), ("send", BO)])
CLEO = {"to": "cleo", "copies": 3}
SENT = {"ana": ("send", ANA), "bo": ("send", BO), "cleo": ("send", CLEO)}
REJECTED = "The reviewer rejected this tool call, so it was not run."
GATES = {
    "gate": "before a ToolNode",
    "gate_after": "after a model",
    "agent_gate": "create_agent, before its tools",
}
# Decisions on the two calls, who gets something then, and what the model reads.
ON_TWO: tuple[tuple[str, tuple[Decides, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    ("approve all", (Approve(), Approve()), ("ana", "bo"), ("Sent 1 to ana.", "Sent 2 to bo.")),
    ("approve the first", (Approve(), Reject("Not bo.")), ("ana",), ("Sent 1 to ana.", "Not bo.")),
    ("approve the second", (Reject("Not ana."), Approve()), ("bo",), ("Not ana.", "Sent 2 to bo.")),
    ("edit one, approve one", (edited(**CLEO), Approve()), ("cleo", "bo"), ("Sent 3 to cleo.", "Sent 2 to bo.")),
    ("edit one, reject one", (edited(**CLEO), Reject()), ("cleo",), ("Sent 3 to cleo.", REJECTED)),
    ("reject each with a reason", (Reject("Not ana."), Reject("Not bo.")), (), ("Not ana.", "Not bo.")),
    ("reject all", (Reject(), Reject()), (), (REJECTED, REJECTED)),
)


def before_tools() -> Iterator[Row]:
    """Each way to decide two calls, before the node that runs them and after the one that makes them."""
    for graph, where in GATES.items():
        for name, decisions, sent, reads in ON_TWO:
            step = on_it(*decisions, shows=[ANA, BO], allowed=(("approve", "edit", "reject"),) * 2)
            effects = tuple(SENT[to] for to in sent)
            yield Row("breakpoint", name, where, graph, TWO, (step,), effects, reads)
    yield Row(
        "breakpoint",
        "edit",
        "before a ToolNode, in two turns",
        "gate",
        conversation([("send", ANA)], [("send", ANA)]),
        (on_it(edited(**CLEO)), on_it(edited(copies=9))),
        (SENT["cleo"], ("send", {"to": "ana", "copies": 9})),
    )
    yield Row(
        "breakpoint",
        "continue with the state",
        "before a ToolNode",
        "gate",
        TWO,
        (on_it(Continue(), view="The state"),),
        (SENT["ana"], SENT["bo"]),
    )
    yield Row(
        "breakpoint",
        "continue, reject",
        'before every node ("*")',
        "gate_everywhere",
        conversation([("send", ANA)]),
        (on_it(Continue()), on_it(Reject("No."))),  # what a change leads to is run without another stop
        (),
        ("No.",),
    )
    added: tuple[tuple[str, Decision, tuple[tuple[str, Any], ...]], ...] = (
        ("approve all", Approve(), (SENT["ana"], SENT["bo"])),
        ("reject all", Reject("No."), ()),
    )
    for name, decision, effects in added:
        where = "before a ToolNode, messages that are only added to"
        yield Row("breakpoint", name, where, "added_gate", TWO, (on_it(decision, decision),), effects)
    yield Row("breakpoint", "end the thread", "before a ToolNode", "gate", TWO, (on_it(ends=True),))


def routes() -> Iterator[Row]:
    """Continue, and be redirected by a field that decides what is next."""
    publish = {"route": "publish"}
    places = {"route_before": "before the node that is next", "route_after": "after the node that chose"}
    for graph, where in places.items():
        yield Row(
            "breakpoint",
            "continue",
            where,
            graph,
            publish,
            (on_it(Continue(), shows=[publish]),),
            (("draft", publish), ("publish", publish)),
        )
        yield Row(
            "breakpoint",
            "edit: redirect by the route",
            where,
            graph,
            publish,
            (on_it(edited(route="discard")),),
            (("draft", publish), ("discard", {"route": "discard"})),
        )
        yield Row(
            "breakpoint",
            "edit: a field without a value",
            where,
            graph,
            publish,
            (on_it(edited(why="It is late.")),),
            (("draft", publish), ("publish", {**publish, "why": "It is late."})),
        )
    changed = {"route": "discard"}
    yield Row(
        "breakpoint",
        "continue, edit",
        "before and after one node",
        "route_both",
        publish,
        (on_it(Continue()), on_it(edited(route="discard"))),
        (("draft", publish), ("discard", changed)),
    )
    yield Row(
        "breakpoint",
        "continue",
        "before two nodes of one step",
        "side_by_side",
        publish,
        (on_it(Continue()),),
        (("left", publish), ("right", publish)),
    )
    yield Row(
        "breakpoint",
        "continue",
        "inside a subgraph",
        "below",
        publish,
        (on_it(Continue()),),
        (("draft", publish), ("publish", publish)),
    )
    yield Row(
        "breakpoint",
        "edit",
        "of another program, where the graph's list says so",
        "route_before",
        publish,
        (on_it(edited(route="discard")),),
        (("draft", publish), ("discard", changed)),
        abroad={},
    )
    yield Row(
        "breakpoint",
        "reject each with a reason",
        "of another program, before a ToolNode",
        "gate",
        TWO,
        (on_it(Reject("Not ana."), Reject("Not bo.")),),
        (),
        ("Not ana.", "Not bo."),
        abroad={},
    )


STATE: dict[str, Any] = {
    "log": ["a", "b"],
    "total": 5,
    "merged": {"x": 1, "y": 2},
    "tags": {"t"},
    "address": Address(street="Long Lane", zip="8000"),
    "amount": Amount(1.5, ["new"]),
    "stops": [Address(street="One", zip="1000")],
    "due": datetime(2026, 11, 21, 7, 30),
    "colour": Colour.RED,
}
_ANSWERS = "tests.conformance.answers"
_ADDRESS = {"__type__": f"{_ANSWERS}.Address", "value": {"street": "Short Lane", "zip": "9000"}}
# What is changed, the fields as an editor has them, and what the next node reads in them.
CHANGES: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("a list that is added to", {"log": ["b", "c"]}, {"log": ["b", "c"]}),
    ("a list that is added to, emptied", {"log": []}, {"log": []}),
    ("a number that is added to", {"total": 7}, {"total": 7}),
    ("a mapping that is merged", {"merged": {"y": 3}}, {"merged": {"y": 3}}),
    (
        "a mapping with an overwrite key",
        {"merged": {"__overwrite__": 3}},
        {"merged": {"__overwrite__": 3}},
    ),
    ("a set that is merged", {"tags": {"__type__": "set", "value": ["u"]}}, {"tags": {"u"}}),
    ("a pydantic model", {"address": _ADDRESS}, {"address": Address(street="Short Lane", zip="9000")}),
    (
        "a dataclass",
        {"amount": {"__type__": f"{_ANSWERS}.Amount", "value": {"value": 2.5, "tags": []}}},
        {"amount": Amount(2.5, [])},
    ),
    ("a list of pydantic models", {"stops": [_ADDRESS]}, {"stops": [Address(street="Short Lane", zip="9000")]}),
    ("a list of pydantic models, emptied", {"stops": []}, {"stops": []}),
    (
        "a datetime",
        {"due": {"__type__": "datetime", "value": "2027-01-01T00:00:00"}},
        {"due": datetime(2027, 1, 1)},
    ),
    ("an enum", {"colour": {"__type__": f"{_ANSWERS}.Colour", "value": "blue"}}, {"colour": Colour.BLUE}),
    ("a field without a value", {"note": "Look here."}, {"note": "Look here."}),
    (
        "a pydantic field without a value",
        {"reply": {"street": "Short Lane", "zip": "9000"}},
        {"reply": Address(street="Short Lane", zip="9000")},
    ),
    ("a datetime without a value", {"when": "2027-01-01T00:00:00"}, {"when": datetime(2027, 1, 1)}),
    (
        "a model with models in it, without a value",
        {"order": {"name": "Ana", "copies": 1, "price": "1.5", "due": "2027-01-01", "to": _ADDRESS["value"]}},
        {
            "order": Order(
                name="Ana",
                copies=1,
                price=Decimal("1.5"),
                due=date(2027, 1, 1),
                to=Address(street="Short Lane", zip="9000"),
            )
        },
    ),
    ("several fields", {"log": [], "total": 0, "note": "x"}, {"log": [], "total": 0, "note": "x"}),
)


def states() -> Iterator[Row]:
    """One field of each type changed; the next node reads the whole state, and nothing else has changed in it."""
    where = "before a node, state: TypedDict"
    step = on_it(Continue(), allowed=(("continue", "edit"),))
    yield Row("breakpoint", "continue", where, "typed_dict_state", {"total": 0}, (step,), (("read", STATE),))
    for what, changes, read in CHANGES:
        says = tuple(f"“{name}” is replaced" for name in changes if name in ("log", "total", "merged", "tags"))
        yield Row(
            "breakpoint",
            f"edit: {what}",
            where,
            "typed_dict_state",
            {"total": 0},
            (on_it(edited(**changes), says=says),),
            (("read", {**STATE, **read}),),
        )
    where = "before a node, state: pydantic"
    address = Address(street="Long Lane", zip="8000")
    yield state_row("continue", where, "pydantic_state", on_it(Continue()), {"count": 1, "address": address})
    yield state_row("edit", where, "pydantic_state", on_it(edited(count=2)), {"count": 2, "address": address})
    got = {"count": 1, "address": Address(street="Short Lane", zip="9000")}
    yield state_row("edit: a model in it", where, "pydantic_state", on_it(edited(address=_ADDRESS)), got)
    where = "before a node, state: dataclass"
    amount = Amount(1.5, ["new"])
    yield state_row("continue", where, "dataclass_state", on_it(Continue()), {"count": 1, "amount": amount})
    yield state_row("edit", where, "dataclass_state", on_it(edited(count=2)), {"count": 2, "amount": amount})


def state_row(decision: str, where: str, graph: str, step: Step, read: dict[str, Any]) -> Row:
    """A row whose next node reads this state."""
    return Row("breakpoint", decision, where, graph, {"count": 0}, (step,), (("read", read),))


ROWS = (*before_tools(), *routes(), *states())
