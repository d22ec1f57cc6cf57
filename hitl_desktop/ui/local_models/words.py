"""What is known of a model, in the words of the Models page; what is not known is said to be so."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from hitl_desktop.core.local_models import LoadedModel, ModelsSeen
from hitl_desktop.core.model_problems import ModelProblem, ModelTrouble
from hitl_desktop.core.model_service import ModelInfo
from hitl_desktop.core.pace import bytes_words

UNKNOWN: Final = "not known"
_CAPABILITIES: Final = {
    "tools": "tools",
    "thinking": "thinking",
    "vision": "vision",
    "embedding": "embeddings only",
    "insert": "insertion",
    "audio": "audio",
}
_FOREVER_DAYS: Final = 3650
_LONGEST: Final = 120


_FIXES: Final = {
    ModelProblem.NOT_RUNNING: "Start the model server…",
    ModelProblem.MISSING: "Pull it…",
    ModelProblem.NO_TOOLS: "Choose another model…",
    ModelProblem.MEMORY: "Choose another model…",
}


_FIXES_IN_CODE: Final = {
    ModelProblem.NOT_RUNNING: "Start Ollama…",
    ModelProblem.MISSING: "Pull it…",
}
"""Where a graph names its model in its own code: another one that is chosen in the window helps nothing."""


def fix_words(trouble: ModelTrouble) -> str:
    """What the button says that helps a run whose model failed."""
    fixes = _FIXES_IN_CODE if trouble.named_in_code else _FIXES
    return fixes.get(trouble.problem, "Look at the models…")


def short(text: str) -> str:
    """What a server says, on one line and no longer than a line of the page."""
    line = " ".join(text[: _LONGEST * 4].split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def size_words(info: ModelInfo) -> str:
    """The size of the file."""
    return bytes_words(info.size) if info.size > 0 else UNKNOWN


def kind_words(info: ModelInfo) -> str:
    """The family and the number of weights, for example `llama 3.2B`."""
    return short(f"{info.family} {info.parameter_size}".strip()) or UNKNOWN


def context_words(info: ModelInfo) -> str:
    """The longest context, in tokens."""
    return f"{info.context_length:,}" if info.context_length else UNKNOWN


def capability_words(info: ModelInfo) -> str:
    """What it can do besides writing."""
    if not info.capabilities:
        return UNKNOWN
    known = [words for name, words in _CAPABILITIES.items() if name in info.capabilities]
    return ", ".join(known) or "text only"


def memory_words(loaded: LoadedModel | None) -> str:
    """How much memory it uses now, and how much of that on a graphics card."""
    if loaded is None:
        return "no"
    if loaded.size is None:
        return "yes"
    words = bytes_words(loaded.size)
    if loaded.in_gpu and loaded.size:
        words += f", {min(100, round(100 * loaded.in_gpu / loaded.size))} % on the GPU"
    return words


def until_words(loaded: LoadedModel | None, now: datetime) -> str:
    """How long it stays in memory, empty where that is not known."""
    if loaded is None or loaded.expires_at is None:
        return ""
    try:
        seconds = (loaded.expires_at.astimezone() - now).total_seconds()
    except (OverflowError, ValueError, OSError):
        return ""
    if seconds > _FOREVER_DAYS * 86_400:
        return "it stays in memory"
    if seconds <= 0:
        return "it is about to leave memory"
    minutes = round(seconds / 60)
    return f"it leaves memory in {minutes} min" if minutes else "it leaves memory in less than a minute"


def facts(info: ModelInfo, seen: ModelsSeen, now: datetime) -> tuple[tuple[str, str], ...]:
    """All that is known of a model: captions and words."""
    loaded = seen.in_memory(info.name)
    memory = ", ".join(filter(None, (memory_words(loaded), until_words(loaded, now))))
    context = f"{context_words(info)} tokens" if info.context_length else UNKNOWN
    if loaded is not None and loaded.context_length:
        context += f" (loaded with {loaded.context_length:,})"
    return (
        ("Family", short(info.family) or UNKNOWN),
        ("Weights", short(info.parameter_size) or UNKNOWN),
        ("Quantisation", short(info.quantization) or UNKNOWN),
        ("File", size_words(info)),
        ("Context", context),
        ("Can do", capability_words(info)),
        ("In memory", memory),
    )
