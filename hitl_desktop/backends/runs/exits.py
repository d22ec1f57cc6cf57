"""Keeps within its run what a graph does to end the program: `sys.exit()`, and a `KeyboardInterrupt` of its own.

asyncio stores both in the task whose coroutine raised them, as any other exception, but also lets them out of the
event loop, which ends the program. LangGraph runs each node in tasks of its own, and each of these would let them
out, so it does not help to catch them where a run is awaited. Nor would it help to catch them where the loop runs its
callbacks: the task holds them by then, LangGraph records no failure for what is not an `Exception`, and a run in a
worker thread has a loop that is not ours.

So they are caught inside: while a run lasts, every task that its code makes, at whatever depth, gets a coroutine that
raises `ProgramExitError` in their place. To LangGraph that is a node that failed. Other tasks of the loop, and what
Ctrl+C raises, keep asyncio's promise. What nobody can catch is `os._exit()`, and a callback of `loop.call_soon` that
a graph makes itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

T = TypeVar("T")

_in_a_run: ContextVar[bool] = ContextVar("hitl_desktop_in_a_run", default=False)
"""Set for a run and, as tasks inherit the context they are made in, for all that its code does."""


class ProgramExitError(RuntimeError):
    """The code of a graph wanted to end the program; the text says how. LangGraph does not retry a `RuntimeError`."""

    @classmethod
    def of(cls, error: BaseException) -> ProgramExitError:
        """In place of a `SystemExit` or `KeyboardInterrupt`."""
        if isinstance(error, SystemExit):
            return cls(f"called sys.exit({'' if error.code is None else repr(error.code)})")
        return cls("raised KeyboardInterrupt")


def create_run_task(work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """A task on the running loop that raises `ProgramExitError` where it, or one made within it, would end the loop."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop.get_task_factory(), _TaskFactory):
        loop.set_task_factory(_TaskFactory(loop.get_task_factory() or _make_task))
    context = copy_context()
    context.run(_in_a_run.set, True)
    return loop.create_task(work, name=name, context=context)


def _make_task(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
    return asyncio.Task(work, loop=loop, **options)


class _TaskFactory:
    """Makes the tasks of a loop as before, those of runs with a coroutine that lets nothing out of the loop."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, loop: asyncio.AbstractEventLoop, work: Any, /, **options: Any) -> asyncio.Task[Any]:
        context: Context | None = options.get("context")
        within = _in_a_run.get() if context is None else context.get(_in_a_run, False)
        if within and isinstance(work, Coroutine):
            work = _Contained(work)
        task: asyncio.Task[Any] = self._make(loop, work, **options)
        return task


class _Contained(Coroutine[Any, Any, T]):
    """A coroutine with its exits turned into errors.

    It passes on what it is told, and is no `async def` around the other one: cancelled before its first step, such a
    one would leave the other never awaited. The rest (`cr_frame`, `cr_running`, `__qualname__`) is there for anyio and
    for debuggers.
    """

    def __init__(self, inner: Coroutine[Any, Any, T]) -> None:
        self._inner = inner

    def send(self, value: Any) -> Any:
        """Run up to the next wait."""
        try:
            return self._inner.send(value)
        except (SystemExit, KeyboardInterrupt) as error:
            if _is_ctrl_c(error):
                raise
            raise ProgramExitError.of(error) from error

    def throw(self, *error: Any) -> Any:
        """Go on with an exception, up to the next wait."""
        try:
            return self._inner.throw(*error)
        except (SystemExit, KeyboardInterrupt) as exit_or_interrupt:
            if _is_ctrl_c(exit_or_interrupt):
                raise
            raise ProgramExitError.of(exit_or_interrupt) from exit_or_interrupt

    def close(self) -> None:
        """End it where it waits."""
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, T]:
        return self._inner.__await__()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def _is_ctrl_c(error: BaseException) -> bool:
    """Whether it is from `asyncio.Runner`, which hears Ctrl+C for this program, and only met the graph's code."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return frame is not None and frame.tb_frame.f_globals.get("__name__") == asyncio.Runner.__module__
