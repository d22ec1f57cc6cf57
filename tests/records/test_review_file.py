"""The review file: what was decided is on the disk, in order, for the user alone; and what is said if it cannot be."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hitl_desktop.core.events import StopReason
from hitl_desktop.core.journal import EntryKind, JournalEntry
from hitl_desktop.core.records import Records, RecordsError, RunStop
from hitl_desktop.records.review_file import ReviewFile, review_file_of

STOP = RunStop("t1", "c1", StopReason.BREAKPOINT_BEFORE, ("ask",))
DECISION = JournalEntry(
    EntryKind.DECISION,
    "t1",
    "mail",
    "ask",
    "c1",
    "0" * 32,
    {"ä": [1, None]},
    [{"kind": "approve"}],
    answer={"decisions": [{"type": "approve"}]},
    delivery="d1",
)
DELIVERED = JournalEntry(EntryKind.DELIVERY, "t1", "mail", outcome="delivered; the run then asked", delivery="d1")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ReviewFile]:
    file = ReviewFile(tmp_path / "threads.review.db")
    yield file
    file.close()


def rows(path: Path, sql: str = "SELECT * FROM journal ORDER BY number") -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


def test_it_stands_beside_the_database() -> None:
    assert review_file_of(Path("/data/threads.db")) == Path("/data/threads.review.db")
    assert review_file_of(Path("threads.sqlite")) == Path("threads.review.db")


def test_it_is_made_by_the_first_thing_that_is_kept(file: ReviewFile) -> None:
    records: Records = file
    assert records.stops() == {}
    file.close()
    assert not file.path.exists()
    records.stopped(STOP)
    assert file.path.exists()


def test_it_is_readable_by_the_user_alone(file: ReviewFile) -> None:
    before = os.umask(0)
    try:
        file.write((DECISION,))
    finally:
        os.umask(before)
    made = sorted(file.path.parent.glob("threads.review.db*"))
    assert len(made) == 3
    assert {stat.S_IMODE(each.stat().st_mode) for each in made} == {0o600}


def test_every_commit_is_on_the_disk(file: ReviewFile) -> None:
    with file._using("read", "") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA user_version").fetchone() == (4,)


def test_the_last_stop_of_each_thread_is_kept(file: ReviewFile) -> None:
    other = RunStop("t2", "c2", StopReason.FINISHED)
    for stop in (STOP, other, replace(STOP, checkpoint_id="c3", reason=StopReason.ASKED, nodes=())):
        file.stopped(stop)
    file.close()
    assert file.stops() == {"t1": RunStop("t1", "c3", StopReason.ASKED), "t2": other}


@pytest.mark.parametrize("reason", StopReason)
def test_every_reason_is_kept(reason: StopReason, file: ReviewFile) -> None:
    file.stopped(replace(STOP, reason=reason))
    assert file.stops() == {"t1": replace(STOP, reason=reason)}


def test_a_reason_of_a_newer_program_is_left_out(file: ReviewFile) -> None:
    file.stopped(STOP)
    with file._using("written", "") as connection:
        connection.execute("INSERT INTO stops VALUES ('t2', 'c2', 'a new reason', '[]', '', '')")
    assert file.stops() == {"t1": STOP}


@pytest.mark.parametrize(
    ("message", "kept"),
    [("It failed: “ä”\nTry again.", "It failed: “ä”\nTry again."), ("No file \udcff.txt", "No file \\udcff.txt")],
)
def test_what_a_run_failed_with_is_kept(message: str, kept: str, file: ReviewFile) -> None:
    file.stopped(replace(STOP, reason=StopReason.FAILED, message=message))
    assert file.stops()["t1"].message == kept


VERSION_1 = """
CREATE TABLE stops (
    thread_id TEXT PRIMARY KEY, checkpoint_id TEXT NOT NULL, reason TEXT NOT NULL, nodes TEXT NOT NULL,
    at TEXT NOT NULL);
CREATE TABLE decisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, thread_id TEXT NOT NULL, graph TEXT NOT NULL,
    checkpoint_id TEXT NOT NULL, request_id TEXT NOT NULL, node TEXT NOT NULL, payload TEXT NOT NULL,
    decisions TEXT NOT NULL, answer TEXT NOT NULL, outcome TEXT, outcome_at TEXT);
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
INSERT INTO stops VALUES ('t1', 'c1', 'breakpoint before', '["ask"]', '2026-01-01T00:00:00.000+00:00');
INSERT INTO decisions VALUES (7, '', 't1', 'mail', 'c1', 'r1', 'ask', '1', '[]', '2', 'delivered', '');
"""


def test_a_file_of_an_older_program_is_upgraded_with_all_that_is_in_it(file: ReviewFile) -> None:
    with closing(sqlite3.connect(file.path)) as connection:
        connection.executescript(VERSION_1)
    assert file.stops() == {"t1": STOP}
    failed = RunStop("t2", "c2", StopReason.FAILED, (), "It failed.")
    file.stopped(failed)
    file.close()
    assert file.stops() == {"t1": STOP, "t2": failed}
    decided, outcome = (json.loads(row["body"]) for row in rows(file.path))
    assert (decided["request_id"], decided["payload"], decided["answer"]) == ("r1", 1, 2)
    assert (outcome["outcome"], outcome["about"]) == ("delivered", [1])
    assert file.undelivered() == []
    assert file.write((DECISION,)) == (3,)


def test_two_windows_upgrade_one_file_once(file: ReviewFile) -> None:
    for attempt in range(5):
        path = file.path.with_name(f"{attempt}.review.db")
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(VERSION_1)
        windows = [ReviewFile(path) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(ReviewFile.stops, windows)) == [{"t1": STOP}] * 4
        for window in windows:
            window.close()


def test_a_file_that_another_program_writes_can_be_read(file: ReviewFile) -> None:
    file.stopped(STOP)
    with closing(sqlite3.connect(file.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        window = ReviewFile(file.path)
        assert window.stops() == {"t1": STOP}
        window.close()
        other.execute("ROLLBACK")


def test_nothing_decided_writes_nothing(file: ReviewFile) -> None:
    assert file.write(()) == ()
    assert rows(file.path) == []


def test_a_decision_is_there_when_the_program_is_killed_right_after_it(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from tests.records.test_review_file import DECISION, ReviewFile
ReviewFile(Path(sys.argv[1])).write((DECISION,))
os.kill(os.getpid(), signal.SIGKILL)
"""
    path = tmp_path / "threads.review.db"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=False)
    file = ReviewFile(path)
    assert file.write((DECISION,)) == (2,)
    file.close()
    assert len(rows(path)) == 2


