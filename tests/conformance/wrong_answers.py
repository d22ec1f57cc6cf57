"""What the peers send wrongly, and what people do: refused before LangGraph hears of it, and answered after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from hitl_desktop.core.decisions import Approve, Edit, Ignore, Reject, Respond, Submit
from hitl_desktop.core.review import Delivery
from tests.conformance.forms import FORMS, human_interrupt, question
from tests.conformance.rows import Decides, Row, Wrong, edited, on_it
from tests.conformance.scripted import conversation
from tests.conformance.tool_calls import ANA, BO, IN, MODES, ONE

UNKNOWN = "0" * 32
NOT_ASKED = "does not ask any more"
STALE = "answered already|moved on"


def with_id(make: Callable[[str], str]) -> Callable[[Delivery], Delivery]:
    """A delivery whose answers go to other ids."""

    def tamper(delivery: Delivery) -> Delivery:
        answers = {make(key): value for key, value in delivery.resumption.answers.items()}
        return replace(delivery, resumption=replace(delivery.resumption, answers=answers))

    return tamper


def of_another_checkpoint(delivery: Delivery) -> Delivery:
    """A delivery on a state that the thread is not in any more."""
    return replace(delivery, resumption=replace(delivery.resumption, checkpoint_id="1" * 36))


def on_the_whole(*right: Decides) -> dict[str, Wrong]:
    """What is wrong in every dialect, around a right decision: the number of decisions, and whom they are for."""
    return {
        "no decision": Wrong("decisions are asked for, 0 were made", {"": ()}),
        "one decision too many": Wrong("decisions are asked for", {"": (*right, right[-1])}),
        "an unknown id": Wrong(NOT_ASKED, {UNKNOWN: right}),
        "an id that is no text of hex": Wrong(NOT_ASKED, {"decisions": right}),
        "nothing for anybody": Wrong("Nothing has been decided yet", {}),
        "a thread that moved on": Wrong("moved on", tamper=of_another_checkpoint),
    }


ID_CHANGED = {"an id changed after the check": Wrong("answered already", tamper=with_id(lambda key: UNKNOWN))}
# What each dialect refuses in the value of an edit of a call with the arguments `to` (text) and `copies` (number).
IN_ARGUMENTS: dict[str, tuple[str, Any]] = {
    "a list instead of a mapping": ("must be an object, not a list", [{"type": "accept", "args": None}]),
    "a text instead of a mapping": ("must be an object, not text", "approve"),
    "nothing instead of a mapping": ("must be an object, not empty", None),
    "the arguments under `arguments`": ("is required", {"arguments": BO}),
    "the whole action": ("is required", {"name": "send", "args": BO}),
    "a changed tool name": ("is required", {"type": "edit", "edited_action": {"name": "rm", "args": BO}}),
    "a number as text": ("must be a whole number, not text", {"to": "ana", "copies": "2"}),
    "a number as yes": ("must be a whole number, not yes or no", {"to": "ana", "copies": True}),
    "a text as number": ("must be text, not a whole number", {"to": 5, "copies": 1}),
    "an argument that is missing": ("is required", {"copies": 1}),
    "a number that cannot be saved": ("more than 64 bits", {"to": "ana", "copies": 2**64}),
    "half a character": ("half a character", {"to": "a\ud800", "copies": 1}),
}


def refusing(row: Row, wrong: Mapping[str, Wrong], *, step: int = 0) -> Iterator[Row]:
    """The row, once with each wrong thing before it."""
    for what, attempt in wrong.items():
        yield row.refusing(what, attempt, step)


def edits(attempts: Mapping[str, tuple[str, Any]], *after: Decides) -> dict[str, Wrong]:
    """These values as edits of the first call, and right decisions on the others."""
    return {what: Wrong(why, {"": (Edit(value), *after)}) for what, (why, value) in attempts.items()}


def tool_calls() -> Iterator[Row]:
    """Both modes of the middleware, with one call and with two."""
    booking = {"at": "2026-11-21T19:30:00", "guests": [{"name": "Ana", "age": 30}]}
    for dialect, mode in MODES.items():
        row = Row(dialect, "", IN[dialect], mode, ONE, (on_it(edited(copies=3)),), (("send", {**ANA, "copies": 3}),))
        yield from refusing(row, {**on_the_whole(Approve()), **ID_CHANGED, **edits(IN_ARGUMENTS)})
        kinds = {
            "submit, which no tool call knows": Wrong("not allowed here", {"": (Submit({"type": "accept"}),)}),
            "ignore, which no tool call knows": Wrong("not allowed here", {"": (Ignore(),)}),
            "respond without words": Wrong("Write the answer", {"": (Respond(" "),)}),
        }
        yield from refusing(row, kinds)
        for kind, right in (("approve", Approve()), ("reject", Reject("No."))):
            only = replace(row, graph=f"{mode}_{kind}", where=f"{IN[dialect]}, which allows only {kind}")
            effects = (("send", ANA),) if kind == "approve" else ()
            only = replace(only, steps=(on_it(right),), effects=effects)
            others: dict[str, Decides] = {"edit": Edit(ANA), "respond": Respond("I did.")}
            others |= {"reject": Reject()} if kind == "approve" else {"approve": Approve()}
            not_allowed = {
                f"{name}, which is not allowed": Wrong("not allowed here", {"": (each,)})
                for name, each in others.items()
            }
            yield from refusing(only, not_allowed)
        asked = conversation([("book", booking)])
        party = {**booking, "guests": [{"name": "Ana", "age": 30}] * 7}
        young = {**booking, "guests": [{"name": "Ana", "age": -1}]}
        row = replace(row, where=f"{IN[dialect]}, a tool with a pydantic model", input=asked, effects=())
        row = replace(row, steps=(on_it(Reject()),))
        wrong = {
            "what the tool's own code refuses": ("a table seats six", party),
            "what the schema of a part refuses": ("less than|minimum", young),
            "a date that is none": ("date", {**booking, "at": "tomorrow"}),
        }
        yield from refusing(row, edits(wrong))
    yield from batches()


def batches() -> Iterator[Row]:
    """A batch of two, and answers that have been given already."""
    two = conversation([("send", ANA), ("send", BO)])
    step = on_it(Approve(), Reject("No."))
    row = Row("action_batch", "", f"{IN['action_batch']}, two calls", "batched", two, (step,), (("send", ANA),))
    yield from refusing(row, {**on_the_whole(Approve(), Reject("No.")), **edits(IN_ARGUMENTS, Approve())})
    one = {"one decision for all": Wrong("2 decisions are asked for, 1 were made", {"": (Approve(),)})}
    yield from refusing(row, one)
    turns = conversation([("send", ANA)], [("send", BO)])
    for dialect, mode in MODES.items():
        where = f"{IN[dialect]}, in the next turn"
        steps = (on_it(Approve()), on_it(Reject("No."), again=True))
        yield Row(dialect, "wrong: an id that was answered", where, mode, turns, steps, (("send", ANA),), is_wrong=True)


def forms() -> Iterator[Row]:
    """`HumanInterrupt`, questions, and answers with a schema."""
    given = {"asks": human_interrupt("allow_edit", "allow_respond", args=ANA)}
    got = {"type": "edit", "args": {"action": "send", "args": BO}}
    row = Row(
        "human_interrupt", "", "bare, allows edit, respond", "human", given, (on_it(Edit(BO)),), (("human", got),)
    )
    inferred = {
        what: (why.replace("a whole number, not", "a number, not"), value)
        for what, (why, value) in IN_ARGUMENTS.items()
    }
    kinds = {
        "approve, which is not allowed": Wrong("not allowed here", {"": (Approve(),)}),
        "ignore, which is not allowed": Wrong("not allowed here", {"": (Ignore(),)}),
        "reject, which no HumanInterrupt knows": Wrong("not allowed here", {"": (Reject("No."),)}),
        "respond without words": Wrong("Write the answer", {"": (Respond(""),)}),
    }
    yield from refusing(row, {**on_the_whole(Edit(BO)), **ID_CHANGED, **edits(inferred), **kinds})
    asked = [question("Which name?"), question("Which?", "multi_select", ("Red", "Blue"))]
    given = {"asks": {"type": "ask_user", "questions": asked}}
    right = Submit({"1": "Ana", "2": ["Red"]})
    texts = {"answers": ["Ana", '["Red"]']}
    row = Row("questions", "", "a node, two questions", "ask", given, (on_it(right),), (("ask", texts),))
    values: dict[str, tuple[str, Any]] = {
        "a list instead of a mapping": ("must be an object, not a list", ["Ana", "Red"]),
        "a text instead of a mapping": ("must be an object, not text", "Ana"),
        "the answers under `answers`": ("is required|not known here", {"answers": ["Ana", '["Red"]']}),
        "a required answer that is missing": ("is required", {"2": ["Red"]}),
        "a required answer without a text": ("at least 1 character", {"1": "", "2": ["Red"]}),
        "a number as answer": ("must be text", {"1": 5, "2": ["Red"]}),
        "several choices in a text": ("must be a list, not text", {"1": "Ana", "2": '["Red"]'}),
        "a choice that is none": ("must be one of", {"1": "Ana", "2": ["Green"]}),
        "the same choice twice": ("same item twice", {"1": "Ana", "2": ["Red", "Red"]}),
        "required, and nothing chosen": ("at least 1 item", {"1": "Ana", "2": []}),
        "an answer too many": ("not known here", {"1": "Ana", "2": ["Red"], "3": "x"}),
    }
    yield from refusing(row, {**on_the_whole(right), **ID_CHANGED, **submits(values)})
    kinds = {"approve, which no question knows": Wrong("not allowed here", {"": (Approve(),)})}
    yield from refusing(row, kinds)
    yield from schemas()


def submits(attempts: Mapping[str, tuple[str, Any]]) -> dict[str, Wrong]:
    """These values as answers."""
    return {what: Wrong(why, {"": (Submit(value),)}) for what, (why, value) in attempts.items()}


def schemas() -> Iterator[Row]:
    """Answers that do not fit the response schema."""
    order = FORMS[0][2]
    for schema, right, got in ((each[0], each[2], each[3]) for each in (FORMS[0], FORMS[3], FORMS[5], FORMS[7])):
        given = {"asks": "Please fill in.", "schema": schema}
        where = f"a node, response_schema: {schema}"
        row = Row("schema", "", where, "ask", given, (on_it(Submit(right)),), (("ask", got),))
        field = next(iter(right))
        values: dict[str, tuple[str, Any]] = {
            "a list instead of a mapping": ("must be an object, not a list", [right]),
            "a text instead of a mapping": ("must be an object, not text", "yes"),
            "nothing instead of a mapping": ("must be an object, not empty", None),
            "a required field that is missing": ("is required", {k: v for k, v in right.items() if k != field}),
            "a value of another type": ("must be", {**right, field: {"x": 1}}),
            "the decision of a tool call": ("is required", {"type": "approve"}),
        }
        yield from refusing(row, {**on_the_whole(Submit(right)), **ID_CHANGED, **submits(values)})
        yield from refusing(row, {"approve": Wrong("not allowed here", {"": (Approve(),)})})
    given = {"asks": "Please fill in.", "schema": "pydantic"}
    row = Row(
        "schema",
        "",
        "a node, response_schema: pydantic",
        "ask",
        given,
        (on_it(Submit(order)),),
        (("ask", FORMS[0][3]),),
    )
    fields: dict[str, tuple[str, Any]] = {
        "a number as text": ("must be a whole number", {**order, "copies": "2"}),
        "a number that is too large": ("maximum", {**order, "copies": 10}),
        "a date that is none": ("date", {**order, "due": "tomorrow"}),
        "a choice that is none": ("must be one of", {**order, "colour": "green"}),
        "a part that does not fit": ("does not match|must be", {**order, "to": {"street": "x", "zip": "80"}}),
    }
    yield from refusing(row, submits(fields))
    small = {"name": "Ana", "age": 30}
    row = replace(row, where="a node, response_schema: flat form", input={"asks": "Who?", "schema": "flat form"})
    row = replace(row, steps=(on_it(Submit(small)),), effects=(("ask", small),))
    fields = {
        "a text that is too long": ("at most 20 characters", {**small, "name": "x" * 21}),
        "a mail address that is none": ("e-mail address", {**small, "mail": "ana"}),
        "a day that is none": ("date", {**small, "day": "2026-13-01"}),
        "a number as text": ("must be a whole number", {**small, "age": "30"}),
        "a number that is too small": ("minimum", {**small, "age": -1}),
        "a choice that is none": ("must be one of", {**small, "size": "xl"}),
        "a titled choice that is none": ("must be one of", {**small, "colour": "g"}),
        "too few choices": ("at least 1 item", {**small, "days": []}),
        "too many choices": ("at most 2 items", {**small, "days": ["Mon", "Tue", "Mon"]}),
    }
    yield from refusing(row, submits(fields))


ROWS = (*tool_calls(), *forms())
