"""`hitl-desktop journal`: check the chain of the journal, and export it.

The chain of an encrypted database is checked without its key; with it, each sealed entry is opened as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from hitl_desktop.backends.checkpoints.reader import CheckpointReader
from hitl_desktop.core.journal import Anchor, EntryKind, Finding, JournalEntry, Reviewer, WrittenEntry, findings
from hitl_desktop.core.journal_export import FORMATS, anchors_of
from hitl_desktop.core.records import RecordsError
from hitl_desktop.encryption.cipher import Cipher
from hitl_desktop.encryption.protection import Protection
from hitl_desktop.locations import anchors_folder, system_user
from hitl_desktop.records.anchor_files import AnchorFile
from hitl_desktop.records.journal_reading import reading_journal
from hitl_desktop.records.review_file import ReviewFile, review_file_of
from hitl_desktop.records.sealing import CLOSED, DAMAGED, Sealing


def verify(database: Path, exports: Sequence[Path] = ()) -> tuple[int, list[Finding]]:
    """The number of entries in the journal of a database, and what is wrong with it.

    It is compared with the anchor in the settings folder and with these exports in JSON lines. Raises `RecordsError`,
    and `ValueError` for an export that is none.
    """
    protection = protection_of(database)
    if protection.problem:
        sys.stderr.write(f"Checked without its key, by the chain alone. {protection.problem}\n")
    path, read = review_file_of(database), _Counted(protection.cipher)
    anchors = [anchor for anchor in [AnchorFile(anchors_folder(), path).read()] if anchor is not None]
    for export in exports:
        anchors += _anchors_in(export)

    with reading_journal(path) as entries:
        found = [*findings(read.all(entries), anchors)]
    return read.count, sorted([*found, *read.findings], key=lambda each: each.number)


def export(database: Path, form: str, write: Callable[[str], object]) -> tuple[int, str]:
    """Write the journal of a database in one of `FORMATS`; returns the number of its entries, and what it lacks.

    That it was exported becomes an entry itself. Raises `RecordsError`.
    """
    protection = protection_of(database)
    path, read = review_file_of(database), _Counted(protection.cipher)

    with reading_journal(path) as entries:
        for text in FORMATS[form](read.all(entries)):
            write(text)
    if read.count:
        note(database, protection, f"{read.count} entries as {form}")
    lacks = f"The content of {read.closed} entries is not in the export: they are encrypted. " if read.closed else ""
    return read.count, lacks and lacks + protection.problem


def protection_of(database: Path) -> Protection:
    """Whether a database is encrypted, and with what. Waits for the keyring."""
    protection = Protection(database)
    reader = CheckpointReader(database, protection)
    try:
        reader.look_at_protection()
    finally:
        reader.close()
    return protection


class _Counted:
    """Opens and counts the entries that go by; `closed` are those whose sealed part could not be opened."""

    def __init__(self, cipher: Cipher | None) -> None:
        self.count = self.closed = 0
        self.findings: list[Finding] = []
        self._cipher = cipher
        self._sealing = Sealing(cipher)
        self._since = 0

    def all(self, entries: Iterable[WrittenEntry]) -> Iterator[WrittenEntry]:
        for written in entries:
            self.count += 1
            entry = self._sealing.read_entry(written)
            closed = entry.is_sealed and entry.fields["reason"] in (CLOSED, DAMAGED)
            self.closed += closed
            if closed and self._cipher is not None:
                words = f"Entry {entry.number} cannot be decrypted: it was changed, or written with another key."
                self.findings.append(Finding(entry.number, words))
            elif self._since and not entry.is_sealed:
                words = f"Entry {entry.number} is not encrypted, but entry {self._since} before it is."
                self.findings.append(Finding(entry.number, words))
            self._since = self._since or (entry.number if entry.is_sealed else 0)
            yield entry


def note(database: Path, protection: Protection, outcome: str) -> None:
    """Put into the journal that something of the database was handed out."""
    path = review_file_of(database)
    file = ReviewFile(path, lambda: Reviewer(system_user()), AnchorFile(anchors_folder(), path).keep, protection)
    try:
        file.write((JournalEntry(EntryKind.EXPORT, outcome=outcome),))
    except RecordsError as error:  # as of a file that may only be read: the export is none the worse
        sys.stderr.write(f"This is not in the journal: {outcome}. {error}\n")
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
