"""A real X server without a screen, for what only the platform of real desktops shows."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

WIDTH, HEIGHT = 1024, 700
_LOCAL_WILD = 0xFFFF
"""The family of an Xauthority entry that fits every address (Xauth.h)."""


@dataclass(frozen=True, slots=True)
class XServer:
    """A running server: the value of DISPLAY, and the file that holds its picture."""

    display: str
    picture: Path

    def colours(self) -> int:
        """How many different bytes the picture holds. The empty screen has few, a window has many."""
        return len(set(self.picture.read_bytes()[-WIDTH * HEIGHT * 4 :]))


@contextmanager
def x_server(folder: Path, authority: Path | None = None) -> Iterator[XServer]:
    """Run Xvfb while the block runs. With `authority` it lets in only those who have the cookie of that file."""
    if shutil.which("Xvfb") is None:
        assert "CI" not in os.environ, "CI has to install xvfb"
        pytest.skip("Xvfb is not installed: apt-get install xvfb")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", str(folder)]
    command += ["-noreset"]  # else it starts anew when its last client leaves, and lets nobody in meanwhile
    command += ["-nolisten", "tcp"] + (["-auth", str(authority)] if authority else [])
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        number = server.stdout.readline().decode().strip()
        try:
            yield XServer(f":{number}", folder / "Xvfb_screen0")
        finally:
            server.terminate()


def write_authority(file: Path) -> Path:
    """Write an Xauthority file with one cookie, as `xauth add` does."""
    fields = (b"", b"", b"MIT-MAGIC-COOKIE-1", os.urandom(16))
    entry = struct.pack(">H", _LOCAL_WILD) + b"".join(struct.pack(">H", len(field)) + field for field in fields)
    file.write_bytes(entry)
    return file
