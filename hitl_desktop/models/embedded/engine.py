"""One model under llama.cpp (xllamacpp): loads it, and runs one completion after another."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import xllamacpp

from hitl_desktop.models.embedded.completion import (
    ClientGoneError,
    Completion,
    EngineError,
    Gone,
    Messages,
    OnText,
    PromptTooLongError,
)
from hitl_desktop.models.embedded.gguf import GgufFile

CONTEXT_LENGTH = 4096
"""Tokens of prompt and answer together; less where the model was trained for less."""

_BATCH = 64
"""Prompt tokens between two looks at whether the client is still there: half a second on one slow core."""

_PROMPT_CACHE_MIB = 256
"""Memory for the prompts of earlier requests, which start alike. llama.cpp's own default is 8,192."""

_LOCK_POLL = 0.1


def default_threads() -> int:
    """One thread on one or two cores, else half of them.

    A second thread that has to share its core with other work made SmolLM2 four times slower than one
    thread alone: 11.6 against 40.9 tokens a second on 2 cores.
    """
    return max(1, (os.cpu_count() or 1) // 2)


class Engine:
    """One model, loaded on demand. Requests run one after another; each caller waits its turn in `turn()`."""

    def __init__(self, model: GgufFile, threads: int | None = None) -> None:
        self.model = model
        self.context_length = min(CONTEXT_LENGTH, model.context_length or CONTEXT_LENGTH)
        self._threads = threads or default_threads()
        self._busy = threading.Lock()
        self._waiting: set[int] = set()
        self._server: Any = None

    @property
    def loaded(self) -> bool:
        """Whether the weights are in memory."""
        return self._server is not None

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for their turn."""
        return bool(self._waiting)

    @contextmanager
    def turn(self, gone: Gone) -> Iterator[None]:
        """Hold the engine until the block ends. Raises ClientGoneError when `gone()` turns true while waiting."""
        thread = threading.get_ident()
        self._waiting.add(thread)
        try:
            while not self._busy.acquire(timeout=_LOCK_POLL):
                if gone():
                    raise ClientGoneError
        finally:
            self._waiting.discard(thread)
        try:
            yield
        finally:
            self._busy.release()

    def load(self) -> int:
        """Load the weights unless they are loaded, and return how long that took, in nanoseconds.

        Holds the GIL for all of it (0.7 s for SmolLM2, measured), so this process answers nobody
        meanwhile: one reason why it is not the process of the window. Call it inside `turn()`. Raises
        EngineError when llama.cpp can't use the file.
        """
        if self._server is not None:
            return 0
        start = time.perf_counter_ns()
        try:
            self._server = xllamacpp.Server(self._parameters())
        except RuntimeError as error:
            raise EngineError(
                f"llama.cpp can't load {self.model.path.name}: it does not know this kind of model "
                f"({self.model.architecture or 'unnamed'}), or there is not enough memory. ({error})"
            ) from error
        return time.perf_counter_ns() - start

    def unload(self) -> None:
        """Free the weights. Call it inside `turn()`."""
        self._server = None

    def _parameters(self) -> Any:
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.model.path)
        parameters.n_ctx = self.context_length
        parameters.n_parallel = 1
        parameters.n_batch = parameters.n_ubatch = _BATCH
        parameters.cache_ram_mib = _PROMPT_CACHE_MIB
        parameters.cpuparams.n_threads = self._threads
        parameters.cpuparams_batch.n_threads = self._threads
        parameters.offline = True
        parameters.verbosity = -1
        # xllamacpp opens an HTTP port of its own on loopback, with a page and for any origin. Nobody
        # needs it, so it gets a key that nobody knows.
        parameters.ui = False
        parameters.api_keys = [secrets.token_hex(32)]
        return parameters

    def run(
        self, messages: Messages, settings: Mapping[str, Any], gone: Gone, on_text: OnText | None = None
    ) -> Completion:
        """Complete `messages` and return the answer; `on_text` gets every piece as it comes.

        `settings` are llama.cpp's own (`temperature`, `max_tokens`, `response_format`, `grammar`, ...). A
        last message of the role `assistant` is continued. Call it inside `turn()`, after `load()`. Raises
        ClientGoneError when `gone()` turns true, PromptTooLongError, and EngineError for all else, for
        example a schema that llama.cpp can't follow.
        """
        collected = _Collector(gone, on_text)
        request = {
            **settings,
            "messages": list(messages),
            "stream": True,
            "cache_prompt": True,
            # Reports while the prompt is read, so that a client that left is noticed before the first token.
            "return_progress": True,
            # A model that thinks would do it before every JSON answer, and can't continue a message.
            "chat_template_kwargs": {"enable_thinking": False},
        }
        try:
            self._server.handle_chat_completions(request, collected)
        except (RuntimeError, ValueError) as error:
            raise EngineError(str(error), 400) from error
        return collected.result()


class _Collector:
    """Takes llama.cpp's chunks. It must not raise: xllamacpp swallows what a callback raises."""

    def __init__(self, gone: Gone, on_text: OnText | None) -> None:
        self._gone = gone
        self._on_text = on_text
        self._completion = Completion()
        self._failure: Exception | None = None

    def __call__(self, chunk: Mapping[str, Any]) -> bool:
        """Take one chunk; True ends the run."""
        try:
            self._take(chunk)
            if self._gone():
                raise ClientGoneError
        except Exception as error:
            self._failure = error
        return self._failure is not None

    def result(self) -> Completion:
        if self._failure is not None:
            raise self._failure
        return self._completion

    def _take(self, chunk: Mapping[str, Any]) -> None:
        if error := chunk.get("error"):
            message = str(error.get("message", error))
            if error.get("type") == "exceed_context_size_error":
                raise PromptTooLongError(message)
            raise EngineError(message, int(error.get("code", 500)))
        done = self._completion
        for choice in chunk.get("choices") or ():
            if text := (choice.get("delta") or {}).get("content"):
                done.text += text
                if self._on_text:
                    self._on_text(text)
            if choice.get("finish_reason"):
                done.finish = "length" if choice["finish_reason"] == "length" else "stop"
            if not done.first_token and (logprobs := choice.get("logprobs")):
                top = logprobs["content"][0]["top_logprobs"]
                done.first_token = {entry["token"]: entry["logprob"] for entry in top}
        if timings := chunk.get("timings"):
            done.prompt_tokens = timings["prompt_n"] + timings.get("cache_n", 0)
            done.prompt_ns = int(timings["prompt_ms"] * 1e6)
            done.tokens = timings["predicted_n"]
            done.tokens_ns = int(timings["predicted_ms"] * 1e6)
