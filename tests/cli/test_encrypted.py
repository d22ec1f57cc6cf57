"""The command line with an encrypted database: made, listed, checked, exported, and its key kept and brought back."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hitl_desktop.cli import main
from hitl_desktop.cli.keys import encrypt
from hitl_desktop.core.journal import EntryKind, JournalEntry, Reviewer
from hitl_desktop.encryption.cipher import Cipher
from hitl_desktop.encryption.keys import new_key
from hitl_desktop.encryption.marker import marker_of
from hitl_desktop.encryption.protection import Protection
from hitl_desktop.locations import anchors_folder
from hitl_desktop.records.anchor_files import AnchorFile
from hitl_desktop.records.review_file import ReviewFile, review_file_of
from tests.backends.checkpoints.raw_rows import RawDatabase, asked, checkpoint
from tests.backends.checkpoints.test_encrypted_rows import encrypt_all
from tests.cli.conftest import Command
from tests.support.keyrings import NONE, keys

__all__ = ["keys"]

SECRET = "Rosebud"


def fill(database: Path, thread: str = "t1") -> None:
    with RawDatabase(database) as raw:
        raw.checkpoint(thread, checkpoint({"task": SECRET, "branch:to:ask": None}), metadata={"hitl_graph": "mail"})
        raw.write(thread, -3, asked(f"Pay {SECRET}?"))


@pytest.fixture
def database(keys: Path, tmp_path: Path) -> Path:
    """An encrypted database with a thread that waits and a journal of two entries, by its own program's parts."""
    database = tmp_path / "data" / "threads.db"
    database.parent.mkdir()
    assert "key show" in encrypt(database)
    protection = Protection(database)
    protection.look()
    assert protection.cipher is not None
    fill(database)
    encrypt_all(database, protection.cipher)
    write(
        database, protection, JournalEntry(EntryKind.DECISION, "t1", payload={"pay": SECRET}, reason=SECRET, answer=7)
    )
    write(database, protection, JournalEntry(EntryKind.DELIVERY, "t1", outcome=f"{SECRET} paid", about=(1,)))
    return database


def write(database: Path, protection: Protection | None, entry: JournalEntry) -> None:
    path = review_file_of(database)
    file = ReviewFile(path, lambda: Reviewer("ana"), AnchorFile(anchors_folder(), path).keep, protection)
    file.write((entry,))
    file.close()


def without_a_key(keys: Path) -> None:
    keys.rename(keys.with_name("taken.json"))


def run(*arguments: object) -> int:
    return main([str(each) for each in arguments])


Said = pytest.CaptureFixture[str]


def test_threads_are_listed_with_the_key_and_named_without_it(database: Path, keys: Path, command: Command) -> None:
    told = command("threads", "--json", "--database", database)
    assert (told.returncode, told.stderr) == (0, "")
    (thread,) = json.loads(told.stdout)
    assert (thread["title"], thread["requests"][0]["payload"]) == (SECRET, f"Pay {SECRET}?")
    without_a_key(keys)
    told = command("threads", "--database", database)
    assert told.returncode == 1
    assert "waiting" in told.stdout
    assert "t1" in told.stdout
    assert SECRET not in told.stdout
    assert "is encrypted, and its key is not there" in told.stderr
    assert "has no key" in told.stderr


def test_the_doctor_says_whether_it_is_encrypted(database: Path, keys: Path, capsys: Said) -> None:
    def encryption(path: Path) -> dict[str, object]:
        run("doctor", "--json", "--database", path)
        (found,) = [each for each in json.loads(capsys.readouterr().out) if each["about"] == "Encryption"]
        return dict(found)

    assert encryption(database)["found"] == "on: the database, its review file and its copies; the key is there"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE checkpoints SET type = 'msgpack'")
    assert "there are rows that are not encrypted" in str(encryption(database)["found"])
    assert encryption(database.with_name("plain.db"))["found"] == "off: the database is a plain one"
    without_a_key(keys)
    missing = encryption(database)
    assert missing["wrong"]
    assert "its key is not there" in str(missing["found"])


@pytest.mark.parametrize("form", ["jsonl", "csv", "md"])
def test_the_journal_is_exported_opened_and_verified(form: str, database: Path, tmp_path: Path, capsys: Said) -> None:
    export = tmp_path / f"journal.{form}"
    assert run("journal", "export", "--database", database, "--format", form, "--output", export) == 0
    assert export.read_text().count(SECRET) == 3
    assert run("journal", "verify", "--database", database) == 0
    assert "3 entries" in capsys.readouterr().err
    if form == "jsonl":
        first = json.loads(export.read_text().splitlines()[0])
        assert first["opened"]["answer"] == 7
        assert "payload" not in json.loads(first["body"])
        assert run("journal", "verify", "--database", database, "--export", export) == 0


