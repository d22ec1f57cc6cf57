"""The review file is looked at before it is used: moved, replaced, cut, overwritten, or another program's database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hitl_desktop.core.records import RecordsError
from hitl_desktop.records.review_file import ReviewFile
from tests.records.test_review_file import DECISION, STOP, rows


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ReviewFile]:
    file = ReviewFile(tmp_path / "threads.review.db")
    yield file
    file.close()


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def deleted(path: Path) -> None:
    path.unlink()


def deleted_with_its_log(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replaced_by_another_journal(path: Path) -> None:
    other = ReviewFile(path.with_name("other.db"))
    other.stopped(STOP)
    other.close()
    os.replace(other.path, path)


@pytest.mark.parametrize("fault", [deleted, deleted_with_its_log, moved, replaced_by_another_journal])
def test_nothing_is_decided_into_a_file_that_is_not_there(fault: Callable[[Path], None], file: ReviewFile) -> None:
    file.write((DECISION,))
    fault(file.path)
    with pytest.raises(RecordsError, match="not kept"):
        file.stopped(STOP)
    before = file.path.exists()
    with pytest.raises(RecordsError, match=r"(deleted or moved|put in its place).*nothing sent.*decide again to go on"):
        file.take_lease("t1", "Approve")
    assert file.path.exists() == before, "a new file would be in the way of the one that may be put back"
    file.take_lease("t1", "Approve")
    assert file.write((DECISION,)) == (1,)
    assert len(rows(file.path)) == 1


def test_a_file_that_was_moved_takes_its_newest_entries_along(file: ReviewFile) -> None:
    file.write((DECISION,))
    moved(file.path)
    assert log_of(file.path).stat().st_size > 0
    assert file.entries(None, None, 10) == []
    assert len(rows(file.path.with_name("moved.db"))) == 1
    with pytest.raises(RecordsError):
        file.take_lease("t1", "Approve")
    file.write((DECISION, DECISION))
    assert (len(rows(file.path)), len(rows(file.path.with_name("moved.db")))) == (2, 1)


def test_a_file_that_is_put_back_goes_on(file: ReviewFile) -> None:
    file.write((DECISION,))
    moved(file.path)
    assert file.stops() == {}
    file.path.with_name("moved.db").rename(file.path)
    assert file.write((DECISION,)) == (2,)


def test_a_log_that_is_left_of_another_file_is_kept(file: ReviewFile) -> None:
    log_of(file.path).write_bytes(b"the newest entries")
    file.write((DECISION,))
    (kept,) = file.path.parent.glob("threads.review.db-wal.*")
    assert kept.read_bytes() == b"the newest entries"


def test_a_log_that_is_deleted_is_put_into_the_file(file: ReviewFile) -> None:
    file.write((DECISION,))
    log_of(file.path).unlink()
    assert file.write((DECISION,)) == (2,)
    assert len(rows(file.path)) == 2


def overwritten(path: Path) -> None:
    path.write_bytes(b"This is a letter." * 1000)


def overwritten_in_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 3)


def cut(path: Path) -> None:
    os.truncate(path, 4096)


@pytest.mark.parametrize("while_open", [False, True])
@pytest.mark.parametrize("fault", [overwritten, overwritten_in_the_middle, cut])
def test_no_decision_goes_into_a_damaged_file(
    fault: Callable[[Path], None], while_open: bool, file: ReviewFile
) -> None:
    file.write((DECISION,) * 40)
    file.close()
    if while_open:
        assert file.write((DECISION,)) == (41,)
    fault(file.path)
    if while_open and fault is overwritten_in_the_middle:  # none of which a new entry needs: the next start finds it
        assert file.write((DECISION,)) == (42,)
        file.close()
    for _ in range(2):
        with pytest.raises(RecordsError, match=r"Nothing was sent.*is damaged: move it to another place"):
            file.write((DECISION,))
    moved(file.path)
    assert file.write((DECISION,)) == (1,)
    assert file.path.with_name("moved.db").stat().st_size > 0


@pytest.mark.parametrize(("version", "table"), [(0, "songs"), (2, "songs"), (3, "stops")])
def test_the_database_of_another_program_is_left_as_it_is(version: int, table: str, file: ReviewFile) -> None:
    with closing(sqlite3.connect(file.path)) as connection:
        connection.execute(f"CREATE TABLE {table} (title)")
        connection.execute(f"PRAGMA user_version = {version}")
    before = file.path.read_bytes()
    for attempt in (lambda: file.write((DECISION,)), file.stops):
        with pytest.raises(RecordsError, match=r"of another program.*Nothing was changed in it"):
            attempt()
    assert file.path.read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_file_that_may_be_written_again_is(file: ReviewFile) -> None:
    file.write((DECISION,))
    file.close()
    file.path.chmod(0o400)
    with pytest.raises(RecordsError, match="Nothing was sent"):
        file.write((DECISION,))
    file.path.chmod(0o600)
    assert file.write((DECISION,)) == (2,)
