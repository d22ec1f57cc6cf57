"""What became of a delivery, in words for the journal."""

from __future__ import annotations

from hitl_desktop.core.backend import Backend, BackendError, Resumption
from hitl_desktop.core.events import RunEnded, StopReason


async def what_became(backend: Backend, resumption: Resumption, ended: RunEnded) -> str:
    """Whether LangGraph has the answers, and how the run ended.

    A run that broke off may not have saved them, and its thread asks on.
    """
    return f"{await _arrived(backend, resumption, ended)}; the run then {ended.reason.value}"


async def _arrived(backend: Backend, resumption: Resumption, ended: RunEnded) -> str:
    if ended.reason not in (StopReason.FAILED, StopReason.CANCELLED) or not resumption.answers:
        return "delivered"
    try:
        thread = await backend.thread(resumption.thread_id)
    except BackendError as error:
        return f"sent, and not known whether it was saved ({error})"
    still_asked = {question.id for question in thread.questions} if thread is not None else set()
    return "not saved" if still_asked >= set(resumption.answers) else "delivered"
