"""Whether one database is encrypted, and with which key: one answer for its rows, its review file and its copies."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from hitl_desktop.encryption import key_ring
from hitl_desktop.encryption.cipher import NAME, CannotDecryptError, Cipher
from hitl_desktop.encryption.keys import VARIABLE, EncryptionError, key_of, name_of_key, new_key
from hitl_desktop.encryption.marker import marker_of, read_marker, write_marker

Row: TypeAlias = tuple[str, bytes]
"""The type of an encrypted value, as ``msgpack+aes``, and the value."""

_CLOSED = (
    "{0} is encrypted, and its key is not there. Threads are listed, but what they hold cannot be read, and nothing "
    "can be run or changed. "
)


class Protection:
    """Of one database: plain, encrypted with a key that is there (`cipher`), or with one that is not (`problem`).

    What was found to be encrypted is never taken for plain again. Looking may wait for the keyring: for worker threads.
    """

    def __init__(self, database: Path, environment: Mapping[str, str] = os.environ) -> None:
        self.database = database
        self._environment = environment
        self._lock = threading.Lock()
        self._looked = False
        self._marker: str | None = None
        self.cipher: Cipher | None = None
        self.problem = ""
        self.holds_plain_rows = False

    @property
    def is_encrypted(self) -> bool:
        """Whether nothing may be written plainly."""
        return self.cipher is not None or bool(self.problem)

    @property
    def words(self) -> str:
        """For a status line; empty for a plain database."""
        if self.cipher is not None:
            return "encrypted, but for some rows" if self.holds_plain_rows else "encrypted"
        return "encrypted, key missing" if self.problem else ""

    def look(self, rows: Iterable[Row] = (), *, holds_plain_rows: bool = False) -> None:
        """Find out anew; `rows` are some of the encrypted ones that the database holds, if any."""
        with self._lock:
            self.holds_plain_rows = holds_plain_rows
            self._look(list(rows))

    def writing(self) -> Cipher | None:
        """With what to encrypt what is written: nothing for a plain database. Raises `EncryptionError`."""
        with self._lock:
            if not self._looked:
                self._look([])
            if self.problem:
                raise EncryptionError(self.problem)
            return self.cipher

    def _look(self, rows: list[Row]) -> None:
        try:
            marker = read_marker(self.database)
            if self.cipher is not None and marker in (None, self._marker):
                return
            key = self._find(marker, bool(rows))
            cipher = Cipher(key) if key is not None else None
            if rows and (cipher is None or not any(_opens(cipher, row) for row in rows)):
                raise EncryptionError(_not_opened(rows, marker))
            self.cipher, self.problem, self._marker = cipher or self.cipher, "", marker
        except EncryptionError as error:
            self.cipher, self.problem = None, _CLOSED.format(self.database) + str(error)
        self._looked = True

    def _find(self, marker: str | None, has_rows: bool) -> bytes | None:
        """The key: that of the environment where it fits, else that of the keyring."""
        if marker is None and not has_rows:
            return None
        try:
            given = key_of(self._environment)
        except EncryptionError:
            if marker is None:
                raise
            given = None
        if marker is None:
            if given is None:
                raise EncryptionError(
                    f"There is no {marker_of(self.database).name} beside it, which names the key in your keyring: put "
                    "it back if the database was moved or renamed, or run  hitl-desktop key import  with your copy of "
                    f"the key. If another program encrypted it, start this one with its key in {VARIABLE}."
                )
            return given
        if given is not None and name_of_key(given) == marker:
            return given
        return key_ring.fetch(marker)


def switch_on(database: Path, rows: Iterable[Row], *, is_empty: bool, environment: Mapping[str, str]) -> str:
    """Make sure that a database is encrypted, whose key can be had; returns what was done, in words.

    A new or empty one gets a key: that of LangGraph's variable where it is set, else a random one, which the keyring
    keeps. Raises `EncryptionError`, and then nothing was changed; also for one that has rows which are not encrypted.
    """
    known = Protection(database, environment)
    known.look(rows)
    if known.cipher is not None:
        return ""
    if known.problem:
        raise EncryptionError(known.problem)
    if not is_empty:
        raise EncryptionError(
            f"{database} has threads that are not encrypted, and what they hold would stay readable in it. "
            "Nothing was changed. Name a new file; the threads of this one can be decided before it is put away."
        )
    given = key_of(environment)
    key = new_key() if given is None else given
    Cipher(key)  # before a key is kept for it: this says whether anything can be encrypted here
    name = name_of_key(key) if given is not None else key_ring.store(key)
    try:
        write_marker(database, name)
    except OSError as error:
        raise EncryptionError(
            f"{marker_of(database)} cannot be written: {error.strerror}. No database was made."
        ) from error
    if given is not None:
        return f"{database} is encrypted from its first row on, with the key in {VARIABLE}."
    return (
        f"{database} is encrypted from its first row on. Its key is in the keyring of this user and nowhere else: "
        "without it everything in the database is lost. Keep a copy in a safe place:  "
        f"hitl-desktop key show --database {database}"
    )


def take_key(database: Path, rows: Iterable[Row], keys: Iterable[bytes]) -> None:
    """Put the database's key into the keyring, the one among these that fits. Raises `EncryptionError`."""
    rows = list(rows)
    try:
        marker = read_marker(database)
    except EncryptionError:
        marker = None
        if not rows:
            raise
    if marker is None and not rows:
        raise EncryptionError(f"{database} is not encrypted, so it has no key. Nothing was changed.")
    for key in keys:
        if name_of_key(key) == marker or any(_opens(Cipher(key), row) for row in rows):
            name = key_ring.store(key)
            if name != marker:
                try:
                    marker_of(database).unlink(missing_ok=True)
                    write_marker(database, name)
                except OSError as error:
                    raise EncryptionError(
                        f"The key is in the keyring, but {marker_of(database)} cannot be written: {error.strerror}."
                    ) from error
            return
    raise EncryptionError(f"This is not the key of {database}. Nothing was changed.")


def _opens(cipher: Cipher, row: Row) -> bool:
    kind, data = row
    if not kind.endswith(f"+{NAME}"):
        return False
    try:
        cipher.decrypt(data)
    except CannotDecryptError:
        return False
    return True


def _not_opened(rows: list[Row], marker: str | None) -> str:
    if not any(kind.endswith(f"+{NAME}") for kind, _ in rows):
        return f"It was encrypted in a way that is not known here ({rows[0][0]}): open it with the program that did."
    if marker is None:
        return f"The key in {VARIABLE} is another one: start this program with the key that encrypted it."
    return "The key that was found for it opens none of the rows that were tried: they are of another key, or damaged."
