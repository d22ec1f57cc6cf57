"""What can be done with the models of one Ollama server: memory, pull, delete, unload, and a trial."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Any, Final

from hitl_desktop.core.local_models import LoadedModel, Progress, TrialFigures, TrialPiece
from hitl_desktop.models.ollama_wire import OllamaWire

LONGEST_TRIAL: Final = 300
"""Tokens of a trial's answer: enough to see how it writes."""

_MOST_CHARACTERS: Final = 100_000
_MOST_LISTED: Final = 1_000
_NANOSECONDS: Final = 1e9
_FRACTION: Final = re.compile(r"\.(\d+)")

_STAGES: Final = {
    "pulling manifest": "Looking the model up",
    "verifying sha256 digest": "Checking what was downloaded",
    "writing manifest": "Writing it down",
    "removing any unused layers": "Tidying up",
    "removing unused layers": "Tidying up",
    "success": "Done",
}


async def loaded_models(wire: OllamaWire) -> tuple[LoadedModel, ...]:
    """The models in memory. Raises `LocalModelError`."""
    answer = await wire.answer("GET", "/api/ps")
    entries = answer.get("models")
    if not isinstance(entries, list):
        return ()
    return tuple(_loaded(entry) for entry in entries[:_MOST_LISTED] if isinstance(entry, dict))


async def pull(wire: OllamaWire, name: str) -> AsyncGenerator[Progress, None]:
    """Download a model; closing the generator cancels it, and Ollama keeps what it has. Raises `LocalModelError`."""
    layers: dict[str, tuple[int, int]] = {}
    async with aclosing(wire.lines("/api/pull", {"model": name, "stream": True}, pulling=True)) as lines:
        async for line in lines:
            status, digest = str(line.get("status", ""))[:200], str(line.get("digest", ""))
            total = _count(line.get("total"))
            if not digest or total is None:
                yield Progress(_STAGES.get(status, "Downloading" if status.startswith("pulling") else status))
                continue
            if len(layers) < _MOST_LISTED or digest in layers:
                layers[digest] = (_count(line.get("completed")) or 0, total)
            yield Progress(
                "Downloading", sum(done for done, _ in layers.values()), sum(all_ for _, all_ in layers.values())
            )


async def create(wire: OllamaWire, name: str, files: dict[str, str]) -> AsyncGenerator[Progress, None]:
    """Make a model of files (names to digests) that the server has. Raises `LocalModelError`."""
    async with aclosing(wire.lines("/api/create", {"model": name, "files": files, "stream": True})) as lines:
        async for line in lines:
            status = str(line.get("status", ""))[:200]
            yield Progress(_STAGES.get(status, status), _count(line.get("completed")), _count(line.get("total")))


async def delete(wire: OllamaWire, name: str) -> None:
    """Delete a model. Raises `LocalModelError`."""
    await wire.answer("DELETE", "/api/delete", {"model": name})


async def unload(wire: OllamaWire, name: str) -> None:
    """Take a model out of memory. Raises `LocalModelError`."""
    await wire.answer("POST", "/api/generate", {"model": name, "keep_alive": 0, "stream": False})


async def try_out(wire: OllamaWire, name: str, prompt: str) -> AsyncGenerator[TrialPiece, None]:
    """Ask a model once; closing the generator stops it. Raises `LocalModelError`."""
    body = {
        "model": name,
        "messages": [{"role": "user", "content": prompt}],
        "options": {"num_predict": LONGEST_TRIAL},
        "stream": True,
    }
    written = 0
    async with aclosing(wire.lines("/api/chat", body)) as lines:
        async for line in lines:
            message = line.get("message")
            for key in ("thinking", "content"):
                text = message.get(key) if isinstance(message, dict) else None
                if isinstance(text, str) and text:
                    written += len(text)
                    yield TrialPiece(text, thinking=key == "thinking")
            if line.get("done") is True and line.get("done_reason") != "load":
                yield TrialPiece(figures=_figures(line))
                return
            if written > _MOST_CHARACTERS:
                return


def _figures(line: dict[str, Any]) -> TrialFigures:
    writing, loading = _count(line.get("eval_duration")), _count(line.get("load_duration"))
    return TrialFigures(
        _count(line.get("eval_count")),
        None if writing is None else writing / _NANOSECONDS,
        None if loading is None else loading / _NANOSECONDS,
    )


def _loaded(entry: dict[str, Any]) -> LoadedModel:
    return LoadedModel(
        name=str(entry.get("model") or entry.get("name") or ""),
        size=_count(entry.get("size")),
        in_gpu=_count(entry.get("size_vram")),
        expires_at=_time(entry.get("expires_at")),
        context_length=_count(entry.get("context_length")),
    )


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    # Go writes nanoseconds, of which Python reads six digits.
    text = _FRACTION.sub(lambda match: f".{match[1][:6]:0<6}", value[:60].replace("Z", "+00:00"))
    with suppress(ValueError, OverflowError):
        return datetime.fromisoformat(text)
    return None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
