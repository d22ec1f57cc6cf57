"""What went wrong in a run, in words for the person who sees it."""

from __future__ import annotations

import asyncio
import sqlite3

import httpx
from langgraph.errors import GraphRecursionError, InvalidUpdateError, UnknownInterruptError, is_invalid_resume
from ollama import ResponseError

_TRY_AGAIN = "Everything up to the last finished node is kept. “Try again” goes on from there."


def explain(error: BaseException) -> str:
    """One or two sentences: what happened, what was kept, what to do."""
    text = str(error).strip() or type(error).__name__
    match error:
        case GraphRecursionError():
            return (
                "The graph took more steps than its limit allows, and was stopped. It may be going in circles. "
                "Everything up to here is kept; going on gives it the same number of steps once more."
            )
        case UnknownInterruptError():
            return f"LangGraph does not know this question any more, so nothing was sent ({text})."
        case _ if is_invalid_resume(error):
            return f"The node did not accept the answer; nothing was saved and it still asks. {text}"
        case InvalidUpdateError():
            return f"LangGraph refused the change of the state: {text}"
        case ResponseError():
            return _explain_model(error, text)
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return f"The model's answer was cut off ({text}). {_TRY_AGAIN}"
        case httpx.TimeoutException():
            return f"The model server did not answer in time. {_TRY_AGAIN}"
        case httpx.ConnectError() | ConnectionError():
            return f"The model server cannot be reached. Start it, or choose another model. {_TRY_AGAIN}"
        case sqlite3.OperationalError():
            return explain_database(error)
        case TypeError() if "not msgpack serializable" in text:
            return (
                "The graph asked something, or returned something, that cannot be stored in a checkpoint, so LangGraph "
                "kept no trace of it. Only JSON-like values, messages, dates and the like can be stored. "
                f"The graph's code must change ({text})."
            )
        case asyncio.TimeoutError():
            return f"The node took longer than it may. {_TRY_AGAIN}"
    return f"{type(error).__name__}: {text}"


def _explain_model(error: ResponseError, text: str) -> str:
    if error.status_code == 404:
        return f"The model server does not have this model: {text}. Pull it, or choose another one. {_TRY_AGAIN}"
    if error.status_code == 400 and "does not support tools" in text:
        return f"This graph needs a model that can call tools: {text}. Choose another one. {_TRY_AGAIN}"
    return f"The model server reported an error: {text}. {_TRY_AGAIN}"


def explain_database(error: sqlite3.Error) -> str:
    """What a database error means for a run that was under way."""
    text = str(error)
    if "locked" in text or "busy" in text:
        why = "The database was locked by another program for too long."
    elif "full" in text:
        why = "The disk is full, so the checkpoint could not be written."
    elif "readonly" in text or "read-only" in text:
        why = "The database cannot be written."
    else:
        why = f"The database could not be used: {text}."
    return f"{why} The run was stopped. {_TRY_AGAIN}"
