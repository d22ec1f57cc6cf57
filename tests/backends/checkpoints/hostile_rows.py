"""A database from somebody who means harm: every way to name code in a row, in every row that is read.

Whatever of it ran would leave a file behind, the canary.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import ormsgpack

from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint, extension
from tests.backends.checkpoints.test_inert import ATTACKS

INTERRUPT = "0" * 32
REDOS = "(a+)+$"
HARMLESS = "harmless"
"""A thread that can be read, beside all the others."""

Encode: TypeAlias = Callable[[Any], bytes]


class _Touch:
    """What, once unpickled, has made the file."""

    def __init__(self, file: str) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path(self._file),)


def _constructor(*names: str, **content: Any) -> dict[str, Any]:
    return {"lc": 2, "type": "constructor", "id": list(names), **content}


def _msgpack(value: Any) -> bytes:
    return ormsgpack.packb(value, default=lambda each: each)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


MSGPACK: Mapping[str, Callable[[str], Any]] = {
    **ATTACKS,
    "eval": lambda file: extension(0, "builtins", "eval", f"open({file!r}, 'w')"),
    "run": lambda file: extension(1, "subprocess", "run", [["touch", file]]),
    "run by fields": lambda file: extension(2, "subprocess", "run", {"args": ["touch", file]}),
    "unpickle": lambda file: extension(0, "pickle", "loads", pickle.dumps(_Touch(file))),
    "array": lambda file: extension(6, "|O", [1], "C", pickle.dumps(_Touch(file))),
    "snapshot": lambda file: ormsgpack.Ext(7, _msgpack([ATTACKS["one argument"](file)])),
    "pattern": lambda _: extension(1, "re", "compile", [REDOS, 0]),
    "zone": lambda _: extension(0, "zoneinfo", "ZoneInfo", "../../../../dev/zero"),
}
"""Values of a msgpack row, made for the canary's path."""

JSON: Mapping[str, Callable[[str], Any]] = {
    "constructor": lambda file: _constructor("os", "system", args=[f"touch {file}"]),
    "method": lambda file: _constructor("pathlib", "Path", method="touch", args=[file]),
    "methods": lambda file: _constructor("pathlib", "Path", method=[None, "touch"], args=[file]),
    "fields": lambda file: _constructor("subprocess", "Popen", kwargs={"args": ["touch", file]}),
    "pattern": lambda _: _constructor("re", "compile", args=[REDOS]),
}
"""The same for the rows of older savers."""


def _state(encode: Encode, channels: Mapping[str, Any], **more: Any) -> bytes:
    return encode({"v": 4, "channel_values": {"branch:to:ask": None, **channels}, **more})


def _interrupt(encode: Encode, kind: str, **fields: Any) -> bytes:
    content = {"value": "May I?", "id": INTERRUPT, **fields}
    if kind == "json":
        return encode([_constructor("langgraph", "types", "Interrupt", kwargs=content)])
    return encode([extension(2, "langgraph.types", "Interrupt", content)])


def fill(raw: RawDatabase, prefix: str, kind: str, encode: Encode, bomb: Any) -> None:
    """Threads with this bomb, each in another place; they are called by prefix and place."""

    def thread(place: str, state: bytes | None = None, state_kind: str = "msgpack", metadata: Any = b"{}") -> str:
        name = f"{prefix}, {place}"
        raw.checkpoint(name, state or checkpoint({"branch:to:ask": None}), kind=state_kind, metadata=metadata)
        return name

    thread("whole state", encode(bomb), kind)
    thread("channel", _state(encode, {"task": bomb, "messages": [bomb]}), kind)
    thread("tasks", _state(encode, {"__pregel_tasks": [bomb], "join:ask:a": bomb, "branch:to:ask": bomb}), kind)
    thread("versions", _state(encode, {}, versions_seen={"a": bomb, "b": {"c": bomb}}, channel_versions=bomb), kind)
    thread("metadata", metadata=encode(bomb))
    thread("labels", metadata=encode({"hitl_graph": bomb, "hitl_title": bomb}))
    raw.write(thread("payload"), -3, _interrupt(encode, kind, value={"action": bomb}), kind=kind)
    raw.write(thread("schema"), -3, _interrupt(encode, kind, response_schema={"type": "object", "x": bomb}), kind=kind)
    raw.write(thread("id"), -3, _interrupt(encode, kind, id=bomb, ns=[bomb]), kind=kind)
    raw.write(thread("question"), -3, encode(bomb), kind=kind)
    raw.write(thread("error"), -1, encode(bomb), kind=kind)
    raw.write(thread("output"), 0, encode(bomb), kind=kind)
    answered = thread("answer")
    raw.write(answered, -3, asked("May I?", INTERRUPT))
    raw.write(answered, -4, encode([bomb]), kind=kind)
    below = thread("subgraph")
    raw.write(below, -3, asked("May I?", INTERRUPT))
    raw.checkpoint(below, _state(encode, {"task": bomb}), kind=kind, number="2", namespace="ask:task")
    raw.write(below, -3, _interrupt(encode, kind, value=bomb), kind=kind, number="2", namespace="ask:task")


def fill_with_everything(raw: RawDatabase, canary: Path) -> None:
    """Every attack in every place, and one harmless thread."""
    file = str(canary)
    for name, make in MSGPACK.items():
        fill(raw, f"msgpack {name}", "msgpack", _msgpack, make(file))
    for name, make in JSON.items():
        fill(raw, f"json {name}", "json", _json, make(file))
    fill(raw, "pickle", "pickle", lambda _: pickle.dumps(_Touch(file)), None)
    raw.checkpoint(HARMLESS, checkpoint({"branch:to:ask": None}))
    raw.write(HARMLESS, -3, asked("May I?", INTERRUPT))
