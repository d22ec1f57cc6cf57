"""The answers that the scripted Ollama server can give, and the lines that each becomes on the wire."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Text:
    """An answer in words, streamed token by token with `delay` seconds before each token after the first.

    Without `tokens` the text is cut behind every run of spaces. `done_reason` is "length" for an answer that was
    cut off at the token limit.
    """

    text: str
    tokens: tuple[str, ...] | None = None
    delay: float = 0.0
    done_reason: str = "stop"

    def pieces(self) -> tuple[str, ...]:
        """The tokens in the order in which they are streamed."""
        return self.tokens if self.tokens is not None else tuple(re.findall(r"\S+\s*|\s+", self.text))


@dataclass(frozen=True)
class Call:
    """One tool call, sent whole as Ollama does."""

    name: str
    arguments: JsonObject


@dataclass(frozen=True, init=False)
class Calls:
    """Several tool calls in one message: `Calls(Call("a", {}), ("b", {}))`."""

    calls: tuple[Call, ...]

    def __init__(self, *calls: Call | tuple[str, JsonObject]) -> None:
        object.__setattr__(self, "calls", tuple(c if isinstance(c, Call) else Call(*c) for c in calls))


@dataclass(frozen=True)
class CutStream:
    """Streams the text so far, then drops the connection without ending the answer."""

    text: str


@dataclass(frozen=True)
class ErrorLine:
    """Streams `after`, then an `{"error": ...}` line, as Ollama does when the model fails in the middle."""

    message: str
    after: str = ""


@dataclass(frozen=True)
class HttpError:
    """An answer with an HTTP error status and Ollama's `{"error": message}` as its body."""

    status: int
    message: str


Reply = Text | Call | Calls | CutStream | ErrorLine | HttpError
ScriptedReply = Reply | Callable[[JsonObject], Reply]


def lines(model: str, reply: Text | Call | Calls | CutStream | ErrorLine) -> Iterator[JsonObject]:
    """What `/api/chat` streams for a reply, one JSON object a line; counts are of tokens, durations in nanoseconds."""
    pieces: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    done_reason = "stop"
    match reply:
        case Text():
            pieces, done_reason = reply.pieces(), reply.done_reason
        case Call():
            calls = (reply,)
        case Calls():
            calls = reply.calls
        case CutStream(text) | ErrorLine(after=text):
            pieces = Text(text).pieces()
    for piece in pieces:
        yield _line(model, piece)
    if calls:
        functions = [{"function": {"name": call.name, "arguments": call.arguments}} for call in calls]
        yield _line(model, tool_calls=functions)
    if isinstance(reply, ErrorLine):
        yield {"error": reply.message}
    elif not isinstance(reply, CutStream):
        counts = {"prompt_eval_count": 7, "eval_count": max(1, len(pieces))}
        durations = {"total_duration": 9, "load_duration": 1, "prompt_eval_duration": 3, "eval_duration": 5}
        yield _line(model) | {"done": True, "done_reason": done_reason} | counts | durations


def loaded(model: str) -> JsonObject:
    """The answer to a chat without messages, by which clients load a model ahead of its first use."""
    return _line(model) | {"done": True, "done_reason": "load"}


def _line(model: str, content: str = "", **message: Any) -> JsonObject:
    body = {"role": "assistant", "content": content, **message}
    return {"model": model, "created_at": "2026-01-01T00:00:00Z", "message": body, "done": False}
