"""The short run of the faults: kills, rivals, locks, full disks, damaged files, clocks, and a short day's work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(300)
def test_nothing_is_lost_and_nothing_done_twice() -> None:
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--short"], cwd=root, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    counts = {name.strip(): int(count) for name, count in re.findall(r"^(.+): (\d+)$", ran.stdout, re.MULTILINE)}
    assert counts["at named steps"] >= 20
    assert counts["delivered after the restart"] > 0
    assert counts["hostile rows"] > 300
    least = {
        "double resumes": 3,
        "refused connections": 20,
        "locked for 6 seconds": 4,
        "disk full": 5,
        "not writable": 3,
        "files replaced or damaged": 7,
        "clocks set back or forward": 3,
    }
    assert {name: counts[name] for name, number in least.items() if counts[name] < number} == {}
    assert counts["lost"] == counts["twice"] == counts["failed"] == 0
