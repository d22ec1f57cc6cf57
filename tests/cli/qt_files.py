"""Qt's own files: which system libraries they name, and copies of them that name one which no machine has."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import PySide6

QT = Path(PySide6.__file__).parent / "Qt"
ABSENT = "Z"
"""What `qt_without` puts in place of the last character of a library's name."""

_DT_NEEDED = 1
_SHT_DYNAMIC = 6


def needed(file: Path) -> set[str]:
    """The libraries that an ELF file of 64 bits asks the loader for: what `readelf -d` prints as NEEDED."""
    data = file.read_bytes()
    sections_at, size, count = struct.unpack_from("<40xQ10xHH", data)[0:3]
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, sections_at + size * index) for index in range(count)]
    names = set()
    for _, kind, _, _, offset, length, link, *_ in sections:
        if kind == _SHT_DYNAMIC:
            strings_at = sections[link][4]
            for tag, value in struct.iter_unpack("<qQ", data[offset : offset + length]):
                if tag == _DT_NEEDED:
                    start = strings_at + value
                    names.add(data[start : data.index(b"\0", start)].decode())
    return names


def all_needed(files: list[Path]) -> set[str]:
    """The libraries outside Qt's own folder that these files need, directly or through other files of Qt."""
    waiting, seen, outside = list(files), set(files), set()
    while waiting:
        for name in needed(waiting.pop()):
            own = QT / "lib" / name
            if not own.exists():
                outside.add(name)
            elif own not in seen:
                seen.add(own)
                waiting.append(own)
    return outside


def qt_without(library: str, folder: Path) -> Path:
    """Make a Qt folder that lacks one system library: the files that name it name one that is nowhere instead.

    Returns the folder, which has `lib` and `plugins/platforms`. The real files stand behind links.
    """
    old = b"\0" + library.encode() + b"\0"
    new = b"\0" + library[:-1].encode() + ABSENT.encode() + b"\0"
    for file in _files():
        target = folder / file.relative_to(QT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if library in needed(file):
            target.write_bytes(file.read_bytes().replace(old, new))
        else:
            target.symlink_to(file)
    return folder


def _files() -> Iterator[Path]:
    for name in ("Core", "DBus", "Gui", "Network", "OpenGL", "Svg", "WaylandClient", "Widgets", "XcbQpa"):
        yield QT / "lib" / f"libQt6{name}.so.6"
    yield from (QT / "lib").glob("libicu*.so.*")
    for name in ("offscreen", "wayland", "xcb"):
        yield QT / "plugins" / "platforms" / f"libq{name}.so"
