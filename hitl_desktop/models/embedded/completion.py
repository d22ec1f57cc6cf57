"""What one run of the engine takes and gives: a part of its own, because importing the engine loads llama.cpp."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Messages = Sequence[Mapping[str, str]]
Gone = Callable[[], bool]
OnText = Callable[[str], None]


class EngineError(Exception):
    """The engine refused or failed. `status` is the HTTP status that fits, the text is llama.cpp's."""

    def __init__(self, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.status = status


class PromptTooLongError(EngineError):
    """The prompt has more tokens than the context."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 400)


class ClientGoneError(Exception):
    """The client hung up, so nobody needs the answer."""


@dataclass(slots=True)
class Completion:
    """What one run produced: counts in tokens, times in nanoseconds.

    `finish` is `stop` or `length`. `first_token` maps what the first token could have been to its log
    probability, the likeliest first; filled only when it was asked for.
    """

    text: str = ""
    finish: str = "stop"
    prompt_tokens: int = 0
    prompt_ns: int = 0
    tokens: int = 0
    tokens_ns: int = 0
    first_token: dict[str, float] = field(default_factory=dict)
