"""What LangGraph's `JsonPlusSerializer` wrote, decoded without importing or calling anything that a row names.

LangGraph's own reader builds whatever class a row asks for, `os.system` too, unless it is set to be strict
(GHSA-g48c-2wqr-h844). Here a fixed table makes values of a few harmless standard types, and everything else
becomes a `Foreign` with its class name and fields.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID

import ormsgpack

from hitl_desktop.core.values import Foreign
from hitl_desktop.encryption.cipher import NAME, CannotDecryptError, Cipher

MAX_BYTES: Final = 64 * 1024 * 1024
"""Longer values are not decoded: 1 byte of msgpack can become 60 bytes of Python."""
MAX_DEPTH: Final = 256
"""Levels of lists, mappings and objects within each other. LangGraph itself cannot write more than 255 in one value."""
_LARGE: Final = 1024 * 1024

# The extension codes of langgraph.checkpoint.serde.jsonplus. 0 to 5 hold (module, name, arguments[, method]).
_ONE_ARGUMENT, _ARGUMENTS, _FIELDS, _METHOD, _PYDANTIC_1, _PYDANTIC_2, _NUMPY_ARRAY, _DELTA_SNAPSHOT = range(8)
_CONTAINERS = frozenset((dict, list, tuple, set, frozenset, Foreign))


def bounded(column: str, instead: str = f"zeroblob({MAX_BYTES + 1})") -> str:
    """SQL for a column whose value is not read where it is too large to be decoded: `decode` refuses what stands there.

    SQLite knows the length of a value without reading it, and values may have a gigabyte.
    """
    return f"CASE WHEN length({column}) > {MAX_BYTES} THEN {instead} ELSE {column} END"


class UndecodableError(ValueError):
    """A value that cannot be decoded here: encrypted, pickled, cut off, or nested without end. Says why."""


def decode(kind: Any, data: Any, cipher: Cipher | None = None) -> Any:
    """Decode one stored value. `kind` is the row's `type` column, `data` its value (bytes, or text in some old rows).

    SQLite lets a column hold anything, so that both are looked at first. `cipher` decrypts what is encrypted; what
    comes out of it is decoded as inertly as a plain value.

    Returns plain Python values and `Foreign`s. Raises `UndecodableError`.
    """
    if kind in ("null", "empty"):
        return None
    if kind is None or data is None:
        raise UndecodableError("nothing is stored in this row")
    data = data.encode() if isinstance(data, str) else data
    if not isinstance(kind, str) or not isinstance(data, bytes):
        raise UndecodableError("it is not stored as LangGraph stores values")
    if len(data) > MAX_BYTES:
        raise UndecodableError(f"it is larger than {MAX_BYTES // 1024 // 1024} MB")
    if "+" in kind:
        return decode(*_decrypted(kind, data, cipher))
    if kind in ("bytes", "bytearray"):
        return bytes(data)
    reader = _READERS.get(kind)
    if reader is None:
        why = "pickled values run code when they are read" if kind == "pickle" else "no such type is known"
        raise UndecodableError(f"it is stored as “{kind}”: {why}")
    try:
        with _collector_paused(len(data) > _LARGE):
            value = reader(data)
    except (ValueError, RecursionError) as error:  # json's and ormsgpack's errors are ValueErrors
        raise UndecodableError(f"it is damaged ({error})") from None
    if _deeper_than(MAX_DEPTH, value):
        raise UndecodableError(f"it is nested more than {MAX_DEPTH} levels deep")
    return value


def _decrypted(kind: str, data: bytes, cipher: Cipher | None) -> tuple[str, bytes]:
    """The type and the value as they were before they were encrypted."""
    plain, _, name = kind.partition("+")
    if name != NAME:
        raise UndecodableError(f"it is encrypted in a way that is not known here ({kind})")
    if cipher is None:
        raise UndecodableError("it is encrypted, and the key is not there")
    try:
        return plain, cipher.decrypt(data)
    except CannotDecryptError as error:
        raise UndecodableError(f"it cannot be decrypted: {error}") from None


@contextmanager
def _collector_paused(pause: bool) -> Iterator[None]:
    """Without the garbage collector, which would go again and again through a large value that is still growing.

    8 MB of records took 640 ms with it and 135 ms without, and for all that time no other thread can run.
    """
    pause = pause and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()


def _read_msgpack(data: bytes, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    return ormsgpack.unpackb(data, ext_hook=partial(_read_extension, depth + 1), option=ormsgpack.OPT_NON_STR_KEYS)


def _read_extension(depth: int, code: int, data: bytes) -> Any:
    if not _ONE_ARGUMENT <= code <= _DELTA_SNAPSHOT:
        return Foreign(f"msgpack extension {code}", data)
    content = _read_msgpack(data, depth)
    if code == _DELTA_SNAPSHOT:
        return content
    if not isinstance(content, list) or len(content) < 3:
        return Foreign(f"msgpack extension {code}", content)
    if code == _NUMPY_ARRAY:
        return Foreign("numpy.ndarray", dict(zip(("dtype", "shape", "order", "data"), content, strict=False)))
    module, name, argument = content[:3]
    if code == _METHOD and content[3:] != ["fromisoformat"]:  # the only one that LangGraph writes
        return Foreign(".".join(map(str, (module, name, *content[3:]))), argument)
    if code in (_ONE_ARGUMENT, _METHOD):
        return _revive(f"{module}.{name}", [argument], {}, argument)
    if code == _ARGUMENTS:
        return _revive(f"{module}.{name}", argument, {}, argument)
    return _revive(f"{module}.{name}", [], argument, argument)


def _read_json(data: bytes) -> Any:
    """Rows of savers before msgpack: objects are written as LangChain's `lc` 1 or 2 constructors."""
    return json.loads(data, object_hook=_read_constructor)


