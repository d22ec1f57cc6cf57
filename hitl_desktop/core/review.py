"""An opened thread as a review: its requests, and the delivery that decisions on them become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hitl_desktop.core.backend import HowToGoOn, Resumption
from hitl_desktop.core.consequences import consequences_of, consequences_of_ending
from hitl_desktop.core.decision_records import entry_of
from hitl_desktop.core.decisions import Decision, DecisionKind, Submit
from hitl_desktop.core.dialects import answer_request, read_request
from hitl_desktop.core.dialects.schema_answer import fields_line
from hitl_desktop.core.events import StopReason
from hitl_desktop.core.graphs import GraphInfo, Project
from hitl_desktop.core.journal import EntryKind, JournalEntry
from hitl_desktop.core.records import Lease, RunStop
from hitl_desktop.core.requests import Breakpoint, GoOn, Question, Request, Resume
from hitl_desktop.core.threads import ThreadDetail, ThreadState, ThreadSummary
from hitl_desktop.core.undelivered import Undelivered
from hitl_desktop.core.values import to_json


@dataclass(frozen=True, slots=True)
class Review:
    """An opened thread: what was read, the requests that are open, and its graph where that is known and loaded.

    `graph_is_chosen` says whether the person said which graph it is; the thread itself may name another one or none.
    `failure` says what its last run failed with, and what to do, where the database does not know. `undelivered`
    is what was decided here before the program ended, and can be delivered still. `runs_elsewhere` says which other
    process runs it now.
    """

    detail: ThreadDetail
    requests: tuple[Request, ...]
    graph: GraphInfo | None
    graph_is_chosen: bool = False
    failure: str = ""
    undelivered: Undelivered | None = None
    runs_elsewhere: Lease | None = None

    @property
    def thread_id(self) -> str:
        """The thread's id."""
        return self.detail.thread_id


@dataclass(frozen=True, slots=True)
class Delivery:
    """Decisions, checked and ready to be sent.

    `words` says in a few words what was decided, `decisions` holds it by request id; `records` go into the
    review file before anything is sent. `consequences` say in sentences what happens then; `leaves_open`
    whether other requests of the thread get no answer. `kept` are the numbers of the decisions in the journal, where
    they were made before and are delivered now.
    """

    resumption: Resumption
    words: str
    lets_something_happen: bool
    decisions: Mapping[str, Sequence[Decision]]
    records: tuple[JournalEntry, ...]
    consequences: tuple[str, ...] = ()
    leaves_open: bool = False
    kept: tuple[int, ...] = ()

    @property
    def changes_something(self) -> bool:
        """Whether more follows than that what was proposed happens, so that the consequences are worth reading."""
        if self.leaves_open:
            return True
        made = [decision for decisions in self.decisions.values() for decision in decisions]
        plain = (DecisionKind.APPROVE, DecisionKind.SUBMIT, DecisionKind.CONTINUE)
        return not made or any(decision.kind not in plain for decision in made)


def breakpoint_of(summary: ThreadSummary, stop: RunStop | None, graph: GraphInfo | None) -> Breakpoint | None:
    """The breakpoint at which a thread stands that was left with steps to do, or None where it just stopped.

    Our own record of the run is certain; the graph's lists say "probably", for a crash leaves the same rows.
    """
    if stop is not None and stop.checkpoint_id == summary.checkpoint_id:
        if stop.reason is StopReason.BREAKPOINT_BEFORE:
            return Breakpoint(summary.next_nodes, "before", last_node=summary.last_node)
        if stop.reason is StopReason.BREAKPOINT_AFTER:
            return Breakpoint(summary.next_nodes, "after", last_node=summary.last_node)
        return None
    if graph is not None and summary.next_nodes:
        if set(summary.next_nodes) & set(graph.interrupt_before):
            return Breakpoint(summary.next_nodes, "before", False, summary.last_node)
        if summary.last_node in graph.interrupt_after:
            return Breakpoint(summary.next_nodes, "after", False, summary.last_node)
    return None