def test_threads_of_the_program_take_turns(file: ReviewFile) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = [number for made in pool.map(lambda _: file.write((DECISION,)), range(40)) for number in made]
    assert sorted(numbers) == list(range(1, 41))


def test_two_windows_on_one_file_see_each_others_stops(file: ReviewFile) -> None:
    other = ReviewFile(file.path)
    file.stopped(STOP)
    other.stopped(replace(STOP, thread_id="t2"))
    assert set(file.stops()) == set(other.stops()) == {"t1", "t2"}
    other.close()


def test_a_second_window_that_closes_does_not_take_the_first_ones_locks(file: ReviewFile) -> None:
    file.stopped(STOP)
    second = ReviewFile(file.path)
    second.stops()
    second.close()
    # Another process that believes to be the last deletes the log under the first window, if the locks are gone.
    program = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("DELETE FROM stops")
connection.commit()
connection.close()
"""
    subprocess.run([sys.executable, "-c", program, str(file.path)], check=True)
    assert file.write((DECISION,)) == (1,)
    assert len(rows(file.path)) == 1


# What goes wrong


def folder_is_missing(path: Path) -> Path:
    return path / "missing" / "threads.review.db"


def folder_is_a_file(path: Path) -> Path:
    (path / "file").write_text("I am no folder.")
    return path / "file" / "threads.review.db"


def it_is_a_folder(path: Path) -> Path:
    (path / "threads.review.db").mkdir()
    return path / "threads.review.db"


@pytest.mark.parametrize("place", [folder_is_missing, folder_is_a_file, it_is_a_folder])
def test_a_place_that_cannot_be_written(place: Any, tmp_path: Path) -> None:
    file = ReviewFile(place(tmp_path))
    with pytest.raises(RecordsError, match=r"could not be written \(.*Nothing was sent.*folder exists and can be") as e:
        file.write((DECISION,))
    assert str(file.path) in str(e.value)
    with pytest.raises(RecordsError, match="Why a run stopped was not kept"):
        file.stopped(STOP)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(RecordsError, match="Nothing was sent"):
        ReviewFile(folder / "threads.review.db").write((DECISION,))


@pytest.mark.parametrize("content", [b"This is a letter.", b"SQLite format 3\x00" + b"\xff" * 2000])
def test_a_damaged_file_is_left_as_it_is(content: bytes, file: ReviewFile) -> None:
    file.path.write_bytes(content)
    for attempt in (lambda: file.write((DECISION,)), lambda: file.stopped(STOP), file.stops):
        with pytest.raises(RecordsError, match="It is damaged: move it to another place to begin a new one"):
            attempt()
    assert file.path.read_bytes() == content


def test_rows_that_are_no_json_count_as_damage(file: ReviewFile) -> None:
    file.stopped(STOP)
    with file._using("written", "") as connection:
        connection.execute("UPDATE stops SET nodes = '[1'")
    with pytest.raises(RecordsError, match="damaged"):
        file.stops()
    file.stopped(STOP)
    assert file.stops() == {"t1": STOP}


def test_a_file_of_a_newer_program_is_left_as_it_is(file: ReviewFile) -> None:
    with closing(sqlite3.connect(file.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("CREATE TABLE decisions (whatever)")
    before = file.path.read_bytes()
    with pytest.raises(RecordsError, match=r"of version 99, from a newer program.*Use that program"):
        file.write((DECISION,))
    assert file.path.read_bytes() == before


def test_a_full_disk_keeps_nothing_by_halves(file: ReviewFile) -> None:
    file.write((DECISION,))
    with file._using("written", "") as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    large = replace(DECISION, payload="x" * 20_000)
    with pytest.raises(RecordsError, match=r"Nothing was sent.*Free some space"):
        file.write((DECISION, large))
    assert len(rows(file.path)) == 1
    assert file.write((replace(DELIVERED, about=(1,)),)) == (2,)


def test_a_file_that_another_program_holds(file: ReviewFile) -> None:
    with file._using("written", "") as connection:
        connection.execute("PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(file.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsError, match=r"Nothing was sent.*Another program holds it"):
            file.write((DECISION,))
        other.execute("ROLLBACK")
    assert file.write((DECISION,)) == (1,)


def test_what_is_no_json_is_refused_whole(file: ReviewFile) -> None:
    with pytest.raises(RecordsError, match="Nothing was sent"):
        file.write((DECISION, replace(DECISION, payload={"x": object()})))
    assert rows(file.path) == []


def test_a_closed_file_opens_again_and_closes_twice(file: ReviewFile) -> None:
    file.write((DECISION,))
    file.close()
    file.close()
    assert file.write((DECISION,)) == (2,)
