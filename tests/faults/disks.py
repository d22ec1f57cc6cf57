"""A disk that is full from the n-th write on, for every n on the path of a decision.

SQLite lets its system calls be replaced (`xSetSystemCall` of its VFS): here its writes to some files are, in the
process that decides, and fail with ENOSPC. The kernel's own refusal comes from the largest size that a process may
give to a file (`RLIMIT_FSIZE`), raised page by page.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import errno
import math
import os
import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hitl_desktop.records.review_file import review_file_of
from tests.faults.aftermath import FIRST, see_after
from tests.faults.desk import Office, desk, take_up, told
from tests.faults.kills import asking_office
from tests.faults.processes import gathered, must_succeed

DATABASE, REVIEW_FILE = "the database", "the review file"
PAGE = 4096
_FULL = ("disk is full", "Free some space", "disk I/O error", "unable to open database file", "File too large")
_WRITE = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, use_errno=True)
_WRITE_AT = ctypes.CFUNCTYPE(
    ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64, use_errno=True
)
_CALLS: dict[bytes, Any] = {b"write": _WRITE, b"pwrite": _WRITE_AT, b"pwrite64": _WRITE_AT}


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs` of https://www.sqlite.org/c3ref/vfs.html."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("size", ctypes.c_int),
        ("longest", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("methods", ctypes.c_void_p * 13),
        ("set_system_call", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)),
        ("get_system_call", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)),
    )


def _library() -> Any:
    """The SQLite of this process; None where it is built into Python and cannot be reached."""
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    return library if hasattr(library, "sqlite3_vfs_find") else None


def writes_can_fail() -> bool:
    """Whether the writes of this Python's SQLite can be made to fail one by one."""
    return _library() is not None


class Disk:
    """The disk that the files of these names are on, with room for so many writes from now on."""

    def __init__(self, names: str, room: float = math.inf) -> None:
        self.room = room
        self.writes = 0
        self._names = names
        self._replaced: list[Any] = []

    def install(self) -> None:
        """Have every write of SQLite in this process told to this object."""
        find = _library().sqlite3_vfs_find
        find.restype, find.argtypes = ctypes.POINTER(_Vfs), [ctypes.c_char_p]
        vfs = find(None)
        for name, kind in _CALLS.items():
            address = vfs.contents.get_system_call(vfs, name)
            if address:
                call = kind(self._told(kind(address)))
                self._replaced.append(call)  # which must live as long as SQLite calls it
                assert vfs.contents.set_system_call(vfs, name, ctypes.cast(call, ctypes.c_void_p)) == 0

    def _told(self, write: Callable[..., int]) -> Callable[..., int]:
        def told(file: int, *arguments: Any) -> int:
            if os.path.basename(os.readlink(f"/proc/self/fd/{file}")).startswith(self._names):
                self.writes += 1
                if self.writes > self.room:
                    ctypes.set_errno(errno.ENOSPC)
                    return -1
            return write(file, *arguments)

        return told


def _names(office: Office, file: str) -> str:
    return office.database.name if file == DATABASE else review_file_of(office.database).name


def writes_of_a_decision(file: str, thread_id: str) -> int:
    """How many writes a process makes to this file, and to those that SQLite keeps beside it, that decides once."""
    with asking_office() as office:
        disk = Disk(_names(office, file))

        async def watch() -> str:
            disk.install()
            async with desk(office) as session:
                assert not await told(session, thread_id, FIRST)
            return str(disk.writes)

        return int(gathered(watch))


def full_from(number: int, file: str, thread_id: str) -> None:
    """Let this write and all after it fail while somebody decides; then there is room again.

    For even numbers in the same process, for odd ones in the next.
    """
    with asking_office() as office:
        disk = Disk(_names(office, file), number)

        def lift() -> None:
            disk.room = math.inf

        must_succeed(partial(_decide, office, thread_id, disk.install, lift if number % 2 == 0 else None))
        see_after(office, thread_id, may_ask_again=True)


def largest_file(size: int, thread_id: str) -> bool:
    """Decide in a process that may make no file larger than this; returns whether nothing came in its way."""
    with asking_office() as office:

        def limit(size: int = size) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        lift = partial(limit, resource.RLIM_INFINITY) if size // PAGE % 2 == 0 else None
        must_succeed(partial(_decide, office, thread_id, limit, lift))
        came_through = (office.folder / _THROUGH).exists()
        see_after(office, thread_id, may_ask_again=True)
        return came_through


_THROUGH = "through"


async def _decide(office: Office, thread_id: str, begin: Callable[[], None], lift: Callable[[], None] | None) -> None:
    """Decide on a disk that becomes full: what does not work is said. With room again, the same session goes on."""
    async with desk(office) as session:
        begin()
        words = await told(session, thread_id, FIRST)
        said = [text for text in (words, *session.records_problems) if text]
        if not said:
            Path(office.folder / _THROUGH).touch()
        for text in said:
            assert any(each in text for each in _FULL), text
        if lift is not None:
            lift()
            review = await take_up(session, thread_id)
            if not review.detail.values["done"]:
                assert not await told(session, thread_id, FIRST)
            assert len(office.paid()) == 1, office.paid()
