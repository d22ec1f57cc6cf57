"""The database, the review file or their folder may not be written for a while."""

from __future__ import annotations

import ctypes
import os
from functools import partial

from hitl_desktop.records.review_file import review_file_of
from tests.faults.aftermath import FIRST, see_after
from tests.faults.desk import Office, desk, told, told_at_start
from tests.faults.kills import asking_office
from tests.faults.processes import Gate, fork, wait

DATABASE, REVIEW_FILE, FOLDER = "the database", "the review file", "the folder"
ALL = (DATABASE, REVIEW_FILE, FOLDER)
_SAID = ("open for reading only", "could not be read", "nothing sent", "Nothing was sent")
_VERSION_3 = 0x20080522
_WRITES_ANYWHERE = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, by which the administrator reads and writes everything."""


def protect(what: str, thread_id: str) -> None:
    """Take the right to write away, and give it back while the program sits there. Raises `AssertionError`."""
    with asking_office() as office:
        path = {
            DATABASE: office.database,
            REVIEW_FILE: review_file_of(office.database),
            FOLDER: office.database.parent,
        }[what]
        mode = path.stat().st_mode
        path.chmod(mode & ~0o222)
        tried, allowed = Gate(), Gate()
        child = fork(partial(_decide, what, office, thread_id, tried, allowed))
        tried.pass_()
        path.chmod(mode)
        assert not office.begun(), f"sent in spite of {what}"
        allowed.open()
        assert wait(child) == 0, what
        see_after(office, thread_id)


async def _decide(what: str, office: Office, thread_id: str, tried: Gate, allowed: Gate) -> None:
    if os.geteuid() == 0:
        _be_as_others()
    if what == DATABASE:
        async with desk(office) as session:
            _must_be_said(await told(session, thread_id, FIRST))
            tried.open()
            allowed.pass_()
            words = await told(session, thread_id, FIRST)
    else:
        _must_be_said(await told_at_start(office, thread_id, FIRST))
        tried.open()
        allowed.pass_()
        words = await told_at_start(office, thread_id, FIRST)
    assert not words, words


def _must_be_said(words: str) -> None:
    assert any(each in words for each in _SAID), words


def _be_as_others() -> None:
    """Have the modes of files count for this process and its threads, though it is the administrator's (capset(2))."""
    library = ctypes.CDLL(None, use_errno=True)
    header, data = (ctypes.c_uint32 * 2)(_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    assert library.capget(header, data) == 0, os.strerror(ctypes.get_errno())
    for place in (0, 1):  # the effective ones and the permitted ones
        data[place] &= ~_WRITES_ANYWHERE
    assert library.capset(header, data) == 0, os.strerror(ctypes.get_errno())
