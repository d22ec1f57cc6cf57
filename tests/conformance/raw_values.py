"""Raw values: what a payload of each type becomes for the reviewer, and what the node gets when it is sent back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from hitl_desktop.core.decisions import Decision, Submit
from hitl_desktop.core.requests import Request
from hitl_desktop.core.values import to_json
from tests.conformance.answers import PAYLOADS
from tests.conformance.rows import Row, Step, on_it, refused

_ANSWERS = "tests.conformance.answers"
# Types that do not survive: what the reviewer sees of them, and what the node gets if that is sent back.
CHANGED: dict[str, tuple[Any, Any]] = {
    "tuple": ([1, "a"], [1, "a"]),
    "deque": ([1, 2], [1, 2]),
    "ordered": ({"b": 1, "a": 2}, {"b": 1, "a": 2}),
    "enum": ({"__type__": f"{_ANSWERS}.Colour", "value": "red"}, "red"),
    "named tuple": ({"__type__": f"{_ANSWERS}.Point", "value": {"x": 1, "y": 2}}, {"x": 1, "y": 2}),
    "address": ({"__type__": "ipaddress.IPv4Address", "value": "10.0.0.1"}, "10.0.0.1"),
    "dataclass": (
        {"__type__": f"{_ANSWERS}.Amount", "value": {"value": 1.5, "tags": ["new"]}},
        {"value": 1.5, "tags": ["new"]},
    ),
    "pydantic": (
        {"__type__": f"{_ANSWERS}.Address", "value": {"street": "Long Lane", "zip": "8000"}},
        {"street": "Long Lane", "zip": "8000"},
    ),
    "exception": ("ValueError('no')", "ValueError('no')"),
}
MESSAGES = ("message", "message with calls")


def as_it_stands(request: Request) -> Decision:
    """The payload as the reviewer sees it."""
    return Submit(request.items[0].payload)


def payloads() -> Iterator[Row]:
    """Each payload, looked at and sent back as it is."""
    for name, payload in PAYLOADS.items():
        shown, got = CHANGED.get(name, (to_json(payload), payload))
        step = on_it(as_it_stands, shows=None if name in MESSAGES else [shown], allowed=(("submit", "reject"),))
        if name not in MESSAGES:
            yield row("submit the payload", f"a node, payload: {name}", {"payload": name}, step, got)
    yield row(
        "submit one field of the payload",
        "a node, payload: message",
        {"payload": "message"},
        on_it(lambda request: Submit(request.items[0].payload["value"]["content"])),
        "Hello",
    )


# What a reviewer writes, as the editors have it, and what the node gets.
WRITTEN: dict[str, tuple[Any, Any]] = {
    "true": (True, True),
    "false": (False, False),
    "none": (None, None),
    "zero": (0, 0),
    "a number": (-1.5, -1.5),
    "the largest number": (2**64 - 1, 2**64 - 1),
    "the smallest number": (-(2**63), -(2**63)),
    "empty text": ("", ""),
    "text": ("Yes, but “later”\n", "Yes, but “later”\n"),
    "10 MB of text": ("y" * 10_000_000, "y" * 10_000_000),
    "list": ([1, "a", None], [1, "a", None]),
    "empty list": ([], []),
    "mapping": ({"approved": True, "nested": {"a": [1]}}, {"approved": True, "nested": {"a": [1]}}),
    "empty mapping": ({}, {}),
    "mapping by id": ({"0" * 32: "yes"}, {"0" * 32: "yes"}),
    "mapping with an overwrite": ({"__overwrite__": 1}, {"__overwrite__": 1}),
    "mapping with decisions": ({"decisions": [{"type": "approve"}]}, {"decisions": [{"type": "approve"}]}),
    "datetime": ({"__type__": "datetime", "value": "2026-11-21T07:30:00"}, datetime(2026, 11, 21, 7, 30)),
    "decimal": ({"__type__": "Decimal", "value": "12.50"}, Decimal("12.50")),
    "bytes": ({"__type__": "bytes", "value": "AP8="}, b"\x00\xff"),
    "set": ({"__type__": "set", "value": [1]}, {1}),
    "tuple": ({"__type__": "tuple", "value": [1, {"__type__": "Decimal", "value": "1"}]}, (1, Decimal(1))),
    "numbers as keys": ({"__type__": "dict", "value": [[1, "one"]]}, {1: "one"}),
}
REFUSALS: dict[str, Any] = {
    "Not approved, with the reason": {"approved": False, "reason": "Too much."},
    "No (False)": False,
    "The reason alone, as text": "Too much.",
    "Nothing (None)": None,
}


def answers() -> Iterator[Row]:
    """Answers of each type, and each form of a rejection, with a reason and without."""
    for name, (written, got) in WRITTEN.items():
        yield row(f"submit: {name}", "a node, payload: text", {"payload": "text"}, on_it(Submit(written)), got)
    for label, got in REFUSALS.items():
        step = on_it(refused(label, "Too much."))
        yield row(f"reject: {label}", "a node, with a reason", {"payload": "text"}, step, got)
    without = {
        "Not approved, with the reason": {"approved": False, "reason": ""},
        "The reason alone, as text": "rejected",
    }
    for label, got in {**REFUSALS, **without}.items():
        yield row(f"reject: {label}", "a node, without a reason", {"payload": "text"}, on_it(refused(label)), got)


def row(decision: str, where: str, given: dict[str, Any], step: Step, got: Any) -> Row:
    """A row whose node gets this one answer."""
    return Row("raw", decision, where, "ask", given, (step,), (("ask", got),))


ROWS = (*payloads(), *answers())
