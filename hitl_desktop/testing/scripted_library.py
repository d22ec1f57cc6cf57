"""The models of the scripted Ollama server: what it has, what is in memory, and how it pulls, imports and deletes."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

JsonObject = dict[str, Any]

Step = JsonObject | threading.Event
"""A line of a stream, or an event before which nothing more is sent."""


@dataclass
class ScriptedModel:
    """A model that the server has. `show` replaces or adds fields of `/api/show`, `tag` those of `/api/tags`."""

    name: str
    size: int = 1_000_000
    family: str = "scripted"
    parameter_size: str = "1M"
    quantization: str = "F16"
    context_length: int = 4096
    parameters: int = 1_000_000
    capabilities: tuple[str, ...] = ("completion", "tools")
    show: JsonObject = field(default_factory=dict)
    tag: JsonObject = field(default_factory=dict)

    def entry(self) -> JsonObject:
        """The part that `/api/tags` and `/api/ps` share."""
        details = {
            "format": "gguf",
            "family": self.family,
            "parameter_size": self.parameter_size,
            "quantization_level": self.quantization,
        }
        digest = hashlib.sha256(self.name.encode()).hexdigest()
        return {"name": self.name, "model": self.name, "size": self.size, "digest": digest, "details": details}

    def shown(self) -> JsonObject:
        """The answer of `/api/show`."""
        info = {
            "general.architecture": self.family,
            "general.parameter_count": self.parameters,
            f"{self.family}.context_length": self.context_length,
        }
        return {"capabilities": self.capabilities, "model_info": info, "details": {}} | self.show


class ScriptedLibrary:
    """The server's models by full name. Tests change it directly; the handler's threads ask it.

    With `any_name` the first of them stands for every other name as well.
    """

    def __init__(self, *models: ScriptedModel, any_name: bool = False) -> None:
        self.models = {model.name: model for model in models}
        self._stand_in = models[0] if any_name else None
        self.loaded = set(self.models)
        self.blobs: dict[str, bytes] = {}
        self.refused_blobs = ""
        self.deleted: list[str] = []
        self.created: list[JsonObject] = []
        self.pulled: list[str] = []
        self.left = threading.Semaphore(0)
        """Released each time that a client hangs up in the middle of a pull."""
        self._pulls: deque[tuple[tuple[Step, ...], ScriptedModel | None]] = deque()

    def add(self, model: ScriptedModel) -> None:
        """Have one more model, not loaded."""
        self.models[model.name] = model

    def have_only(self, models: Iterable[ScriptedModel]) -> None:
        """Have these models and no others, loaded."""
        self.models = {model.name: model for model in models}
        self.loaded = set(self.models)
        self._stand_in = None

    def find(self, name: str) -> ScriptedModel | None:
        """The model of this name, with or without `:latest`."""
        found = self.models.get(name) or self.models.get(f"{name}:latest")
        return replace(self._stand_in, name=name) if found is None and self._stand_in is not None else found

    def enqueue_pull(self, *steps: Step, gives: ScriptedModel | None = None) -> None:
        """Line up the answer to the next pull; the model is there when all steps are through."""
        self._pulls.append((steps, gives))

    def pull(self, name: str) -> Iterator[Step]:
        """The steps of a pull; an error where none is lined up, as for a name that does not exist."""
        self.pulled.append(name)
        if not self._pulls:
            yield {"status": "pulling manifest"}
            yield {"error": "pull model manifest: file does not exist"}
            return
        steps, gives = self._pulls.popleft()
        yield from steps
        if gives is not None:
            self.add(gives)

    def create(self, request: JsonObject) -> Iterator[Step]:
        """Make a model of blobs that were sent."""
        self.created.append(request)
        files = request.get("files") or {}
        for digest in files.values():
            if digest not in self.blobs:
                yield {"error": f"blob {digest} not found"}
                return
            if not self.blobs[digest].startswith(b"GGUF"):
                yield {"error": "invalid file magic"}
                return
        yield {"status": "parsing GGUF"}
        for digest in files.values():
            yield {"status": f"using existing layer {digest}"}
        name = request["model"] if ":" in request["model"] else f"{request['model']}:latest"
        self.add(ScriptedModel(name, size=sum(len(self.blobs[digest]) for digest in files.values())))
        yield {"status": "writing manifest"}
        yield {"status": "success"}

    def keep_blob(self, digest: str, data: bytes) -> str:
        """Take in a blob; what is wrong with it, empty for nothing."""
        if self.refused_blobs:
            return self.refused_blobs
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
            return "digest mismatch, expected " + digest
        self.blobs[digest] = data
        return ""

    def delete(self, name: str) -> bool:
        """Delete a model; whether there was one."""
        model = self.find(name)
        if model is None:
            return False
        del self.models[model.name]
        self.loaded.discard(model.name)
        self.deleted.append(model.name)
        return True


def download(total: int, *completed: int, digest: str = "sha256:" + "ab" * 32) -> Sequence[JsonObject]:
    """The progress lines of one layer, as a pull streams them."""
    status = f"pulling {digest[7:19]}"
    lines: list[JsonObject] = [{"status": status, "digest": digest, "total": total}]
    return [*lines, *({**lines[0], "completed": each} for each in completed)]
