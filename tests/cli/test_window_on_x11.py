from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from signal import SIGINT

import pytest

from hitl_desktop.cli.system_check import NEEDED_ON_X11
from hitl_desktop.testing.waiting import until
from tests.cli.system_libraries import needs
from tests.cli.x_server import x_server

COLOURS_OF_A_WINDOW = 50
SECONDS_TO_PAINT = 60
SECONDS_TO_END = 30


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is Linux's")
async def test_the_window_is_painted_and_ends_with_ctrl_c(tmp_path: Path, home: Path) -> None:
    """The one test that has no offscreen platform: the real one needs more libraries, and aborts without a display."""
    needs(NEEDED_ON_X11)
    environ = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    command = [sys.executable, "-m", "hitl_desktop", "--database", str(tmp_path / "threads.db")]
    with x_server(tmp_path) as server:
        blank = server.colours()
        environ["DISPLAY"] = server.display
        window = await asyncio.create_subprocess_exec(*command, env=environ, stdout=PIPE, stderr=PIPE)
        said = asyncio.ensure_future(window.communicate())
        await until(lambda: server.colours() > COLOURS_OF_A_WINDOW or said.done(), SECONDS_TO_PAINT)
        painted = server.colours()
        if not said.done():
            window.send_signal(SIGINT)
        output, errors = await asyncio.wait_for(said, SECONDS_TO_END)
    assert blank < COLOURS_OF_A_WINDOW < painted, errors.decode()
    assert (window.returncode, output) == (130, b"")
