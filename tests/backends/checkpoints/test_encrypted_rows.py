"""Encrypted rows: read with their key, shown as closed without it, and as inert as plain ones with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hitl_desktop.backends.checkpoints.reader import CheckpointReader
from hitl_desktop.core.threads import ThreadDetail, ThreadState
from hitl_desktop.encryption.cipher import Cipher
from hitl_desktop.encryption.keys import VARIABLE, new_key
from hitl_desktop.encryption.protection import Protection
from tests.backends.checkpoints.hostile_rows import HARMLESS, fill_with_everything
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint

TEXT = "0123456789abcdef0123456789abcdef"
CIPHER = Cipher(TEXT.encode())


def encrypt_all(database: Path, cipher: Cipher = CIPHER) -> None:
    """Encrypt every row that has a type and bytes, as LangGraph would have."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in (("checkpoints", "checkpoint"), ("writes", "value")):
            rows = connection.execute(f"SELECT rowid, type, {column} FROM {table}").fetchall()
            for row, kind, value in rows:
                if isinstance(kind, str) and isinstance(value, bytes) and "+" not in kind:
                    values = (f"{kind}+aes", cipher.encrypt(value), row)
                    connection.execute(f"UPDATE {table} SET type = ?, {column} = ? WHERE rowid = ?", values)


@pytest.fixture
def open_with(raw: RawDatabase) -> Iterator[list[CheckpointReader]]:
    readers: list[CheckpointReader] = []
    yield readers
    for reader in readers:
        reader.close()


def reader_of(readers: list[CheckpointReader], database: Path, key: str | None = TEXT) -> CheckpointReader:
    """A reader of the database, with the key in LangGraph's variable or without one."""
    protection = Protection(database, {} if key is None else {VARIABLE: key})
    readers.append(CheckpointReader(database, protection))
    readers[-1].look_at_protection()
    return readers[-1]


def fill(raw: RawDatabase, *threads: str) -> None:
    for thread in threads:
        raw.checkpoint(thread, checkpoint({"task": f"task of {thread}", "branch:to:ask": None}))
        raw.write(thread, -3, asked(f"May {thread}?"))


def seen(reader: CheckpointReader, thread: str) -> ThreadDetail:
    detail = reader.thread(thread)
    assert detail is not None
    return detail


def test_a_thread_is_read_as_if_it_were_plain(raw: RawDatabase, open_with: list[CheckpointReader]) -> None:
    fill(raw, "one")
    with closing(CheckpointReader(raw.path)) as plain:
        before = plain.thread("one"), plain.threads(), plain.read_threads(["one"])
    encrypt_all(raw.path)
    reader = reader_of(open_with, raw.path)
    assert (reader.thread("one"), reader.threads(), reader.read_threads(["one"])) == before
    assert before[0] is not None
    assert [question.value for question in before[0].questions] == ["May one?"]


def test_plain_and_encrypted_threads_stand_side_by_side(raw: RawDatabase, open_with: list[CheckpointReader]) -> None:
    fill(raw, "older")
    encrypt_all(raw.path)
    fill(raw, "plain")
    reader = reader_of(open_with, raw.path)
    assert [thread.asks for thread in reader.read_threads(["older", "plain"])] == ["May older?", "May plain?"]


@pytest.mark.parametrize(
    ("plain_before", "plain_after", "words"),
    [
        (False, False, "encrypted"),
        (True, False, "encrypted, but for some rows"),
        (False, True, "encrypted, but for some rows"),
    ],
)
def test_a_database_with_plain_rows_is_not_said_to_be_encrypted_as_a_whole(
    plain_before: bool, plain_after: bool, words: str, raw: RawDatabase
) -> None:
    fill(raw, "one", "two")
    encrypt_all(raw.path)
    if plain_before:
        raw.connection.execute("UPDATE checkpoints SET type = 'msgpack' WHERE thread_id = 'one'")
        raw.connection.commit()
    if plain_after:
        fill(raw, "three")
    protection = Protection(raw.path, {VARIABLE: TEXT})
    with closing(CheckpointReader(raw.path, protection)) as reader:
        reader.look_at_protection()
    assert protection.words == words


@pytest.mark.parametrize("key", [None, "x" * 32])
def test_without_the_key_threads_are_listed_with_what_is_not_encrypted(
    key: str | None, raw: RawDatabase, open_with: list[CheckpointReader]
) -> None:
    fill(raw, "one", "two")
    raw.checkpoint("done", checkpoint({"task": "done"}), metadata={"hitl_graph": "mail"})
    encrypt_all(raw.path)
    fill(raw, "plain")
    reader = reader_of(open_with, raw.path, key)
    states = {thread.thread_id: (thread.state, thread.graph) for thread in reader.threads()}
    waiting = (ThreadState.WAITING, None)
    assert states == {"one": waiting, "two": waiting, "plain": waiting, "done": (ThreadState.DONE, "mail")}
    detail = seen(reader, "one")
    assert (detail.questions, detail.messages, detail.values) == ((), (), {})
    why = "it is encrypted, and the key is not there"
    assert detail.errors == (
        ("ask", f"The question cannot be read: {why}."),
        ("", f"The state cannot be read: {why}."),
    )
    assert detail.summary.asks == f"This question cannot be read: {why}."
    assert seen(reader, "plain").summary.asks == "May plain?"


def test_a_row_of_another_key_costs_that_row_alone(raw: RawDatabase, open_with: list[CheckpointReader]) -> None:
    fill(raw, "one", "two")
    encrypt_all(raw.path)
    (value,) = raw.connection.execute("SELECT checkpoint FROM checkpoints WHERE thread_id = 'one'").fetchone()
    foreign = Cipher(new_key()).encrypt(CIPHER.decrypt(value))
    raw.connection.execute("UPDATE checkpoints SET checkpoint = ? WHERE thread_id = 'one'", (foreign,))
    raw.connection.commit()
    reader = reader_of(open_with, raw.path)
    detail = seen(reader, "one")
    why = "it cannot be decrypted: it is damaged, or encrypted with another key"
    assert detail.errors == (("", f"The state cannot be read: {why}."),)
    assert [question.value for question in detail.questions] == ["May one?"]
    assert seen(reader, "two").errors == ()


def test_every_attack_inside_the_encryption_is_read_and_not_run(
    tmp_path: Path, raw: RawDatabase, open_with: list[CheckpointReader]
) -> None:
    canary = tmp_path / "canary"
    fill_with_everything(raw, canary)
    with closing(CheckpointReader(raw.path)) as plain:
        before = {thread.thread_id: repr(plain.thread(thread.thread_id)) for thread in plain.threads()}
    encrypt_all(raw.path)
    reader = reader_of(open_with, raw.path)
    assert {name: repr(reader.thread(name)) for name in before} == before
    assert not canary.exists()


def test_a_plain_attack_among_encrypted_rows_is_read_and_not_run(
    tmp_path: Path, raw: RawDatabase, open_with: list[CheckpointReader]
) -> None:
    canary = tmp_path / "canary"
    fill(raw, "honest")
    encrypt_all(raw.path)
    fill_with_everything(raw, canary)
    reader = reader_of(open_with, raw.path)
    for thread in reader.threads():
        assert reader.thread(thread.thread_id) is not None
    assert not canary.exists()
    assert seen(reader, "honest").summary.asks == "May honest?"
    assert seen(reader, HARMLESS).errors == ()
