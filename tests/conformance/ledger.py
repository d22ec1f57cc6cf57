"""What the nodes, tools and models of the project note, so that the rows can see what really reached them."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

EFFECTS: list[tuple[str, Any]] = []
"""What was done with what was received: the name of the node or tool, and the value, as it came."""

READ: list[str] = []
"""The results of tools that the model read, each once."""

_LONG = 1000


def effect(who: str, value: Any) -> None:
    """Note what a node or tool received, when it acts on it."""
    EFFECTS.append((who, copy.deepcopy(value)))


def told(value: Any) -> str:
    """The value with the type of each of its parts, as text; a long text or bytes by its hash."""
    match value:
        case str() | bytes() if len(value) > _LONG:
            data = value.encode() if isinstance(value, str) else value
            return f"{type(value).__name__} of {len(value)}: {hashlib.sha256(data).hexdigest()}"
        case Enum() | type():
            return repr(value)
        case PurePath():
            return f"Path({str(value)!r})"
        case Mapping():
            fields = ", ".join(f"{told(key)}: {told(item)}" for key, item in value.items())
            return f"{type(value).__name__} {{{fields}}}"
        case set() | frozenset():
            return f"{type(value).__name__} {{{', '.join(sorted(map(told, value)))}}}"
        case list() | tuple():
            return f"{type(value).__name__} [{', '.join(map(told, value))}]"
        case BaseModel():
            return f"{type(value).__name__} {told({name: getattr(value, name) for name in type(value).model_fields})}"
        case _ if dataclasses.is_dataclass(value):
            fields_of = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return f"{type(value).__name__} {told(fields_of)}"
    return f"{type(value).__name__} {value!r}"
