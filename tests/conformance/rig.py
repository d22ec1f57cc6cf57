"""Runs a row as the program does: one session on one SQLite file and one project, decisions checked and delivered."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from hitl_desktop.backends.project.loader import unload_project
from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.backend import StaleThreadError
from hitl_desktop.core.decisions import Decision
from hitl_desktop.core.events import RunEvent, StopReason
from hitl_desktop.core.requests import Request
from hitl_desktop.core.review import Delivery, Review, ending
from hitl_desktop.core.session import ReviewSession
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.records.review_file import ReviewFile, review_file_of
from tests.conformance.elsewhere import run_elsewhere
from tests.conformance.ledger import EFFECTS, READ, told
from tests.conformance.rows import Decided, Row, Step, Wrong

PROJECT = Path(__file__).parent / "project"
_STOPS = (StopReason.ASKED, StopReason.BREAKPOINT_BEFORE, StopReason.BREAKPOINT_AFTER)
_TO_BE_READ = re.compile(r"The model reads as (?:its result|the result of \S+): “(.*)”", re.DOTALL)


class Rig:
    """One program on one database; each row is a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._database = folder / "threads.db"
        self._session = ReviewSession(
            SqliteBackend(self._database, PROJECT), ReviewFile(review_file_of(self._database))
        )
        self._broken: dict[str, str] = {}

    async def open(self) -> None:
        """Load the project."""
        await self._session.open()
        project = await self._session.load_project()
        assert not project.error, project.error
        self._broken = {graph.name: graph.error + graph.details for graph in project.graphs if graph.error}

    async def close(self) -> None:
        """Close the files and forget the project."""
        await self._session.close()
        unload_project()

    async def run(self, row: Row) -> None:
        """Run the row; raises `AssertionError` where something is not as it says."""
        assert row.graph not in self._broken, self._broken[row.graph]
        EFFECTS.clear()
        READ.clear()
        await self._start(row)
        predicted: list[str] = []
        sent: Delivery | None = None
        for number, step in enumerate(row.steps, 1):
            opened = await self._opened(row)
            dialects = {request.dialect for request in opened.requests}
            assert dialects == set((step.dialect or row.dialect).split()), (
                dialects,
                opened.detail.summary,
                opened.detail.errors,
            )
            if step.again:
                assert sent is not None
                await self._is_refused(opened, "answered already|moved on", self._delivers(sent))
            if step.wrong is not None:
                await self._is_refused(opened, step.wrong.why, self._attempt(row, step, step.wrong))
            sent = self._prepare(opened, step)
            stop = row.ended if number == len(row.steps) else None
            await self._deliver(sent, stop)
            predicted += [text for line in sent.consequences for text in _TO_BE_READ.findall(line)]
        await self._is_as_expected(row, predicted)

    async def _start(self, row: Row) -> None:
        if row.abroad is not None:
            await run_elsewhere(self._database, PROJECT, row.graph, row.input, row.id, row.abroad)
            self._session.choose_graph(row.id, row.graph)
            return
        ended = await self._session.start(row.graph, row.input, row.id, _hear, row.id)
        assert ended.reason in _STOPS, ended

    async def _opened(self, row: Row) -> Review:
        await self._session.changes()
        opened = await self._session.open_thread(row.id)
        assert opened is not None
        return opened

    def _prepare(self, opened: Review, step: Step) -> Delivery:
        """The delivery, after a look at what the reviewer sees before and what the consequences say."""
        if step.ends:
            delivery = ending(opened, "Not needed.")
        else:
            chosen = _in_view(opened, step.view)
            assert len(chosen.requests) == len(step.decided) + step.stays, [each.asks for each in chosen.requests]
            items = chosen.requests[0].items
            if step.shows is not None:
                assert told([item.payload for item in items]) == told(list(step.shows))
            if step.allowed is not None:
                assert tuple(tuple(kind.value for kind in item.allowed) for item in items) == step.allowed
            delivery = self._session.prepare(chosen, _decisions(chosen, step.decided))
        for pattern in step.says:
            assert any(re.search(pattern, line) for line in delivery.consequences), (pattern, delivery.consequences)
        return delivery

    async def _deliver(self, delivery: Delivery, stop: StopReason | None) -> None:
        ended = await self._session.deliver(delivery, _hear)
        assert ended.reason is stop if stop is not None else ended.reason in _STOPS, ended
        (newest,) = await self._session.entries(None, None, 1)
        assert len(newest.fields["about"]) == len(delivery.records)
        assert newest.fields["outcome"].startswith("delivered"), newest.fields["outcome"]

    def _attempt(self, row: Row, step: Step, wrong: Wrong) -> Callable[[Review], Any]:
        async def attempt(opened: Review) -> None:
            if wrong.decided is not None:
                chosen = _in_view(opened, wrong.view or step.view)
                self._session.prepare(chosen, _decisions(chosen, wrong.decided))
            if wrong.tamper is not None:
                await self._session.deliver(wrong.tamper(self._prepare(opened, step)), _hear)

        return attempt

    def _delivers(self, delivery: Delivery) -> Callable[[Review], Any]:
        async def deliver(opened: Review) -> None:
            await self._session.deliver(delivery, _hear)

        return deliver

    async def _is_refused(self, opened: Review, why: str, attempt: Callable[[Review], Any]) -> None:
        """No node runs, the database is not written, and the thread asks as it did."""
        done = list(EFFECTS)
        with closing(sqlite3.connect(self._database)) as watching:
            version = watching.execute("PRAGMA data_version").fetchone()
            refusal = None
            try:
                await attempt(opened)
            except (ValueError, StaleThreadError) as error:
                refusal = str(error)
            assert refusal is not None, "It was not refused."
            assert re.search(why, refusal), refusal
            assert watching.execute("PRAGMA data_version").fetchone() == version
        assert done == EFFECTS
        again = await self._session.open_thread(opened.thread_id)
        assert again is not None
        assert again.requests == opened.requests

    async def _is_as_expected(self, row: Row, predicted: Sequence[str]) -> None:
        opened = await self._opened(row)
        assert not opened.requests
        assert opened.detail.summary.state is ThreadState.DONE, opened.detail.summary
        assert sorted(map(told, EFFECTS)) == sorted(map(told, row.effects))
        if row.reads is not None:
            assert len(READ) == len(row.reads), READ
            assert [text for text in row.reads if not any(text in read for read in READ)] == [], READ
        calls = [call.id for message in opened.detail.messages for call in message.tool_calls]
        results = [message.tool_call_id for message in opened.detail.messages if message.role == "tool"]
        if not any(step.ends for step in row.steps):
            assert sorted(calls) == sorted(map(str, results)), "a call has no result, or several"
        for text in predicted:
            assert text in READ, f"{text!r} was predicted, and read were {READ}"
        found = {name: opened.detail.values.get(name, "no value") for name in row.state}
        assert told(found) == told(dict(row.state))


def _hear(thread_id: str, event: RunEvent) -> None:
    """What happens in a run is not looked at here."""


def _in_view(opened: Review, view: str) -> Review:
    """The thread with its requests read in the way of this name; "" for the first."""
    requests = [
        next(each for each in (request, *request.others) if not view or each.view == view)
        for request in opened.requests
    ]
    return replace(opened, requests=tuple(requests))


def _decisions(opened: Review, decided: Decided) -> Mapping[str, Sequence[Decision]]:
    """The decisions by request id. A name that is none of what is asked stands for itself."""
    found = {}
    for name, decisions in decided.items():
        asked = [request for request in opened.requests if _is_called(request, name)]
        request = asked[0] if len(asked) == 1 else opened.requests[0]
        made = [each(request) if callable(each) else each for each in decisions]
        found[asked[0].id if len(asked) == 1 else name] = made
    return found


def _is_called(request: Request, name: str) -> bool:
    return not name or name in request.asks or name in request.question.path or name == request.id
