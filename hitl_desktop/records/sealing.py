"""What the review file of an encrypted database holds, sealed with the database's key; of a plain one, as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from hitl_desktop.core.drafts import Draft, StoredDraft, content_of
from hitl_desktop.core.journal import Seal, WrittenEntry, closed_entry, open_entry
from hitl_desktop.encryption.cipher import CannotDecryptError, Cipher, is_sealed

CLOSED: Final = "(encrypted, and the key is not there)"
DAMAGED: Final = "(encrypted: damaged, or with another key)"


class Sealing:
    """Seals with a cipher, or not at all without one. Reads what is plain, and what it has the key for."""

    def __init__(self, cipher: Cipher | None = None) -> None:
        self._cipher = cipher

    @property
    def entry(self) -> Seal | None:
        """What `core.journal.write_entry` seals with."""
        return self._cipher.seal if self._cipher is not None else None

    def text(self, text: str, place: str) -> str:
        """A text as it is written; `place` says what it is of."""
        return self._cipher.seal(text, place) if self._cipher is not None and text else text

    def read_text(self, written: str, place: str) -> str:
        """The text that was written, or why it cannot be read."""
        if not is_sealed(written):
            return written
        if self._cipher is None:
            return CLOSED
        try:
            return self._cipher.unseal(written, place)
        except CannotDecryptError:
            return DAMAGED

    def entries(self, written: Iterable[WrittenEntry]) -> list[WrittenEntry]:
        """Entries of the journal, opened; of one that cannot be, why stands in its `reason`."""
        return [self.read_entry(entry) for entry in written]

    def read_entry(self, entry: WrittenEntry) -> WrittenEntry:
        """One entry of the journal, likewise."""
        if self._cipher is None:
            return closed_entry(entry, CLOSED)
        try:
            return open_entry(entry, self._cipher.unseal)
        except (ValueError, AttributeError):  # the latter for a sealed part that is no JSON object
            return closed_entry(entry, DAMAGED)

    def draft(self, draft: StoredDraft) -> StoredDraft:
        """A draft as it is written. What it is of is a hash of the question, which could be guessed: a pseudonym."""
        if self._cipher is None:
            return draft
        name = self._cipher.pseudonym(draft.asked)
        if not draft.content:  # which takes away the one that is there
            return replace(draft, asked=name)
        content = f"{draft.asked}\n{draft.content}"  # quick for a large one, as the first is a line of digits
        return replace(draft, asked=name, content=self._cipher.seal(content, _place(draft, name)))

    def read_draft(self, written: StoredDraft) -> StoredDraft:
        """The draft that was written; in the place of one that cannot be opened, one that says so."""
        if not is_sealed(written.content):
            return written
        if self._cipher is None:
            return _said_of(written, CLOSED)
        try:
            asked, _, content = self._cipher.unseal(written.content, _place(written, written.asked)).partition("\n")
        except CannotDecryptError:
            return _said_of(written, DAMAGED)
        return replace(written, asked=asked, content=content)


PLAIN: Final = Sealing()
"""Of a database that is not encrypted."""


def _said_of(written: StoredDraft, why: str) -> StoredDraft:
    """A draft that belongs to nothing that is asked, and so is shown as text."""
    at = datetime.fromisoformat(written.at)
    said = Draft(written.thread_id, written.request_id, written.checkpoint_id, why, at, view="unreadable")
    return replace(written, content=json.dumps(content_of(said)))


def _place(draft: StoredDraft, name: str) -> str:
    return json.dumps(["draft", draft.thread_id, draft.request_id, name])
