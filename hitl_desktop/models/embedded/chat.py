"""Answers a chat request: a tool call, a quoted tool result, JSON after a schema, or plain text."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from hitl_desktop.models.embedded import arguments, prompts, routing
from hitl_desktop.models.embedded.completion import (
    ClientGoneError,
    Completion,
    EngineError,
    Gone,
    OnText,
    PromptTooLongError,
)
from hitl_desktop.models.embedded.engine import Engine
from hitl_desktop.models.embedded.protocol import ChatRequest, Json, RequestError, Tool, closing, tool_call
from hitl_desktop.models.embedded.schema import bounded

SMALL = 1_000_000_000
"""Weights below which a model copies arguments and quotes results, instead of writing them freely."""

LONGEST_ANSWER = 512
LONGEST_ANSWER_TO_RESULT = 256
LONGEST_JSON = 1024
"""Tokens, where the request sets no `num_predict`: a small model that rambles stops after seconds, not minutes."""

_LONGEST_REQUEST = 2000
"""Characters of the last user message that are read to choose and fill a tool: 4 seconds' worth on a slow core."""

DEFAULTS: Mapping[str, Any] = {"temperature": 0.2, "repeat_penalty": 1.1}
"""Where the request sets no temperature. Ollama's 0.8 lets a small model wander, and without a penalty it repeats
itself for ever. A request that sets the temperature gets no penalty: it turned an amount of 1999.00 into 1999.01."""

OnCalls = Callable[[list[Json]], None]


class Chat:
    """Answers requests with one engine, one after another: see `Engine.turn`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._small = engine.model.parameters < SMALL
        self._biases: routing.Biases = {}

    def warm_up(self) -> None:
        """Load the weights and read what every tool call begins with; ends early when a request comes.

        Saves the first tool call some 2 seconds on a slow core. Raises EngineError when loading fails.
        """
        with self._engine.turn(lambda: False):
            self._engine.load()
            beginning = arguments.question(Tool("", "", {}), "", explain=not self._small)
            with contextlib.suppress(ClientGoneError):
                self._engine.run(beginning, {"max_tokens": 1}, gone=lambda: self._engine.wanted)

    def answer(self, request: ChatRequest, on_text: OnText, on_calls: OnCalls, gone: Gone) -> Json:
        """Answer `request` and return the fields of the last line.

        Text goes to `on_text` as it is written, tool calls whole to `on_calls`. Without messages the
        model is only loaded, or unloaded. Raises ClientGoneError, RequestError and EngineError.
        """
        start = time.perf_counter_ns()
        with self._engine.turn(gone):
            if not request.messages and request.unload:
                self._engine.unload()
                return {"done": True, "done_reason": "unload"}
            load_ns = self._engine.load()
            if not request.messages:
                return {"done": True, "done_reason": "load"}
            try:
                completion = self._complete(request, on_text, on_calls, gone)
            finally:
                if request.unload:
                    self._engine.unload()
        return closing(completion, load_ns, time.perf_counter_ns() - start)

    def _complete(self, request: ChatRequest, on_text: OnText, on_calls: OnCalls, gone: Gone) -> Completion:
        results = prompts.results_since_request(request.messages)
        # One call a turn, and none right after a result: a small model would call the same tool for ever.
        if request.tools and not results:
            tool = self._choose(request, gone)
            if tool is not None:
                filled, completion = self._fill(tool, request, gone)
                on_calls([tool_call(0, tool.name, filled, f"call_{secrets.token_hex(4)}")])
                return completion
        if results and self._small and request.format is None:
            return self._quote(results, on_text, gone)
        settings = {**_defaults(request, bool(results)), **request.settings, **_grammar(request)}
        messages = prompts.plain_messages(request.messages)
        if results:
            messages[-1]["content"] += "\n\nAnswer with this in one or two sentences."
        return self._run_within_context(messages, settings, gone, on_text)

    def _choose(self, request: ChatRequest, gone: Gone) -> Tool | None:
        wanted = prompts.last_request(request.messages)[:_LONGEST_REQUEST]
        return routing.choose_tool(
            request.tools, wanted, lambda messages, settings: self._engine.run(messages, settings, gone), self._biases
        )

    def _fill(self, tool: Tool, request: ChatRequest, gone: Gone) -> tuple[Json, Completion]:
        if not tool.parameters.get("properties"):
            return {}, Completion()
        wanted = prompts.last_request(request.messages)[:_LONGEST_REQUEST]
        schema = arguments.allowed(tool.parameters, wanted, copy=self._small)
        # The request's num_predict and stop don't count here: cut off, the arguments would be no JSON.
        settings = {"temperature": 0, "max_tokens": -1, **_json_schema(schema)}
        completion = self._engine.run(arguments.question(tool, wanted, explain=not self._small), settings, gone)
        try:
            filled = json.loads(completion.text)
        except ValueError:
            raise EngineError(f"the arguments of the tool {tool.name} did not fit into the context") from None
        return filled, completion

    def _quote(self, results: list[tuple[str, str]], on_text: OnText, gone: Gone) -> Completion:
        """Let the model say the results word for word.

        Left free, SmolLM2 told 3 of 7 results wrongly with the best of eight prompts, and with others a
        sent mail as refused: nothing that a reviewer may be shown.
        """
        quotation = prompts.quotation(results)
        question = [{"role": "user", "content": "What did the tools answer?"}]
        settings = {"temperature": 0, "max_tokens": -1, "grammar": prompts.only(quotation)}
        return self._engine.run(question, settings, gone, on_text)

    def _run_within_context(
        self, messages: list[dict[str, str]], settings: Mapping[str, Any], gone: Gone, on_text: OnText
    ) -> Completion:
        """Run, and leave out the oldest messages when all together are too long, as Ollama does."""
        while True:
            try:
                return self._engine.run(messages, settings, gone, on_text)
            except PromptTooLongError:
                shorter = prompts.without_oldest(messages)
                if shorter is None:
                    raise RequestError(400, "the input length exceeds the context length") from None
                messages = shorter


def _defaults(request: ChatRequest, after_result: bool) -> Json:
    length = LONGEST_JSON if request.format is not None else LONGEST_ANSWER
    settings: Json = {} if "temperature" in request.settings else dict(DEFAULTS)
    return {**settings, "max_tokens": min(length, LONGEST_ANSWER_TO_RESULT) if after_result else length}


def _grammar(request: ChatRequest) -> Json:
    if request.format is None:
        return {}
    if request.format == "json":
        return {"response_format": {"type": "json_object"}}
    return _json_schema(bounded(request.format))


def _json_schema(schema: Mapping[str, Any]) -> Json:
    return {"response_format": {"type": "json_schema", "json_schema": {"schema": dict(schema)}}}
