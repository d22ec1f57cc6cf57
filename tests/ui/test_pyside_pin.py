"""PySide6 6.12.0 aborts Python 3.10 and 3.11: each call that returns nothing takes a reference to `None`.

So does each `emit` to `True`. The interpreter dies after some 5,000 of them, at whatever line that happens to be.
"""

from __future__ import annotations

import subprocess
import sys

CALLS = 20_000

SCRIPT = f"""
from PySide6.QtCore import QObject, Signal

class Bell(QObject):
    rung = Signal()

bell = Bell()
for _ in range({CALLS}):
    bell.setObjectName("x")
for _ in range({CALLS}):
    bell.rung.emit()
print("alive")
"""


def test_twenty_thousand_calls_and_emissions_are_survived() -> None:
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (0, "alive\n"), result.stderr
