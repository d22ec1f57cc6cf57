"""Which model answers, and where: what discovery found, in the words that the window shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

EXAMPLE_MODEL = "llama3.2"
"""A small model that can call tools, for sentences that tell a person what to type."""

LARGE_FILE = 500_000_000
"""Bytes of weights from which nobody needs the advice to take a larger model."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model that a server offers, as `GET /api/tags` and `POST /api/show` describe it.

    `size` is in bytes. `context_length` is what the model was trained for, in tokens, None when the
    server does not say. `capabilities` are Ollama's words (`completion`, `tools`, `vision`,
    `thinking`, `embedding`), empty when an older server does not list them.
    """

    name: str
    size: int
    family: str
    parameter_size: str
    quantization: str
    context_length: int | None
    capabilities: tuple[str, ...]

    @property
    def can_chat(self) -> bool:
        """Whether the model writes text: an embedding model does not. Unknown counts as yes."""
        return not self.capabilities or "completion" in self.capabilities

    @property
    def can_call_tools(self) -> bool:
        """Whether the server says that the model can call tools."""
        return "tools" in self.capabilities

    def is_called(self, name: str) -> bool:
        """Whether `name` means this model; Ollama reads a name without a tag as `name:latest`."""
        return self.name == name or self.name == f"{name}:latest" or f"{self.name}:latest" == name


@dataclass(frozen=True, slots=True)
class ModelService:
    """The server that the graphs get, and the model on it.

    `base_url` and `model` are None only when `kind` is `none`. `note` says what was found on the way,
    empty when there is nothing to tell. `preferred` is the model that the settings name, if any. `stopped` says that
    the server ended by itself, so that nothing answers until it runs again; `instead_of` names what answered before it
    and went away.
    """

    kind: Literal["ollama", "embedded", "none"]
    base_url: str | None
    model: str | None
    models: tuple[ModelInfo, ...]
    note: str
    preferred: str | None = None
    stopped: bool = False
    instead_of: str = ""

    @property
    def info(self) -> ModelInfo | None:
        """What is known of the model in use."""
        return next((info for info in self.models if info.name == self.model), None)

    @property
    def label(self) -> str:
        """The status bar's words, for example `llama3.2 · Ollama at 127.0.0.1:11434`."""
        if self.stopped:
            return f"{self.model} · stopped"
        if self.kind == "ollama" and self.base_url:
            return f"{self.model} · Ollama at {urlsplit(self.base_url).netloc}"
        if self.kind == "embedded":
            return f"{self.model} · embedded, for trying out"
        return "No model"

    @property
    def advice(self) -> str:
        """One sentence on what to do next, empty when all is well."""
        if self.kind == "none":
            return (
                "Start Ollama and pull a model that can call tools "
                f"(for example: ollama pull {self.preferred or EXAMPLE_MODEL}), then look again."
            )
        if self.stopped:
            return (
                "It is started again by itself before the next run of a graph that is given its model: a new run, "
                "a decision, or “Try again”."
            )
        info = self.info
        is_wanted = bool(self.preferred and info and info.is_called(self.preferred))
        if self.kind == "embedded" and (is_wanted or (info and info.size >= LARGE_FILE)):
            return ""
        if self.kind == "embedded":
            return (
                "For real work start Ollama with a model that can call tools "
                f"(for example: ollama pull {self.preferred or EXAMPLE_MODEL}), "
                "or name a larger GGUF file in the settings."
            )
        if self.preferred and not is_wanted:
            return f"To use {self.preferred}, pull it with: ollama pull {self.preferred}"
        if info and info.capabilities and not info.can_call_tools:
            return f"{info.name} can't call tools; pull a model that can, for example: ollama pull {EXAMPLE_MODEL}"
        return ""
