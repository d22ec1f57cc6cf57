"""What went wrong at Ollama, in the words of the person who wanted something of it."""

from __future__ import annotations

from typing import Final

import httpx

from hitl_desktop.core.model_problems import LocalModelError, ModelProblem, problem_in
from hitl_desktop.network_guard import refusal_behind

_LONGEST_QUOTED: Final = 400

_WORDS: Final[dict[ModelProblem, str]] = {
    ModelProblem.NO_TOOLS: "This model can't call tools. Choose one that can.",
    ModelProblem.MEMORY: (
        "There is not enough memory for this model. Nothing was lost. Unload another model, close other programs, "
        "or choose a smaller model or a shorter context."
    ),
    ModelProblem.SPACE: (
        "The disk on which Ollama keeps its models is full. What came so far is kept. Make room, for example by "
        "deleting a model, and do it again: it goes on where it was."
    ),
    ModelProblem.TOO_OLD: "This model needs a newer Ollama, or is of a kind that Ollama does not know. Update Ollama.",
    ModelProblem.NETWORK: (
        "Ollama could not reach the network. What came so far is kept; pull it again when there is one. "
        "Without a network, import a GGUF file from disk."
    ),
    ModelProblem.MISSING: "Ollama has no model of this name. Look whether it is spelt right, or pull it.",
    ModelProblem.BUSY: "Ollama has too much to do just now. Nothing was lost; try again in a moment.",
    ModelProblem.BROKEN_FILE: "Ollama can't use this file as a model: it is damaged or not a GGUF file. Copy it again.",
    ModelProblem.OTHER: "Ollama reported an error. Nothing else was changed.",
}

_NOT_PULLED: Final = "There is no model of this name where Ollama pulls from. Look whether it is spelt right."


def error_of(said: str, status: int | None = None, *, pulling: bool = False) -> LocalModelError:
    """The error for what Ollama itself said, with its own words at the end; `status` is that of its HTTP answer."""
    problem = problem_in(said, status)
    words = _NOT_PULLED if pulling and problem is ModelProblem.MISSING else _WORDS[problem]
    quoted = " ".join(said[: _LONGEST_QUOTED + 1].split())
    if len(said) > _LONGEST_QUOTED:
        quoted = f"{quoted[:_LONGEST_QUOTED]}…"
    return LocalModelError(f"{words} Ollama says: {quoted}" if quoted else words, problem)


def error_behind(error: Exception, address: str) -> LocalModelError:
    """The error for what kept Ollama from answering at all, or in the middle of its answer."""
    if refusal := refusal_behind(error):
        return LocalModelError(
            f"Ollama at {address} was not asked: {refusal.target} is not among the allowed hosts. {refusal.remedy}",
            ModelProblem.REFUSED,
        )
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() | ConnectionError():
            return LocalModelError(
                f"Ollama does not answer at {address}. Nothing was changed. Start it and do this again.",
                ModelProblem.NOT_RUNNING,
            )
        case httpx.TimeoutException() | TimeoutError():
            return LocalModelError(
                f"Ollama at {address} did not answer in time. It may still be loading the model: "
                "try again in a moment, or choose a smaller one.",
                ModelProblem.BUSY,
            )
        case httpx.HTTPError() | OSError():
            return LocalModelError(
                f"Ollama at {address} broke off in the middle. What came so far is kept; do it again.",
                ModelProblem.NOT_RUNNING,
            )
    return LocalModelError(f"The answer from {address} is not Ollama's.")


def not_ollama(address: str) -> LocalModelError:
    """The error for an answer that Ollama would never give."""
    return LocalModelError(f"Something answers at {address}, but not as Ollama does. Look at the address.")
