"""Tool calls of LangChain's middleware: in one batch a turn, call by call, and as JavaScript and an alpha write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hitl_desktop.core.decisions import Approve, Decision, Edit, Reject, Respond
from tests.conformance.rows import Row, Step, edited, on_it
from tests.conformance.scripted import DONE, conversation
from tests.conformance.tools import Guest

ANA, BO = {"to": "ana", "copies": 1}, {"to": "bo", "copies": 2}
ONE = conversation([("send", ANA)])
UP_TO_IT = "What the model reads of it is up to “ask”"
MODES = {"action_batch": "batched", "tool_approval": "per_call"}
IN = {"action_batch": "create_agent, batched", "tool_approval": "create_agent, per call"}
ALL_FOUR = (("approve", "edit", "reject", "respond"),)

# Each decision on one call, with what the tool gets and what the model reads.
SINGLE: tuple[tuple[str, Any, tuple[tuple[str, Any], ...], str], ...] = (
    ("approve", Approve(), (("send", ANA),), "Sent 1 to ana."),
    ("edit", edited(copies=3), (("send", {"to": "ana", "copies": 3}),), "Sent 3 to ana."),
    ("reject with a reason", Reject("Not to her."), (), "with reason: Not to her."),
    ("reject", Reject(), (), "Do not retry this tool call"),
    ("reject with blanks", Reject("  "), (), "Do not retry this tool call"),
    ("respond", Respond("I sent it by hand."), (), "I sent it by hand."),
)


def single() -> Iterator[Row]:
    """One call; then one where a single kind of decision is allowed."""
    for dialect, mode in MODES.items():
        for name, decision, effects, read in SINGLE:
            step = on_it(decision, shows=[ANA], allowed=ALL_FOUR)
            yield Row(dialect, name, IN[dialect], mode, ONE, (step,), effects, (read,))
        for name, decision, effects, read in (SINGLE[0], SINGLE[1], SINGLE[2], SINGLE[5]):
            kind = name.partition(" ")[0]
            step = on_it(decision, shows=[ANA], allowed=((kind,),))
            where = f"{IN[dialect]}, which allows only {kind}"
            yield Row(dialect, name, where, f"{mode}_{kind}", ONE, (step,), effects, (read,))


def one_of_four(number: int) -> Decision:
    """One of the four decisions, each in its turn."""
    edit = Edit({"to": f"other {number}", "copies": 9})
    return (Approve(), edit, Reject(f"No {number}."), Respond(f"Did {number}."))[number % 4]


def several() -> Iterator[Row]:
    """Several calls of one turn, in one delivery or in two; the same tool again and again, as many as fifty."""
    for count in (2, 4, 50):
        to = [{"to": f"person {number}", "copies": number} for number in range(count)]
        effects = [("send", args) for number, args in enumerate(to) if number % 4 == 0]
        effects += [("send", {"to": f"other {n}", "copies": 9}) for n in range(count) if n % 4 == 1]
        asked = conversation([("send", args) for args in to])
        where = f"{count} calls of the same tool"
        mixed = "approve and edit" if count == 2 else "approve, edit, reject and respond"
        batch = on_it(*[one_of_four(number) for number in range(count)], shows=to)
        yield Row("action_batch", mixed, f"{IN['action_batch']}, {where}", "batched", asked, (batch,), tuple(effects))
        # The name of one is also the beginning of another's.
        each = Step({f"person {number}, ": [one_of_four(number)] for number in range(count)})
        where = f"{IN['tool_approval']}, {where}"
        yield Row("tool_approval", mixed, where, "per_call", asked, (each,), tuple(effects))
    two = conversation([("send", ANA), ("send", BO)])
    first, rest = Step({"bo": [Reject("Not him.")]}, stays=1), Step({"ana": [Approve()]})
    yield Row(
        "tool_approval",
        "reject one, approve the other later",
        f"{IN['tool_approval']}, two calls",
        "per_call",
        two,
        (first, rest),
        (("send", ANA),),
        ("with reason: Not him.", "Sent 1 to ana."),
    )
    same = conversation([("send", ANA), ("send", ANA)])
    yield Row(
        "action_batch",
        "reject one, approve the other",
        f"{IN['action_batch']}, two equal calls",
        "batched",
        same,
        (on_it(Reject("Once is enough."), Approve()),),
        (("send", ANA),),
        ("with reason: Once is enough.", "Sent 1 to ana."),
    )


def with_others() -> Iterator[Row]:
    """Calls that nobody is asked about, calls of other tools, and another turn of the model."""
    mixed = conversation([("look", {"topic": "ana"}), ("send", ANA), ("publish", {"words": "Hello"})])
    effects = (("look", "ana"), ("send", BO), ("publish", {"words": "Good bye"}))
    reads = ("Nothing about ana.", "Sent 2 to bo.", "Published.")
    decisions = (Edit(BO), Edit({"words": "Good bye"}))
    where = "beside a call that runs unasked, with a tool that has a JSON schema"
    yield Row(
        "action_batch",
        "edit",
        f"{IN['action_batch']}, {where}",
        "batched",
        mixed,
        (on_it(*decisions, shows=[ANA, {"words": "Hello"}]),),
        effects,
        reads,
    )
    each = Step({"ana": decisions[:1], "Hello": decisions[1:]})
    yield Row("tool_approval", "edit", f"{IN['tool_approval']}, {where}", "per_call", mixed, (each,), effects, reads)
    turns = conversation([("send", ANA)], [("send", ANA)])
    for dialect, mode in MODES.items():
        steps = (on_it(Reject("Ask first.")), on_it(Approve()))
        told = ("with reason: Ask first.", "Sent 1 to ana.")
        where = f"{IN[dialect]}, the same call in two turns"
        yield Row(dialect, "reject, then approve", where, mode, turns, steps, (("send", ANA),), told)
        yield typed(dialect, mode)


def typed(dialect: str, mode: str) -> Row:
    """A tool with a pydantic model for arguments, which gets its types from the edited JSON."""
    args = {"at": "2026-11-21T19:30:00", "guests": [{"name": "Ana", "age": 30}]}
    edit = edited(at="2026-11-22T20:00:00", guests=[{"name": "Bo", "age": 41}])
    got = {"at": datetime(2026, 11, 22, 20), "guests": [Guest(name="Bo", age=41)]}
    where = f"{IN[dialect]}, a tool with a pydantic model"
    return Row(
        dialect, "edit", where, mode, conversation([("book", args)]), (on_it(edit, shows=[args]),), (("book", got),)
    )


def other_spellings() -> Iterator[Row]:
    """Payloads that Python's middleware does not write, from nodes written by hand."""
    camel = {
        "actionRequests": [{"name": "send", "args": ANA, "description": "To Ana"}, {"name": "send", "args": BO}],
        "reviewConfigs": [
            {"actionName": "send", "allowedDecisions": ["approve", "reject"]},
            {"actionName": "send", "allowedDecisions": ["edit", "respond"]},
        ],
    }
    wire = {"decisions": [{"type": "reject", "message": "No."}, {"type": "respond", "message": "Yes."}]}
    step = on_it(
        Reject("No."),
        Respond("Yes."),
        shows=[ANA, BO],
        allowed=(("approve", "reject"), ("edit", "respond")),
        says=(UP_TO_IT,),
    )
    yield Row(
        "action_batch", "reject, respond", "a node, camel case", "ask", {"asks": camel}, (step,), (("ask", wire),)
    )
    alpha = {"action_requests": [{"name": "send", "arguments": ANA}]}
    edit = {"decisions": [{"type": "edit", "edited_action": {"name": "send", "args": {"to": "bo", "copies": 1}}}]}
    step = on_it(edited(to="bo"), shows=[ANA], allowed=ALL_FOUR)
    yield Row("action_batch", "edit", "a node, as an alpha spelled", "ask", {"asks": alpha}, (step,), (("ask", edit),))
    bare = {"type": "tool_approval", "name": "send", "args": ANA}
    yield Row(
        "tool_approval",
        "respond",
        "a node, without a response schema",
        "ask",
        {"asks": bare},
        (on_it(Respond("Done by hand."), allowed=ALL_FOUR, says=(UP_TO_IT,)),),
        (("ask", {"type": "respond", "message": "Done by hand."}),),
    )


