"""`hitl-desktop journal`: check the chain of the journal, and export it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
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
    path, count = review_file_of(database), 0
    anchors = [anchor for anchor in [AnchorFile(anchors_folder(), path).read()] if anchor is not None]
    for export in exports:
        anchors += _anchors_in(export)

    def counted(entries: Iterable[WrittenEntry]) -> Iterable[WrittenEntry]:
        nonlocal count
        for entry in entries:
            count += 1
            yield entry

    with reading_journal(path) as entries:
        found = list(findings(counted(entries), anchors))
    return count, found


def export(database: Path, form: str, write: Callable[[str], object]) -> int:
    """Write the journal of a database in one of `FORMATS`; returns the number of its entries.

    That it was exported becomes an entry itself. Raises `RecordsError`.
    """
    path, count = review_file_of(database), 0

    def counted(entries: Iterable[WrittenEntry]) -> Iterable[WrittenEntry]:
        nonlocal count
        for entry in entries:
            count += 1
            yield entry

    with reading_journal(path) as entries:
        for text in FORMATS[form](counted(entries)):
            write(text)
    if count:
        _note(path, f"{count} entries as {form}")
    return count


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
