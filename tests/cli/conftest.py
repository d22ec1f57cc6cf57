"""The command line as a user has it: a process of its own, with the environment that the test sets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import TypeAlias

import pytest

Command: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command() -> Command:
    """`hitl-desktop` with these arguments, to its end. A Python warning ends it with a traceback."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        process = [sys.executable, "-W", "error", "-m", "hitl_desktop", *map(str, arguments)]
        return subprocess.run(process, capture_output=True, text=True, check=False, timeout=60)

    return run


@pytest.fixture
def loaded_by() -> Callable[..., set[str]]:
    """The top packages that a command has imported when it ends."""

    def run(*arguments: object) -> set[str]:
        code = (
            "import sys\n"
            "from hitl_desktop.cli import main\n"
            "code = main()\n"
            "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
        )
        process = [sys.executable, "-c", code, *map(str, arguments)]
        ended = subprocess.run(process, capture_output=True, text=True, check=True, timeout=60)
        return set(ended.stderr.splitlines()[-1].split())

    return run