def _read_constructor(value: dict[str, Any]) -> Any:
    identity = value.get("id")
    if value.get("lc") not in (1, 2) or value.get("type") != "constructor" or not isinstance(identity, list):
        return value
    name = ".".join(str(part) for part in identity)
    arguments, fields = value.get("args") or [], value.get("kwargs") or {}
    return _revive(name, arguments, fields, fields or (arguments[0] if len(arguments) == 1 else arguments))


def _revive(name: str, arguments: Any, fields: Any, content: Any) -> Any:
    """The value itself for a type of the table below, else a `Foreign` of that name and content."""
    make = _HARMLESS.get(name)
    if make is not None and isinstance(arguments, list) and isinstance(fields, Mapping):
        try:
            return make(*arguments, **fields)
        except (ValueError, TypeError, ArithmeticError):
            pass  # not what that type takes: shown as it is stored
    return Foreign(name, content)


def _deeper_than(limit: int, value: Any) -> bool:
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(limit):
        if not level:
            return False
        level = [child for each in level for child in _children(each) if type(child) in _CONTAINERS]
    return bool(level)


def _children(value: Any) -> Iterable[Any]:
    if type(value) is dict:
        return value.values()
    return (value.value,) if type(value) is Foreign else value


_READERS: Final[Mapping[str, Callable[[bytes], Any]]] = {"msgpack": _read_msgpack, "json": _read_json}

# Only types whose constructors do nothing but hold a value. `ZoneInfo` would read files, `re.compile` could
# take for ever, and a path of another system does not exist here: these three stay foreign.
_HARMLESS: Final[Mapping[str, Callable[..., Any]]] = {
    "datetime.datetime": datetime.fromisoformat,
    "datetime.date": date,
    "datetime.time": time,
    "datetime.timedelta": timedelta,
    "datetime.timezone": timezone,
    "decimal.Decimal": Decimal,
    "uuid.UUID": UUID,
    "builtins.set": set,
    "builtins.frozenset": frozenset,
    "collections.deque": list,
    "pathlib.Path": PurePosixPath,
    "pathlib.PosixPath": PurePosixPath,
    "pathlib._local.Path": PurePosixPath,
    "pathlib._local.PosixPath": PurePosixPath,
}
