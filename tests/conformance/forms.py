"""Forms: `HumanInterrupt`, the questions of an `ask_user` tool, and answers that a schema describes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from hitl_desktop.core.decisions import Approve, Decision, Ignore, Reject, Respond, Submit
from tests.conformance.answers import Address, Amount, Colour, Order, Span
from tests.conformance.rows import Decides, Row, edited, on_it

ARGS = {"to": "ana", "copies": 1}
# Each flag with the decision that it allows, and the response that the graph gets.
FLAGS: dict[str, tuple[str, Decides, dict[str, Any]]] = {
    "allow_accept": ("approve", Approve(), {"type": "accept", "args": None}),
    "allow_edit": (
        "edit",
        edited(copies=2),
        {"type": "edit", "args": {"action": "send", "args": {"to": "ana", "copies": 2}}},
    ),
    "allow_respond": ("respond", Respond("Write her."), {"type": "response", "args": "Write her."}),
    "allow_ignore": ("ignore", Ignore(), {"type": "ignore", "args": None}),
}


def human_interrupt(*allowed: str, args: Any = ARGS) -> dict[str, Any]:
    """A request of the prebuilt form that allows these flags."""
    config = {flag: flag in allowed for flag in FLAGS}
    return {"action_request": {"action": "send", "args": args}, "config": config, "description": "Please look."}


def human_interrupts() -> Iterator[Row]:
    """Every combination of flags, bare and in a list; then several in one list, and arguments that are a text."""
    for in_list, flags in product((False, True), product((True, False), repeat=len(FLAGS))):
        allowed = [flag for flag, is_set in zip(FLAGS, flags, strict=True) if is_set]
        names = [FLAGS[flag][0] for flag in allowed]
        asked = human_interrupt(*allowed)
        where = f"{'in a list' if in_list else 'bare'}, allows {', '.join(names) or 'nothing'}"
        given = {"asks": [asked] if in_list else asked}
        if not allowed:
            yield Row("human_interrupt", "end the thread", where, "human", given, (on_it(ends=True),))
        for flag in allowed:
            name, decision, response = FLAGS[flag]
            step = on_it(decision, shows=[ARGS], allowed=(tuple(names),))
            yield Row("human_interrupt", name, where, "human", given, (step,), (("human", response),))
    every = [FLAGS[flag] for flag in FLAGS]
    yield Row(
        "human_interrupt",
        ", ".join(name for name, _, _ in every),
        "four in a list",
        "human",
        {"asks": [human_interrupt(*FLAGS)] * len(every)},
        (on_it(*[decision for _, decision, _ in every]),),
        tuple(("human", response) for _, _, response in every),
    )


def question(text: str, kind: str = "text", choices: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A question as the tool of the deepagents terminal asks it."""
    return {"question": text, "type": kind, **({"choices": [{"value": c} for c in choices]} if choices else {}), **more}


COLOURS = ("Red", "Blue", "Ünlü, “x”")
ANSWERS: tuple[tuple[str, str, dict[str, Any], Any, str], ...] = (
    ("text", "", question("Which name?"), "Ana", "Ana"),
    ("text of several lines", "", question("Which text?"), "a\nb\t“c”", "a\nb\t“c”"),
    ("choice", "", question("Which colour?", "multiple_choice", COLOURS), "Blue", "Blue"),
    ("choice in other words", "", question("Which colour?", "multiple_choice", COLOURS), "Green", "Green"),
    ("several choices", "", question("Which?", "multi_select", COLOURS), ["Red", "Blue"], '["Red", "Blue"]'),
    ("several choices", " beyond ASCII", question("Which?", "multi_select", COLOURS), [COLOURS[2]], '["Ünlü, “x”"]'),
    ("no choice", ", optional", question("Which?", "multi_select", COLOURS, required=False), [], "[]"),
    ("nothing", ", optional", question("Which name?", required=False), None, ""),
)


