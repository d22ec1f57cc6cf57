"""How the window says things: decisions as button texts, tool names as words, ages of threads."""

from __future__ import annotations

from hitl_desktop.core.decisions import Approve, Decision, DecisionKind, Edit, Reject, Respond
from hitl_desktop.core.requests import Item, Request


def in_words(name: str) -> str:
    """A tool's or node's name as words: ``send_mail`` is "Send mail"."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else name


def button_text(kind: DecisionKind, request: Request, item: Item) -> str:
    """What a decision button says: its consequence."""
    match kind:
        case DecisionKind.APPROVE:
            return in_words(item.title)
        case DecisionKind.EDIT:
            return f"{in_words(item.title)} as edited"
        case DecisionKind.REJECT:
            return "Reject…"
        case DecisionKind.RESPOND:
            return "Answer instead…"
        case DecisionKind.SUBMIT:
            return "Send answer"
        case DecisionKind.CONTINUE:
            stop = request.question.breakpoint
            return f"Continue with {' and '.join(stop.next_nodes)}" if stop and stop.next_nodes else "Continue"


def explanation(kind: DecisionKind, item: Item) -> str:
    """What happens when the button is pressed, in a sentence for its tooltip."""
    return {
        DecisionKind.APPROVE: f"Approve: {item.title} runs with the arguments as proposed",
        DecisionKind.EDIT: f"Approve as edited: {item.title} runs with your arguments",
        DecisionKind.REJECT: f"{item.title} does not run; the model is told so, with your reason",
        DecisionKind.RESPOND: f"{item.title} does not run; the model reads your text as its result",
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
        case Reject(message):
            return f"Rejected: {message}" if message else "Rejected"
        case Respond(message):
            return f"Answered: {message}"
        case _:
            return "Decided"
