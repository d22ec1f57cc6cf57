"""``hitl-desktop --encrypt`` and ``hitl-desktop key``: make an encrypted database, keep its key, bring it back."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from hitl_desktop.backends.checkpoints.reader import CheckpointReader, DatabaseMissingError
from hitl_desktop.cli.journal import note
from hitl_desktop.encryption.keys import VARIABLE, EncryptionError, key_of, keys_in, text_of_key
from hitl_desktop.encryption.protection import Protection, switch_on, take_key

WARNING = (
    "Whoever has this key can read the database and what is kept beside it; without it, and without the keyring that "
    "it comes from, everything in them is lost. Keep it apart from the database.\n"
)


def encrypt(database: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Make sure that a database is encrypted; returns what was done, in words, if anything.

    Raises `EncryptionError` where it cannot be, or has plain rows already, and `DatabaseError` for a file that is none.
    """
    reader = CheckpointReader(database)
    try:
        try:
            is_empty, rows = not reader.threads(), reader.encrypted_rows()
        except DatabaseMissingError:
            is_empty, rows = True, []
        return switch_on(database, rows, is_empty=is_empty, environment=environment)
    finally:
        reader.close()


def show(database: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The key of an encrypted database, as text; the journal says that it was shown.

    Raises `EncryptionError` where there is none or it cannot be had, and `DatabaseError`.
    """
    protection = Protection(database, environment)
    reader = CheckpointReader(database, protection)
    try:
        reader.look_at_protection()
    finally:
        reader.close()
    if protection.problem:
        raise EncryptionError(protection.problem)
    if protection.cipher is None:
        raise EncryptionError(f"{database} is not encrypted, so it has no key.")
    if protection.cipher.key == key_of_environment(environment):
        raise EncryptionError(f"The key of {database} is the one in {VARIABLE}, and is not shown.")
    note(database, protection, "The key of the database was shown")
    return text_of_key(protection.cipher.key)


def bring_back(database: Path, text: str) -> None:
    """Put the key of a database, as it was shown, into the keyring.

    Raises `EncryptionError` where it is not the database's key, or the keyring does not take it, and `DatabaseError`.
    """
    reader = CheckpointReader(database)
    try:
        rows = reader.encrypted_rows()
    except DatabaseMissingError:
        rows = []
    finally:
        reader.close()
    take_key(database, rows, keys_in(text))


def read_key() -> str:
    """The key as it was typed, unseen, or as it comes from a file or a pipe."""
    return (getpass.getpass("Key: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()


def key_of_environment(environment: Mapping[str, str]) -> bytes | None:
    """LangGraph's key, if the environment has one that can be used."""
    try:
        return key_of(environment)
    except EncryptionError:
        return None