def questions() -> Iterator[Row]:
    """Each kind of question by itself, all of them at once, and the form left unanswered."""
    for decision, where, asked, value, text in ANSWERS:
        form = Submit({} if value is None else {"1": value})
        yield Row(
            "questions",
            f"submit: {decision}",
            f"a node{where}",
            "ask",
            {"asks": {"type": "ask_user", "questions": [asked], "tool_call_id": "c1"}},
            (on_it(form, allowed=(("submit", "reject"),)),),
            (("ask", {"answers": [text]}),),
        )
    every = {"asks": {"type": "ask_user", "questions": [asked for _, _, asked, _, _ in ANSWERS]}}
    values = {str(number): value for number, (_, _, _, value, _) in enumerate(ANSWERS, 1) if value is not None}
    texts = [text for *_, text in ANSWERS]
    where = "a node, eight questions"
    yield Row("questions", "submit: all", where, "ask", every, (on_it(Submit(values)),), (("ask", {"answers": texts}),))
    cancelled = {"status": "cancelled", "answers": [""] * len(ANSWERS)}
    yield Row("questions", "reject", where, "ask", every, (on_it(Reject()),), (("ask", cancelled),))


ORDER = {"name": "Ana", "copies": 2, "price": "12.50", "due": "2026-11-21"}
TO = {"to": {"street": "Long Lane", "zip": "8000"}, "colour": "blue", "how": "fast"}
A_DAY = date(2026, 11, 21)
FORM = {
    "name": "Ana",
    "mail": "ana@example.com",
    "site": "https://example.com/",
    "day": "2026-11-21",
    "at": "2026-11-21T07:30:00Z",
    "age": 30,
    "share": 0.25,
    "agrees": True,
    "size": "m",
    "colour": "b",
    "days": ["Mon", "Tue"],
    "extras": ["y"],
}
# The schema, which answer, the answer as JSON, and what the node gets.
FORMS: tuple[tuple[str, str, Any, Any], ...] = (
    ("pydantic", "required fields", ORDER, Order(name="Ana", copies=2, price=Decimal("12.50"), due=A_DAY)),
    (
        "pydantic",
        "all fields",
        {**ORDER, **TO},
        Order(
            name="Ana",
            copies=2,
            price=Decimal("12.50"),
            due=A_DAY,
            colour=Colour.BLUE,
            to=Address(street="Long Lane", zip="8000"),
            how="fast",
        ),
    ),
    ("pydantic with a validator", "all fields", {"first": 1, "last": 2}, Span(first=1, last=2)),
    ("TypedDict", "required fields", {"approved": False}, {"approved": False}),
    ("TypedDict", "all fields", {"approved": True, "reason": "Fine"}, {"approved": True, "reason": "Fine"}),
    ("dataclass", "required fields", {"value": 1.5}, Amount(1.5)),
    ("dataclass", "a whole number", {"value": 2, "tags": ["a"]}, Amount(2.0, ["a"])),
    ("dict", "all fields", {"ok": True}, {"ok": True}),
    ("dict", "a field more", {"ok": True, "why": [1]}, {"ok": True, "why": [1]}),
    ("flat form", "required fields", {"name": "Ana", "age": 30}, {"name": "Ana", "age": 30}),
    ("flat form", "all fields", FORM, FORM),
    ("bool", "false", False, False),
    ("list", "empty", [], []),
    ("list", "numbers", [1, 2], [1, 2]),
    ("union", "a choice", "no", "no"),
    ("union", "a number", 7, 7),
)


def schemas() -> Iterator[Row]:
    """An answer that its schema describes, from a node."""
    for schema, which, value, got in FORMS:
        decided: Decision = Submit(value)
        yield Row(
            "schema",
            f"submit: {which}",
            f"a node, response_schema: {schema}",
            "ask",
            {"asks": {"message": "Please fill in."}, "schema": schema},
            (on_it(decided, shows=[{"message": "Please fill in."}], allowed=(("submit",),)),),
            (("ask", got),),
        )


ROWS = (*human_interrupts(), *questions(), *schemas())
