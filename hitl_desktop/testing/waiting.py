"""Waiting in asynchronous tests for a condition or a Qt signal, instead of sleeping.

pytest-qt's `waitSignal` and `waitUntil` run a Qt loop inside the test's task, in which no other task can run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.005


class Signal(Protocol):
    """A signal of a Qt object. PySide6's own class for it has no useful types."""

    def connect(self, slot: Callable[..., object], /) -> object:
        """Have `slot` called with each emission."""

    def disconnect(self, slot: Callable[..., object], /) -> object:
        """Have it called no more."""


def until(condition: Callable[[], T | None], timeout: float = 10, message: str = "") -> Coroutine[Any, Any, T]:
    """Wait for a condition to be true and return its value.

    Raises:
        AssertionError: `timeout` seconds went by; says `message`.
    """
    return _poll(condition, timeout, message or f"Still not true after {timeout} seconds: {condition}")


async def _poll(condition: Callable[[], T | None], seconds: float, message: str) -> T:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not (value := condition()):
        if loop.time() >= deadline:
            raise AssertionError(message)
        await asyncio.sleep(POLL_SECONDS)
    return value


def wait_signal(signal: Signal, timeout: float = 10) -> asyncio.Future[tuple[Any, ...]]:
    """Return a future of the arguments of the next emission of `signal`.

    The signal counts from this call on, so that `clicked = wait_signal(button.clicked); button.click(); await clicked`
    works as well as `await wait_signal(button.clicked)`.

    Raises:
        AssertionError: awaiting it, when `timeout` seconds went by.
    """
    loop = asyncio.get_running_loop()
    emission: asyncio.Future[tuple[Any, ...]] = loop.create_future()

    def emitted(*arguments: Any) -> None:
        if not emission.done():
            emission.set_result(arguments)

    def too_late() -> None:
        if not emission.done():
            emission.set_exception(AssertionError(f"No emission within {timeout} seconds: {signal}"))

    def tidy(_: object) -> None:
        signal.disconnect(emitted)
        timer.cancel()

    signal.connect(emitted)
    timer = loop.call_later(timeout, too_late)
    emission.add_done_callback(tidy)
    return emission