def was_cancelled(summary: ThreadSummary, stop: RunStop | None) -> bool:
    """Whether the error at a thread's newest checkpoint is only that a person stopped the run.

    LangGraph notes a cancelled node as one that failed with `CancelledError`.
    """
    return (
        summary.state is ThreadState.FAILED
        and stop is not None
        and stop.checkpoint_id == summary.checkpoint_id
        and stop.reason is StopReason.CANCELLED
    )


def as_it_stands(summary: ThreadSummary, stop: RunStop | None, project: Project, chosen: str | None) -> ThreadSummary:
    """The summary of a thread that does not run, with what its rows cannot say: whether it was stopped, or asks."""
    if was_cancelled(summary, stop):
        return replace(summary, state=ThreadState.STOPPED)
    if summary.state not in (ThreadState.DONE, ThreadState.STOPPED):
        return summary
    if not summary.read and (stop is None or stop.checkpoint_id != summary.checkpoint_id):
        return summary
    done = summary.read and summary.state is ThreadState.DONE
    stands = None if done else breakpoint_of(summary, stop, graph_of(summary, summary.next_nodes, project, chosen))
    if stands is None:
        return summary
    next_nodes = " and ".join(summary.next_nodes) or "the next step"
    asks = summary.asks or summary.calls or f"Continue with {next_nodes}?"
    return replace(summary, state=ThreadState.BREAKPOINT, requests=1, asks=asks)


def failure_of(detail: ThreadDetail, stop: RunStop | None) -> str:
    """What the last run failed with at this checkpoint, in the words that it was told in then.

    LangGraph notes what a node raises, but not that its question could not be stored, that the run took too many
    steps, or that an answer was refused.
    """
    if stop is None or stop.checkpoint_id != detail.checkpoint_id or stop.reason is not StopReason.FAILED:
        return ""
    return stop.message


def graph_of(summary: ThreadSummary, nodes: Sequence[str], project: Project, chosen: str | None) -> GraphInfo | None:
    """The graph that a thread belongs to: the one chosen, the one its checkpoints name, or the only one that fits."""
    named = project.graph(chosen) or project.graph(summary.graph)
    if named is not None or summary.graph is not None or not nodes:
        return named
    fitting = [graph for graph in project.graphs if not graph.error and set(nodes) <= set(graph.nodes)]
    return fitting[0] if len(fitting) == 1 else None


def review(detail: ThreadDetail, project: Project, stop: RunStop | None, chosen: str | None = None) -> Review:
    """Read an opened thread as a review: its interrupts, or the breakpoint at which it stands."""
    nodes = [question.path[0] if question.path else question.node for question in detail.questions]
    graph = graph_of(detail.summary, nodes or detail.summary.next_nodes, project, chosen)
    questions = detail.questions
    if was_cancelled(detail.summary, stop):
        detail = replace(detail, summary=replace(detail.summary, state=ThreadState.STOPPED), errors=())
    if not questions and detail.summary.state is ThreadState.STOPPED:
        stands = breakpoint_of(detail.summary, stop, graph)
        if stands is not None:
            node = detail.summary.last_node if stands.when == "after" else " and ".join(stands.next_nodes)
            breakpoint_id = f"breakpoint:{detail.checkpoint_id}"
            questions = (Question(breakpoint_id, node, (), detail.values, breakpoint=stands),)
            detail = replace(detail, summary=replace(detail.summary, state=ThreadState.BREAKPOINT, requests=1))
    requests = tuple(read_request(_judged(question, graph), graph) for question in questions)
    return Review(detail, requests, graph, project.graph(chosen) is not None, failure_of(detail, stop))


def _judged(question: Question, graph: GraphInfo | None) -> Question:
    """The question with whether LangGraph may give its answer to another tool call, as far as the graph is known."""
    several = question.calling is not None and len(question.calling.tool_calls) > 1
    mixes = several and graph is not None and question.node in graph.tool_nodes
    return replace(question, mixes_calls=True) if mixes else question


