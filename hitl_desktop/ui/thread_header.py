"""The head of the review panel: which thread, which graph, how it stands, and what can be done when it asks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from hitl_desktop.core.backend import HowToGoOn
from hitl_desktop.core.graphs import Project
from hitl_desktop.core.model_problems import ModelTrouble, trouble_in
from hitl_desktop.core.records import Lease
from hitl_desktop.core.review import Review
from hitl_desktop.core.run_model import gets_model
from hitl_desktop.core.threads import GivenAnswer, ThreadState
from hitl_desktop.core.values import dump_json, to_json
from hitl_desktop.ui.buttons import named_button
from hitl_desktop.ui.end_thread import can_end
from hitl_desktop.ui.icons import set_icon
from hitl_desktop.ui.layouts import clear, leave_out_of_tab_order
from hitl_desktop.ui.local_models.words import fix_words
from hitl_desktop.ui.meant_button import MeantButton
from hitl_desktop.ui.plain_text import PlainLabel, ReadOnlyText
from hitl_desktop.ui.scroll_manners import StillComboBox
from hitl_desktop.ui.theme import scaled_font, set_kind
from hitl_desktop.ui.thread_words import at_local_time

_EMPTY = "Nothing is open"
_EMPTY_HINT = "Choose a thread on the left, or start a new run with Ctrl+N."

_Actions: TypeAlias = tuple[tuple[str, HowToGoOn], ...]
"""The words on a button, and how its thread is then gone on with."""
_ASK_AGAIN = ("Ask again", HowToGoOn.ASK_AGAIN)
_TRY_AGAIN: _Actions = (("Try again", HowToGoOn.RETRY),)

# What is said of a thread that asks nothing, and what can be done with it.
_STANDING: dict[ThreadState, tuple[str, _Actions]] = {
    ThreadState.RUNNING: ("It is running. The run log shows what happens.", ()),
    ThreadState.NEEDS_REPAIR: (
        "It was answered, and the node that asked then failed. Another answer would be ignored by LangGraph: "
        "try again with the same answer, or have the question asked again.",
        (_ASK_AGAIN, ("Try again with the same answer", HowToGoOn.RETRY)),
    ),
    ThreadState.FAILED: (
        "A node failed and nothing is asked. What was done before it is kept.",
        _TRY_AGAIN,
    ),
    ThreadState.STOPPED: (
        "It was left with steps to do: stopped, or its program ended. Going on runs the cut node from its beginning.",
        (("Go on", HowToGoOn.RETRY),),
    ),
    ThreadState.DONE: ("It is done. Nothing is left to do.", ()),
}

_FAILED = (ThreadState.FAILED, ThreadState.NEEDS_REPAIR)

_LEFTOVER = (
    "Another program gave an answer here and did not say to which question. LangGraph would give it to the next one, "
    "whatever that asks, so nothing can be answered. If that program still runs, wait for it; else have the node ask "
    "again, which drops this answer. A copy of the thread is kept."
)
_ASK_FIRST = "Have it ask again first: the answer that lies in it belongs to no question."

_UNKNOWN = "It does not say which graph it belongs to. Choose one, and its questions can be answered."
_UNKNOWN_AND_NONE = (
    "It can be read, and not answered: its graph is not loaded. Open the project with its graph (Ctrl+Shift+O)."
)
_GUESSED = "That its graph is “{0}” is a guess, from the names of its nodes."
_CHOSEN = "You chose “{0}” as its graph."
_NOT_HERE = "Its graph “{0}” is not in this project. Open the project that has it (Ctrl+Shift+O)"
_NOT_LOADED = "Its graph “{0}” could not be loaded. Put that right, and reload the project"
_OR_CHOOSE = ", or choose another graph here"


class ThreadHeader(QFrame):
    """Says what is open.

    Signals:
        graph_chosen(str): the graph that the person says the thread belongs to.
        go_on_requested(HowToGoOn): go on with it in this way.
        end_requested(): the person may want to end it.
        fix_requested(ModelTrouble): do something about the model because of which it failed.
    """

    graph_chosen = Signal(str)
    go_on_requested = Signal(object)
    end_requested = Signal()
    fix_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("thread_header")
        self._project = Project("")
        self._title = PlainLabel("")
        self._title.setObjectName("thread_title")
        self._title.setFont(scaled_font(self._title.font(), 1.25, bold=True))
        self._end = QPushButton("End…")
        self._end.setObjectName("thread_end")
        self._end.setAccessibleName("End the thread")
        self._end.setToolTip("End this thread without an answer")
        self._end.setAutoDefault(False)
        set_kind(self._end, "plain")
        self._end.clicked.connect(self.end_requested)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._end, 0, Qt.AlignmentFlag.AlignTop)
        self._facts = PlainLabel("")
        self._facts.setObjectName("thread_facts")
        set_kind(self._facts, "muted")
        self._standing = PlainLabel("")
        self._standing.setObjectName("thread_standing")
        self._given = ReadOnlyText(most=6)
        self._given.setObjectName("thread_given")
        self._given.setAccessibleName("The answer that the thread has")
        self._graphs = StillComboBox()
        self._graphs.setObjectName("thread_graph")
        self._graphs.setAccessibleName("Graph of this thread")
        self._graphs.activated.connect(self._on_graph)
        leave_out_of_tab_order(self._title, self._facts, self._standing)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(4)
        layout.addLayout(top)
        for widget in (self._facts, self._standing, self._given, self._graphs):
            layout.addWidget(widget)
        layout.addLayout(self._actions)

    def set_project(self, project: Project) -> None:
        """The graphs to choose from where a thread does not say to which it belongs."""
        self._project = project

    def show_review(self, review: Review | None) -> None:
        """Show the head of this thread, or that nothing is open."""
        clear(self._actions)
        self._graphs.hide()
        self._given.hide()
        self._end.setVisible(review is not None and can_end(review))
        if review is None:
            self._title.setText(_EMPTY)
            self._facts.setText("")
            self._standing.setText(_EMPTY_HINT)
            self._standing.show()
            return
        summary = review.detail.summary
        self._title.setText(summary.title or summary.thread_id)
        graph = review.graph.name if review.graph is not None else summary.graph or "graph not known"
        self._facts.setText(f"{graph} · {summary.state.value} · thread {summary.thread_id}")
        text, actions = _standing_of(review)
        self._standing.setText(text)
        self._standing.setVisible(bool(text))
        if review.detail.given:
            self._given.setPlainText(_given_words(review.detail.given))
            self._given.show()
        if review.requests or actions:
            self._offer_graphs(review, text)
        if review.graph is not None:
            for label, how in actions:
                self._actions.addWidget(self._button(label, how))
            trouble = _trouble_of(review) if actions else None
            if trouble is not None:
                self._actions.addWidget(self._fix_button(trouble))
            self._actions.addStretch(1)

    def _on_graph(self, index: int) -> None:
        if index > 0:  # the first line only says what the list is for
            self.graph_chosen.emit(self._graphs.itemText(index))

    def _offer_graphs(self, review: Review, text: str) -> None:
        """Say whose the thread is where it does not say so itself, and offer the graphs that it may be of instead."""
        known = review.graph.name if review.graph is not None else ""
        named = review.detail.summary.graph
        if not self._project.folder or (known and known == named):  # still loading, or certain
            return
        names = [graph.name for graph in self._project.graphs if not graph.error and graph.name != known]
        if known:
            words = (_CHOSEN if review.graph_is_chosen else _GUESSED).format(known)
        elif self._project.error:
            words = f"It can be read, and not answered. {self._project.error}"
        elif named is not None:
            has_it = any(graph.name == named for graph in self._project.graphs)
            words = (_NOT_LOADED if has_it else _NOT_HERE).format(named) + f"{_OR_CHOOSE if names else ''}."
        else:
            words = _UNKNOWN if names else _UNKNOWN_AND_NONE
        self._graphs.clear()
        # Short: a box that is narrow cuts what it shows.
        self._graphs.addItems(["Choose another graph" if known else "Choose its graph", *names])
        self._graphs.setVisible(bool(names))
        self._standing.setText("\n".join(part for part in (text, words) if part))
        self._standing.show()

    def _button(self, label: str, how: HowToGoOn) -> MeantButton:
        button = MeantButton(label)
        button.setObjectName(f"go_on:{how.value}")
        set_icon(button, "retry")
        button.meant.connect(lambda: self.go_on_requested.emit(how))
        return button

    def _fix_button(self, trouble: ModelTrouble) -> QPushButton:
        button = named_button("thread_fix_model", fix_words(trouble), "model")
        button.clicked.connect(lambda: self.fix_requested.emit(trouble))
        return button


def run_status(review: Review | None) -> tuple[ThreadState | None, str]:
    """How an opened thread stands, and why its node cannot be run again as it is, empty where it can."""
    if review is None:
        return None, ""
    return review.detail.summary.state, _ASK_FIRST if review.detail.holds_a_leftover else ""


def _standing_of(review: Review) -> tuple[str, _Actions]:
    """How the thread stands in words, with what failed, and the buttons for it."""
    state = review.detail.summary.state
    text, actions = _STANDING.get(state, ("", ()))
    if review.detail.holds_a_leftover:
        asks = review.detail.summary.asks
        text, actions = f"It asks: {asks}\n{_LEFTOVER}" if asks else _LEFTOVER, (_ASK_AGAIN,)
    if review.runs_elsewhere is not None:
        text = _elsewhere(review.runs_elsewhere)
    parts = [text]
    if review.failure and state is not ThreadState.RUNNING:
        if state is ThreadState.STOPPED:  # it was not stopped, and going on may well fail again
            parts, actions = [], _TRY_AGAIN
        parts.append(f"Its last run failed. {review.failure}")
    unreadable = state in (ThreadState.WAITING, ThreadState.DONE) and not review.requests  # for which errors say why
    if unreadable or state in _FAILED:
        told = review.failure
        errors = [(node, error) for node, error in review.detail.errors if not (told and _is_said(error, told))]
        parts += [f"{node}: {error}" if node else error for node, error in errors]
    return "\n".join(part for part in parts if part), actions


def _is_said(error: str, words: str) -> bool:
    """Whether the words that were told of a failure are of this error, which is stored as its `repr`."""
    text = error.partition("(")[2].removesuffix(")").strip("\"'")
    return trouble_in(error) is not None or (bool(text) and text in words)


def _trouble_of(review: Review) -> ModelTrouble | None:
    """The trouble with the model because of which a failed thread can't go on, if that is why."""
    if review.detail.summary.state not in _FAILED:
        return None
    trouble = next(filter(None, (trouble_in(message) for _, message in review.detail.errors)), None)
    if trouble is None or review.graph is None:
        return trouble
    return replace(trouble, named_in_code=not gets_model(review.graph))


def _given_words(answers: Sequence[GivenAnswer]) -> str:
    """The answers whole, as trying again would use them."""
    return "\n".join(
        f"{f'{each.node} has this answer' if each.node else 'This answer belongs to no question'}:\n"
        f"{dump_json(to_json(each.value))}"
        for each in answers
    )


def _elsewhere(lease: Lease) -> str:
    """Who runs a thread that runs in another process, and what can be done here meanwhile."""
    what = f" (“{lease.what}”)" if lease.what else ""
    return (
        f"Another program runs it since {at_local_time(lease.since)}{what}: process {lease.process} on {lease.host}. "
        "It can be read meanwhile, and decided here again when that run has ended or that program is gone."
    )
