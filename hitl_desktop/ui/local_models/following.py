"""What takes long at a model server, followed into the widgets that tell of it, ten times a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from hitl_desktop.core.local_models import Progress, TrialPiece
from hitl_desktop.core.model_problems import LocalModelError
from hitl_desktop.ui.local_models.progress_row import ProgressRow
from hitl_desktop.ui.local_models.trial_box import TrialBox

_TELL_SECONDS: Final = 0.1
"""A server that tells of every kilobyte would keep the window busy with drawing."""


class _Teller:
    """Calls `tell` at once, then ten times a second at most; what was asked for last is never left out."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._last = 0.0
        self._later: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        """There is something new to tell."""
        if self._later is None:
            wait = self._last + _TELL_SECONDS - self._loop.time()
            if wait > 0:
                self._later = self._loop.call_later(wait, self.flush)
            else:
                self.flush()

    def flush(self) -> None:
        """Tell it now."""
        self.stop()
        self._last = self._loop.time()
        self._tell()

    def stop(self) -> None:
        """Tell nothing more."""
        if self._later is not None:
            self._later.cancel()
            self._later = None


async def follow_progress(steps: AsyncGenerator[Progress, None], row: ProgressRow, what: str) -> str:
    """Follow a pull or an import to its end; returns why it failed, empty where it did not. Cancelling it says so."""
    loop = asyncio.get_running_loop()
    row.begin(what)
    latest = Progress("")
    teller = _Teller(lambda: row.show_progress(latest, loop.time()))
    try:
        async with aclosing(steps):
            async for step in steps:
                latest = step
                teller.ask()
    except LocalModelError as error:
        return str(error)
    except asyncio.CancelledError:
        row.end(f"{what} was cancelled. Doing it again goes on with what came so far.", well=True)
        raise
    finally:
        teller.stop()
    return ""


async def follow_trial(pieces: AsyncGenerator[TrialPiece, None], box: TrialBox) -> None:
    """Follow a trial to its end, its failure, or until it is cancelled."""
    number = box.begin()
    said: list[str] = []
    thought: list[str] = []
    figures = None

    def tell() -> None:
        box.add(number, "".join(said), "".join(thought))
        said.clear()
        thought.clear()

    teller = _Teller(tell)
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                figures = piece.figures
                if piece.text:
                    (thought if piece.thinking else said).append(piece.text)
                    teller.ask()
        teller.flush()
        box.end(number, figures)
    except LocalModelError as error:
        teller.flush()
        box.fail(number, str(error))
    except asyncio.CancelledError:
        box.end(number, None)
        raise
    finally:
        teller.stop()
