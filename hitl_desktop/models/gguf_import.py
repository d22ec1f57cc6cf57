"""Copies a GGUF file from disk into Ollama, without a network and without reading it whole into memory."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from hitl_desktop.core.local_models import Progress
from hitl_desktop.core.model_problems import LocalModelError, ModelProblem
from hitl_desktop.models.embedded.gguf import GgufError, GgufFile, read_gguf
from hitl_desktop.models.ollama_models import create
from hitl_desktop.models.ollama_wire import OllamaWire

_CHUNK: Final = 1 << 20
_TELL_SECONDS: Final = 0.1

_NOT_MODELS: Final = {
    "adapter": "an adapter (LoRA) for another model",
    "mmproj": "the eyes of another model (mmproj)",
    "vocab": "a vocabulary without weights",
    "imatrix": "a table for quantising other files",
}


def read_model_file(path: Path) -> GgufFile:
    """What a GGUF file says of itself, if it can be used as a model; for a thread.

    Raises `LocalModelError`, which says what is wrong with the file; the caller says what was kept.
    """
    try:
        found = read_gguf(path)
    except GgufError as error:
        raise LocalModelError(str(error), ModelProblem.BROKEN_FILE) from None
    kind = str(found.metadata.get("general.type", "model")).lower()
    parts = found.metadata.get("split.count", 0)
    if kind in _NOT_MODELS:
        why = f"is {_NOT_MODELS[kind]}, not a model by itself"
    elif isinstance(parts, int) and parts > 1:
        why = f"is one of {parts} parts. Join them first (llama-gguf-split --merge)"
    elif not found.architecture:
        why = "does not say of which kind its model is"
    else:
        return found
    raise LocalModelError(f"{path.name} {why}.", ModelProblem.BROKEN_FILE)


async def import_gguf(wire: OllamaWire, path: Path, name: str) -> AsyncGenerator[Progress, None]:
    """Copy a file into the server as a model of this name, saying how far it is.

    The file is checked first; weights that the server has already are not copied again. Closing the generator
    cancels it: the server keeps nothing of a file that is not whole. Raises `LocalModelError`.
    """
    yield Progress("Looking at the file")
    facts = await asyncio.to_thread(read_model_file, path)
    counter = _Counter(facts.size)
    async with aclosing(_watched(_digest(path, counter), counter, "Reading the file")) as steps:
        async for step in steps:
            yield step
    digest = f"sha256:{counter.result}"
    if not await wire.has(f"/api/blobs/{digest}"):
        sending = _Counter(facts.size)
        copying = wire.send(f"/api/blobs/{digest}", _content(path, sending), facts.size)
        async with aclosing(_watched(copying, sending, "Copying it to Ollama")) as steps:
            async for step in steps:
                yield step
    async with aclosing(create(wire, name, {path.name: digest})) as steps:
        async for step in steps:
            yield step


@dataclass(slots=True)
class _Counter:
    """What a thread has done so far, read by the loop; `stopped` asks it to end."""

    total: int
    done: int = 0
    stopped: bool = False
    result: str = ""


async def _watched(work: Coroutine[Any, Any, None], counter: _Counter, stage: str) -> AsyncGenerator[Progress, None]:
    """Do the work, and tell ten times a second how far it is. Closing it cancels the work and waits for it."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            yield Progress(stage, counter.done, counter.total)
            await asyncio.wait({task}, timeout=_TELL_SECONDS)
        await task
        yield Progress(stage, counter.total, counter.total)
    finally:
        counter.stopped = True
        task.cancel()
        await asyncio.wait({task})


async def _digest(path: Path, counter: _Counter) -> None:
    counter.result = await asyncio.to_thread(_hash, path, counter)


def _hash(path: Path, counter: _Counter) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while not counter.stopped and (chunk := file.read(_CHUNK)):
                digest.update(chunk)
                counter.done += len(chunk)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest()


async def _content(path: Path, counter: _Counter) -> AsyncIterator[bytes]:
    try:
        file: BinaryIO = await asyncio.to_thread(path.open, "rb")
        with file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                # A file that grew meanwhile: the server compares the sum and refuses it.
                chunk = chunk[: counter.total - counter.done]
                if not chunk:
                    return
                yield chunk
                counter.done += len(chunk)
    except OSError as error:
        raise _unreadable(path, error) from error
    if counter.done < counter.total:
        raise LocalModelError(
            f"{path.name} became shorter while it was copied. Import it again.",
            ModelProblem.BROKEN_FILE,
        )


def _unreadable(path: Path, error: OSError) -> LocalModelError:
    return LocalModelError(f"{path.name} can't be read: {error.strerror or error}.", ModelProblem.BROKEN_FILE)
