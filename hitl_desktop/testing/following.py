"""Follows a thread through a window: what it asks, how it is answered, and how its run ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QLabel

from hitl_desktop.core.decisions import DecisionKind
from hitl_desktop.core.requests import Request
from hitl_desktop.core.review import Review
from hitl_desktop.core.threads import ThreadState
from hitl_desktop.core.values import Json
from hitl_desktop.testing.driver import Driver
from hitl_desktop.testing.waiting import POLL_SECONDS, until
from hitl_desktop.ui.review_panel import ReviewPanel

T = TypeVar("T")

_SETTLED_SECONDS = 1.0
"""How long a thread must stand still elsewhere than where it is waited for, until that is what came of it."""

_WITH_WORDS = (DecisionKind.REJECT, DecisionKind.RESPOND)


class NotSentError(AssertionError):
    """The window refused a decision and says why, for example because a value does not fit the schema."""


class Follower:
    """One thread at a time in the window of a driver: the one that was started, opened or decided last."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._decided: set[str] = set()
        self.thread_id = ""

    async def start(self, graph: str, message: str | None, value: Json) -> None:
        """Start a run through the form: with a message, with this input, or with the sample that stands there."""
        driver = self._driver
        reviews = driver.program.controller.reviews
        before = reviews.thread_id
        await driver.choose_graph(graph)
        if message is not None:
            if not driver.is_shown("new_run_message"):
                raise AssertionError(f"{graph} takes no message: give its input instead")
            await driver.type_into("new_run_message", message)
        elif value is not None:
            await driver.paste_input(value)
        await driver.click("new_run_start")
        if reviews.thread_id == before:
            said = (
                driver.find(QLabel, "new_run_problem").text() if driver.is_shown("new_run_problem") else "not started"
            )
            await driver.click("new_run_cancel")
            raise NotSentError(said)
        self.thread_id = reviews.thread_id

    async def open(self, thread_id: str, seconds: float) -> None:
        """Open a thread of the inbox."""
        self.thread_id = thread_id
        await self._until(lambda review: review, seconds, "the thread was not opened", at_rest=False)

    async def asks(self, seconds: float) -> tuple[Request, ...]:
        """Wait until the thread asks something that was not decided here yet; returns its open requests."""

        def fresh(review: Review) -> tuple[Request, ...] | None:
            if not self._fresh(review):
                return None
            cards = sum(len(each.items) for each in review.requests)
            return review.requests if all(self._driver.is_shown(f"item:{i + 1}") for i in range(cards)) else None

        return await self._until(fresh, seconds, "the thread did not ask")

    async def reaches(self, states: tuple[ThreadState, ...], seconds: float) -> Review:
        """Wait until the thread is in one of these states; returns it."""
        wanted = " or ".join(state.value for state in states)
        return await self._until(
            lambda review: review if review.detail.summary.state in states else None,
            seconds,
            f"not {wanted}",
            at_rest=ThreadState.RUNNING not in states,
        )

    async def decide(self, kind: DecisionKind, words: str, seconds: float) -> None:
        """Press the button of a decision on the current card, and give the words that go with it.

        Waits for the next question where none is on the screen. Raises `NotSentError` where the window refuses it.
        """
        driver = self._driver
        if words and kind not in _WITH_WORDS:
            raise ValueError(f"no words go with “{kind.value}”, only with reject and respond")
        if not self._fresh(self._panel.review):
            await self.asks(seconds)
        await driver.may_decide()
        name = f"decision_{kind.value}"
        await until(lambda: driver.is_shown(name), 2, self._not_offered(kind))
        requests = self._panel.review.requests if self._panel.review is not None else ()
        self.thread_id = driver.program.controller.reviews.thread_id
        await driver.click(name)
        if kind in _WITH_WORDS:
            if words:
                await driver.type_into("composer_text", words)
            await driver.click("decision_confirm")
        self._refused()
        if sum(len(request.items) for request in requests) == 1:
            self._decided |= {request.id for request in requests}

    async def send(self) -> None:
        """Send the decisions on several cards. Raises `NotSentError` where the window refuses them."""
        review = self._panel.review
        await self._driver.decide("decision_send")
        self._refused()
        self._decided |= {request.id for request in review.requests} if review is not None else set()

    @property
    def _panel(self) -> ReviewPanel:
        return self._driver.window.review

    def _fresh(self, review: Review | None) -> bool:
        """Whether a thread asks something that was not decided here yet."""
        if review is None or not review.detail.summary.state.waits:
            return False
        return not {each.id for each in review.requests} <= self._decided

    def _not_offered(self, kind: DecisionKind) -> str:
        offered = [each.value for each in DecisionKind if self._driver.is_shown(f"decision_{each.value}")]
        words = f"“{kind.value}” is not offered here, only: {', '.join(offered) or 'nothing'}"
        if kind is DecisionKind.EDIT:
            words += "; an edit is offered when something was changed"
        return words

    def _refused(self) -> None:
        if self._driver.is_shown("decision_message"):
            raise NotSentError(self._driver.find(QLabel, "decision_message").text())

    async def _until(
        self, found: Callable[[Review], T | None], seconds: float, message: str, *, at_rest: bool = True
    ) -> T:
        """Wait for something of the followed thread, and no longer than until it stands still without that.

        With `at_rest` what is on the screen counts only when nothing more comes: a retry begins with the old failure.
        """
        loop = asyncio.get_running_loop()
        begun = still_since = loop.time()
        while True:
            review = self._open()
            if review is not None and (self._rests() or not at_rest) and (result := found(review)):
                return result
            now = loop.time()
            stands = self._stands(review)
            if not stands:
                still_since = now
            if now - still_since >= _SETTLED_SECONDS:
                raise AssertionError(f"{message}: {stands}")
            if now - begun >= seconds:
                raise AssertionError(f"{message} within {seconds:g} seconds")
            await asyncio.sleep(POLL_SECONDS)

    def _open(self) -> Review | None:
        """The followed thread, if it is the one on the screen; it is opened once it does not run any more."""
        reviews = self._driver.program.controller.reviews
        self.thread_id = self.thread_id or reviews.thread_id
        if reviews.thread_id != self.thread_id:
            if self.thread_id not in self._driver.program.session.active:
                self._driver.window.inbox.select_when_listed(self.thread_id)
                reviews.open(self.thread_id)
            return None
        review = self._panel.review
        return review if review is not None and review.thread_id == self.thread_id else None

    def _rests(self) -> bool:
        """Whether the followed thread neither runs nor is about to, and is not being read anew."""
        program = self._driver.program
        if self.thread_id in program.session.active or self._panel.is_sent:
            return False
        return not program.controller.tasks.names & {f"run {self.thread_id}", "open a thread"}

    def _stands(self, review: Review | None) -> str:
        """How the thread stands where nothing more comes of it by itself; empty while something may."""
        if not self._rests():
            return ""
        if review is None:
            given = self._driver.program.controller.reviews.left_input
            return "the run could not begin" if given is not None else "" if self.thread_id else "no thread is open"
        state = review.detail.summary.state
        if state is ThreadState.RUNNING:
            return ""
        return failure_words(review) or f"it is {state.value}"


def failure_words(review: Review) -> str:
    """What a thread failed with: the errors of its nodes, else what the window says; empty where it did not fail."""
    return "\n".join(f"{node} failed: {text}" for node, text in review.detail.errors) or review.failure