def test_without_the_key_the_chain_is_checked_and_exported_closed(database: Path, keys: Path, capsys: Said) -> None:
    without_a_key(keys)
    assert run("journal", "verify", "--database", database) == 0
    told = capsys.readouterr()
    assert "Checked without its key, by the chain alone." in told.err
    assert "The journal is whole: 2 entries." in told.err
    assert run("journal", "export", "--database", database, "--format", "md") == 1
    told = capsys.readouterr()
    assert "The content of 2 entries is not in the export" in told.err
    assert "encrypted, and the key is not there" in told.out
    assert SECRET not in told.out


def write_with_another_key(database: Path) -> None:
    other = database.with_name("other.db")
    encrypt(other)
    protection = Protection(other)
    path = review_file_of(database)
    file = ReviewFile(path, Reviewer, AnchorFile(anchors_folder(), path).keep, protection)
    file.write((JournalEntry(EntryKind.DECISION, "t2", answer=8),))
    file.close()


def add_a_plain_entry(database: Path) -> None:
    write(database, None, JournalEntry(EntryKind.DECISION, "t2", answer=8))


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (add_a_plain_entry, "Entry 3 is not encrypted, but entry 1 before it is.\n"),
        (write_with_another_key, "Entry 3 cannot be decrypted: it was changed, or written with another key.\n"),
    ],
)
def test_an_entry_that_was_written_without_the_key_is_found_by_the_key(
    forge: Callable[[Path], None], said: str, database: Path, capsys: Said
) -> None:
    forge(database)
    capsys.readouterr()
    assert run("journal", "verify", "--database", database) == 1
    assert capsys.readouterr().out == said


def test_the_key_is_shown_noted_and_brought_back(database: Path, keys: Path, command: Command) -> None:
    shown = command("key", "show", "--database", database)
    assert shown.returncode == 0
    assert f'": "{shown.stdout.strip()}"' in keys.read_text()
    assert "Whoever has this key" in shown.stderr
    exported = command("journal", "export", "--database", database)
    assert "The key of the database was shown" in exported.stdout
    assert shown.stdout.strip() not in exported.stdout

    without_a_key(keys)
    assert command("threads", "--database", database).returncode == 1
    for wrong in (new_key().hex(), "", "no key"):
        told = bring(database, wrong)
        assert told == (1, f"This is not the key of {database}. Nothing was changed.\n")
    assert bring(database, shown.stdout) == (0, f"The key of {database} is in the keyring.\n")
    assert command("threads", "--database", database).returncode == 0

    marker_of(database).unlink()
    assert command("threads", "--database", database).returncode == 1
    assert bring(database, shown.stdout)[0] == 0
    assert command("threads", "--database", database).returncode == 0


def bring(database: Path, text: str) -> tuple[int, str]:
    """`hitl-desktop key import` with this on its standard input: its exit code, and what it says."""
    told = subprocess.run(
        [sys.executable, "-m", "hitl_desktop", "key", "import", "--database", str(database)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert not text.strip() or text.strip() not in told.stdout + told.stderr
    return told.returncode, told.stderr


@pytest.mark.parametrize("task", ["show", "import"])
def test_a_plain_database_has_no_key(
    task: str, keys: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hitl_desktop.cli.keys.read_key", lambda: new_key().hex())
    fill(tmp_path / "plain.db")
    assert run("key", task, "--database", tmp_path / "plain.db") == 1
    assert "is not encrypted, so it has no key" in capsys.readouterr().err


def test_a_database_with_plain_threads_is_not_made_an_encrypted_one(
    keys: Path, tmp_path: Path, command: Command
) -> None:
    database = tmp_path / "plain.db"
    fill(database)
    before = database.read_bytes()
    told = command("--encrypt", "--database", database)
    assert told.returncode == 2
    assert "threads that are not encrypted" in told.stderr
    assert "Nothing was changed" in told.stderr
    assert list(tmp_path.glob("plain*")) == [database]
    assert database.read_bytes() == before


def test_without_a_keyring_no_database_is_made(
    keys: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", NONE)
    told = command("--encrypt", "--database", tmp_path / "new.db")
    assert told.returncode == 2
    assert "no keyring that can be used" in told.stderr
    assert "LANGGRAPH_AES_KEY" in told.stderr
    assert list(tmp_path.glob("new*")) == []


def test_the_key_of_the_environment_is_not_shown(tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGGRAPH_AES_KEY", "k" * 32)
    database = tmp_path / "t.db"
    fill(database)
    encrypt_all(database, Cipher(b"k" * 32))
    assert run("threads", "--database", database) == 0
    assert SECRET in capsys.readouterr().out
    assert run("key", "show", "--database", database) == 1
    told = capsys.readouterr()
    assert "k" * 32 not in told.out + told.err
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone() == (2,)


def test_a_plain_database_needs_neither_the_keyring_nor_what_encrypts(
    tmp_path: Path, loaded_by: Callable[..., set[str]]
) -> None:
    fill(tmp_path / "plain.db")
    assert loaded_by("threads", "--database", tmp_path / "plain.db").isdisjoint({"keyring", "Crypto"})