def deep_agents() -> Iterator[Row]:
    """An agent of deepagents with `interrupt_on`, which its subagents have too."""
    asked = conversation([("send", ANA), ("send", BO), ("send", ANA), ("send", BO)])
    decisions = [one_of_four(number) for number in range(4)]
    effects = (("send", ANA), ("send", {"to": "other 1", "copies": 9}))
    mixed = "approve, edit, reject and respond"
    yield Row("action_batch", mixed, "deepagents", "deep", asked, (on_it(*decisions),), effects, needs="deepagents")
    tasks = [
        ("task", {"description": json.dumps([[["send", args]]]), "subagent_type": "clerk"})  # its first message
        for args in (ANA, BO)
    ]
    for decision, steps in {
        "approve one, reject the other": (Step({"to ana": [Approve()], "to bo": [Reject("Not him.")]}),),
        "reject one, approve the other later": (Step({"to bo": [Reject("Not him.")]}, stays=1), on_it(Approve())),
    }.items():
        where = "deepagents, two subagents at once"
        reads = ("Sent 1 to ana.", "with reason: Not him.", DONE, DONE)
        yield Row(
            "action_batch",
            decision,
            where,
            "deep",
            conversation(tasks),
            steps,
            (("send", ANA),),
            reads,
            needs="deepagents",
        )


ROWS = (*single(), *several(), *with_others(), *other_spellings(), *deep_agents())
