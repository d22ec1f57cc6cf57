"""What the reader notices of changes that others make."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hitl_desktop.backends.checkpoints import changes
from hitl_desktop.backends.checkpoints.reader import CheckpointReader, DatabaseMissingError
from hitl_desktop.core.backend import DatabaseError, InboxChange
from tests.backends.checkpoints.conftest import NewReader
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint
from tests.backends.zoo.asking_graphs import asks_once

EVERYTHING = InboxChange((), everything=True)


@pytest.fixture
def reader(raw: RawDatabase, new_reader: NewReader) -> CheckpointReader:
    """A reader that has listed three threads."""
    for name in "abc":
        raw.checkpoint(name, checkpoint({}))
        raw.write(name, -3, asked("May I?"))
    reader = new_reader(raw.path)
    assert len(reader.threads()) == 3
    return reader


def settle(reader: CheckpointReader) -> InboxChange | None:
    """Look until nothing more is found, and return the first thing that was."""
    return next((change for _ in range(10) if (change := reader.changes())), None)


def test_nothing_changed(reader: CheckpointReader) -> None:
    assert reader.changes() is None
    assert reader.changes() is None


def test_new_and_replaced_rows_name_their_threads(reader: CheckpointReader, raw: RawDatabase) -> None:
    raw.checkpoint("d", checkpoint({}))
    assert reader.changes() == InboxChange(("d",))
    raw.write("b", -3, asked("And this?"))
    raw.write("a", 0, b"\x01", task="other")
    change = reader.changes()
    assert change is not None
    assert sorted(change.thread_ids) == ["a", "b"]
    raw.write("c", -3, asked("Again?"))
    assert reader.changes() == InboxChange(("c",))
    assert reader.changes() is None


def test_only_what_changed_is_looked_at(reader: CheckpointReader, raw: RawDatabase) -> None:
    statements: list[str] = []
    raw.write("c", -3, asked("Again?"))
    with reader._reading() as (database, _):
        database.connection.set_trace_callback(statements.append)
    reader.changes()
    assert any("rowid > 3" in statement for statement in statements)
    assert not any("count(" in statement or "GROUP BY" in statement for statement in statements)
    statements.clear()
    reader.changes()
    assert statements == ["PRAGMA data_version"]


def test_a_deleted_thread(reader: CheckpointReader, raw: RawDatabase) -> None:
    for table in ("checkpoints", "writes"):
        raw.connection.execute(f"DELETE FROM {table} WHERE thread_id = 'a'")
    raw.connection.commit()
    assert settle(reader) == EVERYTHING
    assert [thread.thread_id for thread in reader.threads()] == ["b", "c"]
    assert settle(reader) is None


def test_a_deletion_beside_other_changes(
    reader: CheckpointReader, raw: RawDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SWEEP", 1)
    raw.connection.execute("DELETE FROM checkpoints WHERE thread_id = 'a'")
    raw.checkpoint("d", checkpoint({}))
    assert [reader.changes() for _ in range(4)].count(EVERYTHING) == 1


def test_a_thread_that_came_later_and_is_deleted(reader: CheckpointReader, raw: RawDatabase) -> None:
    raw.checkpoint("0", checkpoint({}))
    assert reader.changes() == InboxChange(("0",))
    raw.checkpoint("e", checkpoint({}))
    assert reader.changes() == InboxChange(("e",))
    raw.connection.execute("DELETE FROM checkpoints WHERE thread_id = '0'")
    raw.connection.commit()
    assert settle(reader) == EVERYTHING


def test_numbers_of_deleted_rows_that_are_used_again(reader: CheckpointReader, raw: RawDatabase) -> None:
    raw.connection.execute("DELETE FROM checkpoints WHERE thread_id = 'c'")
    raw.checkpoint("d", checkpoint({}))
    raw.checkpoint("e", checkpoint({}))
    assert reader.changes() == EVERYTHING


def test_other_tables_of_the_file_are_nobodys_business(reader: CheckpointReader, raw: RawDatabase) -> None:
    raw.connection.execute("CREATE TABLE store (value TEXT)")
    raw.connection.commit()
    assert settle(reader) is None
    raw.connection.execute("INSERT INTO store VALUES ('x')")
    raw.connection.commit()
    assert settle(reader) is None
    raw.write("c", -3, asked("Again?"))
    assert reader.changes() == InboxChange(("c",))


def test_vacuum_may_number_rows_anew(reader: CheckpointReader, raw: RawDatabase) -> None:
    raw.connection.execute("DELETE FROM writes WHERE thread_id = 'a'")
    raw.connection.commit()
    reader.changes()
    raw.connection.execute("VACUUM")
    assert settle(reader) in (None, EVERYTHING)
    raw.write("c", -3, asked("Again?"))
    assert reader.changes() == InboxChange(("c",))


def test_rows_that_were_numbered_anew(reader: CheckpointReader, raw: RawDatabase) -> None:
    raw.connection.execute("UPDATE writes SET rowid = rowid + 1000 WHERE thread_id = 'a'")
    raw.connection.execute("UPDATE writes SET rowid = rowid - 2 WHERE thread_id = 'c'")
    raw.connection.commit()
    assert reader.changes() == EVERYTHING


def test_another_file_in_its_place(reader: CheckpointReader, raw: RawDatabase, zoo_copy: Path) -> None:
    os.replace(zoo_copy, raw.path)
    assert reader.changes() == EVERYTHING
    assert reader.thread("waiting") is not None
    assert reader.changes() is None


def test_another_file_is_read_at_once(reader: CheckpointReader, raw: RawDatabase, zoo_copy: Path) -> None:
    os.replace(zoo_copy, raw.path)
    assert reader.thread("waiting") is not None
    assert reader.changes() == EVERYTHING


def test_what_happens_while_it_is_closed_is_told(reader: CheckpointReader, raw: RawDatabase, zoo_copy: Path) -> None:
    reader.close()
    os.replace(zoo_copy, raw.path)
    assert reader.thread("waiting") is not None
    assert reader.changes() == EVERYTHING
    assert reader.changes() is None


def test_a_database_that_vanishes_and_comes_back(reader: CheckpointReader, raw: RawDatabase, tmp_path: Path) -> None:
    away = shutil.move(raw.path, tmp_path / "away.sqlite")
    for read in (reader.changes, reader.threads, reader.changes):
        with pytest.raises(DatabaseMissingError, match="There is no database"):
            read()
    shutil.move(away, raw.path)
    assert reader.changes() == EVERYTHING
    assert len(reader.threads()) == 3


def test_a_folder_that_vanishes(tmp_path: Path, new_reader: NewReader) -> None:
    folder = tmp_path / "medium"
    folder.mkdir()
    with RawDatabase(folder / "threads.sqlite") as raw:
        raw.checkpoint("a", checkpoint({}))
    reader = new_reader(folder / "threads.sqlite")
    assert len(reader.threads()) == 1
    shutil.rmtree(folder)
    with pytest.raises(DatabaseError, match="folder"):
        reader.changes()


def test_a_closed_reader_opens_again(reader: CheckpointReader, raw: RawDatabase) -> None:
    reader.close()
    reader.close()
    assert len(reader.threads()) == 3


async def test_real_runs_are_followed(zoo_copy: Path, new_reader: NewReader) -> None:
    reader = new_reader(zoo_copy)
    reader.threads()
    async with aiosqlite.connect(zoo_copy) as connection:
        saver = AsyncSqliteSaver(connection)
        graph = asks_once().compile(checkpointer=saver)
        await graph.ainvoke({"task": "new"}, {"configurable": {"thread_id": "new"}})
        assert reader.changes() == InboxChange(("new",))
        assert reader.changes() is None
        await saver.adelete_thread("waiting")
        assert settle(reader) == EVERYTHING
    with closing(sqlite3.connect(zoo_copy)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert settle(reader) in (None, EVERYTHING)
    assert "waiting" not in {thread.thread_id for thread in reader.threads()}
