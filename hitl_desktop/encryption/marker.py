"""``NAME.encrypted.json`` beside a database ``NAME``: that it is encrypted, and the name of its key.

It is written before anything else is, so that a database which is to be encrypted never has a plain row.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from hitl_desktop.encryption.keys import EncryptionError


def marker_of(database: Path) -> Path:
    """Where the marker of a database is."""
    return database.with_name(f"{database.stem}.encrypted.json")


def read_marker(database: Path) -> str | None:
    """The name of the database's key; None without a marker. Raises `EncryptionError` where it cannot be read."""
    path = marker_of(database)
    try:
        kept = json.loads(path.read_text("utf-8"))
        name = kept["key"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncryptionError(
            f"{path}, which names the key, cannot be read ({type(error).__name__}). Restore it from a copy, or remove "
            "it and run  hitl-desktop key import  with your copy of the key."
        ) from error
    return str(name)


def write_marker(database: Path, key_name: str) -> None:
    """Put it on the disk, readable by the user alone. Raises `OSError`, and `FileExistsError` where there is one."""
    path = marker_of(database)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"cipher": "aes", "key": key_name}, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
