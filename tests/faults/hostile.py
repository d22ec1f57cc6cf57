"""A second process looks at every thread of somebody who means harm, and another reaches out in every way it knows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from hitl_desktop.core.backend import BackendError
from tests.backends.checkpoints.hostile_rows import HARMLESS, fill_with_everything
from tests.backends.checkpoints.raw_rows import RawDatabase
from tests.faults.desk import Office, desk
from tests.faults.processes import gathered
from tests.network_guard.attempts import REFUSED

_ROOT = Path(__file__).parents[2]


def look_at_rows() -> int:
    """Look at every hostile thread as the inbox and the review panel do; returns how many there are.

    Raises `AssertionError` where one of them ran something.
    """
    with tempfile.TemporaryDirectory() as folder:
        office, canary = Office(Path(folder)), Path(folder) / "canary"
        raw = RawDatabase(office.database)
        fill_with_everything(raw, canary)

        async def look() -> str:
            looked = 0
            async with desk(office) as session:
                thread_ids = [thread.thread_id for thread in await session.threads()]
                assert HARMLESS in thread_ids
                for thread_id in thread_ids:
                    try:
                        await session.read_threads([thread_id])
                        assert await session.open_thread(thread_id) is not None
                    except BackendError:  # what cannot be shown is said
                        assert thread_id != HARMLESS
                    assert not canary.exists(), f"“{thread_id}” ran code"
                    looked += thread_id != HARMLESS
            return str(looked)

        looked = int(gathered(look))
        assert not canary.exists()
        return looked


def reach_out() -> int:
    """Try every way out with the guard on; returns how many were refused. Raises `AssertionError` for others."""
    command = [sys.executable, "-m", "tests.network_guard.attempts"]
    ran = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=100, check=True)
    outcomes = json.loads(ran.stdout)["outcomes"]
    let_through = [name for name in REFUSED if outcomes[name] != "refused"]
    assert not let_through, let_through
    return len(REFUSED)
