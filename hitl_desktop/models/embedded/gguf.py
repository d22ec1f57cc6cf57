"""Reads what a GGUF file says of itself, and notices a file that is none or that was cut off."""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# Numbers and layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9

_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
    19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL",
    26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16",
}  # fmt: skip
"""`general.file_type` in the names that Ollama shows (llama.cpp's enum llama_ftype)."""

_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
}  # fmt: skip
"""Elements and bytes of one block of a tensor type (ggml.c's type_traits); an unknown type is not measured."""


class GgufError(ValueError):
    """The file can't be used as a model. The text names the file and says why, for people."""


@dataclass(frozen=True, slots=True)
class GgufFile:
    """What a GGUF file says of itself.

    `size` is in bytes, `parameters` the number of weights counted from the tensors, `context_length`
    in tokens. `metadata` holds the scalar values by their GGUF keys; lists (the vocabulary) are left out.
    """

    path: Path
    size: int
    modified: datetime
    parameters: int
    metadata: Mapping[str, str | int | float | bool]

    @property
    def architecture(self) -> str:
        """The model family, for example `llama` or `qwen2`."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def quantization(self) -> str:
        """How the weights are stored, for example `Q4_K_M`; empty when the file does not say."""
        kind = self.metadata.get("general.file_type")
        return _FILE_TYPES.get(kind, "") if isinstance(kind, int) else ""

    @property
    def context_length(self) -> int | None:
        """The longest context that the model was trained for, in tokens."""
        length = self.metadata.get(f"{self.architecture}.context_length")
        return length if isinstance(length, int) and length > 0 else None

    @property
    def parameter_size(self) -> str:
        """The number of weights as Ollama writes it, for example `134.52M` or `1.5B`."""
        if self.parameters >= 1_000_000_000:
            return f"{self.parameters / 1e9:.1f}B"
        if self.parameters >= 1_000_000:
            return f"{self.parameters / 1e6:.2f}M"
        return str(self.parameters)


def read_gguf(path: Path) -> GgufFile:
    """Read the header of `path`, without the weights: some 50 ms for a vocabulary of 50,000 words.

    Raises GgufError when it is no readable GGUF file or shorter than its own header says.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if file.read(4) != b"GGUF":
                raise GgufError(f"{path} is not a GGUF file.")
            modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                metadata, parameters, needed = _Header(data).read()
    except GgufError:
        raise
    except FileNotFoundError:
        raise GgufError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise GgufError(f"{path} is a folder, not a GGUF file.") from None
    except OSError as error:
        raise GgufError(f"{path} can't be read: {error.strerror or error}.") from error
    except (struct.error, IndexError):
        raise GgufError(f"{path} is cut off: even its header is not complete. Copy it again.") from None
    except _MalformedError as error:
        raise GgufError(f"{path} is damaged: {error}. Copy it again.") from None
    if size < needed:
        raise GgufError(f"{path} is cut off: it has {size:,} of {needed:,} bytes. Copy it again.")
    return GgufFile(path, size, modified, parameters, metadata)


class _MalformedError(Exception):
    """The header contradicts itself."""


class _Header:
    """Walks through the mapped file; every read past the end raises struct.error or IndexError."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._position = 4

    def read(self) -> tuple[dict[str, str | int | float | bool], int, int]:
        """Return the scalar metadata, the number of weights, and the size in bytes that the file must have."""
        version = self._scalar("<I")
        if version not in (2, 3):
            raise _MalformedError(f"version {version} of the format is not known")
        tensors, keys = int(self._scalar("<Q")), int(self._scalar("<Q"))
        metadata: dict[str, str | int | float | bool] = {}
        for _ in range(keys):
            key = self._text()
            value = self._value(int(self._scalar("<I")))
            if value is not None:
                metadata[key] = value
        parameters, end_of_weights = self._tensors(tensors)
        alignment = metadata.get("general.alignment", 32)
        step = alignment if isinstance(alignment, int) and alignment > 0 else 32
        start_of_weights = math.ceil(self._position / step) * step
        return metadata, parameters, start_of_weights + end_of_weights

    def _scalar(self, layout: str) -> int | float | bool:
        value: int | float | bool = struct.unpack_from(layout, self._data, self._position)[0]
        self._position += struct.calcsize(layout)
        return value

    def _skip(self, count: int) -> None:
        self._position += count
        if self._position > len(self._data):
            raise IndexError(self._position)

    def _text(self) -> str:
        length = int(self._scalar("<Q"))
        start = self._position
        self._skip(length)
        return self._data[start : self._position].decode("utf-8", "replace")

    def _value(self, kind: int) -> str | int | float | bool | None:
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            self._skip_array()
            return None
        if kind not in _SCALARS:
            raise _MalformedError(f"it has a value of the unknown type {kind}")
        return self._scalar(_SCALARS[kind])

    def _skip_array(self) -> None:
        kind, count = int(self._scalar("<I")), int(self._scalar("<Q"))
        if kind in _SCALARS:
            self._skip(struct.calcsize(_SCALARS[kind]) * count)
        elif kind == _STRING:
            # The vocabulary: some 100,000 strings, so without a method call for each.
            data, position, end = self._data, self._position, len(self._data)
            length_at = struct.Struct("<Q").unpack_from
            for _ in range(count):
                position += 8 + length_at(data, position)[0]
                if position > end:
                    raise IndexError(position)
            self._position = position
        else:
            raise _MalformedError(f"it has a list of the unknown type {kind}")

    def _tensors(self, count: int) -> tuple[int, int]:
        """Return the number of weights and the end of the last tensor, in bytes after the header."""
        parameters = end = 0
        for _ in range(count):
            self._text()
            dimensions = int(self._scalar("<I"))
            elements = math.prod(int(self._scalar("<Q")) for _ in range(min(dimensions, 8)))
            kind, offset = int(self._scalar("<I")), int(self._scalar("<Q"))
            block, size = _BLOCKS.get(kind, (1, 0))
            parameters += elements
            end = max(end, offset + math.ceil(elements / block) * size)
        return parameters, end
