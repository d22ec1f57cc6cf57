"""Where in a JSON text a value stands, by its path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TypeAlias

from hitl_desktop.core.schema import Path

Range: TypeAlias = tuple[int, int]
"""Start and end in the text, in Python characters."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class _Wanted:
    """A step of the wanted paths: the steps below it, and where the value stands once it is found."""

    __slots__ = ("below", "range")

    def __init__(self) -> None:
        self.below: dict[str | int, _Wanted] = {}
        self.range: Range | None = None


class _Open:
    """An object or array that the scan is inside of."""

    __slots__ = ("is_object", "key", "start", "wanted")

    def __init__(self, is_object: bool, start: int, wanted: _Wanted | None) -> None:
        self.is_object, self.start, self.wanted = is_object, start, wanted
        self.key: str | int | None = None if is_object else 0


def find_places(text: str, paths: Iterable[Path]) -> dict[Path, Range]:
    """Where the value of each path stands in a JSON text without errors.

    For a path that leads nowhere (a missing field), the place of the value that it is missing from. An
    object or array of several lines is placed by its first line. One pass, without recursion: 1 MB in
    about 150 ms.
    """
    top, paths = _Wanted(), tuple(paths)
    for path in paths:
        step = top
        for name in path:
            step = step.below.setdefault(name, _Wanted())
    _scan(text, top)
    found = {}
    for path in paths:
        step, best = top, top.range or (0, len(text))
        for name in path:
            step = step.below[name]
            best = step.range or best
        found[path] = _first_line(text, best)
    return found


def _scan(text: str, top: _Wanted) -> None:
    stack: list[_Open] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        inner = stack[-1] if stack else None
        if token == ":":
            continue
        if token == ",":
            if inner is not None:
                inner.key = None if inner.is_object else _next(inner.key)
            continue
        if token in "}]":
            if stack:
                _place(stack.pop().wanted, inner.start if inner else 0, match.end())
            continue
        if inner is not None and inner.is_object and inner.key is None and token[0] == '"':
            # Reading the key only where something is wanted below saves most of the time.
            inner.key = json.loads(token, strict=False) if inner.wanted and inner.wanted.below else ""
            continue
        wanted = top if inner is None else _below(inner)
        if token in "{[":
            stack.append(_Open(token == "{", match.start(), wanted))
        else:
            _place(wanted, match.start(), match.end())


def _below(inner: _Open) -> _Wanted | None:
    return inner.wanted.below.get(inner.key) if inner.wanted is not None and inner.key is not None else None


def _next(key: str | int | None) -> int:
    return key + 1 if isinstance(key, int) else 0


def _place(wanted: _Wanted | None, start: int, end: int) -> None:
    if wanted is not None:
        wanted.range = (start, end)


def _first_line(text: str, place: Range) -> Range:
    end = text.find("\n", *place)
    return (place[0], end if end > place[0] else place[1])


def word_at(text: str, position: int) -> Range:
    """What to underline for an error at this position: the word or sign there, or the last one before the end."""
    position = min(position, len(text))
    if not text[position:].strip():
        position = len(text.rstrip())
        return (max(0, position - 1), position)
    while text[position].isspace():
        position += 1
    match = re.compile(r'"[^"\n]*"?|[\w.+-]+|.').match(text, position)
    return (position, match.end() if match else position + 1)
