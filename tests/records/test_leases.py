"""Leases: of two programs one runs a thread, and what a dead one held is taken over."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hitl_desktop.core.records import ThreadHeldError
from hitl_desktop.records.review_file import ReviewFile

HOLD = """
import sys
from pathlib import Path
from hitl_desktop.records.review_file import ReviewFile

ReviewFile(Path(sys.argv[1])).take_lease("t1", "Approve send")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "threads.review.db"


@pytest.fixture
def file(path: Path) -> Iterator[ReviewFile]:
    file = ReviewFile(path)
    yield file
    file.close()


@pytest.fixture
def other(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that holds `t1` until it is killed."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_living_program_keeps_its_thread(file: ReviewFile, other: subprocess.Popen[str]) -> None:
    with pytest.raises(ThreadHeldError) as held:
        file.take_lease("t1", "Reject send")
    assert (held.value.lease.process, held.value.lease.what) == (other.pid, "Approve send")
    assert held.value.lease.host == os.uname().nodename
    assert file.take_lease("t2", "Another thread") is None
    assert file.leases_of_others().keys() == {"t1"}


def test_the_thread_of_a_killed_program_is_taken_over(file: ReviewFile, other: subprocess.Popen[str]) -> None:
    other.kill()
    other.wait()
    assert file.leases_of_others() == {}
    dead = file.take_lease("t1", "Reject send")
    assert dead is not None
    assert (dead.process, dead.what, dead.is_alive) == (other.pid, "Approve send", False)
    assert file.take_lease("t1", "Again") is not None, "one's own lease is no hindrance"
    file.release_lease("t1")
    assert file.take_lease("t1", "Later") is None


def test_a_process_that_got_the_number_of_a_dead_one_holds_nothing(file: ReviewFile) -> None:
    file.take_lease("t1", "Approve")
    with file._using("written", "") as connection:
        connection.execute("UPDATE leases SET began = 'another boot 1', holder = 'dead'")
    assert file.leases_of_others() == {}
    assert file.take_lease("t1", "Approve") is not None


DAY = 24 * 60 * 60


@pytest.mark.parametrize("ahead", [0, DAY, -DAY])
def test_a_program_on_another_machine_lives_for_as_long_as_it_beats(ahead: float, path: Path) -> None:
    """Whatever its clock says, and whatever ours does: what counts is that its beat changes."""
    now = 0.0
    file = ReviewFile(path, clock=lambda: now)
    file.take_lease("t1", "Approve")

    def beat(at: float) -> None:
        with file._using("written", "") as connection:
            connection.execute("UPDATE leases SET host = 'other', holder = 'theirs', beat = ?", (at,))

    for second in range(0, 200, 50):
        now = float(second)
        beat(time.time() + ahead - second)  # as of a clock that goes backwards
        assert file.leases_of_others().keys() == {"t1"}
        with pytest.raises(ThreadHeldError):
            file.take_lease("t1", "Approve")
    now += 59
    assert file.leases_of_others().keys() == {"t1"}
    now += 2
    assert file.leases_of_others() == {}
    dead = file.take_lease("t1", "Approve")
    assert dead is not None
    assert dead.host == "other"
    file.close()


def test_a_beat_prolongs_ones_own_leases_alone(file: ReviewFile, path: Path) -> None:
    file.take_lease("t1", "Approve")
    other = ReviewFile(path)
    other.take_lease("t2", "Approve")
    with file._using("written", "") as connection:
        connection.execute("UPDATE leases SET beat = 0")
    file.beat()
    with file._using("read", "") as connection:
        beats = dict(connection.execute("SELECT thread_id, beat FROM leases"))
    assert beats["t1"] > 0
    assert beats["t2"] == 0
    other.release_lease("t1")
    assert other.leases_of_others().keys() == {"t1"}, "nobody gives back what another holds"
    other.close()
