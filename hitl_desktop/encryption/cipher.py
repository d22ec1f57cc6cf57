"""AES over bytes as LangGraph's `EncryptedSerializer` has it, and over texts of the review file."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from hitl_desktop.encryption.keys import EncryptionError, name_of_key

NAME: Final = "aes"
"""How LangGraph calls this cipher in the type of a row: ``msgpack+aes``."""

_NONCE = _TAG = 16
_SEALED: Final = "sealed:aes:"


class CannotDecryptError(ValueError):
    """The value is damaged, or was encrypted with another key or for another place."""

    def __init__(self) -> None:
        super().__init__("it is damaged, or encrypted with another key")


class Cipher:
    """One key. Encrypts with AES in EAX mode, and refuses what was changed since."""

    def __init__(self, key: bytes) -> None:
        """Raises `EncryptionError` where the package that encrypts is not installed."""
        try:
            from Crypto.Cipher import AES  # when it is needed: a plain database does without it
        except ImportError as error:
            raise EncryptionError(
                "What encrypts is not installed: run  pip install 'hitl-desktop[encryption]'"
            ) from error
        self._aes = AES
        self.key = key
        self.name = name_of_key(key)

    def encrypt(self, data: bytes, place: bytes = b"") -> bytes:
        """Encrypt; `place` must be the same when it is decrypted."""
        cipher = self._aes.new(self.key, self._aes.MODE_EAX)
        cipher.update(place)
        content, tag = cipher.encrypt_and_digest(data)
        return bytes(cipher.nonce + tag + content)

    def decrypt(self, data: bytes, place: bytes = b"") -> bytes:
        """What was encrypted here or by LangGraph; raises `CannotDecryptError`."""
        nonce, tag, content = data[:_NONCE], data[_NONCE : _NONCE + _TAG], data[_NONCE + _TAG :]
        if len(tag) != _TAG:
            raise CannotDecryptError
        cipher = self._aes.new(self.key, self._aes.MODE_EAX, nonce=nonce)
        cipher.update(place)
        try:
            return cipher.decrypt_and_verify(content, tag)
        except ValueError:
            raise CannotDecryptError from None

    def seal(self, text: str, place: str) -> str:
        """A text as another one that can be opened with the key alone, at this place alone."""
        data = self.encrypt(text.encode("utf-8", "surrogatepass"), _at(place))
        return _SEALED + base64.b64encode(data).decode("ascii")

    def unseal(self, sealed: str, place: str) -> str:
        """The text that was sealed; raises `CannotDecryptError`."""
        try:
            data = base64.b64decode(sealed.removeprefix(_SEALED), validate=True)
        except ValueError:
            raise CannotDecryptError from None
        return self.decrypt(data, _at(place)).decode("utf-8", "surrogatepass")

    def pseudonym(self, text: str) -> str:
        """What stands for a text that is looked for: always the same, and without the key nobody can try texts."""
        own = hmac.digest(self.key, b"hitl-desktop pseudonyms", hashlib.sha256)
        return hmac.new(own, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"Cipher({self.name})"


def is_sealed(text: str) -> bool:
    """Whether a text looks like one that was sealed."""
    return text.startswith(_SEALED)


def _at(place: str) -> bytes:
    # Never empty, so that no sealed text is taken for a row of the database, nor a row for one.
    return b"review file\0" + place.encode("utf-8", "surrogatepass")