def prepare(thread: Review, decisions: Mapping[str, Sequence[Decision]]) -> Delivery:
    """Check decisions, by request id, and make them ready to be sent.

    Raises `InvalidAnswerError` for what a request does not allow, and `ValueError` where the graph is not
    known, there is nothing to send, or something was decided that the thread does not ask or that cannot be sent.
    """
    if thread.graph is None:
        raise ValueError("It is not known which graph this thread belongs to, so nothing can be sent.")
    decided = [request for request in thread.requests if request.id in decisions]
    if len(decided) < len(decisions):
        raise ValueError("Something was decided that this thread does not ask any more. Look at it again.")
    if not decided:
        raise ValueError("Nothing has been decided yet.")
    answers = {request.id: answer_request(request, decisions[request.id]) for request in decided}
    if any(isinstance(answer, GoOn) for answer in answers.values()) and len(thread.requests) > 1:
        raise ValueError(
            "Other questions of this step are open, and would be taken back with it: nothing can be sent here. "
            "The thread can only be ended."
        )
    made = [decision for request in decided for decision in decisions[request.id]]
    words = _words(decided, decisions)
    return Delivery(
        Resumption(
            thread.thread_id,
            thread.graph.name,
            thread.detail.checkpoint_id,
            HowToGoOn.CONTINUE if any(isinstance(answer, GoOn) for answer in answers.values()) else HowToGoOn.ANSWER,
            {key: answer.value for key, answer in answers.items() if isinstance(answer, Resume)},
            next((answer for answer in answers.values() if isinstance(answer, GoOn)), GoOn()),
            words,
            thread.detail.summary.title,
        ),
        words,
        any(decision.kind.lets_something_happen for decision in made),
        {request.id: tuple(decisions[request.id]) for request in decided},
        tuple(entry_of(thread, request, decisions[request.id], answers[request.id]) for request in decided),
        consequences_of(thread.detail, decisions, thread.requests, answers),
        len(decided) < len(thread.requests),
    )


def ending(thread: Review, reason: str = "") -> Delivery:
    """End a thread without an answer, for this reason. Raises `ValueError` without its graph."""
    detail = thread.detail
    record = JournalEntry(
        EntryKind.END,
        detail.thread_id,
        thread.graph.name if thread.graph is not None else "",
        " and ".join(detail.summary.next_nodes),
        detail.checkpoint_id,
        payload=[to_json(question.value) for question in detail.questions],
        reason=reason,
    )
    words = "End the thread"
    resumption = going_on(thread, HowToGoOn.END, words)
    return Delivery(resumption, words, True, {}, (record,), consequences_of_ending(detail))


def going_on(thread: Review, how: HowToGoOn, words: str) -> Resumption:
    """Go on with a thread that asks nothing, or whose answered node failed. Raises `ValueError` without its graph."""
    if thread.graph is None:
        raise ValueError("It is not known which graph this thread belongs to, so it cannot be run.")
    detail = thread.detail
    return Resumption(
        detail.thread_id, thread.graph.name, detail.checkpoint_id, how, what=words, title=detail.summary.title
    )


_VERBS = {
    DecisionKind.APPROVE: "Approve",
    DecisionKind.EDIT: "Approve edited",
    DecisionKind.REJECT: "Reject",
    DecisionKind.RESPOND: "Answer in place of",
    DecisionKind.IGNORE: "Ignore",
    DecisionKind.SUBMIT: "Answer",
    DecisionKind.CONTINUE: "Continue from",
}

_FITS = 60
"""Characters of an answer beside the name of the node that asked."""


def _answer(decision: Decision) -> str:
    return f" ({fields_line(decision.value, _FITS)})" if isinstance(decision, Submit) else ""


def _words(requests: Sequence[Request], decisions: Mapping[str, Sequence[Decision]]) -> str:
    parts = [
        f"{_VERBS[decision.kind]} {item.title}" + _answer(decision)
        for request in requests
        for item, decision in zip(request.items, decisions[request.id], strict=True)
    ]
    return ", ".join(parts) if len(parts) <= 3 else f"{', '.join(parts[:2])} and {len(parts) - 2} more"
