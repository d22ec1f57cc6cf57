"""`hitl-desktop journal`: check the chain of the journal, and export it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from hitl_desktop.core.journal import Anchor, EntryKind, Finding, JournalEntry, Reviewer, WrittenEntry, findings
from hitl_desktop.core.journal_export import FORMATS, anchors_of
from hitl_desktop.core.records import RecordsError
from hitl_desktop.locations import anchors_folder, system_user
from hitl_desktop.records.anchor_files import AnchorFile
from hitl_desktop.records.journal_reading import reading_journal
from hitl_desktop.records.review_file import ReviewFile, review_file_of


def verify(database: Path, exports: Sequence[Path] = ()) -> tuple[int, list[Finding]]:
    """The number of entries in the journal of a database, and what is wrong with it.

    It is compared with the anchor in the settings folder and with these exports in JSON lines. Raises `RecordsError`,
    and `ValueError` for an export that is none.
    """
    path, read = review_file_of(database), _Counted()
    anchors = [anchor for anchor in [AnchorFile(anchors_folder(), path).read()] if anchor is not None]
    for export in exports:
        anchors += _anchors_in(export)

    with reading_journal(path) as entries:
        found = list(findings(read.all(entries), anchors))
    return read.count, found


def export(database: Path, form: str, write: Callable[[str], object]) -> int:
    """Write the journal of a database in one of `FORMATS`; returns the number of its entries.

    That it was exported becomes an entry itself. Raises `RecordsError`.
    """
    path, read = review_file_of(database), _Counted()

    with reading_journal(path) as entries:
        for text in FORMATS[form](read.all(entries)):
            write(text)
    if read.count:
        _note(path, f"{read.count} entries as {form}")
    return read.count


class _Counted:
    """Counts the entries that go by."""

    def __init__(self) -> None:
        self.count = 0

    def all(self, entries: Iterable[WrittenEntry]) -> Iterator[WrittenEntry]:
        for entry in entries:
            self.count += 1
            yield entry


def _note(path: Path, outcome: str) -> None:
    file = ReviewFile(path, lambda: Reviewer(system_user()), AnchorFile(anchors_folder(), path).keep)
    try:
        file.write((JournalEntry(EntryKind.EXPORT, outcome=outcome),))
    except RecordsError as error:  # as of a file that may only be read: the export is none the worse
        sys.stderr.write(f"That it was exported is not in the journal. {error}\n")
    finally:
        file.close()


def _anchors_in(export: Path) -> list[Anchor]:
    try:
        with export.open(encoding="utf-8") as lines:
            return list(anchors_of(lines))
    except OSError as error:
        raise ValueError(f"{export} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise ValueError(f"{export} is no export in JSON lines: {error}.") from error
