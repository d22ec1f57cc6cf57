"""The keyring of the system, where keys are kept. Every call may wait for a person who unlocks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hitl_desktop.encryption.keys import VARIABLE, EncryptionError, name_of_key, text_of_key

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "hitl-desktop"
_RECOMMENDED: Final = 1
"""The priority from which `keyring` recommends a backend; those below keep nothing, or keep it in clear."""

_NOT_INSTALLED = "What speaks to the keyring is not installed: run  pip install 'hitl-desktop[encryption]'"
_NONE = "This system has no keyring that can be used ({0}). On Linux install and unlock one, as GNOME Keyring"
_OPEN_AGAIN = "; then open the database again."
_OR_VARIABLE = f"; where there can be none, a new database takes the key that you give it in the variable {VARIABLE}."


def fetch(name: str) -> bytes:
    """The key of this name. Raises `EncryptionError` where there is none, or another one, or no keyring."""
    backend = _backend(_OPEN_AGAIN)
    try:
        text = backend.get_password(SERVICE, name)
    except Exception as error:  # each backend has its own: of D-Bus, of a locked keyring, of a service that is gone
        raise EncryptionError(
            f"The keyring ({_called(backend)}) did not give the key ({type(error).__name__}). Unlock it{_OPEN_AGAIN}"
        ) from None
    if text is None:
        raise EncryptionError(
            f"The keyring ({_called(backend)}) of this user has no key “{name}” of the service “{SERVICE}”. "
            "Bring it there from your copy:  hitl-desktop key import --database FILE"
        )
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if name_of_key(key) != name:
        raise EncryptionError(
            f"What the keyring ({_called(backend)}) holds as “{name}” is not that key. "
            "Bring the right one there from your copy:  hitl-desktop key import --database FILE"
        )
    return key


def store(key: bytes) -> str:
    """Keep a key, and see that it is kept; returns its name. Raises `EncryptionError`."""
    backend, name = _backend(_OR_VARIABLE), name_of_key(key)
    try:
        backend.set_password(SERVICE, name, text_of_key(key))
        kept = backend.get_password(SERVICE, name)
    except Exception as error:  # its text is not shown: what it was about is the key
        raise EncryptionError(
            f"The keyring ({_called(backend)}) did not take the key ({type(error).__name__}). Unlock it, and try again."
        ) from None
    if kept != text_of_key(key):
        raise EncryptionError(f"The keyring ({_called(backend)}) did not keep the key. Choose another keyring.")
    return name


def _backend(otherwise: str) -> KeyringBackend:
    """The keyring in use. Raises `EncryptionError` where none keeps secrets; `otherwise` ends its text."""
    try:
        import keyring  # when it is needed: it looks for every keyring there is
    except ImportError as error:
        raise EncryptionError(_NOT_INSTALLED) from error
    try:
        backend = keyring.get_keyring()
        priority = float(backend.priority)
    except Exception as error:
        raise EncryptionError(_NONE.format(type(error).__name__) + otherwise) from error
    if priority < _RECOMMENDED:
        raise EncryptionError(_NONE.format(_called(backend)) + otherwise)
    return backend


def _called(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__name__}"
