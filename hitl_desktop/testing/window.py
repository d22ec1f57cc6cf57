"""The window as users' own tests drive it: a plain method for each thing that a person does or waits for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar, overload

from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from hitl_desktop.core.decisions import DecisionKind
from hitl_desktop.core.messages import Message
from hitl_desktop.core.review import Review
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.core.values import Json, to_json
from hitl_desktop.testing.asked import Asked, asked
from hitl_desktop.testing.driver import Driver
from hitl_desktop.testing.following import Follower, NotSentError, failure_words
from hitl_desktop.testing.shown import describe, named, text_of
from hitl_desktop.testing.standing_loop import StandingLoop
from hitl_desktop.testing.waiting import until

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)

SECONDS = 30.0
"""How long methods wait at most, where the test does not say it."""

_FAILED = (ThreadState.FAILED, ThreadState.NEEDS_REPAIR)


class HitlWindow:
    """A real window of the program on a project, for a plain test function.

    The methods press what a person would press, and wait. What they wait for is of the thread that was started,
    opened or decided last. Where something does not come, or a control is not there, they raise `AssertionError` with
    what the window shows instead. `main_window` is Qt's, for `qtbot`.
    """

    def __init__(
        self, loop: StandingLoop, opening: AbstractAsyncContextManager[Driver], project: Path, database: Path
    ) -> None:
        self._loop = loop
        self._opening = opening
        self.project = project
        self.database = database
        self._driver = loop.wait_for(opening.__aenter__())
        self._follower = Follower(self._driver)
        self.is_open = True

    def wait_until_ready(self) -> None:
        """Wait until the graphs are loaded and a model was looked for; `hitl_window` has done it."""
        __tracebackhide__ = True
        self._do(self._driver.ready())

    # Runs

    def start(self, graph: str, message: str | None = None, *, input: Json = None) -> str:
        """Start a run of a graph through the form for new runs; returns the id of its thread.

        With `message` it is typed in, with `input` that is put in as JSON, and with neither the sample that the form
        offers is sent. Raises `NotSentError` where the form refuses the input.
        """
        __tracebackhide__ = True
        if message is not None and input is not None:
            raise ValueError("a run is started with a message or with an input, not with both")
        self._do(self._follower.start(graph, message, input))
        return self._follower.thread_id

    def open_thread(self, thread_id: str, timeout: float = SECONDS) -> None:
        """Open a thread of the inbox."""
        __tracebackhide__ = True
        self._do(self._follower.open(thread_id, timeout))

    def threads(self) -> dict[str, str]:
        """The threads of the database by id, each with its state, the newest first."""
        return {each.thread_id: each.state.value for each in self.run(self._driver.program.session.threads())}

    def wait_until_done(self, timeout: float = SECONDS) -> dict[str, Any]:
        """Wait until the run has come to its end; returns the values of its state, as `values` does."""
        __tracebackhide__ = True
        self._do(self._follower.reaches((ThreadState.DONE,), timeout))
        return self.values

    def wait_until_failed(self, timeout: float = SECONDS) -> str:
        """Wait until a node of the run has failed; returns which one, and with what."""
        __tracebackhide__ = True
        return failure_words(self._do(self._follower.reaches(_FAILED, timeout)))

    def wait_until_state(self, state: str, timeout: float = SECONDS) -> None:
        """Wait until the thread is in this state.

        One of waiting, breakpoint, needs repair, running, failed, stopped midway, done.
        """
        __tracebackhide__ = True
        self._do(self._follower.reaches((ThreadState(state),), timeout))

    # Requests and decisions

    def wait_for_requests(self, timeout: float = SECONDS) -> tuple[Asked, ...]:
        """Wait until the thread asks something that was not decided yet; returns all that it asks."""
        __tracebackhide__ = True
        return tuple(asked(request) for request in self._do(self._follower.asks(timeout)))

    def wait_for_request(self, timeout: float = SECONDS) -> Asked:
        """Wait until the thread asks something that was not decided yet; returns it where it asks one thing only."""
        __tracebackhide__ = True
        requests = self.wait_for_requests(timeout)
        if len(requests) != 1:
            raise AssertionError(f"the thread asks {len(requests)} things at once: use wait_for_requests")
        return requests[0]

    def decide(self, decision: str, words: str = "", *, timeout: float = SECONDS) -> None:
        """Press the button of a decision on the current card, once the window takes it for meant.

        `decision` is one of approve, edit, reject, respond, ignore, submit, continue; `words` are the reason of reject
        and the text of respond. On an only card it is sent with this; of several cards the next is current
        then, and `send` sends. Raises `NotSentError` where the window refuses it.
        """
        __tracebackhide__ = True
        self._do(self._follower.decide(DecisionKind(decision), words, timeout))

    def send(self) -> None:
        """Send what was decided on several cards. Raises `NotSentError` where the window refuses it."""
        __tracebackhide__ = True
        self._do(self._follower.send())

    def edit_json(self, value: Json, item: int = 1) -> None:
        """Put a value as JSON into the editor of a card, counted from 1, in place of what stands there."""
        __tracebackhide__ = True

        async def edit() -> None:
            await self._driver.shown(f"item:{item}")
            await self._driver.paste_json(self._driver.find(QWidget, f"item:{item}"), value)

        self._do(edit())

    # What is on the screen

    @property
    def thread_id(self) -> str:
        """The thread that was started, opened or decided last."""
        return self._follower.thread_id

    @property
    def state(self) -> str:
        """The state of the thread on the screen; empty where none is."""
        review = self._review
        return review.detail.summary.state.value if review is not None else ""

    @property
    def values(self) -> dict[str, Any]:
        """The state of the thread on the screen, by key, as JSON; messages are in `messages` in a handier form."""
        review = self._review
        return {key: to_json(value) for key, value in review.detail.values.items()} if review is not None else {}

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation of the thread on the screen: each message with `role`, `text`, `tool_calls` and `name`."""
        return self._review.detail.messages if self._review is not None else ()

    @property
    def notices(self) -> tuple[str, ...]:
        """The notices in the window, the oldest first."""
        return self._driver.notices

    @property
    def log_text(self) -> str:
        """What the run log shows."""
        return self._driver.log_text

    @property
    def controls(self) -> tuple[str, ...]:
        """The object names of all that can be seen: what the methods below take."""
        return tuple(dict.fromkeys(widget.objectName() for widget in named(self._driver.window)))

    @property
    def main_window(self) -> QMainWindow:
        """Qt's window."""
        return self._driver.window

    def describe(self) -> str:
        """What the window shows, in words: the open thread, the notices, buttons and fields."""
        return describe(self._driver)

    def screenshot(self, path: Path | str) -> Path:
        """Keep a picture of the window, or of the dialog over it, as PNG; returns where."""
        path = Path(path)
        top = QApplication.activeModalWidget() or self._driver.window
        if not top.grab().save(str(path), "PNG"):
            raise OSError(f"the picture could not be written to {path}")
        return path

    # Controls, by object name

    @overload
    def find(self, name: str) -> QWidget: ...
    @overload
    def find(self, name: str, kind: type[W]) -> W: ...
    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The visible widget of this object name."""
        __tracebackhide__ = True
        with_names = [each for each in named(self._driver.window) if each.objectName() == name]
        found = [each for each in with_names if isinstance(each, kind)]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} visible widgets are called {name}\n{self.describe()}")
        return found[0]

    def is_shown(self, name: str) -> bool:
        """Whether a widget of this object name can be seen."""
        return self._driver.is_shown(name)

    def wait_shown(self, name: str) -> None:
        """Wait until a widget of this object name can be seen."""
        __tracebackhide__ = True
        self._do(self._driver.shown(name))

    def text_of(self, name: str) -> str:
        """The text of a label, button or field, or the choice that is made in it."""
        __tracebackhide__ = True
        return text_of(self.find(name))

    def click(self, name: str) -> None:
        """Click a button with the mouse, once it can be clicked."""
        __tracebackhide__ = True
        self._do(self._driver.click(name))

    def type_into(self, name: str, text: str) -> None:
        """Replace the text of a field by typing."""
        __tracebackhide__ = True
        self._do(self._driver.type_into(name, text))

    def choose(self, name: str, text: str) -> None:
        """Choose a value in a list of choices."""
        __tracebackhide__ = True
        self._do(self._driver.choose(name, text))

    def press(self, keys: str) -> None:
        """Press keys where the keyboard is, as `QKeySequence` writes them: "Ctrl+Return"."""
        __tracebackhide__ = True
        self._do(self._driver.press_keys(keys))

    # Waiting, and the end

    def wait_until(self, condition: Callable[[], T | None], message: str = "", timeout: float = SECONDS) -> T:
        """Wait until a condition is true; returns its value."""
        __tracebackhide__ = True
        return self._do(until(condition, timeout, message))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of the test beside the window; returns or raises what it does. `asyncio.run` cannot here."""
        return self._loop.wait_for(work)

    def close(self) -> list[str]:
        """Close the window, and what runs in it. Returns what was left under way, in words."""
        if not self.is_open:
            return []
        self.is_open = False
        active = [each.run.graph for each in self._driver.program.session.active.values()]
        held = [delivery.words for delivery in self._driver.program.controller.held.deliveries]
        try:
            self._loop.wait_for(self._opening.__aexit__(None, None, None))
        except TimeoutError:
            return ["the program did not end within 20 seconds"]
        left = [f"a run of {graph} was still under way, and was stopped" for graph in active]
        return left + [f"a decision was held and is not sent: {words}" for words in held]

    @property
    def _review(self) -> Review | None:
        return self._driver.window.review.review

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of the driver; where it fails, say what the window shows instead."""
        __tracebackhide__ = True
        try:
            return self._loop.wait_for(work)
        except NotSentError as error:
            raise NotSentError(f"{error}\n{self.describe()}") from None
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.describe()}") from None
