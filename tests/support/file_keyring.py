"""A keyring in a file, for this process and for others: ``PYTHON_KEYRING_BACKEND`` names it, a variable its file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Event

from keyring.backend import KeyringBackend

VARIABLE = "HITL_TEST_KEYRING"
BACKEND = "tests.support.file_keyring.FileKeyring"


class FileKeyring(KeyringBackend):
    """What a system's keyring does for the program, without a desktop."""

    priority: float = 5

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file().write_text(json.dumps({**self._read(), f"{service}/{username}": password}))

    def _read(self) -> dict[str, str]:
        try:
            kept: dict[str, str] = json.loads(self._file().read_text())
        except FileNotFoundError:
            return {}
        return kept

    def _file(self) -> Path:
        return Path(os.environ[VARIABLE])


class ForgetfulKeyring(FileKeyring):
    """Takes every key and keeps none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class LockedKeyring(FileKeyring):
    """Refuses, naming what it was asked to keep, as a careless backend may."""

    def get_password(self, service: str, username: str) -> str | None:
        raise PermissionError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PermissionError(f"cannot keep {password}")


class WaitingKeyring(FileKeyring):
    """Waits for a person, as one does that asks for its password."""

    asked, answered = Event(), Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.set()
        self.answered.wait(60)
        return super().get_password(service, username)


class WeakKeyring(FileKeyring):
    """Keeps keys in clear, as `keyring` says by its priority."""

    priority = 0.5
