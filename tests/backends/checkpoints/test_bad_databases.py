"""Everything that can be wrong with a database file, and that what is wrong with it is said in words."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hitl_desktop.backends.checkpoints import database_file
from hitl_desktop.backends.checkpoints.reader import DatabaseMissingError
from hitl_desktop.core.backend import DatabaseError
from tests.backends.checkpoints.conftest import NewReader, Zoo
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint

NOBODY = 65534


def refusal(new_reader: NewReader, path: Path) -> str:
    with pytest.raises(DatabaseError) as raised:
        new_reader(path).open()
    assert str(path.parent) in str(raised.value)
    return str(raised.value)


@contextmanager
def as_nobody() -> Iterator[None]:
    """File permissions mean nothing to root, so become somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may look into, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def test_a_missing_database_can_be_made(tmp_path: Path, new_reader: NewReader) -> None:
    with pytest.raises(DatabaseMissingError, match="There is no database"):
        new_reader(tmp_path / "new.sqlite").open()
    assert not list(tmp_path.iterdir())


def test_an_empty_file_is_like_a_missing_one(tmp_path: Path, new_reader: NewReader) -> None:
    (tmp_path / "new.sqlite").touch()
    with pytest.raises(DatabaseMissingError, match="is empty"):
        new_reader(tmp_path / "new.sqlite").open()


def test_a_missing_folder(tmp_path: Path, new_reader: NewReader) -> None:
    path = tmp_path / "nowhere" / "threads.sqlite"
    with pytest.raises(DatabaseError) as raised:
        new_reader(path).open()
    assert not isinstance(raised.value, DatabaseMissingError)
    assert f"The folder {path.parent} does not exist" in str(raised.value)


def test_a_folder_instead_of_a_file(tmp_path: Path, new_reader: NewReader) -> None:
    (tmp_path / "folder.sqlite").mkdir()
    assert "is a folder" in refusal(new_reader, tmp_path / "folder.sqlite")


def test_a_file_within_a_file(tmp_path: Path, new_reader: NewReader) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="Not a directory"):
        new_reader(tmp_path / "file" / "threads.sqlite").open()


@pytest.mark.parametrize(
    "content",
    [b"hello", b"SQLite format 2\x00" + b"x" * 4096, os.urandom(8192)],
    ids=["text", "SQLite 2", "noise"],
)
def test_not_sqlite(content: bytes, tmp_path: Path, new_reader: NewReader) -> None:
    path = tmp_path / "text.sqlite"
    path.write_bytes(content)
    assert "not an SQLite database, or it is encrypted" in refusal(new_reader, path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "tables",
    [
        "CREATE TABLE mails (id INTEGER)",
        "CREATE TABLE checkpoints (thread_id TEXT, checkpoint BLOB)",
        "CREATE TABLE writes (thread_id TEXT)",
        "CREATE VIEW checkpoints AS SELECT 1 AS thread_id; CREATE VIEW writes AS SELECT 1 AS thread_id",
    ],
)
def test_sqlite_without_langgraphs_tables(tables: str, tmp_path: Path, new_reader: NewReader) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(tables)
    assert "not one of LangGraph's" in refusal(new_reader, path)


@pytest.mark.parametrize("made_so_far", ["PRAGMA journal_mode=WAL", "DELETE FROM checkpoints; DROP TABLE writes"])
def test_a_database_that_a_run_is_just_making_is_none_yet(
    made_so_far: str, zoo_copy: Path, tmp_path: Path, new_reader: NewReader
) -> None:
    path = zoo_copy if "DROP" in made_so_far else tmp_path / "new.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(made_so_far)
        with pytest.raises(DatabaseMissingError):
            new_reader(path).open()


@pytest.mark.parametrize("rest", [0.5, 0.98, 50])
def test_a_database_that_is_cut_off(rest: float, zoo_copy: Path, new_reader: NewReader) -> None:
    size = zoo_copy.stat().st_size
    os.truncate(zoo_copy, int(rest if rest > 1 else size * rest))
    assert "is cut off" in refusal(new_reader, zoo_copy)


def test_a_damaged_database(zoo_copy: Path, new_reader: NewReader) -> None:
    content = bytearray(zoo_copy.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    zoo_copy.write_bytes(content)
    reader = new_reader(zoo_copy)
    with pytest.raises(DatabaseError, match="is damaged"):
        reader.threads()


def test_a_database_that_is_locked(
    tmp_path: Path, raw: RawDatabase, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_file, "BUSY_SECONDS", 0.05)
    reader = new_reader(raw.path)
    raw.connection.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseError, match="is locked by another program"):
        reader.open()
    raw.connection.rollback()
    reader.open()


