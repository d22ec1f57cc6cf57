"""How the window says things: decisions as button texts, tool names as words, ages of threads."""

from __future__ import annotations

from hitl_desktop.core.decisions import Approve, Decision, DecisionKind, Edit, Ignore, Reject, Respond, Submit
from hitl_desktop.core.dialects.schema_answer import fields_line
from hitl_desktop.core.requests import Item, Request


def in_words(name: str) -> str:
    """A tool's or node's name as words: ``send_mail`` is "Send mail"."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else name


_LONGEST = 32
"""Characters of a name that a button says. Two buttons of that stand side by side in the smallest window."""


_LONGEST_ANSWER = 60
"""Characters of an answer beside the title of its card."""


def _named(name: str, otherwise: str) -> str:
    """The name as words, or another word where it would not fit on a button, which Qt cuts at both ends."""
    words = in_words(name)
    return words if len(words) <= _LONGEST else otherwise


def button_text(kind: DecisionKind, request: Request, item: Item, *, is_one_of_several: bool = False) -> str:
    """What a decision button says: its consequence. One of several decisions is sent later, with the others."""
    if is_one_of_several and kind is DecisionKind.SUBMIT:
        return "Take this answer"
    if is_one_of_several and kind is DecisionKind.APPROVE and request.dialect != "crossed_calls":
        return _named(f"Approve: {in_words(item.title)}", "Approve")
    match kind:
        case DecisionKind.APPROVE if request.dialect == "crossed_calls":
            return "Let this one ask"
        case DecisionKind.APPROVE:
            return _named(item.title, "Approve")
        case DecisionKind.EDIT if DecisionKind.CONTINUE in item.allowed:
            return "Change the state and continue"
        case DecisionKind.EDIT:
            return f"{_named(item.title, 'Approve')} as edited"
        case DecisionKind.REJECT:
            return "Reject…"
        case DecisionKind.RESPOND:
            return "Answer instead…"
        case DecisionKind.IGNORE:
            return "Ignore"
        case DecisionKind.SUBMIT:
            return "Send answer"
        case DecisionKind.CONTINUE:
            stop = request.question.breakpoint
            nodes = " and ".join(stop.next_nodes) if stop else ""
            return f"Continue with {nodes}" if nodes and len(nodes) <= _LONGEST else "Continue"


def explanation(kind: DecisionKind, item: Item) -> str:
    """What happens when the button is pressed, in a sentence for its tooltip."""
    return {
        DecisionKind.APPROVE: f"Approve: {item.title} runs with the arguments as proposed",
        DecisionKind.EDIT: "The graph goes on with the state that you changed"
        if DecisionKind.CONTINUE in item.allowed
        else f"Approve as edited: {item.title} runs with your arguments",
        DecisionKind.REJECT: f"{item.title} does not run; the model is told so, with your reason",
        DecisionKind.RESPOND: f"{item.title} does not run; the model reads your text as its result",
        DecisionKind.IGNORE: f"{item.title} is left aside; the graph is told that nobody decided it",
        DecisionKind.SUBMIT: "The graph receives this value and goes on",
        DecisionKind.CONTINUE: "The graph goes on with the state as it is",
    }[kind]


def decision_text(decision: Decision) -> str:
    """A decision that was made, for the card's badge."""
    match decision:
        case Approve():
            return "Approved"
        case Edit():
            return "Approved as edited"
        case Submit(value):
            return f"Answered: {fields_line(value, _LONGEST_ANSWER)}"
        case Reject(message):
            return f"Rejected: {message}" if message else "Rejected"
        case Respond(message):
            return f"Answered: {message}"
        case Ignore():
            return "Ignored"
        case _:
            return "Decided"
