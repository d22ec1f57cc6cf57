"""What the Models page shows and does: values, and the methods of whoever speaks with Ollama for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hitl_desktop.core.model_service import ModelInfo, ModelService


class PlaceState(StrEnum):
    """What was found where Ollama is looked for."""

    RUNNING = "running"
    STOPPED = "installed, not running"
    NOT_INSTALLED = "not installed"
    UNREACHABLE = "another machine does not answer"
    NOT_NAMED = "another machine that the settings do not name"
    SOMETHING_ELSE = "something else answers"


@dataclass(frozen=True, slots=True)
class OllamaPlace:
    """Where Ollama is. `next_step` is the one thing to do, for this system; empty when it runs.

    `program` is its binary, empty where none was found; `started_here` whether this program runs it.
    """

    state: PlaceState
    address: str
    version: str = ""
    program: str = ""
    next_step: str = ""
    started_here: bool = False

    @property
    def may_start(self) -> bool:
        """Whether this program can start it."""
        return self.state is PlaceState.STOPPED and bool(self.program)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory: `size` bytes in all, `in_gpu` of them on a graphics card, until `expires_at`.

    What an older server does not say is None.
    """

    name: str
    size: int | None = None
    in_gpu: int | None = None
    expires_at: datetime | None = None
    context_length: int | None = None


@dataclass(frozen=True, slots=True)
class ModelsSeen:
    """One look: where Ollama is, its models, those in memory, and what answers the graphs now.

    `problem` says why models could not be listed although Ollama answers; empty where they were. `built_in` is the
    model that comes with the program, where it can be had and another one answers in its place.
    """

    place: OllamaPlace
    models: tuple[ModelInfo, ...] = ()
    loaded: tuple[LoadedModel, ...] = ()
    service: ModelService | None = None
    problem: str = ""
    built_in: ModelInfo | None = None

    @property
    def rows(self) -> tuple[ModelInfo, ...]:
        """All models that can be chosen: Ollama's, that of the embedded server if it answers, the built-in one."""
        return (*self.models, *self.embedded, *([self.built_in] if self.built_in is not None else []))

    @property
    def embedded(self) -> tuple[ModelInfo, ...]:
        """The model of the embedded server, where that answers."""
        return self.service.models if self.service is not None and self.service.kind == "embedded" else ()

    def in_memory(self, name: str) -> LoadedModel | None:
        """What is known of this model's place in memory, None where it is not loaded."""
        return next((each for each in self.loaded if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long step is: `stage` in words, and bytes where they are known."""

    stage: str
    completed: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class TrialFigures:
    """What a trial took: the tokens that were written, and seconds for writing and for loading the model."""

    tokens: int | None = None
    seconds: float | None = None
    load_seconds: float | None = None

    @property
    def tokens_a_second(self) -> float | None:
        """How fast it writes, None where the server does not say."""
        return self.tokens / self.seconds if self.tokens and self.seconds else None


@dataclass(frozen=True, slots=True)
class TrialPiece:
    """A piece of a trial's answer, of its thinking, or, at the end, the figures."""

    text: str = ""
    thinking: bool = False
    figures: TrialFigures | None = None


class LocalModels(Protocol):
    """Ollama and the embedded server, for the Models page. Nothing here blocks the loop that awaits it.

    Every method raises `LocalModelError` with words for people. Closing a generator cancels what it does.
    """

    async def look(self) -> ModelsSeen:
        """Where Ollama is and which models there are; never raises for a server that is missing."""
        ...

    async def start_ollama(self) -> None:
        """Start the Ollama that is installed, and return when it answers."""
        ...

    def why_not_pull(self, name: str = "") -> str:
        """Why this name may not be pulled (an empty one: from Ollama's own registry), empty where it may."""
        ...

    def pull(self, name: str) -> AsyncGenerator[Progress, None]:
        """Have Ollama download a model. One that was cancelled goes on where it was, when it is pulled again."""
        ...

    async def read_file(self, path: str) -> ModelInfo:
        """What a GGUF file says of itself, under the name that a model made of it would have."""
        ...

    def import_file(self, path: str, name: str) -> AsyncGenerator[Progress, None]:
        """Copy a GGUF file into Ollama as a model of this name, without a network."""
        ...

    async def delete(self, name: str) -> None:
        """Delete a model from Ollama."""
        ...

    async def unload(self, name: str) -> None:
        """Take a model out of memory."""
        ...

    def try_out(self, name: str, prompt: str) -> AsyncGenerator[TrialPiece, None]:
        """Ask a model once, and pass its answer on as it is written."""
        ...

    async def close(self) -> None:
        """End an Ollama that was started here."""
        ...
