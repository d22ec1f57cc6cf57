"""A file that is deleted, moved, replaced, overwritten or cut by another program while somebody decides, or before.

Nothing is sent, it is said why, nothing is written into what was put there; with the right file back, work goes on.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from hitl_desktop.records.review_file import review_file_of
from tests.faults.aftermath import FIRST, SECOND, see_after
from tests.faults.desk import Office, decide, desk, opened, told, told_at_start
from tests.faults.kills import LATER, asking_office
from tests.faults.processes import Gate, fork, gathered, wait

DATABASE, REVIEW_FILE = "the database", "the review file"
_SUFFIXES: Final = ("", "-wal", "-shm")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _delete(path: Path) -> None:
    path.unlink()


def _delete_all(path: Path) -> None:
    for suffix in _SUFFIXES:
        _beside(path, suffix).unlink(missing_ok=True)


def _move(path: Path) -> None:
    path.rename(_beside(path, ".moved"))


def _put(make: Callable[[Path], None], path: Path) -> None:
    """Put another file in the place of this one."""
    new = _beside(path, ".new")
    make(new)
    os.replace(new, path)


def _put_older(path: Path) -> None:
    """Put the copy of before the last decision in the place of this one, which stays beside it."""
    os.link(path, _beside(path, ".moved"))
    os.replace(_beside(path, ".copy"), path)


def _strange(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")


def _empty_kind(path: Path) -> None:
    """Another file of the same kind, with no row in it."""
    with closing(sqlite3.connect(path.with_name(path.name.removesuffix(".new")))) as source:
        schema = [sql for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")]
        (version,) = source.execute("PRAGMA user_version").fetchone()
    with closing(sqlite3.connect(path)) as connection:
        for statement in schema:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")


def _garbage(path: Path) -> None:
    path.write_bytes(b"This is a letter to Ana. " * 4000)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"This is a letter to Ana. " * 4000)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _flip(path: Path) -> None:
    """Turn every page but the first into noise."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


ANOTHER, OLDER = "replaced by another of its kind", "replaced by an older copy"
FLIPPED = "every page but the first flipped"
FAULTS: Final[Mapping[str, Callable[[Path], None]]] = {
    "deleted": _delete,
    "deleted with its log": _delete_all,
    "moved": _move,
    ANOTHER: partial(_put, _empty_kind),
    OLDER: _put_older,
    "replaced by the database of another program": partial(_put, _strange),
    "replaced by a letter": partial(_put, _garbage),
    "overwritten by a letter": _overwrite,
    "cut in the middle": _cut,
    FLIPPED: _flip,
}
_SAID: Final = ("Nothing was sent", "nothing sent")
_SAID_AT_START: Final = (
    *_SAID,
    "There is no database",
    "is gone",
    "Choose another file",
    "is damaged",
    "is cut off",
    "Nothing was changed in it",
)


@dataclass(frozen=True, slots=True)
class Damage:
    """What happens to which file, and whether that is before the program starts."""

    fault: str
    file: str
    at_start: bool = False

    @property
    def is_unnoticed(self) -> bool:
        """Whether nobody can know of it: a review file that is not there yet is begun, and an empty one is filled."""
        kinds = ("deleted", "deleted with its log", "moved", ANOTHER)
        return self.at_start and self.file == REVIEW_FILE and self.fault in kinds

    @property
    def is_noticed_later(self) -> bool:
        """Whether a decision can be written down and read from the file, and what was there before cannot."""
        return not self.at_start and self.file == REVIEW_FILE and self.fault == FLIPPED

    def __str__(self) -> str:
        return f"{self.file} {self.fault}{' before the start' if self.at_start else ''}"


ALL: Final = [
    Damage(fault, file, at_start)
    for file in (DATABASE, REVIEW_FILE)
    for at_start in (False, True)
    for fault in FAULTS
    if not (at_start and fault == OLDER)
]


def damage(case: Damage) -> None:
    """Let it happen, and see that the program notices before it sends anything. Raises `AssertionError`."""
    with asking_office() as office:
        path = office.database if case.file == DATABASE else review_file_of(office.database)
        copy = _copied(path)
        sits, broken, tried, mended = (Gate() for _ in range(4))
        child = fork(partial(_decide, case, office, sits, broken, tried, mended))
        sits.pass_()
        FAULTS[case.fault](path)
        before = _content(path, "immutable=1")  # without the log of the file that stood there
        broken.open()
        tried.pass_()
        if ("replaced" in case.fault or case.at_start) and not case.is_unnoticed:
            assert _content(path) == before, "something was written into what was put there"
        if case.is_noticed_later:
            assert "is damaged" in gathered(partial(told_at_start, office, LATER, SECOND))
        kept = None if case.is_unnoticed else _mend(path, copy)
        mended.open()
        assert wait(child) == 0, str(case)
        assert kept is None or kept.exists(), "the damaged file is gone"
        see_after(office, LATER, anchored=not case.is_noticed_later)


def _copied(path: Path) -> Path:
    """A copy as a backup makes it. Nobody has the file open."""
    copy = path.with_name(f"{path.name}.copy")
    copy.write_bytes(path.read_bytes())
    return copy


def _mend(path: Path, copy: Path) -> Path | None:
    """Put the right file back, and keep what is damaged beside it, with its log; returns where."""
    moved = _beside(path, ".moved")
    if moved.exists():
        os.replace(moved, path)
        return None
    kept = _beside(path, ".damaged") if path.exists() else None
    for suffix in _SUFFIXES:
        if _beside(path, suffix).exists():
            _beside(path, suffix).rename(_beside(path, f".damaged{suffix}"))
    copy.rename(path)
    return kept


def _content(path: Path, option: str = "mode=ro") -> str:
    """All rows of a database, or a hash of what is none; how SQLite is to write it does not count."""
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?{option}", uri=True)) as connection:
            return "\n".join(connection.iterdump())
    except sqlite3.Error:
        return hashlib.sha256(path.read_bytes()).hexdigest()


async def _decide(case: Damage, office: Office, sits: Gate, broken: Gate, tried: Gate, mended: Gate) -> None:
    if case.at_start:
        sits.open()
        broken.pass_()
        _must_be_said(case, await told_at_start(office, LATER, FIRST), office)
        tried.open()
        mended.pass_()
        words = await told_at_start(office, LATER, FIRST) if not office.paid() else ""
        assert not words, words
        return
    async with desk(office) as session:
        answer = FIRST
        if case.fault == OLDER:
            await decide(session, LATER, FIRST)
            answer = SECOND
        review = await opened(session, LATER)  # what is asked is on the screen
        sits.open()
        broken.pass_()
        _must_be_said(case, await told(session, LATER, answer, review), office)
        tried.open()
        mended.pass_()
        words = ""
        for _ in range(2):  # of a file that was replaced once more, the reviewer is told once more
            if answer in office.paid():
                break
            words = await told(session, LATER, answer)
        assert answer in office.paid(), words


def _must_be_said(case: Damage, words: str, office: Office) -> None:
    if case.is_unnoticed or case.is_noticed_later:
        assert not words, words
        return
    expected = _SAID_AT_START if case.at_start else _SAID
    assert any(each in words for each in expected), words
    assert len(office.begun()) == (case.fault == OLDER), f"sent in spite of: {words}"
