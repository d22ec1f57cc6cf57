"""Names of models as Ollama reads them: whether one can be used, and from which host it would be pulled."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from hitl_desktop.core.network import canonical

REGISTRY: Final = "registry.ollama.ai"
"""Where Ollama pulls from when a name says nothing else."""

LONGEST_NAME: Final = 300

_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"
_HOST: Final = r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,252}"
_NAME: Final = re.compile(rf"(?:(?:{_HOST}/)?{_PART}/)?{_PART}(?::{_PART})?")
_LOCAL_NAME: Final = re.compile(rf"{_PART}(?::{_PART})?")


def problem_with_name(name: str) -> str:
    """What is wrong with a name that a model is to be pulled by, in a sentence; empty for a good one."""
    if not name:
        return "Write the name of a model first, for example llama3.2."
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(_without_scheme(name)):
        return "This is not the name of a model. One looks like llama3.2, qwen2.5:3b or hf.co/somebody/model."
    return ""


def problem_with_local_name(name: str, taken: Collection[str]) -> str:
    """What is wrong with a name for a model that is imported, in a sentence; empty for a good one."""
    if not name:
        return "Give the model a name first."
    if not _LOCAL_NAME.fullmatch(name):
        return "A name has letters, digits and . _ - only, and may end in a tag, as in my-model:7b."
    full = with_tag(name)
    if any(with_tag(other).lower() == full.lower() for other in taken):
        return "There is a model of this name already. Give this one another name, or delete the other one first."
    return ""


def with_tag(name: str) -> str:
    """The name with its tag: Ollama reads a name without one as `name:latest`."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def host_of(name: str) -> str:
    """The host, without a port, from which Ollama would pull this name; the registry's own where it names none."""
    parts = _without_scheme(name).split("/")
    if len(parts) < 3:
        return REGISTRY
    try:
        return canonical(urlsplit(f"//{parts[0]}").hostname or REGISTRY)
    except ValueError:
        return parts[0]


def _without_scheme(name: str) -> str:
    return name.removeprefix("https://").removeprefix("http://")
