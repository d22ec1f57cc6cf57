"""What LangGraph's checkpoints cannot hold. An answer like that would reach the node, which acts on it, and be lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from hitl_desktop.core.schema import Path, Problem
from hitl_desktop.core.values import Json

MAX_LEVELS: Final = 200
"""Levels of lists and objects. A checkpoint holds 255; the answer's envelope and the state around it need some."""

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_NUMBER = "is a whole number of more than 64 bits, which cannot be saved: send it as text"
_NAME = "has a name with half a character in it (a lone surrogate), which cannot be saved"
_TEXT = "has half a character in it (a lone surrogate), which cannot be saved"
_DEEP = f"is nested more than {MAX_LEVELS} levels deep, which cannot be saved"


def storing_problem(value: Json) -> Problem | None:
    """The first thing in a value, as an editor has it, that could not be saved; None where all of it can.

    LangGraph gives an answer to its node before it fails to save it (1.2.22): the question then stays open, and is
    acted on twice. Iterative, as a value may be nested deeper than Python recurses.
    """
    level: list[Any] = [value]
    for depth in range(MAX_LEVELS + 1):
        below: list[Any] = []
        for part in level:
            if (why := _why_not(part)) is not None:
                return Problem(_path_to(part, value), why)
            if isinstance(part, dict):
                below += part.values()
            elif isinstance(part, list):
                below += part
        if not below:
            break
        level = below
        if depth == MAX_LEVELS - 1 and any(isinstance(part, dict | list) for part in below):
            return Problem((), _DEEP)
    return None


def _why_not(part: Json) -> str | None:
    if isinstance(part, str):
        return None if _is_whole(part) else _TEXT
    if isinstance(part, int):
        return None if _SMALLEST <= part <= _LARGEST else _NUMBER
    if isinstance(part, dict):
        return None if all(_is_whole(name) for name in part) else _NAME
    return None


def _is_whole(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _path_to(wanted: Any, value: Json) -> Path:
    """Where this very object is; paths are made for it alone, as those of all parts of a large value take a second."""
    level: list[tuple[Path, Any]] = [((), value)]
    while level:
        below: list[tuple[Path, Any]] = []
        for path, part in level:
            if part is wanted:
                return path
            inner: Iterable[tuple[str | int, Any]] = ()
            if isinstance(part, dict | list):
                inner = part.items() if isinstance(part, dict) else enumerate(part)
            below += [((*path, step), item) for step, item in inner]
        level = below
    return ()
