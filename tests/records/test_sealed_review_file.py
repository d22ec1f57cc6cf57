"""The review file of an encrypted database: sealed on the disk, whole to those who have the key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hitl_desktop.core.drafts import StoredDraft
from hitl_desktop.core.events import StopReason
from hitl_desktop.core.journal import Reviewer, findings
from hitl_desktop.core.records import RecordsError, RunStop, ThreadHeldError
from hitl_desktop.encryption.keys import VARIABLE, name_of_key
from hitl_desktop.encryption.marker import marker_of, write_marker
from hitl_desktop.encryption.protection import Protection
from hitl_desktop.records import journal_table
from hitl_desktop.records.journal_reading import reading_journal
from hitl_desktop.records.review_file import ReviewFile, review_file_of
from tests.records.test_review_file import DECISION, DELIVERED

TEXT = "0123456789abcdef0123456789abcdef"
OpenFile = Callable[..., ReviewFile]

SECRET = replace(
    DECISION,
    payload={"pay": "Rosebud"},
    decision=[{"kind": "submit", "value": "Rosebud", "shape": "The field “Rosebud”"}],
    changes=[{"before": "Rosebud"}],
    reason="because of Rosebud",
    answer={"pay": "Rosebud"},
    delivery="key",
)
DRAFT = StoredDraft("t1", "r1", "fingerprint of the question", "c1", "2026-01-01T00:00:00.000+00:00", '{"Rosebud": 1}')


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "threads.db"


@pytest.fixture
def open_file(database: Path) -> Iterator[OpenFile]:
    files: list[ReviewFile] = []

    def make(key: str | None = TEXT) -> ReviewFile:
        protection = Protection(database, {} if key is None else {VARIABLE: key})
        files.append(ReviewFile(review_file_of(database), lambda: Reviewer("ana", "Ana A."), protection=protection))
        return files[-1]

    yield make
    for file in files:
        file.close()


@pytest.fixture
def sealed(database: Path) -> None:
    write_marker(database, name_of_key(TEXT.encode()))


def fill(file: ReviewFile) -> None:
    """Something secret in every table."""
    file.write((SECRET,))
    file.write((replace(DELIVERED, outcome="delivered to Rosebud", about=(1,)),))
    file.write((replace(SECRET, thread_id="t2"),))
    file.stopped(RunStop("t1", "c1", StopReason.FAILED, ("ask",), "Rosebud was closed"))
    file.keep_drafts((DRAFT,))
    file.take_lease("t1", "Pay Rosebud")


def contents(database: Path) -> bytes:
    found = sorted(database.parent.glob("threads.review.db*"))
    assert found
    return b"".join(path.read_bytes() for path in found)


@pytest.mark.usefixtures("sealed")
def test_no_secret_is_on_the_disk_and_all_of_them_come_back(database: Path, open_file: OpenFile) -> None:
    file = open_file()
    fill(file)
    assert b"Rosebud" not in contents(database)
    file.close()
    assert b"Rosebud" not in contents(database)
    assert b"fingerprint" not in contents(database)
    file = open_file()
    newest, outcome, first = file.entries(None, None, 10)
    for entry in (newest, first):
        kept = {name: entry.fields[name] for name in ("payload", "decision", "changes", "reason", "answer")}
        assert kept == {name: getattr(SECRET, name) for name in kept}
        assert entry.fields["answer_hash"]
    assert outcome.fields["outcome"] == "delivered to Rosebud"
    (undelivered,) = file.undelivered()
    assert undelivered.fields == newest.fields
    assert file.stops()["t1"].message == "Rosebud was closed"
    assert file.shapes() == {("mail", "ask"): "The field “Rosebud”"}
    assert file.drafts("t1") == (DRAFT,)
    with pytest.raises(ThreadHeldError) as held:
        file.take_lease("t1", "Pay")
    assert held.value.lease.what == "Pay Rosebud"
    assert file.leases_of_others()["t1"].what == "Pay Rosebud"


def rows(database: Path) -> list[str]:
    with closing(sqlite3.connect(review_file_of(database))) as connection:
        return list(connection.iterdump())


def test_a_plain_database_has_a_plain_review_file(database: Path, open_file: OpenFile) -> None:
    fill(open_file())
    assert b"Rosebud" in contents(database)
    assert b"sealed" not in contents(database)


@pytest.mark.usefixtures("sealed")
def test_a_draft_takes_the_place_of_the_one_before_and_is_forgotten(open_file: OpenFile) -> None:
    file = open_file()
    file.keep_drafts((DRAFT,))
    other = replace(DRAFT, content="{}")
    file.keep_drafts((other,))
    assert file.drafts("t1") == (other,)
    file.keep_drafts((replace(DRAFT, content=""),))
    assert file.drafts("t1") == ()
    file.keep_drafts((DRAFT,))
    file.forget_drafts("t1", ("r1",))
    assert file.drafts("t1") == ()


def test_what_was_plain_before_is_read_beside_what_is_sealed_now(database: Path, open_file: OpenFile) -> None:
    fill(open_file())
    write_marker(database, name_of_key(TEXT.encode()))
    file = open_file()
    file.write((SECRET,))
    file.keep_drafts((replace(DRAFT, request_id="r2"),))
    assert [entry.fields["payload"] for entry in file.entries(None, None, 10)] == [{"pay": "Rosebud"}] * 2 + [
        None,
        {"pay": "Rosebud"},
    ]
    assert len(file.drafts("t1")) == 2
    file.keep_drafts((replace(DRAFT, content=""),))
    assert [draft.request_id for draft in file.drafts("t1")] == ["r2"]
    assert told(database) == []


@pytest.mark.usefixtures("sealed")
def test_the_chain_is_checked_without_the_key(database: Path, open_file: OpenFile) -> None:
    fill(open_file())
    assert told(database) == []
    with closing(sqlite3.connect(review_file_of(database))) as connection, connection:
        (body,) = connection.execute("SELECT body FROM journal WHERE number = 2").fetchone()
        fields = json.loads(body)
        sealed = fields["sealed"]
        fields["sealed"] = sealed.replace(sealed[50], "A" if sealed[50] != "A" else "B", 1)
        connection.execute("DROP TRIGGER journal_is_not_changed")
        changed = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        connection.execute("UPDATE journal SET body = ? WHERE number = 2", (changed,))
    assert told(database) == ["Entry 2 was changed: its text has another hash than was written with it."]
    file = open_file()
    first, second, third = (entry.fields["reason"] for entry in reversed(file.entries(None, None, 10)))
    assert (first, third) == ("because of Rosebud", "because of Rosebud")
    assert second == "(encrypted: damaged, or with another key)"


def told(database: Path) -> list[str]:
    with reading_journal(review_file_of(database)) as entries:
        return [each.words for each in findings(entries)]


@pytest.mark.usefixtures("sealed")
def test_the_fields_beside_a_seal_cannot_be_exchanged(database: Path, open_file: OpenFile) -> None:
    """Who decided what cannot be put under another name, even by somebody who writes the whole chain anew."""
    fill(open_file())
    with closing(sqlite3.connect(review_file_of(database))) as connection, connection:
        connection.execute("DROP TRIGGER journal_is_not_changed")
        connection.execute('UPDATE journal SET body = replace(body, \'"user":"ana"\', \'"user":"bob"\')')
    assert {entry.fields["reason"] for entry in open_file().entries(None, None, 10)} == {
        "(encrypted: damaged, or with another key)"
    }


@pytest.mark.usefixtures("sealed")
def test_without_the_key_nothing_is_written_and_what_is_there_is_named(database: Path, open_file: OpenFile) -> None:
    fill(open_file())
    marker = marker_of(database).read_text()
    shut = open_file(None)
    before = rows(database)
    for write in (
        lambda: shut.write((SECRET,)),
        lambda: shut.keep_drafts((DRAFT,)),
        lambda: shut.stopped(RunStop("t1", "c1", StopReason.FAILED)),
        lambda: shut.take_lease("t2", "Pay"),
    ):
        with pytest.raises(RecordsError, match="Nothing was written") as error:
            write()
        assert "its key is not there" in str(error.value)
    entries = shut.entries(None, None, 10)
    assert [entry.fields["reason"] for entry in entries] == ["(encrypted, and the key is not there)"] * 3
    assert [entry.fields["kind"] for entry in entries] == ["decision", "delivery", "decision"]
    assert entries[0].fields["payload"] is None
    assert shut.stops()["t1"].message == "(encrypted, and the key is not there)"
    (draft,) = shut.drafts("t1")
    assert json.loads(draft.content)["asks"] == "(encrypted, and the key is not there)"
    shut.close()
    assert rows(database) == before
    assert marker_of(database).read_text() == marker


@pytest.mark.usefixtures("sealed")
def test_the_same_answer_looks_different_each_time(database: Path, open_file: OpenFile) -> None:
    file = open_file()
    file.write((SECRET, SECRET))
    with closing(sqlite3.connect(file.path)) as connection:
        one, other = (json.loads(entry.body) for entry in journal_table.all_entries(connection))
    assert one["sealed"] != other["sealed"]
    assert "answer_hash" not in one
    assert "payload_hash" not in one
