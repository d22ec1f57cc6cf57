"""The drafts in the review file: the last write of each question counts, and what goes wrong is said in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hitl_desktop.core.drafts import StoredDraft
from hitl_desktop.core.events import StopReason
from hitl_desktop.core.records import Records, RecordsError, RunStop
from hitl_desktop.records.review_file import ReviewFile

DRAFT = StoredDraft("t1", "r1", "a1", "c1", "2026-03-04T14:05:00.000+00:00", '{"asks": "\\ud83d"}')
OTHER = replace(DRAFT, request_id="r2", at="2026-03-04T14:04:00.000+00:00")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ReviewFile]:
    file = ReviewFile(tmp_path / "threads.review.db")
    yield file
    file.close()


def test_reading_makes_no_file(file: ReviewFile) -> None:
    records: Records = file
    assert records.drafts("t1") == ()
    assert records.drafted_threads() == frozenset()
    assert not file.path.exists()


def test_drafts_are_kept_by_question_and_the_last_one_counts(file: ReviewFile) -> None:
    file.keep_drafts((DRAFT, OTHER, replace(DRAFT, asked="a2"), replace(DRAFT, thread_id="t2")))
    file.keep_drafts((replace(DRAFT, content="{}"),))
    file.close()
    assert file.drafts("t1") == (OTHER, replace(DRAFT, content="{}"), replace(DRAFT, asked="a2"))
    assert file.drafted_threads() == {"t1", "t2"}


def test_a_draft_without_content_takes_the_other_away(file: ReviewFile) -> None:
    file.keep_drafts((DRAFT, OTHER))
    file.keep_drafts((replace(DRAFT, content=""), replace(DRAFT, thread_id="unknown", content="")))
    assert file.drafts("t1") == (OTHER,)


def test_drafts_of_requests_that_were_answered_are_forgotten(file: ReviewFile) -> None:
    file.keep_drafts((DRAFT, replace(DRAFT, asked="a2"), OTHER, replace(DRAFT, thread_id="t2")))
    file.forget_drafts("t1", ("r1", "unknown"))
    assert file.drafts("t1") == (OTHER,)
    assert file.drafted_threads() == {"t1", "t2"}


def test_two_windows_write_drafts_of_one_question_in_turns(file: ReviewFile) -> None:
    other = ReviewFile(file.path)
    for window, content in ((file, "1"), (other, "2"), (file, "3"), (other, "4")):
        window.keep_drafts((replace(DRAFT, content=content),))
    assert file.drafts("t1") == other.drafts("t1") == (replace(DRAFT, content="4"),)
    other.close()


def test_a_file_from_before_drafts_gets_the_table(file: ReviewFile) -> None:
    stop = RunStop("t1", "c1", StopReason.ASKED)
    file.stopped(stop)
    file.close()
    with closing(sqlite3.connect(file.path)) as connection:
        connection.execute("DROP TABLE drafts")
        connection.execute("PRAGMA user_version = 3")
    file.keep_drafts((DRAFT,))
    assert file.drafts("t1") == (DRAFT,)
    assert file.stops() == {"t1": stop}


@pytest.mark.parametrize("fault", ["full", "held", "newer", "folder"])
def test_what_goes_wrong_is_said_and_nothing_is_lost(fault: str, file: ReviewFile) -> None:
    file.keep_drafts((DRAFT,))
    large = replace(DRAFT, content="x" * 50_000)
    with closing(sqlite3.connect(file.path, isolation_level=None)) as other:
        if fault == "full":
            with file._using("written", "") as connection:
                (pages,) = connection.execute("PRAGMA page_count").fetchone()
                connection.execute(f"PRAGMA max_page_count = {pages}")
        elif fault == "held":
            with file._using("written", "") as connection:
                connection.execute("PRAGMA busy_timeout = 20")
            other.execute("BEGIN IMMEDIATE")
        elif fault == "newer":
            file.close()
            other.execute("PRAGMA user_version = 99")
        else:
            file.close()
            file.path = file.path.parent / "missing" / file.path.name
        with pytest.raises(RecordsError, match="not kept on the disk as a draft now; it is kept in the window"):
            file.keep_drafts((large,))
        with pytest.raises(RecordsError, match=r"could not be written") if fault != "full" else _nothing():
            file.forget_drafts("t1", ("unknown",))
    file.close()
    with closing(sqlite3.connect(file.path.parents[fault == "folder"] / "threads.review.db")) as connection:
        assert connection.execute("SELECT content FROM drafts").fetchall() == [(DRAFT.content,)]


def _nothing() -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(":memory:"))
