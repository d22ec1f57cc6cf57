"""What people enter for new runs, kept until a run has begun with it."""

from __future__ import annotations

from dataclasses import dataclass

from hitl_desktop.core.values import Json


@dataclass(frozen=True, slots=True)
class RunInput:
    """A graph, the input for it as JSON, and what the inbox calls the thread."""

    graph: str
    value: Json
    title: str


class RunInputs:
    """Inputs by thread id: of runs on their way, and of runs that could not begin, which nothing else remembers."""

    def __init__(self) -> None:
        self._sent: dict[str, RunInput] = {}
        self._left: dict[str, RunInput] = {}

    @property
    def latest(self) -> RunInput | None:
        """The input of the run that was the last one that could not begin, None where there is none."""
        return next(reversed(self._left.values()), None)

    def send(self, thread_id: str, given: RunInput) -> None:
        """Keep what a run is begun with now; inputs that were left lying give way to it."""
        self._left.clear()
        self._sent[thread_id] = given

    def leave(self, thread_id: str) -> RunInput | None:
        """A run could not begin: its input, which can be taken again; None for a thread that was there before."""
        given = self._sent.pop(thread_id, None)
        if given is not None:
            self._left[thread_id] = given
        return given

    def take(self, thread_id: str) -> RunInput | None:
        """What a run that could not begin was given, to send it again; None once it was taken."""
        return self._left.pop(thread_id, None)

    def forget(self, thread_id: str) -> None:
        """The thread is in the database, which has the input from now on."""
        self._sent.pop(thread_id, None)
        self._left.pop(thread_id, None)
