"""``hitl-desktop threads``: the inbox as text or JSON, without Qt, LangGraph or the graphs' code."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hitl_desktop.backends.checkpoints.reader import CheckpointReader
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.records import RecordsError, RunStop
from hitl_desktop.core.review import Review, review
from hitl_desktop.core.threads import ThreadState, ThreadSummary
from hitl_desktop.core.values import Json, to_json
from hitl_desktop.encryption.protection import Protection
from hitl_desktop.records.review_file import ReviewFile, review_file_of

_ORDER = {state: position for position, state in enumerate(ThreadState)}


def wanted_states(text: str | None) -> frozenset[ThreadState]:
    """The states named in ``waiting,failed``; all without a text. Raises `ValueError` for one that there is not."""
    if not text:
        return frozenset(ThreadState)
    names = [name.strip().replace("-", " ") for name in text.split(",") if name.strip()]
    known = {state.value for state in ThreadState}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"there is no state “{unknown[0]}”; there are: {', '.join(known)}")
    return frozenset(ThreadState(name) for name in names)


def list_threads(database: Path, states: Collection[ThreadState]) -> tuple[list[Review], str]:
    """The threads in these states, the waiting ones first, each opened without running anything.

    Also returns a complaint about the review file or a key that is not there, empty without one: the threads are listed
    all the same.
    Raises `DatabaseError` where the database cannot be read.
    """
    protection = Protection(database)
    reader = CheckpointReader(database, protection)
    try:
        reader.open()
        reader.look_at_protection()
        stops, complaint = _stops(database, protection)
        summaries = reader.read_threads([summary.thread_id for summary in reader.threads()])
        found = []
        for summary in summaries:
            # Only what may be asked for is opened whole: a stopped thread may stand at a breakpoint.
            if summary.state in states or (summary.state is ThreadState.STOPPED and ThreadState.BREAKPOINT in states):
                detail = reader.thread(summary.thread_id)
                if detail is not None:
                    found.append(review(detail, Project(""), stops.get(summary.thread_id)))
    finally:
        reader.close()
    kept = [each for each in found if each.detail.summary.state in states]
    complaint = "\n".join(filter(None, (protection.problem, complaint)))
    return sorted(kept, key=lambda each: (_ORDER[each.detail.summary.state], each.detail.checkpoint_id)), complaint


def as_json(threads: Sequence[Review]) -> Json:
    """A list of objects, as `hitl-desktop threads --json` prints it; interrupt ids are LangGraph's own."""
    return [
        {
            "thread_id": thread.thread_id,
            "state": thread.detail.summary.state.value,
            "graph": thread.detail.summary.graph,
            "title": thread.detail.summary.title,
            "checkpoint_id": thread.detail.checkpoint_id,
            "updated_at": _time(thread.detail.summary),
            "requests": [
                {
                    "interrupt_id": request.id,
                    "dialect": request.dialect,
                    "node": request.question.node,
                    "path": list(request.question.path),
                    "asks": request.asks,
                    "payload": to_json(request.question.value),
                    "response_schema": request.question.response_schema,
                }
                for request in thread.requests
            ],
        }
        for thread in threads
    ]


def as_text(threads: Sequence[Review]) -> str:
    """A line a thread, and one below it for each question."""
    lines = []
    for thread in threads:
        summary = thread.detail.summary
        lines.append(
            f"{summary.state.value:<15} {_time(summary) or '':<20} {summary.graph or '-':<20} {_clean(summary.title)}"
        )
        lines.append(f"{'':<15} {thread.thread_id}")
        lines.extend(f"{'':<15} asks: {_clean(request.asks)}" for request in thread.requests)
    return "\n".join([*lines, ""]) if lines else "No threads.\n"


def _clean(text: str) -> str:
    """Text from a database without the characters with which it could command a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _time(summary: ThreadSummary) -> str | None:
    updated: datetime | None = summary.updated_at
    return updated.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if updated else None


def _stops(database: Path, protection: Protection) -> tuple[Mapping[str, RunStop], str]:
    file = ReviewFile(review_file_of(database), protection=protection)
    try:
        return file.stops(), ""
    except RecordsError as error:
        return {}, str(error)
    finally:
        file.close()
