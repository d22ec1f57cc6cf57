"""Writes small GGUF files, so that tests need no real weights to say what is wrong with a file."""

from __future__ import annotations

import struct
from collections.abc import Mapping

F32 = 0


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(item: object) -> bytes:
    match item:
        case bool():
            return struct.pack("<I?", 7, item)
        case int():
            return struct.pack("<II", 4, item)
        case float():
            return struct.pack("<If", 6, item)
        case str():
            return struct.pack("<I", 8) + text(item)
        case list():
            return struct.pack("<IIQ", 9, 8, len(item)) + b"".join(map(text, item))
    raise TypeError(item)


def gguf(metadata: Mapping[str, object], tensors: Mapping[str, tuple[int, ...]], version: int = 3) -> bytes:
    """A whole file: the header, and zeros for tensors of 32-bit floats with these shapes."""
    data = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    for key, item in metadata.items():
        data += text(key) + value(item)
    offset = 0
    for name, shape in tensors.items():
        data += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, F32, offset)
        size = 4
        for length in shape:
            size *= length
        offset += (size + 31) // 32 * 32
    data += bytes(-len(data) % 32)
    return data + bytes(offset)
