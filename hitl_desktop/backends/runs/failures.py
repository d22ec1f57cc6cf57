"""What went wrong in a run, in words for the person who sees it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence

import httpx
from langgraph.errors import GraphRecursionError, InvalidUpdateError, UnknownInterruptError, is_invalid_resume
from ollama import ResponseError

from hitl_desktop.backends.runs.exits import ProgramExitError
from hitl_desktop.core.backend import BackendError, DatabaseError
from hitl_desktop.core.model_problems import ModelProblem, problem_in
from hitl_desktop.core.sentences import inside, sentence
from hitl_desktop.network_guard import refusal_behind

_TRY_AGAIN = "Everything up to the last finished node is kept. “Try again” goes on from there."

_NAMED_IN_CODE = "This graph names its model in its own code, so it does not use the one that the status bar names."

_OR_CONTEXT = "or let the graph take its model from its context (docs/your-own-graph.md, “Let a model write”)."

_NOT_SENT = "Nothing was sent; what you entered is kept."

_AS_THE_DATABASE_SAYS = (
    "What was written before is kept. Once that is put right, “Try again” goes on from there; "
    "a thread that still waits did not get the answer: decide again."
)


def explain(error: BaseException, failed_nodes: Sequence[str] = (), *, names_model: bool = False) -> str:
    """A few sentences: what happened, what was kept, what to do. `failed_nodes` are those whose code raised it.

    `names_model` where the graph names its model in its own code, so that it can't be changed in the window.
    """
    text = inside(str(error)) or type(error).__name__
    if refusal := refusal_behind(error):
        who = f"The node “{failed_nodes[0]}”" if failed_nodes else "The run"
        return f"{who} failed. {refusal.sentence} {_TRY_AGAIN}"
    match error:
        case GraphRecursionError():
            return (
                "The graph took more steps than its limit allows, and was stopped. It may be going in circles. "
                "Everything up to here is kept; going on gives it the same number of steps once more."
            )
        case UnknownInterruptError():
            return f"LangGraph does not know this question any more, so nothing was sent ({text})."
        case _ if is_invalid_resume(error):
            return f"The node did not accept the answer; nothing was saved and it still asks. {sentence(text)}"
        case InvalidUpdateError():
            return f"LangGraph refused the change of the state: {sentence(text)}"
        case ResponseError():
            return _explain_model(error, text, names_model=names_model)
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return f"The model's answer was cut off ({text}). {_TRY_AGAIN}"
        case httpx.TimeoutException():
            return f"The model server did not answer in time. It may still be loading the model. {_TRY_AGAIN}"
        case httpx.ConnectError() | ConnectionError():
            if names_model:
                return f"The model server cannot be reached. {_NAMED_IN_CODE} Start Ollama, {_OR_CONTEXT} {_TRY_AGAIN}"
            return f"The model server cannot be reached. Start it, or choose another model. {_TRY_AGAIN}"
        case sqlite3.Error() if not failed_nodes:  # else it is about a database of the graph's own
            return f"{_database_reason(error)} The run was stopped. {_AS_THE_DATABASE_SAYS}"
        case TypeError() if "not msgpack serializable" in text:
            return (
                "The graph asked something, or returned something, that cannot be stored in a checkpoint, so LangGraph "
                "kept no trace of it. Only JSON-like values, messages, dates and the like can be stored. "
                f"The graph's code must change ({text})."
            )
        case ProgramExitError():
            who = f"The node “{failed_nodes[0]}”" if failed_nodes else "The graph"
            return f"{who} {text}, which was to end the whole program. Only this run was ended. {_TRY_AGAIN}"
        case asyncio.TimeoutError():
            return f"The node took longer than it may. {_TRY_AGAIN}"
    where = f"The node “{failed_nodes[0]}” failed. " if failed_nodes else ""
    return f"{where}{type(error).__name__}: {sentence(text)} {_TRY_AGAIN}"


def not_begun(error: BaseException) -> str:
    """The same of a new run that ended before anything of it was saved, so that there is nothing to go on from."""
    text = sentence(str(error).strip() or type(error).__name__)
    reason = _database_reason(error) if isinstance(error, sqlite3.Error) else f"{type(error).__name__}: {text}"
    return f"{reason} Nothing of the run was saved; what you entered is kept. “Try again” starts it anew."


def unsent(error: BaseException) -> BackendError:
    """What stood in the way before anything was sent, as the error that a run raises then."""
    if isinstance(error, DatabaseError) and "Nothing was sent" not in str(error):
        return DatabaseError(f"{error} {_NOT_SENT}")
    if isinstance(error, BackendError):
        return error
    if isinstance(error, sqlite3.Error):
        return DatabaseError(f"{_database_reason(error)} {_NOT_SENT}")
    return BackendError(sentence(f"{_NOT_SENT} {type(error).__name__}: {error}"))


def _explain_model(error: ResponseError, text: str, *, names_model: bool) -> str:
    other = f"Name another one there, {_OR_CONTEXT}"
    if error.status_code == 404:
        if names_model:
            pull = f"Pull it, {_OR_CONTEXT}"
            return f"The model server does not have this model: {sentence(text)} {_NAMED_IN_CODE} {pull} {_TRY_AGAIN}"
        return (
            f"The model server does not have this model: {sentence(text)} Pull it, or choose another one. {_TRY_AGAIN}"
        )
    if error.status_code == 400 and "does not support tools" in text:
        help_ = f"{_NAMED_IN_CODE} {other}" if names_model else "Choose another one."
        return f"This graph needs a model that can call tools: {sentence(text)} {help_} {_TRY_AGAIN}"
    match problem_in(text, error.status_code):
        case ModelProblem.MEMORY:
            return (
                f"There is not enough memory for the model: {sentence(text)} Unload another model, close other "
                f"programs, or {'name a smaller one in its code' if names_model else 'choose a smaller one'}. "
                f"{_TRY_AGAIN}"
            )
        case ModelProblem.BUSY:
            return f"The model server has too much to do, or still loads the model: {sentence(text)} {_TRY_AGAIN}"
    return f"The model server reported an error: {sentence(text)} {_TRY_AGAIN}"


def _database_reason(error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text or "busy" in text:
        return "The database was locked by another program for too long."
    if "full" in text:
        return "The disk is full, so the checkpoint could not be written."
    if "readonly" in text or "read-only" in text:
        return "The database cannot be written."
    return f"The database could not be used: {sentence(text)}"
