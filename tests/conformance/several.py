"""Several questions at once, or one after the other; questions below, in tools and in functions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hitl_desktop.core.decisions import Approve, Reject, Submit
from tests.conformance.answers import Amount
from tests.conformance.rows import Row, Step, on_it
from tests.conformance.scripted import conversation

YES, NO, MAYBE = Submit("yes"), Submit(False), Submit({"maybe": 1})
GOT: dict[str, Any] = {"yes": "yes", "no": False, "maybe": {"maybe": 1}}
# The graph, where that asks, its input, and what its questions are called.
AT_ONCE: tuple[tuple[str, str, Any, tuple[str, str, str]], ...] = (
    ("questions_side_by_side", "three nodes side by side", {"answers": []}, ("left", "middle", "right")),
    ("fan_out", "three tasks of one node (Send)", {"answers": []}, ("Worker 0?", "Worker 1?", "Worker 2?")),
    (
        "nested_beside",
        "a node beside a subgraph with two",
        {"answers": []},
        ("top", "one", "two"),
    ),
    ("task_flow", "three functions of an entrypoint", {"topics": ["a", "b", "c"]}, ("Is a", "Is b", "Is c")),
)


def who(graph: str, asked: str) -> str:
    """The name under which the answer to a question is noted."""
    if graph == "fan_out":
        return asked.removesuffix("?").lower()
    return asked.replace("Is", "check") if graph == "task_flow" else asked


def at_once() -> Iterator[Row]:
    """All answers in one delivery; some, and the others later; one after the other, the last one first."""
    for graph, where, given, (one, two, three) in AT_ONCE:
        effects = tuple((who(graph, asked), got) for asked, got in zip((one, two, three), GOT.values(), strict=True))
        ways = {
            "answer all": (Step({one: [YES], two: [NO], three: [MAYBE]}),),
            "answer some, then the others": (Step({two: [NO]}, stays=2), Step({one: [YES], three: [MAYBE]})),
            "answer the last one first": (
                Step({three: [MAYBE]}, stays=2, says=("run again too, up to their questions",)),
                Step({two: [NO]}, stays=1),
                on_it(YES),
            ),
        }
        for decision, steps in ways.items():
            yield Row("raw", decision, where, graph, given, steps, effects)
        yield Row("raw", "end the thread", where, graph, given, (on_it(ends=True),))


def others() -> Iterator[Row]:
    """Questions of different forms in one step; in sequence; below; in functions."""
    action = {"decisions": [{"type": "approve"}]}
    accepted = [{"type": "accept", "args": None}]
    yield Row(
        "raw",
        "submit, approve",
        "five forms side by side",
        "of_many_kinds",
        {"answers": []},
        (
            Step(
                {
                    "raw": [YES],
                    "schema": [Submit({"value": 2.5})],
                    "batch": [Approve()],
                    "human": [Approve()],
                    "form": [Submit({"1": "A4"})],
                },
                dialect="raw schema action_batch human_interrupt questions",
            ),
        ),
        (
            ("raw", "yes"),
            ("schema", Amount(2.5)),
            ("batch", action),
            ("human", accepted),
            ("form", {"answers": ["A4"]}),
        ),
    )
    decimal = Submit({"__type__": "Decimal", "value": "0.10"})
    yield Row(
        "raw",
        "submit three times",
        "three questions of one node",
        "in_sequence",
        {"answers": []},
        (on_it(decimal), on_it(Submit({"value": 2}), dialect="schema"), on_it(Submit(None))),
        (("thrice", [Decimal("0.10"), Amount(2.0), None]),),
    )
    below = {
        "nested": "two subgraphs deep",
        "keeper": "a subgraph with its own memory",
        "in_a_node": "a graph in a node",
    }
    for graph, where in below.items():
        more = (("caller", ["leaf"]),) if graph == "in_a_node" else ()
        yield Row("raw", "submit", where, graph, {"answers": []}, (on_it(MAYBE),), (("leaf", {"maybe": 1}), *more))
        if graph != "in_a_node":
            yield Row("raw", "end the thread", where, graph, {"answers": []}, (on_it(ends=True),))
    yield Row("raw", "submit", "an entrypoint", "workflow", {"topic": "a"}, (on_it(YES),), (("workflow", "yes"),))


def pays(*amounts: float) -> Any:
    """A turn of the model that pays these."""
    return conversation([("pay", {"amount": amount}) for amount in amounts])


def paid(amount: float, answer: Any = "yes") -> tuple[str, Any]:
    """The effect of a payment."""
    return "pay", {"amount": float(amount), "currency": "EUR", "answer": answer}


def in_tools() -> Iterator[Row]:
    """Tools that ask: each in a task of its own, one in a tool node, several in one (langgraph #6533)."""
    yield Row(
        "raw",
        "submit",
        "a tool of create_agent",
        "asking_tools",
        pays(1),
        (on_it(YES),),
        (paid(1),),
        ("Paid 1.0: yes",),
    )
    two = Step({"Pay 1.0?": [YES], "Pay 2.0?": [NO]})
    yield Row(
        "raw", "answer all", "two tools of create_agent", "asking_tools", pays(1, 2), (two,), (paid(1), paid(2, False))
    )
    steps = (Step({"Pay 2.0?": [NO]}, stays=1), on_it(YES))
    yield Row(
        "raw",
        "answer one, then the other",
        "two tools of create_agent",
        "asking_tools",
        pays(1, 2),
        steps,
        (paid(1), paid(2, False)),
    )
    yield Row(
        "raw", "submit", "a tool of a ToolNode", "tool_node", pays(1), (on_it(YES),), (paid(1),), ("Paid 1.0: yes",)
    )
    where = "two tools of one ToolNode task"
    let_one = (on_it(Reject("Later."), Approve()), on_it(YES, dialect="raw"))
    yield Row(
        "crossed_calls", "let one ask", where, "tool_node", pays(1, 2), let_one, (paid(2),), ("Later.", "Paid 2.0: yes")
    )
    yield Row(
        "crossed_calls",
        "reject",
        where,
        "tool_node",
        pays(1, 2),
        (on_it(Reject("No."), Reject()),),
        (),
        ("No.", "Not run:"),
    )
    yield Row("crossed_calls", "end the thread", where, "tool_node", pays(1, 2), (on_it(ends=True),))
    one = conversation([("look", {"topic": "x"}), ("pay", {"amount": 1})])
    where = "a tool that asks beside one that does not, in one ToolNode task"
    # LangGraph runs the whole task again for the answer, so the other tool would run twice.
    yield Row("crossed_calls", "end the thread", where, "tool_node", one, (on_it(ends=True),), (("look", "x"),))
    where = "two tools of one ToolNode task in a subgraph"
    yield Row("crossed_calls", "end the thread", where, "tool_node_below", pays(1, 2), (on_it(ends=True),))


ROWS = (*at_once(), *others(), *in_tools())
