"""A connection to a checkpoint database that decodes the rows which it reads."""

from __future__ import annotations

import sqlite3
from typing import Any

from hitl_desktop.backends.checkpoints.inert import decode
from hitl_desktop.encryption.cipher import Cipher


class RowConnection(sqlite3.Connection):
    """Made by ``sqlite3.connect(…, factory=RowConnection)``. `cipher` is for the rows that are encrypted."""

    cipher: Cipher | None = None

    def decode(self, kind: Any, data: Any) -> Any:
        """Decode a row's value as `inert.decode` does; raises `UndecodableError`."""
        return decode(kind, data, self.cipher)
