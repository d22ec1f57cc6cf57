"""The keyring of a test: in this process, and by the environment in those that it starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.core import load_keyring

from tests.support.file_keyring import BACKEND, VARIABLE

NONE = "keyring.backends.fail.Keyring"
"""What `keyring` uses on a Linux without a desktop."""


def use_keyring(name: str) -> None:
    """Have this process use the keyring of this class."""
    keyring.set_keyring(load_keyring(name))


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a keyring that works; without it, there are no keys."""
    file = tmp_path / "keyring.json"
    monkeypatch.setenv(VARIABLE, str(file))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", BACKEND)
    monkeypatch.delenv("LANGGRAPH_AES_KEY", raising=False)
    before = keyring.get_keyring()
    use_keyring(BACKEND)
    yield file
    keyring.set_keyring(before)
