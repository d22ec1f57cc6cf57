"""A database, a project and the runs of a test: started, decided and gone on as the program does it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from hitl_desktop.backends.sqlite_backend import SqliteBackend
from hitl_desktop.core.backend import HowToGoOn, NewRun, Resumption, Run, RunsOn
from hitl_desktop.core.decisions import Decision
from hitl_desktop.core.events import (
    NodeFailed,
    NodeFinished,
    NodeStarted,
    RunEnded,
    RunEvent,
    RunStarted,
    StopReason,
    Token,
    ToolCalled,
    ToolReturned,
)
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.records import RunStop
from hitl_desktop.core.requests import Request
from hitl_desktop.core.review import Delivery, Review, going_on, prepare, review

MAIL = {"to": "ana@example.com", "subject": "Budget meeting", "body": "It moves to Friday at 3 pm."}
ASK_FOR_MAIL = {"messages": [{"type": "human", "content": "Write to Ana."}]}
TRANSFER = {"action": "Pay invoice 7", "amount": 12.34}
QUESTION = {"messages": [{"type": "human", "content": "How much is paid for a hotel?"}]}


class Log(list[RunEvent]):
    """The events of one run, in the order in which they were heard."""

    @property
    def ended(self) -> RunEnded:
        last = self[-1]
        assert isinstance(last, RunEnded)
        assert not any(isinstance(event, RunEnded) for event in self[:-1])
        return last

    @property
    def reason(self) -> StopReason:
        return self.ended.reason

    @property
    def tokens(self) -> list[str]:
        return [event.text for event in self if isinstance(event, Token)]

    @property
    def nodes(self) -> list[str]:
        """What the nodes did: ``+`` for started, ``-`` for finished, ``!`` for failed."""
        marks: dict[type[RunEvent], str] = {NodeStarted: "+", NodeFinished: "-", NodeFailed: "!"}
        return [
            marks[type(event)] + "/".join([*event.path, event.node])
            for event in self
            if isinstance(event, NodeStarted | NodeFinished | NodeFailed)
        ]

    @property
    def calls(self) -> list[tuple[str, Any]]:
        return [(event.name, event.args) for event in self if isinstance(event, ToolCalled)]

    @property
    def results(self) -> list[tuple[str, str, bool]]:
        return [(event.name, event.text, event.failed) for event in self if isinstance(event, ToolReturned)]

    @property
    def begun(self) -> str:
        first = self[0]
        assert isinstance(first, RunStarted)
        return first.what


class Bench:
    """One `SqliteBackend` on a new database. `stops` is what the review file would know of its runs."""

    def __init__(self, folder: Path, project: Path, where: RunsOn = "loop", **context: Any) -> None:
        self.database = folder / "threads.db"
        self.backend = SqliteBackend(self.database, project)
        self.where = where
        self.context = context
        self.project = Project("")
        self.stops: dict[str, RunStop] = {}

    async def open(self) -> None:
        await self.backend.open()
        self.project = await self.backend.load_project(lambda words: None)
        assert not [graph for graph in self.project.graphs if graph.error]

    def prepare_run(self, work: NewRun | Resumption) -> Run:
        """A run that has not begun."""
        return self.backend.new_run(work, self.context, self.where)

    async def follow(self, run: Run, log: Log | None = None) -> Log:
        """Run to the end, noting each event as it comes."""
        log = Log() if log is None else log
        ended = await run.run(log.append)
        assert log.ended == ended
        self.stops[run.thread_id] = RunStop.of(run.thread_id, ended)
        assert ended.checkpoint_id == self.newest(run.thread_id)
        return log

    async def start(self, graph: str, value: Any, thread_id: str = "t1", title: str = "") -> Log:
        return await self.follow(self.prepare_run(NewRun(thread_id, graph, value, title)))

    async def review(self, thread_id: str = "t1", chosen: str | None = None) -> Review:
        """The thread as the window opens it."""
        await self.backend.changes()  # opens a database that was not there before
        detail = await self.backend.thread(thread_id)
        assert detail is not None
        return review(detail, self.project, self.stops.get(thread_id), chosen)

    async def request(self, thread_id: str = "t1") -> Request:
        """The only open request."""
        (request,) = (await self.review(thread_id)).requests
        return request

    async def prepare(self, *decisions: Decision, thread_id: str = "t1") -> Delivery:
        """The delivery of decisions on the only open request."""
        opened = await self.review(thread_id)
        (request,) = opened.requests
        return prepare(opened, {request.id: decisions})

    async def decide(self, *decisions: Decision, thread_id: str = "t1") -> Log:
        delivery = await self.prepare(*decisions, thread_id=thread_id)
        return await self.follow(self.prepare_run(delivery.resumption))

    async def answer(self, answers: Mapping[str, Sequence[Decision]]) -> Log:
        """Decide several requests, by node."""
        opened = await self.review()
        by_node = {request.question.node: request.id for request in opened.requests}
        delivery = prepare(opened, {by_node[node]: decisions for node, decisions in answers.items()})
        return await self.follow(self.prepare_run(delivery.resumption))

    async def go_on(self, how: HowToGoOn, thread_id: str = "t1") -> Log:
        return await self.follow(self.prepare_run(going_on(await self.review(thread_id), how, how.value)))

    def newest(self, thread_id: str) -> str:
        ids = [row[2] for row in self.rows("checkpoints") if row[:2] == (thread_id, "")]
        return max(ids, default="")

    def rows(self, *tables: str) -> list[tuple[Any, ...]]:
        """All rows of the database, to see what a run wrote."""
        if not self.database.exists():
            return []
        with closing(sqlite3.connect(self.database)) as connection:
            return [
                row
                for table in tables or ("checkpoints", "writes")
                for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")
            ]


class OddFolder:
    """What the graphs of `odd_project` are told, and what they note."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    @property
    def ran(self) -> list[str]:
        notes = self.path / "ran"
        return notes.read_text().splitlines() if notes.exists() else []

    @property
    def times(self) -> Counter[str]:
        return Counter(self.ran)

    def tell(self, what: str, node: str) -> None:
        (self.path / f"{what} {node}").touch()

    def untell(self, what: str, node: str) -> None:
        (self.path / f"{what} {node}").unlink()