def test_a_database_that_is_locked_later(
    raw: RawDatabase, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_file, "BUSY_SECONDS", 0.05)
    reader = new_reader(raw.path)
    assert reader.threads() == []
    raw.connection.execute("BEGIN EXCLUSIVE")
    for read in (reader.threads, reader.changes, lambda: reader.thread("a"), lambda: reader.read_threads(["a"])):
        with pytest.raises(DatabaseError, match="is locked by another program"):
            read()
    raw.connection.rollback()
    assert reader.threads() == []


def test_a_file_that_may_not_be_read(zoo_database: Path, open_folder: Path, new_reader: NewReader) -> None:
    path = Path(shutil.copy(zoo_database, open_folder / "secret.sqlite"))
    path.chmod(0)
    reader = new_reader(path)
    with as_nobody(), pytest.raises(DatabaseError, match="cannot be read: Permission denied"):
        reader.open()


def test_a_medium_that_is_read_only(zoo: Zoo, zoo_database: Path, open_folder: Path, new_reader: NewReader) -> None:
    path = Path(shutil.copy(zoo_database, open_folder / "fixed.sqlite"))
    path.chmod(0o444)
    open_folder.chmod(0o555)
    reader = new_reader(path)
    with as_nobody():
        assert len(reader.threads()) == len(zoo)
        assert reader.changes() is None
    assert sorted(file.name for file in open_folder.iterdir()) == ["fixed.sqlite"]


def test_a_read_only_medium_with_changes_in_the_log(zoo_copy: Path, open_folder: Path, new_reader: NewReader) -> None:
    path = open_folder / "fixed.sqlite"
    with closing(sqlite3.connect(zoo_copy)) as connection:
        connection.execute("DELETE FROM writes WHERE thread_id = 'waiting'")
        connection.commit()
        for suffix in ("", "-wal"):
            shutil.copy(f"{zoo_copy}{suffix}", f"{path}{suffix}")
            Path(f"{path}{suffix}").chmod(0o444)
    open_folder.chmod(0o555)
    reader = new_reader(path)
    with as_nobody(), pytest.raises(DatabaseError, match="has changes beside it"):
        reader.open()


def test_a_new_version_on_a_read_only_medium_is_noticed(
    zoo: Zoo, zoo_database: Path, open_folder: Path, new_reader: NewReader
) -> None:
    path = Path(shutil.copy(zoo_database, open_folder / "fixed.sqlite"))
    path.chmod(0o444)
    open_folder.chmod(0o555)
    reader = new_reader(path)
    with as_nobody():
        reader.open()
    os.utime(path, ns=(0, 0))
    with as_nobody():
        change = reader.changes()
    assert change is not None
    assert change.everything


def test_one_encrypted_thread_costs_only_itself(raw: RawDatabase, new_reader: NewReader) -> None:
    raw.checkpoint("plain", checkpoint({"task": "readable", "branch:to:ask": None}))
    raw.write("plain", -3, asked("May I?"))
    raw.checkpoint("secret", b"\x00", kind="msgpack+aes")
    raw.write("secret", -3, b"\x00", kind="msgpack+aes")
    reader = new_reader(raw.path)
    plain, secret = reader.read_threads(["plain", "secret"])
    assert (plain.title, plain.asks, plain.requests) == ("readable", "May I?", 1)
    assert (secret.state, secret.requests) == (plain.state, 1)
    assert secret.asks == "This question cannot be read: it is encrypted, and the key is not there."
    detail = reader.thread("secret")
    assert detail is not None
    assert detail.questions == ()
    assert detail.errors == (
        ("ask", "The question cannot be read: it is encrypted, and the key is not there."),
        ("", "The state cannot be read: it is encrypted, and the key is not there."),
    )


@pytest.mark.parametrize(
    "name", ["with space.sqlite", "what?.sqlite", "a#b%20c.sqlite", "mode=rw&x.sqlite", "ü“\udce9.sqlite"]
)
def test_any_file_name(name: str, tmp_path: Path, new_reader: NewReader) -> None:
    path = tmp_path / name
    with RawDatabase(path) as database:
        database.checkpoint("a", checkpoint({}))
    assert [thread.thread_id for thread in new_reader(path).threads()] == ["a"]


def test_a_relative_path(
    tmp_path: Path, raw: RawDatabase, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert new_reader(Path(raw.path.name)).threads() == []
