"""The events of a thread's runs as rows of a log: tokens joined, start and finish of a node made one row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, assert_never

from hitl_desktop.core.events import (
    Custom,
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
from hitl_desktop.ui.icons import EVENT_ICONS
from hitl_desktop.ui.run_log_row import LogRow, Tone, duration_words

MOST_ROWS: Final = 5_000
MOST_CHARACTERS: Final = 20_000_000
_TRIM_ROWS: Final = 250  # at once, because the view has to find where they end

_ENDS: Final[dict[StopReason, tuple[str, str, Tone]]] = {
    StopReason.FINISHED: ("Finished", "done", "good"),
    StopReason.ASKED: ("Waiting for a decision", "waiting", "waiting"),
    StopReason.BREAKPOINT_BEFORE: ("At a breakpoint before {nodes}", "breakpoint", "waiting"),
    StopReason.BREAKPOINT_AFTER: ("At a breakpoint after {nodes}", "breakpoint", "waiting"),
    StopReason.PAUSED: ("Paused before the next step", "pause", "plain"),
    StopReason.CANCELLED: ("Stopped", "stopped", "plain"),
    StopReason.FAILED: ("Failed", "failed", "bad"),
}


@dataclass(slots=True)
class Changes:
    """What a batch of events did to the rows: new ones, text that grew (by row), rows to be written anew.

    New rows are complete as they stand, so they are not among the others. `dropped` says that rows before
    `LogRows.first` are gone.
    """

    added: list[LogRow] = field(default_factory=list)
    grown: dict[int, str] = field(default_factory=dict)
    changed: dict[int, LogRow] = field(default_factory=dict)
    dropped: bool = False


class LogRows:
    """The rows of one thread's runs. Beyond `MOST_ROWS` and `MOST_CHARACTERS` the oldest are forgotten.

    `clock` gives monotonic seconds, `now` the time of day of a new row.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = datetime.now) -> None:
        self._clock, self._now = clock, now
        self._next = 0
        self._weight = 0
        self._nodes: dict[str, LogRow] = {}  # that run now, by task
        self._messages: dict[str, LogRow] = {}
        self._changes = Changes()
        self._begun: float | None = None
        self._took = 0.0
        self.rows: dict[int, LogRow] = {}
        self.ended: RunEnded | None = None

    @property
    def first(self) -> int:
        """The number of the oldest row that is kept; that of the next row where there is none."""
        return next(iter(self.rows), self._next)

    @property
    def running(self) -> bool:
        """Whether a run began and has not ended."""
        return self._begun is not None

    def seconds(self) -> float:
        """How long the run has been going, or how long the last one took."""
        return self._took if self._begun is None else self._clock() - self._begun

    def running_nodes(self) -> list[str]:
        """The nodes that run now, in the order in which they began."""
        return [row.title for row in self._nodes.values()]

    def nodes(self) -> list[str]:
        """All nodes that rows tell of, in the order in which they came."""
        return list(dict.fromkeys(row.node for row in self.rows.values() if row.node))

    def of_node(self, node: str) -> Iterator[LogRow]:
        """The rows of this node and those of the run itself, or all rows for an empty name."""
        return (row for row in self.rows.values() if not node or row.node in (node, ""))

    def append(self, events: Iterable[RunEvent]) -> Changes:
        """Take in what happened, and say what that did to the rows."""
        changes = self._changes = Changes()
        first_new = self._next
        for event in events:
            self._take(event)
        changes.grown = {number: text for number, text in changes.grown.items() if number < first_new}
        changes.changed = {number: row for number, row in changes.changed.items() if number < first_new}
        self._trim()
        return changes

    def _take(self, event: RunEvent) -> None:
        match event:
            case Token():
                self._grow(event)
            case RunStarted():
                self._begun, self.ended = self._clock(), None
                self._add(event, "", event.what or f"Run of {event.graph}")
            case NodeStarted():
                row = self._add(event, event.node, _path_words(event.path, event.node), "running…", "running")
                row.begun, row.live = self._clock(), True
                self._nodes[event.task_id] = row
            case NodeFinished():
                row = self._finish(event)
                row.tone, row.fold_in_head = "muted", True
                self._weigh(row, row.put_json(event.update, "what it wrote", always_folded=True))
            case NodeFailed():
                row = self._finish(event)
                row.detail, row.tone = f"failed after {row.detail}" if row.detail else "failed", "bad"
                self._weigh(row, row.put_text(event.message, "message"))
            case ToolCalled():
                row = self._add(event, event.node, event.name, f"tool call · {event.node}")
                self._weigh(row, row.put_json(event.args, "arguments"))
            case ToolReturned():
                words = "failed" if event.failed else "result"
                row = self._add(event, event.node, event.name, f"{words} · {event.node}")
                row.tone = "bad" if event.failed else "plain"
                self._weigh(row, row.put_text(event.text, "result"))
            case Custom(data=str() as text):
                row = self._add(event, event.node, event.node, "custom")
                self._weigh(row, row.put_text(text, "text"))
            case Custom():
                row = self._add(event, event.node, event.node, "custom")
                self._weigh(row, row.put_json(event.data, "data"))
            case RunEnded():
                self._end(event)
            case _:
                assert_never(event)

    def _add(self, event: RunEvent, node: str, title: str, detail: str = "", tone: Tone = "plain") -> LogRow:
        row = LogRow(self._next, self._now(), EVENT_ICONS[type(event)], node, title, detail, tone)
        self.rows[row.number] = row
        self._next += 1
        self._changes.added.append(row)
        return row

    def _grow(self, event: Token) -> None:
        if not event.text:
            return
        row = self._messages.get(event.message_id)
        if row is None or row.number < self.first:
            row = self._messages[event.message_id] = self._add(event, event.node, event.node, "model")
            row.live = True
        row.pieces.append(event.text)
        self._weigh(row, len(event.text))
        self._changes.grown[row.number] = self._changes.grown.get(row.number, "") + event.text

    def _finish(self, event: NodeFinished | NodeFailed) -> LogRow:
        """The row of the node's start, with how long it took; a row of its own where no start was seen."""
        row = self._nodes.pop(event.task_id, None)
        if row is None or row.number < self.first:
            return self._add(event, event.node, _path_words(event.path, event.node))
        row.detail = duration_words(self._clock() - row.begun)
        row.icon, row.live = EVENT_ICONS[type(event)], False
        self._changes.changed[row.number] = row
        return row

    def _end(self, event: RunEnded) -> None:
        asked = event.reason is StopReason.ASKED
        for row in self._nodes.values():  # whose end was not told
            row.icon, row.tone = ("waiting", "waiting") if asked else ("stopped", "muted")
            row.detail = f"{'asked' if asked else 'stopped'} after {duration_words(self._clock() - row.begun)}"
            self._changes.changed[row.number] = row
        for row in (*self._nodes.values(), *self._messages.values()):
            row.live = False
        self._nodes.clear()
        self._messages.clear()
        self._took, self._begun, self.ended = self.seconds(), None, event
        title, icon, tone = _ENDS[event.reason]
        step = "the last step" if event.reason is StopReason.BREAKPOINT_AFTER else "the next step"
        row = self._add(event, "", title.format(nodes=", ".join(event.nodes) or step))
        row.icon, row.tone, row.detail = icon, tone, f"after {duration_words(self._took)}"
        if event.message:
            row.pieces = [event.message]
        if event.details:
            self._weigh(row, row.put_details(event.details, "traceback"))

    def _weigh(self, row: LogRow, characters: int) -> None:
        row.weight += characters
        self._weight += characters

    def _trim(self) -> None:
        if len(self.rows) < MOST_ROWS + _TRIM_ROWS and self._weight <= MOST_CHARACTERS:
            return
        for number in list(self.rows)[:-1]:
            if len(self.rows) <= MOST_ROWS and self._weight <= MOST_CHARACTERS:
                break
            self._weight -= self.rows.pop(number).weight
            self._changes.dropped = True
        changes, kept = self._changes, self.first
        changes.added = [row for row in changes.added if row.number >= kept]
        changes.grown = {number: text for number, text in changes.grown.items() if number >= kept}
        changes.changed = {number: row for number, row in changes.changed.items() if number >= kept}


def _path_words(path: tuple[str, ...], node: str) -> str:
    return " / ".join((*path, node))
