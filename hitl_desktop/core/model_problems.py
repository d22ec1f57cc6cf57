"""What can go wrong with a model, told apart so that the window can offer the one thing that helps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ModelProblem(StrEnum):
    """Why a model does not answer, or why something could not be done with it."""

    NOT_RUNNING = "not running"
    MISSING = "missing"
    NO_TOOLS = "no tools"
    MEMORY = "memory"
    SPACE = "space"
    NETWORK = "network"
    REFUSED = "refused"
    BUSY = "busy"
    BROKEN_FILE = "broken file"
    TOO_OLD = "too old"
    OTHER = "other"


class LocalModelError(Exception):
    """Something could not be done with a model. The text says what happened, what was kept and what to do."""

    def __init__(self, words: str, problem: ModelProblem = ModelProblem.OTHER) -> None:
        super().__init__(words)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ModelTrouble:
    """What kept a run's model from answering; `model` is its name, empty where the error does not tell.

    `named_in_code` says that the graph is not given the model of this program, but names one in its own code.
    """

    problem: ModelProblem
    model: str = ""
    named_in_code: bool = False


_SAID_BY_SERVERS: Final[tuple[tuple[ModelProblem, str], ...]] = (
    (ModelProblem.NO_TOOLS, r"does not support tools"),
    (ModelProblem.MEMORY, r"more (?:system )?memory|out of memory|unable to allocate|cudamalloc|signal: killed"),
    (ModelProblem.SPACE, r"no space left|not enough (?:disk )?space|disk quota|disk is full"),
    (ModelProblem.TOO_OLD, r"newer version of ollama|unknown model architecture|unsupported model architecture"),
    (ModelProblem.NETWORK, r"dial tcp|no such host|i/o timeout|tls handshake|connection refused|network is unreach"),
    (ModelProblem.MISSING, r"model .{0,400} not found|file does not exist|pull model manifest"),
    (ModelProblem.BUSY, r"server busy|maximum pending requests|timed out waiting for"),
    (ModelProblem.BROKEN_FILE, r"invalid file magic|unsupported gguf|digest mismatch|unexpected eof"),
)
_NAME: Final = re.compile(r"model ['\"](.{1,200}?)['\"] not found")
_BEFORE_TOOLS: Final = re.compile(r"(\S{1,200}) does not support tools")
_LONGEST_READ: Final = 4_000


_NO_ANSWER: Final = {
    "ConnectError": ModelProblem.NOT_RUNNING,
    "ConnectionError": ModelProblem.NOT_RUNNING,
    "ConnectionRefusedError": ModelProblem.NOT_RUNNING,
    "ConnectionResetError": ModelProblem.NOT_RUNNING,
    "ReadError": ModelProblem.NOT_RUNNING,
    "RemoteProtocolError": ModelProblem.NOT_RUNNING,
    "ConnectTimeout": ModelProblem.BUSY,
    "ReadTimeout": ModelProblem.BUSY,
}
"""What the clients of model servers raise (httpx, Python) where no answer came, by the name of the class."""

_RAISED: Final = re.compile(r"(?:\w+\.)*(\w+)\(")


def trouble_in(error: str) -> ModelTrouble | None:
    """What an error that LangGraph stored with a thread, as its `repr`, tells of a model; None for other errors."""
    raised = _RAISED.match(error)
    if raised is None:
        return None
    if raised[1] == "ResponseError":  # of Ollama's client; its HTTP status is not stored
        text = error[raised.end() :].strip("\"')").replace("\\'", "'")
        return ModelTrouble(problem_in(text), model_in(text))
    return ModelTrouble(_NO_ANSWER[raised[1]]) if raised[1] in _NO_ANSWER else None


def problem_in(text: str, status: int | None = None) -> ModelProblem:
    """What a model server's own words mean; `status` is that of its HTTP answer, None where there was none.

    The words are Ollama's, llama.cpp's and Go's (measured with scripted answers, read from their sources).
    """
    head = text[:_LONGEST_READ]
    for problem, pattern in _SAID_BY_SERVERS:
        if re.search(pattern, head, re.IGNORECASE):
            return problem
    if status == 404:
        return ModelProblem.MISSING
    if status == 503:
        return ModelProblem.BUSY
    return ModelProblem.OTHER


def model_in(text: str) -> str:
    """The name of the model that a server's error is about, empty where it names none."""
    head = text[:_LONGEST_READ]
    found = _NAME.search(head)
    if found:
        return found[1]
    found = _BEFORE_TOOLS.search(head)
    return found[1].removeprefix("registry.ollama.ai/library/") if found else ""
