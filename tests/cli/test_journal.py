"""`hitl-desktop journal`: what was done to a journal is found, and exports hold all of it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from hitl_desktop.cli import main
from hitl_desktop.core.journal import EntryKind, JournalEntry, Reviewer
from hitl_desktop.locations import anchors_folder
from hitl_desktop.records.anchor_files import AnchorFile
from hitl_desktop.records.review_file import ReviewFile, review_file_of


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with five entries in its journal."""
    database = tmp_path / "threads.db"
    path = review_file_of(database)
    file = ReviewFile(path, lambda: Reviewer("ana", "Ana A."), AnchorFile(anchors_folder(), path).keep)
    for number in range(4):
        decision = JournalEntry(
            EntryKind.DECISION, f"t{number}", payload={"to": "=1+1"}, reason="No.\n```\n\ud800", answer=number
        )
        file.write((decision,))
    file.write((JournalEntry(EntryKind.DELIVERY, "t0", outcome="delivered", about=(1,)),))
    file.close()
    return database


def tamper(database: Path, sql: str) -> None:
    with closing(sqlite3.connect(review_file_of(database))) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS journal_is_not_changed")
        connection.execute("DROP TRIGGER IF EXISTS journal_is_not_shortened")
        connection.executescript(sql)


def verify(database: Path, *more: str) -> int:
    return main(["journal", "verify", "--database", str(database), *more])


def test_a_whole_journal_is_whole(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = review_file_of(database).read_bytes()
    assert verify(database) == 0
    assert capsys.readouterr() == ("", "The journal is whole: 5 entries.\n")
    assert review_file_of(database).read_bytes() == before


def test_without_a_journal_nothing_is_wrong_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(tmp_path / "none.db") == 0
    assert "0 entries" in capsys.readouterr().err
    assert list(tmp_path.glob("none*")) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE journal SET body = replace(body, 'Ana A.', 'Bo B.') WHERE number = 2", "Entry 2 was changed"),
        ("DELETE FROM journal WHERE number = 3", "Entry 3 is missing."),
        ("DELETE FROM journal WHERE number > 3", "The end is cut off: entries 4 to 5 are missing."),
        ("DELETE FROM journal", "The end is cut off: entries 1 to 5 are missing."),
        ("INSERT INTO journal SELECT 6, thread_id, body, hash FROM journal WHERE number = 1", "Entry 6 was put there"),
        (
            "UPDATE journal SET number = 9 WHERE number = 1; UPDATE journal SET number = 1 WHERE number = 2;"
            "UPDATE journal SET number = 2 WHERE number = 9",
            "Entry 1 was put there: it was written as entry 2.",
        ),
        ("UPDATE journal SET thread_id = 't9' WHERE number = 2", "Entry 2 is listed under another thread"),
    ],
)
def test_what_was_done_to_it_is_found(sql: str, said: str, database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(database, sql)
    assert verify(database) == 1
    assert said in capsys.readouterr().out


def test_an_export_finds_what_the_anchor_does_not_know_any_more(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.jsonl"
    assert main(["journal", "export", "--database", str(database), "--output", str(kept)]) == 0
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    tamper(database, "DELETE FROM journal WHERE number > 3")
    for anchor in anchors_folder().iterdir():
        anchor.unlink()
    assert verify(database) == 0
    assert verify(database, "--export", str(kept)) == 1
    assert "The end is cut off: entries 4 to 5 are missing." in capsys.readouterr().out


def test_exports_hold_every_entry_and_are_entries_themselves(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, form in enumerate(("jsonl", "csv", "md"), 5):
        assert main(["journal", "export", "--database", str(database), "--format", form]) == 0
        text = capsys.readouterr().out
        match form:
            case "jsonl":
                bodies = [json.loads(json.loads(line)["body"]) for line in text.splitlines()]
                assert [body["answer"] for body in bodies] == [0, 1, 2, 3, None]
                assert bodies[0]["reason"] == "No.\n```\n\ud800"
            case "csv":
                rows = list(csv.DictReader(io.StringIO(text)))
                assert [row["number"] for row in rows] == [str(n + 1) for n in range(number)]
                assert rows[0]["payload"] == '{"to": "=1+1"}'
                assert rows[-1]["outcome"] == "5 entries as jsonl"
            case "md":
                assert text.count("\n## ") == number
                assert '"to": "=1+1"' in text
                assert "  ````\n  No." in text, "a fence is longer than what is in it"
    assert verify(database) == 0


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_spreadsheet_computes_nothing(value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "threads.db"
    file = ReviewFile(review_file_of(database))
    file.write((JournalEntry(EntryKind.DECISION, value, reason=value),))
    file.close()
    assert main(["journal", "export", "--database", str(database), "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["thread_id"], row["reason"]) == (f"'{value}", f"'{value}")


@pytest.mark.parametrize(
    ("content", "said"),
    [("[1]\n", "line 1 is no entry"), ("", None), ("{}", "line 1 is no entry"), (None, "cannot be read")],
)
def test_an_export_that_is_none_is_wrong_use(
    content: str | None, said: str | None, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "export.jsonl"
    if content is not None:
        export.write_text(content)
    assert verify(database, "--export", str(export)) == (2 if said else 0)
    assert (said or "") in capsys.readouterr().err


def test_a_damaged_file_is_a_finding(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    review_file_of(database).write_bytes(b"This is a letter.")
    assert verify(database) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_file_is_not_written_over(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    assert main(["journal", "export", "--database", str(database), "--output", str(there)]) == 2
    assert there.read_text() == "mine"
