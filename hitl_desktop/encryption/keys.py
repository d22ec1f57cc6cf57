"""Keys as bytes and as text, and the name by which one is found again."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from typing import Final

VARIABLE: Final = "LANGGRAPH_AES_KEY"
"""The environment variable in which LangGraph itself looks for a key: a text of 16, 24 or 32 bytes."""

_SIZES: Final = (16, 24, 32)


class EncryptionError(Exception):
    """A key is not there, or cannot be used. The text says why and what to do, and never holds a key."""


def new_key() -> bytes:
    """A random key for AES-256."""
    return secrets.token_bytes(32)


def name_of_key(key: bytes) -> str:
    """What stands for a key beside its database and in the keyring: a hash, by which a wrong key is recognised."""
    return hashlib.sha256(b"hitl-desktop key name\0" + key).hexdigest()[:32]


def text_of_key(key: bytes) -> str:
    """The key to be kept in the keyring or on paper, as hexadecimal digits."""
    return key.hex()


def keys_in(text: str) -> Iterator[bytes]:
    """The keys that a text may stand for: hexadecimal digits, or the text itself as LangGraph's variable has it."""
    try:
        digits = bytes.fromhex(text)
    except ValueError:
        digits = b""
    yield from (key for key in (digits, text.encode("utf-8", "surrogateescape")) if len(key) in _SIZES)


def key_of(environment: Mapping[str, str]) -> bytes | None:
    """The key in LangGraph's variable; None without one. Raises `EncryptionError` for one of another length."""
    text = environment.get(VARIABLE)
    if text is None:
        return None
    key = text.encode("utf-8", "surrogateescape")
    if len(key) not in _SIZES:
        raise EncryptionError(f"{VARIABLE} is set, but is no key: it must have 16, 24 or 32 bytes, not {len(key)}.")
    return key
