"""What follows from decisions, in words, before they are sent: which nodes run, and what the model will read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from hitl_desktop.core.decisions import Decision, Edit, Reject, Respond
from hitl_desktop.core.graphs import GraphInfo
from hitl_desktop.core.messages import Message, ToolCall
from hitl_desktop.core.requests import Answer, GoOn, Request
from hitl_desktop.core.threads import ThreadDetail

_OF_MIDDLEWARE = ("action_batch", "tool_approval")
_SAYS = (Reject, Respond, Edit)
_END = "__end__"


def consequences_of(
    detail: ThreadDetail,
    decided: Mapping[str, Sequence[Decision]],
    requests: Sequence[Request],
    answers: Mapping[str, Answer],
) -> tuple[str, ...]:
    """One sentence for each thing that happens; `decided` and `answers` are by request id."""
    tasks = Counter(_node(request) for request in requests if request.id in decided)
    lines: list[str] = []
    names = _names_of_items(requests)
    for request in requests:
        if request.id in decided:
            answer = answers[request.id]
            if isinstance(answer, GoOn):
                lines += _of_update(answer, request)
            else:
                lines.append(_runs_again(_node(request), tasks[_node(request)]))
            if _is_of_middleware(request):
                lines += _read_by_model(detail, request, decided[request.id], names[request.id])
            elif request.dialect in _OF_MIDDLEWARE and any(isinstance(each, _SAYS) for each in decided[request.id]):
                lines.append(f"What the model reads of it is up to {_node(request)}: it asks as LangChain's agents do.")
    asked_again = Counter(_node(request) for request in requests if request.id not in decided)
    if asked_again and not any(isinstance(answer, GoOn) for answer in answers.values()):
        lines.append(_asks_again(asked_again, tasks))
    return tuple(dict.fromkeys(lines))


def consequences_of_ending(detail: ThreadDetail) -> tuple[str, ...]:
    """What ending a thread leaves behind."""
    summary = detail.summary
    lines = ["No node runs any more. Everything that was done stays done, and can be read."]
    if detail.questions:
        lines.append(f"{_questions(len(detail.questions))} not answered: {_and([q.node for q in detail.questions])}.")
    left = [node for node in summary.next_nodes if node not in {question.node for question in detail.questions}]
    if left:
        lines.append(f"Not run: {_and(left)}.")
    open_calls = _open_calls(detail.messages)
    if open_calls:
        names = _and([call.name for call in open_calls])
        lines.append(f"The conversation keeps calls without a result ({names}); most models refuse to go on with it.")
    return tuple(lines)


def _is_of_middleware(request: Request) -> bool:
    """Whether LangChain's middleware asks, and not a node written by hand in its form. It has a node of its own, or
    asks from the tool node.
    """
    node = request.question.node
    own = node.endswith(".after_model") if request.dialect == "action_batch" else node in request.graph.tool_nodes
    return request.dialect in _OF_MIDDLEWARE and own


def _runs_again(node: str, tasks: int) -> str:
    if tasks > 1:
        return f"{tasks} tasks of {node} run again from their beginning, each with the answer to its question."
    return f"{node} runs again from its beginning, and its question has this answer."


def _asks_again(nodes: Mapping[str, int], answered: Mapping[str, int]) -> str:
    """The sentence on tasks that get no answer; `nodes` and `answered` count the tasks by node."""
    words = []
    for node, number in nodes.items():
        if node in answered:
            words.append(f"the other task of {node}" if number == 1 else f"the {number} other tasks of {node}")
        else:
            words.append(node if number == 1 else f"{number} tasks of {node}")
    names = _and_words(words)
    if sum(nodes.values()) > 1:
        return f"{names[0].upper()}{names[1:]} run again too, up to their questions, which stay open."
    return f"{names[0].upper()}{names[1:]} runs again too, up to its question, which stays open."


def _of_update(answer: GoOn, request: Request) -> Iterator[str]:
    graph, question = request.graph, request.question
    if answer.update is None:
        nodes = question.breakpoint.next_nodes if question.breakpoint is not None else ()
        yield f"{_and(nodes) or 'The next node'} reads the state as it is."
        return
    if answer.withdraws:
        yield f"The question of {_quoted(question.node)} is taken back, and nobody answers it."
    author = answer.as_node or (question.breakpoint.last_node if question.breakpoint is not None else "")
    fields = _and(list(answer.update))
    yield f"{fields} changes as if {_quoted(author) if author else 'the node that ran last'} had returned it."
    for name in answer.update:
        reducer = graph.state[name].reducer if name in graph.state else ""
        if reducer and name in answer.replaced:
            yield f"{_quoted(name)} is replaced, although the graph combines it with “{reducer}” otherwise."
    yield from _what_is_next(author, graph)
    for message in answer.update.get("messages", ()) if not answer.replaced else ():
        if message.get("type") == "tool":
            yield f"The model reads as the result of {message['name']}: “{message['content']}”"


def _what_is_next(node: str, graph: GraphInfo) -> Iterator[str]:
    following = [_quoted(each) if each != _END else "the end" for each in graph.leads_to.get(node, ())]
    if not following:
        return
    if node in graph.chooses:
        yield f"Its edges are evaluated anew with the changed state: next is {_or(following)}."
    else:
        yield f"Next is {_and_words(following)}."


def _names_of_items(requests: Sequence[Request]) -> Mapping[str, list[str]]:
    """The titles of the items by request id, numbered as the cards are where there are several."""
    numbers = count(1)
    several = sum(len(request.items) for request in requests) > 1
    return {
        request.id: [f"{next(numbers)}. {item.title}" if several else item.title for item in request.items]
        for request in requests
    }


def _read_by_model(
    detail: ThreadDetail, request: Request, decisions: Sequence[Decision], names: Sequence[str]
) -> Iterator[str]:
    """As `HumanInTheLoopMiddleware` of LangChain 1.4 and 1.5 writes it; a test compares it with the real message."""
    calls = _open_calls(detail.messages)
    for item, decision, name in zip(request.items, decisions, names, strict=True):
        match decision:
            case Respond(message):
                yield f"{name} does not run. The model reads as its result: “{message}”"
            case Reject(message) if message.strip():
                yield (
                    f"{name} does not run. The model reads as its result: “User rejected the tool call for "
                    f"`{item.title}` with reason: {message}”"
                )
            case Reject():
                same = [call.id for call in calls if call.name == item.title and call.args == item.payload]
                call_id = same[0] if len(set(same)) == 1 else "…"
                yield (
                    f"{name} does not run. The model reads as its result: “User rejected the tool call for "
                    f"`{item.title}` with id {call_id}. The tool was not executed. Do not retry this tool call unless "
                    "the user explicitly requests it.”"
                )
            case Edit():
                yield (
                    f"{name} runs with your arguments. The model reads before its result that a reviewer "
                    "replaced the call, unless the graph has another notice or none."
                )


def _open_calls(messages: Sequence[Message]) -> list[ToolCall]:
    """The tool calls of the conversation that have no result."""
    answered = {message.tool_call_id for message in messages}
    return [call for message in messages for call in message.tool_calls if call.id not in answered]


def _node(request: Request) -> str:
    return _quoted(" / ".join(request.question.path) or request.question.node)


def _questions(count: int) -> str:
    return "One question is" if count == 1 else f"{count} questions are"


def _quoted(name: str) -> str:
    return f"“{name}”"


def _and(names: Sequence[str]) -> str:
    return _and_words([_quoted(name) for name in dict.fromkeys(names)])


def _and_words(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _or(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
